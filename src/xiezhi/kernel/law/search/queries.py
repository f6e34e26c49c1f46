"""检索式: from what somebody typed to queries of the index, built piece by piece. Nothing typed is ever read as syntax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

import tantivy

from xiezhi.kernel.law.search import text
from xiezhi.kernel.law.search.store import OPEN, Reader

__all__ = ["Asked", "Limits", "limited", "loose", "read", "strict"]

MOST_CHARACTERS = 200
MOST_TERMS = 16
STOP = frozenset(
    resources.files("xiezhi.kernel.law.search").joinpath("data/stop.txt").read_text(encoding="utf-8").split()
)
"""Words that say nothing of what is looked for."""
PRIORS = (("宪法", 6.0), ("法律", 8.0), ("行政法规", 6.5), ("司法解释", 6.0), ("部门规章", 5.0), ("监察法规", 5.0))
"""More for what ranks higher among acts and holds everywhere, so that the law of one province does not stand before the law of
all; added to the score."""

_O = tantivy.Occur
_Q = tantivy.Query


@dataclass(frozen=True)
class Asked:
    """A query read: folded, cut to words; `terms` are those that count, each with its other spellings."""

    folded: str
    runs: tuple[str, ...]
    words: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]
    cut: bool

    @property
    def idle(self) -> bool:
        """Whether there is nothing but words that say nothing: 的规定."""
        return all(word in STOP for word in self.words)

    @property
    def needles(self) -> tuple[str, ...]:
        """What to mark: the terms in all spellings, and the stretches as typed."""
        forms = [form for forms in self.terms for form in forms]
        return tuple(dict.fromkeys([*forms, *self.runs, *(half for form in forms for half in text.halves(form))]))

    @property
    def parts(self) -> tuple[str, ...]:
        """What to mark where only parts of the terms were found."""
        out = [pair for forms in self.terms for pair in text.pairs(forms[0])]
        return tuple(dict.fromkeys([*self.needles, *(p for p in out if len(p) > 1)]))


def read(query: str) -> Asked:
    """Whatever was typed; hostile input gives few terms or none. At most MOST_CHARACTERS are read."""
    cut = len(query) > MOST_CHARACTERS
    folded = text.fold(query[:MOST_CHARACTERS]).strip()
    runs = text.runs(folded)
    words = [word for word in text.words(folded) if text.runs(word)]
    counted = [word for word in dict.fromkeys(words) if word not in STOP] or list(dict.fromkeys(words))
    terms = tuple(text.alternatives(word) for word in counted[:MOST_TERMS])
    return Asked(folded, tuple(runs), tuple(words), terms, cut or len(counted) > MOST_TERMS)


# Parts


def _term(reader: Reader, field: str, value: str, option: str = "freq") -> tantivy.Query:
    return _Q.term_query(reader.schema, field, value, option)


def raw(reader: Reader, field: str, value: str) -> tantivy.Query:
    """An exact value of a field that is not cut."""
    return _term(reader, field, value, "basic")


def every(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else _Q.boolean_query([(_O.Must, query) for query in queries])


def some(queries: Sequence[tantivy.Query], least: int = 1) -> tantivy.Query:
    return _Q.boolean_query([(_O.Should, query) for query in queries], least)


def within(reader: Reader, field: str, form: str) -> tantivy.Query:
    """All pairs of neighbors of `form` stand in the field, which nearly always means that `form` does."""
    return every([_term(reader, field, pair) for pair in text.pairs(form)])


def _places(reader: Reader, forms: Sequence[str], fields: Sequence[tuple[str, float]]) -> tantivy.Query:
    found = []
    for form in forms:
        found.append(_Q.boost_query(_term(reader, "words", form, "position"), 1.0))
        found += [_Q.boost_query(within(reader, field, form), weight) for field, weight in fields]
        if halves := text.halves(form):  # 无故拖欠劳动者的工资 for 拖欠工资: found, after those that have it whole
            found.append(_Q.boost_query(every([_term(reader, "words", half) for half in halves]), 0.25))
    return some(found)


BODY = (("grams", 0.5), ("heads", 0.7))
ANY = (*BODY, ("title", 0.6))


def known(reader: Reader, form: str) -> bool:
    """Whether the word stands anywhere: in a text, a heading or a title."""
    if reader.searcher.doc_freq("words", form):
        return True
    return any(reader.count(within(reader, field, form)) for field in ("grams", "heads", "title"))


# Whole queries


def at_place(reader: Reader, article: int, inserted: int) -> tantivy.Query:
    """The article of this number in every act."""
    place = _Q.const_score_query(raw(reader, "place", f"{article}-{inserted}"), 1.0)
    return _Q.boolean_query([(_O.Must, place), *_ranks(reader)])


def _ranks(reader: Reader) -> list[tuple[tantivy.Occur, tantivy.Query]]:
    return [(_O.Should, _Q.const_score_query(raw(reader, "kind", kind), weight)) for kind, weight in PRIORS]


def _better(reader: Reader, asked: Asked) -> list[tuple[tantivy.Occur, tantivy.Query]]:
    """What makes a match a better one without being needed."""
    out: list[tuple[tantivy.Occur, tantivy.Query]] = []
    if 1 < len(asked.words) <= MOST_TERMS:
        phrase = _Q.phrase_query(reader.schema, "words", list(asked.words), 1)
        out.append((_O.Should, _Q.boost_query(phrase, 1.5)))
    for run in asked.runs[:6]:
        if 1 < len(run) <= 12:
            out.append((_O.Should, _Q.boost_query(within(reader, "grams", run), 0.6)))
            out.append((_O.Should, _Q.boost_query(within(reader, "heads", run), 0.6)))
            out.append((_O.Should, _Q.boost_query(within(reader, "title", run), 0.6)))
    return out + _ranks(reader)


def strict(reader: Reader, asked: Asked) -> tantivy.Query | None:
    """Provisions that have every term, in their text, in the headings above or in the title of their act, and at least
    one in the text or the headings. None where nothing was asked."""
    if not asked.terms:
        return None
    if len(asked.terms) == 1:
        return _Q.boolean_query([(_O.Must, _places(reader, asked.terms[0], BODY)), *_better(reader, asked)])
    parts = [(_O.Must, _places(reader, forms, ANY)) for forms in asked.terms]
    body = some([_Q.const_score_query(_places(reader, forms, BODY), 0.0) for forms in asked.terms])
    return _Q.boolean_query([*parts, (_O.Must, body), *_better(reader, asked)])


def phrase(reader: Reader, asked: Asked) -> tantivy.Query | None:
    """Provisions that have the words one after another, as typed."""
    if len(asked.words) < 2:
        return strict(reader, asked)
    found = _Q.phrase_query(reader.schema, "words", list(asked.words))
    return _Q.boolean_query([(_O.Must, found), *_ranks(reader)])


def loose(reader: Reader, asked: Asked, share: float) -> tantivy.Query | None:
    """Provisions that have at least `share` of the pairs of characters asked for."""
    terms = dict.fromkeys(p for forms in asked.terms for p in text.pairs(forms[0]))
    held = [p for p in terms if reader.searcher.doc_freq("grams", p)]
    joined = ([p for p in held if len(p) > 1] or held)[:40]
    if not joined:
        return None
    least = max(2 if len(joined) > 2 else 1, round(len(joined) * share))
    grams = some([_term(reader, "grams", pair) for pair in joined], least)
    words = [(_O.Should, _term(reader, "words", forms[0], "position")) for forms in asked.terms]
    return _Q.boolean_query([(_O.Must, grams), *words, *_better(reader, asked)])


@dataclass(frozen=True)
class Limits:
    """What a search is limited to. `on` is a day as a number (20260701), 0 for versions of any day."""

    on: int
    kind: str = ""
    act: str = ""
    region: str = ""


def limited(reader: Reader, query: tantivy.Query, limits: Limits, without: Iterable[str] = ()) -> tantivy.Query:
    """The query among provisions within the limits; those named in `without` do not count."""
    must = [query, _Q.const_score_query(raw(reader, "doc", "p"), 0.0)]
    for field in ("kind", "act", "region"):
        value = getattr(limits, field)
        if value and field not in without:
            must.append(_Q.const_score_query(raw(reader, field, value), 0.0))
    if limits.on:
        whole = tantivy.FieldType.Unsigned
        must.append(_Q.const_score_query(_Q.range_query(reader.schema, "since", whole, 0, limits.on), 0.0))
        must.append(_Q.const_score_query(_Q.range_query(reader.schema, "ended", whole, limits.on + 1, OPEN), 0.0))
    return every(must)
