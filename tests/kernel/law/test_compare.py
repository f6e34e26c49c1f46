"""Two versions of an act: pairs through renumbering, word-level differences, real amendments."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.law.compare import ADDED, CHANGED, MOVED, REMOVED, SAME, Comparison, compare, differ
from xiezhi.kernel.law.parsing import parse
from xiezhi.kernel.law.structure import ARTICLE, Provision

STATUTES = Path(__file__).resolve().parents[4] / "shared" / "data" / "statutes" / "statutes.jsonl.gz"


def article(number: int, text: str, inserted: int = 0) -> Provision:
    return Provision(ARTICLE, text, number, inserted)


def told(found: Comparison) -> list[tuple[str, int, int]]:
    return [(r.kind, r.old.number if r.old else 0, r.new.number if r.new else 0) for r in found.rows]


A = "申请人应当在知道结果之日起十日内向原办理机关提交书面说明，并附上有关材料。"
B = "办理机关收到说明后应当登记，当场出具收件凭证，写明收到的日期和材料的件数。"
C = "本规定由省级司法行政部门负责解释，自发布之日起三十日后开始执行。"


def test_an_inserted_article_moves_the_others() -> None:
    new = "申请可以通过网络提出，与书面申请有同样的效力。"
    found = compare([article(1, A), article(2, B)], [article(1, A), article(2, new), article(3, B)])
    assert told(found) == [(SAME, 1, 1), (ADDED, 0, 2), (MOVED, 2, 3)]


def test_a_change_is_found_under_another_number() -> None:
    found = compare(
        [article(1, A), article(2, B)], [article(1, C), article(2, A.replace("十日", "十五日")), article(3, B)]
    )
    assert told(found) == [(ADDED, 0, 1), (CHANGED, 1, 2), (MOVED, 2, 3)]
    row = found.of(CHANGED)[0]
    assert row.renumbered and not row.numbers_only
    assert "".join(s.text for s in row.spans if s.op != "new") == A
    assert any(s.op == "new" and "十五" in s.text for s in row.spans)


def test_removed_stands_after_what_it_followed() -> None:
    assert told(compare([article(1, A), article(2, B), article(3, C)], [article(1, A), article(2, C)])) == [
        (SAME, 1, 1), (REMOVED, 2, 0), (MOVED, 3, 2),
    ]  # fmt: skip


def test_widths_and_blanks_are_no_change() -> None:
    assert told(compare([article(1, "下列情形:(一)甲;\n(二)乙")], [article(1, "下列情形：（一）甲；（二）乙")])) == [
        (SAME, 1, 1)
    ]


def test_only_the_numbers_of_references_changed() -> None:
    old, new = article(5, f"依照本规定第三条办理的，{A}"), article(6, f"依照本规定第四条办理的，{A}")
    row = compare([old], [new]).rows[0]
    assert row.kind == CHANGED and row.numbers_only and row.renumbered


def test_merged_articles_lead_to_where_their_words_went() -> None:
    found = compare([article(1, A), article(2, B)], [article(1, f"{A}\n{B}\n{C}")])
    removed = found.of(REMOVED)
    assert len(removed) == 1 and removed[0].kin is not None and removed[0].kin.number == 1


def test_inserted_articles_are_their_own() -> None:
    found = compare([article(1, A), article(2, B)], [article(1, A), article(1, C, 1), article(2, B)])
    assert [r.kind for r in found.rows] == [SAME, ADDED, SAME]


words = st.text(alphabet="甲乙丙丁申请机关应当依法办理，。；第三条\n", max_size=60)


@given(words, words)
@settings(max_examples=80, deadline=None)
def test_the_difference_holds_both_texts(old: str, new: str) -> None:
    spans = differ(old, new)
    assert "".join(s.text for s in spans if s.op != "new") == old
    assert "".join(s.text for s in spans if s.op != "cut") == new


@given(st.lists(words, max_size=8), st.lists(words, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_article_is_told_once(old: list[str], new: list[str]) -> None:
    a, b = [article(n, t) for n, t in enumerate(old, 1)], [article(n, t) for n, t in enumerate(new, 1)]
    rows = compare(a, b).rows
    assert sorted(r.old.number for r in rows if r.old) == list(range(1, len(a) + 1))
    assert [r.new.number for r in rows if r.new] == list(range(1, len(b) + 1))


# Real amendments: article of the old text and where it stands in the new. Found by reading both texts.
AMENDMENTS = {
    ("行政复议法", "2017", "2023"): {1: 1, 2: 2, 5: 10, 6: 11, 7: 13, 9: 20, 17: 30, 21: 42, 24: 46, 32: 77, 39: 87, 41: 89},
    ("立法法", "2015", "2023"): {7: 10, 8: 11, 72: 81, 73: 82, 80: 91, 97: 108, 105: 120},
    ("仲裁法", "2017", "2025"): {4: 4, 9: 10, 16: 27, 27: 38, 39: 51, 58: 71, 59: 72, 60: 73, 80: 96},
    ("行政复议法实施条例", "2007", "2026"): {1: 1},
    ("治安管理处罚法", "2012", "2025"): {1: 1, 2: 3, 43: 51},
    ("监狱法", "2012", "2026"): {1: 1},
}  # fmt: skip


@cache
def statutes() -> dict[tuple[str, str], str]:
    wanted = {(name, year) for name, a, b in AMENDMENTS for year in (a, b)}
    found = {}
    with gzip.open(STATUTES, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            key = (record["short_title"], (record["promulgated"] or "")[:4])
            if key in wanted:
                found[key] = record["text"]
    return found


@pytest.mark.skipif(not STATUTES.exists(), reason="needs the statutes beside the checkout (../shared)")
@pytest.mark.parametrize(("name", "old", "new"), AMENDMENTS, ids=lambda v: str(v))
def test_real_amendments(name: str, old: str, new: str) -> None:
    found = compare(parse(statutes()[name, old]).provisions, parse(statutes()[name, new]).provisions)
    pairs = {r.old.number: r.new.number for r in found.rows if r.old and r.new and not r.old.inserted}
    wrong = {a: (b, pairs.get(a)) for a, b in AMENDMENTS[name, old, new].items() if pairs.get(a) != b}
    assert not wrong
    assert found.counts.get(SAME, 0) + found.counts.get(MOVED, 0) + found.counts[CHANGED] > 0
