"""The course of a matter through the services: parties, evidence, reading, service, merging, elevation, figures."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from tests.enforcement.reconsideration import flow
from tests.enforcement.reconsideration.world import World, build
from xiezhi.enforcement.reconsideration import datasets, selectors, services
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.kernel.datasets.registry import indicators
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter, MatterLink, MatterOfficer, Party

pytestmark = pytest.mark.django_db
TEXT = "我的证据：进货票据两张。".encode()


@pytest.fixture
def world(freeze: Callable[[str], None]) -> World:
    freeze("2026-09-14 10:00")
    return build()


def test_a_decision_carries_the_case_number_and_its_text(world: World) -> None:
    matter = flow.decided(world)
    assert matter.state == "DECIDED" and matter.case_no == "临川府复〔2026〕1号"
    decision = Document.objects.get(matter=matter, title="行政复议决定书")
    assert decision.number == "临川府复决字〔2026〕1号" and decision.state == Document.ISSUED
    assert "陈晓岚" in decision.body and "十五日内" in decision.body
    case = ReconsiderationCase.objects.get(pk=matter.pk)
    assert case.closing_type == "QUASHED" and case.concluded_in_time is True and case.concluded_on == date(2026, 9, 14)


def test_a_decision_must_be_signed_first(world: World) -> None:
    matter = flow.in_review(world)
    flow.fire(matter, "replied", world.respondent, reply="事实清楚。")
    flow.fire(matter, "views_heard", world.officer, method="PHONE")
    flow.fire(matter, "drafted", world.officer)
    flow.fire(matter, "submitted", world.officer)
    with pytest.raises(Refused) as no:
        flow.fire(
            matter, "decided", world.organ_head, decision_type="UPHELD", decision_ground="L68", approval="ORGAN_HEAD"
        )
    assert "DOCUMENT_NOT_SIGNED" in no.value.codes


def test_electronic_service_needs_consent_and_is_complete_on_arrival(world: World) -> None:
    matter = flow.decided(world)
    flow.rendered(matter)
    decision = Document.objects.get(matter=matter, title="行政复议决定书")
    applicant = Party.objects.get(matter=matter, role="applicant")
    Party.objects.filter(pk=applicant.pk).update(e_service=False)
    applicant.refresh_from_db()
    with pytest.raises(Refused) as no:
        services.serve_document(decision, applicant, "ELECTRONIC", world.officer)
    assert "E_SERVICE_CONSENT_MISSING" in no.value.codes
    Party.objects.filter(pk=applicant.pk).update(e_service=True)
    applicant.refresh_from_db()
    row = services.serve_document(decision, applicant, "ELECTRONIC", world.officer)
    assert row.served_on == date(2026, 9, 14)
    assert flow.fresh(matter).state == "SERVED"
    assert services.serve_document(decision, applicant, "ELECTRONIC", world.officer) == row
    assert (decision, applicant) not in services.unserved(matter)


def test_public_notice_takes_thirty_days_and_a_reason(world: World, freeze: Callable[[str], None]) -> None:
    matter = flow.decided(world)
    flow.rendered(matter)
    decision = Document.objects.get(matter=matter, title="行政复议决定书")
    applicant = Party.objects.get(matter=matter, role="applicant")
    with pytest.raises(Refused) as no:
        services.serve_document(decision, applicant, "PUBLIC_NOTICE", world.officer)
    assert "NOTICE_REASON" in no.value.codes
    row = services.serve_document(
        decision, applicant, "PUBLIC_NOTICE", world.officer, reason="下落不明", tried=["邮寄", "直接"]
    )
    assert row.served_on is None
    freeze("2026-10-13 10:00")
    with pytest.raises(Refused):
        services.complete_notice(row, world.officer)
    freeze("2026-10-14 10:00")
    assert services.complete_notice(row, world.officer).served_on == date(2026, 10, 14)
    assert flow.fresh(matter).state == "SERVED"


def test_leaving_a_document_needs_a_witness_or_a_picture(world: World) -> None:
    matter = flow.accepted(world)
    flow.rendered(matter)
    notice = Document.objects.get(matter=matter, title="受理通知书")
    applicant = Party.objects.get(matter=matter, role="applicant")
    with pytest.raises(Refused) as no:
        services.serve_document(notice, applicant, "LEFT", world.officer)
    assert "WITNESS_MISSING" in no.value.codes
    services.serve_document(notice, applicant, "LEFT", world.officer, witnesses="青石镇社区工作人员二人")
    assert Delivery.objects.get(document=notice).served_on == date(2026, 9, 14)


def test_serving_the_reply_notice_starts_the_reply_clock(world: World) -> None:
    matter = flow.accepted(world)
    flow.fire(matter, "copy_sent", world.officer)
    flow.rendered(matter)
    notice = Document.objects.get(matter=matter, title="答复通知书")
    respondent = Party.objects.get(matter=matter, role="respondent")
    services.serve_document(
        notice, respondent, "ELECTRONIC", world.officer
    ) if respondent.e_service else services.serve_document(notice, respondent, "DIRECT", world.officer)
    assert flow.fresh(matter).facts is not None
    assert [e.event for e in matter.events.order_by("seq")][-1] == "copy_received"


def test_evidence_is_marked_late_and_restricted_material_stays_back(
    world: World, freeze: Callable[[str], None]
) -> None:
    matter = flow.in_review(world)
    own = services.upload_evidence(
        matter, world.applicant, io.BytesIO(TEXT), code="DOC", name="票据.txt", purpose="证明进货"
    )
    assert own.kind == "DOC" and own.event_seq and not own.late
    with pytest.raises(Refused) as no:
        services.upload_evidence(
            matter, world.respondent, io.BytesIO(TEXT), code="DOC", name="补证.txt", self_collected=True
        )
    assert "SELF_COLLECTED_EVIDENCE" in no.value.codes
    assert Attachment.objects.filter(matter=matter).count() == 1
    freeze("2026-10-30 10:00")
    late = services.upload_evidence(
        matter,
        world.respondent,
        io.BytesIO(TEXT + b"2"),
        code="DOC",
        name="笔录.txt",
        new_points=True,
        office_agrees=True,
    )
    assert late.late
    services.restrict(late, "BUSINESS")
    internal = Attachment.objects.create(
        matter=matter,
        file=own.file,
        name="内部意见.txt",
        folder="INTERNAL",
        submitted_role="case_officer",
        submitted_on=date(2026, 9, 14),
    )
    mediation = Attachment.objects.create(
        matter=matter,
        file=own.file,
        name="调解笔录.txt",
        folder="MEDIATION",
        submitted_role="case_officer",
        submitted_on=date(2026, 9, 14),
    )
    reading = services.file_for_reading(matter, "applicant")
    assert reading.attachments == [own] and reading.withheld == {"商业秘密": 1}
    assert {d.title for d in reading.documents} == {"收件回执", "受理通知书", "答复通知书"}
    everything = services.file_for_reading(matter, "case_officer").attachments
    assert {internal, mediation, late, own} == set(everything)
    services.record_reading_of_file(matter, world.applicant, ["REPLY", "EVIDENCE"])
    record = Document.objects.get(matter=matter, title="查阅记录")
    assert "商业秘密1份" in record.body


def test_third_party_agents_and_limits(world: World) -> None:
    matter = flow.in_review(world)
    party = services.add_party(
        matter, world.officer, "third_party", {"name": "惠民粮油店", "kind": "SOLE_TRADER"}, interest="面粉的销售者。"
    )
    notice = Document.objects.get(matter=matter, title="第三人参加通知书")
    assert "面粉的销售者" in notice.body and notice.frozen["data"]["addressee"] == "惠民粮油店"
    for i in range(2):
        services.change_agent(matter, world.applicant, "NEW", {"name": f"代理{i}", "kind": "LAWYER"}, acts_for=party)
    with pytest.raises(Refused) as no:
        services.change_agent(matter, world.applicant, "NEW", {"name": "代理三", "kind": "LAWYER"}, acts_for=party)
    assert "AGENTS_MAX_2" in no.value.codes
    respondent = Party.objects.get(matter=matter, role="respondent")
    with pytest.raises(Refused) as no:
        services.change_agent(matter, world.respondent, "NEW", {"name": "律师", "kind": "LAWYER"}, acts_for=respondent)
    assert "STAFF_AGENT" in no.value.codes
    first = Party.objects.filter(matter=matter, role="agent").first()
    assert first is not None
    services.change_agent(matter, world.applicant, "ENDED", first, acts_for=party)
    assert Party.objects.filter(matter=matter, role="agent", valid_to__isnull=True).count() == 1


def test_merging_links_followers_to_the_lead(world: World) -> None:
    lead = flow.in_review(world)
    answers = world.answers()
    answers["act"] = {**answers["act"], "doc_no": "临市监罚〔2026〕46号"}
    other = flow.in_review(world, "k2", act=answers["act"])
    done = services.merge(lead, [other], world.officer, ground="1", request_key="m1")
    assert done.done[0].state == "CLOSED"
    assert MatterLink.objects.get(matter=other, kind="merged").other == lead
    assert ReconsiderationCase.objects.get(pk=other.pk).merged_into == lead
    assert selectors.figure("concluded", None, date(2026, 1, 1), date(2027, 1, 1)) == 0


def test_officers_hand_over_everything_and_recuse(world: World) -> None:
    first = flow.accepted(world)
    answers = world.answers()
    second = flow.accepted(world, "k2", act={**answers["act"], "doc_no": "另一号"})
    services.assign_many([first, second], world.office_head, world.staff_ids)
    done = services.hand_over_all(world.officers[0], world.head, world.office_head, reason="岗位调整", request_key="h")
    assert {m.pk for m in done.done} == {first.pk, second.pk} and not done.refused
    now = set(MatterOfficer.objects.filter(matter=first, valid_to__isnull=True).values_list("staff_id", flat=True))
    assert now == {world.officers[1].pk, world.head.pk}
    services.recuse(
        first,
        world.office_head,
        world.officers[1],
        asked_by="PARTY",
        granted=True,
        reason="利害关系",
        successor=world.officers[0],
    )
    now = set(MatterOfficer.objects.filter(matter=first, valid_to__isnull=True).values_list("staff_id", flat=True))
    assert now == {world.officers[0].pk, world.head.pk}


def test_elevation_moves_the_matter_when_the_file_arrives(world: World) -> None:
    matter = flow.in_review(world)
    upper = Actor("staff:9", frozenset({"superior_organ"}), "云岭市人民政府")
    services.elevate(matter, upper, world.city, ground="1")
    flow.fire(matter, "files_moved", world.officer)
    assert flow.fresh(matter).handling_unit == world.office
    flow.fire(matter, "elevation_received", upper, received_on="2026-09-14")
    moved = Matter.objects.select_related("organ", "handling_unit").get(pk=matter.pk)
    assert moved.organ == world.city and moved.handling_unit.name == "云岭市司法局" and moved.city_id == world.city.pk


def test_another_organ_gets_a_part_when_it_is_asked(world: World) -> None:
    matter = flow.in_review(world)
    flow.fire(
        matter, "norm_review_started", world.organ_head, document="《餐饮管理办法》", clauses="第三条", competent=True
    )
    flow.fire(matter, "norm_issuer_notified", world.officer, issuer="云岭市人民政府")
    issuer = Party.objects.get(matter=matter, role="norm_issuer")
    assert issuer.unit == world.city
    letter = Document.objects.get(matter=matter, title="规范性文件答复通知书")
    assert letter.frozen["data"]["addressee"] == "云岭市人民政府"


def test_figures_open_their_rows(world: World) -> None:
    matter = flow.decided(world)
    year = (date(2026, 1, 1), date(2027, 1, 1))
    for metric in selectors.METRICS:
        assert selectors.rows(metric, world.county, *year).count() == selectors.figure(metric, world.county, *year)
    assert list(selectors.rows("corrected", world.province, *year)) == [matter]
    assert selectors.figure("correction_rate", world.county, *year) == 100.0
    assert selectors.figure("answer_rate", world.county, *year) is None
    assert selectors.breakdown("concluded", "outcome", None, *year) == [("QUASHED", "撤销", 1)]
    assert selectors.average_days(None, *year) == 0
    assert indicators.get("reconsideration.views_rate").value(*year) == 100.0
    [row] = list(datasets.case_rows(*year))
    assert row["closing_type"] == "QUASHED" and "陈晓岚" not in str(row)


def test_case_rows_are_rebuilt_from_histories(world: World) -> None:
    matter = flow.decided(world)
    before = ReconsiderationCase.objects.values().get(pk=matter.pk)
    ReconsiderationCase.objects.filter(pk=matter.pk).update(closing_type="", concluded_on=None, matter_code="9")
    assert services.rebuild_cases([matter.pk]) == 1
    assert ReconsiderationCase.objects.values().get(pk=matter.pk) == before


def test_a_decision_with_a_gap_cannot_go_to_review(world: World) -> None:
    """What only the officer can word is a named gap in the draft; elements close gaps of their name, 送审 refuses the rest."""
    from xiezhi.kernel.documents import services as documents

    matter = flow.in_review(world)
    flow.fire(matter, "replied", world.respondent, reply="事实清楚。", evidence_submitted=True, staff_agents=1)
    doc = services.draft_document(flow.fresh(matter), "行政复议决定书", world.officer, {"decision_type": "UPHELD"})
    assert "【待填：查明的事实】" in doc.body and "见正文" not in doc.body
    with pytest.raises(Refused) as refused:
        documents.submit(doc.pk, world.officer)
    assert refused.value.codes == ("GAPS",)
    filled = {"facts": "检查时未出示票据<b>。", "reasoning": "认定事实清楚。"}
    doc = documents.save_draft(doc.pk, world.officer, doc.body, filled, revision=doc.revision)
    assert "未出示票据&lt;b&gt;" in doc.body and documents.TO_FILL not in doc.body
    assert documents.submit(doc.pk, world.officer).state == "REVIEW"


def test_a_party_asks_to_withdraw_and_the_office_permits(world: World) -> None:
    """和解撤回 takes effect by the office's hand (行政复议法 第74条第2款); the applicant's own act is the request."""
    matter = flow.in_review(world)
    applicant = Actor("account:applicant", frozenset({"applicant"}), "")
    with pytest.raises(Refused) as refused:
        flow.fire(matter, "settled", applicant)
    assert refused.value.codes == ("NOT_ALLOWED",)
    flow.fire(matter, "withdrawn", applicant)
    matter.refresh_from_db()
    assert matter.state == "IN_REVIEW"
