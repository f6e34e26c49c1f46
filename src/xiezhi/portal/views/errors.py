"""Error pages in plain words that reveal nothing: neither what exists nor why it is closed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xiezhi.kernel.access.permissions import Forbidden


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403; the reason is told where our own rules gave one."""
    reason = exception.reason if isinstance(exception, Forbidden) else ""
    return render(request, "403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what does not exist and what is not for you."""
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; drawn without the database, which may be what failed."""
    return render(None, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long."""
    return render(request, "403_csrf.html", status=403)
