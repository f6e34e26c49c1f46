"""Limits of public forms: enough for anybody in a hurry, too few for a machine that tries numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from xiezhi.kernel.access.services import terminal_of


def exceeded(request: HttpRequest, name: str, times: int, seconds: int) -> bool:
    """Count one try of this terminal; True when it is one too many within the window."""
    key = f"portal.limit.{name}.{terminal_of(request)}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return bool(cache.incr(key) > times)
    except ValueError:  # expired between the two calls
        cache.set(key, 1, seconds)
        return False


def too_many(request: HttpRequest) -> HttpResponseBase:
    """429 in plain words."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "600"
    return response


View = Callable[..., HttpResponseBase]


def limited(name: str, times: int, seconds: int, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """Decorator: at most `times` calls in `seconds` from one terminal. Stands below @guard."""

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods and exceeded(request, name, times, seconds):
                return too_many(request)
            return view(request, *args, **kwargs)

        return inner

    return wrap
