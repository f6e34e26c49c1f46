"""Entering applications at the counter, and notices of organs: by the counter or by the organ's own account."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import forms, plug

from . import filing as filings
from .filing import APPLIED, CODE, IN_CUSTODY, NOTIFIED
from .gate import agency_of, who
from .policies import COUNTER, NOTIFIER

SECTIONS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("怎么提出的", ("channel", "received_on", "transferor_kind", "transferor_name", "applied_at", "applied_by")),
    ("谁需要帮助", ("applicant", "groups")),
    ("什么事", ("claim", "kind", "matter_type", "facts_reasons", "claim_amount", "other_party", "case_organ", "in_custody",
             "limitation_on", "represented")),
    ("申请的条件", ("statuses", "no_stable_income", "status_proof", "promise", "household_size", "income_declared", "means_statement")),
)  # fmt: skip
USUAL = {
    "applicant": ("name", "sex", "id_type", "id_no", "mobile", "address"), "agent": ("name", "id_no", "mobile", "relation"),
    "recipient": ("name", "sex", "birth_date", "id_no"),
}  # fmt: skip
CO_RECIPIENTS = Field(
    "co_recipients", "同一件事的其他受援人", Kind.RECORDS, help="没有的不填",
    fields=(Field("name", "姓名", required=True, max_length=100), Field("id_no", "居民身份证号码", max_length=40),
            Field("mobile", "联系电话", max_length=40)),
)  # fmt: skip


def _trimmed(field: Field) -> Field:
    """A group of answers with the usual ones only; a counter has no time for the rest."""
    usual = USUAL.get(field.name)
    return replace(field, fields=tuple(f for f in field.fields if f.name in usual)) if usual else field


def _fields(event: str) -> tuple[Field, ...]:
    form = registry.get(CODE, on=wall.today()).events[event].form
    kept = [_trimmed(f) for f in form if f.kind is not Kind.FILES]
    return (*kept, CO_RECIPIENTS) if event != NOTIFIED else tuple(kept)


def _units(here: Any) -> list[int]:
    return [here.unit.pk]


@guard(COUNTER, purpose="INTAKE")
@require_http_methods(["GET", "POST"])
def filing(request: HttpRequest) -> HttpResponse:
    """Register an application: what the person says, who else is helped; duplicates are told before it is filed."""
    here = agency_of(request)
    event = IN_CUSTODY if "custody" in request.GET or request.POST.get("custody") else APPLIED
    fields = _fields(event)
    if request.method == "GET":
        start = {"channel": "HALL", "received_on": wall.today().isoformat(), "applied_by": "SELF"}
        return _show(request, here, event, fields, start, [])
    raw = forms.parse(fields, request.POST)
    if any(forms.row_action(request.POST)) or "_back" in request.POST:
        return _show(request, here, event, fields, raw, [], queries=forms.queries(request.POST))
    key = request.POST.get("request_key", "")[:80] or secrets.token_urlsafe(18)
    answers = {k: v for k, v in raw.items() if v not in (None, "", [], {})}
    answers["agency"] = str(here.unit.pk)
    channel = str(answers.get("channel") or "HALL")
    with transaction.atomic():  # people this had to enter are known only with the filing
        checked = filings.check(None, answers, channel=channel, event=event, staff=True)
        transaction.set_rollback(True)
    problems = [*checked.problems, *_form_problems(event, checked.data, checked.problems)]
    if problems:
        return _show(request, here, event, fields, raw, problems, status=422, queries=forms.queries(request.POST))
    if checked.duplicates and "_anyway" not in request.POST:
        return _show(request, here, event, fields, raw, [], duplicates=checked.duplicates, key=key)
    try:
        done = filings.file(
            None,
            answers,
            channel=channel,
            request_key=key,
            staff_actor=here.actor,
            staff_units=_units(here),
            event=event,
        )
    except Refused as error:
        return _show(request, here, event, fields, raw, list(error.problems), status=422, key=key)
    messages.success(request, _("已登记，收件号%(n)s") % {"n": done.matter.intake_no})
    return HttpResponseRedirect(reverse("desk:matter", args=[done.matter.public_id]))


def _form_problems(event: str, data: Mapping[str, Any], known: Sequence[Problem]) -> list[Problem]:
    _values, problems = coerce(registry.get(CODE, on=wall.today()).events[event].form, data)
    taken = {p.field.split(".")[0] for p in known}
    return [p for p in problems if p.field not in taken]


def _show(
    request: HttpRequest, here: Any, event: str, fields: Sequence[Field], data: Mapping[str, Any], problems: Sequence[Problem], *,
    status: int = 200, queries: Mapping[str, str] | None = None, duplicates: Sequence[Any] = (), key: str = "",
) -> HttpResponse:  # fmt: skip
    built = forms.build_form(fields, data, problems, files={}, queries=dict(queries or {}))
    by_name = {f.field.name: f for f in built}
    sections = [(title, [by_name[n] for n in names if n in by_name]) for title, names in SECTIONS]
    placed = {n for _t, names in SECTIONS for n in names}
    rest = [f for f in built if f.field.name not in placed]
    context = {
        "here": here, "form": built, "sections": [s for s in sections if s[1]],
        "rest": rest, "rest_open": any(f.error or f.value for f in rest), "custody": event == IN_CUSTODY, "duplicates": duplicates,
        "request_key": key or secrets.token_urlsafe(18), "posted": forms.again(fields, request.POST, data) if duplicates else "",
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/filing.html", context, active="aid-filing", status=status)


# notices


NOTICE_SECTIONS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("通知", ("notice_kind", "notice_ground", "organ_kind", "case_organ", "case_organ_name", "notice_no", "found_on", "noticed_on", "received_on")),
    ("案件", ("case_organ_no", "stage", "charge", "in_custody", "custody_place_name")),
    ("当事人", ("recipient", "groups", "case_summary")),
)  # fmt: skip


@guard(COUNTER, purpose="INTAKE")
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest) -> HttpResponse:
    """A notice of an organ that came on paper, entered at the counter."""
    here = agency_of(request)
    return _notice(request, here.actor, None, here=here)


@guard(NOTIFIER, purpose="HANDLE")
@require_http_methods(["GET", "POST"])
def notify(request: HttpRequest) -> HttpResponse:
    """A notice by the organ itself: its own name is not asked, the competent agency is found."""
    subject = who(request)
    units = sorted(subject.unit_ids("aid_notifier"))
    if not units:
        raise NotFoundForYou
    actor = Actor(subject.ref, frozenset({"case_organ"}), subject.label)
    return _notice(request, actor, Unit.objects.get(pk=units[0]))


def _notice(request: HttpRequest, actor: Actor, organ: Unit | None, here: Any = None) -> HttpResponse:
    dropped = ("case_organ", "case_organ_name", "received_on", "organ_kind") if organ is not None else ()
    fields = tuple(f for f in _fields(NOTIFIED) if f.name not in dropped)
    page = {"organ": organ, "here": here}
    if request.method == "GET":
        start = {} if organ is not None else {"received_on": wall.today().isoformat()}
        return _show_notice(request, fields, start, [], page)
    raw = forms.parse(fields, request.POST)
    if any(forms.row_action(request.POST)):
        return _show_notice(request, fields, raw, [], page, queries=forms.queries(request.POST))
    answers = {k: v for k, v in raw.items() if v not in (None, "", [], {})}
    if organ is not None:
        answers |= {
            "organ_kind": {"COURT": "COURT", "PROCURATORATE": "PROCURATORATE"}.get(organ.kind, "POLICE"),
            "case_organ_name": organ.name,
        }
    elif here is not None:
        answers["agency"] = str(here.unit.pk)
    key = request.POST.get("request_key", "")[:80] or secrets.token_urlsafe(18)
    try:
        done = filings.notify(
            answers, request_key=key, actor=actor, organ_unit=organ.pk if organ else None,
            staff_units=_units(here) if here is not None else None,
        )  # fmt: skip
    except Refused as error:
        return _show_notice(
            request, fields, raw, list(error.problems), page, status=422, queries=forms.queries(request.POST), key=key
        )
    messages.success(request, _("已收到通知，编号%(n)s；三日内指派并告知") % {"n": done.matter.number})
    if organ is not None:
        return HttpResponseRedirect(reverse("legal_aid_desk:notify"))
    return HttpResponseRedirect(reverse("desk:matter", args=[done.matter.public_id]))


def _show_notice(
    request: HttpRequest, fields: Sequence[Field], data: Mapping[str, Any], problems: Sequence[Problem], page: Mapping[str, Any], *,
    status: int = 200, queries: Mapping[str, str] | None = None, key: str = "",
) -> HttpResponse:  # fmt: skip
    built = forms.build_form(fields, data, problems, files={}, queries=dict(queries or {}))
    by_name = {f.field.name: f for f in built}
    sections = [(title, [by_name[n] for n in names if n in by_name]) for title, names in NOTICE_SECTIONS]
    context = {
        **page,
        "form": built,
        "sections": [s for s in sections if s[1]],
        "request_key": key or secrets.token_urlsafe(18),
    }
    active = "aid-notify" if page["organ"] is not None else "aid-notice"
    return plug.desk_page(request, "legal_aid/notice.html", context, active=active, status=status)
