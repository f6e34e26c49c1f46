"""时效: until when a worker can go to arbitration, and why. Pure.

No limit runs for pay while the employment lasts; after its end there is one year (劳动争议调解仲裁法 第27条第4款). A claim
raised, help asked of an authority, or a promise starts the year anew (第2款). Work that was never employment is a plain
debt: three years (民法典 第188条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xiezhi.kernel.calendar.counting import Calendar, Unit, count

from .citations import PLAIN, M, civil

__all__ = ["Limit", "Restart", "find", "start_of"]

_RESTART_LABEL = {"ASKED_PAYER": "工友要过工资", "ASKED_OFFICE": "向有关部门求助", "PROMISED": "对方答应付款"}


@dataclass(frozen=True)
class Restart:
    """中断: on this day the year began anew, for this reason (a code of INTERRUPTIONS)."""

    on: date
    kind: str


@dataclass(frozen=True)
class Limit:
    """What the worker is told. `last` is the last day (moved when it is off), None while no limit runs."""

    running: bool
    started: date | None
    last: date | None
    days_left: int | None
    passed: bool
    said: str
    basis: str
    years: int = 1


def _year_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)


def start_of(ended_on: date, restarts: Iterable[Restart] = (), years: int = 1) -> tuple[date, str, str]:
    """(day the running limit began, why, article). A restart after the limit ran out, or before it began, has no effect."""
    began, label, basis = ended_on, "劳动关系终止", M(27, 4)
    if years != 1:
        label, basis = "应当付钱的日子", civil(188)
    for found in sorted(restarts, key=lambda r: r.on):
        if began < found.on <= _year_on(began, years):
            began, label = found.on, _RESTART_LABEL.get(found.kind, "时效中断")
            basis = M(27, 2) if years == 1 else civil(195)
    return began, label, basis


def restarts_of(entries: Sequence[Mapping[str, str]]) -> list[Restart]:
    """Restarts from a matter's facts (`interruptions`)."""
    return [Restart(date.fromisoformat(str(e["on"])[:10]), str(e.get("kind") or "")) for e in entries]


def find(
    *,
    employed: bool,
    ended_on: date | None,
    today: date,
    calendar: Calendar,
    restarts: Iterable[Restart] = (),
    labor: bool = True,
    due_on: date | None = None,
) -> Limit:
    """The limitation of a claim as of today, in one plain sentence.

    `labor=False` is a debt for work outside employment, counted from `due_on` (else the end of the work).
    """
    years = 1 if labor else 3
    if labor and employed:
        return Limit(False, None, None, None, False,
                     "您还在这家干活，要工资没有时效限制；离开以后要在一年内申请仲裁。", M(27, 4))  # fmt: skip
    begin = ended_on if labor else (due_on or ended_on)
    if begin is None:
        return Limit(False, None, None, None, False, "告诉我们您哪天不干的，就能算出最晚哪天要申请仲裁。", M(27, 4))
    started, label, basis = start_of(begin, restarts, years)
    due = count(started, years, Unit.YR, calendar.provisional(), basis=basis, counting_basis=PLAIN)
    last = due.legal
    assert last is not None
    left = (last - today).days
    where = "申请劳动仲裁" if labor else "向法院起诉"
    when = f"{last.year}年{last.month}月{last.day}日"
    if left < 0:
        said = (
            f"{where}的期限已于{when}届满。您仍然可以求助：对方答应付款、您要过工资的，期限可能重新计算，律师会帮您看。"
        )
    else:
        said = f"最晚{when}之前要{where}，还有{left}天（{label}起算{years}年）。"
    return Limit(True, started, last, left, left < 0, said, basis, years)
