"""全文: which provisions have the words asked for, one page of them, and how all of them divide by kind, act and region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import tantivy

from xiezhi.kernel.law import models
from xiezhi.kernel.law.search import build, lookup, marks, queries, spelling
from xiezhi.kernel.law.search.queries import Asked, Limits
from xiezhi.kernel.law.search.shapes import Facet, Found
from xiezhi.kernel.law.search.store import Reader

__all__ = ["DATE", "RELEVANCE", "SORTS", "Chosen", "at_place", "choose", "facets", "page"]

RELEVANCE, DATE = "relevance", "date"
SORTS = (RELEVANCE, DATE)
FEW = 3
"""With fewer provisions found, another spelling is looked for."""
MUCH_MORE = 20
"""So many times more provisions under another spelling show that the typed one is a slip."""
SHARES = (0.7, 0.4, 0.2)
FACETS = {"kind": 20, "act": 12, "region": 20}


@dataclass(frozen=True)
class Chosen:
    """What will be searched. `asked` gives what to mark; the other fields as in `shapes.Results`."""

    query: tantivy.Query
    asked: Asked
    total: int
    relaxed: bool = False
    corrected: str = ""
    missing: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


def count(reader: Reader, query: tantivy.Query, limits: Limits) -> int:
    return reader.count(queries.limited(reader, query, limits))


def at_place(reader: Reader, article: int, inserted: int, limits: Limits) -> Chosen:
    """The article of this number in every act, what ranks highest among acts first."""
    query = queries.at_place(reader, article, inserted)
    return Chosen(query, queries.read(""), count(reader, query, limits))


def in_a_row(reader: Reader, asked: Asked, limits: Limits) -> Chosen | None:
    """Provisions that have the words as typed and in that order."""
    query = queries.phrase(reader, asked)
    return Chosen(query, asked, count(reader, query, limits)) if query is not None else None


def choose(reader: Reader, asked: Asked, limits: Limits, *, verbatim: bool, whole: bool) -> Chosen | None:
    """Provisions that have all the words; failing that, under another spelling, unless `verbatim`; failing that, all but
    words that stand nowhere, then most of the words, unless `whole`. None where nothing was asked."""
    query = queries.strict(reader, asked)
    if query is None:
        return None
    out = Chosen(query, asked, count(reader, query, limits))
    if not verbatim and (out.total < FEW or _odd(reader, asked)):
        out = _spelled(reader, out, limits)
    if out.total or whole:
        return out
    asked = out.asked
    missing = [forms[0] for forms in asked.terms if not any(queries.known(reader, form) for form in forms)]
    kept = replace(asked, terms=tuple(forms for forms in asked.terms if forms[0] not in missing))
    if missing and kept.terms and (query := queries.strict(reader, kept)) and (total := count(reader, query, limits)):
        return replace(out, query=query, asked=kept, total=total, relaxed=True, missing=tuple(missing))
    for share in SHARES:
        if (query := queries.loose(reader, asked, share)) and (total := count(reader, query, limits)):
            return replace(out, query=query, total=total, relaxed=True)
    return out


def _odd(reader: Reader, asked: Asked) -> bool:
    """Whether one short word was typed that does not divide into words and hardly stands anywhere: 正防卫, 劳动和同."""
    if len(asked.runs) != 1 or not 2 < len(asked.runs[0]) <= 4 or asked.runs[0].isascii():
        return False
    return any(len(word) == 1 for word in asked.words) and spelling.count(reader, asked.runs[0]) <= spelling.ODD


def _spelled(reader: Reader, out: Chosen, limits: Limits) -> Chosen:
    """The same under another spelling, where that finds much more than the word as typed; else a suggestion of it."""
    better = spelling.corrected(reader, out.asked)
    other = queries.read(better)
    query = queries.strict(reader, other)
    if not better or query is None:
        return out
    total = count(reader, query, limits)
    typed = out.total
    if len(out.asked.runs) == 1:
        typed = min(typed, spelling.count(reader, out.asked.runs[0]))
    if total >= MUCH_MORE * max(typed, 1) or (total and not out.total):
        return Chosen(query, other, total, corrected=better)
    return replace(out, suggestions=(better,)) if total > typed else out


def page(reader: Reader, chosen: Chosen, limits: Limits, number: int, size: int, sort: str, on: date) -> list[Found]:
    """The provisions of one page, with extracts of their original text."""
    more: dict[str, Any] = {"order_by_field": "since", "order": tantivy.Order.Desc} if sort == DATE else {}
    query = queries.limited(reader, chosen.query, limits)
    result = reader.searcher.search(query, limit=size, offset=(number - 1) * size, count=False, **more)
    addresses = [address for _, address in result.hits]
    provisions = reader.searcher.fast_field_values("provision", addresses)
    scores = {
        int(pk or 0): 0.0 if sort == DATE else round(float(score), 4)
        for pk, (score, _) in zip(provisions, result.hits, strict=True)
    }
    versions = reader.searcher.fast_field_values("version", addresses)
    written = {int(pk or 0): int(version or 0) for pk, version in zip(provisions, versions, strict=True)}
    rows = models.Provision.objects.filter(pk__in=list(scores)).values_list("pk", "version_id", *_FIELDS)
    held = {row[0]: row[2:] for row in rows if written[row[0]] == row[1]}
    needles = chosen.asked.parts if chosen.relaxed else chosen.asked.needles
    # What left the library since the index was written is left out.
    return [_found(pk, scores[pk], held[pk], needles, on) for pk in scores if pk in held]


_FIELDS = (
    "number", "inserted", "title", "path", "text", "effective", "version__act__name", "version__act__full",
    "version__act__kind", "version__act__region", "version__label", "version__since", "version__ended",
    "version__ended_why", "version__ended_by", "version__following__act__name", "version__following__label",
)  # fmt: skip


def _found(pk: int, score: float, row: Sequence[Any], needles: Sequence[str], on: date) -> Found:
    number, inserted, title, path, body, effective, act, full, kind, region, label, since, ended, why, by, *next_one = (
        row
    )
    since = max(filter(None, (since, effective)), default=None)
    return Found(
        provision=pk,
        act=act,
        full=full,
        kind=kind,
        region=region,
        label=label,
        number=number,
        inserted=inserted,
        headings=tuple(build.heading_text(*heading) for heading in path),
        title=title,
        state=lookup.standing_of(since, ended, why, on),
        since=since,
        ended=ended,
        replaced_by=lookup.replacement(by, (next_one[0] or "", next_one[1] or "")) if ended else "",
        pieces=marks.extract(body, needles),
        score=score,
    )


def facets(reader: Reader, query: tantivy.Query, limits: Limits) -> dict[str, tuple[Facet, ...]]:
    """How the whole result divides by kind, act and region; each as if it were not limited by itself."""
    wanted = {name: {"terms": {"field": name, "size": size}} for name, size in FACETS.items()}
    limiting = [name for name in FACETS if getattr(limits, name)]
    free = {name: wanted[name] for name in FACETS if name not in limiting}
    answers: dict[str, Any] = {}
    if free:
        answers |= reader.searcher.aggregate(queries.limited(reader, query, limits), free)
    for name in limiting:
        answers |= reader.searcher.aggregate(queries.limited(reader, query, limits, [name]), {name: wanted[name]})
    return {
        name: tuple(
            Facet(str(bucket["key"]), int(bucket["doc_count"]), bucket["key"] == getattr(limits, name))
            for bucket in answers[name]["buckets"]
            if bucket["key"]
        )
        for name in FACETS
    }
