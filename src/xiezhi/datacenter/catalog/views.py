"""资源目录 pages: find a resource, read its national fields, see who uses it, ask for it."""

from __future__ import annotations

import csv
import io

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.catalog import entries
from xiezhi.datacenter.standards.declare import ShareType
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock
from xiezhi.ui.plug import desk_page

READ = ROLE(*roles.READERS, roles.SUPPLIER.code)


def _asked(request: HttpRequest) -> list[entries.Entry]:
    asked = {k: request.GET.get(k, "") for k in ("base", "share", "level")}
    return entries.find(request.GET.get("q", "").strip()[:60], **asked)


@guard(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The catalog, by base, with search and filters."""
    found = _asked(request)
    groups: dict[str, list[entries.Entry]] = {}
    for one in found:
        groups.setdefault(entries.BASES.get(one.table.base, one.table.base), []).append(one)
    context = {
        "groups": groups, "n": len(found), "items": sum(len(e.items) for e in found), "rows": sum(e.rows or 0 for e in found),
        "bases": entries.BASES, "shares": list(ShareType), "levels": entries.RANKS,
        **{k: request.GET.get(k, "") for k in ("q", "base", "share", "level")},
    }  # fmt: skip
    return desk_page(request, "catalog/index.html", context, active="data-catalog")


def _apply_url(code: str) -> str:
    for name in ("sharing_desk:new", "sharing_desk:apply"):
        try:
            return f"{reverse(name)}?table={code}"
        except NoReverseMatch:
            continue
    return ""


@guard(READ)
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One resource: national fields, items, interfaces, users."""
    from xiezhi.datacenter.exchange.models import Grant, GrantState

    found = entries.entry(code)
    if found is None:
        raise Http404
    grants = (
        Grant.objects.filter(interface__in=[i.code for i in found.interfaces])
        .select_related("caller")
        .order_by("caller__agency")
    )
    may = found.share is not ShareType.NONE and of_request(request).has(roles.SHARER.code)
    context = {
        "entry": found, "fields": [(k, v) for k, v in found.fields() if v], "grants": grants, "active_state": GrantState.ACTIVE,
        "apply": _apply_url(code) if may else "", "today": clock.today(),
    }  # fmt: skip
    return desk_page(request, "catalog/one.html", context, active="data-catalog")


@guard(READ)
@require_safe
def schema(request: HttpRequest, code: str) -> JsonResponse:
    """The table's JSON Schema, for whoever builds against it."""
    from xiezhi.datacenter.standards import schema as schemas

    found = entries.entry(code)
    if found is None:
        raise Http404
    return JsonResponse(
        schemas.json(found.table, [i.name for i in found.items]), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )


@guard(READ)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What the filters show, one line per item, as CSV for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "信息资源代码",
            "信息资源名称",
            "提供方",
            "共享属性",
            "更新周期",
            "信息项",
            "列名",
            "类型",
            "格式",
            "代码集",
            "分级",
        ]
    )
    for e in _asked(request):
        for i in e.items:
            writer.writerow([e.code, e.title, e.provider, e.share.label, e.table.update_cycle, i.title, i.name, i.type, i.format, i.code_set, i.level.label])  # fmt: skip
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E8%B5%84%E6%BA%90%E7%9B%AE%E5%BD%95.csv"
    return response
