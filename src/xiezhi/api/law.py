"""The law library: search, acts, versions, articles, what cites them, citations resolved. Public, within a limit of calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Query, Router

from xiezhi.api.common import Text, binary
from xiezhi.api.law_schemas import (
    LawActDetail,
    LawActPage,
    LawCiting,
    LawQuote,
    LawResults,
    LawVersion,
)
from xiezhi.api.paper_schemas import DAY
from xiezhi.api.problems import ERRORS, answer
from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.law import library, models, structure
from xiezhi.kernel.law import search as engine
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.kernel.law.search.lookup import standing

router = Router(tags=["法规"])
CALLS, SECONDS = 240, 60
AKN = "application/akn+xml"
PROVISIONS = 500
ON = Query(None, description="The law as it stands on this day; today without it")
NAME = Path(..., max_length=300, description="Short title, full title or alias of the act")
LABEL = Path(..., max_length=20, description="Version: 2023, 2023-09-01; 现行 for the one in force")
PLACE = Path(..., max_length=60, description="第30条, 第三十条第三款; an eId such as art_30__para_3 too")
NOW = "现行"

V = TypeVar("V", bound=Callable[..., Any])


def limited(view: V) -> V:
    """At most CALLS within SECONDS from one terminal, all operations of the library together."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if exceeded(request, "law-api", CALLS, SECONDS):
            return answer(429, "too-many", "请求过于频繁", "请稍后再试")
        return view(request, *args, **kwargs)

    return inner  # type: ignore[return-value]


def _day(on: date | None) -> date:
    return on or wall.today()


# Search


@router.get("/law/search", response={200: LawResults, **ERRORS}, operation_id="search_law", auth=None)
@guard(PUBLIC)
@limited
def search_law(
    request: HttpRequest,
    q: Text = Query(..., max_length=2000, description="A citation, a title or document number of an act, or words"),
    on: DAY | None = ON,
    kind: Text = Query("", max_length=40, description="Only acts of this kind: 法律, 行政法规 …"),
    act: Text = Query("", max_length=300, description="Only this act, by short title; also the act of a bare 第三条"),
    region: Text = Query("", max_length=40),
    sort: Literal["relevance", "date"] = "relevance",
    include_old: bool = Query(False, description="Also texts that are not law on that day, marked so"),
    verbatim: bool = Query(
        False, description="No other spelling, and all acts even where the query begins with a title"
    ),
    page: int = Query(1, ge=1, le=engine.MOST_PAGES),
    size: int = Query(20, ge=1, le=100),
) -> dict[str, Any]:
    """检索法规. The article a citation names first, then acts by title or number, then provisions by their words."""
    found = engine.search(
        q, on=_day(on), kind=kind, act=act, region=region, page=page, size=size, sort=sort, include_old=include_old,
        verbatim=verbatim,
    )  # fmt: skip
    return {
        "exact": [_exact(one) for one in found.exact],
        "acts": [_found_act(one) for one in found.acts],
        "found": [_provision_found(one) for one in found.found],
        "facets": {
            name: [{"value": f.value, "count": f.count, "chosen": f.chosen} for f in facets]
            for name, facets in found.facets.items()
        },
        **{
            name: getattr(found, name)
            for name in ("query", "on", "total", "page", "pages", "corrected", "within", "relaxed")
        },
        **{name: list(getattr(found, name)) for name in ("suggestions", "missing", "notices")},
    }


def _exact(one: engine.Exact) -> dict[str, Any]:
    return {"citation": one.locator.short, "label": one.locator.version, "url": one.url} | {
        name: getattr(one, name) for name in ("state", "text", "message", "since", "ended", "replaced_by")
    }


def _found_act(one: engine.Act) -> dict[str, Any]:
    names = ("name", "full", "kind", "region", "state", "label", "promulgated", "since", "ended", "replaced_by")
    return {name: getattr(one, name) for name in (*names, "articles", "url")}


def _provision_found(one: engine.Found) -> dict[str, Any]:
    names = ("act", "kind", "region", "label", "place", "number", "inserted", "state", "since", "ended", "replaced_by")
    return {name: getattr(one, name) for name in (*names, "score", "url")} | {
        "headings": list(one.headings),
        "extract": [{"text": piece.text, "marked": piece.marked} for piece in one.pieces],
    }


# Acts and versions


