"""Which sources feed a standard table, and which of their batches have not been governed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .rules import quoted, text_of

__all__ = ["Feed", "of", "raw", "waiting"]


@dataclass(frozen=True)
class Feed:
    """A source as governance sees it. `mapping` is standard column → raw column; `full`: each batch is the whole table."""

    source: str
    table: str
    title: str
    mapping: Mapping[str, str]
    full: bool = False
    system: str = ""
    unit_usc: str = ""

    @property
    def raw_table(self) -> str:
        return f"raw.{self.source}"


def _feed(source: Any) -> Feed:
    unit = str(getattr(source, "unit", "") or "")
    return Feed(
        source.code, source.table, source.title, dict(source.mapping), str(getattr(source.mode, "value", source.mode)) == "full",
        str(getattr(source, "system", "") or source.code), unit if len(unit) == 18 else "",
    )  # fmt: skip


def of(table: str) -> list[Feed]:
    """Feeds of a table in order of their codes."""
    from xiezhi.datacenter.collect import sources

    return [_feed(s) for s in sources.sources.all() if s.table == table]


def collected(source: str) -> list[str]:
    """Batches of a source that lie in the raw layer, in the order in which they came."""
    from xiezhi.datacenter.collect.models import Delivery, State

    rows = Delivery.objects.filter(source=source, state=State.LOADED).order_by("id")
    return list(dict.fromkeys(rows.values_list("batch_id", flat=True)))


def waiting(feed: Feed) -> list[str]:
    """Batches that have not been governed into the feed's table, in order."""
    from .models import QualityCheck

    done = set(QualityCheck.objects.filter(table=feed.table, source=feed.source).values_list("batch", flat=True))
    return [b for b in collected(feed.source) if b not in done]


def raw(feed: Feed, batch: str) -> tuple[str, list[str]]:
    """A batch of the raw layer as text for FROM, and its columns. Raises NoTable."""
    from xiezhi.datacenter.lake import tables

    table = tables.get(feed.raw_table)
    return f"(SELECT * FROM {table.sql()} AS a WHERE {quoted('_batch')} = {text_of(batch)})", table.columns()
