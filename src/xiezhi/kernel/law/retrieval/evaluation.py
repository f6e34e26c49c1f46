"""How well questions find their articles: three figures on files of questions and labels. Pure.

1. No labels at all: words, the list of spoken words, the encoder learned from the articles, weights set by hand.
2. The numbers that come with the product.
3. Own labels: the table and the ranking learned anew from the given labels, cross-validated; near-duplicate questions
   stay in one fold, and no question is judged by its own label when it teaches.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from xiezhi.kernel.law.retrieval import corpus, folds, metrics, priors, ranker, words
from xiezhi.kernel.law.retrieval.engine import Engine, Look, Question
from xiezhi.kernel.law.retrieval.learned import ENCODER, MEASURES, Learned
from xiezhi.kernel.law.retrieval.searcher import Searcher

__all__ = ["Benchmark", "Prepared", "Run", "cross_validate", "learn", "measured", "prepare", "read_benchmark"]

Floats = NDArray[np.float32]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Benchmark:
    """Questions with labels, and the articles of the file that are law. Labels on other articles stay in: they count
    as missed."""

    articles: list[corpus.Article]
    left_out: int
    questions: list[str]
    relevant: list[frozenset[int]]


def read_benchmark(corpus_file: Path, queries: Path, qrels: Path, everything: bool = False) -> Benchmark:
    """Read three files in the format of STARD's development half. `queries` rows need `query_id` and `query`; `qrels`
    are lines of question, 0, article, relevance. Raises ValueError with the line that is wrong."""
    rows = corpus.from_rows(corpus.lines(corpus_file))
    kept = [True] * len(rows) if everything else corpus.current(rows)
    labels: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(qrels.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split()
        if len(parts) != 4:
            raise ValueError(f"{qrels.name}, line {number}: four columns are wanted")
        if float(parts[3]) > 0:
            labels[parts[0]].add(int(parts[2]))
    asked = [(str(q["query_id"]), str(q["query"])) for q in corpus.lines(queries)]
    asked = [(key, text) for key, text in asked if labels.get(key)]
    if not asked:
        raise ValueError("no question of the file has a label")
    return Benchmark(
        [a for a, k in zip(rows, kept, strict=True) if k],
        kept.count(False),
        [text for _, text in asked],
        [frozenset(labels[key]) for key, _ in asked],
    )


@dataclass(frozen=True)
class Run:
    """One figure: measures of each question, and milliseconds each took (empty where not asked one by one)."""

    values: NDArray[np.float64]
    milliseconds: NDArray[np.float64]


def measured(benchmark: Benchmark, engine: Engine, learned: Learned, progress: Progress | None = None) -> Run:
    """Ask every question, one after the other, as the product does."""
    searcher = Searcher(engine, learned)
    refs = [a.ref for a in benchmark.articles]
    searcher.ask(benchmark.questions[0])
    values, spent = [], []
    for number, (question, relevant) in enumerate(zip(benchmark.questions, benchmark.relevant, strict=True), 1):
        begun = time.perf_counter()
        found = searcher.ask(question, 100)
        spent.append((time.perf_counter() - begun) * 1000)
        values.append(metrics.measure([refs[p] for p in found.places], relevant))
        if progress:
            progress("questions", number, len(benchmark.questions))
    return Run(np.array(values), np.array(spent))


@dataclass(frozen=True)
class Prepared:
    """Everything about each question that no label changes: candidates, their measures, and which are right."""

    benchmark: Benchmark
    rows: list[priors.Labels]
    places: priors.Places
    candidates: list[NDArray[np.int64]]
    looks: list[Look]
    right: list[NDArray[np.bool_]]
    near: list[int]
    topics: list[int]
    content: sparse.csr_matrix
    content_grams: NDArray[np.uint32]


def prepare(benchmark: Benchmark, engine: Engine, progress: Progress | None = None) -> Prepared:
    """Look at every question once."""
    at = {a.ref: i for i, a in enumerate(benchmark.articles)}
    refs = np.array([a.ref for a in benchmark.articles])
    places = priors.Places.of(engine)
    rows, candidates, looks, right = [], [], [], []
    for number, (text, relevant) in enumerate(zip(benchmark.questions, benchmark.relevant, strict=True), 1):
        question = Question.of(text)
        rows.append(
            tuple((places.laws[places.law_of[at[r]]], engine.chapters[at[r]]) for r in sorted(relevant) if r in at)
        )
        scores = engine.scores(question)
        found = engine.candidates(scores)
        candidates.append(found)
        looks.append(engine.look(question, scores, found))
        right.append(np.isin(refs[found], list(relevant)))
        if progress:
            progress("candidates", number, len(benchmark.questions))
    near = folds.groups(benchmark.questions, benchmark.relevant)
    wanted = np.zeros(engine.size, dtype=bool)
    wanted[np.concatenate(candidates)] = True
    content, content_grams = words.article_rows(engine.index, wanted)
    topics = folds.topics(near, benchmark.relevant)
    return Prepared(benchmark, rows, places, candidates, looks, right, near, topics, content, content_grams)


def _held_out(
    prepared: Prepared, table: priors.Table, group: Sequence[int], teach: Sequence[int], judge: Sequence[int]
) -> dict[int, Floats]:
    """All measures of each question's candidates; what the table says of those that taught it without their own group."""
    match = priors.Match.of(table, prepared.places)
    members: dict[int, list[int]] = defaultdict(list)
    for i in teach:
        members[group[i]].append(i)

    def rows(i: int) -> Floats:
        return np.concatenate([prepared.looks[i].rows, priors.features(table, match, prepared.candidates[i])], axis=1)

    out: dict[int, Floats] = {}
    for own in members.values():
        for i in own:
            table.add(prepared.rows[i], -1)
        out |= {i: rows(i) for i in own}
        for i in own:
            table.add(prepared.rows[i])
    return out | {i: rows(i) for i in judge}


