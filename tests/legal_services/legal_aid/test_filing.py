"""Filing: nothing asked twice, the competent agency, duplicates, notices and referrals."""

from __future__ import annotations

from datetime import date

import pytest

from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter, MatterLink, Party
from xiezhi.legal_services.legal_aid import filing
from xiezhi.legal_services.legal_aid.models import AidCase, AidSide


def test_what_the_record_holds_is_not_asked(world: World) -> None:
    account = world.citizen("高秀兰", birth=date(1950, 3, 1))
    answers = world.answers(claim="MAINTENANCE", kind="CIVIL", matter_type="FAMILY", groups=[], no_stable_income=True)
    answers.pop("status_proof")
    done = filing.file(account, answers, channel="ONLINE", request_key="own")
    case = AidCase.objects.get(pk=done.matter.pk)
    assert "AGED" in case.groups and "WOMAN" in case.groups
    assert case.hardship_check_waived
    assert done.matter.facts["status_proof"] == "SHARED"
    party = Party.objects.get(matter=done.matter, role="applicant")
    assert (party.name, party.account_id, party.person_id) == ("高秀兰", account.pk, account.person_id)


def test_means_are_neither_asked_nor_kept_where_an_exemption_applies(world: World) -> None:
    assert not filing.asks_means({"claim": "PAY", "groups": ["MIGRANT_WORKER"]})
    assert not filing.asks_means({"claim": "ABUSE"})
    assert filing.asks_means({"claim": "MAINTENANCE", "groups": []})
    checked = filing.check(world.citizen(), world.answers(income_declared="900", promise=True), channel="WEB")
    assert "income_declared" not in checked.data and "promise" not in checked.data


def test_the_same_request_acts_once_and_a_repeat_is_told(world: World) -> None:
    account = world.citizen()
    first = filing.file(account, world.answers(), channel="ONLINE", request_key="one")
    again = filing.file(account, world.answers(), channel="ONLINE", request_key="one")
    assert again.repeated and again.matter.pk == first.matter.pk
    with pytest.raises(Refused, match="已经提出申请"):
        filing.file(account, world.answers(), channel="ONLINE", request_key="two")


def test_the_place_of_the_organ_decides_the_agency(world: World) -> None:
    other = world.answers(case_organ=str(world.court.pk))
    other.pop("agency")
    checked = filing.check(world.citizen(), other, channel="WEB")
    assert checked.agency is not None and checked.agency.pk == world.unit.pk
    with pytest.raises(Refused) as caught:
        filing.file(world.citizen(), {**world.answers(), "agency": ""}, channel="ONLINE", request_key="none")
    assert "AGENCY" in caught.value.codes


def test_several_recipients_and_an_agent(world: World) -> None:
    account = world.citizen("高母")
    answers = world.answers(
        applied_by="GUARDIAN", applicant={"name": "高小舟"}, groups=["MINOR"], claim="MAINTENANCE", kind="CIVIL",
        matter_type="FAMILY", co_recipients=[{"name": "高小岸"}],
    )  # fmt: skip
    done = filing.file(account, answers, channel="ONLINE", request_key="kids")
    roles = sorted(Party.objects.filter(matter=done.matter).values_list("role", "name"))
    assert roles == [("applicant", "高小舟"), ("guardian", "高母"), ("recipient", "高小岸")]
    assert AidCase.objects.get(pk=done.matter.pk).recipients == 2
    assert done.matter.parties_line == "高某等2人"  # a minor's name stands in no list
    assert "高小舟" not in done.matter.subject


def test_an_organ_notifies_and_the_matter_is_numbered_at_once(world: World) -> None:
    data = {
        "notice_kind": "MUST", "notice_ground": "MINOR", "organ_kind": "COURT", "case_organ": str(world.court.pk),
        "stage": "TRIAL", "charge": "盗窃", "recipient": {"name": "高小舟"}, "found_on": "2026-05-10", "noticed_on": "2026-05-11",
    }  # fmt: skip
    done = filing.notify(data, request_key="notice", actor=world.officer, staff_units=[world.unit.pk])
    matter = done.matter
    assert (matter.state, matter.case_no, matter.organ_id) == (
        "NOTICE_RECEIVED",
        "临法援〔2026〕1号",
        world.agency.bureau_id,
    )
    assert Party.objects.filter(matter=matter, role="case_organ", unit=world.court).exists()
    assert matter.parties_line == "高某"
    assert matter.handler_id is not None


def test_the_counter_registers_only_for_its_own_agency(world: World) -> None:
    clerk = world.actor("counter_clerk")
    answers = world.answers(applicant={"name": "梁秋禾", "mobile": "13912345678"})
    with pytest.raises(Refused, match="本窗口不能登记"):
        filing.file(None, answers, channel="HALL", request_key="x", staff_actor=clerk, staff_units=[0])
    done = filing.file(None, answers, channel="HALL", request_key="y", staff_actor=clerk, staff_units=[world.unit.pk])
    assert done.matter.channel == "HALL"
    assert AidSide.objects.filter(matter=done.matter, side="OPPONENT").count() == 1


def test_a_referral_keeps_the_first_day(world: World) -> None:
    origin = world.file(world.citizen("梁一"))
    Matter.objects.filter(pk=origin.pk).update(opened_on=date(2026, 4, 20))
    origin.refresh_from_db()
    origin.facts.pop("first_filed_on", None)
    clerk = world.actor("counter_clerk")
    answers = world.answers(
        applicant={"name": "梁一", "mobile": "13912345678"}, matter_type="WORK_INJURY", claim="WORK_INJURY"
    )
    done = filing.file(
        None, answers, channel="REFER", request_key="ref", staff_actor=clerk, staff_units=[world.unit.pk], origin=origin
    )
    assert done.matter.facts["first_filed_on"] == "2026-04-20"
    assert MatterLink.objects.filter(matter=done.matter, other=origin, kind="referral").exists()


def test_the_generic_filing_of_the_api_is_ours(world: World) -> None:
    file = hooks.of("FLYZ").file
    assert file is not None
    done = file(
        world.citizen(),
        world.answers(),
        [],
        channel="ONLINE",
        request_key="api",
        staff_actor=None,
        staff_units=None,
        draft=None,
    )
    papers = set(Document.objects.filter(matter=done.matter).values_list("title", flat=True))
    assert papers == {"法律援助申请表", "法律援助申请受理回执"}
    receipt = Document.objects.get(matter=done.matter, title="法律援助申请受理回执")
    assert receipt.frozen["data"]["bureau"] == world.agency.bureau.name
