"""委托、监护和行为能力 at the counter: recorded with the paper in hand, and ended with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xiezhi.desk import shell
from xiezhi.desk.gate import COUNTER, who
from xiezhi.kernel.access import reading
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.journal import log_security
from xiezhi.kernel.access.models import Account, SecurityEventKind
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import content, storage
from xiezhi.kernel.documents.models import StoredFile
from xiezhi.kernel.people import mandates
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.capacity import Capacity
from xiezhi.kernel.people.mandate_models import CapacityGround, GuardianGround, MandateScope, Power
from xiezhi.kernel.people.mandates import By
from xiezhi.kernel.people.models import IdType, Mandate, Person, Staff
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce, parse_date
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.ui import forms

ID_TYPES = tuple((t.value, str(t.label)) for t in IdType if t != IdType.OTHER)
ENDINGS = (
    ("委托期限内双方书面解除（民法典第173条）", "委托期限内双方书面解除"),
    ("委托人书面取消委托（民法典第173条）", "委托人书面取消委托"),
    ("代理人书面辞去委托（民法典第173条）", "代理人书面辞去委托"),
    ("一方死亡或者丧失民事行为能力（民法典第173条、第175条）", "一方死亡或者丧失民事行为能力"),
    ("法院撤销或者变更监护（民法典第36条、第39条）", "法院撤销或者变更监护"),
    ("登记有误，更正", "登记有误，更正"),
)
KINDS = {"mandate": "登记委托", "guardian": "登记监护", "capacity": "登记行为能力认定", "end": "终止委托、监护"}


def _person(prefix: str, title: str) -> tuple[Field, ...]:
    return (
        Field(f"{prefix}_name", f"{title}的姓名", required=True, max_length=100),
        Field(
            f"{prefix}_id_type", f"{title}的证件种类", Kind.CHOICE, required=True, choices=ID_TYPES, default="RESIDENT"
        ),
        Field(f"{prefix}_id_no", f"{title}的证件号码", required=True, max_length=40),
    )


def _fields(kind: str) -> tuple[Field, ...]:
    since = Field("valid_from", "从哪一天起", Kind.DATE, required=True)
    if kind == "mandate":
        codes = sorted({p.code: str(p.title) for p in registry.all_procedures()}.items())
        scopes = tuple((s.value, str(s.label)) for s in MandateScope if s is not MandateScope.MATTER)
        return (
            *_person("principal", "委托人"), *_person("agent", "代理人"),
            Field("scope", "代理范围", Kind.CHOICE, required=True, choices=scopes, basis="民法典 第165条"),
            Field("procedures", "选定的事项", Kind.CHOICES, choices=tuple(codes)),
            Field("powers", "特别授权", Kind.CHOICES, choices=tuple((p.value, str(p.label)) for p in Power), basis="民事诉讼法 第62条"),
            since, Field("last_day", "到哪一天为止（含这一天）", Kind.DATE, required=True),
            Field("accepted", "代理人也在委托书上签名", Kind.BOOL, default=False),
        )  # fmt: skip
    if kind == "guardian":
        return (
            *_person("principal", "被监护人"), *_person("agent", "监护人"),
            Field("ground", "监护依据", Kind.CHOICE, required=True, choices=tuple((g.value, str(g.label)) for g in GuardianGround)),
            since, Field("last_day", "到哪一天为止（含这一天）", Kind.DATE, help="未成年人到成年时自动终止，不用填"),
        )  # fmt: skip
    if kind == "capacity":
        return (
            *_person("principal", "本人"),
            Field("capacity", "认定为", Kind.CHOICE, required=True, choices=tuple((c.value, str(c.label)) for c in Capacity)),
            Field("ground", "依据", Kind.CHOICE, required=True, choices=tuple((g.value, str(g.label)) for g in CapacityGround)),
            Field("paper", "判决书文号或者证明材料", required=True, max_length=100),
            Field("valid_from", "生效日", Kind.DATE, required=True),
        )  # fmt: skip
    return (
        Field("number", "编号", required=True, help="WT- 开头，当事人在“委托和监护”里看得到", max_length=16),
        Field("reason", "终止的原因", Kind.CHOICE, required=True, choices=ENDINGS),
    )


def _by(request: HttpRequest) -> By:
    subject = who(request)
    staff = Staff.objects.get(pk=subject.staff_id or 0)
    return By(f"staff:{staff.uid}", subject.label, staff)


def _proof(request: HttpRequest, problems: list[Problem]) -> tuple[StoredFile | None, str]:
    """The scanned paper, checked like every upload. Adds a problem where there is none or it can not be kept."""
    upload = request.FILES.get("proof")
    if upload is None:
        problems.append(Problem("REQUIRED", "请上传证明材料的扫描件或者照片", "proof"))
        return None, ""
    try:
        seen = content.inspect(upload, str(upload.name), str(upload.content_type or ""))
    except content.Rejected as refused:
        problems.append(Problem("FILE_REFUSED", refused.message_zh, "proof"))
        return None, ""
    upload.seek(0)
    storage.put(upload)
    stored, _made = StoredFile.objects.get_or_create(
        sha256=seen.sha256, defaults={"size": seen.size, "media_type": seen.media_type}
    )
    return stored, seen.safe_name[:180]


@guard(COUNTER, purpose="INTAKE")
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("principal_name", "principal_id_no", "agent_name", "agent_id_no")
def counter(request: HttpRequest, kind: str = "mandate") -> HttpResponse:
    """One of the four entries; the paper is kept with what it proves."""
    kind = kind if kind in KINDS else "mandate"
    fields = _fields(kind)
    problems: list[Problem] = []
    raw: dict[str, Any] = {"valid_from": wall.today().isoformat(), "scope": "ALL", "principal_id_type": "RESIDENT",
                           "agent_id_type": "RESIDENT"}  # fmt: skip
    if request.method == "POST":
        raw = forms.parse(fields, request.POST)
        values, problems = coerce(fields, raw)
        proof, name = (None, "")
        if kind in ("mandate", "guardian"):
            proof, name = _proof(request, problems)
        if not problems:
            problems = _record(request, kind, values, proof, name)
        if not problems:
            return HttpResponseRedirect(reverse("desk:mandates", args=[kind]))
    context = {
        "form": forms.build_form(fields, raw, problems), "kind": kind, "kinds": list(KINDS.items()), "title": KINDS[kind],
        "proof_error": next((p.message for p in problems if p.field == "proof"), ""),
        "needs_proof": kind in ("mandate", "guardian"),
    }  # fmt: skip
    return shell.render(request, "desk/mandates.html", context, active="mandates", status=422 if problems else 200)


def _known(values: Mapping[str, Any], prefix: str) -> Person:
    return people.register_person(
        name=str(values[f"{prefix}_name"]), id_type=str(values[f"{prefix}_id_type"]), id_no=str(values[f"{prefix}_id_no"]),
        demo=people.fictional_allowed(),
    )[0]  # fmt: skip


def _last(values: Mapping[str, Any]) -> Any:
    return parse_date(values["last_day"]) + timedelta(days=1) if values.get("last_day") else None


def _record(request: HttpRequest, kind: str, values: Mapping[str, Any], proof: Any, name: str) -> list[Problem]:
    by = _by(request)
    try:
        if kind == "capacity":
            person = _known(values, "principal")
            assert by.staff is not None
            mandates.record_capacity(
                person, str(values["capacity"]), ground=str(values["ground"]), paper=str(values["paper"]),
                on=parse_date(values["valid_from"]), staff=by.staff,
            )  # fmt: skip
            _noted(request, "capacity", str(person.uid), [person])
            messages.success(request, _("已登记，立即生效。"))
            return []
        if kind == "end":
            return _end(request, values, by)
        principal, agent = _known(values, "principal"), _known(values, "agent")
        if kind == "guardian":
            made = mandates.record_guardian(
                principal, agent, by=by, ground=str(values["ground"]), valid_from=parse_date(values["valid_from"]),
                valid_to=_last(values), proof=proof, proof_name=name,
            )  # fmt: skip
        else:
            scope = str(values["scope"])
            made = mandates.record_mandate(
                principal, agent, by=by, proof=proof, proof_name=name, accepted=bool(values.get("accepted")), scope=scope,
                procedures=list(values.get("procedures") or ()) if scope == MandateScope.PROCEDURES else (),
                powers=list(values.get("powers") or ()), valid_from=parse_date(values["valid_from"]), valid_to=_last(values),
            )  # fmt: skip
    except (people.PeopleError, InvalidNumber) as error:
        text = str(error)
        spot = next((f for word, f in (("最后一天", "last_day"), ("期限", "last_day"), ("文号", "paper"), ("生效", "valid_from"),
                                       ("事项", "procedures"), ("监护", "ground"), ("号码", "principal_id_no"))
                     if word in text), "")  # fmt: skip
        return [Problem("REFUSED", text, spot if any(f.name == spot for f in _fields(kind)) else "")]
    _noted(request, "mandate", made.number, [principal, agent])
    messages.success(request, _("已登记，编号%(n)s。") % {"n": made.number})
    return []


def _end(request: HttpRequest, values: Mapping[str, Any], by: By) -> list[Problem]:
    row = Mandate.objects.filter(number=str(values["number"]).strip().upper(), ended_at__isnull=True).first()
    if row is None:
        return [Problem("UNKNOWN", "没有找到这个编号，或者已经终止", "number")]
    mandates.end_at_counter(row, by, str(values["reason"]))
    _noted(request, "mandate", row.number, [row.principal, row.agent])
    messages.success(request, _("已终止，立即生效。"))
    return []


def _noted(request: HttpRequest, what: str, key: str, persons: list[Person]) -> None:
    """The persons see who recorded it; the security log keeps that it was done."""
    reading.record_reading(
        who(request), "READ", reading.Object(f"people.{what}", key), persons, "INTAKE", request=request
    )
    account = request.user if isinstance(request.user, Account) else None
    log_security(SecurityEventKind.MANDATE, account, account, step=f"counter.{what}", mandate=key)
