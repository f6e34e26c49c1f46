"""The index on the disk: writers that are killed, readers beside a writer, text tools. No database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.law.search import lookup, marks, queries, spelling, store, text

WRITER = """
import sys
import django, tantivy
from django.conf import settings
settings.configure(LAW_INDEX_DIR=sys.argv[1], INSTALLED_APPS=["xiezhi.kernel.law"])
django.setup()
from xiezhi.kernel.law.search import store
with store.writing() as home:
    store.sweep(home)
    print("writing", flush=True)
    while True:
        path = store.fresh(home)
        writer = tantivy.Index(store.schema(), path=str(path)).writer(20_000_000, 1)
        for n in range(300):
            made = tantivy.Document()
            made.add_text("doc", "p")
            made.add_unsigned("version", n)
            made.add_text("grams", "甲 乙 甲乙")
            writer.add_document(made)
        writer.commit()
        writer.wait_merging_threads()
        store.switch(path, {n: "x" for n in range(300)})
        store.sweep(home)
"""


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.LAW_INDEX_DIR = str(tmp_path / "index")
    return tmp_path / "index"


def _whole() -> int:
    reader = store.reader()
    assert reader is not None
    return reader.count(queries.raw(reader, "doc", "p"))


def _writer(home: Path) -> subprocess.Popen[str]:
    source = str(Path(store.__file__).resolve().parents[4])
    made = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert made.stdout is not None and made.stdout.readline() == "writing\n"
    return made


def test_a_killed_writer_leaves_a_whole_index_and_no_lock(home: Path) -> None:
    dice = random.Random(3)
    for _ in range(8 if os.environ.get("XIEZHI_SOAK") == "1" else 2):
        writer = _writer(home)
        deadline = time.monotonic() + 20
        while store.current() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(dice.random() * 0.3)
        before = store.current()
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert before is not None and _whole() == 300
    with store.writing(wait=False) as folder:
        store.sweep(folder)
    assert len([p for p in home.iterdir() if p.is_dir()]) == 1
    assert not list(home.glob(".current.*"))


def test_readers_beside_a_writer_see_whole_states_only(home: Path) -> None:
    writer = _writer(home)
    try:
        while store.current() is None:
            time.sleep(0.01)
        seen = set()
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            assert _whole() == 300
            now = store.current()
            seen.add(now.generation if now else 0)
        assert len(seen) > 1
        with pytest.raises(store.Busy), store.writing(wait=False):
            raise AssertionError("two writers")
    finally:
        writer.kill()
        writer.wait()


def test_damaged_and_foreign_markers_count_as_no_index(home: Path) -> None:
    home.mkdir()
    for said in ("", "{", "[]", '{"format": 0, "folder": "x", "generation": 1}', '{"format": 1}'):
        (home / "current").write_text(said, encoding="utf-8")
        assert store.current() is None and store.reader() is None
    (home / "current").write_text('{"format": 1, "folder": "i-gone", "generation": 1}', encoding="utf-8")
    assert store.reader() is None


# Text


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_folding_keeps_every_place(raw: str) -> None:
    folded = text.fold(raw)
    assert len(folded) == len(raw)
    assert "".join(p.text for p in marks.pieces(raw, text.pairs(folded)[:5])) == raw
    asked = queries.read(raw)
    assert len(asked.terms) <= queries.MOST_TERMS
    lookup.cited(asked.folded)


@given(
    st.text(alphabet="行政复议法。，甲乙\n条", max_size=400),
    st.lists(st.sampled_from(["复议", "法", "甲乙", "条"]), max_size=3),
)
@settings(max_examples=100, deadline=None)
def test_an_extract_is_a_stretch_of_the_text(raw: str, needles: list[str]) -> None:
    found = marks.extract(raw, needles, 60)
    joined = "".join(p.text for p in found)
    assert joined.strip("…") in raw and len(joined) <= 62
    assert all(any(n in text.fold(p.text) for n in needles) for p in found if p.marked and len(p.text) > 1)


def test_forms_come_together() -> None:
    assert text.fold("ＡＢＣ１２　復議機關") == "abc12 复议机关"
    assert text.grams("行政a1复议") == ["行", "政", "行政", "a1", "复", "议", "复议"]
    assert text.alternatives("30") == ("30", "三十") and text.alternatives("三十") == ("三十", "30")
    assert text.alternatives("百姓") == ("百姓",) and text.alternatives("0") == ("0",)
    assert text.usual_numerals("第壹佰叁拾叁条之廿一") == "第一百三十三条之二十一"
    assert text.document_numbers("2003年8月5日 中华人民共和国国务院令第386号") == ["国务院令386", "令386"]
    assert text.document_numbers("法释〔2020〕第15号")[0] == text.document_numbers("法释[2020]15号")[0]
    assert spelling.dice("行政复义法", "行政复议法") > 0.5 > spelling.dice("行政复义法", "海关法")


def test_citations_as_they_are_typed() -> None:
    def read(query: str) -> tuple[Any, ...]:
        one = lookup.cited(text.fold(query))
        return (one.name, one.article, one.inserted, one.paragraph, one.item) if one else ()

    assert read("民法典第三条") == ("民法典", 3, 0, 0, 0)
    assert read("刑法133之一") == ("刑法", 133, 1, 0, 0)
    assert read("《行政复议法》第二十条第一款第（二）项") == ("行政复议法", 20, 0, 1, 2)
    assert read("《最高人民法院关于适用《民法典》的解释》第5条")[0] == "最高人民法院关于适用《民法典》的解释"
    assert read("第120条之一") == ("", 120, 1, 0, 0)
    assert read("三条建议") == () and read("行政复议法2023") == () and read("第〇条") == ()


def test_the_schema_is_what_the_format_says() -> None:
    """Another schema needs another FORMAT: an index of the former one must not be read."""
    index = tantivy.Index(store.schema())
    made = tantivy.Document()
    for name in ("doc", "kind", "region", "act", "key", "docno", "place", "words", "grams", "heads", "title", "card"):
        made.add_text(name, "x")
    for name in ("provision", "version", "since", "ended"):
        made.add_unsigned(name, 1)
    writer = index.writer(20_000_000, 1)
    writer.add_document(made)
    writer.commit()
    assert store.FORMAT == 1
