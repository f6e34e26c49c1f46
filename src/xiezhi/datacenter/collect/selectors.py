"""What pages and tasks ask about sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from xiezhi.datacenter.collect import schedule
from xiezhi.datacenter.collect.models import Delivery, State
from xiezhi.datacenter.collect.sources import Source, sources
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.runs.models import State as RunState
from xiezhi.kernel.calendar import clock

__all__ = ["Row", "due", "overview"]


@dataclass(frozen=True)
class Row:
    """A source as the list shows it."""

    source: Source
    last: Delivery | None
    run: Run | None
    apart: int
    next_at: datetime | None

    @property
    def open(self) -> bool:
        return self.run is not None and self.run.open


def _newest(codes: list[str]) -> tuple[dict[str, Delivery], dict[str, Run]]:
    ids = Delivery.objects.filter(source__in=codes, state=State.LOADED).values("source").annotate(m=Max("pk"))
    last = {d.source: d for d in Delivery.objects.filter(pk__in=[i["m"] for i in ids])}
    newest = Run.objects.filter(kind=Kind.COLLECT, target__in=codes).values("target").annotate(m=Max("pk"))
    return last, {r.target: r for r in Run.objects.filter(pk__in=[i["m"] for i in newest])}


def overview(units: set[str] | None = None) -> list[Row]:
    """Every source, or those of the units given (credit codes), with its last batch and run. Four statements."""
    chosen = [s for s in sources.all() if units is None or s.unit in units]
    codes = [s.code for s in chosen]
    last, run = _newest(codes)
    apart: dict[str, int] = {}
    for code in Delivery.objects.filter(source__in=codes, state=State.APART).values_list("source", flat=True):
        apart[code] = apart.get(code, 0) + 1
    now = clock.now()
    return [
        Row(
            s,
            last.get(s.code),
            run.get(s.code),
            apart.get(s.code, 0),
            schedule.following(s.every, now) if s.every else None,
        )
        for s in chosen
    ]


def due() -> list[Source]:
    """Sources whose last due minute lies after their last run was asked for, and that are not at work."""
    now = clock.now()
    planned = [s for s in sources.all() if s.every]
    _, runs = _newest([s.code for s in planned])
    out = []
    for source in planned:
        at, run = schedule.previous(source.every, now), runs.get(source.code)
        if at is None or (
            run is not None and (run.queued_at >= at or run.state in (RunState.QUEUED, RunState.RUNNING))
        ):
            continue
        if run is None and (now - at).total_seconds() > 600:
            continue  # a new source waits for its next hour
        out.append(source)
    return out
