"""谁来付: who must pay the wages along the chain, in order, with the article and one sentence for the worker. Pure.

Source: 保障农民工工资支付条例 16 to 21, 26 to 37. The order is: who hired, who stands above it on the site, whose money
is still owed, who owns the hirer; and the purses that exist for wages alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xiezhi.kernel.procedures.common import cite

from .citations import W, joined
from .codes import ENGINEERING

__all__ = ["Chain", "Payer", "chain_of", "payers", "purses", "sentences"]


CONTRACT_LAW_94 = cite("劳动合同法", 94)


@dataclass(frozen=True)
class Chain:
    """The chain of a job as far as it is known. Names are empty where nobody knows them.

    `employer` hired the worker; on a building site it is the subcontractor (or the general contractor itself, then
    `contractor` repeats it or is empty); `agent` says that `employer` is a person (包工头). `flags` are codes of CHAIN. `unpaid_project_money` is what the developer still
    owes the general contractor, None when it is not known.
    """

    engineering: bool
    employer: str = ""
    contractor: str = ""
    developer: str = ""
    agent: bool = False
    flags: frozenset[str] = field(default_factory=frozenset)
    unpaid_project_money: Decimal | None = None


@dataclass(frozen=True)
class Payer:
    """One who must pay. `order` 1 pays first. `who` is a code of PAYERS; `limit` says up to how much, None for all."""

    order: int
    who: str
    name: str
    said: str
    basis: str
    limit: Decimal | None = None
    recourse: bool = False


def chain_of(facts: Mapping[str, Any]) -> Chain:
    """The chain from the facts of a wage matter."""
    money = facts.get("unpaid_project_money")
    return Chain(
        engineering=facts.get("industry") in ENGINEERING, employer=str(facts.get("employer_name") or ""),
        contractor=str(facts.get("contractor_name") or ""), developer=str(facts.get("developer_name") or ""),
        agent=bool(facts.get("employer_person")), flags=frozenset(facts.get("chain") or ()),
        unpaid_project_money=Decimal(str(money)) if money not in (None, "") else None,
    )  # fmt: skip


class _List:
    """Payers in order; nobody is named twice for the same part."""

    def __init__(self) -> None:
        self.found: list[Payer] = []

    def add(
        self, who: str, name: str, said: str, basis: str, limit: Decimal | None = None, *, recourse: bool = False
    ) -> None:
        known = [p for p in self.found if p.who == who]
        if known:
            index = self.found.index(known[0])
            old = known[0]
            if basis not in old.basis:
                self.found[index] = Payer(
                    old.order,
                    who,
                    old.name,
                    f"{old.said}{said}",
                    joined(old.basis, basis),
                    old.limit,
                    old.recourse or recourse,
                )
            return
        self.found.append(Payer(len(self.found) + 1, who, name, said, basis, limit, recourse))


def payers(chain: Chain) -> list[Payer]:
    """Everybody who must pay, the first to ask first. Empty only when nothing at all is known of the chain."""
    out = _List()
    if chain.engineering:
        _site(chain, out)
    else:
        _elsewhere(chain, out)
    if "INVESTOR_OWNED" in chain.flags:
        out.add("INVESTOR", "", "用人单位是合伙、独资或者个体户，它不付的，出钱开办的人自己付。", W(20))
    return out.found


def _site(chain: Chain, out: _List) -> None:
    flags = chain.flags
    contractor, developer = chain.contractor or "施工总承包单位", chain.developer or "建设单位"
    employer = chain.employer or "招你干活的单位"
    if "ILLEGAL_PROJECT" in flags:
        out.add("DEVELOPER", developer, f"这个工程是违法建的，工资由建设单位（{developer}）来付。", W(37))
    if chain.agent:
        _hired_by_person(chain, out, contractor, developer)
    elif chain.contractor and chain.contractor != chain.employer:
        _under_contractor(flags, out, employer, contractor)
    else:
        _by_contractor(flags, out, chain.contractor or employer)
    if "TRANSFERRED" in flags:
        out.add("CONTRACTOR", contractor, f"工程转包了也一样，由总包（{contractor}）先给。", W(30, 4), recourse=True)
    money = chain.unpaid_project_money
    if (money is not None and money > 0) or (money is None and "PROJECT_MONEY_UNPAID" in flags):
        upto = f"最多到没结清的工程款{money:,.2f}元为止" if money is not None else "以没结清的工程款为限"
        out.add("DEVELOPER", developer, f"建设单位（{developer}）没有按时给工程款，要先垫上，{upto}。", W(29, 2), money)


def _hired_by_person(chain: Chain, out: _List, contractor: str, developer: str) -> None:
    """A labor agent hired: whoever gave the work to the person pays; the agent answers too."""
    if chain.contractor or not chain.developer:
        out.add("CONTRACTOR", contractor, f"{contractor}把活包给了个人（包工头），由它来付。", W(36, 1), recourse=True)
    else:
        out.add("DEVELOPER", developer, f"{developer}把活直接包给了个人（包工头），由它来付。", W(36, 1))
    out.add("LABOR_AGENT", chain.employer, "包工头自己也跑不了，可以和发包的单位一起要他赔。", CONTRACT_LAW_94)


def _under_contractor(flags: frozenset[str], out: _List, employer: str, contractor: str) -> None:
    """A subcontractor hired, a general contractor stands above it."""
    if "LENT_LICENSE" in flags:
        out.add(
            "SUBCONTRACTOR",
            employer,
            f"{employer}把资质、名义借给别人干活，借出名义的单位来付。",
            joined(W(36, 2), W(19, 2)),
        )
    elif "TO_PERSON" in flags:
        out.add(
            "SUBCONTRACTOR",
            employer,
            f"{employer}用了包工头招来的人，还是它来付。",
            joined(W(18), W(30, 1)),
            recourse=True,
        )
    else:
        out.add("SUBCONTRACTOR", employer, f"{employer}招你们干活，工资首先由它付。", W(30, 1))
    out.add(
        "CONTRACTOR", contractor, f"分包没给的，总包（{contractor}）先给你们，再去找分包算账。", W(30, 3), recourse=True
    )


def _by_contractor(flags: frozenset[str], out: _List, name: str) -> None:
    """The general contractor hired itself, or the only firm known is taken as the one that answers on the site."""
    if "LENT_LICENSE" in flags:
        out.add("CONTRACTOR", name, f"{name}把资质借给别人干，借出资质的单位来付。", W(36, 2))
    elif "TO_PERSON" in flags:
        out.add("CONTRACTOR", name, f"{name}把活包给了个人或者没有资格的单位，由它来付。", W(36, 1), recourse=True)
    else:
        out.add("CONTRACTOR", name, f"{name}在这个工地上招你们干活，工资由它付。", W(16))


def _elsewhere(chain: Chain, out: _List) -> None:
    flags = chain.flags
    employer = chain.employer or "招你干活的单位"
    if "DISPATCHED" in flags:
        user = chain.contractor or employer
        out.add(
            "EMPLOYER",
            user,
            f"你是由个人或者没有许可的单位派去的，用你干活的单位（{user}）来付。",
            W(18),
            recourse=True,
        )
    elif "LENT_LICENSE" in flags:
        out.add("EMPLOYER", employer, f"{employer}把名义借给别人做生意，借出名义的单位来付。", W(19, 2), recourse=True)
    elif chain.agent or "TO_PERSON" in flags:
        giver = chain.contractor or ("把活包出来的单位" if chain.agent else employer)
        out.add(
            "EMPLOYER",
            giver,
            f"{giver}把活包给了个人或者没有资格的单位，可以依法要它付。",
            joined(W(19, 1), CONTRACT_LAW_94),
        )
        if chain.agent:
            out.add("LABOR_AGENT", chain.employer, "招你干活的包工头自己也要付。", CONTRACT_LAW_94)
            return
    out.add("EMPLOYER", employer, f"{employer}招你干活，欠的工资由它付。", W(16))


def purses(chain: Chain) -> list[tuple[str, str]]:
    """Money that exists for wages alone: (sentence, article)."""
    if not chain.engineering:
        return []
    return [
        (
            "总包要开农民工工资专用账户，每月至少打一次人工费，里面的钱只能发工资，别人的债不能冻结。",
            joined(W(24, 2), W(26, 1), W(33)),
        ),
        ("总包还交了工资保证金（或者银行保函），专门用来付被欠的工资。", joined(W(32, 1), W(33))),
        ("甲乙双方为质量、造价吵架，也不能拿你们的工资说事。", W(35)),
        ("没欠工资并公示30日，专用账户才能注销。", W(27, 2)),
    ]


def sentences(found: Iterable[Payer]) -> list[str]:
    """For letters and receipts: one line each."""
    return [f"{p.said.rstrip('。')}（{_short(p.basis)}）" for p in found]


def _short(basis: str) -> str:
    return "、".join(part.split(" ", 1)[1] if " " in part else part for part in basis.split("；"))
