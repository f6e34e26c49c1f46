"""收件: the receiver's side of a push. The gateway has checked who sends, the signature, the grant and its fields.

A batch is written to the raw layer under its own number, which the lake takes once; then the inbox moves on and the receipt
is kept. Whoever dies in between begins the same batch again and changes nothing twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.db import transaction

from xiezhi.datacenter.govern.overrides import barred
from xiezhi.datacenter.lake import duck
from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger

from ..models import Inbox, InboxBatch, InboxRefused
from . import digest, receipts

__all__ = ["MOST_ROWS", "Bad", "current_sql", "receive"]

MOST_ROWS = 50_000
PAGE = 20_000
"""Rows of one answer in a reconciliation."""
_FLOW = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_HEAD = ("_op", "_epoch", "_seq", "_h", "_batch", "_row", "_file", "_at")


class Bad(ValueError):
    """The message cannot be taken; code and words go back to the sender."""

    def __init__(self, code: str, words: str, **more: Any) -> None:
        super().__init__(words)
        self.code, self.more = code, more


def receive(table: str, push: Any) -> dict[str, Any]:
    """Answer one message of a sender about rows of a table: `push` is what the gateway let through (`exchange.declare.Push`).
    Never raises for what the sender did wrong: the answer says it in `problem`."""
    said = push.content
    handler = _OPS.get(str(said.get("op")))
    try:
        if handler is None:
            raise Bad("UNKNOWN_OP", "没有这个操作")
        return handler(_inbox(table, push), said)
    except Bad as bad:
        return {"problem": bad.code, "words": str(bad), **bad.more}


def _inbox(table: str, push: Any) -> Inbox:
    said = push.content
    flow = str(said.get("flow") or "")
    if not _FLOW.fullmatch(flow):
        raise Bad("BAD_FLOW", "推送流的代码不对")
    columns = said.get("fields")
    if not isinstance(columns, list) or not {"row_id", "division", "updated_at"} <= set(map(str, columns)):
        raise Bad("BAD_COLUMNS", "每行要有行标识、行政区划和更新时间")
    inbox, _ = Inbox.objects.get_or_create(
        sender_id=push.caller, flow=flow, defaults={"table": table, "columns": columns}
    )
    if inbox.table != table:
        raise Bad("OTHER_TABLE", "这个推送流的数据表与以前不同")
    inbox.wanted = [str(c) for c in columns]  # type: ignore[attr-defined]
    return inbox


def _hello(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"epoch": inbox.epoch, "next": inbox.seq + 1}


def _number(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 31:
        raise Bad("BAD_NUMBER", f"{name}不是正整数")
    return value


def _batch(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    epoch, seq = _number(said, "epoch"), _number(said, "seq")
    data = said.get("data")
    if not isinstance(data, list) or len(data) > MOST_ROWS:
        raise Bad("BAD_DATA", f"一批最多{MOST_ROWS}行")
    found = hashlib.sha256(orjson.dumps(data)).hexdigest()
    if found != said.get("sha256"):
        raise Bad("BAD_DIGEST", "内容与摘要不符")
    with transaction.atomic():
        locked = Inbox.objects.select_for_update().get(pk=inbox.pk)
        known = InboxBatch.objects.filter(inbox=locked, epoch=epoch, seq=seq).first()
        if known is not None:
            if known.sha256 != found:
                raise Bad("OTHER_CONTENT", "同一批号的内容与以前不同")
            return {"receipt": known.receipt, "repeated": True}
        if epoch < locked.epoch:
            raise Bad("OLD_EPOCH", "轮次已经过去", epoch=locked.epoch, next=locked.seq + 1)
        expected = locked.seq + 1 if epoch == locked.epoch else 1
        if seq != expected:
            raise Bad("OUT_OF_ORDER", f"下一批应当是第{expected}批", epoch=locked.epoch, next=expected)
        return {"receipt": _take(locked, inbox.wanted, epoch, seq, found, data)}  # type: ignore[attr-defined]


def _take(inbox: Inbox, columns: list[str], epoch: int, seq: int, sha256: str, data: list[Any]) -> dict[str, Any]:
    import pyarrow as pa

    width = len(columns) + 1
    if any(not isinstance(row, list) or len(row) != width or row[0] not in ("U", "D") for row in data):
        raise Bad("BAD_DATA", "每行应当是操作和各数据项")
    try:
        arrays = [pa.array(list(column), pa.string()) for column in zip(*data, strict=True)] or [pa.array([], pa.string())] * width  # fmt: skip
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise Bad("BAD_DATA", "数据项的值应当是文本或者空") from error
    now = clock.now()
    batch_id = f"push/{inbox.sender_id}/{inbox.flow}/{epoch}/{seq}/{sha256[:16]}"
    with duck.connect(memory="512MB", threads=1) as con:
        con.register("pushed", pa.table(arrays, names=["_op", *columns]))
        ids = con.execute("SELECT count(*), count(DISTINCT row_id), count(row_id) FROM pushed").fetchone()
        if ids[0] != ids[1] or ids[0] != ids[2]:
            raise Bad("BAD_DATA", "行标识缺失或者重复")
        con.execute(f"CREATE TEMP TABLE staged AS SELECT *, {digest.hashed(columns)} AS _h FROM pushed")
        bad = _refused(con, inbox, columns)
        con.execute("CREATE TEMP TABLE bad (row_id VARCHAR, reasons VARCHAR)")
        if bad:
            con.executemany("INSERT INTO bad VALUES (?, ?)", list(bad.items()))
        rows, deletes = con.execute(
            "SELECT count(*) FILTER (_op = 'U'), count(*) FILTER (_op = 'D') FROM staged"
        ).fetchone()
        source = (
            f"SELECT _op, {', '.join(duck.quote(c) for c in columns)}, CAST({epoch} AS BIGINT) AS _epoch, CAST({seq} AS BIGINT) AS _seq, "
            f"_h, {duck.text(batch_id)} AS _batch, CAST(row_number() OVER () AS BIGINT) AS _row, {duck.text(inbox.flow)} AS _file, "
            f"TIMESTAMPTZ {duck.text(now.isoformat())} AS _at FROM staged WHERE row_id NOT IN (SELECT row_id FROM bad)"
        )
        snapshot = _append(inbox, columns, con, source, batch_id)
        low, high, kept = con.execute(
            "SELECT coalesce(sum(CAST(md5_number_lower(_h) AS HUGEINT)) % 18446744073709551616, 0), "
            "coalesce(sum(CAST(md5_number_upper(_h) AS HUGEINT)) % 18446744073709551616, 0), count(*) "
            "FROM staged WHERE _op = 'U' AND row_id NOT IN (SELECT row_id FROM bad)"
        ).fetchone()
        touched = [r[0] for r in con.execute("SELECT row_id FROM staged").fetchall()] if _has_refused(inbox) else []
    content = {
        "flow": inbox.flow, "table": inbox.table, "epoch": epoch, "seq": seq, "sha256": sha256, "rows": rows, "deletes": deletes,
        "taken": kept, "refused": len(bad), "hash": f"{int(low):016x}{int(high):016x}", "snapshot": str(snapshot), "at": now.isoformat(),
        "refusals": [[row_id, why] for row_id, why in list(bad.items())[:500]],
    }  # fmt: skip
    receipt = receipts.signed(content)
    if touched:
        InboxRefused.objects.filter(inbox=inbox, row_id__in=touched).delete()
    InboxRefused.objects.bulk_create(
        [InboxRefused(inbox=inbox, row_id=k[:64], reasons=v[:400], seq=seq) for k, v in bad.items()],
        update_conflicts=True, unique_fields=["inbox", "row_id"], update_fields=["reasons", "seq"],
    )  # fmt: skip
    InboxBatch.objects.create(
        inbox=inbox,
        epoch=epoch,
        seq=seq,
        sha256=sha256,
        rows=rows,
        deletes=deletes,
        refused=len(bad),
        at=now,
        receipt=receipt,
    )
    inbox.epoch, inbox.seq, inbox.columns = epoch, seq, columns
    inbox.rows, inbox.received_at = inbox.rows + rows, now
    inbox.save(update_fields=["epoch", "seq", "columns", "rows", "received_at"])
    ledger.append(
        "push.received", {k: v for k, v in content.items() if k != "refusals"} | {"sender": inbox.sender_id},
        object_type="sharing.inbox", object_id=f"{inbox.pk}/{epoch}/{seq}",
    )  # fmt: skip
    return receipt


def _has_refused(inbox: Inbox) -> bool:
    return InboxRefused.objects.filter(inbox=inbox).exists()


def _append(inbox: Inbox, columns: list[str], con: Any, source: str, batch_id: str) -> int:
    import pyarrow as pa

    from xiezhi.datacenter.lake import tables
    from xiezhi.kernel.datasets.registry import Level

    table = tables.get(inbox.lake_name)
    kinds = {"_epoch": pa.int64(), "_seq": pa.int64(), "_row": pa.int64(), "_at": pa.timestamp("us", "UTC")}
    schema = pa.schema([pa.field(c, kinds.get(c, pa.string())) for c in ("_op", *columns, *_HEAD[1:])])
    if not table.exists() or not set(columns) <= set(table.columns()):
        table.create(schema, level=Level.PERSONAL)
    return table.append(tables.Select(con, source), batch_id=batch_id).id


def _refused(con: Any, inbox: Inbox, columns: list[str]) -> dict[str, str]:
    """Rows that break the standard, with the codes of the rules: types, lengths, codes, numbers, what must be there."""
    if inbox.table not in standards.tables:
        raise Bad("NO_TABLE", "本方没有这个标准表")
    from xiezhi.datacenter.govern import rules, scan
    from xiezhi.datacenter.standards import schema

    table = standards.tables.get(inbox.table)
    known = {c.name: c for c in table.all_columns}
    if unknown := [c for c in columns if c not in known]:
        raise Bad("BAD_COLUMNS", f"标准表没有这些数据项：{'、'.join(unknown)}")
    wanted = [
        r for r in rules.of(table, staged=True)
        if r.form is rules.Form.ROW and r.severity is rules.Severity.ERROR and set(r.columns) <= set(columns)
    ]  # fmt: skip
    parts = []
    for name in columns:
        x = duck.quote(name)
        element = table.element_of(name)
        kind = schema.duckdb_type(element, repeated=known[name].repeated)
        if kind == "VARCHAR":
            parts.append(x)
        else:
            parts += [f"TRY_CAST({x} AS {kind}) AS {x}", f"{x} AS {duck.quote('n_' + name)}"]
    # A rule over a column that is not sent does not apply; its text would not bind.
    typed = f"(SELECT {', '.join(parts)} FROM staged WHERE _op = 'U')"
    scope = _scope(inbox)
    found: dict[str, str] = {}
    if kept_out := barred(inbox.table):
        # What a person had deleted here does not come in again.
        listed = ", ".join(map(duck.text, sorted(kept_out)))
        for (row_id,) in con.execute(f"SELECT row_id FROM staged WHERE _op = 'U' AND row_id IN ({listed})").fetchall():
            found[row_id] = "rights"
    planned = scan.plan(typed, _bindable(con, typed, wanted), keep=("row_id",))
    if planned.sql:
        for row_id, why in con.execute(f"SELECT row_id, {scan.reasons(planned)} FROM ({planned.sql})").fetchall():
            found[row_id] = ",".join(filter(None, (found.get(row_id), why)))
    if scope:
        outside = f"SELECT row_id FROM staged WHERE _op = 'U' AND NOT coalesce({digest.filtered(scope)}, FALSE)"
        for (row_id,) in con.execute(outside).fetchall():
            found[row_id] = ",".join(filter(None, (found.get(row_id), "scope")))
    return found


_BOUND: dict[tuple[Any, ...], list[Any]] = {}


def _bindable(con: Any, relation: str, wanted: list[Any]) -> list[Any]:
    """Rules whose text speaks of columns that are there: a rule may name more columns than it declares. Kept by relation
    and rules, because a flow's batches all ask the same."""
    import duckdb

    key = (relation, tuple((r.code, r.fails) for r in wanted))
    found = _BOUND.get(key)
    if found is not None:
        return found
    out = []
    for rule in wanted:
        try:
            con.execute(f"EXPLAIN SELECT 1 FROM {relation} AS t WHERE {rule.fails}")
        except duckdb.BinderException:
            continue
        out.append(rule)
    if len(_BOUND) > 200:
        _BOUND.clear()
    _BOUND[key] = out
    return out


