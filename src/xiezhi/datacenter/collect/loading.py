"""One batch into the raw layer: contract, marks, digest, and a commit that happens once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xiezhi.datacenter.collect import contracts
from xiezhi.datacenter.collect.contracts import Change, Column
from xiezhi.datacenter.collect.models import Delivery, Shape, State
from xiezhi.datacenter.collect.sources import Contract, Mode, Source
from xiezhi.datacenter.collect.staged import EATEN, Part, Refusal, Staged
from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.lake.tables import Select
from xiezhi.datacenter.runs.services import Job, Stopped
from xiezhi.kernel.calendar import clock

__all__ = ["Loaded", "Unchanged", "agreed", "digest_of", "known_digest", "load", "look"]

SAMPLE = 5_000
MOST_PARTS = 4
"""Parts of one file that are read side by side."""
MOST_REFUSED = 0.05
SOME = 100
"""A batch with more refused rows than MOST_REFUSED of it, and more than SOME, is refused as a whole: then the separator, the
encoding or the export is wrong, not single rows."""
TECHNICAL = ("_batch", "_row", "_file", "_at", "_note")
ID_NAMES = (
    "身份证",
    "证件号",
    "证件号码",
    "公民身份号码",
    "idno",
    "idcard",
    "idnumber",
    "identity",
    "cardno",
    "执业证号",
    "银行卡",
    "账号",
)


class _Uneven(Exception):
    """Rows read in parts would not have the numbers they have in the whole."""


class Unchanged(Exception):
    """The source holds exactly what its last batch held."""


@dataclass
class Loaded:
    """What became of a batch."""

    state: State
    rows: int = 0
    refused: list[Refusal] = field(default_factory=list)
    content_hash: str = ""
    snapshot: str = ""
    eaten: int = 0
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read: int = 0


def agreed(source: Source) -> list[Column]:
    """The columns promised: those of the last batch taken, else those declared; empty before the first batch."""
    found = Shape.objects.filter(source=source.code).first()
    if found is not None:
        return [Column(c["name"], c["look"]) for c in found.columns]
    return [Column(c) for c in source.columns]


def look(con: Any, staged: Staged) -> list[Column]:
    """The columns of a batch with what a sample of their values looks like."""
    out = []
    for at in range(0, len(staged.columns), 100):
        names = staged.columns[at : at + 100]
        counts = ", ".join(contracts.look_sql(duck.quote(n)) for n in names)
        row = con.execute(f"SELECT {counts} FROM (SELECT * FROM {staged.relation} LIMIT {SAMPLE}) AS s").fetchone()
        out += [Column.of(n, *row[i * 4 : i * 4 + 4]) for i, n in enumerate(names)]
    return out


def id_columns(source: Source, columns: Sequence[str]) -> list[str]:
    """Columns in which long numbers stand: those declared, those that feed a data element with such a check, and those
    whose names say so."""
    found = set(source.id_columns) | {c for c in columns if any(word in contracts.bare(c) for word in ID_NAMES)}
    if source.table:
        from xiezhi.datacenter.standards import declare

        if source.table in declare.tables:
            table = declare.tables.get(source.table)
            for name, raw in source.mapping.items():
                try:
                    if table.element_of(name).check in ("id_no", "usc", "license_no", "mobile"):
                        found.add(raw)
                except LookupError:
                    continue
    return [c for c in columns if c in found]


def eaten_sql(quoted: str) -> str:
    """Whether a text is what a spreadsheet leaves of a long number: 1.10101E+17, or 18 digits whose last three are
    zeros under a check digit that does not fit. Cheap tests first: nearly every value ends there."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8)
    total = " + ".join(f"CAST(substr({quoted}, {i + 1}, 1) AS INTEGER) * {w}" for i, w in enumerate(weights))
    return (
        f"CASE WHEN ends_with({quoted}, '000') AND regexp_matches({quoted}, '^[1-9][0-9]{{14}}000$') THEN ({total}) % 11 <> 1 "
        f"WHEN (strpos({quoted}, 'E') > 0 OR strpos({quoted}, 'e') > 0) AND contains({quoted}, '1') AND length({quoted}) BETWEEN 4 AND 30 "
        f"THEN regexp_matches({quoted}, '^\\s*[0-9](\\.[0-9]+)?[eE]\\+?1[4-9]\\s*$') "
        f"ELSE coalesce(starts_with({quoted}, '{EATEN}'), false) END"
    )


def row_text(columns: Sequence[str]) -> str:
    return "concat_ws(chr(31), " + ", ".join(f"coalesce({duck.quote(c)}, chr(0))" for c in columns) + ")"


