"""开放数据 pages: what there is, a set with preview and charts, looking something up, downloads, the query interface, DCAT."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiezhi.datacenter.opendata import query, uses
from xiezhi.datacenter.opendata.declare import Kind, OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release, Wish
from xiezhi.datacenter.opendata.release import current, folder
from xiezhi.datacenter.standards.declare import code_sets, tables
from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import Level

PREVIEW = 10
A_PAGE = 20


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"opendata/{name}.html", {"section": "data", **context}, status=status)


def _set(code: str) -> tuple[OpenSet, Release]:
    if code not in open_sets:
        raise Http404
    release = current(code)
    if release is None:
        raise Http404
    return open_sets.get(code), release


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _wants(request: HttpRequest) -> str:
    accept = request.headers.get("Accept", "")
    for media, form in (("text/turtle", "turtle"), ("application/ld+json", "jsonld")):
        if media in accept and "text/html" not in accept:
            return form
    return ""


def _dcat(request: HttpRequest, releases: list[Release], form: str) -> HttpResponse:
    from xiezhi.datacenter.opendata import dcat

    graph = dcat.catalog(
        _base(request), releases, publisher=settings.SITE_HOST or settings.SITE_ORG, contact=settings.HOTLINE,
        license_=settings.OPEN_DATA_LICENSE,
    )  # fmt: skip
    text = graph.serialize(format="turtle" if form == "turtle" else "json-ld")
    media = "text/turtle; charset=utf-8" if form == "turtle" else "application/ld+json"
    response = HttpResponse(text, content_type=media)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _released() -> list[Release]:
    return list(Release.objects.filter(state=Release.State.RELEASED).order_by("set_code"))


@guard(PUBLIC)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All open sets, by theme, with search over titles, descriptions and columns; DCAT for machines that ask for it."""
    releases = {r.set_code: r for r in _released()}
    if form := _wants(request):
        return _dcat(request, list(releases.values()), form)
    wanted, theme, kind = (request.GET.get(k, "").strip() for k in ("q", "theme", "kind"))
    found, themes = [], {}
    for declared in open_sets.all():
        release = releases.get(declared.code)
        if release is None:
            continue
        themes[declared.theme] = themes.get(declared.theme, 0) + 1
        text = " ".join(
            (declared.title, declared.description, *declared.keywords, *(c["title"] for c in release.columns))
        )
        if (
            all(w in text for w in wanted.split())
            and theme in ("", declared.theme)
            and kind in ("", declared.kind.value)
        ):
            found.append((declared, release))
    total = uses.totals()
    figures = [
        (_("数据集"), len(releases), ""), (_("公开数据"), sum(r.rows for r in releases.values()), _("条")),
        (_("公众查询"), total.get("lookup", 0) + total.get("query", 0), _("次")), (_("下载"), total.get("download", 0), _("次")),
    ]  # fmt: skip
    return _page(request, "home", {
        "found": found, "themes": sorted(themes.items()), "q": wanted, "theme": theme, "kind": kind, "kinds": list(Kind), "figures": figures,
        "any": bool(releases),
    })  # fmt: skip


@guard(PUBLIC)
@require_safe
def turtle(request: HttpRequest) -> HttpResponse:
    """The catalog as DCAT in Turtle."""
    return _dcat(request, _released(), "turtle")


@guard(PUBLIC)
@require_safe
def jsonld(request: HttpRequest) -> HttpResponse:
    """The catalog as DCAT in JSON-LD."""
    return _dcat(request, _released(), "jsonld")


def _charts(declared: OpenSet, release: Release) -> list[dict[str, Any]]:
    titles = {c["name"]: c["title"] for c in release.columns}
    out = []
    for name, pairs in release.profile.items():
        some = [{"name": str(a), "value": n} for a, n in pairs if n]
        if len(some) > 1:
            years = name == "year"
            line = {
                "labels": [s["name"] for s in some],
                "series": [{"name": titles.get(name, name), "data": [s["value"] for s in some]}],
            }
            out.append({"id": f"chart-{name}", "title": titles.get(name, name), "kind": "line" if years else "bars", "data": line if years else some[:15], "rows": some})  # fmt: skip
    return out


