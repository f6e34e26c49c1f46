"""问法: ask in plain words, read the answer, go on. Every form works without JavaScript; no question stands in an address."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.access.models import AccountKind
from xiezhi.kernel.calendar import clock as wall
from xiezhi.legal_services.answers import compose, danger, keep, rephrase
from xiezhi.legal_services.answers.cards import library
from xiezhi.legal_services.answers.guardrails import Source
from xiezhi.legal_services.answers.models import Vote
from xiezhi.legal_services.answers.people import AID, places
from xiezhi.legal_services.answers.services import Ballot, carry, cast
from xiezhi.ui import drafts
from xiezhi.ui.flow import FLOWS, Walk

__all__ = ["answer", "ask", "card", "forget", "help_now", "people", "plain", "scene", "vote"]

EARLIEST = date(1949, 10, 1)


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "600"
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """The page is in no cache and no history store: somebody else may use the machine next."""
    response["Cache-Control"] = "no-store, private"
    return response


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """The question, life scenes, and the answer's address once something was asked."""
    if request.method == "POST":
        text = request.POST.get("q", "").strip()[: keep.LONGEST]
        chosen = request.POST.get("pick", "").strip()[: keep.LONGEST]
        if exceeded(request, "ask", 60, 600):
            return _too_many(request)
        if chosen or text:
            keep.save(request, keep.Asked(chosen or text, scene=_scene(request.POST.get("scene", ""))))
            return redirect("answers:answer")
        messages.warning(request, _("请先写一写您遇到的事。"))
    context = {
        "section": "ask", "scenes": _scenes(), "longest": keep.LONGEST, "asked": keep.load(request) is not None,
        "count": len(library().cards),
    }  # fmt: skip
    return _private(render(request, "answers/ask.html", context))


def _scenes() -> list[tuple[object, int]]:
    found = library()
    return [(scene, len(found.of(scene.key))) for scene in found.scenes if found.of(scene.key)]


def _scene(key: str) -> str:
    return key if library().scene(key) else ""


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponseBase:
    """The answer to what was asked in this session; a POST adds facts, scene, county or day."""
    asked = keep.load(request)
    if asked is None:
        return redirect("answers:ask")
    if request.method == "POST":
        if exceeded(request, "ask", 60, 600):
            return _too_many(request)
        keep.save(request, _refined(request, asked))
        return redirect("answers:answer")
    found = compose.answer(asked.text, facts=asked.facts, scene=asked.scene, place=asked.place, on=asked.day)
    context = {
        "section": "ask", "a": found, "asked": asked, "scenes": library().scenes, "places": places(), "model": _model_on(found),
        "today": wall.today(), "votes": Vote.CHOICES, "most_facts": keep.MOST_FACTS, "can_carry": _carries(), "aid": AID,
    }  # fmt: skip
    request.session[SHOWN] = Ballot.of(found).as_json()
    return _private(render(request, "answers/answer.html", context))


SHOWN = "answers.shown"
"""What the page showed, for its vote: the card and the articles, nothing of the question."""


def _refined(request: HttpRequest, asked: keep.Asked) -> keep.Asked:
    post = request.POST
    day = post.get("on", "")
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        on = None
        messages.warning(request, _("没有看懂日期，按今天的法律回答。"))
    if on is not None and (on == wall.today() or on < EARLIEST or on.year > wall.today().year + 3):
        on = None
    known = {place.code for place in places()}
    place = post.get("place", "")
    return keep.Asked(
        post.get("q", asked.text).strip()[: keep.LONGEST] or asked.text, post.get("facts", "").strip()[: keep.MOST_FACTS],
        _scene(post.get("scene", "")), place if place in known else "", on.isoformat() if on else "",
    )  # fmt: skip


