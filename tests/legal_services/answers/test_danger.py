"""危险识别: every phrasing of the table that tells of danger is found, and idioms that only sound dangerous are not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from xiezhi.legal_services.answers import danger

HERE = Path(__file__).parent
ROWS = [tuple(line.split("\t")) for line in (HERE / "danger.tsv").read_text(encoding="utf-8").splitlines() if line]
QUESTIONS = Path(__file__).resolve().parents[4] / "shared" / "data" / "stard-dev" / "queries.jsonl.gz"


def test_the_table_is_large_enough_and_names_known_kinds() -> None:
    positive = [kind for kind, _ in ROWS if kind != "-"]
    assert len(ROWS) >= 300
    assert len(positive) >= 150
    assert set(positive) == set(danger.KINDS)
    assert len({text for _, text in ROWS}) == len(ROWS)


def test_every_dangerous_phrasing_is_found() -> None:
    missed = [text for kind, text in ROWS if kind != "-" and not danger.find(text)]
    assert not missed


def test_the_kind_is_the_one_of_the_table() -> None:
    wrong = [
        (kind, text) for kind, text in ROWS if kind != "-" and kind not in [k.key for k in danger.find(text).kinds]
    ]
    assert len(wrong) <= 0.02 * len(ROWS), wrong


def test_idioms_and_everyday_questions_are_left_alone() -> None:
    wrong = [text for kind, text in ROWS if kind == "-" and danger.find(text)]
    assert len(wrong) <= 0.03 * sum(kind == "-" for kind, _ in ROWS), wrong


@pytest.mark.parametrize("text", ["我  想\n自 杀", "我想自杀", "　想，死。。"])
def test_spaces_and_width_do_not_hide_it(text: str) -> None:
    assert danger.find(text)


def test_the_most_urgent_number_stands_first_and_legal_help_last() -> None:
    found = danger.find("老公打我，我不想活了")
    assert found.first.key == "self"
    numbers = [contact.number for contact in found.contacts]
    assert numbers[0] == "12356"
    assert "110" in numbers and "12338" in numbers
    assert numbers[-1] == "12348"
    assert len(numbers) == len(set(numbers))


def test_every_number_named_is_known() -> None:
    assert {number for kind in danger.KINDS.values() for number in kind.numbers} <= danger.CONTACTS.keys()


def test_few_ordinary_questions_are_taken_for_danger() -> None:
    """Over the development half of the benchmark, which asks about law: at most two in a hundred."""
    if not QUESTIONS.exists():
        pytest.skip(f"no {QUESTIONS.name} beside the checkout")
    with gzip.open(QUESTIONS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["query"] for line in lines]
    assert sum(bool(danger.find(text)) for text in texts) <= 0.02 * len(texts)


@pytest.mark.parametrize("text", ["打" * 2000, "被" * 2000, "老公" * 1000, "(" * 2000, "孩子" * 1000 + "打"])
def test_no_text_takes_long(text: str) -> None:
    import time

    began = time.perf_counter()
    danger.find(text[:1500])
    assert time.perf_counter() - began < 1.0
