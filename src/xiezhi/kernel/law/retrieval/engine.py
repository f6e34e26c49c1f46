"""A question against a corpus: full scores, candidates, and what is measured on each candidate. Pure.

The engine knows nothing of labels. What labels taught (how often a law is the answer) comes in from `priors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval import grams, lexical, pairs, spoken
from xiezhi.kernel.law.retrieval.corpus import Article, chapter_key, kind_of

__all__ = ["NAMES", "Engine", "Question", "build"]

Floats = NDArray[np.float32]
KINDS = ("法律", "司法解释", "行政法规")
NAMES = (
    "bm25", "bm25 rank", "spoken", "together", "together rank", "encoder", "encoder rank", "best sentence", "soft words",
    "law sum", "cited from", "cited", "law", "interpretation", "regulation", "code", "length", "law size",
    "cover", "cover best sentence", "cover heading", "cover title", "cover first", "three", "four", "terms", "position",
)  # fmt: skip
SPOKEN_WEIGHT = 0.3
_KIND_BONUS = np.array([0.08, 0.05, 0.0, 0.08], dtype=np.float32)  # 法律, 司法解释, 行政法规, 民法典


@dataclass(frozen=True)
class Question:
    """A question prepared: its own grams, and the words of acts the list of spoken words brings."""

    raw: str
    text: str
    own: grams.Text
    terms: tuple[str, ...]
    more: NDArray[np.uint32]

    @classmethod
    def of(cls, question: str) -> Question:
        cleaned = grams.clean(question)
        own = grams.Text.of(cleaned)
        terms = tuple(spoken.added(question))
        more = np.setdiff1d(grams.Text.of("\n".join(terms)).grams, own.grams)
        return cls(question, cleaned, own, terms, more)


@dataclass(frozen=True)
class Scores:
    """Scores of every article for one question; `encoder` is None without one."""

    own: Floats
    spoken: Floats
    encoder: Floats | None

    @property
    def together(self) -> Floats:
        return self.own + SPOKEN_WEIGHT * self.spoken


@dataclass(frozen=True)
class Layout:
    """Texts of candidates end to end as 16-bit codes: of each code the candidate and the sentence (counted through), of
    each sentence its candidate and whether it belongs to the text or to title and headings."""

    pieces: list[NDArray[np.uint16]]
    text: NDArray[np.uint16]
    owner: NDArray[np.int64]
    sentence: NDArray[np.int64]
    count: int
    sentence_owner: NDArray[np.int64]
    sentence_body: NDArray[np.bool_]

    @property
    def size(self) -> int:
        return len(self.pieces)


@dataclass(frozen=True)
class Look:
    """Candidates measured: one row each, one column for each of `NAMES`; the question's grams, and of each candidate the
    share of the question that each gram it holds is (ten in all)."""

    rows: Floats
    words: NDArray[np.uint32]
    shares: Floats


@dataclass
class Engine:
    """What is kept of a corpus: postings, the texts as 16-bit codes, and facts of each article."""

    index: lexical.Index
    codes: NDArray[np.uint16]
    starts: NDArray[np.int64]
    bodies: NDArray[np.int64]
    laws: NDArray[np.int32]
    facts: Floats  # columns: log cited, law, interpretation, regulation, code, log length, log law size, position
    links: NDArray[np.int64]  # (citing, cited)
    law_names: list[str]
    chapters: list[str]
    numbers: list[tuple[int, int]]
    titles: list[int] = field(default_factory=list)
    encoder: Any = None  # anything with `scores` and `closer`, see `vectors.Vectors`

    @property
    def size(self) -> int:
        return len(self.starts) - 1

    def scores(self, question: Question, allowed: NDArray[np.bool_] | None = None) -> Scores:
        """Scores of every article; what is not allowed (not law on the day) scores nothing."""
        own = self.index.score(dict.fromkeys(question.own.grams.tolist(), 1.0))
        more = self.index.score(dict.fromkeys(question.more.tolist(), 1.0))
        encoded = self.encoder.scores(question) if self.encoder is not None else None
        if allowed is not None:
            own, more = own * allowed, more * allowed
            encoded = None if encoded is None else np.where(allowed, encoded, np.float32(-1))
        return Scores(own, more, encoded)

    def candidates(
        self, scores: Scores, allowed: NDArray[np.bool_] | None = None, wide: int = 200
    ) -> NDArray[np.int64]:
        """Places worth a closer look, in order of place: the best of the question's own words, of these with the words
        of acts and what is known of the kind of law, and of the encoder."""
        together = scores.together / max(float(scores.together.max()), 1e-6) + self.facts[:, 1:5] @ _KIND_BONUS
        lists = [(together, wide), (scores.own, wide // 2), (scores.spoken, wide // 4)]
        if scores.encoder is not None:
            lists.append((scores.encoder, wide // 2))
            lists.append((scores.encoder + 0.6 * together, wide // 2))
        found = []
        for values, count in lists:
            kept = values if allowed is None else np.where(allowed, values, -np.inf)
            best = lexical.top(kept, count)
            found.append(best[np.isfinite(kept[best])])
        return np.unique(np.concatenate(found))

    def look(self, question: Question, scores: Scores, places: NDArray[np.int64]) -> Look:
        """Measure the candidates."""
        together = scores.together
        peak = max(float(together.max()), 1e-6)
        encoded = scores.encoder if scores.encoder is not None else np.zeros(self.size, dtype=np.float32)
        sums = self._law_sums(together)[self.laws[places]] / peak
        passed = self._passed(together, places) / peak
        layout = self.layout(places)
        compared, shares = self._pairs(question, layout)
        clause = soft = np.zeros(len(places), dtype=np.float32)
        if scores.encoder is not None:
            clause, soft = self.encoder.closer(question, layout, scores.encoder[places])
        columns = [
            scores.own[places] / peak,
            _ranks(scores.own, places),
            scores.spoken[places] / peak,
            together[places] / peak,
            _ranks(together, places),
            encoded[places],
            _ranks(encoded, places) if scores.encoder is not None else np.zeros(len(places)),
            clause,
            soft,
            sums,
            passed,
            *self.facts[places, :7].T,
            *compared,
            self.facts[places, 7],
        ]
        return Look(np.stack(columns, axis=1).astype(np.float32), question.own.grams, shares)

    def layout(self, places: NDArray[np.int64]) -> Layout:
        """The candidates' texts laid end to end and cut into sentences."""
        pieces = [self.codes[self.starts[p] : self.starts[p + 1]] for p in places]
        lengths = np.array([len(p) for p in pieces], dtype=np.int64)
        text = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint16)
        owner = np.repeat(np.arange(len(places)), lengths)
        begin = np.concatenate([[0], np.cumsum(lengths)])
        body = begin[:-1] + (self.bodies[places] - self.starts[places])
        cut = (text == 0x3002) | (text == 0xFF1B) | (text == 10)
        cut[begin[:-1][lengths > 0]] = True
        sentence = np.cumsum(cut) - 1
        count = int(sentence[-1]) + 1 if len(sentence) else 0
        sentence_owner = np.zeros(count, dtype=np.int64)
        sentence_owner[sentence] = owner
        sentence_body = np.zeros(count, dtype=bool)
        sentence_body[sentence] = np.arange(len(text)) >= body[owner]
        return Layout(pieces, text, owner, sentence, count, sentence_owner, sentence_body)

    def _law_sums(self, together: Floats) -> Floats:
        """Of each law, the sum of its five best scores."""
        best = lexical.top(together, 400)
        out = np.zeros(len(self.law_names), dtype=np.float32)
        seen = np.zeros(len(self.law_names), dtype=np.int64)
        for place in best:
            law = self.laws[place]
            if seen[law] < 5:
                seen[law] += 1
                out[law] += together[place]
        return out

    def _passed(self, together: Floats, places: NDArray[np.int64]) -> Floats:
        """The best score of an article that cites the candidate."""
        out = np.zeros(self.size, dtype=np.float32)
        if len(self.links):
            np.maximum.at(out, self.links[:, 1], together[self.links[:, 0]])
        return out[places]

    def _pairs(self, question: Question, layout: Layout) -> tuple[list[Floats], Floats]:
        """How much of the question the candidate's text holds, by idf: whole text, best sentence, headings, law title,
        first sentence; shares of 3-grams and 4-grams; share of the words of acts found. And of each gram of the question
        ten times its share by idf, where the candidate holds it."""
        wanted = question.own.grams
        at, there = grams.lookup(self.index.vocabulary, wanted)
        idf = np.where(there, self.index.idf[at], 8.0) * np.where(wanted >= 65536, 1.0, 0.3)
        idf = (idf / max(idf.sum(), 1e-6)).astype(np.float32)
        text, owner, sentence, count = layout.text, layout.owner, layout.sentence, layout.count
        sentence_owner, sentence_body = layout.sentence_owner, layout.sentence_body
        hits = _presence(text, owner, sentence, wanted, count)
        covers = hits @ idf
        n = layout.size
        whole = np.zeros((n, len(wanted)), dtype=bool)
        heading = np.zeros((n, len(wanted)), dtype=bool)
        np.logical_or.at(whole, sentence_owner[sentence_body], hits[sentence_body])
        np.logical_or.at(heading, sentence_owner[~sentence_body], hits[~sentence_body])
        best = np.zeros(n, dtype=np.float32)
        np.maximum.at(best, sentence_owner[sentence_body], covers[sentence_body])
        first = np.zeros(n, dtype=np.float32)
        starts_body = np.flatnonzero(sentence_body & ~np.concatenate([[False], sentence_body[:-1]]))
        first[sentence_owner[starts_body]] = covers[starts_body]
        title = np.zeros(n, dtype=np.float32)
        opening = np.searchsorted(sentence_owner, np.arange(n))
        title[:] = covers[np.minimum(opening, max(count - 1, 0))] if count else 0
        three, four = (_long(question.text, text, owner, n, k) for k in (3, 4))
        terms = np.zeros(n, dtype=np.float32)
        if question.terms:
            strings = [p.tobytes().decode("utf-16-le", "replace") for p in layout.pieces]
            weights = 1 / (1 + np.arange(len(question.terms)) / 6)
            found = np.array([[t in s for t in question.terms] for s in strings], dtype=np.float32).reshape(n, -1)
            terms = found @ (weights / weights.sum()).astype(np.float32)
        shares = (whole | heading) * (idf * 10)
        return [whole @ idf, best, heading @ idf, title, first, three, four, terms], shares.astype(np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        own = {n: getattr(self, n) for n in ("codes", "starts", "bodies", "laws", "facts", "links")}
        return own | {f"index_{n}": v for n, v in self.index.arrays().items()}


def _ranks(values: Floats, places: NDArray[np.int64]) -> Floats:
    """Minus the logarithm of the rank among all articles, ranks past 1,000 alike."""
    best = lexical.top(values, 1000)
    rank = np.full(len(values), 1000, dtype=np.float32)
    rank[best] = np.arange(len(best))
    return np.asarray(-np.log1p(rank[places]), dtype=np.float32)


def _presence(
    text: NDArray[np.uint16],
    owner: NDArray[np.int64],
    sentence: NDArray[np.int64],
    wanted: NDArray[np.uint32],
    count: int,
) -> NDArray[np.bool_]:
    """Which of the wanted grams each sentence holds."""
    out = np.zeros((count, len(wanted)), dtype=bool)
    if not len(text) or not len(wanted):
        return out
    at, there = grams.lookup(wanted, text.astype(np.uint32))
    out[sentence[there], at[there]] = True
    two = ((text[:-1].astype(np.uint32) << 16) | text[1:]).astype(np.uint32)
    at, there = grams.lookup(wanted, two)
    there &= owner[:-1] == owner[1:]
    out[sentence[:-1][there], at[there]] = True
    return out


def _long(question: str, text: NDArray[np.uint16], owner: NDArray[np.int64], n: int, k: int) -> Floats:
    """Share of the question's k-grams each text holds, text given as codes."""
    codes = np.frombuffer(question.encode("utf-16-le", "replace"), dtype=np.uint16)
    wanted = np.unique(_windows(codes, k))
    out = np.zeros((n, len(wanted)), dtype=bool)
    found = _windows(text, k)
    if len(wanted) and len(found):
        at = np.minimum(np.searchsorted(wanted, found), len(wanted) - 1)
        there = (wanted[at] == found) & (owner[: len(found)] == owner[k - 1 :])
        out[owner[: len(found)][there], at[there]] = True
    return np.asarray(out.sum(axis=1) / max(len(wanted), 1), dtype=np.float32)


def _windows(codes: NDArray[np.uint16], k: int) -> NDArray[np.uint64]:
    if len(codes) < k:
        return np.zeros(0, dtype=np.uint64)
    out = np.zeros(len(codes) - k + 1, dtype=np.uint64)
    for i in range(k):
        out = (out << np.uint64(16)) | codes[i : len(codes) - k + 1 + i].astype(np.uint64)
    return out


def build(articles: Sequence[Article]) -> Engine:
    """The engine of a corpus, without encoder."""
    heard = [a.heard for a in articles]
    index = lexical.build(grams.bags(heard))
    codes, starts = grams.encode(heard)
    lengths = np.array([len(a.text.encode("utf-16-le", "replace")) // 2 for a in articles], dtype=np.int64)
    bodies = starts[1:] - lengths
    names = sorted({a.law for a in articles})
    place = {name: i for i, name in enumerate(names)}
    laws = np.array([place[a.law] for a in articles], dtype=np.int32)
    sizes = np.bincount(laws, minlength=len(names))
    last: dict[str, int] = {}
    for a in articles:
        last[a.law] = max(last.get(a.law, 1), a.number)
    links = pairs.citations(articles)
    outside = links[laws[links[:, 0]] != laws[links[:, 1]]] if len(links) else links
    cited = np.bincount(outside[:, 1], minlength=len(articles)) if len(outside) else np.zeros(len(articles))
    kinds = {name: kind_of(name) for name in names}
    facts = np.zeros((len(articles), 8), dtype=np.float32)
    facts[:, 0] = np.log1p(cited)
    for i, a in enumerate(articles):
        kind = a.kind or kinds[a.law]
        facts[i, 1:5] = [kind == k for k in KINDS] + [a.law == "民法典"]
        facts[i, 7] = a.number / max(last[a.law], 1)
    facts[:, 5] = np.log1p(lengths)
    facts[:, 6] = np.log(sizes[laws])
    return Engine(
        index, codes, starts, bodies, laws, facts, links, names, [chapter_key(a) for a in articles],
        [(a.number, a.inserted) for a in articles],
    )  # fmt: skip
