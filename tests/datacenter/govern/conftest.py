"""A source of lawyers whose batches lie in the raw layer, without the machinery of collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xiezhi.datacenter.govern import feeds
from xiezhi.kernel.calendar import clock

MAPPING = {
    "license_no": "执业证号", "name": "姓名", "id_type": "证件类型", "id_no": "身份证号", "sex": "性别", "birth_date": "出生日期", "mobile": "手机",
    "practice_kind": "类别", "firm_usc": "机构代码", "first_date": "首次执业", "status": "状态", "valid_to": "截止", "updated_at": "更新",
}  # fmt: skip
FIRM = "31990000MD0000008D"


def id_no(n: int, born: str = "19850612") -> str:
    """A number of the fictional province with its check digit."""
    head = f"990101{born}{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(c) * w for c, w in zip(head, weights, strict=True)) % 11]


def lawyer(n: int, **more: str | None) -> dict[str, str | None]:
    """A right row as the source writes it."""
    row: dict[str, str | None] = {
        "执业证号": f"1990120201{n:07d}", "姓名": "王小明", "证件类型": "111", "身份证号": id_no(n), "性别": "1" if n % 2 else "2", "出生日期": "1985-06-12",
        "手机": f"138{n:08d}", "类别": "01", "机构代码": FIRM, "首次执业": "2012-03-05", "状态": "01", "截止": None, "更新": None,
    }  # fmt: skip
    return row | more


class Deliveries:
    """Batches of one source, put into the raw layer as collection leaves them."""

    def __init__(self, source: str = "lawyers") -> None:
        self.source = source
        self.batches: list[str] = []
        self.feed = feeds.Feed(source, "std_lawyer", "律师执业许可", MAPPING, False, source, "")

    def put(self, batch: str, rows: Sequence[Mapping[str, Any]]) -> str:
        import pyarrow as pa

        from xiezhi.datacenter.lake import tables

        names = list(MAPPING.values())
        fields = [pa.field(n, pa.string()) for n in names]
        extra = [
            ("_batch", pa.string()),
            ("_row", pa.int64()),
            ("_file", pa.string()),
            ("_at", pa.timestamp("us", "UTC")),
        ]
        data: dict[str, list[Any]] = {n: [r.get(n) for r in rows] for n in names}
        data |= {
            "_batch": [batch] * len(rows),
            "_row": list(range(1, len(rows) + 1)),
            "_file": ["a.csv"] * len(rows),
            "_at": [clock.now()] * len(rows),
        }
        schema = pa.schema([*fields, *(pa.field(n, t) for n, t in extra)])
        table = tables.get(f"raw.{self.source}").create(schema, partition=("_batch",))
        table.append(pa.table(data, schema=schema), batch_id=batch)
        self.batches.append(batch)
        return batch

    def full(self) -> Deliveries:
        self.feed = replace(self.feed, full=True)
        return self


@pytest.fixture
def deliveries(lake: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deliveries]:
    made = Deliveries()
    monkeypatch.setattr(feeds, "of", lambda table: [made.feed] if table == made.feed.table else [])
    monkeypatch.setattr(feeds, "collected", lambda source: list(made.batches))
    yield made


@pytest.fixture
def rows_of(lake: Path) -> Callable[[str], list[dict[str, Any]]]:
    """All rows of a table of the lake."""

    def read(name: str) -> list[dict[str, Any]]:
        from xiezhi.datacenter.lake import duck, tables

        table = tables.get(name)
        if not table.exists():
            return []
        with duck.connect() as con:
            return list(con.sql(f"SELECT * FROM {table.sql()} AS t ORDER BY 1").to_arrow_table().to_pylist())

    return read
