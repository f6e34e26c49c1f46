"""Push of changed rows: rows a second from the lake of one deployment into the raw layer of another, receipts and all.

Sender and receiver share one process here and the network is left out: every message passes through the bytes it would have
on the wire, is checked against the standard, and its receipt is signed and verified. Then one row in a hundred changes.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from bench import _common as common


def main() -> None:
    asked = common.arguments(__doc__ or "", rows=200_000)
    common.start("push")
    import orjson
    import pyarrow as pa
    from django.conf import settings

    settings.EXCHANGE_DIR = tempfile.mkdtemp(prefix="xz-bench-keys-")
    from xiezhi.datacenter.exchange import identity
    from xiezhi.datacenter.exchange import services as exchange
    from xiezhi.datacenter.exchange.declare import Push
    from xiezhi.datacenter.lake import duck, tables
    from xiezhi.datacenter.sharing.push import flows, outbox, receiving, sending
    from xiezhi.datacenter.standards import declare as standards
    from xiezhi.datacenter.standards import schema

    table = standards.tables.get("std_lawyer")
    arrow = schema.arrow(table)
    fields = ["license_no", "name", "practice_kind", "firm_name", "first_date", "status"]
    made = {
        "row_id": "CAST(uuid() AS VARCHAR)", "src_system": "'b'", "src_key": "CAST(n AS VARCHAR)", "division": "CAST(990100 + n % 40 AS VARCHAR)",
        "updated_at": "TIMESTAMPTZ '2026-01-01 00:00:00+08' + to_days(CAST(n % 300 AS INTEGER))", "row_hash": "md5(CAST(n AS VARCHAR))",
        "batch_id": "'b'", "license_no": "'1990120101' || lpad(CAST(n AS VARCHAR), 7, '0')", "name": "'王禾生'", "id_type": "'111'",
        "id_no": "'990101199001011233'", "practice_kind": "'01'", "firm_name": "'云岭安泰律师事务所'", "first_date": "DATE '2019-01-01'", "status": "'01'",
    }  # fmt: skip
    with duck.connect() as con:
        columns = ", ".join(f"{made.get(f.name, 'NULL')} AS {duck.quote(f.name)}" for f in arrow)
        lake = tables.get(table.lake_name)
        lake.create(arrow, keys=("row_id",))
        lake.merge(tables.Select(con, f"SELECT {columns} FROM range({asked.rows}) AS t(n)"), batch_id="one")
    receiver = exchange.register_caller("ministry", "数据平台", "司法部", demo=True)
    exchange.add_key(receiver, "ED25519", identity.own().signer.verifier.pem)
    sender = exchange.register_caller("province", "数据平台", "云岭省司法厅", demo=True)
    flow = flows.declare(
        "bench",
        title="上报",
        table=table.code,
        fields=fields,
        receiver=receiver,
        basis="律师法 第52条",
        known_as="province",
    )
    wire = {"bytes": 0}

    def peer(message: Any) -> Any:
        body = orjson.dumps(message)
        wire["bytes"] += len(body)
        return receiving.receive(table.code, Push(sender.pk, sender.code, body, orjson.loads(body)))

    began = time.perf_counter()
    _, done = sending.push(flow, peer=peer)
    first = time.perf_counter() - began
    assert (done.rows, done.refused) == (asked.rows, 0), done
    with duck.connect() as con:
        changed = con.execute(
            f"SELECT * REPLACE ('李改名' AS name) FROM {lake.sql()} WHERE hash(row_id) % 100 = 0"
        ).to_arrow_table()
    lake.merge(pa.table(changed).cast(arrow), batch_id="two")
    began = time.perf_counter()
    _, done = sending.push(flow, peer=peer)
    second = time.perf_counter() - began
    assert done.rows == changed.num_rows
    began = time.perf_counter()
    _, done = sending.push(flow, peer=peer, reconcile=True)
    third = time.perf_counter() - began
    assert done.reconciliation.differing == 0
    text = [
        f"{asked.rows:,} rows of {table.code} ({len(flows.columns_of(flow))} columns), batches of {outbox.ROWS:,}; {wire['bytes'] / 1e6:.0f} MB of messages.",
        "",
        "| step | seconds | rows a second |",
        "|---|---|---|",
        f"| first push, every row new | {first:.1f} | {asked.rows / first:,.0f} |",
        f"| one row in a hundred changed ({changed.num_rows:,}) | {second:.1f} | {asked.rows / second:,.0f} looked at |",
        f"| nothing changed, counts and hashes compared | {third:.1f} | {asked.rows / third:,.0f} compared on both sides |",
    ]
    common.record("push", text)
    assert Path(settings.EXCHANGE_DIR).exists()


if __name__ == "__main__":
    main()
