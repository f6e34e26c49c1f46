"""Filing: what the public and the counter send becomes a received matter, or words that help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.enforcement.reconsideration.world import World, build
from tests.kernel import world as kernel_world
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.enforcement.reconsideration.services import check_application, file_application
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import EventPayload, Matter, MatterEvent, MatterLink, Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(freeze: Callable[[str], None]) -> World:
    freeze("2026-09-14 10:00")
    return build()


def test_online_application_is_received_on_arrival(world: World) -> None:
    done = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    matter = Matter.objects.get(pk=done.matter.pk)
    assert matter.state == "ADMISSION_REVIEW"
    assert matter.intake_no.startswith("XZFY20260914")
    assert matter.case_no is None
    assert (matter.organ, matter.handling_unit) == (world.county, world.office)
    assert (matter.channel, matter.kind) == ("ONLINE", "1")
    assert matter.subject == "不服临川县市场监督管理局2026年8月31日作出的行政处罚决定书"
    assert [e.event for e in MatterEvent.objects.filter(matter=matter).order_by("seq")] == ["filed", "receipt"]
    assert matter.due_term == "RC-ADMIT"
    case = ReconsiderationCase.objects.get(pk=matter.pk)
    assert case.respondent == world.market and case.received_on == date(2026, 9, 14) and case.applicant_key
    receipt = Document.objects.get(matter=matter)
    assert receipt.title == "收件回执" and receipt.number is None


def test_persons_stay_out_of_the_history(world: World) -> None:
    done = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    first = MatterEvent.objects.get(matter=done.matter, seq=1)
    said = f"{first.data}{first.actor_label}{done.matter.subject}"
    assert "陈晓岚" not in said and "票据" not in said and "applicants" not in first.data
    assert EventPayload.objects.filter(event=first).exists()
    applicant = Party.objects.get(matter=done.matter, role="applicant")
    assert applicant.account == world.citizen and applicant.person == world.person and applicant.e_service
    respondent = Party.objects.get(matter=done.matter, role="respondent")
    assert respondent.unit == world.market


def test_same_request_files_once(world: World) -> None:
    first = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    again = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    assert again.repeated and again.matter.pk == first.matter.pk
    assert Matter.objects.count() == 1


def test_same_request_with_other_answers_is_a_conflict(world: World) -> None:
    file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, world.answers(claims=["CHANGE"]), channel="ONLINE", request_key="k1")
    assert refused.value.codes == ("REQUEST_KEY_REUSED",)
    assert Matter.objects.count() == 1


def test_everything_missing_is_told_at_once(world: World) -> None:
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, {"applicants": [{"name": "陈晓岚"}]}, channel="ONLINE", request_key="k1")
    fields = {p.field for p in refused.value.problems}
    assert {"applicants.0.contact", "applicants.0.service_address", "respondent_name", "act", "claims"} <= fields
    assert Matter.objects.count() == 0


def test_wrong_organ_is_told_before_sending(world: World) -> None:
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, world.answers(organ=str(world.city.pk)), channel="ONLINE", request_key="k1")
    [problem] = refused.value.problems
    assert problem.code == "NOT_COMPETENT" and "临川县人民政府" in problem.message and problem.field == "organ"


def test_repeat_of_an_open_application_is_told(world: World) -> None:
    first = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k2")
    [problem] = refused.value.problems
    assert problem.code == "DUPLICATE" and first.matter.number in problem.message


def test_who_files_for_another_learns_nothing_of_their_matters(world: World) -> None:
    first = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    stranger = Account.objects.create_user("shengren", person=kernel_world.person("生人"))
    answers = world.answers(acting_as="agent", agents=[{"name": "生人", "kind": "LAWYER", "powers": "GENERAL"}])
    checked = check_application(stranger, answers, channel="ONLINE")
    said = "".join(p.message for p in checked.problems)
    assert first.matter.number not in said and "提交过" not in said
    again = file_application(stranger, answers, channel="ONLINE", request_key="k2")
    link = MatterLink.objects.get(matter=again.matter)  # the office sees it
    assert link.other == first.matter and link.kind == "duplicate"


def test_representatives_follow_the_rule_of_the_day(world: World, freeze: Callable[[str], None]) -> None:
    many = [{**world.answers()["applicants"][0], "name": f"申请人{i}", "id_no": ""} for i in "甲乙丙丁戊己"]
    file_application(world.citizen, world.answers(applicants=many), channel="ONLINE", request_key="six")
    freeze("2026-06-15 10:00")
    answers = world.answers(applicants=many)
    answers["act"] = {**answers["act"], "made_on": "2026-06-01", "served_on": "2026-06-01"}
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, answers, channel="ONLINE", request_key="six-old")
    assert "REPRESENTATIVES" in refused.value.codes


def test_two_acts_are_split_by_the_applicant_or_the_office(world: World) -> None:
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, world.answers(act_count=2), channel="ONLINE", request_key="k1")
    assert "TWO_ACTS" in refused.value.codes
    done = file_application(
        None, world.answers(act_count=2), channel="IN_PERSON", request_key="k2", staff_actor=world.officer
    )
    assert Matter.objects.get(pk=done.matter.pk).facts["act_count"] == 2


def test_letter_counts_by_its_postmark(world: World, freeze: Callable[[str], None]) -> None:
    freeze("2026-10-12 10:00")
    answers = world.answers()
    answers["act"] = {**answers["act"], "made_on": "2026-08-04", "served_on": "2026-08-04"}
    with pytest.raises(Refused) as refused:
        file_application(None, answers, channel="POST", request_key="k0", staff_actor=world.officer)
    assert {p.field for p in refused.value.problems} == {"postmarked_on"}
    answers["postmarked_on"], answers["received_on"] = "2026-10-08", "2026-10-12"
    done = file_application(None, answers, channel="POST", request_key="k1", staff_actor=world.officer)
    matter = Matter.objects.get(pk=done.matter.pk)
    assert matter.state == "ADMISSION_REVIEW" and matter.channel == "POST"
    accepted = services.fire_event(
        matter.pk, "accepted", world.office_head, {"procedure": "ORDINARY", "officers": world.staff_ids}
    )
    assert accepted.matter.case_no == "临川府复〔2026〕1号"
    notice = Document.objects.get(matter=matter, title="受理通知书")
    assert notice.number == "临川府复受字〔2026〕1号"


def test_citizens_cannot_file_for_the_counter(world: World) -> None:
    with pytest.raises(Refused) as refused:
        file_application(world.citizen, world.answers(), channel="ORAL", request_key="k1")
    assert "CHANNEL" in refused.value.codes


def test_penalty_organ_path_waits_for_the_organ(world: World) -> None:
    done = file_application(world.citizen, world.answers(), channel="VIA_PENALTY_ORGAN", request_key="k1")
    matter = Matter.objects.get(pk=done.matter.pk)
    assert matter.state == "AT_PENALTY_ORGAN"
    assert Party.objects.get(matter=matter, role="penalty_organ").unit == world.market
    organ = Actor("account:900", frozenset({"penalty_organ"}), "临川县市场监督管理局")
    services.fire_event(matter.pk, "forwarded", organ, {})
    letter = Document.objects.get(matter=matter, title="处罚机关转送函")
    assert (
        letter.unit == world.market
        and letter.number is not None
        and letter.number.startswith("临川县市场监督管理局复转字")
    )
    assert letter.frozen["data"]["organ"] == "临川县市场监督管理局"


def test_wrong_identity_number_is_named_at_its_field(world: World) -> None:
    answers = world.answers()
    answers["applicants"] = [{**answers["applicants"][0], "name": "别人", "id_no": "123"}]
    with pytest.raises(Refused) as refused:
        file_application(None, answers, channel="IN_PERSON", request_key="k1", staff_actor=world.officer)
    assert [p.field for p in refused.value.problems] == ["applicants.0.id_no"]
