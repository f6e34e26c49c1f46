"""Who applies: an agent, a shop, a group with representatives; and the limits the law sets them."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.portal.conftest import APPLY, Scene, answers, errors_of
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.units import ids


def go(scene: Scene, first: list[tuple[str, dict[str, Any]]]) -> Any:
    """Fill in with other people in front of the same act, and send."""
    scene.client.post(APPLY, {"go": "on"})
    for step, data in [*first, *answers(scene)[2:]]:
        answer = scene.client.post(f"{APPLY}q/{step}/", data)
        assert answer.status_code == 302, (step, errors_of(answer))
    return scene.client.post(f"{APPLY}check/")


def number(n: int) -> str:
    return ids.id18_complete(f"99000019700101{n:03d}")


CONTACT = {"contact": "13812342046", "service_address": "云岭省甲市东县南街61号"}


def test_a_shop_applies_under_its_name(scene: Scene) -> None:
    usc = ids.usc_complete("92990521MA0YL7C38") if hasattr(ids, "usc_complete") else "92990521MA0YL7C387"
    shop = {"org_name": "东县周记米线店", "org_kind": "SOLE_TRADER", "uscc": usc, "legal_rep": "周禾生", **CONTACT}
    sent = go(scene, [("who", {"acting": "ORG"}), ("organization", shop)])
    assert sent.status_code == 302, errors_of(sent)
    assert Party.objects.get(role="applicant").name == "东县周记米线店"


def test_an_agent_brings_the_authority(scene: Scene) -> None:
    applicant = {"name": "林晚舟", "id_type": "ID", "id_no": number(8), **CONTACT}
    paper = SimpleUploadedFile("委托书.txt", "授权委托书".encode(), "text/plain")
    agent = {"agent_kind": "RELATIVE", "agent_powers": "GENERAL", "agent_contact": "13812342046"}
    scene.client.post(APPLY, {"go": "on"})
    scene.client.post(f"{APPLY}q/who/", {"acting": "AGENT"})
    without = scene.client.post(f"{APPLY}q/agent/", agent)
    assert without.status_code == 422 and "授权委托书" in errors_of(without)
    sent = go(scene, [("who", {"acting": "AGENT"}), ("applicant", applicant), ("agent", {**agent, "authority": paper})])
    assert sent.status_code == 302, errors_of(sent)
    matter = Matter.objects.get()
    assert Party.objects.get(matter=matter, role="agent").account == scene.account
    assert matter.attachments.filter(name="委托书.txt").exists()
    assert scene.client.get(f"/my/{matter.public_id}/").status_code == 200


def others(n: int) -> dict[str, str]:
    out: dict[str, str] = {}
    for i in range(n):
        out |= {f"others.{i}.name": f"申请人{i}", f"others.{i}.id_no": number(i + 10), f"others.{i}.contact": "13812342046",
                f"others.{i}.service_address": "南街"}  # fmt: skip
    return out


def test_more_than_ten_choose_representatives(scene: Scene) -> None:
    scene.client.post(APPLY, {"go": "on"})
    for step, data in [("who", {"acting": "GROUP"}), ("applicant", CONTACT)]:
        scene.client.post(f"{APPLY}q/{step}/", data)
    ten = scene.client.post(f"{APPLY}q/group/", others(9))
    assert ten["Location"].endswith("/what/")
    eleven = scene.client.post(f"{APPLY}q/group/", others(10))
    assert eleven["Location"].endswith("/representatives/")
    page = scene.client.get(f"{APPLY}q/representatives/").content.decode()
    assert "申请人9" in page and 'name="representatives.0.contact"' not in page, (
        "who applies is known; nobody is typed again"
    )
    one = scene.client.post(f"{APPLY}q/representatives/", {"representatives": ["0"]})
    assert one.status_code == 422 and "2至5名" in errors_of(one)
    two = {"representatives": ["1", "2"]}
    sent = go(
        scene, [("who", {"acting": "GROUP"}), ("applicant", CONTACT), ("group", others(10)), ("representatives", two)]
    )
    assert sent.status_code == 302, errors_of(sent)
    assert Party.objects.filter(role="applicant").count() == 11
    assert set(Party.objects.filter(role="representative").values_list("name", flat=True)) == {"申请人0", "申请人1"}


def test_the_same_act_again_is_told_before_anything_is_stored(scene: Scene) -> None:
    first = [("who", {"acting": "SELF"}), ("applicant", CONTACT)]
    assert go(scene, first).status_code == 302
    again = go(scene, first)
    assert again.status_code == 422
    assert "已经提交过申请" in again.content.decode()
    assert Matter.objects.count() == 1
    assert scene.client.get(f"{APPLY}tasks/").status_code == 200
