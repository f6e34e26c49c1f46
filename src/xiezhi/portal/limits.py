"""Limits of public forms: enough for anybody in a hurry, too few for a machine that tries numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from xiezhi.kernel.access.limits import exceeded

__all__ = ["exceeded", "limited", "too_many"]


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
