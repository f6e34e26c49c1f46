"""检索: a citation leads to its article, a title or number to its act, words to provisions that have them."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date

from xiezhi.kernel.law.search import build, fulltext, lookup, queries, store, text
from xiezhi.kernel.law.search.fulltext import RELEVANCE, SORTS
from xiezhi.kernel.law.search.shapes import Act, Results

__all__ = ["MOST_PAGES", "SORTS", "search"]

MOST_PAGES = 50
"""Nobody reads further; an extract is made for the provisions of one page only."""
MOST_SUGGESTED = 4
NOT_BUILT = "全文索引尚未建立，目前只能按名称、文号和条号查找。"
UNKNOWN_NUMBER = "没有找到这个文号的法规。"
_TITLE = re.compile(r"(法|条例|办法|规定|规则|细则|决定|解释|法典|纲要|通则|准则|意见)$")


def search(
    query: str,
    *,
    on: date,
    kind: str = "",
    act: str = "",
    region: str = "",
    page: int = 1,
    size: int = 20,
    sort: str = RELEVANCE,
    include_old: bool = False,
    verbatim: bool = False,
) -> Results:
    """Search the library as the law stands on a day.

    Order: the article a citation in the query names, acts by title, alias or document number, provisions by their words.
    `kind`, `act` (short title) and `region` limit the provisions; `act` is also the act of a bare 第三条. With
    `include_old` texts that are not law on that day are found too, and marked; with `verbatim` no other spelling is
    searched. `sort` is one of SORTS. Any text is a safe query. Without an index only citations and titles are found, and
    a notice says so. `page` counts from 1 to MOST_PAGES.
    """
    begun = time.perf_counter()
    reader = store.reader()
    job = _Search(
        reader, queries.read(query), on, queries.Limits(0 if include_old else build.number(on, 0), kind, act, region)
    )
    page, size = min(max(page, 1), MOST_PAGES), min(max(size, 1), 100)
    out = job.run(Results(query, on, page=page), size, sort if sort in SORTS else RELEVANCE, include_old, verbatim)
    return replace(
        out,
        suggestions=tuple(dict.fromkeys(s for s in (*job.suggestions, *out.suggestions) if s != out.corrected))[
            :MOST_SUGGESTED
        ],
        notices=tuple(job.notices),
        milliseconds=round((time.perf_counter() - begun) * 1000, 2),
    )


class _Search:
    """One search on its way."""

    def __init__(self, reader: store.Reader | None, asked: queries.Asked, on: date, limits: queries.Limits) -> None:
        self.reader, self.asked, self.on, self.limits = reader, asked, on, limits
        self.notices: list[str] = [] if reader is not None else [NOT_BUILT]
        self.suggestions: list[str] = []
        if asked.cut:
            self.notices.append(f"检索词过长，只按前{queries.MOST_CHARACTERS}个字、前{queries.MOST_TERMS}个词检索。")

    def run(self, out: Results, size: int, sort: str, include_old: bool, verbatim: bool) -> Results:
        asked = self.asked
        if not asked.runs:
            return out
        one = lookup.cited(asked.folded)
        if one is not None:
            name = lookup.act_named(one.name) if one.name else self.limits.act
            if name:
                return self._direct(out, one, name, size, sort, verbatim)
            if one.name:
                self.notices.append(f"没有找到名为“{one.name}”的法规。")
                self.suggestions += [one.of(title) for title in lookup.similar(self.reader, one.name)]
                if self.suggestions:
                    return out
                return self._words(out, asked, size, sort, verbatim=True, whole=True)
            if self.reader is not None and not one.rest:
                place = one.of("法").removeprefix("法 ")
                self.notices.append(f"没有写明是哪一部法规，以下是各部法规的{place}。")
                chosen = fulltext.at_place(self.reader, one.article, one.inserted, self.limits)
                return self._page(out, chosen, size, sort)
        numbers = text.document_numbers(asked.folded)
        acts = self._acts(include_old, asked) if out.page == 1 else []
        out = replace(out, acts=tuple(acts))
        if numbers:
            if not acts and out.page == 1:
                self.notices.append(UNKNOWN_NUMBER)
            row = fulltext.in_a_row(self.reader, asked, self.limits) if self.reader else None
            return self._page(out, row, size, sort) if row else out
        if not (verbatim or self.limits.act) and (inside := self._inside(out, size, sort)) is not None:
            return inside
        out = self._words(out, asked, size, sort, verbatim)
        if out.corrected and not out.acts and out.page == 1:
            out = replace(out, acts=tuple(self._acts(include_old, queries.read(out.corrected))))
        return out

    def _inside(self, out: Results, size: int, sort: str) -> Results | None:
        """What the words after a title find in that act; None where there is no such title or they find nothing."""
        if self.reader is None:
            return None
        name, after = lookup.leading(self.reader, self.asked)
        rest = queries.read(after)
        if not name or not rest.terms or rest.idle:
            return None
        limits = replace(self.limits, act=name)
        chosen = fulltext.choose(self.reader, rest, limits, verbatim=True, whole=True)
        if chosen is None or not chosen.total:
            return None
        self.limits = limits
        return replace(self._page(out, chosen, size, sort), within=name)

    def _direct(self, out: Results, one: lookup.Cited, name: str, size: int, sort: str, verbatim: bool) -> Results:
        """The article, and what other words say, searched in its act."""
        found = lookup.exact(one, self.on, name)
        if found is None:
            return out
        if out.page == 1:
            out = replace(out, exact=(found,))
        rest = queries.read(one.rest)
        if not rest.terms or rest.idle:
            return out
        if not self.limits.act:
            self.limits = replace(self.limits, act=found.locator.act)
        return self._words(out, rest, size, sort, verbatim, whole=True)

    def _acts(self, include_old: bool, asked: queries.Asked) -> list[Act]:
        found = lookup.acts(self.reader, asked, self.on, include_old=include_old)
        if not found and len(asked.runs) <= 3 and _TITLE.search("".join(asked.runs)):
            self.suggestions += lookup.similar(self.reader, asked.folded)
        return found

    def _words(
        self, out: Results, asked: queries.Asked, size: int, sort: str, verbatim: bool, whole: bool = False
    ) -> Results:
        if self.reader is None:
            return out
        chosen = fulltext.choose(self.reader, asked, self.limits, verbatim=verbatim, whole=whole)
        return out if chosen is None else self._page(out, chosen, size, sort)

    def _page(self, out: Results, chosen: fulltext.Chosen, size: int, sort: str) -> Results:
        assert self.reader is not None
        out = replace(
            out,
            total=chosen.total,
            pages=min(MOST_PAGES, -(-chosen.total // size)),
            relaxed=chosen.relaxed,
            corrected=chosen.corrected,
            missing=chosen.missing,
            suggestions=chosen.suggestions,
        )
        if not chosen.total:
            return out
        return replace(
            out,
            found=tuple(fulltext.page(self.reader, chosen, self.limits, out.page, size, sort, self.on)),
            facets=fulltext.facets(self.reader, chosen.query, self.limits),
        )
