"""Event forms: fill in, see what will follow, read once more, fire once. What was typed is never lost."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiezhi.desk import acting, reads, shell
from xiezhi.desk import matter as pages
from xiezhi.desk.gate import DESK, At, at_matter
from xiezhi.desk.values import lines_of, names_for, with_names
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import Forbidden, NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import selectors, store
from xiezhi.kernel.procedures.core import Ask as CoreAsk
from xiezhi.kernel.procedures.core import Refused, may_act, situation
from xiezhi.kernel.procedures.declare import Event, Field, Kind
from xiezhi.kernel.procedures.forms import Bad, Problem, coerce, parse_date
from xiezhi.ui import forms, uploads

ON = Field("on", "发生日期", Kind.DATE, help="补登以前发生的事填当日；不填为今天")


def _event(at: At, state: selectors.MatterState, code: str) -> Event:
    event = state.procedure.events.get(code)
    if event is None or event.when or not event.sources:
        raise NotFoundForYou
    if may_act(event, at.actor) is None:
        raise Forbidden(_("“%(e)s”由%(who)s办理，您在本件中的身份不能办理。") % {
            "e": event.title, "who": "、".join(r.title for r in event.by)})  # fmt: skip
    return event


def _fields(event: Event) -> tuple[Field, ...]:
    return (ON, *event.form) if event.backdated else event.form


def _day(raw: dict[str, Any]) -> tuple[date | None, list[Problem]]:
    text = raw.pop("on", "")
    if not text:
        return None, []
    try:
        return parse_date(text), []
    except Bad as bad:
        return None, [Problem("INVALID", f"发生日期：{bad}", "on")]


@guard(DESK)
@require_http_methods(["GET", "POST"])
def event_form(request: HttpRequest, public_id: Any, event: str) -> HttpResponse:
    """The form of one event on one matter."""
    at = at_matter(request, public_id)
    state = at.state
    if event == "corrected":
        return HttpResponseRedirect(reverse("desk:correct", args=[public_id]))
    declared = _event(at, state, event)
    fields = _fields(declared)
    if request.method == "GET":
        draft = acting.draft_of(at, event)
        data = acting.read_draft(draft) or _defaults(at, declared)
        problems = _shut(state, declared, at)
        return _show(request, at, state, declared, data, problems, key=secrets.token_urlsafe(18), seq=at.matter.seq)
    raw = forms.parse(fields, request.POST)
    key, seq = request.POST.get("request_key", "")[:80], _int(request.POST.get("seq"), at.matter.seq)
    draft = acting.draft_of(at, event, make=bool(request.FILES) or any(f.kind is Kind.FILES for f in fields))
    problems = []
    if draft is not None:
        role = next(iter(sorted(at.actor.roles)), "case_officer")
        problems = uploads.take_fields(fields, raw, request.FILES, draft=draft, role=role, by=at.actor.ref)
    if any(forms.row_action(request.POST)) or "_back" in request.POST:
        return _show(request, at, state, declared, raw, [], key=key, seq=seq, queries=forms.queries(request.POST))
    if "_later" in request.POST:
        draft = draft or acting.draft_of(at, event, make=True)
        assert draft is not None
        acting.write_draft(draft, raw)
        messages.success(request, _("草稿已保存，可以随时回来接着填"))
        return HttpResponseRedirect(reverse("desk:matter", args=[public_id]))
    data = dict(raw)
    on, bad_day = _day(data)
    problems += bad_day
    if unanswered := forms.missing(fields, raw):  # with everything else that is wrong with the form, in one go
        problems += [*coerce(declared.form, data)[1], *unanswered]
    if problems:
        return _show(request, at, state, declared, raw, problems, key=key, seq=seq, status=422)
    try:
        if "_confirmed" not in request.POST and acting.weighty(declared, state.view.state):
            if at.matter.seq != seq:  # what somebody else did is told before what the new state forbids
                return _conflict(request, at, state, declared, raw, seq)
            acting.dry_run(state, event, at.actor, data, on)
            return _confirm(request, at, state, declared, raw, data, on, key=key, seq=seq)
        outcome = acting.act(at, event, data, on=on, request_key=key, expected_seq=seq, draft=draft)
    except Refused as error:
        if "CHANGED_MEANWHILE" in error.codes:
            fresh = selectors.matter_state(selectors.by_public_id(public_id))
            return _conflict(request, at, fresh, declared, raw, seq)
        return _show(request, at, state, declared, raw, list(error.problems), key=key, seq=seq, status=422)
    text = _("“%(e)s”已经办过，没有重复办理") if outcome.repeated else _("已办理“%(e)s”")
    messages.success(request, text % {"e": declared.said_by(may_act(declared, at.actor))})
    return HttpResponseRedirect(reverse("desk:matter", args=[public_id]))


def _int(text: Any, default: int) -> int:
    return int(text) if str(text or "").isdecimal() else default


def _defaults(at: At, event: Event) -> dict[str, Any]:
    """What is known already and may be taken over: the present handler, me as the one who acts."""
    names = {f.name: f for f in event.form}
    out: dict[str, Any] = {}
    if event.code == "handed_over" and at.matter.handler_id:
        out["from_officer"] = str(at.matter.handler_id)
    if event.code == "assigned":
        out["officers"] = [str(o) for o in at.matter.facts.get("officers") or ()]
    facts = at.state.view.facts
    for field in event.form:  # asked once more only to be confirmed
        if field.required_on_screen and field.kind is Kind.CHOICE and facts.get(field.fact_name or ""):
            out[field.name] = facts[str(field.fact_name)]
    return {k: v for k, v in out.items() if k in names}


def _shut(state: selectors.MatterState, event: Event, at: At) -> list[Problem]:
    """Why the event cannot be done now, told before anybody types."""
    now = wall.now()
    return situation(state.view, event, CoreAsk(event.code, now.date(), now, at.actor), data_rules=False)


def _show(
    request: HttpRequest, at: At, state: selectors.MatterState, event: Event, data: dict[str, Any],
    problems: list[Problem], *, key: str, seq: int, status: int = 200, queries: dict[str, str] | None = None,
    template: str = "desk/event.html", **more: Any,
) -> HttpResponse:  # fmt: skip
    fields = _fields(event)
    draft = acting.draft_of(at, event.code)
    built = forms.build_form(
        fields, data, problems, options=acting.options_for(at, fields),
        files=uploads.describe(draft=draft) if draft else {}, queries=queries,
    )  # fmt: skip
    plain = {k: v for k, v in data.items() if k != "on"}
    said = event.said_by(may_act(event, at.actor))
    context = {
        "at": at, "matter": at.matter, "event": event, "form": built, "request_key": key, "seq": seq,
        "preview": acting.preview(state, event, at.actor, plain), "crumb": said, "said": said, "draft": draft,
        "weighty": acting.weighty(event, state.view.state), **more,
    }  # fmt: skip
    return shell.render(request, template, context, active="mine" if at.office else "respondent", status=status)


def _confirm(
    request: HttpRequest, at: At, state: selectors.MatterState, event: Event, raw: dict[str, Any],
    data: dict[str, Any], on: date | None, *, key: str, seq: int,
) -> HttpResponse:  # fmt: skip
    values, _problems = coerce(event.form, data)
    lines = lines_of(event.form, values, clear=True)
    lines = with_names(lines, *names_for(lines))
    return _show(
        request, at, state, event, raw, [], key=key, seq=seq, template="desk/event_confirm.html", lines=lines, on=on,
        posted=forms.again(event.form, request.POST, raw), shown=acting.preview(state, event, at.actor, data, on),
    )  # fmt: skip


def _conflict(
    request: HttpRequest, at: At, fresh: selectors.MatterState, event: Event, raw: dict[str, Any], seq: int
) -> HttpResponse:
    """Somebody acted meanwhile: what changed, and the form as it was typed, against the new state."""
    news = [r for r in fresh.history if r.seq > seq]
    told = [(r, fresh.procedure.events[r.event].title, pages.role_title(fresh, r.role)) for r in news]
    at = At(at.subject, fresh.matter, at.parties, at.actor, at.office, at.purpose, fresh)
    return _show(
        request, at, fresh, event, raw, _shut(fresh, event, at), key=secrets.token_urlsafe(18), seq=fresh.matter.seq,
        status=409, news=told,
    )  # fmt: skip


@guard(DESK)
@require_POST
def event_preview(request: HttpRequest, public_id: Any, event: str) -> HttpResponse:
    """What would follow from what is typed so far."""
    at = at_matter(request, public_id)
    state = at.state
    declared = _event(at, state, event)
    data = forms.parse(_fields(declared), request.POST)
    on, _bad = _day(data)
    context = {"preview": acting.preview(state, declared, at.actor, data, on), "event": declared, "matter": at.matter}
    return shell.render(request, "desk/event_preview.html", context)


@guard(DESK)
@require_POST
def event_draft(request: HttpRequest, public_id: Any, event: str) -> JsonResponse:
    """Autosave."""
    at = at_matter(request, public_id)
    state = at.state
    declared = _event(at, state, event)
    draft = acting.draft_of(at, event, make=True)
    assert draft is not None
    revision = _int(request.POST.get("_revision"), 0) or None
    kept = acting.write_draft(draft, forms.parse(_fields(declared), request.POST), revision=revision)
    if not kept:
        said = _("另一个窗口也在填这张表，本窗口没有自动保存。请先核对那边的内容。")
        return JsonResponse({"message": said}, status=409)
    said = _("草稿已保存 %(t)s") % {"t": f"{wall.now():%H:%M}"}
    return JsonResponse({"message": said, "revision": draft.revision})


@guard(DESK)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, public_id: Any) -> HttpResponse:
    """更正: pick the entry that is wrong, then void it or say what is right. The wrong entry stays in the history."""
    at = at_matter(request, public_id)
    state = at.state
    declared = _event(at, state, "corrected")
    chosen = _int((request.POST if request.method == "POST" else request.GET).get("seq"), 0)
    target = next((r for r in state.history if r.seq == chosen and r.event in state.procedure.events), None)
    if target is None:
        entries = [(r, state.procedure.events[r.event].title, pages.role_title(state, r.role)) for r in state.history
                   if r.event in state.procedure.events]  # fmt: skip
        context = {"at": at, "matter": at.matter, "entries": entries[::-1], "crumb": declared.title}
        return shell.render(request, "desk/correct_pick.html", context, active="mine")
    form = state.procedure.events[target.event].form
    reads.piece_opened(request, at, f"event:{target.seq}")
    now = {**target.data, **store.payloads(at.matter.pk).get(target.seq, {})}
    own = (
        Field("new_on", "更正后的日期", Kind.DATE, help=f"原为{target.on:%Y-%m-%d}；日期没有错就不填"),
        Field("reason", "更正理由", Kind.LONGTEXT, required=True),
    )
    typed, problems, own_data = dict(now), [], {}
    if request.method == "POST":
        typed, own_data = forms.parse(form, request.POST), forms.parse(own, request.POST)
        data: dict[str, Any] = {"seq": target.seq, "reason": own_data.get("reason", "")}
        if request.POST.get("mode") == "void":
            data["void"] = True
        else:
            coerced, _bad = coerce(form, now, partial=True)
            after, problems = coerce(form, typed, partial=True)
            changed = {k: v for k, v in after.items() if coerced.get(k) != v}
            if changed:
                data["replace"] = changed
            if own_data.get("new_on"):
                data["new_on"] = own_data["new_on"]
        if not problems:
            try:
                acting.act(
                    at, "corrected", data, on=None, request_key=request.POST.get("request_key", "")[:80],
                    expected_seq=_int(request.POST.get("seq_seen"), at.matter.seq), draft=None,
                )  # fmt: skip
                messages.success(request, _("已更正第%(n)d项记录，原记录保留") % {"n": target.seq})
                return HttpResponseRedirect(reverse("desk:matter", args=[public_id]))
            except Refused as error:
                problems = list(error.problems)
    fields = tuple(f for f in form if f.kind is not Kind.FILES)
    context = {
        "at": at, "matter": at.matter, "target": target, "title": state.procedure.events[target.event].title,
        "form": forms.build_form(fields, typed, problems, options=acting.options_for(at, fields)),
        "own": forms.build_form(own, own_data, problems), "mode": request.POST.get("mode", "replace"),
        "crumb": declared.title, "request_key": request.POST.get("request_key") or secrets.token_urlsafe(18),
        "seq_seen": at.matter.seq,
    }  # fmt: skip
    return shell.render(request, "desk/correct.html", context, active="mine", status=422 if problems else 200)
