"""Retrieval, the pure parts: grams, BM25, measures, folds, features, the ranking and the evaluation command."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from xiezhi.kernel.law.retrieval import (
    corpus,
    encoder,
    engine,
    evaluation,
    folds,
    grams,
    learned,
    lexical,
    making,
    metrics,
    pairs,
    priors,
    ranker,
    spoken,
    words,
)
from xiezhi.kernel.law.retrieval.corpus import Article
from xiezhi.kernel.law.retrieval.searcher import Searcher

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "stard-dev"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the questions beside the checkout (../shared)")


def test_grams_do_not_cross_punctuation_or_texts() -> None:
    bag = grams.bags(["甲乙，丙", "丁"])
    names = [grams.name(int(g)) for g in bag.vocabulary]
    assert sorted(names) == sorted(["甲", "乙", "丙", "丁", "甲乙"])
    assert bag.rows == 2
    assert [grams.number(n) for n in names] == bag.vocabulary.tolist()


def test_a_question_of_stop_phrases_keeps_its_words() -> None:
    assert "怎么办" not in grams.clean("房东不退押金怎么办？")
    assert grams.clean("怎么办").strip() == "怎么办"


def test_bm25_by_hand() -> None:
    index = lexical.build(grams.bags(["甲", "甲甲", "乙"]))
    n, df = 3, 2
    idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
    # 甲甲 has three grams (甲 twice, 甲甲 once); mean length is (1 + 3 + 1) / 3
    mean = 5 / 3

    def value(tf: int, length: int) -> float:
        return idf * tf * (lexical.K1 + 1) / (tf + lexical.K1 * (1 - lexical.B + lexical.B * length / mean))

    got = index.score({grams.number("甲"): 1.0})
    assert got == pytest.approx([value(1, 1), value(2, 3), 0], abs=2e-3)


def test_top_is_stable_on_ties() -> None:
    scores = np.array([1, 3, 3, 2, 3], dtype=np.float32)
    assert lexical.top(scores, 2).tolist() == [1, 2]
    assert lexical.top(scores, 9).tolist() == [1, 2, 4, 3, 0]


def test_measures_by_hand() -> None:
    ranked = [9, 1, 8, 7, 6, 5, 2, *range(100, 200)]
    r5, r10, r100, mrr, ndcg = metrics.measure(ranked, {1, 2, 3})
    assert (r5, r10, r100, mrr) == (pytest.approx(1 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3), 0.5)
    best = 1 + 1 / math.log2(3) + 1 / 2
    assert ndcg == pytest.approx((1 / math.log2(3) + 1 / math.log2(8)) / best)
    assert metrics.measure([3], {1}) == (0, 0, 0, 0, 0)
    assert metrics.measure([1], {1}) == (1, 1, 1, 1, 1)


def test_intervals_hold_the_mean_and_repeat() -> None:
    values = np.array([0.0, 1.0] * 50)
    low, high = metrics.interval(values)
    assert 0.35 < low < 0.5 < high < 0.65
    assert metrics.interval(values) == (low, high)
    assert metrics.paired(values, values) == (0, 0, 0)


def test_near_duplicates_stay_in_one_fold() -> None:
    questions = ["房东不退押金", "房东不退还押金", "公司拖欠工资", "工资被拖欠了", "遗嘱有效吗"]
    labels = [frozenset({1}), frozenset({1}), frozenset({2}), frozenset({2, 3}), frozenset({1})]
    near = folds.groups(questions, labels)
    assert near[0] == near[1] != near[2]
    topic = folds.topics(near, labels)
    assert topic[0] == topic[4] and topic[2] == topic[3] and topic[0] != topic[2]
    fold = folds.assign(near, 3)
    assert fold[0] == fold[1]
    assert folds.assign(near, 3).tolist() == fold.tolist()


def test_every_line_of_the_spoken_words_counts() -> None:
    assert len(spoken.entries()) >= 400
    for left, right in spoken.entries():
        assert left and right
    assert "用人单位" in spoken.added("老板不发钱")
    assert "劳动报酬" in " ".join(spoken.added("老板拖欠工资"))
    assert spoken.added("。") == []
    assert spoken.backward(["用人单位应当及时足额支付劳动报酬"], 1) == spoken.backward(
        ["用人单位应当及时足额支付劳动报酬"], 1
    )


def test_headings_come_from_the_outlines() -> None:
    assert corpus.headings_of("中华人民共和国民法典", "", 1079) == ("婚姻家庭编", "离婚")
    assert corpus.headings_of("劳动合同法", "2012-12-28", 57) == ("特别规定", "劳务派遣")
    assert corpus.headings_of("没有这部法", "", 1) == ()


def test_what_is_no_more_law_is_left_out() -> None:
    articles = [
        Article(1, "立法法", 1, "旧", version="2015-03-15"),
        Article(2, "立法法", 1, "新", version="2023-03-13"),
        Article(3, "合同法", 1, "旧法"),
        Article(4, "某规定（试行）", 1, "试行"),
        Article(5, "某规定", 1, "正式"),
    ]
    assert corpus.current(articles) == [False, True, False, False, True]


def small() -> list[Article]:
    told = [
        (
            "劳动合同法",
            30,
            ("劳动合同的履行和变更",),
            "用人单位应当及时足额支付劳动报酬。拖欠的，劳动者可以申请支付令。",
        ),
        ("劳动合同法", 82, ("法律责任",), "用人单位不订立书面劳动合同的，每月支付二倍的工资。"),
        (
            "民法典",
            1079,
            ("婚姻家庭编", "离婚"),
            "夫妻一方要求离婚的，可以起诉。依照本法第一千零八十四条处理子女抚养。",
        ),
        ("民法典", 1084, ("婚姻家庭编", "离婚"), "离婚后，子女由一方直接抚养，另一方负担抚养费。"),
        ("民法典", 721, ("合同编", "典型合同", "租赁合同"), "承租人应当按照约定的期限支付租金。"),
        ("道路交通安全法", 76, ("交通事故处理",), "机动车发生交通事故造成人身伤亡的，由保险公司赔偿。"),
    ]
    return [Article(i, law, number, text, headings=h) for i, (law, number, h, text) in enumerate(told)]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("老板拖欠工资怎么办", 30),
        ("没签合同能要双倍工资吗", 82),
        ("想离婚，孩子归谁？", 1084),
        ("租客不交租金", 721),
        ("出车祸谁赔", 76),
    ],
)
def test_a_small_library_answers_by_hand_set_weights(question: str, number: int) -> None:
    machine = engine.build(small())
    found = Searcher(machine, learned.by_hand()).ask(question)
    assert small()[int(found.places[0])].number == number
    assert found.scores.min() >= 0 and found.scores.sum() <= 1 + 1e-9


def test_what_is_not_allowed_never_comes() -> None:
    searcher = Searcher(engine.build(small()), learned.shipped())
    allowed = np.array([False, True, True, True, True, True])
    found = searcher.ask("老板拖欠工资怎么办", allowed=allowed)
    assert 0 not in found.places.tolist()
    assert not len(searcher.ask("老板拖欠工资", allowed=np.zeros(6, dtype=bool)).places)
    assert not len(searcher.ask("？！").places)


def test_features_have_their_names() -> None:
    machine = engine.build(small())
    asked = engine.Question.of("离婚后孩子的抚养费")
    scores = machine.scores(asked)
    places = machine.candidates(scores)
    look = machine.look(asked, scores, places)
    rows = look.rows
    assert look.shares.sum(axis=1).max() <= 10 + 1e-4
    assert rows.shape == (len(places), len(engine.NAMES))
    assert np.isfinite(rows).all()
    column = dict(zip(engine.NAMES, rows.T, strict=True))
    best = int(np.argmax(column["cover"]))
    assert small()[int(places[best])].number == 1084
    at = places.tolist().index(3)
    assert column["cited from"][at] > 0  # 1079 cites it


def test_citations_among_articles() -> None:
    assert pairs.citations(small()).tolist() == [[2, 3]]


LABELS: list[priors.Labels] = [
    (("劳动合同法", "劳动合同法/劳动合同的履行和变更"),),
    (("民法典", "民法典/婚姻家庭编/离婚"), ("民法典", "民法典/婚姻家庭编/离婚")),
]


def test_a_table_forgets_what_is_taken_out() -> None:
    table = priors.Table.of(LABELS)
    before = table.labels.copy()
    match = priors.Match.of(table, priors.Places.of(engine.build(small())))
    places = np.arange(6)
    told = priors.features(table, match, places)
    assert told[0, 2] > told[4, 2] == 0 and told[2, 0] > told[0, 0] > 0
    table.add(LABELS[0], -1)
    assert priors.features(table, match, places)[0, [0, 2]].tolist() == [0, 0]
    table.add(LABELS[0])
    assert table.labels.tolist() == before.tolist()


def test_learned_numbers_survive_being_written() -> None:
    table = priors.Table.of(LABELS)
    again = priors.Table.unpack(json.loads(json.dumps(table.pack())))
    assert again.names == table.names and again.labels.tolist() == table.labels.tolist()
    given = words.Weights(
        np.array([grams.number(g) for g in sorted(["甲", "甲乙"], key=grams.number)], np.uint32),
        np.array([0.5, -0.25], np.float32),
    )
    back = words.Weights.unpack(json.loads(json.dumps(given.pack(10))))
    assert back.get(given.grams).tolist() == [0.5, -0.25]
    assert back.get(np.array([grams.number("丙")], np.uint32)).tolist() == [0]
    assert len(given.pack(1)["hundredths"]) == 1


def test_weights_of_grams_reach_the_articles_that_hold_them() -> None:
    index = lexical.build(grams.bags([a.heard for a in small()]))
    weights = words.Weights(np.array([grams.number("租金")], np.uint32), np.array([2.0], np.float32))
    told = words.of_articles(weights, index)
    assert told[4] > 0 and told[[0, 1, 2, 3, 5]].tolist() == [0] * 5


def test_the_ranking_learns_what_is_there_to_learn() -> None:
    rng = np.random.default_rng(1)
    lists, right = [], []
    for _ in range(60):
        rows = rng.standard_normal((20, 3)).astype(np.float32)
        best = int(np.argmax(rows[:, 1] + 0.1 * rng.standard_normal(20)))
        lists.append(rows)
        right.append(np.arange(20) == best)
    model, _, _ = ranker.fit(lists, right)
    assert abs(model.weights[1]) > 5 * max(abs(model.weights[0]), abs(model.weights[2]))
    hits = [int(np.argmax(model.score(x))) == int(np.argmax(y)) for x, y in zip(lists, right, strict=True)]
    assert np.mean(hits) > 0.8


def test_the_shipped_numbers_are_numbers_only() -> None:
    path = Path(learned.__file__).parent / "data" / "learned.json"
    assert path.stat().st_size < 300_000
    told = learned.read(path)
    assert len(told.table.names) and len(told.articles.grams)
    assert len(told.with_encoder.weights) == len(learned.MEASURES)
    raw = json.loads(path.read_text(encoding="utf-8"))
    assert all(len(word) <= 2 for kind in ("articles", "questions") for word in raw[kind]["grams"].split())


def sample(folder: Path, count: int = 50, others: int = 600) -> tuple[Path, Path, Path]:
    """The first questions with their articles and some thousand others, as files."""
    with gzip.open(DATA / "queries.jsonl.gz", "rt", encoding="utf-8") as file:
        questions = [json.loads(line) for line in file][:count]
    wanted = {r for q in questions for r in q["relevant"]}
    with gzip.open(DATA / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["id"] in wanted or row["id"] % (54681 // others) == 0]
    paths = folder / "corpus.jsonl.gz", folder / "queries.jsonl", folder / "qrels.tsv"
    with gzip.open(paths[0], "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    told = [{"query_id": q["query_id"], "query": q["query"]} for q in questions]
    paths[1].write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in told), encoding="utf-8")
    paths[2].write_text("".join(f"{q['query_id']}\t0\t{r}\t1\n" for q in questions for r in q["relevant"]))
    return paths


@needs_data
def test_the_evaluation_prints_three_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.commands.law.evaluate import evaluate

    monkeypatch.setattr(making, "SETTINGS", encoder.Settings(dimensions=32, grams=8000, batch=64))
    files = sample(tmp_path)
    options = [
        v for name, path in zip(("--corpus", "--queries", "--qrels"), files, strict=True) for v in (name, str(path))
    ]
    ran = CliRunner().invoke(evaluate, [*options, "--steps", "3"])
    assert ran.exit_code == 0, ran.output
    lines = ran.output.splitlines()
    figures = {line[0]: [float(v) for v in line[34:74].split()] for line in lines if line[:2] in ("1 ", "2 ", "3 ")}
    assert set(figures) == {"1", "2", "3"}
    for values in figures.values():
        assert 0.4 < values[0] <= values[1] <= values[2] <= 1


@needs_data
def test_wrong_files_are_told(tmp_path: Path) -> None:
    files = sample(tmp_path, 3, 50)
    files[2].write_text("1 0 2\n")
    with pytest.raises(ValueError, match="line 1"):
        evaluation.read_benchmark(*files)
    files[2].write_text("")
    with pytest.raises(ValueError, match="no question"):
        evaluation.read_benchmark(*files)
