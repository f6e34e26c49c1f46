"""Collecting: what waits at a source becomes batches of the raw layer, each exactly once, each with a run of its own.

A step that dies is done again. A file keeps its batch id because it is its content; a reading of a database, an interface
or a dataset keeps it because the delivery is written down before the first row is read. The lake refuses the same batch a
second time, so whatever was done up to the moment of death, the next collection ends in the same tables.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.db import transaction

from xiezhi.datacenter.collect import csvs, databases, inbox, interfaces, jsons, loading, owns, texts, workbooks
from xiezhi.datacenter.collect.models import Delivery, State
from xiezhi.datacenter.collect.sources import Contract, Database, Files, Http, Mode, Source, sources
from xiezhi.datacenter.collect.staged import Staged
from xiezhi.datacenter.lake import duck, storage, tables
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.runs.models import State as RunState
from xiezhi.datacenter.runs.services import Job, Stopped
from xiezhi.kernel.calendar import clock

__all__ = ["accept", "collect", "drop", "position", "start", "upload"]

SHOWN = 50
"""Refused rows whose place and reason are kept in a run."""


def collect(source_code: str, *, batch: str | None = None, by: Any = None, run_id: int | None = None) -> Run:
    """Take in what waits at a source: every file, or one reading. `batch`: only the file of this name. Returns the run of
    the last batch (a run without a batch where nothing new was found). A batch that is refused ends its run as failed
    with the reason in words and does not keep the others back.

    Raises UnknownCode, and Busy where the same source is being collected.
    """
    source = sources.get(source_code)
    resumed = _finish_open(source, by)
    if not isinstance(source.where, Files):
        return _run(source, by, run_id, lambda job: _reading(job, source, by))
    paths = [p for p in inbox.waiting(source) if batch is None or p.name == batch]
    last: Run | None = resumed
    for path in paths:
        last = _run(source, by, run_id, lambda job, path=path: _file(job, source, path, by))  # type: ignore[misc]
        run_id = None
        if last.state == RunState.CANCELLED:
            return last
    return last or _run(source, by, run_id, lambda job: job.stage("没有待归集的文件"))


def start(source_code: str, *, by: Any = None) -> Run:
    """Let a worker collect; returns the waiting run. Raises UnknownCode."""
    from xiezhi.datacenter.collect import tasks

    source = sources.get(source_code)
    with transaction.atomic():
        run = runs.queue(Kind.COLLECT, source.code, by=by)
        tasks.collect_source.configure(lock=f"collect:{source.code}").defer(source=source.code, run=run.pk)
    return run


def upload(source_code: str, name: str, blocks: Iterable[bytes], *, by: Any = None) -> Run:
    """A file handed in by hand. Raises Stopped with the reason in words, UnknownCode."""
    source = sources.get(source_code)
    if not isinstance(source.where, Files):
        raise Stopped("这个来源不收文件。")
    inbox.receive(source, name, blocks)
    return start(source_code, by=by)


def position(source: Source) -> str:
    """How far an incremental source was read; empty before its first batch."""
    done = Delivery.objects.filter(source=source.code, state=State.LOADED).exclude(high="")
    return done.order_by("-id").values_list("high", flat=True).first() or ""


def accept(delivery: Delivery, *, by: Any = None) -> Run:
    """Take a batch that was kept apart: its columns are agreed from now on. Raises Stopped where it is no longer apart."""
    source = sources.get(delivery.source)

    def work(job: Job) -> None:
        _still_apart(delivery)
        apart = tables.get(f"apart.{source.code}")
        with duck.connect(ordered=True) as con:
            held = con.execute(f"SELECT * FROM {_batch_of(apart, delivery)} LIMIT 0").description
            kept = [c[0] for c in held if c[0] not in loading.TECHNICAL]
            counts = con.execute(
                f"SELECT {', '.join(f'count({duck.quote(c)})' for c in kept)} FROM {_batch_of(apart, delivery)}"
            ).fetchone()
            known = {c["name"] for c in delivery.changes if c["kind"] in ("lost",)}
            columns = tuple(c for c, n in zip(kept, counts, strict=True) if n or c not in known)
            listed = ", ".join(map(duck.quote, columns))
            relation = f"(SELECT {listed} FROM {_batch_of(apart, delivery)} ORDER BY _row)"
            loaded = loading.load(
                job, source, delivery, con, Staged(relation, columns, marked=True), contract=Contract.EVOLVE
            )
        _close(job, source, delivery, loaded, by)
        apart.delete_rows([delivery.batch_id], column="_batch", reason="accepted")

    return _run(source, by, None, work)


def drop(delivery: Delivery, *, by: Any = None) -> Run:
    """Send a batch that was kept apart back: its rows go. Raises Stopped where it is no longer apart."""
    source = sources.get(delivery.source)

    def work(job: Job) -> None:
        _still_apart(delivery)
        tables.get(f"apart.{source.code}").delete_rows([delivery.batch_id], column="_batch", reason="sent-back")
        delivery.state, delivery.ended_at, delivery.by = State.DROPPED, clock.now(), by
        delivery.save()

    return _run(source, by, None, work)


def _still_apart(delivery: Delivery) -> None:
    delivery.refresh_from_db()
    if delivery.state != State.APART:
        raise Stopped("这一批已经处理过了。")


def _batch_of(table: tables.LakeTable, delivery: Delivery) -> str:
    return f"(SELECT * FROM {table.sql()} WHERE _batch = {duck.text(delivery.batch_id)})"


def _run(source: Source, by: Any, run_id: int | None, work: Callable[[Job], None]) -> Run:
    """One run. Refusals are an end of the run, not an error of the program."""
    held: list[Job] = []
    try:
        with runs.start(Kind.COLLECT, source.code, by=by, run_id=run_id) as job:
            held.append(job)
            work(job)
    except Stopped:
        if not held:
            raise
    return held[0].run


def _reading(job: Job, source: Source, by: Any) -> None:
    """A database, an interface or a dataset, once."""
    if source.mode is Mode.INCREMENTAL and Delivery.objects.filter(source=source.code, state=State.APART).exists():
        raise Stopped("上一批因结构变化待处理，处理之前不再增量归集。")
    delivery = Delivery.objects.filter(source=source.code, state=State.READING, file_hash="").first()
    if delivery is None:
        with transaction.atomic():
            delivery = Delivery.objects.create(source=source.code, name=source.title[:200], begun_at=clock.now(), by=by)
            delivery.batch_id = f"{source.mode.value[:4]}-{delivery.pk:08d}"
            delivery.save()
    folder = storage.scratch("collect")
    try:
        with duck.connect(ordered=True) as con:
            job.stage("读取")
            staged = _staged(job, source, con, folder)
            loaded = loading.load(job, source, delivery, con, staged)
        delivery.high = staged.high[:80] if source.mode is Mode.INCREMENTAL else ""
        _close(job, source, delivery, loaded, by)
    except loading.Unchanged:
        delivery.delete()
        job.count(rows_out=0, unchanged=1)
    except Stopped as error:
        _refuse(job, delivery, str(error))
        raise
    except runs.Cancelled:
        delivery.delete()
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _staged(job: Job, source: Source, con: Any, folder: Path) -> Staged:
    at = position(source) if source.mode is Mode.INCREMENTAL else ""
    if isinstance(source.where, Database):
        return databases.stage(con, source, folder, at, step=job.advance)
    if isinstance(source.where, Http):
        return interfaces.stage(con, source, folder, at, step=job.advance)
    return owns.stage(con, source, folder, at, step=job.advance)


def _file(job: Job, source: Source, path: Path, by: Any) -> None:
    """One file."""
    where = source.where
    assert isinstance(where, Files)
    shown, folder = inbox.label(path.name), storage.scratch("collect")
    delivery = Delivery(source=source.code, name=shown, begun_at=clock.now(), by=by)
    try:
        job.stage("检查文件")
        stat = path.stat()
        delivery.size = stat.st_size
        if stat.st_size > source.limit:
            raise Stopped(f"文件超过 {source.limit >> 20} MB。")
        if not stat.st_size:
            raise Stopped("文件是空的。")
        said = inbox.promise(path) if where.manifest else inbox.Promise()
        if said.size is not None and said.size != stat.st_size:
            raise Stopped(f"清单写明 {said.size} 字节，实际 {stat.st_size} 字节：文件没有传完。")
        mine, kind = inbox.borrow(path, folder), inbox.ENDINGS[path.suffix.lower()]
        text: texts.Text | None = None
        if kind == "csv":
            text, delivery.file_hash = texts.examine(mine, folder, where.encoding)
        else:
            delivery.file_hash = texts.digest(mine)
        if said.sha256 is not None and said.sha256 != delivery.file_hash:
            raise Stopped("文件摘要与清单不符：文件不完整或被改动。")
        known = Delivery.objects.filter(
            source=source.code, file_hash=delivery.file_hash, state__in=[State.LOADED, State.APART]
        ).first()
        if known is not None:
            _again(job, delivery, known, path, where)
            return
        delivery.batch_id = f"file-{delivery.file_hash[:40]}"
        open_ = Delivery.objects.filter(source=source.code, batch_id=delivery.batch_id, state=State.READING).first()
        if open_ is not None:
            delivery = open_
        delivery.save()
        with duck.connect(ordered=True) as con:
            job.stage("读取")
            loaded = _loaded(job, source, delivery, con, mine, text, kind, folder, said.rows)
        after = path.stat()
        if (after.st_size, after.st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
            loaded.notes.append("文件在读取之后又被改动，改动的部分将作为新的一批归集。")
        _close(job, source, delivery, loaded, by)
        inbox.taken(path, where.keep)
    except Stopped as error:
        _refuse(job, delivery, str(error))
        if path.exists():
            inbox.set_aside(path)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _loaded(
    job: Job, source: Source, delivery: Delivery, con: Any, path: Path, text: texts.Text | None, kind: str, folder: Path,
    expected: int | None,
) -> loading.Loaded:  # fmt: skip
    import duckdb

    staged = _opened(job, source, con, path, text, kind, folder)
    try:
        if expected is not None:
            staged.expected = expected
        return loading.load(job, source, delivery, con, staged)
    except duckdb.InvalidInputException:
        where = source.where
        if text is None or not isinstance(where, Files):
            raise
        notes = staged.notes
        staged = csvs.slowly(con, text, sign=where.separator, trailer=where.trailer, folder=folder)
        staged.notes = notes
        if expected is not None:
            staged.expected = expected
        return loading.load(job, source, delivery, con, staged)


def _opened(job: Job, source: Source, con: Any, path: Path, text: texts.Text | None, kind: str, folder: Path) -> Staged:
    where = source.where
    assert isinstance(where, Files)
    if kind == "xlsx":
        return workbooks.stage(con, path, folder, sheet=where.sheet, step=job.advance)
    if kind == "json":
        return jsons.stage_json(con, path, folder, step=job.advance)
    if kind == "parquet":
        return jsons.stage_parquet(con, path)
    assert text is not None
    sign = where.separator or ("\t" if path.suffix == ".tsv" else "")
    staged = csvs.stage(con, text, sign=sign, trailer=where.trailer, folder=folder)
    if text.encoding != "UTF-8":
        staged.notes.append(f"编码为 {text.encoding}，已转为 UTF-8。")
    if text.nuls:
        staged.notes.append(f"去除了 {text.nuls} 个空字符。")
    if not text.ended and not where.trailer:
        staged.notes.append("最后一行没有换行：请核对文件是否完整。")
    return staged


def _again(job: Job, delivery: Delivery, known: Delivery, path: Path, where: Files) -> None:
    """The same content under whatever name: reported, not taken a second time."""
    same = Delivery.objects.filter(
        source=delivery.source, file_hash=delivery.file_hash, state=State.SAME, name=delivery.name
    )
    if not (where.keep and (known.name == delivery.name or same.exists())):
        delivery.state, delivery.ended_at, delivery.run = State.SAME, clock.now(), job.run
        delivery.batch_id, delivery.rows, delivery.content_hash = known.batch_id, known.rows, known.content_hash
        delivery.problems = [
            f"内容与 {known.begun_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M} 送达的“{known.name}”相同，未重复入库。"
        ]
        delivery.save()
        job.count(same_as=known.batch_id)
    inbox.taken(path, where.keep)


def _close(job: Job, source: Source, delivery: Delivery, loaded: loading.Loaded, by: Any) -> None:
    """Write down the end of a batch."""
    problems = list(loaded.notes)
    if loaded.eaten:
        problems.append(f"{loaded.eaten} 行的长号码在表格软件中丢失了末几位，已标记“⚠”，请供给单位重新导出为文本。")
    if loaded.refused:
        reasons = sorted({r.reason for r in loaded.refused})
        rows = "、".join(str(r.row) for r in loaded.refused[:8])
        problems.append(f"{len(loaded.refused)} 行不能读取（{'；'.join(reasons[:4])}），如第 {rows} 行。")
    if loaded.changes:
        tail = "，待处理" if loaded.state is State.APART else "，已按约定接收"
        problems.append("结构变化：" + "；".join(c.words for c in loaded.changes[:20]) + tail + "。")
    delivery.state, delivery.ended_at, delivery.run = loaded.state, clock.now(), job.run
    delivery.rows, delivery.refused, delivery.content_hash = loaded.rows, len(loaded.refused), loaded.content_hash
    delivery.problems = problems
    delivery.changes = [{"kind": c.kind, "name": c.column, "words": c.words} for c in loaded.changes]
    apart = loaded.state is State.APART
    job.count(
        rows_in=loaded.read or loaded.rows, rows_out=0 if apart else loaded.rows,
        rows_refused=len(loaded.refused) + (loaded.rows if apart else 0), content_hash=loaded.content_hash,
        snapshot=loaded.snapshot, batch_id="" if apart else delivery.batch_id,
    )  # fmt: skip
    if loaded.refused:
        job.count(refused=[[r.row, r.reason] for r in loaded.refused[:SHOWN]])
    if loaded.eaten:
        job.count(eaten=loaded.eaten)
    if apart:
        job.count(apart=delivery.batch_id)
    with transaction.atomic():
        delivery.save()
        job.keep()


def _refuse(job: Job, delivery: Delivery, reason: str) -> None:
    delivery.state, delivery.ended_at, delivery.run, delivery.problems = State.REFUSED, clock.now(), job.run, [reason]
    delivery.save()


def _finish_open(source: Source, by: Any) -> Run | None:
    """Readings whose rows came into the lake although the process died before it could write that down."""
    last: Run | None = None
    table = tables.get(source.raw)
    for delivery in list(Delivery.objects.filter(source=source.code, state=State.READING).order_by("id")):
        if not table.exists() or table.has_batch(delivery.batch_id) is None:
            continue

        def work(job: Job, delivery: Delivery = delivery) -> None:
            job.stage("接续")
            with duck.connect() as con:
                rows, digest, eaten = loading.known_digest(con, source, delivery.batch_id)
                where = source.where
                if source.mode is Mode.INCREMENTAL and isinstance(where, (Database, Http)):
                    delivery.high = _highest(con, table, delivery, where.cursor)
                elif source.mode is Mode.INCREMENTAL and not isinstance(where, Files):
                    delivery.high = delivery.begun_at.astimezone(clock.SHANGHAI).date().isoformat()
            snapshot = table.has_batch(delivery.batch_id)
            loaded = loading.Loaded(State.LOADED, rows, content_hash=digest, eaten=eaten, read=rows)
            loaded.snapshot = str(snapshot.id) if snapshot else ""
            _close(job, source, delivery, loaded, by)

        last = _run(source, by, None, work)
    return last


def _highest(con: Any, table: tables.LakeTable, delivery: Delivery, cursor: str) -> str:
    """The position up to which a batch reaches, from its rows."""
    q = duck.quote(cursor)
    row = con.execute(
        f"SELECT max(TRY_CAST({q} AS HUGEINT))::VARCHAR, max({q}), count(*) = count(TRY_CAST({q} AS HUGEINT)) FROM {_batch_of(table, delivery)}"
    ).fetchone()
    found = row[0] if row[2] else row[1]
    return str(found or position(sources.get(delivery.source)))[:80]
