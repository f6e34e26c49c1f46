"""The pages: the agency's desk, the lawyer's desk, the recipient's panel, the organ's notice; and nobody else's eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.kernel import world as kernel
from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.access.models import Account, ReadingLog
from xiezhi.kernel.procedures.models import Matter
from xiezhi.legal_services.legal_aid import offers, payments, quality
from xiezhi.legal_services.legal_aid.models import (
    AidCase,
    AidHearing,
    AidProvider,
    DutyShift,
    OfferAnswer,
    PaymentList,
    QualityReview,
)
from xiezhi.legal_services.legal_aid.sheet import SHEET


@pytest.fixture
def visit(world: World) -> Callable[[Account], Client]:
    def enter(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client

    return enter


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


Enter = Callable[[Account], Client]


def _mine(world: World, matter: Matter) -> Account:
    """The account of the matter's own officer."""
    return next(a for a in world.accounts.values() if a.staff_id == matter.handler_id)


def _appointed(world: World) -> tuple[Matter, AidProvider]:
    lawyer = world.lawyer("顾言蹊")
    matter = world.granted()
    made = offers.ask(matter.pk, lawyer.pk, world.officer)
    assert lawyer.account is not None
    offers.answer(made.pk, True, f"account:{lawyer.account.uid}")
    return Matter.objects.get(pk=matter.pk), lawyer


def test_the_panel_asks_with_one_click_and_tells_why_not_others(world: World, visit: Enter) -> None:
    one = world.lawyer("顾言蹊")
    world.lawyer("秦望舒", capacity=0)
    matter = world.granted()
    officer = visit(_mine(world, matter))
    page = text_of(officer.get(f"/desk/m/{matter.public_id}/"))
    assert "顾言蹊" in page and "没有列入的1人及原因" in page and "已满" in page
    home = text_of(officer.get("/desk/aid/"))
    assert "征询首位" in home and "梁秋禾" in home
    officer.post(f"/desk/aid/m/{matter.public_id}/ask/", {"provider": str(one.pk)})
    page = text_of(officer.get(f"/desk/m/{matter.public_id}/"))
    assert "正在征询顾言蹊" in page and "还剩24小时" in page
    officer.post(f"/desk/aid/m/{matter.public_id}/answer/", {"answer": "accept"})
    assert Matter.objects.get(pk=matter.pk).state == "APPOINTED"
    assert "顾言蹊" in text_of(officer.get(f"/desk/m/{matter.public_id}/"))


def test_nobody_else_at_the_desk_can_ask(world: World, visit: Enter) -> None:
    one = world.lawyer()
    matter = world.granted()
    other = next(
        a for n, a in world.accounts.items() if n.startswith("case_officer") and a.staff_id != matter.handler_id
    )
    elsewhere = kernel.account(
        kernel.staff("外人", world.base["甲西县局"], kernel.post("elsewhere", "office_head", "case_officer"))
    )
    for account in (other, elsewhere, world.accounts["counter_clerk"]):
        answer = visit(account).post(f"/desk/aid/m/{matter.public_id}/ask/", {"provider": str(one.pk)})
        assert answer.status_code in (403, 404)
    assert visit(elsewhere).get("/desk/aid/").status_code == 404