def _cells(release: Release, rows: list[dict[str, Any]]) -> list[list[tuple[Any, str]]]:
    kinds = {c["name"]: c for c in release.columns}
    hidden = "suppressed" in kinds
    names = {c["name"]: code_sets.get(c["code_set"]).names() for c in release.columns if c["code_set"] in code_sets}
    out = []
    for row in rows:
        line = []
        for name, value in row.items():
            if hidden and value is None and kinds[name]["type"] == "数值":
                line.append((_("不公开"), "hidden"))
            elif kinds[name]["type"] == "是否":
                line.append((_("是") if value else _("否"), ""))
            else:
                shown = "" if value is None else value
                if name in names and str(value) in names[name]:
                    shown = f"{names[name][str(value)]}"
                line.append((shown, "num" if kinds[name]["type"] == "数值" else ""))
        out.append(line)
    return out


@guard(PUBLIC)
@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """One set: what it is, preview, charts, columns, downloads, interface, how it was checked, versions."""
    declared, release = _set(code)
    if form := _wants(request):
        return _dcat(request, [release], form)
    uses.count(code, "view")
    preview = query.rows(release, limit=PREVIEW)
    versions = Release.objects.filter(set_code=code, released_at__isnull=False).order_by("-version")[:12]
    return _page(request, "dataset", {
        "set": declared, "release": release, "columns": release.columns, "rows": _cells(release, preview.rows), "charts": _charts(declared, release),
        "versions": versions, "uses": [(uses.WAYS[k], n) for k, n in uses.totals(code).items() if k in uses.WAYS],
        "table": tables.get(declared.table), "endpoint": _base(request) + reverse("opendata:rows", args=[code]),
        "sample_filter": next((c["name"] for c in release.columns if c["type"] == "文本"), ""), "license": settings.OPEN_DATA_LICENSE,
    })  # fmt: skip


@guard(PUBLIC)
@require_safe
def search(request: HttpRequest, code: str) -> HttpResponse:
    """Look something up in a register: a lawyer by name, a firm by its credit code."""
    declared, release = _set(code)
    titles = {c["name"]: c["title"] for c in release.columns}
    wanted = {name: request.GET.get(name, "").strip()[:60] for name in declared.lookups}
    context: dict[str, Any] = {
        "set": declared, "release": release, "columns": release.columns, "asked": any(wanted.values()),
        "fields": [{"name": n, "title": titles[n], "value": wanted[n]} for n in declared.lookups],
    }  # fmt: skip
    if context["asked"]:
        if exceeded(request, "open-lookup", 60, 60):
            return render(request, "429.html", status=429)
        after = request.GET.get("after", "0")
        filters = {f"{name}__contains": value for name, value in wanted.items() if value}
        try:
            page = query.rows(release, filters, after=int(after) if after.isdigit() else 0, limit=A_PAGE, count=True)
        except query.TooLong:
            context["slow"] = True
        else:
            uses.count(code, "lookup")
            context |= {"rows": _cells(release, page.rows), "after": page.after, "total": page.total}
    return _page(request, "search", context)