def _model_on(found: compose.Answer) -> bool:
    """Whether the page offers a rewritten answer: never to somebody in danger."""
    if found.danger or not any(passage.text for passage in found.passages):
        return False
    try:
        return rephrase.configured() is not None
    except (rephrase.Misconfigured, OSError):
        return False


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plain(request: HttpRequest) -> HttpResponseBase:
    """The passages in easier words by the operator's own model, checked; a part of the page, or a page of its own."""
    asked = keep.load(request)
    if asked is None:
        return redirect("answers:ask")
    if exceeded(request, "ask_model", 20, 600):
        return _too_many(request)
    found = compose.answer(asked.text, facts=asked.facts, scene=asked.scene, place=asked.place, on=asked.day)
    lines = None
    if _model_on(found):
        sources = [
            Source(p.number, p.locator.act, p.full, p.locator.article, p.locator.inserted, p.text, p.locator.paragraph)
            for p in found.passages
            if p.text
        ]
        lines = rephrase.rephrase(f"{asked.text} {asked.facts}".strip(), sources)
    part = bool(request.headers.get("HX-Request"))
    context = {"section": "ask", "lines": lines, "a": found, "part": part}
    return _private(render(request, "answers/plain_part.html" if part else "answers/plain.html", context))


@guard(PUBLIC)
@require_POST
def forget(request: HttpRequest) -> HttpResponseBase:
    """Drop the question now. `leave` goes to the start page, for somebody who is being watched."""
    keep.forget(request)
    request.session.pop(SHOWN, None)
    if request.POST.get("leave"):
        return redirect("portal:home")
    messages.success(request, _("您的问题已经删除。"))
    return redirect("answers:ask")


@guard(PUBLIC)
@require_POST
def vote(request: HttpRequest) -> HttpResponseBase:
    """Whether it helped. Stored without the question."""
    if exceeded(request, "ask_vote", 20, 3600):
        return _too_many(request)
    ballot = Ballot.from_json(request.session.get(SHOWN))
    card_id = request.POST.get("card", "")
    if card_id in library().by_id:
        ballot = Ballot.of_card(library().by_id[card_id])
    done = cast(ballot, request.POST.get("choice", ""), request.POST.get("comment", ""))
    if done:
        request.session.pop(SHOWN, None)
        messages.success(request, _("谢谢，已经记下。没有保存您的问题。"))
    else:
        messages.warning(request, _("请先选一项。"))
    back = "answers:card" if card_id in library().by_id else "answers:answer"
    return redirect(back, card_id) if back == "answers:card" else redirect(back)


def _carries() -> bool:
    flow = FLOWS.get(AID)
    return flow is not None and flow.step(carry.STEP) is not None


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponseBase:
    """Take the question along into an application for legal aid: shown first, carried only when the person says so."""
    asked, flow = keep.load(request), FLOWS.get(AID)
    if asked is None or flow is None or not _carries():
        return redirect("answers:ask")
    if request.method == "POST":
        if exceeded(request, "draft", 30, 3600):
            return _too_many(request)
        user = request.user
        account = user if user.is_authenticated and user.kind == AccountKind.CITIZEN else None
        opened = drafts.current(request, flow.code, flow.event) or drafts.start(request, flow.code, flow.event)
        carry.put(Walk(flow, opened, account), f"{asked.text}\n{asked.facts}".strip())
        messages.success(request, _("问题已经带到申请的“事情的经过”一页，您可以修改。"))
        return redirect("portal:tasks", code=flow.code)
    return _private(render(request, "answers/people.html", {"section": "ask", "asked": asked, "flow": flow}))


@guard(PUBLIC)
def help_now(request: HttpRequest) -> HttpResponse:
    """Urgent numbers, for a link from anywhere."""
    return render(
        request, "answers/help.html", {"section": "ask", "kinds": danger.KINDS.values(), "contacts": danger.CONTACTS}
    )


@guard(PUBLIC)
def scene(request: HttpRequest, key: str) -> HttpResponse:
    """The questions of a life scene."""
    found = library().scene(key)
    if found is None:
        raise Http404
    context = {
        "section": "ask",
        "scene": found,
        "cards": library().of(key),
        "scenes": _scenes(),
        "longest": keep.LONGEST,
    }
    return render(request, "answers/scene.html", context)


@guard(PUBLIC)
def card(request: HttpRequest, key: str) -> HttpResponse:
    """One question with its answer by today's law."""
    page = compose.card_page(key)
    if page is None:
        raise Http404
    found = danger.find(page.card.q)
    context = {
        "section": "ask",
        "p": page,
        "danger": found,
        "votes": Vote.CHOICES,
        "today": wall.today(),
        "print_at": wall.now(),
    }
    return render(request, "answers/card.html", context)
