"""问答卡: one named error per rule, and none in the cards that come with the platform."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from xiezhi.legal_services.answers import cards, checks

TODAY = date(2026, 11, 23)


def scene(**changes: Any) -> str:
    """A sound file of one card, with changes to the card."""
    card: dict[str, Any] = {
        "id": "loan-due", "q": "借钱没写还款日期，什么时候能要？", "also": ["没约定还款时间怎么要钱", "借条上没有日期"],
        "answer": [{"say": "可以随时要，但要给对方合理的时间准备。", "by": "民法典 第675条"}],
        "steps": [{"do": "先书面催一次"}], "doors": ["FLYZ"], "checked": TODAY,
    }  # fmt: skip
    card.update(changes)
    top = {"scene": {"key": "loans", "title": "借钱", "summary": "", "icon": "coin", "order": 1}, "cards": [card]}
    return yaml.safe_dump(top, allow_unicode=True)


def errors(text: str, name: str = "loans.yaml") -> list[str]:
    found = cards.read({name: text})
    return [type(error).__name__ for error in checks.run(TODAY, cards=found, keys={"FLYZ"})]


def test_a_sound_file_has_no_error() -> None:
    assert errors(scene()) == []
    found = cards.read({"loans.yaml": scene()})
    assert found.by_id["loan-due"].citations == ("民法典 第675条",)


SAY = "可以随时要。"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"color": "red"}, "UnknownKey"),
        ({"q": ""}, "MissingKey"),
        ({"answer": []}, "MissingKey"),
        ({"also": "一句话"}, "WrongKind"),
        ({"checked": "昨天"}, "WrongKind"),
        ({"words": [3]}, "WrongKind"),
        ({"answer": [{"say": SAY}]}, "MissingCitation"),
        ({"answer": [{"say": SAY, "by": "民法典 第1261条"}]}, "UnresolvedCitation"),
        ({"answer": [{"say": SAY, "by": "合同法 第60条"}]}, "UnresolvedCitation"),
        ({"answer": [{"say": SAY, "by": "利率法 第1条"}]}, "UnresolvedCitation"),
        ({"answer": [{"say": SAY, "by": "民法典"}]}, "CitationOfWholeAct"),
        ({"answer": [{"say": "很" * 150, "by": "民法典 第675条"}]}, "TooLong"),
        ({"answer": [{"say": "这官司您一定能赢。", "by": "民法典 第675条"}]}, "Forecast"),
        ({"doors": ["NOWHERE"]}, "UnknownDoor"),
        ({"id": "Loan Due"}, "BadId"),
        ({"also": ["一种问法"]}, "FewWordings"),
        ({"checked": date(2027, 1, 1)}, "CheckedInFuture"),
    ],
)
def test_each_rule_has_its_name(changes: dict[str, Any], error: str) -> None:
    assert error in errors(scene(**changes))


def test_files_as_a_whole() -> None:
    assert errors("scene: [") == ["UnreadableFile"]
    assert errors("- 1") == ["UnreadableFile"]
    assert errors(scene(), "other.yaml") == ["WrongKind"]
    assert "UnknownIcon" in errors(scene().replace("icon: coin", "icon: no-such-icon"))
    twice = cards.read({"loans.yaml": scene(), "rent.yaml": scene().replace("key: loans", "key: rent")})
    assert [type(e).__name__ for e in twice.errors] == ["DuplicateCard"]
    same = cards.read({"loans.yaml": scene(), "rent.yaml": scene(id="other").replace("key: loans", "key: rent")})
    assert {type(e).__name__ for e in same.errors} == {"DuplicateQuestion"}


def test_a_plain_sentence_needs_no_article() -> None:
    assert errors(scene(answer=[{"say": SAY, "plain": True}])) == []


def test_the_cards_that_come_with_the_platform_are_sound() -> None:
    assert [str(error) for error in checks.run(TODAY)] == []
