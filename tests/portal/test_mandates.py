"""委托和监护 through the pages: proposing, agreeing, acting for somebody, filing for them, and ending it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.kernel import world as w
from tests.portal.conftest import APPLY, Scene, answers
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people.models import Mandate, Person
from xiezhi.kernel.procedures.models import Draft, Matter, MatterEvent, Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def helper(scene: Scene) -> tuple[Account, Client]:
    account = w.citizen(w.person("林远山", phone="13812342047"))
    client = Client()
    client.force_login(account)
    return account, client


def proposal(other: Person, **more: Any) -> dict[str, Any]:
    return {
        "side": "PRINCIPAL", "name": other.name, "id_type": "RESIDENT", "id_no": other.id_no, "scope": "ALL",
        "valid_from.y": "2026", "valid_from.m": "10", "valid_from.d": "12", "last_day.y": "2027", "last_day.m": "10",
        "last_day.d": "11", **more,
    }  # fmt: skip


def agreed(scene: Scene, helper: tuple[Account, Client], **more: Any) -> Mandate:
    assert helper[0].person is not None
    answer = scene.client.post("/my/mandates/new/", proposal(helper[0].person, **more))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    mandate = Mandate.objects.latest("id")
    helper[1].post(f"/my/mandates/{mandate.uid}/", {"do": "accept"})
    mandate.refresh_from_db()
    assert mandate.accepted_at is not None
    return mandate


def test_propose_accept_and_revoke(scene: Scene, helper: tuple[Account, Client]) -> None:
    mandate = agreed(scene, helper, powers=["WITHDRAW"])
    assert mandate.valid_to == date(2027, 10, 12)
    assert mandate.powers == ["WITHDRAW"]
    page = helper[1].get("/my/mandates/").content.decode()
    assert "代周禾生办理" in page
    assert "撤回申请" in page
    assert "林远山" in scene.client.get("/my/mandates/").content.decode()
    scene.client.post(f"/my/mandates/{mandate.uid}/", {"do": "revoke"})
    page = helper[1].get("/my/mandates/").content.decode()
    assert "已终止" in page
    assert "代周禾生办理" not in page
    assert "委托人取消委托" in page


def test_strangers_see_nothing(scene: Scene, helper: tuple[Account, Client]) -> None:
    mandate = agreed(scene, helper)
    stranger = Client()
    stranger.force_login(w.citizen(w.person("方别人")))
    assert stranger.post(f"/my/mandates/{mandate.uid}/", {"do": "revoke"}).status_code == 404
    assert mandate.number not in stranger.get("/my/mandates/").content.decode()
    stranger.post("/my/acting/", {"mandate": mandate.pk})
    assert "换回本人" not in stranger.get("/services/").content.decode()
    assert Client().get("/my/mandates/").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_day.y": "2026", "last_day.m": "10", "last_day.d": "1"}, "最后一天"), ({"last_day.y": "2036"}, "三年"),
        ({"scope": "PROCEDURES"}, "事项"), ({"name": "张冠李"}, "另一个姓名"), ({"id_no": "123"}, "号码"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    scene: Scene, helper: tuple[Account, Client], wrong: dict[str, str], said: str
) -> None:
    assert helper[0].person is not None
    answer = scene.client.post("/my/mandates/new/", proposal(helper[0].person, **wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Mandate.objects.exists()


def test_filing_for_the_principal(scene: Scene, helper: tuple[Account, Client]) -> None:
    mandate = agreed(scene, helper)
    account, client = helper
    answer = client.post("/my/acting/", {"mandate": mandate.pk}, follow=True)
    assert "换回本人" in answer.content.decode()
    client.post(APPLY, {"go": "on"})
    client.post(f"{APPLY}q/who/", {"acting": "AGENT"})
    page = client.get(f"{APPLY}q/applicant/").content.decode()
    assert 'name="id_no"' not in page, "what the mandate says is not asked again"
    assert "周禾生" in page.split("<main")[1]
    assert 'value="13812342046"' in page
    refused = client.post(f"{APPLY}q/who/", {"acting": "SELF"})
    assert refused.status_code == 422
    pages = [
        *((step, data) for step, data in answers(scene) if step not in ("who", "applicant")),
    ]
    sent = [("who", {"acting": "AGENT"}), ("applicant", dict(answers(scene))["applicant"]),
            ("agent", {"agent_kind": "RELATIVE", "agent_contact": "13812342047"}), *pages]  # fmt: skip
    for step, data in sent:
        answer = client.post(f"{APPLY}q/{step}/", data)
        assert answer.status_code == 302, (step, answer.content.decode()[-3000:])
    check = client.get(f"{APPLY}check/").content.decode()
    assert "周禾生" in check
    assert mandate.number in check
    answer = client.post(f"{APPLY}check/")
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    matter = Matter.objects.get()
    parties = {p.role: p for p in Party.objects.filter(matter=matter)}
    assert parties["applicant"].person == scene.account.person
    assert parties["agent"].account == account
    assert parties["agent"].detail["powers"] == "GENERAL"
    assert parties["agent"].detail["mandate"] == mandate.number
    filed = MatterEvent.objects.get(matter=matter, seq=1)
    assert filed.role == "agent"
    assert mandate.number in filed.actor_label
    assert scene.client.get(f"/my/{matter.public_id}/").status_code == 200, "the principal sees it as an own matter"


def test_a_mandate_that_ended_meanwhile_sends_nothing(scene: Scene, helper: tuple[Account, Client]) -> None:
    mandate = agreed(scene, helper)
    client = helper[1]
    client.post("/my/acting/", {"mandate": mandate.pk})
    client.post(APPLY, {"go": "on"})
    assert Draft.objects.filter(account=helper[0]).count() == 1
    scene.client.post(f"/my/mandates/{mandate.uid}/", {"do": "revoke"})
    assert "xz-acting" not in client.get("/services/").content.decode()
    assert "周禾生" not in client.get(APPLY).content.decode()


def test_a_draft_for_somebody_is_not_continued_as_ones_own(scene: Scene, helper: tuple[Account, Client]) -> None:
    mandate = agreed(scene, helper)
    client = helper[1]
    client.post("/my/acting/", {"mandate": mandate.pk})
    client.post(APPLY, {"go": "on"})
    client.post(f"{APPLY}q/who/", {"acting": "AGENT"})
    client.post("/my/acting/", {})
    client.post(APPLY, {"go": "on"})
    assert Draft.objects.filter(account=helper[0], procedure="XZFY").count() == 2


def test_a_child_sees_and_does_not_send(scene: Scene) -> None:
    from tests.portal.conftest import fill

    fill(scene)
    assert scene.account.person is not None
    Person.objects.filter(pk=scene.account.person.pk).update(birth_date=date(2012, 1, 1))
    answer = scene.client.post(f"{APPLY}check/")
    assert answer.status_code == 403
    assert "监护人" in answer.content.decode()
    assert not Matter.objects.exists()
    assert "由监护人代为办理" in scene.client.get("/my/mandates/").content.decode()
