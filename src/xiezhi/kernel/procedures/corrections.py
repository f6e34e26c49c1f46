"""更正: whether a history still holds after one of its entries is mended, and what becomes of lapses that hung on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures.clocks import Status, clock_of
from xiezhi.kernel.procedures.core import Problem, Recorded, Refused, ReplayError, View, amended, replay
from xiezhi.kernel.procedures.declare import SAME, Dated, Procedure

__all__ = ["apply_correction"]

Overrides = Mapping[str, Dated] | None


def apply_correction(
    procedure: type[Procedure],
    history: Sequence[Recorded],
    rec: Recorded,
    calendar: Calendar,
    overrides: Overrides,
    settled: Sequence[Recorded],
) -> tuple[Recorded, View]:
    """The correction as it is to be recorded, and the matter after it.

    A lapse that followed from a mended date moves with it (`lapses` of the record: new day, or nothing when the limit has
    not run out after all). Raises Refused when a later entry could not have happened then.
    """
    moved: dict[str, str | None] = {}
    for _ in range(16):
        mended = replace(rec, data={**rec.data, "lapses": dict(moved)}) if moved else rec
        try:
            view = replay(procedure, [*history, mended], overrides=overrides, strict=True)
        except ReplayError as error:
            raise _broken(str(error), settled) from None
        stale = _stale(procedure, amended([*history, mended]), calendar, overrides, rec)
        if stale is None:
            break
        seq, on = stale
        if str(seq) in moved and moved[str(seq)] == on:
            break
        moved[str(seq)] = on
    after = _disorder(procedure, amended([*history, mended]), overrides, {int(s) for s in moved})
    new = after.keys() - _disorder(procedure, amended(history), overrides, set()).keys()
    if new:
        raise _broken(after[min(new)], settled)
    return mended, view


def _broken(why: str, settled: Sequence[Recorded]) -> Refused:
    message = f"更正后，以后的记录就不能成立（{why}）。请先更正那一条"
    return Refused([Problem("CORRECTION_BREAKS_HISTORY", message, "seq")], settled)


def _stale(
    procedure: type[Procedure], events: Sequence[Recorded], calendar: Calendar, overrides: Overrides, rec: Recorded
) -> tuple[int, str | None] | None:
    """The first lapse after the mended entry whose day no longer follows from the history, with its right day."""
    view = View(procedure, overrides)
    view.calendar = calendar
    target = int(rec.data["seq"])
    if any(entry.seq == target and entry.event == "corrected" for entry in events) or rec.data.get("void"):
        target = 0  # what a voided correction had mended may lie further back
    for entry in events:
        event = procedure.events[entry.event]
        if event.when and entry.seq > target:
            days = [on for on in (_lapsed_on(view, term, calendar, rec.at) for term in event.lapses) if on is not None]
            if entry.on not in days:
                return entry.seq, min(days).isoformat() if days else None
        view.apply(entry)
    return None


def _lapsed_on(view: View, term: str, calendar: Calendar, at: datetime) -> date | None:
    clock = clock_of(view, view.procedure.terms[term], calendar, at)
    return clock.legal if clock is not None and clock.status is Status.LAPSED else None


def _disorder(
    procedure: type[Procedure], events: Sequence[Recorded], overrides: Overrides, moved: set[int]
) -> dict[int, str]:
    """Entries that come before the step which brought the matter where they happened, with a sentence for each.

    As when an entry is made, a lapse does not count as such a step (a paper may arrive after it), unless it was moved.
    """
    view = View(procedure, overrides)
    reached: date | None = None
    found: dict[int, str] = {}
    for entry in events:
        event = procedure.events[entry.event]
        steps = len(view.transitions)
        view.apply(entry)
        if event.path[1] is not SAME and not event.when and reached is not None and entry.on < reached:
            found[entry.seq] = (
                f"第{entry.seq}项：“{event.title}”会早于{reached.year}年{reached.month}月{reached.day}日的上一步"
            )
        if len(view.transitions) > steps and (not event.when or entry.seq in moved):
            reached = entry.on
    return found
