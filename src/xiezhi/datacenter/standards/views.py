"""数据标准 pages: bases and their tables, data elements, code sets; what stands behind each column."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import checks, declare, finding
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.datasets.registry import Level
from xiezhi.ui.plug import desk_page

READ = ROLE(*roles.READERS, roles.SUPPLIER.code)
ACTIVE = "data-standards"


def _word(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:60]


@guard(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Bases with their tables; a search finds elements and code sets as well."""
    word = _word(request)
    found = finding.bases(word)
    context = {
        "bases": found, "q": word, "n_tables": len(declare.tables.all()), "n_elements": len(declare.elements.all()),
        "n_sets": len(declare.code_sets.all()), **(finding.matches(word) if word else {}), "tab": "tables",
    }  # fmt: skip
    return desk_page(request, "standards/index.html", context, active=ACTIVE)


@guard(READ)
@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """One table: facts, columns, rules."""
    if code not in declare.tables:
        raise Http404
    held = declare.tables.get(code)
    context = {
        "table": held, "rows": finding.rows(held), "common": finding.rows(held, common=True), "rules": finding.rules(held),
        "sensitive": (Level.PERSONAL, Level.CORE),
    }  # fmt: skip
    return desk_page(request, "standards/table.html", context, active=ACTIVE)


@guard(READ)
@require_safe
def elements(request: HttpRequest) -> HttpResponse:
    """All data elements."""
    word = _word(request)
    found = finding.matches(word)["elements"]
    return desk_page(
        request, "standards/elements.html", {"elements": found, "q": word, "tab": "elements"}, active=ACTIVE
    )


@guard(READ)
@require_safe
def element(request: HttpRequest, code: str) -> HttpResponse:
    """One data element: its record (platform.md 3.2) and where it is used."""
    if code not in declare.elements:
        raise Http404
    held = declare.elements.get(code)
    context: dict[str, Any] = {"element": held, "check": checks.CHECKS.get(held.check), "used": finding.used_by(held)}
    if held.code_set:
        context["codes"] = declare.code_sets.get(held.code_set)
    return desk_page(request, "standards/element.html", context, active=ACTIVE)


@guard(READ)
@require_safe
def code_sets(request: HttpRequest) -> HttpResponse:
    """All code sets."""
    word = _word(request)
    found = finding.matches(word)["code_sets"]
    return desk_page(request, "standards/code_sets.html", {"sets": found, "q": word, "tab": "codes"}, active=ACTIVE)


@guard(READ)
@require_safe
def code_set(request: HttpRequest, code: str) -> HttpResponse:
    """One code set with its codes and the elements that use it."""
    if code not in declare.code_sets:
        raise Http404
    held = declare.code_sets.get(code)
    return desk_page(
        request, "standards/code_set.html", {"set": held, "used": finding.used_by_codes(code)}, active=ACTIVE
    )
