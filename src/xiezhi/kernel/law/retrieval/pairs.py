"""Pairs to learn from without any label: clause and rest of its article, heading and article, citing and cited. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.retrieval import grams
from xiezhi.kernel.law.retrieval.corpus import Article, law_key
from xiezhi.kernel.law.retrieval.encoder import Pairs, rows

__all__ = ["Source", "citations", "clauses"]

_CLAUSE = re.compile(r"[^，。；：！？\n]+")
_CITED = re.compile(
    r"(?:《([^》]{2,60})》|(本法|本条例|本规定|本办法|本解释))第([一二三四五六七八九十百千零]+)条(?:之([一二三四五六七八九十]+))?"
)


def clauses(text: str, low: int = 8, high: int = 60) -> list[str]:
    """Stretches of a text of about a question's length: sentence parts, short ones joined with the next."""
    out: list[str] = []
    held = ""
    for part in _CLAUSE.findall(text):
        held = f"{held}，{part}" if held else part
        if len(held) >= low:
            out.append(held[:high])
            held = ""
    if held and out:
        out[-1] = f"{out[-1]}，{held}"[: high * 2]
    elif held:
        out.append(held)
    return out


def citations(articles: Sequence[Article]) -> NDArray[np.int64]:
    """(citing, cited) by place: named acts and 本法, single articles. For learning and counting only; what a page shows
    comes from the library's own graph."""
    places = {(a.law, a.number, a.inserted): i for i, a in enumerate(articles)}
    out = []
    for here, a in enumerate(articles):
        for named, own, number, inserted in _CITED.findall(a.text):
            law = a.law if own else law_key(named)
            there = places.get((law, numerals.read(number), numerals.read(inserted) if inserted else 0))
            if there is not None and there != here:
                out.append((here, there))
    return np.array(sorted(set(out)), dtype=np.int64).reshape(-1, 2)


def matrix(texts: Sequence[str], vocabulary: NDArray[np.uint32]) -> sparse.csr_matrix:
    """Texts as rows of counts over the vocabulary."""
    bag = grams.bags(texts, vocabulary)
    return sparse.csr_matrix((bag.counts, bag.columns, bag.indptr), shape=(bag.rows, len(vocabulary)))


def logs(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Counts to log counts."""
    return sparse.csr_matrix((np.log1p(counts.data), counts.indices, counts.indptr), counts.shape)


class Source:
    """Draws batches. About a third of a batch comes in runs from one act, so that neighbors have to be told apart.
    `spoken` gives other wordings of clauses as people speak (see `lay`), or the clause itself."""

    def __init__(
        self,
        articles: Sequence[Article],
        vocabulary: NDArray[np.uint32],
        spoken: Sequence[str] | None = None,
        clause_texts: Sequence[list[str]] | None = None,
    ) -> None:
        per = clause_texts or [clauses(a.text) for a in articles]
        flat = [c for own in per for c in own]
        self.first = np.zeros(len(per) + 1, dtype=np.int64)
        np.cumsum([len(p) for p in per], out=self.first[1:])
        self.clauses = matrix(flat, vocabulary)
        self.spoken = matrix(spoken, vocabulary) if spoken is not None else self.clauses
        self.whole = matrix([a.heard for a in articles], vocabulary)
        self.titles = matrix(["\n".join((a.law, *a.headings)) for a in articles], vocabulary)
        self.last = matrix([(a.headings or (a.law,))[-1] for a in articles], vocabulary)
        self.cited = citations(articles)
        laws = np.unique([a.law for a in articles], return_inverse=True)[1]
        self.order = np.argsort(laws, kind="stable")
        self.usable = np.flatnonzero(np.diff(self.first) >= 2)
        self.count = len(articles)

    def draw(self, rng: np.random.Generator, size: int) -> Pairs:
        """One batch of about `size` pairs: 80 % clauses, 8 % headings, 12 % citations."""
        n_head, n_cite = size // 12, size // 8 if len(self.cited) else 0
        n_clause = size - n_head - n_cite
        runs = n_clause // 3 // 8
        starts = rng.integers(0, max(self.count - 8, 1), runs)
        near = self.order[np.minimum((starts[:, None] + np.arange(8)).ravel(), self.count - 1)]
        chosen = np.concatenate([near, rng.choice(self.usable, n_clause - len(near))])
        chosen = np.unique(chosen[np.diff(self.first)[chosen] >= 2])
        spans = np.diff(self.first)[chosen]
        picked = self.first[chosen] + (rng.random(len(chosen)) * spans).astype(np.int64)
        said = self.spoken[picked]
        rest = self.whole[chosen] - self.clauses[picked]
        keep = rng.random(len(chosen)) < 0.3  # now and then without its titles, so that the text itself is learned
        rest = rest - sparse.diags(keep.astype(np.float32)) @ self.titles[chosen]
        rest = _clipped(rest)
        heads = rng.integers(0, self.count, n_head)
        questions, articles, same = (
            [said, self.last[heads]],
            [rest, self.whole[heads] - self.last[heads]],
            [chosen, heads],
        )
        if n_cite:
            cited = self.cited[rng.integers(0, len(self.cited), n_cite)]
            questions.append(self.whole[cited[:, 0]] - self.titles[cited[:, 0]])
            articles.append(self.whole[cited[:, 1]])
            same.append(cited[:, 1])
        return Pairs(
            logs(_thinned(_clipped(sparse.vstack(questions, format="csr")), rng)),
            logs(_clipped(sparse.vstack(articles, format="csr"))),
            np.concatenate(same),
        )


def _clipped(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    out = sparse.csr_matrix(counts)
    out.data = np.maximum(out.data, 0).astype(np.float32)
    out.eliminate_zeros()
    return out


def _thinned(counts: sparse.csr_matrix, rng: np.random.Generator, share: float = 0.15) -> sparse.csr_matrix:
    """Some grams left out: a question never says everything."""
    counts.data = counts.data * (rng.random(len(counts.data)) >= share)
    counts.eliminate_zeros()
    return counts


def vocabulary_of(articles: Sequence[Article], size: int) -> NDArray[np.uint32]:
    """The `size` grams found in most articles, sorted."""
    bag = grams.bags([a.heard for a in articles])
    df = np.bincount(bag.columns, minlength=len(bag.vocabulary))
    kept = np.argsort(-df, kind="stable")[:size]
    return np.sort(bag.vocabulary[kept])


def articles_matrix(articles: Sequence[Article], vocabulary: NDArray[np.uint32]) -> sparse.csr_matrix:
    """Articles as the encoder reads them."""
    return rows(grams.bags([a.heard for a in articles], vocabulary))