def _scope(inbox: Inbox) -> dict[str, list[str]]:
    """The rows the sender may push, by its grant: a province pushes its own divisions only."""
    from xiezhi.datacenter.exchange.models import Grant

    from .flows import interface_of

    grant = Grant.objects.filter(caller_id=inbox.sender_id, interface=interface_of(inbox.table), state="ACTIVE").first()
    return {k: list(v) for k, v in grant.row_filter.items()} if grant is not None else {}


def current_sql(inbox: Inbox) -> str:
    """What the sender's rows are now, as text for FROM: the last entry of every row, without those withdrawn."""
    from xiezhi.datacenter.lake import tables

    return (
        f"(SELECT * FROM {tables.get(inbox.lake_name).sql()} "
        "QUALIFY row_number() OVER (PARTITION BY row_id ORDER BY _epoch DESC, _seq DESC, _row DESC) = 1 AND _op = 'U')"
    )


def _relation(inbox: Inbox) -> str | None:
    from xiezhi.datacenter.lake import tables

    if not tables.get(inbox.lake_name).exists():
        return None
    columns = inbox.wanted  # type: ignore[attr-defined]
    if inbox.columns == columns:
        return current_sql(inbox)
    have = set(tables.get(inbox.lake_name).columns())
    given = ", ".join(duck.quote(c) if c in have else f"CAST(NULL AS VARCHAR) AS {duck.quote(c)}" for c in columns)
    return f"(SELECT {given}, {digest.hashed(columns)} AS _h FROM (SELECT {given} FROM {current_sql(inbox)}))"