@router.get("/law/acts", response={200: LawActPage, **ERRORS}, operation_id="list_acts", auth=None)
@guard(PUBLIC)
@limited
def list_acts(
    request: HttpRequest,
    kind: Text = Query("", max_length=40),
    region: Text = Query("", max_length=40),
    text: Text = Query("", max_length=100, description="A part of the title"),
    on: DAY | None = ON,
    page: int = Query(1, ge=1, le=100_000),
    size: int = Query(100, ge=1, le=500),
) -> dict[str, Any]:
    """法规目录. Acts of which the library holds a text, in the order of their pinyin."""
    rows = models.Act.objects.order_by("sort_key", "pk")
    if kind:
        rows = rows.filter(kind=kind)
    if region:
        rows = rows.filter(region=region)
    if text.strip():
        rows = rows.filter(full__contains=text.strip())
    found = Paginator(rows, size)
    shown = list(found.get_page(page)) if page <= found.num_pages else []
    held: dict[int, list[models.Version]] = {}
    versions = models.Version.objects.filter(act__in=shown).select_related("act", "following__act")
    for version in versions.defer("text", "history", "notes", "following__text").order_by("-since", "-pk"):
        held.setdefault(version.act_id, []).append(version)
    items = [_act(one, held.get(one.pk, []), _day(on)) for one in shown]
    return {"items": items, "total": found.count, "page": page, "pages": found.num_pages}


def _shown(versions: Sequence[models.Version], on: date) -> models.Version | None:
    """The version in force, else the last that was, else the first to come; `versions` newest first."""
    begun = [v for v in versions if v.since is None or v.since <= on]
    return next((v for v in versions if v.in_force(on)), begun[0] if begun else versions[-1] if versions else None)


def _act(act: models.Act, versions: Sequence[models.Version], on: date) -> dict[str, Any]:
    shown = _shown(versions, on)
    return {
        "name": act.name, "full": act.full, "kind": act.kind, "region": act.region,
        "state": standing(shown, on) if shown else "not_installed", "label": shown.label if shown else "",
        "promulgated": shown.promulgated if shown else None, "since": shown.since if shown else None,
        "ended": shown.ended if shown else None, "replaced_by": shown.ended_by if shown else "",
        "articles": shown.articles if shown else 0, "url": Locator(act.name).url,
    }  # fmt: skip


def _held(name: str) -> models.Act:
    act = library.find_act(name)
    if act is None:
        raise Http404
    return act


def _version(act: models.Act, label: str, on: date) -> models.Version:
    found = library.version_on(act, on) if label == NOW else library.version(act, label)
    if found is None:
        raise Http404
    return found


@router.get("/law/acts/{name}", response={200: LawActDetail, **ERRORS}, operation_id="get_act", auth=None)
@guard(PUBLIC)
@limited
def get_act(request: HttpRequest, name: Text = NAME, on: DAY | None = ON) -> dict[str, Any]:
    """一部法规. Its standing on a day and all its versions."""
    act, day = _held(name), _day(on)
    versions = library.versions(act)
    return _act(act, versions, day) | {
        "aliases": act.aliases,
        "versions": [_short(version, day) for version in versions],
    }


def _short(version: models.Version, on: date) -> dict[str, Any]:
    names = ("label", "promulgated", "since", "ended", "ended_by", "articles")
    return {name: getattr(version, name) for name in names} | {
        "state": standing(version, on),
        "url": version.locator.url,
    }


@router.get(
    "/law/acts/{name}/versions/{label}", response={200: LawVersion, **ERRORS}, operation_id="get_act_version", auth=None
)
@guard(PUBLIC)
@limited
def get_act_version(
    request: HttpRequest,
    name: Text = NAME,
    label: Text = LABEL,
    on: DAY | None = ON,
    page: int = Query(1, ge=1, le=10_000),
    size: int = Query(PROVISIONS, ge=1, le=PROVISIONS),
) -> dict[str, Any]:
    """法规文本. Every provision of one version, at most 500 on a page."""
    version = _version(_held(name), label, _day(on))
    rows = models.Provision.objects.filter(version=version).order_by("seq")
    found = Paginator(rows, size)
    shown = list(found.get_page(page)) if page <= found.num_pages else []
    return _short(version, _day(on)) | {
        "act": version.act.name,
        "full": version.act.full,
        "history": [str(line) for line in version.history],
        "source": version.source,
        "provisions": [_provision(row, version) for row in shown],
        "total": found.count,
        "page": page,
        "pages": found.num_pages,
    }


def _provision(row: models.Provision, version: models.Version) -> dict[str, Any]:
    place = (
        Locator(version.act.name, version.label, row.number, row.inserted) if row.kind == structure.ARTICLE else None
    )
    return {
        "kind": row.kind, "number": row.number, "inserted": row.inserted, "title": row.title, "text": row.text,
        "place": place.place if place else "", "eid": place.eid if place else "", "effective": row.effective,
        "headings": [{"kind": k, "number": n, "inserted": i, "title": t} for k, n, i, t in row.path],
    }  # fmt: skip


