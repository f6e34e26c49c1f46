"""指标汇总: figures for leaders whose cost does not grow with the number of matters.

A function registers what one matter contributes: (month, metric, bucket) triples. Each contribution counts for the
handling unit and every unit above it, so a leader reads rows of one unit only. The worker applies the difference
between what a matter contributed before and contributes now; running it twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone

from xiezhi.kernel.datasets.models import RollupCount, RollupMark, RollupSource
from xiezhi.kernel.procedures.models import LEVELS, Matter

__all__ = [
    "NOW", "Contribution", "Counted", "Figures", "add", "also", "figures", "figures_of", "rebuild", "refresh",
    "register", "units_of",
]  # fmt: skip

Contribution = tuple[date, str, int]
NOW = date(1, 1, 1)
"""Month of metrics that describe the present (open matters), not a period."""

OVERLAP = timedelta(minutes=6)  # longer than any transaction may stay open (idle_in_transaction_session_timeout)
_LOCK = 0x78_7A_72_75
_CHUNK = 5000

_CONTRIBUTORS: dict[str, Callable[[Matter], Iterable[Contribution]]] = {}
_DETAILS: dict[str, tuple[str, ...]] = {}


def register(
    procedure: str, contributions: Callable[[Matter], Iterable[Contribution]], *, details: Sequence[str] = ()
) -> None:
    """Say what a matter of this procedure contributes; a pure function of the matter's row and of the columns of its
    detail row named in `details` (lookups like `reconsideration__concluded_on`), which are read in the same statement."""
    _CONTRIBUTORS[procedure] = contributions
    _DETAILS[procedure] = tuple(details)


class Counted(Protocol):
    """Figures about something beside matters: counted after them, in the same table, by differences as well."""

    def refresh(self) -> int:
        """Add the differences since the last time with `add`; in the transaction of the count. Returns how many rows changed."""
        ...

    def forget(self) -> None:
        """Everything must be counted again: the table was emptied."""
        ...


_OTHERS: list[Counted] = []


def also(other: Counted) -> None:
    """Count these rows too whenever matters are counted. The same object twice is harmless."""
    if other not in _OTHERS:
        _OTHERS.append(other)


def add(delta: Mapping[tuple[str, int, str, str, int], int]) -> None:
    """Add to the counts: (procedure, unit, month as ISO text, metric, bucket) to a difference. One statement."""
    rows = sorted((k, n) for k, n in delta.items() if n)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO datasets_rollupcount (procedure, unit_id, month, metric, bucket, n)
            SELECT * FROM unnest(%s::text[], %s::bigint[], %s::date[], %s::text[], %s::int[], %s::int[])
            ON CONFLICT (procedure, unit_id, month, metric, bucket) DO UPDATE SET n = datasets_rollupcount.n + EXCLUDED.n
            """,
            [[k[i] for k, _ in rows] for i in range(5)] + [[n for _, n in rows]],
        )


def units_of(matter: Matter) -> list[int]:
    """The units a matter counts for: its handling unit and those above it."""
    found = {getattr(matter, f"{level}_id") for level in LEVELS} | {matter.handling_unit_id}
    return sorted(u for u in found if u)


def _parts(matter: Matter) -> list[list[Any]]:
    contribute = _CONTRIBUTORS.get(matter.procedure)
    if contribute is None:
        return []
    return sorted([m.replace(day=1).isoformat(), metric, bucket] for m, metric, bucket in contribute(matter))


def _spread(
    code: str,
    units: Iterable[int],
    parts: Iterable[Sequence[Any]],
    sign: int,
    into: Counter[tuple[str, int, str, str, int]],
) -> None:
    rows = [tuple(p) for p in parts]
    for unit in units:
        for month, metric, bucket in rows:
            into[(code, unit, month, metric, bucket)] += sign


_FIELDS = (
    "id", "procedure", "handling_unit_id", *(f"{level}_id" for level in LEVELS), "state", "open", "opened_on", "closed_on",
    "track", "kind", "channel", "outcome", "updated_at", "imported_from",
)  # fmt: skip


def refresh(now: datetime | None = None) -> int:
    """Count every change since the last time. Returns how many matters had changed contributions.

    Only one runs at a time; a second call returns 0 at once.
    """
    now = now or timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        mark = RollupMark.objects.filter(name="main").first()
        details = sorted({d for found in _DETAILS.values() for d in found})
        rows = Matter.objects.order_by("updated_at").only(*_FIELDS, *details)
        if details:
            rows = rows.select_related(*sorted({d.split("__")[0] for d in details}))
        if mark is not None:
            rows = rows.filter(updated_at__gt=mark.upto - OVERLAP)
        changed = 0
        batch: list[Matter] = []
        for matter in rows.iterator(chunk_size=_CHUNK):
            batch.append(matter)
            if len(batch) == _CHUNK:
                changed += _apply(batch)
                batch = []
        if batch:
            changed += _apply(batch)
        changed += sum(other.refresh() for other in _OTHERS)
        RollupMark.objects.update_or_create(name="main", defaults={"upto": now})
    return changed