def digest_of(con: Any, relation: str, columns: Sequence[str]) -> tuple[int, str, int]:
    """Rows, their digest and how many carry a note. The digest is SHA-256 over the count and the sums of two 64-bit halves
    of each row's MD5: the same rows in another order have the same one, one changed character another. It tells whether
    two batches hold the same rows; that a file is the one delivered is told by the file's own SHA-256. (A sum can be forged
    by somebody who may add thousands of rows of his choice, whatever hash stands below it; so a stronger one would only cost.)"""
    names = sorted(columns)
    rows, one, two, notes = con.execute(
        "SELECT count(*), coalesce(sum(CAST(m >> 64 AS UBIGINT)), 0), "
        "coalesce(sum(CAST(m & 18446744073709551615::UHUGEINT AS UBIGINT)), 0), coalesce(sum(n), 0) FROM "
        f"(SELECT md5_number({row_text(names)}) AS m, CAST(_note IS NOT NULL AS INTEGER) AS n FROM {relation})"
    ).fetchone()
    said = "\x1f".join(names) + f"\n{rows}\n{int(one)}\n{int(two)}"
    return int(rows), hashlib.sha256(f"xiezhi rows 1\n{said}".encode()).hexdigest(), int(notes)


def known_digest(con: Any, source: Source, batch_id: str) -> tuple[int, str, int]:
    """The same for a batch that lies in the raw layer already."""
    table = tables.get(source.raw)
    columns = [c for c in table.columns() if c not in TECHNICAL]
    relation = f"(SELECT * FROM {table.sql()} WHERE _batch = {duck.text(batch_id)})"
    held = con.execute(
        "SELECT " + ", ".join(f"count({duck.quote(c)})" for c in columns) + f" FROM {relation}"
    ).fetchone()
    return digest_of(con, relation, [c for c, n in zip(columns, held, strict=True) if n] or columns)


def load(
    job: Job, source: Source, delivery: Delivery, con: Any, staged: Staged, *, contract: Contract | None = None
) -> Loaded:
    """Take a batch into the raw layer, or keep it apart, as the source's contract says. Raises Stopped where the batch is
    refused, Unchanged where it holds what the last one held."""
    contract = contract or source.contract
    out = Loaded(State.LOADED, notes=list(staged.notes))
    if not staged.columns:
        return replace(out, rows=0, content_hash="")
    job.stage("核对结构")
    was, now = agreed(source), look(con, staged)
    out.changes = contracts.compare(was, now) if was else []
    if out.changes and contract is Contract.FREEZE:
        raise Stopped("结构与约定不符，整批拒收：" + "；".join(c.words for c in out.changes[:20]) + "。")
    if out.changes and contract is Contract.QUARANTINE:
        out.state = State.APART
    into, columns = contracts.resolve(was, now, out.changes)
    if out.state is State.APART:
        into, columns = {c.name: c.name for c in now}, list(now)
    job.stage("写入")
    _append(job, source, delivery, con, staged, into, columns, out)
    if out.state is State.LOADED:
        _agree(source, was, columns)
    return out


def _schema(columns: Sequence[str]) -> Any:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [*(pa.field(c, text) for c in columns), ("_batch", text), ("_row", pa.int64()), ("_file", text),
         ("_at", pa.timestamp("us", "UTC")), ("_note", text)]
    )  # fmt: skip


def _append(
    job: Job, source: Source, delivery: Delivery, con: Any, staged: Staged, into: dict[str, str],
    columns: Sequence[Column], out: Loaded,
) -> None:  # fmt: skip
    name = source.raw if out.state is State.LOADED else f"apart.{source.code}"
    written = list(into.values())
    table = tables.get(name).create(_schema([c.name for c in columns]), level=source.level)
    threads, ordered = con.execute(
        "SELECT current_setting('threads'), current_setting('preserve_insertion_order')"
    ).fetchone()
    parts = staged.parts(min(int(threads), MOST_PARTS)) if delivery.file_hash else []
    known = staged.noted() if parts else 0

    def before(paths: list[str]) -> None:
        job.check()
        job.stage("核对内容")
        listed = ", ".join(map(duck.text, paths))
        relation = f"read_parquet([{listed}], hive_partitioning = false)"
        if parts and (staged.noted() != known or not _in_row(con, relation if paths else "")):
            raise _Uneven
        out.refused = staged.refused() if not parts else []
        if paths:
            out.rows, out.content_hash, out.eaten = digest_of(con, relation, written)
        else:
            out.rows, out.content_hash, out.eaten = 0, hashlib.sha256(b"xiezhi rows 1\n").hexdigest(), 0
        _judge(staged, out)
        if not delivery.file_hash and delivery.state == State.READING and _nothing_new(source, delivery, out):
            raise Unchanged
        job.check()
        job.stage("提交")

    try:
        if parts:
            con.execute("SET preserve_insertion_order = false")  # each row has its number; parts are read side by side
        sql = _select(source, delivery, staged, into, table, parts)
        snapshot = table.append(Select(con, sql), batch_id=delivery.batch_id, before=before)
    except _Uneven:
        parts = []
        con.execute(f"SET preserve_insertion_order = {str(ordered).lower()}")
        job.stage("写入")
        sql = _select(source, delivery, staged, into, table)
        snapshot = table.append(Select(con, sql), batch_id=delivery.batch_id, before=before)
    finally:
        con.execute(f"SET preserve_insertion_order = {str(ordered).lower()}")
    out.snapshot = str(snapshot.id)


