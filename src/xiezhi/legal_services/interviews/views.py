"""The pages: a list, a start, one question a page, the answers to check, the result. All work without JavaScript."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.calendar.services import load as load_calendar

from . import keeping, loading, telling
from .declare import UNKNOWN, Answers, Guide
from .engine import Walk, result, say_value, walk

__all__ = ["check", "clear", "index", "outcome", "question", "start"]


def _guide(key: str) -> Guide:
    found = loading.get(key)
    if found is None:
        raise Http404
    return found


def _calendar() -> Calendar:
    return load_calendar().provisional()


def _walk(guide: Guide, answers: Answers) -> Walk:
    return walk(guide, answers, clock.today(), _calendar())


def title_of(guide: Guide) -> tuple[str, str]:
    """Title and summary in the reader's language."""
    english = (get_language() or "").startswith("en")
    return (guide.title_en, guide.summary_en) if english and guide.title_en else (guide.title, guide.summary)


def _context(guide: Guide, **more: object) -> dict[str, object]:
    title, summary = title_of(guide)
    return {"guide": guide, "guide_title": title, "guide_summary": summary, **more}


@guard(PUBLIC)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every interview."""
    guides = [(guide, *title_of(guide)) for guide in loading.all_guides().values()]
    return render(request, "interviews/index.html", {"guides": guides})


@guard(PUBLIC)
@never_cache
@require_safe
def start(request: HttpRequest, key: str) -> HttpResponse:
    """What it is for, and where somebody left off."""
    guide = _guide(key)
    walked = _walk(guide, keeping.recall(request, guide))
    context = _context(guide, walked=walked, most=len(_walk(guide, {}).facts.guide.facts))
    return render(request, "interviews/start.html", context)


@guard(PUBLIC)
@never_cache
def question(request: HttpRequest, key: str, fact: str) -> HttpResponse:
    """One question. The answer leads to the next one; the address of a question that is not asked leads to the one that is."""
    guide = _guide(key)
    asked = guide.facts.get(fact)
    if asked is None:
        raise Http404
    answers = keeping.recall(request, guide)
    walked = _walk(guide, answers)
    if asked not in walked.path and asked != walked.next:
        return _onward(guide, walked)
    error = ""
    from_check = request.GET.get("from") == "check"
    if request.method == "POST":
        value, error = keeping.parse(asked, request.POST)
        if value is not None:
            answers[fact] = value
            keeping.keep(request, guide, answers)
            return _onward(guide, _walk(guide, answers))
        entered = keeping.typed(asked, request.POST)
        unknown = request.POST.get("unknown") == "1"
    else:
        known = answers.get(fact)
        unknown = known == UNKNOWN
        entered = _entered(asked.kind, known)
    place = walked.path.index(asked) if asked in walked.path else len(walked.path)
    context = _context(
        guide, fact=asked, error=error, entered=entered, unknown=unknown, number=place + 1,
        total=len(walked.path) + max(walked.left, 1), before=walked.path[place - 1] if place else None, from_check=from_check,
        choices=[(keeping.code_of(value), label) for value, label in asked.choices],
    )  # fmt: skip
    return render(request, "interviews/question.html", context, status=422 if error else 200)


def _entered(kind: str, known: object) -> dict[str, str]:
    if known is None or (known == UNKNOWN and not isinstance(known, bool)):
        return {"value": UNKNOWN if known is not None else ""}
    if kind == "date":
        year, month, day = str(known).split("-")
        return {"y": year, "m": str(int(month)), "d": str(int(day))}
    return {"value": keeping.code_of(known)}  # type: ignore[arg-type]


def _onward(guide: Guide, walked: Walk) -> HttpResponse:
    if walked.next is not None:
        return redirect("interviews:question", key=guide.key, fact=walked.next.key)
    return redirect("interviews:check", key=guide.key)


@guard(PUBLIC)
@never_cache
@require_safe
def check(request: HttpRequest, key: str) -> HttpResponse:
    """The answers, each to be changed."""
    guide = _guide(key)
    walked = _walk(guide, keeping.recall(request, guide))
    if walked.next is not None and not walked.path:
        return redirect("interviews:start", key=guide.key)
    lines = [(fact, say_value(guide, fact.key, walked.facts.answers[fact.key])) for fact in walked.path]
    return render(request, "interviews/check.html", _context(guide, walked=walked, lines=lines))


@guard(PUBLIC)
@never_cache
@require_safe
def outcome(request: HttpRequest, key: str) -> HttpResponse:
    """What the answers lead to: why, by when, what to do, where."""
    guide = _guide(key)
    walked = _walk(guide, keeping.recall(request, guide))
    if walked.outcome is None:
        return _onward(guide, walked)
    today = clock.today()
    told = telling.tell(walked, result(walked), today)
    return render(request, "interviews/outcome.html", _context(guide, told=told, outcome=walked.outcome, today=today))


@guard(PUBLIC)
@require_POST
def clear(request: HttpRequest, key: str) -> HttpResponse:
    """Forget the answers now."""
    guide = _guide(key)
    keeping.forget(request, guide)
    return redirect("interviews:start", key=guide.key)
