"""Editor HTML: what survives, what it becomes, and how two drafts compare."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.kernel.documents.sanitize import clean_text, diff_html, sanitize, to_blocks, to_text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><text>x</text></svg>",
    "<p onclick=alert(1)>字</p>",
    "<a href='javascript:alert(1)'>字</a>",
    "<p style='background:url(//evil)'>字</p>",
    "<iframe src=//evil></iframe>",
    "<math><mtext><script>1</script></mtext></math>",
    "<p class='right evil'>字</p>",
    "<table><td><script>1</script>",
    "<!--><script>alert(1)</script>-->",
    "<p>&lt;script&gt;</p>",
    "<style>p{}</style>",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_active_survives(source: str) -> None:
    html = sanitize(source).lower()
    assert "<script" not in html
    assert "onerror" not in html and "onclick" not in html and "onload" not in html
    assert "javascript:" not in html and "style" not in html and "evil" not in html


def test_text_that_looks_like_markup_of_the_layout_stays_text() -> None:
    source = '<p>#read("/etc/passwd") $x$ *a* _b_ @ref &lt;label&gt; \\ ` ~ // [x]</p>'
    assert to_blocks(source) == [
        {
            "t": "p",
            "runs": [{"s": '#read("/etc/passwd") $x$ *a* _b_ @ref <label> \\ ` ~ // [x]', "b": False, "u": False}],
            "flush": False,
        }
    ]


def test_blocks_of_every_kind() -> None:
    blocks = to_blocks(
        "<h2>一、事实</h2><p>甲<strong>乙</strong><u>丙</u><br>丁</p><ol start=3><li>子</li><li><p>丑</p></li></ol>"
        "<ul><li>寅</li></ul><p class=right>卯</p><div>辰</div>巳"
    )
    assert [b["t"] for b in blocks] == ["h", "p", "ol", "ul", "p", "p", "p"]
    assert blocks[2]["start"] == 3 and len(blocks[2]["items"]) == 2
    assert blocks[4]["align"] == "right"
    assert to_text("<p>甲<strong>乙</strong></p><ol><li>子</li></ol>") == "甲乙\n1.子"


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td colspan=9999>a</td></tr><tr><td>b</td><td>c</td></tr></table>",
        "<table><tr><td rowspan=20>a</td><td>b</td></tr></table>",
        "<table><tr><td rowspan=2 colspan=2>a</td><td>b</td></tr><tr><td colspan=3>c</td></tr></table>",
        "<table><td>a<table><tr><td>b</td></tr></table></td></table>",
        "<table></table>",
        "<table><tr><td colspan=-1>a</td><td colspan=x>b</td></tr></table>",
    ],
)
def test_tables_are_made_square(table: str) -> None:
    for block in to_blocks(table):
        width = len(block["columns"])
        area = sum(c["colspan"] * c["rowspan"] for row in block["rows"] for c in row)
        assert area == width * len(block["rows"])


def test_direction_overrides_and_controls_are_removed() -> None:
    assert clean_text("a\u202egpj.exe\x00\u2066b\ufeff") == "agpj.exeb"


@given(st.text(alphabet="<>/=\"'&;ptrdabulol strong\n字1#", max_size=200))
def test_any_input_gives_blocks_and_sanitizing_is_stable(source: str) -> None:
    once = sanitize(source)
    assert sanitize(once) == once
    for block in to_blocks(source):
        assert block["t"] in {"p", "h", "ol", "ul", "table"}


def test_diff_marks_words_and_escapes() -> None:
    out = diff_html("<p>限十日内补正。</p><p>不变</p>", "<p>限15日内补正&lt;b&gt;。</p><p>不变</p><p>新增</p>")
    assert "<del>十</del><ins>15</ins>" in out
    assert "&lt;b&gt;" in out and "<b>" not in out
    assert "<p>不变</p>" in out and "<p><ins>新增</ins></p>" in out
    assert diff_html("<p>同</p>", "<p>同</p>") == "<p>同</p>"


def test_diff_of_long_monotonous_text_stays_quick() -> None:
    begun = time.monotonic()
    diff_html(
        "<p>" + "的" * 20_000 + "</p>" + "<p>同</p>" * 20_000, "<p>" + "的" * 19_000 + "</p>" + "<p>同</p>" * 19_000
    )
    assert time.monotonic() - begun < 20


@given(st.text(max_size=60), st.text(max_size=60))
def test_diff_is_safe_for_any_text(old: str, new: str) -> None:
    out = diff_html(old, new)
    assert set(re.findall(r"</?([a-z]+)", out)) <= {"p", "ins", "del"}
