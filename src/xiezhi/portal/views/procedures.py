"""法定程序: every procedure as it is declared, with diagram, events, terms and articles."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures import render as pages


@guard(PUBLIC)
def index(request: HttpRequest) -> HttpResponse:
    """Procedures in force, by code."""
    found = registry.all_procedures() or registry.load_all()
    return render(request, "portal/procedures.html", {"section": "procedures", "procedures": found})


@guard(PUBLIC)
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure; `?v=` gives another version."""
    version = request.GET.get("v", "")
    try:
        found = registry.get(code, int(version) if version.isdecimal() else None)
    except LookupError:
        raise Http404 from None
    # The renderer escapes every word; what it returns is markup of our own making.
    body = mark_safe(pages.html(found))  # noqa: S308
    others = [p for p in registry.versions(found.code) if p is not found]
    return render(
        request, "portal/procedure.html", {"section": "procedures", "procedure": found, "body": body, "others": others}
    )
