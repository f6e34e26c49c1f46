"""Citations lead to what is law on a day, or say why not; what cites an article is known after every import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from click.testing import CliRunner

from tests.kernel.law import shelf
from xiezhi.kernel.law import references, resolving
from xiezhi.kernel.law.models import Reference, Version
from xiezhi.kernel.law.recognize import recognize

ACT = "云岭省测试条例"
RULES = "云岭省测试条例实施办法"
RULES_TEXT = """# 云岭省测试条例实施办法

2025年7月1日公布

第一条 根据《云岭省测试条例》（以下简称《条例》）制定本办法。

第二条 《条例》第三条至第五条所称申请人，是指条例第三条规定的人。

第三条 依照前条和本办法第一条办理；《条例》第九条、《没有的规定》第二条和民法典第三条不适用。

第四条 原合同法第五十二条不再适用。
"""
TODAY = date(2026, 9, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Iterator[tuple[Version, Version, Version]]:
    resolving._held = None
    old, new = shelf.both()
    rules = shelf.put(RULES, "2025", RULES_TEXT, since=date(2025, 8, 1), kind="地方政府规章")
    yield old, new, rules
    resolving._held = None


def states(text: str, on: date = TODAY) -> list[tuple[str, str]]:
    found = resolving.resolve_mentions(recognize(text, names=resolving.names()), on)
    return [(r.locator.short if r.locator else "", r.state) for r in found]


def test_where_citations_lead(held: Any) -> None:
    assert states("《云岭省测试条例》第五条、第六条") == [(f"{ACT} 第5条", "ok"), (f"{ACT} 第6条", "no_article")]
    assert states("云岭省测试条例第三条至第九条") == [(f"{ACT} 第3条", "no_article")]
    assert states("云岭省测试条例第五条", date(2020, 1, 1)) == [(f"{ACT} 第5条", "no_article")]
    assert states("云岭省测试条例第一条", date(2010, 1, 1)) == [(f"{ACT} 第1条", "not_in_force")]
    assert states("民法典第三条；民法典第一千二百六十一条") == [
        ("民法典 第3条", "not_installed"), ("民法典 第1261条", "no_article"),
    ]  # fmt: skip
    assert states("《没有的规定》第二条") == [("没有的规定 第2条", "unknown_act")]
    assert states("《云岭省测试条例》（2019年公布）第一条") == [(f"{ACT} 第1条", "not_in_force")]


def test_former_law_says_since_when_and_what_followed(held: Any) -> None:
    found = resolving.resolve_mentions(recognize("合同法第五十二条"), TODAY)[0]
    assert (found.state, found.ended, found.followed_by) == ("not_in_force", date(2021, 1, 1), "民法典")
    assert found.message == "《合同法》自2021年1月1日起不再施行，由《民法典》取代。"
    assert states("合同法第五十二条", date(2020, 12, 31)) == [("合同法 第52条", "not_installed")]
    old = resolving.resolve_mentions(recognize("经济合同法第三条"), TODAY)[0]
    assert (old.state, old.followed_by) == ("not_in_force", "合同法")


def test_references_are_kept_and_asked_by_day(held: tuple[Version, Version, Version]) -> None:
    count = references.rebuild()
    rows = {
        (r.act_name, r.article, r.until, r.state)
        for r in Reference.objects.filter(provision__version=held[2])
    }  # fmt: skip
    assert count == Reference.objects.count()
    assert rows == {
        (ACT, 0, 0, "ok"), (ACT, 3, 5, "ok"), (ACT, 3, 0, "ok"), (RULES, 2, 0, "ok"), (RULES, 1, 0, "ok"),
        (ACT, 9, 0, "no_article"), ("没有的规定", 2, 0, "unknown_act"), ("民法典", 3, 0, "not_installed"),
        ("合同法", 52, 0, "not_in_force"),
    }  # fmt: skip
    for article in (3, 4, 5):
        found = references.citing(ACT, article, 0, TODAY)
        assert [(c.act.name, [p.place for p in c.places]) for c in found] == [(RULES, ["第2条"])]
    assert references.citing(ACT, 2, 0, TODAY) == []
    assert references.citing(ACT, 3, 0, date(2025, 7, 1)) == [], "the rules were no law then"
    assert references.cited_count(ACT, 3, 0, TODAY) == 1
    assert references.cited_counts(ACT, TODAY)[(4, 0)] == 1
    assert [c.act.name for c in references.citing(ACT, on=TODAY)] == [RULES]
    assert references.citing(ACT, on=TODAY, offset=1) == []
    again = references.rebuild([held[2].pk])
    assert again == 9
    assert Reference.objects.count() == count


def test_an_act_that_comes_later_is_found_by_those_that_cited_it(held: tuple[Version, Version, Version]) -> None:
    references.rebuild()
    late = shelf.put("没有的规定", "2020", "# 没有的规定\n\n第一条 一。\n\n第二条 二。\n", since=date(2020, 1, 1))
    references.rebuild([late.pk])
    row = Reference.objects.get(act_name="没有的规定")
    assert (row.state, row.to_act_id) == ("ok", late.act_id)


def test_links_for_a_page(held: Any, django_assert_max_num_queries: Any) -> None:
    texts = [("依照前条和《云岭省测试条例》第三条。", (number, 0)) for number in range(2, 1200)]
    with django_assert_max_num_queries(6):
        pages = references.linked_many(texts, on=TODAY, act=RULES)
    assert ["".join(p.text for p in page) for page in pages] == [text for text, _ in texts]
    first = [(p.text, p.locator.short if p.locator else "") for p in pages[0] if p.state]
    assert first == [("前条", f"{RULES} 第1条"), ("《云岭省测试条例》第三条", f"{ACT} 第3条")]
    plain = references.linked("《没有的规定》第二条不算", on=TODAY)
    assert [(p.text, p.locator, p.state) for p in plain] == [
        ("《没有的规定》第二条", None, "unknown_act"), ("不算", None, ""),
    ]  # fmt: skip


def test_command(held: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.commands.law import cite as module

    monkeypatch.setattr(module, "ready", lambda: None)
    run = CliRunner().invoke(
        module.cite, ["-", "--on", "2026-09-01"], input="依照云岭省测试条例\n第三条和合同法第五十二条"
    )
    assert run.exit_code == 0, run.output
    assert f"1: 云岭省测试条例第三条 → {ACT} 第3条  [ok]" in run.output
    assert "[not_in_force] 《合同法》自2021年1月1日起不再施行，由《民法典》取代。" in run.output
    run = CliRunner().invoke(module.cite, ["-", "--json"], input=StringIO("民法典第三条").getvalue())
    assert '"state": "not_installed"' in run.output