@router.get(
    "/law/acts/{name}/versions/{label}/akn",
    response={200: None, **ERRORS},
    operation_id="get_act_akn",
    auth=None,
    openapi_extra=binary(AKN),
)
@guard(PUBLIC)
@limited
def get_act_akn(request: HttpRequest, name: Text = NAME, label: Text = LABEL) -> HttpResponse:
    """法规的Akoma Ntoso. One version as XML of Akoma Ntoso 3.0."""
    from xiezhi.kernel.law import akn

    version = _version(_held(name), label, wall.today())
    body = akn.export(library.meta(version, wall.today()), library.document(version))
    response = HttpResponse(body, content_type=AKN)
    file = quote(f"{version.act.name}-{version.label}.akn.xml")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{file}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# Articles


def _place(place: str, act: str, label: str) -> Locator:
    """Raises Http404 for what is no place of an act."""
    version = "" if label == NOW else label
    try:
        found = (
            Locator.of_eid(place, act, version) if place.startswith("art_") else Locator.of_place(place, act, version)
        )
    except BadIdentifier:
        raise Http404 from None
    if not found.article:
        raise Http404
    return found


@router.get(
    "/law/acts/{name}/versions/{label}/articles/{place}",
    response={200: LawQuote, **ERRORS},
    operation_id="get_article",
    auth=None,
)
@guard(PUBLIC)
@limited
def get_article(
    request: HttpRequest, name: Text = NAME, label: Text = LABEL, place: Text = PLACE, on: DAY | None = ON
) -> dict[str, Any]:
    """一条法规. The words of an article, paragraph or item. A version that is not law on the day is shown only with a
    message that says so."""
    act, day = _held(name), _day(on)
    where = _place(place, act.name, "")
    version = _version(act, label, day)
    row = library.provision(version, where.article, where.inserted)
    if row is None:
        raise Http404
    text: str | None = row.text
    if where.paragraph or where.item:
        from xiezhi.kernel.law import parsing

        text = parsing.pick(row.text, where)
    if text is None:
        raise Http404
    where = Locator(
        act.name,
        version.label,
        where.article,
        where.inserted,
        where.paragraph,
        where.item,
        where.item_inserted,
        where.point,
    )
    live = version.in_force(day)
    message = "" if live else library.quote(where, day).message
    return {
        "citation": where.short, "formal": where.formal(act.full), "act": act.name, "label": version.label,
        "place": where.place, "state": library.TEXT if live else library.NOT_IN_FORCE, "text": text, "message": message,
        "since": version.since, "ended": version.ended, "url": where.url, "eid": where.eid,
    }  # fmt: skip


@router.get(
    "/law/acts/{name}/articles/{place}/citing",
    response={200: list[LawCiting], **ERRORS},
    operation_id="list_citing",
    auth=None,
)
@guard(PUBLIC)
@limited
def list_citing(
    request: HttpRequest,
    name: Text = NAME,
    place: Text = PLACE,
    on: DAY | None = ON,
    size: int = Query(100, ge=1, le=500),
) -> list[dict[str, Any]]:
    """引用这一条的法规. Acts in force on the day whose articles cite this one."""
    from xiezhi.kernel.law import references

    act = _held(name)
    where = _place(place, act.name, "")
    found = references.citing(act, where.article, where.inserted, _day(on), limit=size)
    return [
        {
            "act": one.act.name, "kind": one.act.kind, "label": one.version.label,
            "places": [p.place for p in one.places], "urls": [p.url for p in one.places],
        }
        for one in found
    ]  # fmt: skip


@router.get("/law/resolve", response={200: list[LawQuote], **ERRORS}, operation_id="resolve_citation", auth=None)
@guard(PUBLIC)
@limited
def resolve_citation(
    request: HttpRequest,
    citation: Text = Query(..., min_length=1, max_length=300, description="民法典 第三条; several joined by 、 or ；"),
    on: DAY | None = ON,
) -> Any:
    """解析法条引用. Every place that a citation names, as it is law on a day; or why there is no text."""
    try:
        places = library.locators(citation)
    except BadIdentifier as error:
        return answer(422, "bad-citation", "看不懂这个引用", str(error) or "请写成“行政复议法 第30条第3款”的样子")
    if len(places) > 100:
        return answer(422, "too-many", "引用的条文太多", "一次最多解析100条，请分开查询")
    return [
        {
            "citation": one.locator.short, "formal": one.formal, "act": one.locator.act, "label": one.locator.version,
            "place": one.locator.place, "state": one.state, "text": one.text, "message": one.message,
            "since": one.version.since if one.version else None, "ended": one.version.ended if one.version else None,
            "url": one.locator.url, "eid": one.locator.eid,
        }
        for one in library.quotes(places, _day(on))
    ]  # fmt: skip
