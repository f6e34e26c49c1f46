"""Reading acts: invented texts for every form and oddity, and known defects of real ones."""

from __future__ import annotations

from datetime import date

import pytest

from tests.kernel.law import statutes
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.parsing import divide, join, parse, pick, render
from xiezhi.kernel.law.structure import ANNEX, ARTICLE, BLOCK, CHAPTER, GROUP, PART, PREAMBLE, SECTION, Document

PLAIN = """云岭省灯笼条例
（2020年3月1日云岭省人民代表大会常务委员会通过　根据2024年5月1日《关于修改灯笼条例的决定》修正）
目　录
第一章　总则
第二章　点灯
第一节　一般规定
第三章　附则
第一章　总　　则
第一条　【目的】为了规范灯笼，制定本条例。
第二条　灯笼分为下列种类：
（一）红灯笼；
（二）其他灯笼，包括：
1.圆的；
2.方的。
前款规定的种类由县级人民政府公布。
第二章　点灯
第一节　一般规定
第三条点灯应当登记。
第二条规定的灯笼除外。
第三条之一　登记不收费。
第三章　附则
第四条　本条例自2020年5月1日起施行，第三条之一自2021年1月1日起施行。
附件：灯笼图样
一、红
"""


def codes(document: Document) -> set[str]:
    return {finding.code for finding in document.findings}


def test_plain_text_as_from_the_national_database() -> None:
    document = parse(PLAIN)
    assert document.title == "云岭省灯笼条例"
    assert len(document.history) == 1
    assert [(p.number, p.inserted) for p in document.articles] == [(1, 0), (2, 0), (3, 0), (3, 1), (4, 0)]
    assert document.articles[0].title == "目的"
    assert [(h.kind, h.number, h.title) for h in document.articles[2].path] == [
        (CHAPTER, 2, "点灯"),
        (SECTION, 1, "一般规定"),
    ]
    assert document.articles[2].text.endswith("\n第二条规定的灯笼除外。")
    assert document.provisions[-1].kind == ANNEX
    assert {"contents", "no-space", "mention", "commencement"} <= codes(document)
    assert document.articles[3].effective == date(2021, 1, 1)
    assert document.articles[2].effective is None
    assert parse(render(document)) == document


def test_markdown_and_plain_text_give_the_same_articles() -> None:
    marked = PLAIN.replace("第一条　", "**第一条**　").replace("云岭省灯笼条例\n", "# 云岭省灯笼条例\n\n", 1)
    assert parse(marked).provisions == parse(PLAIN).provisions


def test_paragraphs_items_and_points() -> None:
    text = parse(PLAIN).articles[1].text
    first, second = divide(text)
    assert [item.label for item in first.items] == ["（一）", "（二）"]
    assert [point.text for point in first.items[1].items] == ["圆的；", "方的。"]
    assert second.text.startswith("前款")
    assert join(divide(text)) == text
    assert pick(text, Locator("灯笼条例", article=2, paragraph=1, item=2, point=2)) == "2.方的。"
    assert pick(text, Locator("灯笼条例", article=2, item=1)) == "（一）红灯笼；"
    assert pick(text, Locator("灯笼条例", article=2, paragraph=3)) is None
    assert pick(text, Locator("灯笼条例", article=2)) == text


def test_a_sentence_after_items_ends_the_paragraph() -> None:
    (only,) = divide("有下列情形之一的：\n（一）甲；\n（二）乙，\n处警告。")
    assert only.after == "处警告。"
    assert len(divide("下列：\n（一）甲；\n（二）乙。\n另一款。\n（一）丙；\n（二）丁。")) == 2


def test_an_act_without_articles_is_read_in_blocks() -> None:
    document = parse(
        "# 某修正案\n\n为了甲，作如下修改：\n\n一、第一条修改为：\n\n“甲。\n\n“乙。”\n\n二、本修正案施行。\n"
    )
    assert [(p.kind, p.number) for p in document.provisions] == [(PREAMBLE, 0), (BLOCK, 1), (BLOCK, 2)]
    assert "no-articles" in codes(document)
    assert parse(render(document)) == document


def test_headings_of_judicial_interpretations_are_groups() -> None:
    document = parse("# 某解释\n\n## 一、一般规定\n\n（一）管辖\n\n第一条 甲。\n\n（二）证据\n\n第二条 乙。\n")
    assert [h.kind for h in document.articles[1].path] == [GROUP, GROUP]
    assert [h.title for h in document.articles[1].path] == ["一般规定", "（二）证据"]
    assert document.articles[0].text == "甲。"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("第二条 乙。 第三条 丙。", "run-together"),
        ("第 二 条 乙。", "broken-number"),
        ("笫二条 乙。", "look-alike"),
        ("第二条", "empty-article"),
        ("第九条 乙。", "gap"),
        ("第一条 乙。", "repeated-number"),
        ("第九九九九九条 乙。", "bad-number"),
        ("第一条规定的事项另行规定。", "mention"),
        ("第二条 乙\u200b。", "zero-width"),
        ("第二条 乙\x00。", "control-character"),
        ("第二条 乙\ue010。", "private-use"),
        ("第二条 乙。 另一款。", "paragraphs-joined"),
        ("<table>\n<tr><td>甲</td><td>乙</td></tr>\n</table>", "html-table"),
        ("![图](a.jpg)", "image"),
        ("## 第九章 末", "heading-order"),
        ("## 第一章 空", "empty-heading"),
    ],
)
def test_what_is_odd_is_told(line: str, code: str) -> None:
    document = parse(f"# 某法\n\n第一条 甲。\n\n{line}\n")
    # 第一条 again is both a repeated number and numbering that begins again.
    assert code in codes(document) or (code == "repeated-number" and "numbering-restarts" in codes(document))
    assert parse(render(document)) == document


@pytest.mark.parametrize(
    "text", ["", "\n", "#", "第", "第一条", "\\", "\ud800", "一、", "附件", "目录", "<!-- INFO END -->"]
)
def test_a_few_characters_are_read_too(text: str) -> None:
    document = parse(text)
    assert parse(render(document)) == document


needs_statutes = pytest.mark.skipif(not statutes.PATH.exists(), reason="no statutes beside the checkout")


@needs_statutes
def test_known_defects_of_real_texts() -> None:
    wanted = {
        "ed051bd49ec2": (308, "broken-number"),  # 刑事诉讼法
        "ce061b0323f2": (74, "look-alike"),  # 农民专业合作社法
        "db084ed5eb2b": (655, "broken-number"),  # 刑事诉讼法解释
        "ca8136ee8fe2": (124, "run-together"),  # 飞行基本规则
        "2ba458cc0023": (1242, "unmarked-heading"),  # 生态环境法典
        "02550119e8c3": (None, "contents"),
        "83527d4b871e": (None, "lines-joined"),
    }
    for record in statutes.records(ids=frozenset(wanted)):
        document = parse(record["text"], record["title"])
        count, code = wanted[record["id"]]
        assert code in codes(document), record["id"]
        if count:
            assert len(document.articles) == count, record["id"]
        if code == "unmarked-heading":
            kinds = {h.kind for p in document.articles for h in p.path}
            assert kinds >= {PART, "subpart", CHAPTER, SECTION}
        assert all(p.kind != ARTICLE or p.number for p in document.provisions)
