"""When a source is due: five fields as in cron, with *, numbers, lists, ranges and steps. Times are Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta

from xiezhi.kernel.calendar.clock import SHANGHAI

__all__ = ["following", "previous", "understood"]

_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _field(text: str, low: int, high: int) -> frozenset[int]:
    out: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        every = int(step) if step else 1
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (int(x) for x in span.split("-", 1))
        else:
            first = int(span)
            last = high if step else first
        if every < 1 or not low <= first <= last <= high:
            raise ValueError(text)
        out.update(range(first, last + 1, every))
    return frozenset(out)


def _parse(cron: str) -> tuple[frozenset[int], ...]:
    parts = cron.split()
    if len(parts) != 5:
        raise ValueError(cron)
    return tuple(_field(text, low, high) for text, (low, high) in zip(parts, _LIMITS, strict=True))


def understood(cron: str) -> bool:
    """Whether a schedule can be read."""
    try:
        _parse(cron)
    except ValueError:
        return False
    return True


def _matches(fields: tuple[frozenset[int], ...], at: datetime) -> bool:
    minute, hour, day, month, weekday = fields
    return (
        at.minute in minute
        and at.hour in hour
        and at.day in day
        and at.month in month
        and (at.isoweekday() % 7 in weekday or (at.isoweekday() == 7 and 7 in weekday))
    )


def _walk(cron: str, begin: datetime, step: timedelta) -> datetime | None:
    fields = _parse(cron)
    at = begin.astimezone(SHANGHAI).replace(second=0, microsecond=0)
    for _ in range(366 * 24 * 60):
        if at.month not in fields[3] or at.day not in fields[2]:
            if step > timedelta(0):
                at = at.replace(hour=0, minute=0) + timedelta(days=1)
            else:
                at = at.replace(hour=0, minute=0) - timedelta(minutes=1)
            if abs((at - begin).days) > 366:
                return None
            continue
        if _matches(fields, at):
            return at
        at += step
    return None


def following(cron: str, after: datetime) -> datetime | None:
    """The next due minute after a moment, within a year."""
    return _walk(cron, after + timedelta(minutes=1), timedelta(minutes=1))


def previous(cron: str, until: datetime) -> datetime | None:
    """The last due minute not after a moment, within a year."""
    return _walk(cron, until, timedelta(minutes=-1))