@dataclass(frozen=True)
class _Fitted:
    model: ranker.Ranker
    articles: words.Weights
    questions: words.Weights

    def words(self, prepared: Prepared, at: Floats, i: int) -> Floats:
        """What the weights of grams add to the candidates of a question."""
        look = prepared.looks[i]
        return at[prepared.candidates[i]] + look.shares @ self.questions.get(look.words)


def _fit(
    prepared: Prepared, rows: Mapping[int, Floats], teach: Sequence[int], penalty: float, with_words: bool
) -> _Fitted:
    if not with_words:
        model, _, _ = ranker.fit([rows[i] for i in teach], [prepared.right[i] for i in teach], penalty)
        return _Fitted(model, words.Weights.none(), words.Weights.none())
    columns = words.question_columns([prepared.looks[i].words for i in teach])
    model, told, asked = ranker.fit(
        [rows[i] for i in teach],
        [prepared.right[i] for i in teach],
        penalty,
        content=prepared.content,
        places=[prepared.candidates[i] for i in teach],
        asked=[words.question_rows(prepared.looks[i].words, prepared.looks[i].shares, columns) for i in teach],
    )
    return _Fitted(
        model,
        words.Weights(prepared.content_grams, told.astype(np.float32)),
        words.Weights(columns, asked.astype(np.float32)),
    )


def cross_validate(
    prepared: Prepared, *, by_topic: bool = False, without: Sequence[str] = (), with_words: bool = True, count: int = 5,
    seed: int = 0, penalty: float = 0.01,
) -> Run:  # fmt: skip
    """Learn on the other folds, judge on each fold in turn. `without` names measures that are switched off."""
    group = prepared.topics if by_topic else prepared.near
    off = [MEASURES.index(n) for n in without]
    fold = folds.assign(group, count, seed)
    refs = np.array([a.ref for a in prepared.benchmark.articles])
    values = np.zeros((len(group), len(metrics.NAMES)))
    for number in range(count):
        teach = [int(i) for i in np.flatnonzero(fold != number)]
        judge = [int(i) for i in np.flatnonzero(fold == number)]
        rows = _held_out(prepared, priors.Table.of([prepared.rows[i] for i in teach]), group, teach, judge)
        for own in rows.values():
            own[:, off] = 0
        fitted = _fit(prepared, rows, teach, penalty, with_words)
        told = np.zeros(len(refs), dtype=np.float32)
        if with_words:
            told = np.asarray(prepared.content @ fitted.articles.values, dtype=np.float32)
        for i in judge:
            score = fitted.model.score(rows[i]) + fitted.words(prepared, told, i)
            ranked = refs[prepared.candidates[i][np.argsort(-score, kind="stable")[:100]]].tolist()
            values[i] = metrics.measure(ranked, prepared.benchmark.relevant[i])
    return Run(values, np.zeros(0))


def learn(with_encoder: Prepared | None, without: Prepared, penalty: float = 0.01) -> Learned:
    """Counts, weights of grams and rankings from all labels. Where there is no encoder the weights of grams stay as they
    are and only the measures are weighed anew."""
    everyone = list(range(len(without.rows)))
    table = priors.Table.of(without.rows)
    full = with_encoder or without
    fitted = _fit(full, _held_out(full, table, full.near, everyone, []), everyone, penalty, True)
    rows = _held_out(without, table, without.near, everyone, [])
    columns = [MEASURES.index(n) for n in ENCODER]
    for own in rows.values():
        own[:, columns] = 0
    told = np.asarray(without.content @ fitted.articles.get(without.content_grams))
    offsets = [fitted.words(without, told, i) for i in everyone]
    plain, _, _ = ranker.fit([rows[i] for i in everyone], without.right, penalty, offsets=offsets)
    return Learned(table, fitted.articles, fitted.questions, fitted.model, plain)
