"""Who must pay: a table of chains with the payers in order and the articles they stand on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xiezhi.kernel.law.citations import resolve
from xiezhi.legal_services.wages.codes import CHAIN, INDUSTRIES
from xiezhi.legal_services.wages.responsibility import Chain, chain_of, payers, purses, sentences

W = "保障农民工工资支付条例 第"
SITE = {"engineering": True, "employer": "甲劳务公司", "contractor": "乙建工集团", "developer": "丙置业公司"}


def chain(*flags: str, **more: object) -> Chain:
    return Chain(**{**SITE, **more, "flags": frozenset(flags)})  # type: ignore[arg-type]


TABLE = [
    (chain(), [("SUBCONTRACTOR", ["30条第1款"]), ("CONTRACTOR", ["30条第3款"])]),
    (chain(contractor=""), [("CONTRACTOR", ["16条"])]),
    (chain(contractor="甲劳务公司"), [("CONTRACTOR", ["16条"])]),
    (chain("TRANSFERRED"), [("SUBCONTRACTOR", ["30条第1款"]), ("CONTRACTOR", ["30条第3款", "30条第4款"])]),
    (chain("PROJECT_MONEY_UNPAID"), [("SUBCONTRACTOR", ["30条第1款"]), ("CONTRACTOR", ["30条第3款"]), ("DEVELOPER", ["29条第2款"])]),
    (chain("ILLEGAL_PROJECT"), [("DEVELOPER", ["37条"]), ("SUBCONTRACTOR", ["30条第1款"]), ("CONTRACTOR", ["30条第3款"])]),
    (chain("LENT_LICENSE"), [("SUBCONTRACTOR", ["36条第2款", "19条第2款"]), ("CONTRACTOR", ["30条第3款"])]),
    (chain("LENT_LICENSE", contractor=""), [("CONTRACTOR", ["36条第2款"])]),
    (chain("TO_PERSON"), [("SUBCONTRACTOR", ["18条", "30条第1款"]), ("CONTRACTOR", ["30条第3款"])]),
    (chain("TO_PERSON", contractor=""), [("CONTRACTOR", ["36条第1款"])]),
    (chain("TO_PERSON", agent=True, employer="包工头"), [("CONTRACTOR", ["36条第1款"]), ("LABOR_AGENT", [])]),
    (chain(agent=True, contractor=""), [("DEVELOPER", ["36条第1款"]), ("LABOR_AGENT", [])]),
    (chain("ILLEGAL_PROJECT", agent=True), [("DEVELOPER", ["37条"]), ("CONTRACTOR", ["36条第1款"]), ("LABOR_AGENT", [])]),
    (chain("INVESTOR_OWNED"), [("SUBCONTRACTOR", ["30条第1款"]), ("CONTRACTOR", ["30条第3款"]), ("INVESTOR", ["20条"])]),
    (chain("INVESTOR_OWNED", engineering=False), [("EMPLOYER", ["16条"]), ("INVESTOR", ["20条"])]),
    (chain(engineering=False), [("EMPLOYER", ["16条"])]),
    (chain("DISPATCHED", engineering=False, contractor="丁食品厂"), [("EMPLOYER", ["18条", "16条"])]),
    (chain("LENT_LICENSE", engineering=False), [("EMPLOYER", ["19条第2款", "16条"])]),
    (chain("TO_PERSON", engineering=False), [("EMPLOYER", ["19条第1款", "16条"])]),
    (chain("TRANSFERRED", "PROJECT_MONEY_UNPAID", "TO_PERSON"),
     [("SUBCONTRACTOR", ["18条"]), ("CONTRACTOR", ["30条第3款", "30条第4款"]), ("DEVELOPER", ["29条第2款"])]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "wanted"), TABLE, ids=[str(i) for i in range(len(TABLE))])
def test_payers_in_order(given: Chain, wanted: list[tuple[str, list[str]]]) -> None:
    found = payers(given)
    assert [p.who for p in found] == [who for who, _ in wanted]
    assert [p.order for p in found] == list(range(1, len(found) + 1))
    for payer, (_, articles) in zip(found, wanted, strict=True):
        for article in articles:
            assert W + article in payer.basis, payer


@pytest.mark.parametrize("flag", [*CHAIN, "NONE"])
@pytest.mark.parametrize("engineering", [True, False])
@pytest.mark.parametrize("agent", [True, False])
def test_somebody_always_pays_and_every_article_exists(flag: str, engineering: bool, agent: bool) -> None:
    for names in ({}, SITE):
        found = payers(Chain(**{**names, "engineering": engineering, "agent": agent, "flags": frozenset({flag})}))  # type: ignore[arg-type]
        assert found
        for payer in found:
            assert payer.said.endswith("。")
            assert len(payer.said) < 90
            assert resolve(payer.basis)
    for said, basis in purses(chain()):
        assert said and resolve(basis)


def test_the_developer_advances_no_more_than_it_owes() -> None:
    found = payers(chain("PROJECT_MONEY_UNPAID", unpaid_project_money=Decimal("500000")))
    assert found[-1].who == "DEVELOPER"
    assert found[-1].limit == Decimal("500000")
    assert "500,000.00" in found[-1].said
    nothing = payers(chain("PROJECT_MONEY_UNPAID", unpaid_project_money=Decimal(0)))
    assert "DEVELOPER" not in [p.who for p in nothing]


def test_from_the_facts_of_a_matter() -> None:
    facts = {
        "industry": "BUILDING",
        "employer_name": "甲劳务公司",
        "contractor_name": "乙建工集团",
        "chain": ["TRANSFERRED"],
    }
    found = payers(chain_of(facts))
    assert [p.name for p in found] == ["甲劳务公司", "乙建工集团"]
    assert all("第30条" in line for line in sentences(found))
    for industry in INDUSTRIES:
        assert payers(chain_of({"industry": industry, "employer_name": "甲"}))