def test_a_lawyer_answers_works_and_closes(world: World, visit: Enter) -> None:
    lawyer = world.lawyer("顾言蹊")
    matter = world.granted()
    made = offers.ask(matter.pk, lawyer.pk, world.officer)
    assert lawyer.account is not None
    client = visit(lawyer.account)
    home = text_of(client.get("/lawyer/"))
    assert "等您答复" in home and "还剩24小时" in home
    assert "梁秋禾" not in home, "before accepting, nobody is named"
    assert client.get(f"/lawyer/m/{matter.public_id}/").status_code == 404
    refused = client.post(f"/lawyer/offers/{made.pk}/", {"answer": "refuse"}, follow=True)
    assert "请选择不接受的理由" in text_of(refused)
    taken = client.post(f"/lawyer/offers/{made.pk}/", {"answer": "accept"})
    assert taken.headers["Location"] == f"/lawyer/m/{matter.public_id}/"
    page = text_of(client.get(f"/lawyer/m/{matter.public_id}/"))
    for words in ("梁秋禾", "139", "望江路18号", "临川宏远建筑有限公司", "会见受援人", "法律援助指派通知书"):
        assert words in page
    assert ReadingLog.objects.filter(matter_id=matter.pk, account=lawyer.account).exists()
    client.post(
        f"/lawyer/m/{matter.public_id}/date/", {"kind": "HEARING", "at": "2026-06-01T09:30", "place": "第二仲裁庭"}
    )
    assert AidHearing.objects.get(matter=matter).place == "第二仲裁庭"
    assert "第二仲裁庭" in text_of(client.get("/lawyer/calendar/"))
    met = client.get(f"/my/{matter.public_id}/e/met/")
    assert met.status_code == 200, "the steps themselves are the procedure's own pages"
    stranger = visit(world.lawyer().account or world.citizen())
    assert stranger.get(f"/lawyer/m/{matter.public_id}/").status_code == 404
    assert stranger.post(f"/lawyer/offers/{made.pk}/", {"answer": "accept"}).status_code == 404


def test_the_recipient_sees_who_helps_and_how_to_reach_them(world: World, visit: Enter) -> None:
    matter, lawyer = _appointed(world)
    account = Account.objects.get(person__name="梁秋禾")
    client = visit(account)
    page = text_of(client.get(f"/my/{matter.public_id}/"))
    assert "我的律师" in page and "顾言蹊" in page and str(lawyer.person.phone) in page
    assert "请求更换律师" in page and "投诉" in page
    assert client.get("/lawyer/").status_code in (403, 404)


def test_an_abused_persons_address_is_for_the_provider_alone(world: World, visit: Enter) -> None:
    lawyer = world.lawyer("白砚")
    account = world.citizen("苗知微")
    matter = world.file(account, claim="ABUSE", kind="CIVIL", matter_type="FAMILY", groups=[], hide_address=True,
                        safe_contact="只打手机", other_party=[{"name": "苗某某"}])  # fmt: skip
    assert matter.parties_line == "苗某"
    world.fire(matter, "granted", {"competent": True, "in_scope": True})
    offers.ask(matter.pk, lawyer.pk, world.officer)
    assert lawyer.account is not None
    home = text_of(visit(lawyer.account).get("/lawyer/"))
    assert "望江路" not in home and "苗知微" not in home
    waiting = offers.open_offer(matter.pk)
    assert waiting is not None
    offers.answer(waiting.pk, True, f"account:{lawyer.account.uid}")
    page = text_of(visit(lawyer.account).get(f"/lawyer/m/{matter.public_id}/"))
    assert "住址保密" in page and "只打手机" in page
    queue = text_of(visit(world.accounts["office_head"]).get("/desk/?view=unit"))
    assert "苗知微" not in queue


def test_the_counter_registers_and_is_told_of_a_repeat(world: World, visit: Enter) -> None:
    clerk = visit(world.accounts["counter_clerk"])
    page = text_of(clerk.get("/desk/aid/filing/"))
    assert "不需要申请人开具任何经济困难证明" in page
    form = {
        "channel": "HALL", "applied_by": "SELF", "applicant.name": "庄望山", "applicant.mobile": "13912345678", "kind": "LABOR",
        "matter_type": "LABOR", "claim": "PAY", "groups": ["MIGRANT_WORKER"], "status_proof": "SHOWN", "facts_reasons": "欠薪",
        "applicant.id_type": "ID", "applicant.id_no": "", "request_key": "k1",
    }  # fmt: skip
    bad = clerk.post("/desk/aid/filing/", {**form, "applicant.name": ""})
    assert bad.status_code == 422 and "请填写申请人的姓名" in text_of(bad)
    done = clerk.post("/desk/aid/filing/", form)
    assert done.status_code == 302, text_of(done)[:2000]
    matter = Matter.objects.get(procedure="FLYZ")
    assert matter.channel == "HALL" and matter.parties_line == "庄望山"


