"""Datasets that the platform's own functions declare: rows of a period, as the function gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from xiezhi.datacenter.collect.sources import Mode, Own, Source
from xiezhi.datacenter.collect.staged import Staged, header, spool
from xiezhi.datacenter.runs.services import Stopped
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import UnknownCode, datasets

__all__ = ["stage"]


def stage(
    con: Any, source: Source, folder: Path, position: str, *, step: Callable[[int], None] = lambda n: None
) -> Staged:
    """Rows from the kept day (less the overlap) to today, today included."""
    where = source.where
    assert isinstance(where, Own)
    try:
        found = datasets.get(where.dataset)
    except UnknownCode:
        raise Stopped(f"平台中没有数据集“{where.dataset}”。") from None
    if found.rows is None:
        raise Stopped(f"数据集“{where.dataset}”没有给出取数方法。")
    since = date.fromisoformat(where.since)
    if source.mode is Mode.INCREMENTAL and position:
        since = max(since, date.fromisoformat(position) - timedelta(days=where.overlap))
    today = clock.today()
    names = [c.name for c in found.columns]
    columns = header(names)
    give = found.rows

    def rows() -> Iterator[Sequence[Any]]:
        for one in give(since, today + timedelta(days=1)):
            yield [one.get(n) for n in names]

    relation, total, refused = spool(con, folder, columns, rows(), step=step)
    return Staged(relation, columns, lambda: refused, rows=total, high=today.isoformat())
