"""A county with a market office whose acts its government reviews, and a citizen who has received a fine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.kernel import world as w
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.units.models import Unit

NOW = "2026-10-12 10:42"


@dataclass
class Scene:
    """Units, the citizen, and a client signed in as the citizen."""

    market: Unit
    organ: Unit
    office: Unit
    account: Account
    client: Client

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data)


@pytest.fixture
def scene(db: None, freeze: Any) -> Iterator[Scene]:
    freeze(NOW)
    cache.clear()
    world = w.build()
    organ, office = world["甲东县府"], world["甲东县局"]
    Unit.objects.filter(pk=organ.pk).update(is_reconsideration_organ=True, reconsideration_office=office)
    market = world.add("甲东县市场监管局", "COUNTY", "DEPARTMENT", "甲东县府")
    market.refresh_from_db()
    organ.refresh_from_db()
    person = w.person("周禾生", phone="13812342046")
    account = w.citizen(person)
    client = Client()
    client.force_login(account)
    yield Scene(market, organ, office, account, client)


APPLY = "/apply/XZFY/"


def answers(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    """Every page of the ordinary road with what a shopkeeper answers."""
    return [
        ("who", {"acting": "SELF"}),
        ("applicant", {"contact": "13812342046", "service_address": "云岭省甲市东县鹭渡镇南街61号"}),
        ("what", {"what": "DECISION"}),
        ("matter", {"matter_code": "1"}),
        ("respondent", {"respondent_unit": str(scene.market.pk)}),
        ("organ", {"organ": str(scene.organ.pk)}),
        ("act", {"act_type": "行政处罚决定书", "doc_no": "东市监处罚〔2026〕118号", "made_on.y": "2026", "made_on.m": "9",
                 "made_on.d": "18", "amount": "8000"}),
        ("how", {"service_method": "DIRECT"}),
        ("served", {"served_on.y": "2026", "served_on.m": "9", "served_on.d": "21"}),
        ("told", {"told": "yes"}),
        ("claims", {"claims": ["QUASH"]}),
        ("facts", {"facts_and_reasons": "店里每批米线都有进货票据，次日已送到市场监管所，决定书没有写明意见。"}),
        ("norm", {"norm_review": "no"}),
        ("compensation", {"compensation": "no"}),
        ("document", {}),
        ("evidence", {"evidence_list": "进货票据"}),
        ("prior", {"prior_application": "NONE", "court": "no"}),
        ("delivery", {"e_service": "yes"}),
    ]  # fmt: skip


def fill(scene: Scene, *, until: str = "") -> None:
    """Walk through the pages, all of them or until one is reached."""
    scene.client.post(APPLY, {"go": "on"})
    for step, data in answers(scene):
        if step == until:
            return
        answer = scene.client.post(f"{APPLY}q/{step}/", data)
        assert answer.status_code == 302, (step, answer.status_code, errors_of(answer))


def errors_of(answer: Any) -> str:
    text = answer.content.decode()
    return " | ".join(
        re.findall(
            r'<li><a href="[^"]*">([^<]*)</a>|<li>([^<]*)</li>', text.split('id="errors"')[-1].split("</ul>")[0]
        )[0:9]
        and [
            a or b
            for a, b in re.findall(
                r'<li>(?:<a href="[^"]*">([^<]*)</a>|([^<]*))', text.split('id="errors"')[-1].split("</ul>")[0]
            )
        ]
    )
