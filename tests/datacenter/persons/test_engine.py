"""With the real linkage engine: a full run, a batch of new records, a decision, and the engine's own state between them."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.datacenter.persons import world
from xiezhi.datacenter.persons import ids, refreshing, review, selectors
from xiezhi.datacenter.persons.models import LinkHistory, ReviewPair

SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡",
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉力玲健世广志义兴良海山仁波宁贵福生",
)


def people(n: int) -> list[tuple[str, str, str]]:
    rng = random.Random(7)
    out = []
    for i in range(n):
        name = rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)
        out.append(
            (name, world.id_no(date(1960 + i % 40, 1 + i % 12, 1 + i % 28), 100 + i), f"139{rng.randrange(10**8):08d}")
        )
    return out


@pytest.fixture
def made(lake: Path, settings: Any, tmp_path: Path) -> dict[str, list[str]]:
    settings.HOME = str(tmp_path)
    known = people(90)
    lawyers = world.put("std_lawyer", [
        world.lawyer(str(i), name, number, mobile=phone, birth_date=date(int(number[6:10]), int(number[10:12]), int(number[12:14])))
        for i, (name, number, phone) in enumerate(known)
    ])  # fmt: skip
    notaries = world.put(
        "std_notary", [world.notary(str(i), name, number) for i, (name, number, _p) in enumerate(known[:50])]
    )
    return {"lawyers": lawyers, "notaries": notaries}


def test_full_then_few_then_a_decision(made: dict[str, list[str]]) -> None:
    run = refreshing.refresh()
    assert run.detail["way"] == "FULL"
    assert run.detail["persons"] == 90
    assert run.detail["model"].startswith("link-")
    for lawyer, notary in zip(made["lawyers"], made["notaries"], strict=False):
        assert world.person_of(lawyer) == world.person_of(notary)
    assert refreshing.refresh(full=True).rows_out == 0
    name, number, _phone = people(90)[70]
    (new,) = world.put("std_grass_worker", [{
        "src_key": "1", "name": name, "id_type": "111", "id_no": number, "license_no": "3990001", "office_usc": "33990000MD00000003",
        "office_name": "东山法律服务所", "practice_from": date(2022, 1, 1), "practice_county": "990101", "status": "01",
    }])  # fmt: skip
    few = refreshing.refresh()
    assert few.detail["way"] == "INCREMENTAL"
    assert world.person_of(new) == world.person_of(made["lawyers"][70])
    pair = review.raise_pair(new, made["lawyers"][70])
    review.decide(pair.pk, "DIFFERENT", "SAME_NAME", "", _subject())
    refreshing.refresh()
    assert world.person_of(new) != world.person_of(made["lawyers"][70])
    refreshing.refresh(full=True)
    assert world.person_of(new) != world.person_of(made["lawyers"][70]), "a full run took a decision of a person back"
    assert set(LinkHistory.objects.values_list("kind", "cause")) == {("SPLIT", "HUMAN")}
    assert ids.resolve(world.person_of(new)).state == "ACTIVE"  # type: ignore[union-attr]
    for one in ReviewPair.objects.exclude(evidence=[])[:3]:
        assert selectors.steps_of(one)


def _subject() -> Any:
    from xiezhi.kernel.access.subject import of_account

    return of_account(world.official("link_reviewer"))
