"""委托、监护和行为能力 at the counter: recorded with paper, refused without, ended with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.desk.conftest import Desk
from tests.kernel import world as w
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.people.models import Mandate, Person
from xiezhi.kernel.units import ids

pytestmark = pytest.mark.django_db


def paper(name: str = "授权委托书.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "本人委托林远山代为办理。".encode(), "text/plain")


def pair(**more: Any) -> dict[str, Any]:
    first, second = w.person("周禾生"), w.person("林远山")
    return {
        "principal_name": first.name, "principal_id_type": "RESIDENT", "principal_id_no": first.id_no,
        "agent_name": second.name, "agent_id_type": "RESIDENT", "agent_id_no": second.id_no,
        "valid_from.y": "2026", "valid_from.m": "10", "valid_from.d": "12", **more,
    }  # fmt: skip


UNTIL = {"scope": "ALL", "last_day.y": "2027", "last_day.m": "3", "last_day.d": "31"}


def test_a_mandate_on_paper(desk: Desk) -> None:
    data = pair(**UNTIL, accepted="true", powers=["SETTLE"])
    answer = desk["clerk"].post("/desk/mandates/mandate/", data)
    assert answer.status_code == 422
    assert "请上传证明材料" in answer.content.decode()
    assert not Mandate.objects.exists()
    answer = desk["clerk"].post("/desk/mandates/mandate/", {**data, "proof": paper()}, follow=True)
    mandate = Mandate.objects.get()
    assert mandate.number in answer.content.decode()
    assert mandate.state_on(date(2026, 10, 12)) == "IN_FORCE"
    assert mandate.valid_to == date(2027, 4, 1)
    assert mandate.proof is not None
    assert ReadingLog.objects.filter(object_type="people.mandate", object_id=mandate.number, count=2).exists()
    ended = desk["clerk"].post(
        "/desk/mandates/end/", {"number": mandate.number, "reason": "委托人书面取消委托（民法典第173条）"}
    )
    assert ended.status_code == 302
    mandate.refresh_from_db()
    assert mandate.ended_at is not None
    assert (
        desk["clerk"].post("/desk/mandates/end/", {"number": "WT-NONE", "reason": "登记有误，更正"}).status_code == 422
    )


def test_a_guardian_of_a_child(desk: Desk) -> None:
    child, _made = w.person("周小禾"), None
    Person.objects.filter(pk=child.pk).update(birth_date=date(2015, 6, 1))
    data = pair(ground="PARENT")
    data |= {"principal_name": child.name, "principal_id_no": child.id_no, "proof": paper("出生证明.txt")}
    assert desk["clerk"].post("/desk/mandates/guardian/", data).status_code == 302
    assert Mandate.objects.get().valid_to == date(2033, 6, 2)


def test_a_finding_about_capacity(desk: Desk) -> None:
    data = pair(capacity="LIMITED", ground="JUDGMENT", paper="（2026）云01民特3号")
    assert desk["clerk"].post("/desk/mandates/capacity/", data).status_code == 302
    assert Person.objects.get(name="周禾生").capacity == "LIMITED"
    wrong = {**data, "capacity": "FULL"}
    assert desk["clerk"].post("/desk/mandates/capacity/", wrong).status_code == 422


def test_what_is_wrong_and_who_may_not(desk: Desk) -> None:
    data = pair(**UNTIL, proof=SimpleUploadedFile("x.exe", b"MZ\x90\x00", "application/pdf"))
    assert desk["clerk"].post("/desk/mandates/mandate/", data).status_code == 422
    data = pair(**UNTIL, principal_id_no=ids.id18_complete("99000019850101999")[:-1] + "9")
    assert desk["clerk"].post("/desk/mandates/mandate/", {**data, "proof": paper()}).status_code == 422
    assert desk["respondent"].get("/desk/mandates/").status_code == 403
    assert "委托和监护" in desk["clerk"].get("/desk/mandates/").content.decode()