def test_an_organ_notifies_from_its_own_account(world: World, visit: Enter) -> None:
    post = kernel.post("aid-notify", "aid_notifier", "respondent_handler")
    account = kernel.account(kernel.staff("祁正则", world.court, post))
    client = visit(account)
    page = text_of(client.get("/desk/aid/notify/"))
    assert world.court.name in page
    assert 'name="case_organ"' not in page, "its own name is not asked"
    form = {
        "notice_kind": "MUST", "notice_ground": "MINOR", "stage": "TRIAL", "charge": "盗窃", "recipient.name": "高小舟",
        "found_on.y": "2026", "found_on.m": "5", "found_on.d": "10", "request_key": "n1",
    }  # fmt: skip
    done = client.post("/desk/aid/notify/", form)
    assert done.status_code == 302, text_of(done)[:2000]
    matter = Matter.objects.get(procedure="FLYZ")
    assert (matter.state, matter.handling_unit_id) == ("NOTICE_RECEIVED", world.unit.pk)
    assert visit(world.accounts["case_officer"]).get("/desk/aid/notify/").status_code == 403


def test_the_roll_the_rota_and_a_penalty(world: World, visit: Enter) -> None:
    head = visit(world.accounts["office_head"])
    from tests.legal_services.legal_aid.world import id_number

    form = {
        "name": "夏青禾", "id_no": id_number(77), "phone": "13912345671", "kind": "LAWYER", "license_no": "19901202010123456",
        "firm": "东岭新所", "practice_since": "2018-06-01", "specialisms": ["LABOR"], "capacity": "5",
    }  # fmt: skip
    wrong = head.post("/desk/aid/providers/new/", {**form, "license_no": ""})
    assert wrong.status_code == 422 and "执业证号" in text_of(wrong)
    done = head.post("/desk/aid/providers/new/", form)
    assert done.status_code == 302, text_of(done)[:1500]
    provider = AidProvider.objects.get(license_no="19901202010123456")
    assert "夏青禾" in text_of(head.get("/desk/aid/providers/"))
    head.post(
        "/desk/aid/rota/", {"fill": "1", "first": "2026-05-18", "last": "2026-05-22", "place": "AGENCY", "site": ""}
    )
    assert DutyShift.objects.filter(provider=provider).count() == 5
    assert "夏青禾" in text_of(head.get("/desk/aid/rota/?week=2026-05-18"))
    head.post(
        f"/desk/aid/providers/{provider.pk}/",
        {"do": "penalty", "penalty_kind": "STOP", "valid_from": "2026-05-20", "valid_to": "2026-08-20"},
    )
    assert DutyShift.objects.filter(provider=provider, state=DutyShift.PLANNED).count() == 2
    assert "停止执业" in text_of(head.get(f"/desk/aid/providers/{provider.pk}/"))


