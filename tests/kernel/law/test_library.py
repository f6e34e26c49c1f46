"""Quotations: verbatim from the version in force, or a plain sentence saying why there is none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xiezhi.kernel.law import importing, library
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.kernel.law.importing import follow
from xiezhi.kernel.law.importing.sources import Raw

ON = date(2026, 11, 23)


def act(name: str, promulgated: str, effective: str, *articles: str) -> Raw:
    body = "\n\n".join(f"第{'一二三四五'[n]}条 {text}" for n, text in enumerate(articles))
    return Raw(
        source="测", key=f"测:{name}{promulgated}", title=name, category="地方性法规/云岭省", text=f"# {name}\n\n{body}\n",
        promulgated=date.fromisoformat(promulgated), effective=date.fromisoformat(effective), effective_source="header",
    )  # fmt: skip


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(follow, "AFTER", {})
    importing.run_raws(
        [
            act("中华人民共和国云岭测试法", "2018-01-01", "2018-01-01", "旧的甲。", "旧的乙。"),
            act(
                "中华人民共和国云岭测试法",
                "2024-01-01",
                "2024-06-01",
                "甲。\n\n有下列情形的：\n\n（一）子；\n\n（二）丑。",
                "乙。",
                "丙。",
            ),
            act("云岭省将来条例", "2026-10-01", "2027-01-01", "甲。", "乙。"),
            act("云岭省旧条例", "2010-01-01", "2010-01-01", "甲。", "乙。"),
            act(
                "云岭省新条例",
                "2020-01-01",
                "2020-03-01",
                "甲。",
                "本条例自2020年3月1日起施行。《云岭省旧条例》同时废止。",
            ),
        ],
        "测",
    )


@pytest.mark.parametrize(
    ("citation", "state", "text", "words"),
    [
        ("云岭测试法 第二条", "text", "乙。", ""),
        ("《中华人民共和国云岭测试法》第2条", "text", "乙。", ""),
        ("云岭测试法第一条第二款", "text", "有下列情形的：\n（一）子；\n（二）丑。", ""),
        ("云岭测试法", "text", "", ""),
        ("云岭测试法第四条", "no_such_place", "", "《云岭测试法》（2024年文本）共3条，没有第4条。"),
        ("云岭测试法第一条之一", "no_such_place", "", "没有第1条之一"),
        ("云岭测试法第一条第三款", "no_such_place", "", "第1条中没有第3款"),
        ("云岭省将来条例第一条", "not_in_force", "", "自2027年1月1日起施行"),
        ("云岭省旧条例第一条", "not_in_force", "", "已于2020年3月1日废止（依据：云岭省新条例 第2条）"),
        ("民法典第三条", "not_installed", "", "尚未导入"),
        ("民法典第一千二百六十一条", "no_such_place", "", "没有第1261条"),
        ("合同法第一条", "not_in_force", "", "已于2021年1月1日废止，由《民法典》取代"),
        ("《中华人民共和国经济合同法》第一条", "not_in_force", "", "已于1999年10月1日废止"),
        ("无此法第一条", "unknown_act", "", "都没有《无此法》"),
    ],
)
def test_quotes(shelf: None, citation: str, state: str, text: str, words: str) -> None:
    quote = library.quote(citation, ON)
    assert (quote.state, quote.text) == (state, text)
    assert words in quote.message and (state == "text") == (not quote.message)
    if state == "text":
        assert quote.version is not None and quote.version.label == "2024" and quote.locator.version == "2024"


def test_as_of_a_day(shelf: None) -> None:
    assert library.quote("云岭测试法第二条", date(2020, 1, 1)).text == "旧的乙。"
    assert library.quote("云岭测试法第二条", date(2024, 5, 31)).text == "旧的乙。"
    assert library.quote("云岭测试法第二条", date(2024, 6, 1)).text == "乙。"
    before = library.quote("云岭测试法第二条", date(2017, 1, 1))
    assert before.state == "not_in_force" and "自2018年1月1日起施行" in before.message


def test_a_named_version_is_quoted_only_while_it_is_law(shelf: None) -> None:
    old = Locator("云岭测试法", "2018", 2)
    assert library.quote(old, ON).state == "not_in_force" and "被新文本取代" in library.quote(old, ON).message
    assert library.quote(old, date(2020, 1, 1)).text == "旧的乙。"
    assert library.quote(Locator("云岭测试法", "1999", 2), ON).state == "not_installed"


def test_many_places_in_few_statements(shelf: None, django_assert_max_num_queries: Any) -> None:
    places = ["云岭测试法第二条", "云岭省新条例第一条", "民法典第三条", "云岭省旧条例第一条"] * 20
    with django_assert_max_num_queries(3):
        found = library.quotes(places, ON)
    assert [q.state for q in found[:4]] == ["text", "text", "not_installed", "not_in_force"]


@pytest.mark.parametrize(
    ("citation", "found"),
    [
        (
            "行政复议法 第30条第3款、第31条；民法典 第3条至第5条",
            "行政复议法 第30条第3款|行政复议法 第31条|民法典 第3条|民法典 第4条|民法典 第5条",
        ),
        ("行政复议法 第88条第1款、第2款", "行政复议法 第88条第1款|行政复议法 第88条第2款"),
        ("行政复议法 第41条第1项和第2项", "行政复议法 第41条第1项|行政复议法 第41条第2项"),
        ("《关于适用〈甲法〉、〈乙法〉的解释》第三条", "关于适用〈甲法〉、〈乙法〉的解释 第3条"),
        ("刑法第一百二十条之一", "刑法 第120条之一"),
    ],
)
def test_several_places(citation: str, found: str) -> None:
    assert "|".join(one.short for one in library.locators(citation)) == found


@pytest.mark.parametrize("citation", ["第三条", "《民法典第三条", "民法典 第5条至第3条"])
def test_no_citation(citation: str) -> None:
    with pytest.raises(BadIdentifier):
        library.locators(citation)


def test_structure_comes_back(shelf: None) -> None:
    found = library.find_act("中华人民共和国云岭测试法")
    assert found is not None
    version = library.version(found, "2024")
    assert version is not None
    document = library.document(version)
    assert document.title == "中华人民共和国云岭测试法" and [p.number for p in document.articles] == [1, 2, 3]
    assert library.provision(version, 3) is not None and library.provision(version, 9) is None
