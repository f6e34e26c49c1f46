"""刑事案件智能咨询: who asks, what happened, candidates, one question at a time, the stage, the outcome. Every form works
without JavaScript; nothing told stands in an address, a log or a table of ours."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar.services import load as load_calendar

from . import danger, engine, keep, loading, matching, telling
from .declare import ANSWERS, NO, ROLES, UNSURE, YES, Defense, Element, Elsewhere, Whole

__all__ = ["candidates", "clear", "offense", "offenses", "question", "result", "stage", "start"]

log = logging.getLogger(__name__)
EARLIEST = date(1980, 1, 1)
ROLE_TEXTS = {
    "suspect": gettext_lazy("我被怀疑、被传唤，或者做了这件事"),
    "family": gettext_lazy("我的家人、朋友被抓、被查"),
    "victim": gettext_lazy("我是被害人，或者替被害人问"),
    "witness": gettext_lazy("我看见了、知道情况"),
    "owner": gettext_lazy("我是单位、公司的负责人"),
}
ANSWER_TEXTS = {YES: gettext_lazy("是"), NO: gettext_lazy("不是"), UNSURE: gettext_lazy("不清楚")}
MOST_CHOSEN = 4


def _private(response: HttpResponse) -> HttpResponse:
    """The page is in no cache and no history store: somebody else may use the machine next."""
    response["Cache-Control"] = "no-store, private"
    return response


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return _private(render(request, f"criminal/{name}.html", {"section": "criminal", **context}, status=status))


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "600"
    return response


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponseBase:
    """Who asks and what happened; the story may be left out."""
    whole = loading.whole()
    told = keep.load(request, whole)
    error = ""
    if request.method == "POST":
        if exceeded(request, "criminal", 60, 600):
            return _too_many(request)
        role = request.POST.get("role", "")
        story = request.POST.get("story", "").strip()[: keep.LONGEST]
        if role in ROLES:
            keep.save(request, keep.Told(role=role, story=story))
            return redirect("criminal:candidates")
        told, error = told.but(story=story), _("请先选一选您是谁")
    context = {
        "told": told,
        "roles": list(ROLE_TEXTS.items()),
        "error": error,
        "longest": keep.LONGEST,
        "count": len(whole.offenses),
    }
    return _page(request, "start", context, 422 if error else 200)


def _found(story: str) -> list[tuple[str, int, int, float]]:
    """Articles of criminal law retrieved for the story; nothing where the library cannot answer."""
    from xiezhi.kernel.law import retrieval

    try:
        hits = retrieval.ask(story, wall.today(), 20)
    except Exception as error:  # its message may repeat the story: the kind of error alone is logged
        log.error("retrieval failed: %s", type(error).__name__)
        return []
    return [(hit.act, hit.article, hit.inserted, hit.score) for hit in hits if hit.act == "刑法"]


def _matched(whole: Whole, told: keep.Told) -> matching.Candidates:
    return matching.candidates(whole, told.story, _found(told.story))


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def candidates(request: HttpRequest) -> HttpResponseBase:
    """What it may be, several where it is unclear, and what it may be instead; the person chooses what to examine."""
    whole = loading.whole()
    told = keep.load(request, whole)
    if not told.role:
        return redirect("criminal:start")
    error = ""
    if request.method == "POST":
        chosen = tuple(key for key in dict.fromkeys(request.POST.getlist("key")) if key in whole.offenses)[:MOST_CHOSEN]
        if chosen:
            keep.save(request, told.but(chosen=chosen))
            return redirect("criminal:question")
        error = _("请至少选一种来对照；都不像，就看下面“也可能不是犯罪”")
    found = _matched(whole, told) if told.story else None
    ticked = set(told.chosen)
    if found is not None and not ticked:
        ticked = {r.thing.key for r in found.offenses[:3] if r.because and r.score >= 0.4 * found.offenses[0].score}
        ticked = ticked or {r.thing.key for r in found.offenses[:2]}
    shown = {r.thing.key for r in found.offenses} if found else set()
    context = {
        "told": told, "found": found, "ticked": ticked, "groups": _groups(whole, shown), "error": error,
        "danger": danger.in_danger(told.story), "most": MOST_CHOSEN, "role_text": ROLE_TEXTS[told.role],
    }  # fmt: skip
    return _page(request, "candidates", context, 422 if error else 200)


def _groups(whole: Whole, without: set[str]) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for offense in whole.offenses.values():
        if offense.key not in without:
            groups.setdefault(offense.group, []).append(offense)
    return list(groups.items())


def _asked(whole: Whole, told: keep.Told) -> list[tuple[str, Element | Defense]]:
    return engine.questions(whole, [whole.offenses[key] for key in told.chosen], told.answers, told.role)


def _number(raw: str, most: int) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= most else None


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest) -> HttpResponseBase:
    """One element at a time: 是, 不是, 不清楚. Which one is asked follows from what was told, not from the address."""
    whole = loading.whole()
    told = keep.load(request, whole)
    if not told.role or not told.chosen:
        return redirect("criminal:start")
    asked = _asked(whole, told)
    error = ""
    if request.method == "POST":
        fact, value = request.POST.get("fact", ""), request.POST.get("value", "")
        if fact not in dict(asked):
            return redirect("criminal:question")
        if value in ANSWERS:
            keep.save(request, told.but(answers={**told.answers, fact: value}))
            return redirect("criminal:result" if request.POST.get("back") == "result" else "criminal:question")
        error = _("请选一个；拿不准就选“不清楚”")
        at: int | None = list(dict(asked)).index(fact)
    else:
        number = _number(request.GET.get("at", ""), len(asked))
        at = number - 1 if number else next((n for n, (fact, _t) in enumerate(asked) if fact not in told.answers), None)
    if at is None:
        return redirect("criminal:result" if told.stage else "criminal:stage")
    fact, thing = asked[at]
    context = {
        "told": told, "fact": fact, "thing": thing, "number": at + 1, "total": len(asked), "error": error,
        "value": told.answers.get(fact, ""), "choices": list(ANSWER_TEXTS.items()), "before": at, "done": sum(f in told.answers for f, _t in asked),
        "is_defense": isinstance(thing, Defense), "names": _names(whole, told, fact), "back": request.GET.get("from", ""),
    }  # fmt: skip
    return _page(request, "question", context, 422 if error else 200)


def _names(whole: Whole, told: keep.Told, fact: str) -> list[str]:
    """Names of the offenses an element belongs to."""
    return [whole.offenses[k].name for k in told.chosen if any(e.fact == fact for e in whole.offenses[k].elements)]


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: HttpRequest) -> HttpResponseBase:
    """Where the case stands, the day its clocks run from, whether somebody under age is concerned."""
    whole = loading.whole()
    told = keep.load(request, whole)
    if not told.role:
        return redirect("criminal:start")
    error = ""
    entered = {"y": "", "m": "", "d": ""}
    if told.on:
        entered = {"y": str(told.on.year), "m": str(told.on.month), "d": str(told.on.day)}
    if request.method == "POST":
        entered = {name: request.POST.get(name, "").strip()[:4] for name in entered}
        key = request.POST.get("stage", "")
        day, error = _day(entered)
        if key not in whole.stages:
            error = _("请选一选到了哪一步")
        told = told.but(stage=key if key in whole.stages else "", minor=request.POST.get("minor") == "1")
        if not error:
            keep.save(request, told.but(day=day.isoformat() if day else ""))
            return redirect("criminal:result")
    context = {"told": told, "stages": whole.stages.values(), "entered": entered, "error": error}
    return _page(request, "stage", context, 422 if error else 200)


def _day(entered: dict[str, str]) -> tuple[date | None, str]:
    if not any(entered.values()):
        return None, ""
    try:
        found = date(int(entered["y"]), int(entered["m"]), int(entered["d"]))
    except ValueError:
        return None, _("日期没有看懂；请填年、月、日，或者都不填")
    if not EARLIEST <= found <= wall.today():
        return None, _("这一天不在过去，请检查年份")
    return found, ""


@guard(PUBLIC)
@never_cache
@require_safe
def result(request: HttpRequest) -> HttpResponseBase:
    """Elements met, missing, unclear; ranges as facts of articles; clocks, rights, next steps; never a forecast."""
    whole = loading.whole()
    told = keep.load(request, whole)
    if not told.role or not (told.chosen or told.story or told.stage):
        return redirect("criminal:start")
    found = _matched(whole, told) if told.story else None
    others = [r.thing for r in found.elsewhere] if found else []
    said = telling.outcome(
        whole, told, [o for o in others if isinstance(o, Elsewhere)], wall.today(), load_calendar().provisional()
    )
    asked = _asked(whole, told) if told.chosen else []
    answers = [
        (number, thing.short, ANSWER_TEXTS[told.answers[fact]])
        for number, (fact, thing) in enumerate(asked, 1)
        if fact in told.answers
    ]
    context = {
        "told": told, "o": said, "answers": answers, "open": sum(f not in told.answers for f, _t in asked), "today": wall.today(),
        "reviewed": whole.reviewed, "role_text": ROLE_TEXTS[told.role], "danger": danger.in_danger(told.story) or any(
            c.offense.danger for c in said.checked),
    }  # fmt: skip
    return _page(request, "result", context)


@guard(PUBLIC)
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Forget everything now."""
    keep.forget(request)
    return redirect("criminal:start")


@guard(PUBLIC)
@require_safe
def offenses(request: HttpRequest) -> HttpResponse:
    """Every offense the assistant knows."""
    whole = loading.whole()
    context = {"section": "criminal", "groups": _groups(whole, set()), "count": len(whole.offenses)}
    return render(request, "criminal/offenses.html", context)


@guard(PUBLIC)
@require_safe
def offense(request: HttpRequest, key: str) -> HttpResponse:
    """One offense: elements, ranges, what applies below them."""
    whole = loading.whole()
    if key not in whole.offenses:
        raise Http404
    checked, articles = telling.offense_page(whole, whole.offenses[key], wall.today())
    context = {
        "section": "criminal",
        "c": checked,
        "articles": articles,
        "absent": [a for a in articles if not a.lines],
        "reviewed": whole.reviewed,
    }
    return render(request, "criminal/offense.html", context)
