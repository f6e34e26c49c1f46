"""Serving copies equal a snapshot of the lake, exactly; persons see who asked; meters count every line once."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.datacenter.exchange.conftest import lawyer, serve_rows
from xiezhi.datacenter.exchange import declare, looking, serving
from xiezhi.datacenter.exchange.models import CallLog, ServedRow, ServedTable
from xiezhi.datacenter.standards import declare as standards
from xiezhi.datacenter.standards import schema
from xiezhi.datacenter.standards.copies import Change
from xiezhi.kernel.calendar import clock

pytestmark = pytest.mark.django_db


def lake_rows(rows: list[dict[str, Any]]) -> Any:
    """Rows as the standard table of lawyers in the lake has them."""
    import pyarrow as pa

    arrow = schema.arrow(standards.tables.get("std_lawyer"))
    now = clock.now()
    out = []
    for row in rows:
        full = dict.fromkeys(arrow.names) | row
        key = full["license_no"]
        full |= {
            "row_id": str(uuid.uuid5(uuid.NAMESPACE_OID, key)), "src_system": "test", "src_key": key, "updated_at": now,
            "row_hash": "0" * 64, "batch_id": "b",
        }  # fmt: skip
        for name in ("first_date", "valid_from", "valid_to"):
            full[name] = date.fromisoformat(full[name]) if full[name] else None
        out.append({name: full[name] for name in arrow.names})
    return pa.Table.from_pylist(out, schema=arrow)


def served() -> dict[str, dict[str, Any]]:
    """What the copy holds, opened, by license number."""
    from xiezhi.kernel import sealing

    out = {}
    for row in ServedRow.objects.filter(table__code="std_lawyer"):
        held = orjson.loads(bytes(row.data)) | sealing.unseal(row.sealed, context=serving.SEALED)
        assert row.k1 == looking.key_of("std_lawyer", ("license_no",), held)
        assert row.k2 == looking.key_of("std_lawyer", ("id_type", "id_no"), held)
        assert row.person == looking.identity(held["id_type"], held["id_no"])
        assert b"id_no" not in bytes(row.data), "the highest level lies sealed"
        out[held["license_no"]] = held
    return out


def test_the_copy_is_the_snapshot(lake: Path) -> None:
    from xiezhi.datacenter.lake import tables

    table = tables.get("std.std_lawyer")
    table.create(schema.arrow(standards.tables.get("std_lawyer")))
    first = [lawyer(n) for n in range(50)]
    table.append(lake_rows(first), batch_id="1")
    run = serving.refresh("std_lawyer")
    assert (run.rows_in, run.rows_out) == (50, 50)
    wanted = {row["license_no"]: row for row in first}
    names = set(serving._Shape("std_lawyer", []).plain + serving._Shape("std_lawyer", []).deep)
    assert served() == {k: {n: row[n] for n in names} for k, row in wanted.items()}
    assert serving.refresh("std_lawyer").rows_out == 0, "nothing changed, nothing done"

    before = set(ServedRow.objects.values_list("id", flat=True))
    changed = [{**row, "status": "02"} if n < 5 else row for n, row in enumerate(first)][:45]
    changed.append(lawyer(100))
    table.replace(lake_rows(changed), batch_id="2")
    run = serving.refresh("std_lawyer")
    assert (run.rows_in, run.rows_out, run.detail["removed"]) == (46, 6, 10)
    assert served() == {row["license_no"]: {n: row[n] for n in names} for row in changed}
    assert len(before & set(ServedRow.objects.values_list("id", flat=True))) == 40, "rows that did not change stay"
    assert ServedTable.objects.get().rows == 46

    gone = str(uuid.uuid5(uuid.NAMESPACE_OID, changed[0]["license_no"]))
    delete = Change("std_lawyer", (gone,), {}, "r1")
    assert serving.remains(delete) == 1
    table.delete_rows([gone])
    assert serving.apply_change(delete) == 1 and serving.apply_change(delete) == 0 and serving.remains(delete) == 0
    kept = str(uuid.uuid5(uuid.NAMESPACE_OID, changed[1]["license_no"]))
    correct = Change("std_lawyer", (kept,), {"status": "01"}, "r2")
    assert serving.remains(correct) == 1
    rows = [{**row, "status": "01"} if n == 1 else row for n, row in enumerate(changed)][1:]
    table.replace(lake_rows(rows), batch_id="3")
    serving.apply_change(correct)
    assert serving.remains(correct) == 0 and len(served()) == 45


def test_rows_that_may_only_be_kept_do_not_come_back_with_the_next_refresh(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiezhi.datacenter.govern import overrides
    from xiezhi.datacenter.lake import tables

    rows = lake_rows([lawyer(n) for n in range(3)])
    tables.get("std.std_lawyer").create(rows.schema).append(rows, batch_id="b1")
    serving.refresh("std_lawyer")
    mine = rows.column("row_id")[1].as_py()
    serving.apply_change(Change("std_lawyer", (mine,), {}, "request"))
    monkeypatch.setattr(overrides, "restricted", lambda table: frozenset({mine}))
    serving.refresh("std_lawyer")
    assert sorted(served()) == sorted(lawyer(n)["license_no"] for n in (0, 2))


def test_a_table_that_is_not_there_is_told(lake: Path) -> None:
    from xiezhi.datacenter.runs.services import Stopped

    with pytest.raises(Stopped, match="数据湖"):
        serving.refresh("std_lawyer")
    with pytest.raises(Stopped, match="没有接口"):
        serving._Shape("std_inmate", [])


@pytest.mark.parametrize("interface", declare.interfaces.all(), ids=lambda i: i.code)
def test_standard_interfaces_fit_the_standards(interface: declare.Interface) -> None:
    assert interface.columns and len({i.table for i in declare.interfaces.all()}) >= 7
    for code in interface.purposes:
        for name in interface.fields:
            level, how = interface.declared.level_of(name), declare.show(interface, name, code)
            if declare.RANK[level] >= 3 and name not in interface.clear.get(code, ()):
                assert how is not declare.Show.CLEAR
    slots = looking.slots_of([k for i in declare.interfaces.all() if i.table == interface.table for k in i.keys], [])
    assert len(slots) <= 4


def test_the_demonstration_asks_and_is_refused(keys_home: Path) -> None:
    from xiezhi.datacenter.exchange import demo, proving
    from xiezhi.datacenter.exchange.models import Caller

    serve_rows([lawyer(n) for n in range(20)])
    demo.generate(None, 0.01, lambda *_: None)
    assert Caller.objects.count() == 3
    results = set(CallLog.objects.values_list("result", flat=True))
    assert "OK" in results and "PURPOSE_NOT_GRANTED" in results
    answered = CallLog.objects.filter(result="OK", interface="lawyer-license").first()
    assert answered is not None and answered.rows == 1 and proving.proved(answered)
    verified = CallLog.objects.filter(interface="lawyer-verify").first()
    assert verified is not None and verified.result == "OK"