def _apply(batch: Sequence[Matter]) -> int:
    before = {s.matter_id: s for s in RollupSource.objects.filter(matter_id__in=[m.pk for m in batch])}
    delta: Counter[tuple[str, int, str, str, int]] = Counter()
    fresh: list[RollupSource] = []
    for matter in batch:
        units, parts = units_of(matter), _parts(matter)
        old = before.get(matter.pk)
        if old is not None and old.units == units and old.parts == parts:
            continue
        if old is not None:
            _spread(matter.procedure, old.units, old.parts, -1, delta)
        _spread(matter.procedure, units, parts, 1, delta)
        fresh.append(RollupSource(matter_id=matter.pk, units=units, parts=parts))
    if not fresh:
        return 0
    RollupSource.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["matter"], update_fields=["units", "parts"], batch_size=2000
    )
    add(delta)
    return len(fresh)


def rebuild() -> int:
    """Forget all counts and count again from the matters; for doubts and after restoring a backup."""
    with transaction.atomic():
        RollupCount.objects.all().delete()
        RollupSource.objects.all().delete()
        RollupMark.objects.all().delete()
        for other in _OTHERS:
            other.forget()
        return refresh()


@dataclass(frozen=True)
class Figures:
    """Counts of one unit: `series[metric][month]` is a mapping bucket → n; `now[metric]` describes the present."""

    unit_id: int
    upto: datetime | None
    series: Mapping[str, Mapping[date, Mapping[int, int]]] = field(default_factory=dict)
    now: Mapping[str, int] = field(default_factory=dict)

    def total(self, metric: str, months: Iterable[date] | None = None) -> int:
        """Number of contributions of a metric, over all months read or those given."""
        wanted = None if months is None else set(months)
        found = self.series.get(metric, {})
        return sum(sum(b.values()) for m, b in found.items() if wanted is None or m in wanted)

    def buckets(self, metric: str, months: Iterable[date] | None = None) -> Counter[int]:
        wanted = None if months is None else set(months)
        out: Counter[int] = Counter()
        for month, found in self.series.get(metric, {}).items():
            if wanted is None or month in wanted:
                out.update(found)
        return out

    def median(self, metric: str, months: Iterable[date] | None = None) -> float | None:
        """Median of the buckets (exact, the mean of the middle two for an even number); None without values."""
        counts = self.buckets(metric, months)
        n = sum(counts.values())
        if n == 0:
            return None
        middle, seen, picked = ((n - 1) // 2, n // 2), 0, []
        for bucket in sorted(counts):
            before, seen = seen, seen + counts[bucket]
            picked += [bucket for m in middle if before <= m < seen]
        return sum(picked) / 2

    def share(self, part: str, whole: str, months: Iterable[date] | None = None) -> float | None:
        """part / whole as a fraction; None when there is no whole."""
        below = self.total(whole, months)
        return self.total(part, months) / below if below else None


def figures(unit_id: int, procedure: str, first: date, last: date) -> Figures:
    """Counts of a unit for months first..last (any day names its month) and of the present; two small queries."""
    return figures_of([unit_id], procedure, first, last)[unit_id]


def figures_of(unit_ids: Sequence[int], procedure: str, first: date, last: date) -> dict[int, Figures]:
    """The same for several units at once (comparison across units), still two queries."""
    rows = RollupCount.objects.filter(procedure=procedure, unit_id__in=list(unit_ids), n__gt=0).filter(
        month__in=[NOW, *_months(first, last)]
    )
    series: dict[int, dict[str, dict[date, dict[int, int]]]] = {u: {} for u in unit_ids}
    now: dict[int, dict[str, int]] = {u: {} for u in unit_ids}
    for unit, month, metric, bucket, n in rows.values_list("unit_id", "month", "metric", "bucket", "n"):
        if month == NOW:
            now[unit][metric] = now[unit].get(metric, 0) + n
        else:
            series[unit].setdefault(metric, {}).setdefault(month, {})[bucket] = n
    mark = RollupMark.objects.filter(name="main").values_list("upto", flat=True).first()
    return {u: Figures(u, mark, series[u], now[u]) for u in unit_ids}


def _months(first: date, last: date) -> list[date]:
    out, month = [], first.replace(day=1)
    while month <= last:
        out.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return out