@guard(PUBLIC)
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The query interface. `?列名=值`, `?列名__ge=值`, `columns=a,b`, `limit`, `after`, `count=1`; answers JSON."""
    declared, release = _set(code)

    def answer(content: dict[str, Any], status: int = 200) -> HttpResponse:
        media = "application/json" if status == 200 else "application/problem+json"
        response = HttpResponse(orjson.dumps(content, default=str), content_type=media, status=status)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    if exceeded(request, "open-query", 600, 60):
        response = answer(
            {"title": "查询过于频繁", "detail": "每分钟最多600次，请稍后再试，或者下载整个数据集。", "status": 429}, 429
        )
        response["Retry-After"] = "60"
        return response
    given = request.GET.dict()
    try:
        limit, after = int(given.pop("limit", "100")), int(given.pop("after", "0"))
    except ValueError:
        return answer({"title": "参数错误", "detail": "limit 和 after 应是整数。", "status": 400}, 400)
    columns = [c for c in given.pop("columns", "").split(",") if c]
    count = given.pop("count", "") in ("1", "true")
    try:
        page = query.rows(release, given, columns=columns, after=after, limit=limit, count=count)
    except query.BadQuestion as error:
        return answer({"title": "参数错误", "detail": str(error), "status": 400}, 400)
    except query.TooLong:
        return answer({"title": "查询超时", "detail": "条件过宽，请缩小范围或者下载整个数据集。", "status": 503}, 503)
    uses.count(code, "query")
    body: dict[str, Any] = {
        "dataset": declared.code, "version": release.version, "license": settings.OPEN_DATA_LICENSE, "rows": page.rows, "after": page.after,
    }  # fmt: skip
    if count:
        body["total"] = page.total
    if page.after is not None:
        following = request.GET.copy()
        following["after"] = str(page.after)
        body["next"] = f"{_base(request)}{request.path}?{following.urlencode()}"
    return answer(body)


@guard(PUBLIC)
@require_safe
def file(request: HttpRequest, code: str, version: int, name: str) -> HttpResponseBase:
    """Download a file of a released version. Former versions stay; withdrawn ones are gone (410) with the reason."""
    release = Release.objects.filter(set_code=code, version=version, released_at__isnull=False).first()
    if release is None or name not in {f["name"] for f in release.files}:
        raise Http404
    if release.state == Release.State.WITHDRAWN:
        return _page(request, "gone", {"release": release, "set": open_sets.get(code), "current": current(code)}, 410)
    path = folder(release) / name
    if not path.exists():
        raise Http404
    if request.method == "GET":
        uses.count(code, "download")
    media = next(f["media"] for f in release.files if f["name"] == name)
    extension = name.partition(".")[2]
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{open_sets.get(code).title}_{version}.{extension}",
        content_type=media,
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


@guard(PUBLIC)
@require_safe
def standard(request: HttpRequest, code: str) -> HttpResponse:
    """The standard an open set follows: its open columns with definitions and codes."""
    if code not in tables or not any(s.table == code for s in open_sets.all()):
        raise Http404
    table = tables.get(code)
    columns = []
    for column in table.columns:
        if table.level_of(column.name) is Level.OPEN:
            element = table.element_of(column.name)
            codes = code_sets.get(element.code_set).items if element.code_set in code_sets else ()
            columns.append({"column": column, "element": element, "codes": codes})
    return _page(request, "standard", {"table": table, "columns": columns})


@guard(PUBLIC)
@require_safe
def help_(request: HttpRequest) -> HttpResponse:
    """How to use open data: license, interface, small cells, DCAT."""
    return _page(request, "help", {"base": _base(request), "license": settings.OPEN_DATA_LICENSE, "limit": query.LIMIT})


@guard(PUBLIC)
@require_http_methods(["GET", "POST"])
def wish(request: HttpRequest) -> HttpResponse:
    """Say which data should be opened; answers to earlier wishes."""
    if request.method == "POST":
        if exceeded(request, "open-wish", 5, 3600):
            return render(request, "429.html", status=429)
        text = request.POST.get("text", "").strip()
        if not 5 <= len(text) <= 500:
            answered = Wish.objects.exclude(answer="").order_by("-answered_at")[:10]
            return _page(
                request,
                "wish",
                {"text": text, "problem": _("请用5到500个字写明需要哪些数据、做什么用。"), "answered": answered},
                422,
            )
        Wish.objects.create(at=clock.now(), set_code=request.POST.get("set", "")[:60], text=text)
        messages.success(request, _("已收到。我们会在本页公布答复，不留您的姓名。"))
        return redirect("opendata:wish")
    answered = Wish.objects.exclude(answer="").order_by("-answered_at")[:10]
    return _page(request, "wish", {"set_code": request.GET.get("set", ""), "answered": answered})
