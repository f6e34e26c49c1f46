"""求助 for somebody else, by somebody not verified yet, and by a child: who is asked what, and who is told whom to ask."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.test import Client

from tests.kernel import world as w
from tests.legal_services.wages.conftest import Scene
from tests.legal_services.wages.test_pages import form, text_of
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people import mandates
from xiezhi.kernel.people.models import Mandate, Person
from xiezhi.kernel.procedures.models import Draft, Matter, MatterEvent, Party
from xiezhi.kernel.units.ids import id18_complete


def given(principal: Account, agent: Account, **more: Any) -> Mandate:
    assert principal.person is not None and agent.person is not None
    mandate = mandates.propose(
        principal.person, agent.person, by=mandates.By(f"account:{principal.uid}"), side="PRINCIPAL",
        valid_from=date(2026, 3, 1), valid_to=date(2027, 3, 1), **more,
    )  # fmt: skip
    return mandates.accept(mandate, agent.person, mandates.By(f"account:{agent.uid}"))


def helper_of(scene: Scene, **more: Any) -> tuple[Account, Client, Mandate]:
    helper = w.citizen(w.person("林远山", phone="13812342047"))
    client = Client()
    client.force_login(helper)
    return helper, client, given(scene.worker, helper, **more)


def test_who_acts_for_a_worker_reports_for_that_worker(scene: Scene) -> None:
    helper, client, mandate = helper_of(scene)
    client.post("/my/acting/", {"mandate": mandate.pk})
    page = text_of(client.get("/wages/")).split("<main")[1]
    assert "石根生" in page and mandate.number in page and "林远山" not in page
    for name in ("name", "id_no", "mobile"):
        assert f'name="{name}"' not in page, "what the record of the worker holds is not asked"
    answer = client.post("/wages/", form(scene))
    assert answer.status_code == 302, text_of(answer)[-3000:]
    matter = Matter.objects.get()
    party = Party.objects.get(matter=matter, role="applicant")
    assert (party.name, party.person_id, party.account_id) == ("石根生", scene.person.pk, None)
    filed = MatterEvent.objects.get(matter=matter, seq=1)
    assert mandate.number in filed.actor_label and filed.actor == f"account:{helper.uid}"
    assert client.get(f"/my/{matter.public_id}/").status_code == 200
    assert scene.client.get(f"/my/{matter.public_id}/").status_code == 200, "the worker sees it as an own matter"
    mandates.revoke(mandate, scene.person, mandates.By("account:x"))
    assert client.get(f"/my/{matter.public_id}/").status_code == 404, "with the mandate the helper's way in is gone"


def test_a_mandate_that_ended_meanwhile_reports_for_nobody(scene: Scene) -> None:
    _helper, client, mandate = helper_of(scene)
    client.post("/my/acting/", {"mandate": mandate.pk})
    assert client.post("/wages/", form(scene), headers={"X-Autosave": "1"}).status_code == 200
    assert Draft.objects.count() == 1
    mandates.revoke(mandate, scene.person, mandates.By("account:x"))
    page = text_of(client.get("/wages/")).split("<h1")[1]
    assert "石根生" not in page and "林远山" in page
    Mandate.objects.filter(pk=mandate.pk).update(scope="PROCEDURES", procedures=["XZFY"], ended_at=None)
    client.post("/my/acting/", {"mandate": mandate.pk})
    assert "石根生" not in text_of(client.get("/wages/")).split("<h1")[1], "it does not reach this service"


def test_an_account_nobody_has_verified_reports_as_a_guest_does(scene: Scene) -> None:
    account = w.citizen(w.person("甲某"))
    Account.objects.filter(pk=account.pk).update(person=None)
    client = Client()
    client.force_login(Account.objects.get(pk=account.pk))
    page = text_of(client.get("/wages/"))
    assert "/my/account/realname/?next=/wages/" in page and 'name="id_no"' in page
    who = {"name": "周三江", "id_no": id18_complete("99000019800101001"), "mobile": "13700001111"}
    answer = client.post("/wages/", form(scene, **who))
    assert answer.status_code == 302
    party = Party.objects.get(role="applicant")
    assert party.account_id is None, "an account that is nobody's yet is given nobody's matter"
    assert re.search(r"<b>[0-9A-Z]{4}-[0-9A-Z]{4}</b>", text_of(client.get(answer["Location"])))


def test_a_child_is_told_who_may_report(scene: Scene) -> None:
    Person.objects.filter(pk=scene.person.pk).update(birth_date=date(2012, 1, 1))
    assert "由监护人代为申请" in text_of(scene.client.get("/wages/"))
    answer = scene.client.post("/wages/", form(scene, story="一直没给钱"))
    assert answer.status_code == 403
    page = text_of(answer)
    assert "监护人登录" in page and "12348" in page and "一直没给钱" in page
    assert not Matter.objects.exists()
