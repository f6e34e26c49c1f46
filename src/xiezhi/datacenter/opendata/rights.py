"""A person's correction or deletion reaches what was opened (个人信息保护法 第46条、第47条).

Registers and samples hold rows; a version that holds a row wrongly is withdrawn and its files go from the disk. Was it the
version the public sees, its successor is made of the same rows, without that row or with the right value: what a person
looked through before publication changes by nothing else. Disclosure control examines it anew; what does not pass is not
published, and the set stays without a version until an officer makes one.

Statistics stay: they hold no row, and what they tell is protected by `control`. Two editions apart by one request would
tell exactly that person's cell to whoever subtracts them. The next regular edition counts as the base does then.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from xiezhi.datacenter.opendata import release as releasing
from xiezhi.datacenter.opendata.declare import Kind, OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind as RunKind
from xiezhi.datacenter.runs.models import Run
from xiezhi.datacenter.runs.models import State as RunState
from xiezhi.datacenter.standards import declare as standards
from xiezhi.datacenter.standards.copies import Change, Holder
from xiezhi.kernel.calendar import clock

__all__ = ["HOLDER", "REASON", "apply", "remains"]

REASON = "按个人信息权利人的请求已重新处理，请使用现在的版本。"
EMPTY = "按个人信息权利人的请求撤回，新的版本待审查后发布。"


@dataclass(frozen=True)
class _Held:
    """A version with files and the numbers of its rows that are not as they should be; None: nobody knows which."""

    release: Release
    numbers: tuple[int, ...] | None


def _sets(change: Change) -> Iterator[OpenSet]:
    for one in open_sets.all():
        if one.table == change.table and one.kind is not Kind.STATISTICS:
            yield one


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def _digests(row_ids: Sequence[str]) -> str:
    return ", ".join(releasing.digest_of(_text(r)) for r in row_ids)


def _right(declared: OpenSet, change: Change) -> dict[str, str | None]:
    """Columns of the set that the change corrects, with the right value as text."""
    if change.deletes:
        return {}
    from xiezhi.datacenter.govern.holding import as_stored

    return {n: v for n, v in as_stored(change).items() if n in declared.columns}


def _left(declared: OpenSet, change: Change) -> list[str]:
    """Rows that, once corrected, no longer belong to the set."""
    if change.deletes or not declared.where:
        return []
    from xiezhi.datacenter.lake import duck, tables

    table = tables.get(standards.tables.get(change.table).lake_name)
    if not table.exists():
        return []
    listed = ", ".join(map(_text, change.row_ids))
    with duck.connect(memory="512MB", threads=1) as con:
        sql = f"SELECT row_id FROM {table.sql()} AS o WHERE row_id IN ({listed}) AND NOT coalesce(({declared.where}), FALSE)"
        return [str(r) for (r,) in con.execute(sql).fetchall()]


def _concerned(declared: OpenSet, change: Change) -> list[_Held]:
    """Versions whose files hold what should be gone or corrected."""
    from xiezhi.datacenter.lake import duck

    found: list[_Held] = []
    kept = [
        r for r in Release.objects.filter(set_code=declared.code).order_by("version") if releasing.folder(r).exists()
    ]
    if not kept or not change.row_ids:
        return []
    right, left = _right(declared, change), _left(declared, change)
    with duck.connect(memory="512MB") as con:
        for release in kept:
            ids, data = releasing.rows_path(release), releasing.folder(release) / "data.parquet"
            if not ids.exists():
                # Made before rows were traced: it may hold them, so it may not stay.
                found.append(_Held(release, None))
                continue
            source = f"read_parquet({_text(str(ids))})"
            here = f"SELECT _n FROM {source} WHERE _id IN ({_digests(change.row_ids)})"
            if release.state == Release.State.WITHDRAWN:
                sql = here
            elif not data.exists():
                found.append(_Held(release, None))
                continue
            elif change.deletes:
                sql = here
            else:
                wrong = [f"CAST(d.{_quote(n)} AS VARCHAR) IS DISTINCT FROM {_text(v)}" for n, v in right.items()]
                if left:
                    wrong.append(f"d._n IN (SELECT _n FROM {source} WHERE _id IN ({_digests(left)}))")
                if not wrong:
                    continue
                sql = f"SELECT d._n FROM read_parquet({_text(str(data))}) AS d WHERE d._n IN ({here}) AND ({' OR '.join(wrong)})"
            numbers = tuple(int(n) for (n,) in con.execute(sql).fetchall())
            if numbers:
                found.append(_Held(release, numbers))
    return found


def _strays(declared: OpenSet) -> list[Path]:
    """Files of versions that never came into the books: left by a run that died."""
    place = Path(settings.OPEN_DATA_ROOT) / declared.code
    if not place.is_dir():
        return []
    known = {str(v) for v in Release.objects.filter(set_code=declared.code).values_list("version", flat=True)}
    return [p for p in place.iterdir() if p.name not in known]


def apply(change: Change) -> int:
    """Withdraw what holds the rows wrongly, publish its successor, remove the files. Returns how many rows of versions it was
    about; safe to repeat. Raises Stopped while a version of such a set is being made: it may have read the rows before."""
    from xiezhi.datacenter.opendata.tasks import prepare_set

    touched = 0
    for declared in _sets(change):
        at_work = Run.objects.filter(kind=RunKind.OPEN, target=declared.code, state=RunState.RUNNING).exists()
        if not at_work and not _strays(declared) and not _concerned(declared, change):
            continue
        try:
            with runs.start(RunKind.OPEN, declared.code) as job:
                for path in _strays(declared):
                    shutil.rmtree(path, ignore_errors=True)
                held = _mend(job, declared, change)
        except runs.Busy:
            raise runs.Stopped(f"“{declared.title}”的新版本正在生成，完成后再处理。") from None
        touched += sum(1 if h.numbers is None else len(h.numbers) for h in held)
        if any(h.numbers is None and h.release.state == Release.State.RELEASED for h in held):
            prepare_set.defer(code=declared.code, run_id=runs.queue(RunKind.OPEN, declared.code).pk)
    return touched


def remains(change: Change) -> int:
    """Rows that still lie in files of any version, or lie there without the right value."""
    return sum(
        1 if held.numbers is None else len(held.numbers)
        for declared in _sets(change)
        for held in _concerned(declared, change)
    )


def _mend(job: runs.Job, declared: OpenSet, change: Change) -> list[_Held]:
    """Returns the versions it was about, as they were."""
    concerned = _concerned(declared, change)
    live = next((h for h in concerned if h.release.state == Release.State.RELEASED), None)
    fresh = None
    if live is not None and live.numbers is not None:
        fresh = _waiting(declared, live.release, concerned) or _rebuilt(job, declared, live.release, change)
    job.stage("撤回旧版本")
    with transaction.atomic():
        for held in concerned:
            one = Release.objects.select_for_update().get(pk=held.release.pk)
            if one.state != Release.State.WITHDRAWN:
                successor = fresh is not None and fresh.state == Release.State.CHECKED
                now_there = successor or releasing.current(declared.code) not in (None, one)
                one.state, one.ended_at, one.reason = (
                    Release.State.WITHDRAWN,
                    clock.now(),
                    REASON if now_there else EMPTY,
                )
                one.save()
                releasing.taken_back(one)
        if fresh is not None and fresh.state == Release.State.CHECKED:
            releasing.publish(fresh, None)
    for (
        held
    ) in concerned:  # the books first: whoever asks meanwhile is told, and a death here leaves it to the next walk
        shutil.rmtree(releasing.folder(held.release), ignore_errors=True)
        if not releasing.folder(held.release).exists():
            releasing.rows_path(held.release).unlink(missing_ok=True)
    return concerned


def _waiting(declared: OpenSet, live: Release, concerned: Sequence[_Held]) -> Release | None:
    """A successor that a walk made before it died."""
    found = Release.objects.filter(
        set_code=declared.code, state=Release.State.CHECKED, report__rebuilt_from=live.version
    ).order_by("-version")
    bad = {h.release.pk for h in concerned}
    for one in found:
        if one.pk not in bad and all((releasing.folder(one) / f["name"]).exists() for f in one.files):
            return one
    return None


def _rebuilt(job: runs.Job, declared: OpenSet, live: Release, change: Change) -> Release:
    """The next version: the rows of the live one, without what goes and with what is right; examined and written anew."""
    from xiezhi.datacenter.lake import duck

    job.stage("按权利请求重做")
    right, left = _right(declared, change), _left(declared, change)
    ids = f"read_parquet({_text(str(releasing.rows_path(live)))})"
    data = f"read_parquet({_text(str(releasing.folder(live) / 'data.parquet'))})"
    gone = change.row_ids if change.deletes else tuple(left)
    with duck.connect() as con:
        kinds = {n: k for n, k, *_ in con.execute(f"DESCRIBE SELECT * FROM {data} LIMIT 0").fetchall()}
        mine = f"i._id IN ({_digests(change.row_ids)})"
        values = ", ".join(
            f"CASE WHEN {mine} THEN CAST({_text(v)} AS {kinds[n]}) ELSE d.{_quote(n)} END AS {_quote(n)}"
            if n in right else f"d.{_quote(n)}"
            for n, v in ((c, right.get(c)) for c in declared.columns)
        )  # fmt: skip
        keep = f"WHERE i._id NOT IN ({_digests(gone)})" if gone else ""
        con.execute(
            f"CREATE TEMP TABLE kept AS SELECT {values}, i._id FROM {data} AS d JOIN {ids} AS i ON i._n = d._n {keep}"
        )
        con.execute(
            "CREATE TEMP TABLE open_rows AS SELECT row_number() OVER () AS _n, * "
            f"FROM ({releasing.select_rows(declared, 'kept', '_id', filtered=False)})"
        )
        con.execute("CREATE TEMP TABLE open_ids AS SELECT _n, _id FROM open_rows")
        con.execute("ALTER TABLE open_rows DROP COLUMN _id")
        total = con.execute("SELECT count(*) FROM kept").fetchone()[0]
        con.execute("DROP TABLE kept")
        report: dict[str, Any] = releasing.examined(con, declared, total)
        report["rebuilt_from"] = live.version
        return releasing.make(con, job, declared, report, snapshot=live.snapshot, at=live.source_at)


HOLDER = Holder("opendata", "开放数据", apply, remains, order=70)