def _buckets(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    """Counts and hashes by division and month, by page."""
    refused = InboxRefused.objects.filter(inbox=inbox).count()
    relation = _relation(inbox)
    if relation is None:
        return {"buckets": [], "more": False, "refused": refused}
    after = tuple(str(x) for x in (said.get("after") or ("", "")))
    with duck.connect(memory="1GB") as con:
        found = [b for b in digest.buckets(con, relation) if not said.get("after") or b.key > after]
    page = found[:PAGE]
    return {
        "buckets": [[b.division, b.month, b.count, b.low, b.high] for b in page], "more": len(found) > PAGE, "refused": refused,
    }  # fmt: skip


def _rows(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    """Row ids and hashes of some buckets, in order of row id, by page."""
    keys = said.get("buckets")
    if not isinstance(keys, list) or not keys or len(keys) > 2000:
        raise Bad("BAD_DATA", "请给出1至2000个分组")
    relation = _relation(inbox)
    if relation is None:
        return {"rows": [], "more": False}
    after = str(said.get("after") or "")
    chosen = digest.within([(str(k[0]), str(k[1])) for k in keys])
    with duck.connect(memory="1GB") as con:
        rows = con.execute(
            f"SELECT row_id, _h FROM (SELECT row_id, _h, {digest.place()} FROM {relation}) "
            f"WHERE {chosen} AND row_id > {duck.text(after)} ORDER BY row_id LIMIT {PAGE + 1}"
        ).fetchall()
    return {"rows": [list(r) for r in rows[:PAGE]], "more": len(rows) > PAGE}


def _refusals(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    """Rows refused so far, in order of row id, by page."""
    after = str(said.get("after") or "")
    rows = list(
        InboxRefused.objects.filter(inbox=inbox, row_id__gt=after)
        .order_by("row_id")
        .values_list("row_id", "reasons")[: PAGE + 1]
    )
    return {"rows": [list(r) for r in rows[:PAGE]], "more": len(rows) > PAGE}


def _rights(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    """A person's request, carried out by a task of its own; asked again, it answers with the receipt once that is done."""
    from . import walking

    return walking.take(inbox, said)


_OPS: dict[str, Callable[[Inbox, Mapping[str, Any]], dict[str, Any]]] = {
    "hello": _hello, "batch": _batch, "buckets": _buckets, "rows": _rows, "refusals": _refusals, "rights": _rights,
}  # fmt: skip
