"""Operations that need no matter: procedures, counting, calendar, units, verification, notices, readings, figures."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import Http404, HttpRequest
from ninja import File, Path, Query, Router, UploadedFile

from xiezhi.api import convert
from xiezhi.api.common import FIGURES_READ, SCOPES, Text, caller, pick
from xiezhi.api.paper_schemas import DAY
from xiezhi.api.problems import ERRORS, answer
from xiezhi.api.schemas import (
    CalendarDayOut,
    CalendarYearOut,
    CountIn,
    CountOut,
    FiguresOut,
    FileCheckOut,
    MeOut,
    NoticeOut,
    ProcedureDetail,
    ProcedureOut,
    ReadingOut,
    TreeNode,
    UnitOut,
    VerifyOut,
)
from xiezhi.kernel.access.guards import LOGGED_IN, PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.access.permissions import Forbidden
from xiezhi.kernel.access.reading import readings_of_person
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar.counting import Extension, Spell, Unit, count
from xiezhi.kernel.calendar.models import CalendarDay, CalendarYear
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.documents import produce, verify
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.sign import SignError, check_pdf
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import policies, registry, store
from xiezhi.kernel.units import selectors as unit_selectors
from xiezhi.kernel.units.models import Unit as UnitRow

router = Router(tags=["公共"])
PDF_LIMIT = 30 * 1024 * 1024
TREE_LIMIT = 5000


@router.get("/me", response={200: MeOut, **ERRORS}, operation_id="me")
@guard(LOGGED_IN)
def me(request: HttpRequest) -> dict[str, Any]:
    """当前身份. Who the token or session is, and the roles that follow from posts and grants today."""
    who = caller(request)
    service = getattr(request.user, "service", None) if getattr(request, "by_token", False) else None
    return {
        "ref": who.ref, "kind": who.kind, "name": who.name, "roles": sorted(who.roles), "unit": who.main_unit_name,
        "scopes": {code: who.in_scope(code) for code in SCOPES},
        "service": service and {
            "name": service.name, "unit": service.unit.name, "scopes": service.scopes, "purposes": service.purposes,
            "expires_at": service.expires_at, "token_hint": service.token_hint,
        },
    }  # fmt: skip


@router.get("/procedures", response={200: list[ProcedureOut], **ERRORS}, operation_id="list_procedures", auth=None)
@guard(PUBLIC)
def list_procedures(request: HttpRequest) -> list[dict[str, Any]]:
    """程序目录."""
    return [convert.procedure_out(p) for p in registry.all_procedures()]


@router.get("/procedures/{code}", response={200: ProcedureDetail, **ERRORS}, operation_id="get_procedure", auth=None)
@guard(PUBLIC)
def get_procedure(request: HttpRequest, code: Text = Path(..., max_length=16)) -> dict[str, Any]:
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


@router.get(
    "/calendar/years", response={200: list[CalendarYearOut], **ERRORS}, operation_id="list_calendar_years", auth=None
)
@guard(PUBLIC)
def list_calendar_years(request: HttpRequest) -> list[dict[str, Any]]:
    """日历年度. Years whose holiday notice is published; results in other years are provisional."""
    rows = CalendarYear.objects.order_by("year")
    return [{"year": y.year, "published": y.published, "version": y.version, "notice_no": y.notice_no} for y in rows]


@router.get(
    "/calendar/years/{year}",
    response={200: list[CalendarDayOut], **ERRORS},
    operation_id="get_calendar_year",
    auth=None,
)
@guard(PUBLIC)
def get_calendar_year(request: HttpRequest, year: int = Path(..., ge=1950, le=2999)) -> list[dict[str, Any]]:
    """日历. Every day of a published year."""
    if not CalendarYear.objects.filter(year=year, published=True).exists():
        raise Http404
    rows = CalendarDay.objects.filter(date__year=year).order_by("date")
    return [{"date": d.date, "kind": d.kind, "name": d.name} for d in rows]


@router.get("/units", response={200: list[UnitOut], **ERRORS}, operation_id="list_units", auth=None)
@guard(PUBLIC)
def list_units(
    request: HttpRequest,
    parent: int | None = Query(None, ge=0, le=2**62, description="Units directly below this one; without it the top"),
    text: Text = Query("", max_length=60, description="A part of the name, or the beginning of its pinyin; all units"),
    size: int = Query(100, ge=1, le=500),
) -> list[dict[str, Any]]:
    """机构. The public directory of units."""
    text = text.strip()
    if text:
        rows = unit_selectors.search(text, limit=size)
    else:
        rows = UnitRow.objects.filter(status="ACTIVE", parent_id=parent).order_by("sort_key", "id")[:size]
    return [{"id": u.pk, "name": u.name, "level": u.level, "kind": u.kind, "parent_id": u.parent_id} for u in rows]


@router.get("/units/tree", response={200: list[TreeNode], **ERRORS}, operation_id="get_unit_tree", auth=None)
@guard(PUBLIC)
def get_unit_tree(
    request: HttpRequest,
    on: DAY | None = Query(None, description="The tree as it stood on this day; today without it"),
    root: int | None = Query(None, ge=1, le=2**62, description="Only this unit and what is below it"),
) -> Any:
    """机构树. Parents before children, as of a day; at most 5000 units, ask by `root` for more."""
    start = pick(UnitRow.objects, pk=root) if root is not None else None
    nodes = [n for top in unit_selectors.tree_as_of(on or wall.today(), start) for n in top.walk()]
    if len(nodes) > TREE_LIMIT:
        return answer(422, "too-many", "机构太多", f"共有{len(nodes)}个机构，请用 root 指定上级机构分别查询")
    return [
        {"id": n.unit_id, "name": n.name, "level": n.level, "kind": n.kind, "parent_id": n.parent_id} for n in nodes
    ]


@router.get("/verify/{code}", response={200: VerifyOut, **ERRORS}, operation_id="verify_document", auth=None)
@guard(PUBLIC)
def verify_document(request: HttpRequest, code: Text = Path(..., max_length=80)) -> dict[str, Any]:
    """文书核验. Whether a document with this verification code was issued, and whether it still stands."""
    clean = verify.normalize(code)
    return _standing(Document.objects.filter(verify_code=clean) if clean else Document.objects.none())


def _standing(rows: Any) -> dict[str, Any]:
    doc = rows.filter(state__in=[Document.ISSUED, Document.VOID]).select_related("unit").first()
    if doc is None:
        return {"status": "unknown"}
    revoked = doc.state == Document.VOID or doc.revoked_on is not None
    return {
        "status": "revoked" if revoked else "valid", "title": doc.title, "number": doc.number or "",
        "unit": doc.unit.name, "issued_on": doc.issued_on, "revoked_on": doc.revoked_on,
    }  # fmt: skip


@router.post("/verify", response={200: FileCheckOut, **ERRORS}, operation_id="verify_file", auth=None)
@guard(PUBLIC)
def verify_file(request: HttpRequest, file: UploadedFile = File(..., description="The PDF, at most 30 MiB")) -> Any:
    """文件核验. Whether this very file was issued here, and whether its signatures hold."""
    if exceeded(request, "verify", 30, 300):  # checking signatures costs more than asking for it
        return answer(429, "too-many", "请求过于频繁", "请稍后再试")
    if (file.size or 0) > PDF_LIMIT:
        return answer(413, "too-big", "文件过大", "文件超过30MB，请上传从本网下载的原文件")
    content = file.read()
    if not content.startswith(b"%PDF-"):
        return answer(422, "not-a-pdf", "不是PDF文件", "请上传PDF格式的文书原文件；照片和打印件请用核验码核验")
    try:
        signatures = check_pdf(content, [produce.authority().root()])
    except SignError:
        signatures = []
    found = _standing(Document.objects.filter(file__sha256=hashlib.sha256(content).hexdigest()))
    if found["status"] == "unknown" and signatures and not all(s.good for s in signatures):
        found["status"] = "changed"
    return found | {"signatures": [{"signer": s.signer, "good": s.good} for s in signatures]}


@router.get("/notices", response={200: list[NoticeOut], **ERRORS}, operation_id="list_notices")
@guard(LOGGED_IN)
def list_notices(
    request: HttpRequest, unread: bool = False, size: int = Query(40, ge=1, le=200)
) -> list[dict[str, Any]]:
    """消息. The caller's in-site messages, newest first."""
    rows = Notice.objects.filter(account_id=caller(request).account_id, channel=Notice.SITE)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return [_notice(r) for r in rows.order_by("-id")[:size]]


