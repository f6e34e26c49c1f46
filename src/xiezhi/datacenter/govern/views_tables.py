"""数据表: count, age, states, columns with levels and shares, rules, tickets, and where each column comes from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import declare
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.ui.plug import desk_page

from . import lineage, scores, selectors
from . import rules as ruling
from .models import IssueTicket, QualityCheck
from .views import declared_or_404

READ = ROLE(*roles.READERS)


@guard(READ)
@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """Every declared table by base, with rows, age and last score."""
    from xiezhi.datacenter.lake import tables as lake

    present = set(lake.names())
    last = {c.table: c for c in QualityCheck.objects.order_by("table", "-at").distinct("table")}
    groups: dict[str, list[tuple[declare.Table, int | None, Any, Any]]] = {}
    for table in declare.tables.all():
        rows = lake.get(table.lake_name).count() if table.lake_name in present else None
        groups.setdefault(table.base, []).append((table, rows, last.get(table.code), scores.fresh(table.code)))
    order = sorted(groups, key=lambda b: (b.startswith("SB"), int("".join(c for c in b if c.isdecimal()) or 0)))
    return desk_page(request, "govern/tables.html", {"groups": [(b, groups[b]) for b in order]}, active="data-tables")


@guard(READ)
@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """One table."""
    declared = declared_or_404(code)
    rules = ruling.of(declared, staged=True)
    context = {
        "table": declared, "card": selectors.table_card(declared), "columns": selectors.profile(declared), "rules": rules,
        "tickets": IssueTicket.objects.filter(table=code, open=True).select_related("matter", "supplier").order_by("matter__due_sort")[:20],
        "checks": QualityCheck.objects.filter(table=code).select_related("supplier").order_by("-at")[:10], "fresh": scores.fresh(code),
        "lake": declared.lake_name,
    }  # fmt: skip
    return desk_page(request, "govern/table.html", context, active="data-tables")


@guard(READ)
@require_safe
def table_lineage(request: HttpRequest, code: str) -> HttpResponse:
    """Where the columns come from and who uses them: a picture of tables, and a table of columns."""
    declared = declared_or_404(code)
    lineage.sync()
    column = request.GET.get("column", "")[:120]
    known = {c.name for c in declared.all_columns}
    graph = lineage.of(declared.lake_name, column if column in known else "")
    context = {
        "table": declared, "column": column if column in known else "", "columns": declared.all_columns, "picture": picture(graph),
        "up": graph.up, "down": graph.down, "impact": lineage.impact(declared.lake_name, column) if column in known else [],
    }  # fmt: skip
    return desk_page(request, "govern/lineage.html", context, active="data-tables")


STEP, LINE, WIDE = 240, 46, 200


def picture(graph: lineage.Graph) -> dict[str, Any]:
    """Tables of a graph as boxes in columns by distance, and lines between them, for an SVG."""
    depth: dict[str, int] = {graph.table: 0}
    for (name, _column), level in graph.depth.items():
        if name != graph.table:
            known = depth.get(name)
            depth[name] = level if known is None or abs(level) > abs(known) else known
    levels = sorted(set(depth.values()))
    boxes: dict[str, dict[str, Any]] = {}
    for i, level in enumerate(levels):
        for j, name in enumerate(sorted(n for n, d in depth.items() if d == level)):
            boxes[name] = {
                "name": name,
                "x": 10 + i * STEP,
                "y": 10 + j * LINE,
                "self": name == graph.table,
                "tx": 20 + i * STEP,
                "ty": 31 + j * LINE,
            }
    pairs = sorted(
        {
            (e.from_table, e.to_table)
            for e in graph.edges
            if e.from_table in boxes and e.to_table in boxes and e.from_table != e.to_table
        }
    )
    lines = [
        {
            "x1": boxes[a]["x"] + WIDE,
            "y1": boxes[a]["y"] + 16,
            "x2": boxes[b]["x"],
            "y2": boxes[b]["y"] + 16,
            "from": a,
            "to": b,
        }
        for a, b in pairs
    ]
    return {
        "boxes": list(boxes.values()), "lines": lines, "width": 20 + max(1, len(levels)) * STEP,
        "height": 20 + max([1, *(sum(d == lv for d in depth.values()) for lv in levels)]) * LINE,
    }  # fmt: skip
