"""Operations that need no matter: procedures, counting, units, verification, notices, readings, figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from xiezhi.api import convert
from xiezhi.api.problems import ERRORS, answer
from xiezhi.api.schemas import (
    CountIn,
    CountOut,
    FiguresOut,
    MeOut,
    NoticeOut,
    ProcedureDetail,
    ProcedureOut,
    ReadingOut,
    UnitOut,
    VerifyOut,
)
from xiezhi.kernel.access import subject as subjects
from xiezhi.kernel.access.guards import LOGGED_IN, PUBLIC, guard
from xiezhi.kernel.access.permissions import Forbidden
from xiezhi.kernel.access.reading import readings_of_person
from xiezhi.kernel.calendar.counting import Extension, Spell, Unit, count
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.documents import verify
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import policies, registry, store
from xiezhi.kernel.units.models import Unit as UnitRow

router = Router(tags=["公共"])


@router.get("/me", response={200: MeOut, **ERRORS}, operation_id="me")
@guard(LOGGED_IN)
def me(request: HttpRequest) -> dict[str, Any]:
    """当前身份. Who the token or session is, and the roles that follow from posts and grants today."""
    who = subjects.of_request(request)
    return {"ref": who.ref, "kind": who.kind, "name": who.name, "roles": sorted(who.roles), "unit": who.main_unit_name}


@router.get("/procedures", response={200: list[ProcedureOut], **ERRORS}, operation_id="list_procedures", auth=None)
@guard(PUBLIC)
def list_procedures(request: HttpRequest) -> list[dict[str, Any]]:
    """程序目录."""
    return [convert.procedure_out(p) for p in registry.all_procedures()]


@router.get("/procedures/{code}", response={200: ProcedureDetail, **ERRORS}, operation_id="get_procedure", auth=None)
@guard(PUBLIC)
def get_procedure(request: HttpRequest, code: str) -> dict[str, Any]:
    """程序. States, events with the JSON Schema of their forms, terms with articles."""
    try:
        return convert.procedure_detail(registry.get(code))
    except LookupError:
        raise Http404 from None


@router.post("/calendar/count", response={200: CountOut, **ERRORS}, operation_id="count_term", auth=None)
@guard(PUBLIC)
def count_term(request: HttpRequest, body: CountIn) -> Any:
    """期限计算. When a period ends and why; years without published holidays are assumed and marked provisional."""
    try:
        due = count(
            body.start, body.length, Unit(body.unit), store.calendar(), roll=body.roll,
            spells=[Spell(a, b, "不计入期限", "") for a, b in body.spells],
            extensions=[Extension(n, Unit(body.unit)) for n in body.extensions],
        )  # fmt: skip
        steps = [{"text": s.text, "basis": s.basis, "date": s.date} for s in due.steps]
    except (ValueError, OverflowError) as error:
        return answer(422, "cannot-count", "无法计算这个期限", str(error))
    return {
        "nominal": due.nominal,
        "legal": due.legal,
        "held_since": due.held_since,
        "provisional": due.provisional,
        "reasons": steps,
    }


@router.get("/units", response={200: list[UnitOut], **ERRORS}, operation_id="list_units", auth=None)
@guard(PUBLIC)
def list_units(
    request: HttpRequest,
    parent: int | None = Query(None, ge=0, le=2**62, description="Units directly below this one; without it the top"),
    text: str = Query("", max_length=60, description="Name by its beginning; searches all units"),
    size: int = Query(100, ge=1, le=500),
) -> list[dict[str, Any]]:
    """机构. The public directory of units."""
    rows = UnitRow.objects.filter(status="ACTIVE")
    text = text.replace("\x00", "").strip()
    rows = rows.filter(name__startswith=text) if text else rows.filter(parent_id=parent)
    return [
        {"id": u.pk, "name": u.name, "level": u.level, "kind": u.kind, "parent_id": u.parent_id}
        for u in rows.order_by("sort_key", "id")[:size]
    ]


@router.get("/verify/{code}", response={200: VerifyOut, **ERRORS}, operation_id="verify_document", auth=None)
@guard(PUBLIC)
def verify_document(request: HttpRequest, code: str) -> dict[str, Any]:
    """文书核验. Whether a document with this verification code was issued, and whether it still stands."""
    clean = verify.normalize(code.replace("\x00", ""))
    doc = Document.objects.select_related("unit").filter(verify_code=clean).first() if clean else None
    if doc is None:
        return {"status": "unknown"}
    return {
        "status": "revoked" if doc.state == Document.VOID else "valid", "title": doc.title, "number": doc.number or "",
        "unit": doc.unit.name, "issued_on": doc.issued_on, "revoked_on": doc.revoked_on,
    }  # fmt: skip


@router.get("/notices", response={200: list[NoticeOut], **ERRORS}, operation_id="list_notices")
@guard(LOGGED_IN)
def list_notices(request: HttpRequest, size: int = Query(40, ge=1, le=200)) -> list[dict[str, Any]]:
    """消息. The caller's in-site messages, newest first."""
    rows = Notice.objects.filter(account_id=subjects.of_request(request).account_id, channel=Notice.SITE).order_by(
        "-id"
    )[:size]
    return [{n: getattr(r, n) for n in ("id", "title", "text", "created_at", "read_at")} for r in rows]


@router.get("/readings", response={200: list[ReadingOut], **ERRORS}, operation_id="list_readings")
@guard(LOGGED_IN)
def list_readings(request: HttpRequest, size: int = Query(100, ge=1, le=500)) -> list[dict[str, Any]]:
    """谁查阅过我的信息. Readings of the caller's own records."""
    person_id = subjects.of_request(request).person_id
    if person_id is None:
        raise Forbidden("只有本人账号可以查询本人信息的查阅记录。")
    rows = readings_of_person(Person.objects.get(pk=person_id), limit=size)
    return [{"at": r.at, "action": r.how, "unit": r.unit, "role": r.role, "purpose": r.purpose} for r in rows]


@router.get("/figures/{unit_id}", response={200: FiguresOut, **ERRORS}, operation_id="get_figures")
@guard(LOGGED_IN)
def get_figures(
    request: HttpRequest,
    unit_id: int,
    procedure: str = Query("XZFY", max_length=16),
    first: date = Query(..., description="Any day of the first month"),
    last: date = Query(..., description="Any day of the last month, at most 60 months later"),
) -> Any:
    """指标. Counts of a unit with all below it, by month and metric, and of the present."""
    who = subjects.of_request(request)
    unit = UnitRow.objects.filter(pk=unit_id).first() if 0 < unit_id < 2**62 else None
    if unit is None or not who.reaches(unit, *policies.OFFICE_READERS, "statistician"):
        raise Http404
    if last < first or (last.year - first.year) * 12 + last.month - first.month > 60:
        return answer(422, "bad-period", "月份范围不对", "结束月份应当不早于开始月份，最多60个月")
    found = rollup.figures(unit_id, procedure.replace("\x00", ""), first, last)
    rows = [
        {"metric": metric, "month": month, "n": sum(buckets.values())}
        for metric, months in sorted(found.series.items()) for month, buckets in sorted(months.items())
    ]  # fmt: skip
    return {"unit": unit_id, "upto": found.upto, "rows": rows, "now": found.now}
