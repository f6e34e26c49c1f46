"""Filing, crew, alarm, payments and handing over, on the database."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.kernel import world as w
from tests.legal_services.wages.conftest import Scene
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import hooks, policies, services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import EventPayload, Matter, MatterEvent, MatterLink
from xiezhi.kernel.sealing import unseal
from xiezhi.kernel.units.ids import id18_complete
from xiezhi.legal_services.wages import workers
from xiezhi.legal_services.wages.filing import file_report
from xiezhi.legal_services.wages.models import Payment, WageCase, WageProject, WageWorker


def file(scene: Scene, *, account: Any = "worker", key: str | None = None, **more: Any) -> Matter:
    who = scene.worker if account == "worker" else account
    return file_report(who, scene.answers(**more), channel="WEB", request_key=key).matter


CREW = [{"name": "李四川", "mobile": "13900000001", "amount": "9000"}, {"name": "王五岭", "mobile": "13900000002", "amount": "7000"},
        {"name": "赵六河", "amount": "5000"}]  # fmt: skip


def secrets_of(matter: Matter) -> list[tuple[str, str]]:
    """(token, code) of every invitation, as it will leave."""
    out = []
    for row in Notice.objects.filter(matter=matter, template="wages.invite").order_by("id"):
        text = str(unseal(row.secret, context="notice"))
        found = re.search(r"/wages/w/([^/]+)/ 验证码(\d{6})", text)
        assert found
        out.append((found[1], found[2]))
    return out


def test_one_worker_is_a_filed_matter_with_everything_beside_it(scene: Scene) -> None:
    matter = file(scene)
    assert matter.state == "REPORTED"
    assert matter.handling_unit_id == scene.center.pk
    assert matter.organ_id == scene.bureau.pk
    assert matter.parties_line == "石根生"
    assert "石根生" not in matter.subject
    case = WageCase.objects.get(pk=matter.pk)
    assert (case.owed, case.workers, str(case.limit_due)) == (Decimal("18000.00"), 1, "2027-01-20")
    assert case.project is not None
    assert case.project.contractor == "云岭第三建工集团"
    assert WageWorker.objects.get(matter=matter).name == "石根生"
    document = Document.objects.get(matter=matter)
    assert document.title == "欠薪求助回执"
    assert "总包" in str(document.frozen)
    assert "2027年1月20日" in str(document.frozen)


def test_names_never_reach_history_and_facts(scene: Scene) -> None:
    matter = file(scene, workers=CREW, owed="39000", story="包工头王老板跑了")
    text = str(matter.facts) + str(list(MatterEvent.objects.filter(matter=matter).values_list("data", flat=True)))
    for secret in ("石根生", "李四川", "13900000001", "王老板", "13812342046"):
        assert secret not in text
    row = Matter.objects.filter(pk=matter.pk).values().get()
    assert "李四川" not in str(row)
    assert EventPayload.objects.filter(event__matter=matter).count() == 1


def test_the_same_request_files_once(scene: Scene) -> None:
    first, second = file(scene, key="k1"), file(scene, key="k1")
    assert first.pk == second.pk
    assert WageCase.objects.count() == 1


def test_a_report_is_taken_though_the_real_name_service_is_down(scene: Scene) -> None:
    answers = scene.answers(name="周三江", id_no=id18_complete("99000019800101001"), mobile="13700001111")
    matter = file_report(None, answers, channel="WEB", request_key=None).matter
    assert matter.parties.get(role="applicant").person is None
    assert WageWorker.objects.get(matter=matter).id_no == id18_complete("99000019800101001")


def test_a_guest_files_with_name_number_and_telephone(scene: Scene, settings: Any) -> None:
    settings.REAL_NAME_CHECK = "xiezhi.kernel.people.adapters.DemoRealName"
    matter = file_report(
        None,
        scene.answers(name="周三江", id_no=id18_complete("99000019800101001"), mobile="13700001111"),
        channel="WEB",
        request_key=None,
    ).matter
    party = matter.parties.get(role="applicant")
    assert party.account is None
    assert party.person is not None
    account = w.citizen(party.person)
    from xiezhi.kernel.access.subject import of_account

    assert policies.may_read(of_account(account), matter)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"months": "", "monthly": ""}, "owed"),
        ({"owed": "abc", "months": "", "monthly": ""}, "owed"),
        ({"employer_name": ""}, "employer_name"),
        ({"county": ""}, "county"),
        ({"county": "9" * 30}, "county"),
        ({"mobile": "123"}, "mobile"),
        ({"ended_on": "2026-13-40"}, "ended_on"),
        ({"workers": [{"mobile": "13900000001"}]}, "workers"),
        ({"workers": [{"name": "李四川", "mobile": "13812342046"}]}, "workers"),
        ({"contractor_usc": "123"}, "contractor_usc"),
        ({"owed": "1000", "workers": CREW}, "owed"),
    ],
)
def test_every_problem_names_its_field_and_nothing_is_stored(scene: Scene, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        file(scene, **more)
    assert field in [p.field.split(".")[0] for p in refused.value.problems]
    assert not Matter.objects.exists()
    assert not WageProject.objects.exists()


def test_a_crew_is_asked_one_by_one(scene: Scene) -> None:
    matter = file(scene, workers=CREW, owed="39000")
    assert matter.facts["worker_count"] == 4
    states = list(WageWorker.objects.filter(matter=matter).order_by("no").values_list("state", flat=True))
    assert states == ["CONFIRMED", "INVITED", "INVITED", "NO_PHONE"]
    messages = Notice.objects.filter(matter=matter, template="wages.invite")
    assert messages.count() == 2
    assert all("李四川" not in m.text and Notice.LINK in m.text for m in messages)
    (token, code), (other, other_code) = secrets_of(matter)
    found = workers.open_link(token)
    assert found is not None
    assert found.no == 2
    assert not workers.right_code(found, token, "000000" if code != "000000" else "111111")
    assert not workers.right_code(found, token, other_code if other_code != code else "123456")
    assert workers.right_code(found, token, code)
    workers.answer(found, "yes", matter.updated_at)
    found.refresh_from_db()
    assert found.state == "CONFIRMED"
    second = workers.open_link(other)
    assert second is not None
    workers.answer(second, "no", matter.updated_at)
    matter.refresh_from_db()
    assert (matter.facts["worker_count"], matter.facts["owed"], matter.facts["confirmed_count"]) == (3, "32000.00", 1)
    assert workers.open_link("wrong") is None


def test_a_wrong_code_can_not_be_guessed(scene: Scene) -> None:
    matter = file(scene, workers=CREW, owed="39000")
    token, code = secrets_of(matter)[0]
    found = workers.open_link(token)
    assert found is not None
    for _ in range(workers.MOST_TRIES):
        assert not workers.right_code(found, token, "x")
    assert not workers.right_code(found, token, code)
    workers.invite(found, matter.updated_at)
    assert workers.open_link(token) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("张三石 13800001234 8000元", [("张三石", "13800001234", "8000", "")]),
        (
            "1、张三石，8000，13800001234\n2. 李四川 9500.50",
            [("张三石", "13800001234", "8000", ""), ("李四川", "", "9500.50", "没有手机号，要当面或者电话确认")],
        ),
        ("王五岭\t990000198001010018\t13900001111\t12,000", [("王五岭", "13900001111", "12000", "")]),
        ("\n\n  \n", []),
        ("13800001234 8000", [("13800001234 8000", "13800001234", "8000", "没有认出姓名")]),
        ("阿卜杜拉·买买提 13800001234", [("阿卜杜拉·买买提", "13800001234", "", "")]),
    ],
)
def test_a_pasted_list_is_read(text: str, wanted: list[tuple[str, str, str, str]]) -> None:
    assert [(x.name, x.mobile, x.amount, x.trouble) for x in workers.parse_list(text)] == wanted


def test_a_group_goes_to_the_leader_the_same_day(scene: Scene) -> None:
    rows = [{"name": f"工友{chr(0x4E00 + n)}", "mobile": f"1390000{n:04d}", "amount": "2000"} for n in range(11)]
    matter = file(scene, workers=rows, owed="30000")
    case = WageCase.objects.get(pk=matter.pk)
    assert case.grouped and case.alarmed
    assert case.priority == 2
    told = set(Notice.objects.filter(template="wages.alarm").values_list("account_id", flat=True))
    assert told == {scene.head.pk, scene.leader.pk}
    assert Document.objects.filter(matter=matter, title="群体性欠薪报告").count() == 1


def test_reports_about_one_project_count_together(scene: Scene) -> None:
    first = file(scene, owed="60000", months="", monthly="")
    assert not WageCase.objects.get(pk=first.pk).alarmed
    other = w.citizen(w.person("吴二", phone="13600000001"))
    second = file_report(other, scene.answers(project_name="云湖新城（二期）项目", owed="45000", months="", monthly="", mobile="13600000001"),
                         channel="WEB", request_key=None).matter  # fmt: skip
    assert WageProject.objects.count() == 1
    assert WageCase.objects.get(pk=second.pk).alarmed
    assert "同一项目" in str(MatterEvent.objects.get(matter=second, event="alarmed").data)


def test_a_repeat_employer_is_flagged(scene: Scene) -> None:
    for n in range(3):
        other = w.citizen(w.person(f"吴{chr(0x4E00 + n)}", phone=f"1360000000{n}"))
        matter = file_report(
            other,
            scene.answers(project_name=f"工地{chr(0x7532 + n * 3)}", mobile=f"1360000000{n}"),
            channel="WEB",
            request_key=None,
        ).matter
    assert WageCase.objects.get(pk=matter.pk).repeat_count == 2


def triage(scene: Scene, matter: Matter) -> None:
    services.fire_event(
        matter.pk, "triaged", scene.officer_actor, {"priority": "HIGH", "aid_offered": True, "proposed": ["INSPECTION"]}
    )


def test_payments_add_up_and_the_last_one_closes(scene: Scene) -> None:
    matter = file(scene)
    triage(scene, matter)
    services.fire_event(
        matter.pk,
        "paid",
        scene.officer_actor,
        {"amount": "13500", "paid_on": "2026-03-02", "payer": "CONTRACTOR", "payer_name": "云岭第三建工集团"},
    )
    case = WageCase.objects.get(pk=matter.pk)
    assert (case.recovered, case.rate, str(case.first_paid_on)) == (Decimal("13500.00"), "75.00", "2026-03-02")
    outcome = services.fire_event(
        matter.pk, "paid", scene.officer_actor, {"amount": "4500", "paid_on": "2026-03-02", "payer": "DEPOSIT"}
    )
    complete = hooks.of("QXWQ").complete
    assert complete is not None
    complete("paid", outcome, scene.officer_actor)
    matter.refresh_from_db()
    assert matter.state == "RECOVERED"
    assert [(p.payer, p.amount) for p in Payment.objects.filter(matter=matter).order_by("seq")] == [
        ("CONTRACTOR", Decimal("13500.00")), ("DEPOSIT", Decimal("4500.00")),
    ]  # fmt: skip


def test_a_voided_payment_is_not_a_payment(scene: Scene) -> None:
    matter = file(scene)
    triage(scene, matter)
    outcome = services.fire_event(
        matter.pk, "paid", scene.officer_actor, {"amount": "4500", "paid_on": "2026-03-02", "payer": "DEPOSIT"}
    )
    services.fire_event(
        matter.pk, "corrected", scene.head_actor, {"seq": outcome.seq, "void": True, "reason": "录入有误"}
    )
    case = WageCase.objects.get(pk=matter.pk)
    assert case.recovered == 0
    assert not Payment.objects.exists()


def test_constraints_hold_in_the_database(scene: Scene) -> None:
    matter = file(scene)
    for change in ({"owed": 0}, {"recovered": 18001}, {"workers": 0}, {"recovered": -1}, {"employed": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WageCase.objects.filter(pk=matter.pk).update(**change)


def test_inspection_sees_the_matter_it_was_sent_and_enters_its_result(scene: Scene) -> None:
    from xiezhi.kernel.access.subject import of_account

    matter = file(scene)
    triage(scene, matter)
    subject = of_account(scene.inspector)
    assert not policies.may_read(subject, matter)
    services.fire_event(matter.pk, "inspection_referred", scene.officer_actor, {"unit_name": scene.inspection.name})
    matter = Matter.objects.get(pk=matter.pk)
    assert policies.may_read(subject, matter)
    assert "labor_inspection" in policies.actor_for(subject, matter).roles
    assert Notice.objects.filter(account=scene.inspector, template="wages.referral").exists()
    letter = Document.objects.get(matter=matter, title="劳动监察移送函")
    assert "石根生" not in str(letter.frozen)
    assert "最早求助日期为2026年3月2日" in str(letter.frozen)
    services.fire_event(
        matter.pk, "inspection_accepted", policies.actor_for(subject, matter), {"file_no": "东监立〔2026〕3号"}
    )


def test_who_has_nothing_to_do_with_it_reads_nothing(scene: Scene) -> None:
    from xiezhi.kernel.access.subject import of_account

    matter = file(scene, workers=CREW, owed="39000")
    stranger = w.citizen(w.person("别人"))
    assert not policies.may_read(of_account(stranger), matter)
    assert policies.may_read(of_account(scene.worker), matter)
    assert policies.may_read(of_account(scene.officer), matter)


def aid_agency(scene: Scene) -> Any:
    from django.apps import apps

    world_unit = scene.center
    from xiezhi.kernel.units import services as units

    unit = units.create_unit(
        name="云岭省甲东县法律援助中心",
        level="COUNTY",
        kind="INSTITUTION",
        parent=scene.bureau,
        valid_from=w.SINCE,
        demo=True,
    )
    agency = apps.get_model("legal_aid", "AidAgency").objects.create(unit=unit, bureau=scene.bureau)
    assert world_unit.county_id == unit.county_id
    return agency


def test_legal_aid_is_opened_in_the_same_transaction(scene: Scene) -> None:
    agency = aid_agency(scene)
    matter = file(scene, workers=CREW, owed="39000")
    triage(scene, matter)
    services.fire_event(matter.pk, "aid_referred", scene.officer_actor, {"unit_name": agency.unit.name})
    link = MatterLink.objects.get(other=matter, kind="referral")
    aid = link.matter
    assert aid.procedure == "FLYZ"
    assert aid.handling_unit_id == agency.unit_id
    assert aid.facts["first_filed_on"] == "2026-03-02"
    assert aid.facts["hardship_check_waived"] is True
    assert aid.facts["hardship_not_required"] is False
    assert "channel" not in aid.facts or aid.facts["channel"] == "REFER"


def test_legal_aids_decision_is_told_on_the_wage_matter(scene: Scene) -> None:
    agency = aid_agency(scene)
    matter = file(scene)
    triage(scene, matter)
    services.fire_event(matter.pk, "aid_referred", scene.officer_actor, {"unit_name": agency.unit.name})
    aid = MatterLink.objects.get(other=matter, kind="referral").matter
    head = Actor("staff:9", frozenset({"office_head", "case_officer"}), "援助中心负责人")
    services.fire_event(aid.pk, "granted", head, grant_data())
    matter.refresh_from_db()
    assert matter.facts["aid"] == "GRANTED"


def grant_data() -> dict[str, Any]:
    from datetime import date

    from xiezhi.kernel.procedures import registry
    from xiezhi.kernel.procedures.forms import filled

    return filled(registry.get("FLYZ").events["granted"].form, {}, date(2026, 3, 2))


def test_erasing_a_matter_reaches_its_workers() -> None:
    """The persons of a report go with the matter, by the one role that may delete them."""
    from xiezhi import dbroles
    from xiezhi.kernel.procedures import retention

    assert (WageWorker, "matter_id") in retention._FURTHER
    assert WageWorker._meta.db_table in dbroles.eraser_tables()
    with pytest.raises(ValueError, match="eraser_only_delete"):
        retention.forget_also(Payment)
