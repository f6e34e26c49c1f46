"""Subsidies from rates to payment, peer review, duty rotas and penalties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.legal_services.legal_aid import duty, offers, payments, providers, quality
from xiezhi.legal_services.legal_aid.models import (
    AidCase,
    AidProvider,
    DutyShift,
    PaymentList,
    ProviderPenalty,
    SubsidyItem,
)
from xiezhi.legal_services.legal_aid.sheet import SHEET
from xiezhi.legal_services.legal_aid.subsidy import Done, Rate, calculate, default_rates


def test_rates_are_dated_and_steps_are_told() -> None:
    rates = [
        Rate("CIVIL_CASE", "WHOLE", date(2022, 1, 1), Decimal(1500)), Rate("CIVIL_CASE", "WHOLE", date(2026, 1, 1), Decimal(1800)),
        Rate("CIVIL_CASE", "EXTRA_RECIPIENT", date(2022, 1, 1), Decimal(200)), Rate("TRAVEL", "PER_KM", date(2022, 1, 1), Decimal(1)),
    ]  # fmt: skip
    assert calculate(Done("CIVIL", date(2025, 12, 31)), rates).amount == Decimal("1500.00")
    found = calculate(
        Done("CIVIL", date(2026, 1, 1), recipients=3, kilometers=Decimal("12.5"), expenses=Decimal("30")), rates
    )
    assert found.amount == Decimal("2242.50")
    assert [x.title for x in found.lines] == ["全案", "增加的受援人（每人）", "公务路程（每公里）", "凭票直接费用"]
    assert calculate(Done("CIVIL", date(2026, 1, 1), share=Decimal("0.5")), rates).amount == Decimal("900.00")
    assert calculate(Done("CRIMINAL", date(2026, 1, 1), ("TRIAL",)), rates).missing == ("一审",)
    assert calculate(
        Done("CRIMINAL", date(2026, 1, 1), ("INVESTIGATION", "PROSECUTION")), default_rates()
    ).amount == Decimal("2000.00")


def _closed(world: World, freeze: Callable[[str], None], provider: AidProvider) -> Matter:
    matter = world.granted(world.citizen())
    made = offers.ask(matter.pk, provider.pk, world.officer)
    offers.answer(made.pk, True, f"account:{provider.pk}")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("met", {"contract_signed": True}),
        ("ended", {"outcome": "WON", "recovered": "23600", "wages_recovered": "23600"}),
        ("file_submitted", {"result_paper": "AWARD", "result_copy": True, "report": "支持全部请求。"}), ("file_accepted", {}),
    ]  # fmt: skip
    for event, data in steps:
        world.fire(matter, event, data)
    return Matter.objects.get(pk=matter.pk)


def test_from_the_closed_file_to_the_paid_list(world: World, freeze: Callable[[str], None]) -> None:
    one = world.lawyer()
    matter = _closed(world, freeze, one)
    item = payments.fix(matter, world.officer, travel=payments.Travel(kilometers=Decimal(20)))
    assert item.amount == Decimal("1220.00")
    assert item.due_on is not None
    made = payments.make_list(world.unit, date(2026, 5, 1), world.officer)
    with pytest.raises(Refused, match="编制人不能批准"):
        payments.approve_list(made.pk, world.officer)
    with pytest.raises(Refused, match="还没有批准"):
        payments.pay_list(made.pk, world.head, date(2026, 5, 12))
    payments.approve_list(made.pk, world.head)
    text = payments.to_csv(made).decode("utf-8-sig")
    assert "1220.00" in text and "免征增值税" in text and "梁秋禾" not in text
    book = load_workbook(BytesIO(payments.to_xlsx(made)))
    sheet = book.active
    assert sheet is not None and sheet["F3"].value == 1220
    paid, refused = payments.pay_list(made.pk, world.head, date(2026, 5, 12))
    assert refused == [] and paid.state == PaymentList.PAID
    case = AidCase.objects.get(pk=matter.pk)
    assert (case.paid_on, case.subsidy, case.wages) == (date(2026, 5, 12), Decimal("1220.00"), Decimal("23600.00"))
    assert Matter.objects.get(pk=matter.pk).state == "PAID"
    _again, refused = payments.pay_list(made.pk, world.head, date(2026, 5, 12))
    assert refused == [] and SubsidyItem.objects.count() == 1


def test_two_peers_of_other_firms_score_and_the_provider_answers(world: World, freeze: Callable[[str], None]) -> None:
    firm = world.firm("甲所")
    one, branch = world.lawyer(firm=firm), world.lawyer(firm=world.firm("甲所分所", head=firm))
    matter = _closed(world, freeze, one)
    with pytest.raises(Refused, match="找不到两名"):
        quality.draw_reviews(world.unit.pk, date(2026, 5, 1), date(2026, 6, 1), 1, "2026-05")
    same, third = world.firm("乙所"), world.firm("丙所")
    pool = [world.lawyer(firm=same), world.lawyer(firm=same), world.lawyer(firm=third)]
    made = quality.draw_reviews(world.unit.pk, date(2026, 5, 1), date(2026, 6, 1), 1, "2026-05")
    chosen = {r.reviewer_id for r in made}
    assert len(chosen) == 2 and chosen <= {p.pk for p in pool} and branch.pk not in chosen
    assert len({r.reviewer.firm_id for r in made}) == 2
    full = {i.code: i.points for i in SHEET}
    with pytest.raises(Refused) as caught:
        quality.score(made[0].pk, made[0].reviewer, {**full, "FACTS": 99}, "很好")
    assert caught.value.problems[0].field == "FACTS"
    quality.score(made[0].pk, made[0].reviewer, full, "很好")
    assert AidCase.objects.get(pk=matter.pk).quality is None
    quality.score(made[1].pk, made[1].reviewer, {**full, "FACTS": 5}, "证据少")
    assert AidCase.objects.get(pk=matter.pk).quality == 93  # (100 + 85) / 2, half a point up
    with pytest.raises(Refused):
        quality.reply(made[1].pk, pool[0], "x")
    answered = quality.reply(made[1].pk, one, "已补充证据目录")
    assert quality.reply_of(answered) == "已补充证据目录" and quality.remarks_of(answered) == "证据少"


def test_the_rota_is_fair_and_leaves_stopped_lawyers_out(world: World) -> None:
    people = [world.lawyer() for _ in range(3)]
    providers.record_penalty(people[0], ProviderPenalty.STOP, date(2026, 5, 1), date(2026, 8, 1), world.head)
    made = duty.fill(world.unit, "COURT", date(2026, 5, 18), date(2026, 5, 29), world.officer)
    counts = {p.pk: sum(s.provider_id == p.pk for s in made) for p in people}
    assert counts[people[0].pk] == 0 and counts[people[1].pk] == counts[people[2].pk] == 5
    with pytest.raises(Refused, match="停止执业"):
        duty.plan_shift(world.unit, people[0], "AGENCY", date(2026, 5, 20))
    with pytest.raises(Refused, match="已有值班"):
        duty.plan_shift(
            world.unit,
            people[1],
            "AGENCY",
            made[0].valid_from if made[0].provider_id == people[1].pk else made[1].valid_from,
        )
    with pytest.raises(Refused, match="还没有到"):
        duty.record_shift(made[0], consulted=1, helped=1, witnessed=0)


def test_a_stop_penalty_takes_offers_duty_and_tells_the_head(world: World) -> None:
    one, two = world.lawyer(), world.lawyer()
    matter = world.granted()
    offers.ask(matter.pk, one.pk, world.officer)
    duty.plan_shift(world.unit, one, "COURT", date(2026, 5, 20))
    providers.record_penalty(
        one, ProviderPenalty.STOP, date(2026, 5, 12), date(2026, 8, 12), world.head, doc_no="临司罚〔2026〕1号"
    )
    waiting = offers.open_offer(matter.pk)
    assert waiting is not None and waiting.provider_id == two.pk
    assert DutyShift.objects.get(provider=one).state == DutyShift.CANCELLED
