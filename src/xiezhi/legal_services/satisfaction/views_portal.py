"""Rating by link, by code and after signing in; what the public may read. Nothing here needs JavaScript."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.core import Refused

from . import codes, policies, selectors, services
from .models import Invitation, Rating

AT_COUNTER = "satisfaction.counter"
"""Session key of the question that a code opened on this screen, with the moment it was opened."""
LINK_TRIES, CODE_TRIES, WINDOW = 40, 10, 600


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(WINDOW)
    return response


def _gone(request: HttpRequest, said: str = "") -> HttpResponse:
    said = said or _("这个链接不对、已经用完或者已经过期。")
    return render(request, "satisfaction/gone.html", {"said": said}, status=404)


def _page(
    request: HttpRequest, invitation: Invitation, *, again: bool, error: str = "", field: str = "", typed: Any = None, status: int = 200,
    counter: bool = False,
) -> HttpResponse:  # fmt: skip
    rating: Rating | None = getattr(invitation, "rating", None)
    typed = typed or {}
    chosen = str(
        typed.get("level") or (rating.level if rating and not again and services.may_change(invitation) else "")
    )
    ticked = set(typed.get("reasons") or (rating.reasons if rating and not again else ()))
    groups = [
        (level, title, [(c, w, c in ticked and str(level) == chosen) for c, w in codes.reasons_for(level)])
        for level, title in codes.LEVELS.items()
    ]  # fmt: skip
    context = {
        "section": "my", "invitation": invitation, "title": selectors.step_title(invitation.procedure, invitation.event), "groups": groups,
        "chosen": chosen, "error": error, "error_field": field, "again": again, "counter": counter, "max_words": services.MAX_WORDS,
        "words": typed.get("words") if typed else (services.words_of(rating) if rating and not again else ""), "changing": rating is not None,
    }  # fmt: skip
    return render(request, "satisfaction/rate.html", context, status=status)


def _answer(
    request: HttpRequest, invitation: Invitation, channel: str, after: str, *, counter: bool = False
) -> HttpResponse:
    """Show the question, or take the answer and go to `after`."""
    again = services.asks_again(invitation) is not None
    open_ = again or services.open_now(invitation) or services.may_change(invitation)
    if request.method == "GET":
        if not open_:
            return redirect(after) if hasattr(invitation, "rating") else _gone(request, _("评价的时间已过。"))
        return _page(request, invitation, again=again, counter=counter)
    level = request.POST.get("level", "")
    typed: dict[str, Any] = {
        "level": level, "reasons": request.POST.getlist(f"why-{level}"), "words": request.POST.get("words", ""),
    }  # fmt: skip
    subject = of_request(request)
    try:
        if again:
            services.rerate(invitation, level, typed["words"], subject)
        elif hasattr(invitation, "rating"):
            services.change(invitation.pk, level, typed["reasons"], typed["words"], subject)
        else:
            services.rate(invitation.pk, level, typed["reasons"], typed["words"], channel, subject)
    except services.NotNow as no:
        return _page(
            request, invitation, again=again, error=str(no), field=no.field, typed=typed, status=422, counter=counter
        )
    except Refused as no:
        return _page(request, invitation, again=again, error=str(no), typed=typed, status=422, counter=counter)
    return redirect(after)


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a link from a message: no signing in, nothing personal in the address."""
    if exceeded(request, "satisfaction-link", LINK_TRIES, WINDOW):
        return _too_many(request)
    invitation = services.by_token(token)
    if invitation is None:
        return _gone(request)
    return _answer(request, invitation, Rating.LINK, reverse("satisfaction:done"))


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The screen at the counter: eight digits that the clerk's desk shows open the question."""
    if request.method == "GET":
        return render(request, "satisfaction/code.html", {"section": "my", "code": request.GET.get("code", "")[:12]})
    if exceeded(request, "satisfaction-code", CODE_TRIES, WINDOW):
        return _too_many(request)
    code = request.POST.get("code", "")
    invitation = services.by_code(code)
    if invitation is None:
        said = _("评价码不对或者已经过期，请工作人员再给一个。")
        return render(
            request, "satisfaction/code.html", {"section": "my", "code": code[:12], "error": said}, status=422
        )
    request.session[AT_COUNTER] = [invitation.pk, wall.now().timestamp()]
    return redirect("satisfaction:counter")


@guard(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def at_counter(request: HttpRequest) -> HttpResponse:
    """The question a code opened on this screen; it closes with the answer, or after ten minutes."""
    kept = request.session.get(AT_COUNTER)
    invitation = None
    if isinstance(kept, list) and len(kept) == 2 and 0 <= wall.now().timestamp() - float(kept[1]) < WINDOW:
        invitation = Invitation.objects.select_related("matter", "unit", "rating").filter(pk=kept[0]).first()
    if invitation is None:
        return redirect("satisfaction:code")
    if hasattr(invitation, "rating") and not services.asks_again(invitation):
        # The next person at this screen shall not read what was answered elsewhere.
        request.session.pop(AT_COUNTER, None)
        return _gone(request, _("这一步已经评价过了。要修改，请用短信里的链接或者登录后在“我的评价”里修改。"))
    answer = _answer(request, invitation, Rating.COUNTER, reverse("satisfaction:done"), counter=True)
    if answer.status_code == 302:
        request.session.pop(AT_COUNTER, None)
    return answer


@guard(PUBLIC)
@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """Thanks, and what happens with the answer. Says nothing of what was answered: the screen may be a shared one."""
    return render(request, "satisfaction/done.html", {"section": "my"})


@guard(policies.RATING_OWN)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """我的评价: what I was asked and what I answered."""
    steps = selectors.mine(of_request(request))
    return render(request, "satisfaction/mine.html", {"section": "my", "steps": steps})


@guard(policies.RATING_OWN)
@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One question put to me, after signing in."""
    if request.method == "POST" and exceeded(request, "satisfaction-own", LINK_TRIES, WINDOW):
        return _too_many(request)
    invitation = selectors.find_own(of_request(request), public_id)
    if invitation is None:
        raise NotFoundForYou
    return _answer(request, invitation, Rating.SITE, reverse("satisfaction:mine"))


@guard(PUBLIC)
@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """满意度公开: units with enough ratings in the last twelve months."""
    text = request.GET.get("q", "")[:40].replace("\x00", "")
    context = {
        "section": "services",
        "found": selectors.public_units(text),
        "q": text,
        "rule": selectors.least_public(),
    }
    return render(request, "satisfaction/public.html", context)
