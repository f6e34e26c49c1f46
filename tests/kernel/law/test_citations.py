"""Citations lead to the right place in the right version, or say why not."""

from __future__ import annotations

from datetime import date

import pytest

from xiezhi.kernel import law
from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.index import acts

TODAY = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("行政复议法 第30条第3款", ["行政复议法 第30条第3款"]),
        ("行政复议法实施条例 第23条第4项", ["行政复议法实施条例 第23条第4项"]),
        ("民事诉讼法 第85条", ["民事诉讼法 第85条"]),
        ("行政复议法第三十条第三款", ["行政复议法 第30条第3款"]),
        ("《中华人民共和国行政复议法》第三十九条第一款第（九）项", ["行政复议法 第39条第1款第9项"]),
        ("行政复议法 第30条第2款、第34条", ["行政复议法 第30条第2款", "行政复议法 第34条"]),
        ("行政复议法 第88条第1款、第2款", ["行政复议法 第88条第1款", "行政复议法 第88条第2款"]),
        ("行政复议法 第41条第1项、第2项", ["行政复议法 第41条第1项", "行政复议法 第41条第2项"]),
        ("行政复议法 第22条；行政复议法实施条例 第27条", ["行政复议法 第22条", "行政复议法实施条例 第27条"]),
        ("行政复议法 第56条和第57条", ["行政复议法 第56条", "行政复议法 第57条"]),
        ("民事诉讼法 第87条至第90条", [f"民事诉讼法 第{n}条" for n in range(87, 91)]),
        ("刑法 第120条之一", ["刑法 第120条之一"]),
        ("行政复议法", ["行政复议法"]),
    ],
)
def test_reads(citation: str, expected: list[str]) -> None:
    assert [str(c) for c in law.resolve(citation, TODAY)] == expected


@pytest.mark.parametrize(
    ("citation", "on", "error", "words"),
    [
        ("行政复议法 第91条", TODAY, law.NoSuchArticle, "共90条"),
        ("行政复议法 第44条", date(2023, 6, 1), law.NoSuchArticle, "共43条"),
        ("行政复议法实施条例 第77条", date(2026, 6, 30), law.NoSuchArticle, "共66条"),
        ("民法典 第1079条之一", TODAY, law.NoSuchArticle, "第1079条之一"),
        ("行政复议法 第30条第4款", TODAY, law.NoSuchParagraph, "共3款"),
        ("行政复议法 第30条第1款第8项", TODAY, law.NoSuchItem, "共7项"),
        ("行政复议法 第39条第11项", TODAY, law.NoSuchItem, "共10项"),
        ("行政复议法 第30条", date(1999, 9, 30), law.NotInForce, "1999-10-01"),
        ("没有这部法 第1条", TODAY, law.UnknownAct, "没有这部法"),
        ("第30条", TODAY, law.BadCitation, "哪一部"),
        ("行政复议法 第30条附件", TODAY, law.BadCitation, "看不懂"),
        ("《行政复议法 第30条", TODAY, law.BadCitation, "书名号"),
        ("", TODAY, law.BadCitation, "空"),
        ("民事诉讼法 第90条至第87条", TODAY, law.BadCitation, "颠倒"),
    ],
)
def test_refuses(citation: str, on: date, error: type[law.CitationError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        law.resolve(citation, on)
    assert type(caught.value) is error


def test_version_follows_the_day() -> None:
    by_day = {
        date(2008, 1, 1): 66, date(2026, 6, 30): 66, date(2026, 7, 1): 77,
    }  # fmt: skip
    for day, articles in by_day.items():
        assert law.resolve("行政复议法实施条例 第1条", day)[0].version.articles == articles
    for day, articles in {date(2009, 9, 1): 43, date(2023, 12, 31): 43, date(2024, 1, 1): 90}.items():
        assert law.resolve("行政复议法 第1条", day)[0].version.articles == articles


def test_repealed_act_is_not_in_force() -> None:
    gone = next(a for a in acts().values() if a.newest.repealed and a.newest.since < a.newest.repealed)
    assert gone.newest.repealed is not None
    with pytest.raises(law.NotInForce, match="废止"):
        law.resolve(f"《{gone.title}》第1条", gone.newest.repealed)


def test_acts_the_project_stands_on() -> None:
    for title in (
        "行政复议法 行政复议法实施条例 民事诉讼法 行政诉讼法 行政处罚法 民法典 个人信息保护法 政府信息公开条例",
        "行政许可法 法律援助法 档案法 电子签名法 公证法 律师法 社区矫正法 监狱法 立法法 人民调解法 优化营商环境条例",
    ):
        for one in title.split():
            assert law.resolve(f"{one} 第1条", TODAY)[0].act.title == one
    assert acts()["民法典"].newest.articles == 1260


def test_every_act_is_readable_by_its_titles() -> None:
    for act in set(acts().values()):
        found = law.resolve(f"《{act.full}》第1条")
        assert found[0].act is act
        assert law.resolve(f"{act.title} 第1条")[0].act is act


def test_display() -> None:
    one = law.resolve("行政复议法 第39条第1款第9项", TODAY)[0]
    assert one.formal == "《中华人民共和国行政复议法》第三十九条第一款第（九）项"
    assert (one.anchor, one.place) == ("t39-k1-x9", "第39条第1款第9项")
    assert law.short("《中华人民共和国行政复议法》第三十条；行政复议法 第三十一条") == "行政复议法 第30条、第31条"
    assert law.formal("行政复议法 第30条第2款、第34条") == "《中华人民共和国行政复议法》第三十条第二款、第三十四条"
    assert law.short("没有这部法 第1条") == "没有这部法 第1条"


@pytest.mark.parametrize("number", [1, 10, 11, 20, 99, 100, 101, 110, 120, 1000, 1001, 1079, 1260, 9999])
def test_numerals_round_trip(number: int) -> None:
    assert numerals.read(numerals.write(number)) == number


@pytest.mark.parametrize(("text", "number"), [("一百零八", 108), ("十二", 12), ("１０８", 108), ("二百〇三", 203)])
def test_numerals_read(text: str, number: int) -> None:
    assert numerals.read(text) == number


@pytest.mark.parametrize("number", [0, 10000])
def test_numerals_have_a_range(number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        numerals.write(number)