def _in_row(con: Any, relation: str) -> bool:
    """Whether rows are numbered from 1 on without a gap or a number that comes twice."""
    if not relation:
        return False
    count, last, total = con.execute(f"SELECT count(*), max(_row), sum(_row) FROM {relation}").fetchone()
    return bool(count == last and 2 * int(total) == count * (count + 1))


def _select(
    source: Source, delivery: Delivery, staged: Staged, into: dict[str, str], table: tables.LakeTable,
    parts: Sequence[Part] = (),
) -> str:  # fmt: skip
    """The batch as it will lie in the raw layer."""
    ids = id_columns(source, list(into))
    flags = {c: f"_eaten{i}" for i, c in enumerate(ids)}
    chosen = []
    for column, target in into.items():
        q = duck.quote(column)
        value = (
            f"CASE WHEN {flags[column]} THEN '{EATEN}' || ltrim({q}, '{EATEN}') ELSE {q} END" if column in ids else q
        )
        chosen.append(f"{value} AS {duck.quote(target)}")
    marks = [f"CASE WHEN {flags[c]} THEN {duck.text(into[c])} END" for c in ids]
    if staged.marked:
        others = [c for c in into if c not in ids]
        marks += [f"CASE WHEN starts_with({duck.quote(c)}, '{EATEN}') THEN {duck.text(into[c])} END" for c in others]
    note = f"nullif(concat_ws(',', {', '.join(marks)}), '')" if marks else "CAST(NULL AS VARCHAR)"
    tests = "".join(f", {eaten_sql(duck.quote(c))} AS {flag}" for c, flag in flags.items())
    moment = clock.now().isoformat()
    sql = " UNION ALL ".join(
        f"SELECT {', '.join(chosen)}, {duck.text(delivery.batch_id)} AS _batch, _row, {duck.text(delivery.name)} AS _file, "
        f"TIMESTAMPTZ {duck.text(moment)} AS _at, {note} AS _note "
        f"FROM (SELECT *, row_number() OVER () + {part.before} AS _row{tests} FROM {part.relation}) AS r"
        for part in parts or [Part(staged.relation, 0)]
    )
    if source.mode is Mode.INCREMENTAL and not delivery.file_hash:
        sql = _only_new(source, delivery, sql, list(into.values()), table)
    return sql


def _only_new(source: Source, delivery: Delivery, sql: str, written: list[str], table: tables.LakeTable) -> str:
    """Without rows that an earlier batch brought just so (the overlap reads them again), and each row once."""
    one = f"SELECT * FROM ({sql}) AS n QUALIFY row_number() OVER (PARTITION BY sha256({row_text(sorted(written))}) ORDER BY _row) = 1"
    loaded = Delivery.objects.filter(source=source.code, state=State.LOADED).exclude(batch_id=delivery.batch_id)
    batches = list(loaded.order_by("-id").values_list("batch_id", flat=True)[:50])
    if not batches or not table.snapshot():
        return one
    listed = ", ".join(map(duck.text, batches))
    known = f"SELECT sha256({row_text(sorted(written))}) AS h FROM {table.sql()} WHERE _batch IN ({listed})"
    return f"SELECT o.* FROM ({one}) AS o ANTI JOIN ({known}) AS k ON sha256({row_text(sorted(written))}) = k.h"


def _judge(staged: Staged, out: Loaded) -> None:
    """Raises Stopped where the batch as a whole can not be trusted."""
    out.read = out.rows + len(out.refused)
    broken = [r for r in out.refused if r.reason == "引号没有成对" and "\n" in r.text.strip()]
    if broken:
        raise Stopped(f"第 {broken[0].row} 行的引号没有成对，其后的内容不能读取：文件可能没有传完。整批拒收。")
    if len(out.refused) > max(SOME, out.read * MOST_REFUSED):
        first = out.refused[0]
        raise Stopped(
            f"{len(out.refused)} 行不能读取（共 {out.read} 行，如第 {first.row} 行：{first.reason}），整批拒收。请检查分隔符和导出方式。"
        )
    if staged.expected is not None and staged.expected != out.read:
        raise Stopped(f"约定 {staged.expected} 行，实际 {out.read} 行：文件可能没有传完。整批拒收。")


def _nothing_new(source: Source, delivery: Delivery, out: Loaded) -> bool:
    if source.mode is Mode.INCREMENTAL:
        return not out.rows
    return out.content_hash == _last_hash(source, delivery)


def _last_hash(source: Source, delivery: Delivery) -> str:
    kept = Delivery.objects.filter(source=source.code, state__in=[State.LOADED, State.APART]).exclude(pk=delivery.pk)
    return kept.order_by("-id").values_list("content_hash", flat=True).first() or ""


def _agree(source: Source, was: Sequence[Column], columns: Sequence[Column]) -> None:
    plain = [c.plain() for c in columns]
    found = Shape.objects.filter(source=source.code).first()
    if found is None:
        Shape.objects.create(source=source.code, columns=plain, at=clock.now())
    elif found.columns != plain:
        found.columns, found.version, found.at = plain, found.version + 1, clock.now()
        found.save()
