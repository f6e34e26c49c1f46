"""What an amendment touches: everything that cites a changed article, once, with its owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.kernel.law import shelf
from xiezhi.kernel.law import citations, citing, impact
from xiezhi.kernel.law.citing import Cited
from xiezhi.kernel.law.models import ChangeItem, Provision, Reference

ACT = "云岭省测试条例"


def one(key: str, citation: str, kind: str = "程序期限") -> Cited:
    return Cited(kind, key, f"名称{key}", citation, "测试处", "/x/")


CITED = [
    one("unchanged", f"{ACT} 第1条"),
    one("changed", f"{ACT} 第2条"),
    one("moved", f"{ACT} 第3条第2款第1项"),
    one("several", f"{ACT} 第1条、第2条；民法典 第3条", "程序事件"),
    one("range", f"{ACT} 第1条至第3条"),
    one("whole", ACT),
    one("other", "民法典 第2条"),
    one("unreadable", "实务做法"),
]


@pytest.fixture
def cited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(citing, "_SOURCES", {"test": lambda: CITED})
    monkeypatch.setattr(citing, "_known", None)
    yield
    citing._known = None


@pytest.mark.django_db
def test_only_what_cites_changed_articles(cited: None, freeze: Any) -> None:
    freeze("2026-10-12 09:00")
    old, new = shelf.both()
    found = {t.key: t for t in impact.of(old, new)}
    assert set(found) == {"changed", "moved", "several", "range", "whole"}
    assert found["changed"].places == ((2, 0, "changed", 3, 0),)
    assert found["moved"].places == ((3, 0, "moved", 4, 0),)
    assert found["several"].places == ((2, 0, "changed", 3, 0),)
    assert found["range"].places == ((2, 0, "changed", 3, 0), (3, 0, "moved", 4, 0))
    assert found["whole"].whole and not found["whole"].places


@pytest.mark.django_db
def test_repeal_touches_everything_that_cites_the_act(cited: None) -> None:
    old, _new = shelf.both()
    found = {t.key for t in impact.of(old, None)}
    assert found == {"unchanged", "changed", "moved", "several", "range", "whole"}


@pytest.mark.django_db
def test_acts_in_force_that_cite_it_are_one_line_each(cited: None, freeze: Any) -> None:
    freeze("2026-10-12 09:00")
    old, new = shelf.both()
    text = (
        "# 云岭省引用办法\n\n第一条 依照《云岭省测试条例》第二条。\n\n第二条 依照《云岭省测试条例》第二条和第三条。\n"
    )
    live = shelf.put("云岭省引用办法", "2020", text, since=date(2020, 1, 1))
    dead = shelf.put("云岭省旧办法", "2018", text, since=date(2018, 1, 1), ended=date(2019, 1, 1))
    for version in (live, dead):
        for provision in Provision.objects.filter(version=version):
            for article in (2, 3)[: provision.number]:
                Reference.objects.create(
                    provision=provision, start=0, end=2, act_name=ACT, to_act=old.act, article=article, state="ok"
                )
    lines = [t for t in impact.of(old, new) if t.kind == impact.ACTS]
    assert [t.key for t in lines] == ["云岭省引用办法/2020"]
    assert lines[0].places == ((2, 0, "changed", 3, 0), (3, 0, "moved", 4, 0))


@pytest.mark.django_db
def test_the_work_list_keeps_what_was_decided(cited: None, freeze: Any) -> None:
    freeze("2026-10-12 09:00")
    old, new = shelf.both()
    assert impact.start(old, new) == 5
    item = ChangeItem.objects.get(key="changed")
    with pytest.raises(ValueError, match="为什么"):
        impact.close(item, ChangeItem.KEPT, "7")
    impact.close(item, ChangeItem.KEPT, "7", "只是期限变长，不影响模板")
    assert impact.start(old, new) == 0
    item.refresh_from_db()
    assert item.state == ChangeItem.KEPT and item.closed_by == "7" and item.closed_at
    impact.close(item, ChangeItem.OPEN, "7")
    item.refresh_from_db()
    assert item.state == ChangeItem.OPEN and item.closed_at is None


@pytest.mark.django_db
def test_what_the_platform_does_on_an_article(cited: None) -> None:
    assert [c.key for c in citing.of(ACT, 2)] == ["changed", "several", "range"]
    assert citing.of(ACT, 9) == []


def test_everything_the_platform_declares_can_be_read() -> None:
    """Procedures, templates, cards, interviews: no citation that an amendment would overlook."""
    bad, count = [], 0
    for thing in citing.everything():
        count += 1
        try:
            citations.places(thing.citation)
        except citations.CitationError as error:
            bad.append((thing.kind, thing.key, str(error)))
        assert thing.owner and thing.label
    assert not bad
    assert count > 400


def test_a_source_has_one_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citing, "_SOURCES", {})
    citing.register("a", list)
    citing.register("a", list)
    with pytest.raises(ValueError, match="twice"):
        citing.register("a", tuple)
