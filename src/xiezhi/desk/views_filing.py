"""收件: applications that come in at the counter, by post or by word of mouth, entered once and checked before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.desk import acting, shell
from xiezhi.desk.gate import COUNTER, who
from xiezhi.desk.values import lines_of, names_for, with_names
from xiezhi.enforcement.reconsideration import services as reconsideration
from xiezhi.kernel.access import reading
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import masking
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.declare import Field
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Draft
from xiezhi.kernel.sealing import seal
from xiezhi.kernel.units import selectors as units
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.ui import forms, uploads

EVENT = "counter"
PROCEDURE = "XZFY"
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("怎么提出的", ("filing_method", "postmarked_on", "received_on")),
    ("谁申请", ("applicants", "agents", "applicant_count", "representative_count", "e_service_consent")),
    ("对谁、对什么行为", ("respondent_unit", "respondent_name", "matter_code", "act", "act_count")),
    ("要求什么、为什么", ("claims", "facts_and_reasons", "evidence_list", "attachments")),
)
USUAL = {
    "applicants": ("name", "kind", "id_type", "id_no", "uscc", "contact", "service_address", "e_service_consent"),
    "agents": ("name", "kind", "contact", "powers"),
    "act": ("type", "doc_no", "made_on", "service_method", "served_on", "told_remedy"),
}
"""Answers of a group that almost every application has; the others wait folded beside them."""
REST = "其他情况（附带审查、赔偿请求、复议前置、以前的申请）"


def _form() -> tuple[Field, ...]:
    form = registry.get(PROCEDURE, on=wall.today()).events["filed"].form
    # What is filed online comes through the portal; the counter offers the other ways only.
    return tuple(
        replace(f, choices=tuple(c for c in f.choices if c[0] != "ONLINE")) if f.name == "filing_method" else f
        for f in form
    )


def _draft(subject: Subject, *, make: bool = False) -> Draft | None:
    found = (
        Draft.objects.filter(account_id=subject.account_id, procedure=PROCEDURE, event=EVENT, matter=None)
        .order_by("-updated_at").first()
    )  # fmt: skip
    if found is None and make:
        found = Draft.objects.create(
            code=secrets.token_hex(8), account_id=subject.account_id, procedure=PROCEDURE, event=EVENT,
            sealed=seal({}, context="draft"),
        )  # fmt: skip
    return found


def _actor(subject: Subject) -> Actor:
    held = {h.role for h in subject.holding("case_officer", "office_head", "counter_clerk")}
    return Actor(subject.ref, frozenset(held), subject.label)


@guard(COUNTER, purpose="INTAKE")
@require_http_methods(["GET", "POST"])
def filing(request: HttpRequest) -> HttpResponse:
    """Register an application: who, against what, how it came; the competent organ and duplicates before it is filed."""
    subject = who(request)
    fields = _form()
    if request.method == "GET":
        draft = _draft(subject)
        data = acting.read_draft(draft) or {"filing_method": "IN_PERSON", "received_on": wall.today().isoformat()}
        return _show(request, fields, data, [], draft, key=secrets.token_urlsafe(18))
    draft = _draft(subject, make=True)
    assert draft is not None
    raw = forms.parse(fields, request.POST)
    key = request.POST.get("request_key", "")[:80]
    problems = uploads.take_fields(fields, raw, request.FILES, draft=draft, role="applicant", by=subject.ref)
    if "_drop" in request.POST:
        draft.delete()
        messages.success(request, _("草稿已删除"))
        return HttpResponseRedirect(reverse("desk:filing"))
    if any(forms.row_action(request.POST)) or "_back" in request.POST:
        return _show(request, fields, raw, [], draft, key=key, queries=forms.queries(request.POST))
    acting.write_draft(draft, raw)
    if "_later" in request.POST:
        messages.success(request, _("草稿已保存，可以随时回来接着登记"))
        return HttpResponseRedirect(reverse("desk:queue"))
    channel = str(raw.get("filing_method") or "IN_PERSON")
    if channel == "ONLINE":
        problems.append(Problem("CHANNEL", "网上申请由申请人在门户提交，窗口不登记", "filing_method"))
    checked, found = _check(raw, channel)
    named = {p.field for p in found}
    problems += [*found, *(p for p in forms.missing(fields, raw) if p.field not in named)]
    if checked.office is not None and checked.office.pk not in subject.unit_ids(
        "case_officer", "office_head", "counter_clerk"
    ):
        said = _("有管辖权的是%(o)s（由%(f)s办理），请告知申请人向其提出") % {
            "o": checked.organ.name if checked.organ else "", "f": checked.office.name}  # fmt: skip
        problems.append(Problem("NOT_OURS", said, "respondent_unit", "行政复议法 第24条"))
    if problems:
        return _show(request, fields, raw, problems, draft, key=key, status=422, queries=forms.queries(request.POST))
    if "_confirmed" not in request.POST:
        values, _bad = coerce(fields, checked.data, partial=True)
        lines = lines_of(fields, values, clear=True)
        context = {
            "checked": checked, "lines": with_names(lines, *names_for(lines)), "request_key": key,
            "posted": forms.again(fields, request.POST, raw),
        }  # fmt: skip
        return shell.render(request, "desk/filing_confirm.html", context, active="filing")
    try:
        outcome = reconsideration.file_application(
            None, raw, channel=channel, request_key=key, staff_actor=_actor(subject), draft=draft
        )
    except Refused as error:
        return _show(request, fields, raw, list(error.problems), draft, key=key, status=422)
    messages.success(request, _("已登记，收件号%(n)s") % {"n": outcome.matter.intake_no})
    return HttpResponseRedirect(reverse("desk:matter", args=[outcome.matter.public_id]))


def _check(raw: Mapping[str, Any], channel: str) -> tuple[Any, list[Problem]]:
    """What can be told before filing. Persons it had to register are undone: they are known only with the filing."""
    with transaction.atomic():
        checked = reconsideration.check_application(None, raw, channel=channel, staff=True)
        transaction.set_rollback(True)
    _values, form_problems = coerce(_form(), {k: v for k, v in checked.data.items() if v not in (None, "")})
    taken = {p.field.split(".")[0] for p in checked.problems}
    return checked, [*checked.problems, *(p for p in form_problems if p.field not in taken)]


def _show(
    request: HttpRequest, fields: Sequence[Field], data: Mapping[str, Any], problems: Sequence[Problem], draft: Draft | None,
    *, key: str, status: int = 200, queries: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    built = forms.build_form(
        fields, data, problems, files=uploads.describe(draft=draft) if draft else {}, queries=dict(queries or {})
    )
    placed = {name for _title, names in SECTIONS for name in names}
    sections = [(title, [(built[n], _folded(built[n])) for n in names if _has(built, n)]) for title, names in SECTIONS]
    rest = [f for f in built if f.field.name not in placed and f.field.name != "organ"]
    respondent = str(data.get("respondent_unit") or "")
    context = {
        "form": built, "sections": sections, "rest": rest, "rest_title": REST, "request_key": key, "draft": draft,
        "rest_open": any(f.error for f in rest), "proposal": _proposal(respondent),
    }  # fmt: skip
    return shell.render(request, "desk/filing.html", context, active="filing", status=status)


def _folded(bound: forms.BoundField) -> list[tuple[list[Any], list[Any], bool]]:
    """Rows of a group as (usual answers, rare ones, whether the rare ones must stand open)."""
    usual = USUAL.get(bound.field.name)
    if usual is None:
        return []
    out = []
    for row in bound.rows:
        rare = [f for f in row if f.field.name not in usual]
        shown = [
            next(f for f in row if f.field.name == name) for name in usual if any(f.field.name == name for f in row)
        ]
        out.append((shown, rare, any(f.error or f.value for f in rare)))
    return out


def _has(built: forms.BuiltForm, name: str) -> bool:
    try:
        built[name]
    except KeyError:
        return False
    return True


def _proposal(respondent: str) -> Any:
    """The competent organ for the chosen respondent."""
    if not respondent.isdecimal():
        return None
    from xiezhi.kernel.units.models import Unit

    try:
        return reconsideration.propose_organ(units.get(int(respondent)))
    except Unit.DoesNotExist:
        return None


@guard(COUNTER, purpose="INTAKE")
@require_POST
def filing_draft(request: HttpRequest) -> JsonResponse:
    """Autosave of the counter's form."""
    draft = _draft(who(request), make=True)
    assert draft is not None
    revision = request.POST.get("_revision", "")
    kept = acting.write_draft(
        draft, forms.parse(_form(), request.POST), revision=int(revision) if revision.isdecimal() else None
    )
    if not kept:
        return JsonResponse({"message": _("另一个窗口也在登记，本窗口没有自动保存")}, status=409)
    return JsonResponse({"message": _("草稿已保存 %(t)s") % {"t": f"{wall.now():%H:%M}"}, "revision": draft.revision})


@guard(COUNTER, purpose="INTAKE")
@require_GET
def filing_jurisdiction(request: HttpRequest) -> HttpResponse:
    """The competent organ for a respondent, while the form is being filled."""
    return shell.render(
        request, "desk/filing_proposal.html", {"proposal": _proposal(request.GET.get("respondent_unit", ""))}
    )


@guard(COUNTER, purpose="INTAKE")
@require_POST
def filing_person(request: HttpRequest) -> HttpResponse:
    """Whether somebody with this identity number is known; the number goes in the body, never in an address."""
    subject = who(request)
    number = request.POST.get("id_no", "").strip()
    error, found = "", None
    try:
        found = people.find_person("RESIDENT", number) if number else None
    except InvalidNumber as problem:
        error = str(problem)
    if found is not None:
        reading.record_reading(
            subject,
            "READ",
            reading.Object("people.person", str(found.uid)),
            [found],
            "INTAKE",
            ["name"],
            request=request,
        )
    context = {
        "error": error, "person": found, "asked": bool(number),
        "phone": masking.phone(found.phone) if found is not None and found.phone else "",
    }  # fmt: skip
    return shell.render(request, "desk/filing_person.html", context, active="filing")
