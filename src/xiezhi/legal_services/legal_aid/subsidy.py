"""补贴: how much for what, from dated rates and the steps that were done (法律援助法 第52条). Pure but for reading rates.

Subsidies are free of value added tax and of personal income tax, so what is calculated is what is paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

__all__ = [
    "DEFAULT_RATES",
    "KIND_OF",
    "STAGE_TITLES",
    "TAX_NOTE",
    "Done",
    "Line",
    "Rate",
    "Result",
    "calculate",
    "rate_on",
]

TAX_NOTE = "法律援助补贴免征增值税和个人所得税（法律援助法 第52条）。"
WHOLE = "WHOLE"
STAGE_TITLES: Mapping[str, str] = {
    WHOLE: "全案", "INVESTIGATION": "侦查阶段", "PROSECUTION": "审查起诉阶段", "TRIAL": "一审", "SECOND_TRIAL": "二审",
    "REVIEW": "死刑复核", "ARBITRATION": "劳动仲裁", "EXECUTION": "执行", "EXTRA_RECIPIENT": "增加的受援人（每人）",
    "PER_KM": "公务路程（每公里）", "PER_DAY": "异地办案（每日）", "SHIFT": "值班（每日）", "NOT_BEGUN": "已会见、未进入程序",
}  # fmt: skip
KIND_OF: Mapping[str, str] = {
    "CIVIL": "CIVIL_CASE", "ADMIN": "CIVIL_CASE", "STATE_COMPENSATION": "CIVIL_CASE", "LABOR": "CIVIL_CASE",
    "CRIMINAL": "CRIMINAL_CASE", "NON_LITIGATION": "NON_LITIGATION",
}  # fmt: skip
"""Kind of the matter → kind of service for which the province sets a rate."""

_SINCE = date(2022, 1, 1)
DEFAULT_RATES: Sequence[tuple[str, str, Decimal]] = tuple(
    (kind, stage, Decimal(amount))
    for kind, stage, amount in (
        ("CIVIL_CASE", WHOLE, 1500), ("CIVIL_CASE", "ARBITRATION", 1200), ("CIVIL_CASE", "SECOND_TRIAL", 1000),
        ("CIVIL_CASE", "EXECUTION", 600), ("CIVIL_CASE", "NOT_BEGUN", 300), ("CIVIL_CASE", "EXTRA_RECIPIENT", 200),
        ("CRIMINAL_CASE", "INVESTIGATION", 1000), ("CRIMINAL_CASE", "PROSECUTION", 1000), ("CRIMINAL_CASE", "TRIAL", 1500),
        ("CRIMINAL_CASE", WHOLE, 1500), ("CRIMINAL_CASE", "SECOND_TRIAL", 1500), ("CRIMINAL_CASE", "REVIEW", 3000),
        ("CRIMINAL_CASE", "NOT_BEGUN", 300), ("CRIMINAL_CASE", "EXTRA_RECIPIENT", 0), ("NON_LITIGATION", WHOLE, 600),
        ("NON_LITIGATION", "EXTRA_RECIPIENT", 100), ("NON_LITIGATION", "NOT_BEGUN", 150), ("DRAFTING", WHOLE, 100),
        ("DUTY_SHIFT", "SHIFT", 300), ("TRAVEL", "PER_KM", 1), ("TRAVEL", "PER_DAY", 180),
    )
)  # fmt: skip
"""Amounts in yuan for installations that have set none: to be replaced by the province's own (practice, not law)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """An amount for a kind of service and a stage from a day on."""

    kind: str
    stage: str
    since: date
    amount: Decimal
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a provider did in one matter. `on` is the day whose rates count: the day the matter ended."""

    kind: str
    on: date
    stages: tuple[str, ...] = ()
    recipients: int = 1
    begun: bool = True
    kilometers: Decimal = Decimal(0)
    days_away: int = 0
    expenses: Decimal = Decimal(0)
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the calculation."""

    title: str
    quantity: Decimal
    rate: Decimal
    amount: Decimal
    basis: str = ""

    def as_json(self) -> dict[str, str]:
        return {"title": self.title, "quantity": f"{self.quantity.normalize():f}", "rate": f"{self.rate:.2f}",
                "amount": f"{self.amount:.2f}", "basis": self.basis}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """The amount with its steps, and what no rate was found for."""

    lines: tuple[Line, ...]
    missing: tuple[str, ...] = field(default=())

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def as_json(self) -> list[dict[str, str]]:
        return [line.as_json() for line in self.lines]


def rate_on(rates: Iterable[Rate], kind: str, stage: str, on: date) -> Rate | None:
    """The rate in force on a day, or None."""
    found = [r for r in rates if r.kind == kind and r.stage == stage and r.since <= on]
    return max(found, key=lambda r: r.since) if found else None


def default_rates() -> list[Rate]:
    """The platform's own amounts as rates."""
    return [Rate(kind, stage, _SINCE, amount) for kind, stage, amount in DEFAULT_RATES]


def calculate(done: Done, rates: Sequence[Rate]) -> Result:
    """The subsidy for what was done. A matter replaced half-way is paid by `share` of its stages, expenses in full.

    `missing` names stages without a rate: the list cannot be approved before the province sets one.
    """
    kind = KIND_OF.get(done.kind, done.kind)
    lines: list[Line] = []
    missing: list[str] = []

    def add(stage: str, quantity: Decimal, of: str = kind, factor: Decimal = Decimal(1)) -> None:
        if quantity <= 0:
            return
        found = rate_on(rates, of, stage, done.on)
        if found is None:
            missing.append(f"{STAGE_TITLES.get(stage, stage)}")
            return
        amount = (found.amount * quantity * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
        title = STAGE_TITLES.get(stage, stage) + (f"（按{factor * 100:.0f}%）" if factor != 1 else "")
        lines.append(Line(title, quantity, found.amount, amount, found.basis))

    if not done.begun:
        add("NOT_BEGUN", Decimal(1))
    else:
        for stage in done.stages or (WHOLE,):
            add(stage, Decimal(1), factor=done.share)
        add("EXTRA_RECIPIENT", Decimal(max(0, done.recipients - 1)), factor=done.share)
    add("PER_KM", done.kilometers, "TRAVEL")
    add("PER_DAY", Decimal(done.days_away), "TRAVEL")
    if done.expenses > 0:
        lines.append(
            Line("凭票直接费用", Decimal(1), done.expenses, done.expenses.quantize(Decimal("0.01"), ROUND_HALF_UP))
        )
    return Result(tuple(lines), tuple(missing))


def decimal(value: Any) -> Decimal:
    """A number of a form as Decimal; what is none counts as nothing."""
    try:
        return Decimal(str(value or 0).replace(",", ""))
    except ArithmeticError:
        return Decimal(0)
