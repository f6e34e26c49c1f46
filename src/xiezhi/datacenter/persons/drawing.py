"""Pictures as numbers: bars of periods on one time line, steps of a waterfall. Templates draw them as SVG, tables say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

__all__ = ["WIDTH", "Bar", "Line", "Steps", "line", "steps"]

WIDTH = 1000
"""Width of a picture in its own units."""
_ROW, _TOP = 34, 26


@dataclass(frozen=True)
class Bar:
    """One period: a bar from `x` with `width`, on row `y`; `open_end` where it has no known end. `mark` picks it out."""

    title: str
    detail: str
    since: date | None
    until: date | None
    x: float
    width: float
    y: int
    open_end: bool
    mark: bool
    text_y: int


@dataclass(frozen=True)
class Line:
    """A time line: bars, years as (x, text), today's x, and the band of an overlap as (x, width)."""

    bars: list[Bar]
    years: list[tuple[float, str]]
    today: float | None
    band: tuple[float, float] | None
    height: int


def line(
    periods: Sequence[tuple[str, str, date | None, date | None, bool]], today: date, band: tuple[date, date | None] | None = None
) -> Line:  # fmt: skip
    """The time line of periods (title, detail, since, until, marked), half-open, None where open."""
    known = [d for _t, _d, f, t, _m in periods for d in (f, t) if d is not None]
    first = min([*known, today]) - timedelta(days=120)
    last = max([*known, today]) + timedelta(days=240)
    span = max((last - first).days, 1)

    def at(day: date) -> float:
        return round(WIDTH * (day - first).days / span, 1)

    bars = []
    for n, (title, detail, since, until, mark) in enumerate(periods):
        x = at(since) if since else 0.0
        end = at(until) if until else float(WIDTH)
        y = _TOP + n * _ROW
        bars.append(Bar(title, detail, since, until, x, max(end - x, 3.0), y, until is None, mark, y + 17))
    step = max(1, -(-(last.year - first.year) // 10))
    years = [(at(date(y, 1, 1)), str(y)) for y in range(first.year + 1, last.year + 1, step)]
    shaded = None
    if band is not None:
        end = at(band[1]) if band[1] and band[1] < last else float(WIDTH)
        shaded = (at(max(band[0], first)), max(end - at(max(band[0], first)), 2.0))
    return Line(bars, years, at(today), shaded, _TOP + len(periods) * _ROW + 6)


@dataclass(frozen=True)
class Steps:
    """A waterfall: bars as (title, finding, bits, total, x, width, y, up) and the x of zero."""

    bars: list[dict[str, Any]]
    zero: float
    height: int


def steps(found: Sequence[Any]) -> Steps:
    """Bars of the steps of `link.explain.waterfall`; each begins where the one before ended."""
    totals = [0.0, *(s.total for s in found)]
    low, high = min(totals), max(totals)
    span = (high - low) or 1.0

    def at(bits: float) -> float:
        return float(round(WIDTH * (bits - low) / span, 1))

    bars = []
    for n, step in enumerate(found):
        before = totals[n]
        x, end = sorted((at(before), at(step.total)))
        bars.append({
            "title": step.title, "finding": step.finding, "bits": step.bits, "total": step.total, "x": x, "width": max(end - x, 3.0),
            "y": n * 22 + 2, "up": step.bits >= 0,
        })  # fmt: skip
    return Steps(bars, at(0.0), len(bars) * 22 + 4)
