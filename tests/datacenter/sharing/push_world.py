"""A table of lawyers in the lake and the other side of a push, for tests of both."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from xiezhi.datacenter.exchange import identity
from xiezhi.datacenter.exchange import services as exchange
from xiezhi.datacenter.exchange.declare import Push
from xiezhi.datacenter.exchange.models import Caller
from xiezhi.datacenter.lake import tables
from xiezhi.datacenter.sharing.models import PushFlow
from xiezhi.datacenter.sharing.push import flows, receiving
from xiezhi.datacenter.standards import declare as standards
from xiezhi.datacenter.standards import schema

TABLE = "std_lawyer"
FIELDS = ("license_no", "name", "practice_kind", "firm_name", "first_date", "status")
DIVISIONS = ("990101", "990102", "990201")


def arrow() -> pa.Schema:
    return schema.arrow(standards.tables.get(TABLE))


def row(n: int, **more: Any) -> dict[str, Any]:
    """Lawyer number n, valid by the standard."""
    rng = Random(n)
    made = {
        "row_id": str(uuid.UUID(int=n)), "src_system": "lawyers", "src_key": str(n), "division": DIVISIONS[n % 3],
        "updated_at": datetime(2026, 1 + n % 9, 1 + n % 28, 8, tzinfo=UTC), "row_hash": f"{n:032x}", "batch_id": "b1",
        "license_no": f"1990120101{n:07d}", "name": rng.choice("王李张刘陈") + rng.choice(("禾生", "映川", "砚秋", "望", "知远")),
        "id_type": "111", "id_no": "990101199001011233", "practice_kind": "01", "firm_name": "云岭安泰律师事务所",
        "first_date": date(2019, 1, 1) + timedelta(days=n % 900), "status": "01",
    }  # fmt: skip
    return {**made, **more}


def put(rows: Sequence[Mapping[str, Any]], batch: str, deletes: Sequence[str] = ()) -> None:
    """Merge rows into the standard table, as governing does."""
    table = tables.get(f"std.{TABLE}")
    if not table.exists():
        table.create(arrow(), keys=("row_id",), buckets=4)
    source = pa.Table.from_pylist([{f.name: r.get(f.name) for f in arrow()} for r in rows], schema=arrow())
    gone = pa.table({"row_id": pa.array(list(deletes), pa.string())}) if deletes else None
    table.merge(source, batch_id=batch, deletes=gone)


def partner(code: str = "ministry") -> Caller:
    """The other deployment among our partners; in tests of one process its key is our own."""
    made = exchange.register_caller(code, "数据平台", "司法部", address="http://127.0.0.1:1", demo=True)
    if not made.keys.exists():
        exchange.add_key(made, "ED25519", identity.own().signer.verifier.pem)
    return made


def flow(code: str = "lawyers-up", **more: Any) -> PushFlow:
    return flows.declare(code, **{
        "title": "律师信息上报", "table": TABLE, "fields": FIELDS, "receiver": partner(), "basis": "律师法 第52条", "known_as": "province", **more,
    })  # fmt: skip


@dataclass
class Direct:
    """The receiver in the same process. `before` and `after` may raise, as a network does."""

    sender: Caller
    before: Any = None
    after: Any = None
    said: int = 0

    def __call__(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        self.said += 1
        if self.before is not None:
            self.before(message)
        answer = receiving.receive(TABLE, Push(self.sender.pk, self.sender.code, b"", message))
        if self.after is not None:
            self.after(message)
        return answer


def direct(**more: Any) -> Direct:
    return Direct(exchange.register_caller("province", "数据平台", "云岭省司法厅", demo=True), **more)