def test_a_list_is_made_approved_exported_and_paid_on_pages(world: World, visit: Enter) -> None:
    matter, _lawyer = _appointed(world)
    for event, data in (
        ("met", {"contract_signed": True}), ("ended", {"outcome": "WON"}),
        ("file_submitted", {"result_paper": "AWARD", "result_copy": True, "report": "支持。"}), ("file_accepted", {}),
    ):  # fmt: skip
        world.fire(matter, event, data)
    officer = visit(_mine(world, Matter.objects.get(pk=matter.pk)))
    assert "按标准核定1,200元" in text_of(officer.get(f"/desk/m/{matter.public_id}/"))
    officer.post(f"/desk/aid/m/{matter.public_id}/subsidy/", {"kilometers": "10"})
    assert "1,210元" in text_of(officer.get("/desk/aid/subsidies/"))
    made = officer.post("/desk/aid/subsidies/")
    found = PaymentList.objects.get()
    assert made.headers["Location"] == f"/desk/aid/subsidies/{found.pk}/"
    assert officer.get(f"/desk/aid/subsidies/{found.pk}/export/").status_code == 404
    assert officer.post(f"/desk/aid/subsidies/{found.pk}/", {"approve": "1"}).status_code == 404
    head = visit(world.accounts["office_head"])
    head.post(f"/desk/aid/subsidies/{found.pk}/", {"approve": "1"})
    assert head.get(f"/desk/aid/subsidies/{found.pk}/export/").headers["Content-Type"].startswith("application/vnd")
    assert "夏" not in text_of(head.get(f"/desk/aid/subsidies/{found.pk}/export/?as=csv"))
    head.post(f"/desk/aid/subsidies/{found.pk}/", {"pay": "1", "paid_on": "2026-05-12"})
    assert AidCase.objects.get(pk=matter.pk).paid_on == date(2026, 5, 12)
    assert payments.rates(world.unit.prov_id)
    head.post(
        "/desk/aid/subsidies/rates/",
        {"kind": "CIVIL_CASE", "stage": "WHOLE", "valid_from": "2026-06-01", "amount": "2000"},
    )
    assert "2,000元" in text_of(head.get("/desk/aid/subsidies/rates/"))


def test_a_peer_scores_on_the_page_without_learning_whose_file_it_is(world: World, visit: Enter) -> None:
    matter, lawyer = _appointed(world)
    for event, data in (
        ("met", {"contract_signed": True}), ("ended", {"outcome": "WON"}),
        ("file_submitted", {"result_paper": "AWARD", "result_copy": True, "report": "支持。"}), ("file_accepted", {}),
    ):  # fmt: skip
        world.fire(matter, event, data)
    peers = [world.lawyer(f"同行{n}") for n in range(2)]
    head = visit(world.accounts["office_head"])
    head.post("/desk/aid/quality/", {"month": "2026-05", "number": "1"})
    rows = list(QualityReview.objects.select_related("reviewer__account").order_by("place"))
    assert {r.reviewer_id for r in rows} == {p.pk for p in peers}
    for row in rows:
        assert row.reviewer.account is not None
        client = visit(row.reviewer.account)
        page = text_of(client.get(f"/lawyer/reviews/{row.pk}/"))
        assert "梁秋禾" not in page and "顾言蹊" not in page
        scores = {i.code: str(i.points - 1) for i in SHEET}
        assert client.post(f"/lawyer/reviews/{row.pk}/", {**scores, "FACTS": "30"}).status_code == 422
        assert client.post(f"/lawyer/reviews/{row.pk}/", {**scores, "remarks": "规范"}).status_code == 302
    assert AidCase.objects.get(pk=matter.pk).quality == 92
    assert lawyer.account is not None
    own = visit(lawyer.account)
    assert "规范" in text_of(own.get("/lawyer/reviews/"))
    own.post(f"/lawyer/reviews/{rows[0].pk}/reply/", {"text": "谢谢"})
    assert quality.reply_of(QualityReview.objects.get(pk=rows[0].pk)) == "谢谢"
    assert own.get(f"/lawyer/reviews/{rows[0].pk}/").status_code == 404, "one's own file is scored by others"
    assert "92" in text_of(head.get("/desk/aid/quality/"))


def test_figures_count_what_happened(world: World, visit: Enter) -> None:
    from xiezhi.kernel.datasets import rollup

    _appointed(world)
    rollup.rebuild()
    page = text_of(visit(world.accounts["office_head"]).get("/desk/figures/?board=FLYZ"))
    assert "收到申请和通知" in page and "3日内指派" in page and "100.0" in page
    rows = visit(world.accounts["office_head"]).get("/desk/figures/rows/", {"board": "FLYZ", "metric": "granted", "unit": str(world.unit.pk), "from": "2026-05-01", "to": "2026-06-01"})  # fmt: skip
    assert rows.status_code in (200, 404)
    assert OfferAnswer.objects.count() == 1