def _notice(r: Notice) -> dict[str, Any]:
    return {n: getattr(r, n) for n in ("id", "title", "text", "created_at", "read_at")}


@router.post("/notices/{notice}/read", response={200: NoticeOut, **ERRORS}, operation_id="read_notice")
@guard(LOGGED_IN)
def read_notice(request: HttpRequest, notice: int = Path(..., ge=1, le=2**62)) -> dict[str, Any]:
    """标为已读. Again changes nothing."""
    mine = Notice.objects.filter(account_id=caller(request).account_id, channel=Notice.SITE)
    found = pick(mine, pk=notice)
    if found.read_at is None:
        mine.filter(pk=found.pk, read_at__isnull=True).update(read_at=wall.now())
        found.refresh_from_db(fields=["read_at"])
    return _notice(found)


@router.get("/readings", response={200: list[ReadingOut], **ERRORS}, operation_id="list_readings")
@guard(LOGGED_IN)
def list_readings(request: HttpRequest, size: int = Query(100, ge=1, le=500)) -> list[dict[str, Any]]:
    """谁查阅过我的信息. Readings of the caller's own records."""
    person_id = caller(request).person_id
    if person_id is None:
        raise Forbidden("只有本人账号可以查询本人信息的查阅记录。")
    rows = readings_of_person(Person.objects.get(pk=person_id), limit=size)
    return [{"at": r.at, "action": r.how, "unit": r.unit, "role": r.role, "purpose": r.purpose} for r in rows]


@router.get("/figures/{unit_id}", response={200: FiguresOut, **ERRORS}, operation_id="get_figures")
@guard(FIGURES_READ)
def get_figures(
    request: HttpRequest,
    unit_id: int = Path(..., ge=1, le=2**62),
    procedure: Text = Query("XZFY", max_length=16),
    first: DAY = Query(..., description="Any day of the first month"),
    last: DAY = Query(..., description="Any day of the last month, at most 60 months later"),
) -> Any:
    """指标. Counts of a unit with all below it, by month and metric, and of the present."""
    who = caller(request)
    unit = UnitRow.objects.filter(pk=unit_id).first()
    if unit is None or not who.reaches(unit, *policies.OFFICE_READERS, "statistician"):
        raise Http404
    if last < first or (last.year - first.year) * 12 + last.month - first.month > 60:
        return answer(422, "bad-period", "月份范围不对", "结束月份应当不早于开始月份，最多60个月")
    found = rollup.figures(unit_id, procedure, first, last)
    rows = [
        {"metric": metric, "month": month, "n": sum(buckets.values())}
        for metric, months in sorted(found.series.items()) for month, buckets in sorted(months.items())
    ]  # fmt: skip
    return {"unit": unit_id, "upto": found.upto, "rows": rows, "now": found.now}
