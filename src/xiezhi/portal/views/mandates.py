"""委托和监护: who may act for me, for whom I may act, agreeing, ending, and the switch 「代人办理」."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xiezhi.kernel.access import acting
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.journal import log_security
from xiezhi.kernel.access.models import SecurityEventKind
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import mandates
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.mandate_models import MandateScope, MandateState, Power
from xiezhi.kernel.people.mandates import By
from xiezhi.kernel.people.models import IdType, Mandate, Person
from xiezhi.kernel.procedures import policies, registry
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.portal.limits import limited
from xiezhi.ui.forms import build_form, parse

MOST_MATTERS = 50
CITIZEN = ROLE("citizen")


def _me(request: HttpRequest) -> Person | None:
    """The verified person of the account; without one nobody can give or take a mandate."""
    account: Any = request.user
    person: Person | None = account.person
    return person


def _by(request: HttpRequest) -> By:
    return By(of_request(request).ref)


def titles() -> list[tuple[str, str]]:
    """Procedures a mandate can be limited to: code and title of the newest version of each."""
    found = {procedure.code: str(procedure.title) for procedure in registry.all_procedures()}
    return sorted(found.items())


def _fields(matters: list[Matter]) -> tuple[Field, ...]:
    scopes = [s for s in MandateScope if s is not MandateScope.MATTER or matters]
    return (
        Field("side", "谁委托谁？", Kind.CHOICE, required=True, choices=(
            ("PRINCIPAL", "我委托别人替我办"), ("AGENT", "别人委托我替他办，请他在自己的账号里确认"))),
        Field("name", "对方的姓名", required=True, max_length=100, help="和身份证件上的一样"),
        Field("id_type", "对方的证件种类", Kind.CHOICE, required=True,
              choices=tuple((t.value, str(t.label)) for t in IdType if t != IdType.OTHER), default="RESIDENT"),
        Field("id_no", "对方的证件号码", required=True, max_length=40, help="用来确认是本人，加密保存"),
        Field("scope", "可以办哪些事？", Kind.CHOICE, required=True, choices=tuple((s.value, str(s.label)) for s in scopes),
              basis="民法典 第165条"),
        Field("procedures", "选定的事项", Kind.CHOICES, choices=tuple(titles()), help="选“只限选定的事项”的填写"),
        *((Field("matter", "哪一件办件", Kind.CHOICE, choices=tuple((str(m.pk), f"{m.number}　{m.subject}") for m in matters),
                 help="选“只限一件办件”的填写，只能选自己的办件"),) if matters else ()),
        Field("powers", "特别授权", Kind.CHOICES, choices=tuple((p.value, str(p.label)) for p in Power),
              help="不选的，代理人不能办这些事；其他事都可以办", basis="民事诉讼法 第62条"),
        Field("valid_from", "从哪一天起", Kind.DATE, required=True),
        Field("last_day", "到哪一天为止（含这一天）", Kind.DATE, required=True, help="最长三年，可以随时取消"),
    )  # fmt: skip


def _own_matters(request: HttpRequest) -> list[Matter]:
    subject = of_request(request)
    if subject.person_id is None:
        return []
    rows = Matter.objects.filter(policies.party_q(subject), open=True, parties__person_id=subject.person_id)
    return list(rows.distinct().order_by("-id")[:MOST_MATTERS])


def _cards(rows: Any, me: Person, side: str) -> list[dict[str, Any]]:
    today, names, cards = wall.today(), dict(titles()), []
    for row in rows:
        state = row.state_on(today)
        asked = (state is MandateState.WAITING_PRINCIPAL and side == "given") or (
            state is MandateState.WAITING_AGENT and side == "held"
        )
        over = state in (MandateState.ENDED, MandateState.EXPIRED)
        cards.append({
            "row": row, "other": row.agent if side == "given" else row.principal, "state": state, "asked": asked, "over": over,
            "procedures": [names.get(code, code) for code in row.procedures],
            "powers": [str(Power(p).label) for p in row.powers],
            "last_day": row.valid_to - timedelta(days=1) if row.valid_to else None,
            "may_end": not over and not asked and not row.by_law,
            "may_act": side == "held" and state is MandateState.IN_FORCE, "history": list(mandates.history(row)),
        })  # fmt: skip
    return sorted(cards, key=lambda card: (not card["asked"], card["over"], -card["row"].pk))


@guard(CITIZEN)
def index(request: HttpRequest) -> HttpResponseBase:
    """Both lists, what waits for an answer in front; ended ones stay to be read."""
    me = _me(request)
    if me is None:
        return redirect(f"{reverse('portal:realname')}?next={request.path}")
    context = {
        "section": "my", "given": _cards(mandates.given_by(me)[:50], me, "given"), "held": _cards(mandates.held_by(me)[:50], me, "held"),
        "restricted": of_request(request).restricted,
    }  # fmt: skip
    return render(request, "portal/my/mandates.html", context)


@guard(CITIZEN)
@sensitive_post_parameters("id_no", "name")
@limited("mandate", 10, 3600)
def new(request: HttpRequest) -> HttpResponseBase:
    """Propose a mandate; the other side agrees on an own account."""
    me = _me(request)
    if me is None:
        return redirect(f"{reverse('portal:realname')}?next={request.path}")
    fields = _fields(_own_matters(request))
    raw: dict[str, Any] = {
        "side": "PRINCIPAL", "id_type": "RESIDENT", "scope": "ALL", "valid_from": wall.today().isoformat(),
    }  # fmt: skip
    problems: list[Problem] = []
    if request.method == "POST":
        raw = parse(fields, request.POST)
        values, problems = coerce(fields, raw)
        if not problems:
            made, problems = _propose(request, me, values)
            if made is not None:
                messages.success(
                    request, _("已提出。对方在自己的账号里同意以后生效；对方没有账号的，可以一起到窗口办理。")
                )
                return redirect("portal:mandates")
    form = build_form(fields, raw, problems)
    return render(
        request, "portal/my/mandate_new.html", {"section": "my", "form": form}, status=422 if problems else 200
    )


def _propose(request: HttpRequest, me: Person, values: Mapping[str, Any]) -> tuple[Mandate | None, list[Problem]]:
    scope = str(values["scope"])
    chosen = str(values.get("matter") or "")
    found = None
    if scope == MandateScope.MATTER:
        found = next((m for m in _own_matters(request) if str(m.pk) == chosen), None)
        if found is None or values["side"] != "PRINCIPAL":
            return None, [Problem("REQUIRED", "请选择一件自己的办件；替别人办一件的，请由对方来选", "matter")]
    try:
        other, _created = people.register_person(
            name=str(values["name"]), id_type=str(values["id_type"]), id_no=str(values["id_no"]), demo=me.demo
        )
        pair = (me, other) if values["side"] == "PRINCIPAL" else (other, me)
        made = mandates.propose(
            *pair, by=_by(request), side=str(values["side"]), scope=scope, matter_id=found.pk if found else None,
            matter_no=found.number if found else "",
            procedures=list(values.get("procedures") or ()) if scope == MandateScope.PROCEDURES else (),
            powers=list(values.get("powers") or ()), valid_from=_day(values["valid_from"]),
            valid_to=_day(values["last_day"]) + timedelta(days=1),
        )  # fmt: skip
    except (people.PeopleError, InvalidNumber) as error:
        text = str(error)
        spots = {"证件号码": "id_no", "姓名": "id_no", "期限": "last_day", "最后一天": "last_day", "事项": "procedures"}
        return None, [Problem("REFUSED", text, next((spot for word, spot in spots.items() if word in text), "name"))]
    _log(request, made, "proposed")
    return made, []


def _day(value: Any) -> Any:
    from xiezhi.kernel.procedures.forms import parse_date

    return parse_date(value)


def _log(request: HttpRequest, mandate: Mandate, step: str) -> None:
    account: Any = request.user
    log_security(SecurityEventKind.MANDATE, account, account, mandate=mandate.number, step=step)


DEEDS = {
    "confirm": (mandates.confirm, "已确认，委托生效。"),
    "accept": (mandates.accept, "已接受委托。"),
    "decline": (mandates.decline, "已谢绝。"),
    "revoke": (mandates.revoke, "已取消委托，立即生效。"),
    "renounce": (mandates.renounce, "已辞去委托，立即生效。"),
}


@guard(CITIZEN)
@require_POST
@limited("mandate-answer", 60, 3600)
def answer(request: HttpRequest, uid: Any) -> HttpResponseBase:
    """Agree, decline or end. A mandate of others looks like one that does not exist."""
    me = _me(request)
    row = Mandate.objects.filter(uid=uid).first()
    if row is None or me is None or me.pk not in (row.principal_id, row.agent_id):
        raise NotFoundForYou
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return redirect("portal:mandates")
    try:
        deed[0](row, me, _by(request))
    except people.PeopleError as error:
        messages.error(request, str(error))
    else:
        _log(request, row, request.POST["do"])
        messages.success(request, deed[1])
    return redirect("portal:mandates")


@guard(CITIZEN)
@require_POST
def act(request: HttpRequest) -> HttpResponseBase:
    """「代人办理」 and back. The choice lives in this session only and counts as long as the mandate does."""
    chosen = request.POST.get("mandate", "")
    mandate = acting.choose(request, int(chosen) if chosen.isascii() and chosen.isdecimal() else None)
    if mandate is not None:
        messages.success(request, _("现在代%(name)s办理。办完请换回本人。") % {"name": mandate.principal.name})
        return redirect("portal:services")
    messages.success(request, _("现在办理的是您本人的事。"))
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()})
    return redirect(target if safe else reverse("portal:mandates"))
