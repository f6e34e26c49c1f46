"""Any text can be read, and what was read can be written and read again."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.law.parsing import divide, join, parse, render

PIECES = [
    *(
        "第一条",
        "第二条",
        "第三条之一",
        "第十条 ",
        "**第四条**　",
        "笫五条 ",
        "第一百二十八 条",
        "第零条 ",
        "第一编",
        "第二分编 ",
        "第一章 ",
    ),
    *(
        "第二章　总 则",
        "第三节",
        "# ",
        "## ",
        "### ",
        "#",
        "一、",
        "二、",
        "三、一般规定",
        "（一）",
        "（二）",
        "(三)",
        "1. ",
        "２．",
        "①",
        "㈠",
    ),
    *(
        "附件",
        "附件一：",
        "附表",
        "附：",
        "目录",
        "目　录",
        "序言",
        "【",
        "】",
        "（",
        "）",
        "“",
        "”",
        "。 ",
        "。 第二条 ",
        "；（一）",
        "； （二）",
    ),
    *(
        "的规定",
        "规定",
        "为了",
        "制定本法。",
        "自2024年1月1日起施行。",
        "2023年1月1日 会议通过",
        "（1997年3月14日会议通过）",
        "税率表",
        "*",
        "**",
    ),
    *(
        "\\",
        "<",
        "<!--",
        "-->",
        "<!-- INFO END -->",
        "<table>",
        "</table>",
        "<td>",
        "<style>",
        "</style>",
        "![图](x)",
        "| a | b |",
    ),
    *(
        "\u3000",
        " ",
        "\t",
        "\u200b",
        "\ufeff",
        "\x00",
        "\ue000",
        "\ud800",
        "\r\n",
        "\x0b",
        "\u2028",
        "，",
        "。",
        "；",
        "：",
        "没有标点的一行文字很长很长很长",
    ),
]
LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=25)
TEXTS = st.one_of(LINES.map("\n".join), LINES.map("\n\n".join), st.text())


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(["", "某某法", "第一章", "序言", "目录", "#", "<b>"]))
def test_what_was_read_reads_the_same_again(text: str, title: str) -> None:
    document = parse(text, title)
    again = parse(render(document))
    assert again == document


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_an_article_divided_is_whole_again(text: str) -> None:
    for provision in parse(text).provisions:
        assert join(divide(provision.text)) == provision.text


def test_hostile_text_takes_time_in_proportion() -> None:
    size = 100_000
    for unit in (
        "第",
        "第一",
        "（",
        "【",
        "“",
        "<",
        "<!--",
        "<table>",
        "。 第二条 ",
        "# ",
        "\\",
        "一",
        " ",
        "\u3000",
        "第一条 \n",
        "一、\n",
        "附\n",
        "目录\n第一章 \n",
        "1.",
        "| ",
        "![",
    ):
        start = time.monotonic()
        for provision in parse(unit * (size // len(unit))).provisions[:50]:
            divide(provision.text)
        assert time.monotonic() - start < 5, unit
