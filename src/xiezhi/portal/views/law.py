"""法规库 pages: search, acts, versions, articles, comparison, Akoma Ntoso, and reporting an error.

Addresses are those of `Locator` (/law/行政复议法/2023/第30条第3款/), after the European Legislation Identifier; 现行 stands for the
version in force on the day (`?on=`). With nothing imported the index of facts answers: titles, dates, numbers of articles.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.law import citing, compare, index, library
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.kernel.law.models import Act, TextReport, Version
from xiezhi.kernel.units.models import Division, Level
from xiezhi.portal import law_links, law_text
from xiezhi.portal.limits import limited

NOW = "现行"
KINDS = (
    "宪法",
    "法律",
    "行政法规",
    "监察法规",
    "司法解释",
    "部门规章",
    "地方性法规",
    "地方政府规章",
    "规范性文件",
    "其他",
)
OFFICIAL = "https://flk.npc.gov.cn/"
"""国家法律法规数据库, where the public finds official texts that this installation does not hold."""


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"portal/law/{template}.html", {"section": "law", **context}, status=status)


@guard(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """What the library holds, what changed lately, and the search."""
    today = clock.today()
    kinds = sorted(Act.objects.values("kind").annotate(acts=Count("id")).order_by(), key=lambda row: _rank(row["kind"]))
    names = Division.objects.filter(level=Level.PROV).values_list("name", flat=True)
    regions = {form for name in names for form in (name, re.sub("(省|市|自治区)$", "", name))}
    own = list(Act.objects.filter(region__in=regions).order_by("sort_key")) if kinds and regions else []
    shown = Version.objects.select_related("act").defer("text")
    return _page(
        request,
        "home",
        {
            "kinds": kinds,
            "total": sum(row["acts"] for row in kinds),
            "own": own,
            "recent": list(
                shown.filter(Q(ended=None) | Q(ended__gt=today), since__lte=today).order_by("-since", "act__sort_key")[
                    :8
                ]
            ),
            "coming": list(shown.filter(since__gt=today).order_by("since", "act__sort_key")[:8]),
            "facts": len({id(a) for a in index.acts().values()}),
            "imported": Version.objects.aggregate(at=Max("imported_at"))["at"],
        },
    )


@guard(PUBLIC)
def acts(request: HttpRequest) -> HttpResponse:
    """Acts by kind, in the order of their pinyin; `?kind=`, `?q=` narrow. Without texts: the index of facts."""
    kind, wanted = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:100]
    found = Act.objects.order_by("sort_key").prefetch_related("versions")
    if Act.objects.exists() and request.GET.get("facts") is None:
        found = found.filter(kind=kind) if kind else found
        found = found.filter(full__contains=wanted) if wanted else found
        page: Any = Paginator(found, 60).get_page(request.GET.get("page"))
        for act in page.object_list:
            versions = sorted(act.versions.all(), key=lambda v: v.since or date.min, reverse=True)
            act.shown = next((v for v in versions if v.in_force(clock.today())), versions[0] if versions else None)
            act.live = bool(act.shown and act.shown.in_force(clock.today()))
        return _page(
            request,
            "acts",
            {"page": page, "kind": kind, "q": wanted, "kinds": KINDS, "facts": False, "today": clock.today()},
        )
    known = {id(a): a for a in index.acts().values()}.values()
    rows = sorted(
        (a for a in known if (not kind or a.kind == kind) and (not wanted or wanted in a.full)),
        key=lambda a: (_rank(a.kind), a.title),
    )
    page = Paginator(rows, 60).get_page(request.GET.get("page"))
    return _page(request, "acts", {"page": page, "kind": kind, "q": wanted, "kinds": KINDS, "facts": True})


@guard(PUBLIC)
@limited("law-search", 120, 60, methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """Results for `?q=`: the place that a citation names first, then acts, then the full text."""
    from xiezhi.kernel.law import search as engine

    words = request.GET.get("q", "").strip()[:200]
    if not words:
        return redirect("portal:law")
    on = _day(request)
    number = request.GET.get("page", "1")
    found = engine.search(
        words,
        on=on,
        kind=request.GET.get("kind", "")[:40],
        act=request.GET.get("act", "")[:300],
        page=max(1, min(int(number), 200)) if number.isdecimal() else 1,
        include_old=request.GET.get("old") == "1",
    )
    return _page(
        request, "search", {"q": words, "found": found, "on": on, "today": clock.today(), "old": request.GET.get("old")}
    )


def _act_or_facts(request: HttpRequest, name: str) -> Act | HttpResponse:
    """The act of the library; else the page of facts. Raises Http404 where neither knows the title."""
    act = library.find_act(name)
    if act is not None:
        return act
    known = index.acts().get(name)
    if known is None:
        raise Http404(name)
    return _page(
        request,
        "facts",
        {"known": known, "on": clock.today(), "live": known.in_force(clock.today()), "official": OFFICIAL},
    )


@guard(PUBLIC)
def act(request: HttpRequest, name: str) -> HttpResponse:
    """The version in force on the day, else the newest with what became of it."""
    found = _act_or_facts(request, name)
    if isinstance(found, HttpResponse):
        return found
    if found.name != name:
        return HttpResponsePermanentRedirect(Locator(found.name).url)
    held = library.versions(found)
    on = _day(request)
    shown = next((v for v in held if v.in_force(on)), held[0] if held else None)
    if shown is None:
        raise Http404(name)
    return _reading(request, found, shown, held, on)


@guard(PUBLIC)
def version(request: HttpRequest, name: str, label: str) -> HttpResponse:
    """One version in full, with its contents and what became of it."""
    if label == NOW:
        return act(request, name)
    found = _act_or_facts(request, name)
    if isinstance(found, HttpResponse):
        return found
    held = library.versions(found)
    shown = next((v for v in held if v.label == label), None) or library.version(found, label)
    if shown is None:
        raise Http404(label)
    return _reading(request, found, shown, held, _day(request))


def _former(held: list[Version], shown: Version) -> Version | None:
    at = next((n for n, v in enumerate(held) if v.pk == shown.pk), len(held))
    return held[at + 1] if at + 1 < len(held) else None


def _reading(request: HttpRequest, found: Act, shown: Version, held: list[Version], on: date) -> HttpResponse:
    rows = library.provisions(shown)
    entries = law_text.entries(shown.locator, (library.row(r) for r in rows))
    links = law_links.of_version(shown)
    parts = [
        (entry, law_text.provision_html(entry, links.get(row.pk, ()))) for entry, row in zip(entries, rows, strict=True)
    ]
    return _page(
        request,
        "version",
        {
            "act": found,
            "version": shown,
            "versions": held,
            "former": _former(held, shown),
            "parts": parts,
            "contents": law_text.contents(entries),
            "live": shown.in_force(on),
            "on": on,
            "today": clock.today(),
        },
    )


@guard(PUBLIC)
def place(request: HttpRequest, name: str, label: str, place: str) -> HttpResponse:
    """One article: its words, which text they are from, its other versions, and what stands on it."""
    on = _day(request)
    try:
        wanted = Locator.of_place(place, name, "" if label == NOW else label)
    except BadIdentifier:
        raise Http404(place) from None
    found = _act_or_facts(request, name)
    if isinstance(found, HttpResponse):
        return _facts_of_place(request, wanted)
    held = library.versions(found)
    shown = (
        next((v for v in held if v.in_force(on)), None)
        if label == NOW
        else next((v for v in held if v.label == label), None)
    )
    if shown is None and label == NOW and held:
        shown = held[0]
    if shown is None:
        raise Http404(label)
    rows = library.provisions(shown)
    at = next((n for n, r in enumerate(rows) if (r.number, r.inserted) == (wanted.article, wanted.inserted)), None)
    if at is None:
        return _page(
            request,
            "missing",
            {"act": found, "version": shown, "wanted": wanted, "last": max((r.number for r in rows), default=0)},
            status=404,
        )
    entry = law_text.entries(shown.locator, [library.row(rows[at])])[0]
    around = [
        law_text.entries(shown.locator, [library.row(rows[n])])[0] if 0 <= n < len(rows) and rows[n].number else None
        for n in (at - 1, at + 1)
    ]
    where = Locator(found.name, shown.label, wanted.article, wanted.inserted, wanted.paragraph, wanted.item)
    return _page(
        request,
        "place",
        {
            "act": found,
            "version": shown,
            "versions": held,
            "entry": entry,
            "where": where,
            "headings": [law_text.heading_text(h) for h in entry.provision.path],
            "body": law_text.provision_html(
                entry, law_links.of_version(shown, rows[at].pk).get(rows[at].pk, ()), wanted
            ),
            "before": around[0],
            "after": around[1],
            "live": shown.in_force(on),
            "on": on,
            "history": _history(held, shown, entry),
            "citing": _citing(found, wanted, on),
            "services": _services(found.name, wanted) if shown.in_force(on) else [],
        },
    )


def _services(name: str, wanted: Locator) -> list[citing.Cited]:
    """What the public can do or read here that stands on the article."""
    return [c for c in citing.of(name, wanted.article, wanted.inserted) if c.address][:12]


def _facts_of_place(request: HttpRequest, wanted: Locator) -> HttpResponse:
    known = index.acts()[wanted.act]
    on = _day(request)
    return _page(
        request,
        "facts",
        {
            "known": known,
            "on": on,
            "live": known.in_force(on),
            "official": OFFICIAL,
            "where": wanted,
            "quote": library.quote(wanted, on),
            "services": _services(known.title, wanted),
        },
        status=200 if known.newest.has(wanted.article, wanted.inserted) else 404,
    )


def _history(held: list[Version], shown: Version, entry: law_text.Entry) -> list[dict[str, Any]]:
    """The article in the version before and after this one, matched through renumbering."""
    out = []
    at = next(n for n, v in enumerate(held) if v.pk == shown.pk)
    for other, later in (
        (held[at - 1] if at > 0 else None, True),
        (held[at + 1] if at + 1 < len(held) else None, False),
    ):
        if other is None:
            continue
        mine, theirs = library.document(shown).provisions, library.document(other).provisions
        rows = compare.compare(mine, theirs).rows if later else compare.compare(theirs, mine).rows
        for row in rows:
            here, there = (row.old, row.new) if later else (row.new, row.old)
            if here and (here.number, here.inserted) == (entry.provision.number, entry.provision.inserted):
                where = Locator(other.act.name, other.label, there.number, there.inserted) if there else None
                out.append({"version": other, "later": later, "row": row, "where": where})
    return out


def _citing(found: Act, wanted: Locator, on: date) -> Any:
    from xiezhi.kernel.law import references

    return references.citing(found, wanted.article, wanted.inserted, on)


@guard(PUBLIC)
def compared(request: HttpRequest, name: str) -> HttpResponse:
    """Two versions beside each other: `?from=` and `?to=` (labels), `?all=1` shows unchanged articles too."""
    found = _act_or_facts(request, name)
    if isinstance(found, HttpResponse):
        return found
    held = library.versions(found)
    if len(held) < 2:
        return _page(request, "compare", {"act": found, "versions": held, "comparison": None})
    by = {v.label: v for v in held}
    after = by.get(request.GET.get("to", ""), held[0])
    before = by.get(request.GET.get("from", "")) or _former(held, after) or held[1]
    if before.pk == after.pk:
        before = _former(held, after) or held[1]
    comparison = compare.compare(library.document(before).provisions, library.document(after).provisions)
    every = request.GET.get("all") == "1"
    rows = [
        {
            "row": row,
            "old": law_text.row_html(row, "old"),
            "new": law_text.row_html(row, "new"),
            "both": law_text.row_html(row, "both") if row.kind == compare.CHANGED else "",
            "before": compare.place_text(row.old) if row.old else "",
            "after": compare.place_text(row.new) if row.new else "",
            "kin": compare.place_text(row.kin) if row.kin else "",
        }
        for row in comparison.rows
        if every or row.kind not in (compare.SAME, compare.MOVED)
    ]
    return _page(
        request,
        "compare",
        {
            "act": found,
            "versions": held,
            "before": before,
            "after": after,
            "comparison": comparison,
            "rows": rows,
            "every": every,
            "counts": {
                kind: comparison.counts.get(kind, 0) for kind in ("same", "moved", "changed", "added", "removed")
            },
        },
    )


@guard(PUBLIC)
@limited("law-akn", 60, 60, methods=("GET",))
def akn(request: HttpRequest, name: str, label: str) -> HttpResponse:
    """One version as Akoma Ntoso 3 XML."""
    from xiezhi.kernel.law import akn as exporting

    found = library.find_act(name)
    shown = library.version(found, label) if found else None
    if found is None or shown is None:
        raise Http404(name)
    body = exporting.export(library.meta(shown, clock.today()), library.document(shown))
    response = HttpResponse(body, content_type="application/akn+xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="act-{shown.pk}.akn.xml"'
    return response


@guard(PUBLIC)
@require_POST
@limited("law-report", 5, 600)
def report(request: HttpRequest) -> HttpResponse:
    """Somebody says that a text is wrong. Nothing about who says it is kept."""
    text = request.POST.get("text", "").strip()
    name, label = request.POST.get("act", "")[:300], request.POST.get("version", "")[:20]
    spot = request.POST.get("place", "")[:60]
    found = library.find_act(name)
    if found is None:
        raise Http404(name)
    try:
        back = Locator.of_place(spot, found.name, label).path
    except BadIdentifier:
        raise Http404(spot) from None
    if not 4 <= len(text) <= 2000:
        messages.error(request, _("请写明哪里不对，4到2000字。"))
    else:
        TextReport.objects.create(act_name=found.name, version_label=label, place=spot, text=text)
        messages.success(request, _("收到了，谢谢。我们会与公布的正式文本核对，改正后这里就会更新。"))
    return redirect(back)
