"""申请法律援助 through the pages, for oneself and for a principal or a ward: what is recorded is not asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.documents.models import StoredFile
from xiezhi.kernel.people import mandates
from xiezhi.kernel.people.models import Mandate
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party
from xiezhi.legal_services.legal_aid import filing

APPLY = "/apply/FLYZ/"


def given(principal: Account, agent: Account, **more: Any) -> Mandate:
    """A mandate both have agreed to."""
    assert principal.person is not None and agent.person is not None
    mandate = mandates.propose(
        principal.person, agent.person, by=mandates.By(f"account:{principal.uid}"), side="PRINCIPAL",
        valid_from=date(2026, 5, 1), valid_to=date(2027, 5, 1), **more,
    )  # fmt: skip
    return mandates.accept(mandate, agent.person, mandates.By(f"account:{agent.uid}"))


def guarded(world: World, ward: Account, guardian: Account) -> Mandate:
    """A parent recorded at the counter with its proof."""
    assert ward.person is not None and guardian.person is not None
    proof = StoredFile.objects.create(sha256="a" * 64, size=1, media_type="application/pdf")
    clerk = world.accounts["counter_clerk"].staff
    return mandates.record_guardian(
        ward.person, guardian.person, by=mandates.By("staff:x", "窗口", clerk), ground="PARENT", valid_from=date(2026, 5, 1),
        proof=proof, proof_name="出生医学证明",
    )  # fmt: skip


def enter(account: Account, mandate: Mandate | None = None) -> Client:
    client = Client()
    client.force_login(account)
    if mandate is not None:
        assert "换回本人" in client.post("/my/acting/", {"mandate": mandate.pk}, follow=True).content.decode()
    client.post(APPLY, {"go": "on"})
    return client


def pages(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Every page after who it is about, for somebody whose wages are owed."""
    return [
        ("topic", {"topic": "WORK"}), ("claim", {"claim": "PAY"}), ("facts", {"facts_reasons": "拖欠三个月工资。", "claim_amount": "23600"}),
        ("opponent", {"other_party.0.name": "临川宏远建筑有限公司"}), ("organ", {"has_organ": "no"}), ("agency", {"agency": str(world.unit.pk)}),
        ("limit", {"hurry": "no"}), ("represented", {"represented": "no"}), ("groups", {"groups": ["MIGRANT_WORKER"]}),
        ("wishes", {}), ("papers", {}),
    ]  # fmt: skip


def go(client: Client, steps: list[tuple[str, dict[str, Any]]]) -> None:
    for step, data in steps:
        answer = client.post(f"{APPLY}q/{step}/", data)
        assert answer.status_code == 302, (step, answer.content.decode()[-3000:])


@pytest.mark.parametrize(("kind", "acting", "role"), [("mandate", "AGENT", "agent"), ("ward", "GUARDIAN", "guardian")])
def test_who_acts_for_another_files_for_that_person(world: World, kind: str, acting: str, role: str) -> None:
    helper = world.citizen("林远山")
    birth = {"birth": date(2012, 4, 1)} if kind == "ward" else {}
    other = world.citizen("周禾生", **birth)
    mandate = guarded(world, other, helper) if kind == "ward" else given(other, helper)
    client = enter(helper, mandate)
    first = client.get(f"{APPLY}q/who/").content.decode()
    assert f'value="{acting}" checked' in first.replace(" required", ""), "the mandate says for whom"
    assert client.post(f"{APPLY}q/who/", {"acting": "SELF"}).status_code == 422
    go(client, [("who", {"acting": acting})])
    page = client.get(f"{APPLY}q/applicant/").content.decode().split("<main")[1]
    assert 'name="name"' not in page and 'name="id_no"' not in page
    assert other.person is not None and helper.person is not None
    assert "周禾生" in page and f'value="{other.person.phone}"' in page and f'value="{other.person.address}"' in page
    go(client, [("applicant", {"mobile": str(other.person.phone), "address": str(other.person.address)})])
    page = client.get(f"{APPLY}q/agent/").content.decode().split("<main")[1]
    assert f'value="{helper.person.phone}"' in page and 'name="relation"' not in page
    go(client, [("agent", {"agent_mobile": str(helper.person.phone)}), *pages(world)])
    check = client.get(f"{APPLY}check/").content.decode()
    assert "周禾生" in check and mandate.number in check
    sent = client.post(f"{APPLY}check/")
    assert sent.status_code == 302, sent.content.decode()[-3000:]
    matter = Matter.objects.get()
    parties = {p.role: p for p in Party.objects.filter(matter=matter)}
    assert parties["applicant"].person_id == other.person_id and parties["applicant"].account_id is None
    assert parties[role].account_id == helper.pk and parties[role].detail["mandate"] == mandate.number
    filed = MatterEvent.objects.get(matter=matter, seq=1)
    assert filed.role == role and mandate.number in filed.actor_label
    mine = Client()
    mine.force_login(other)
    assert mine.get(f"/my/{matter.public_id}/").status_code == 200, "the person sees it as an own matter"


def test_a_mandate_for_something_else_or_one_that_ended_fills_in_nothing(world: World) -> None:
    helper, other = world.citizen("林远山"), world.citizen("周禾生")
    narrow = given(other, helper, scope="PROCEDURES", procedures=["XZFY"])
    client = enter(helper, narrow)
    assert "周禾生" not in client.get(f"{APPLY}q/applicant/").content.decode().split("<main")[1]
    answers = {**world.answers(applied_by="AGENT", applicant={"name": "周禾生"}), "mandate": narrow.pk}
    done = filing.file(helper, answers, channel="ONLINE", request_key="narrow")
    party = Party.objects.get(matter=done.matter, role="applicant")
    assert party.person_id is None, "a mandate that does not reach names nobody's record"


def test_a_child_does_not_send_alone(world: World) -> None:
    child = world.citizen("高小舟", birth=date(2013, 1, 1))
    client = enter(child)
    assert child.person is not None
    go(client, [("who", {"acting": "SELF"}), ("applicant", {"mobile": str(child.person.phone)}), *pages(world)])
    answer = client.post(f"{APPLY}check/")
    assert answer.status_code == 403 and "监护人" in answer.content.decode()
    assert not Matter.objects.exists()
