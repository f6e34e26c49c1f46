"""std → subject: link what is new, keep what people decided, number the persons, write everything or nothing.

Lake and database do not commit together. So what is to be written is first laid down as a plan (files and a row); then
the lake takes it by batch, which does nothing the second time; then the database, in one transaction that also ends the
plan. A run that dies in between is finished by the next one from the same plan.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from xiezhi.datacenter.lake import duck, storage, tables
from xiezhi.datacenter.persons import gather, ids, linking, numbering, subject
from xiezhi.datacenter.persons.assign import Change
from xiezhi.datacenter.persons.models import PersonEntity, Plan, ReviewPair
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import Level
from xiezhi.kernel.ledger import services as ledger

__all__ = ["RECORDS", "finish", "refresh", "state_folder"]

RECORDS = "link.person_records"
"""Record → person, with how it was linked. `restricted`: of a base of crime or correction."""
MANY = 0.25
MOST = 10_000
"""Above this share, or number, of records that the last full run did not know everything is linked anew."""


def _home() -> Path:
    return Path(settings.HOME) / "persons"


def state_folder() -> Path:
    """What the engine keeps from one run to the next; without it everything is linked anew."""
    return _home() / "state"


def records_schema() -> Any:
    """Columns of `link.person_records`."""
    import pyarrow as pa

    text = ("record_id", "base", "tbl", "row_id", "row_hash", "person_uid", "how", "id_key")
    return pa.schema([*(pa.field(n, pa.string()) for n in text), ("weight", pa.float64()), ("restricted", pa.bool_())])


def refresh(
    *,
    by: Any = None,
    full: bool = False,
    only: Sequence[str] = (),
    linker: linking.Linker | None = None,
    run_id: int | None = None,
) -> Run:
    """Bring the person base up to date. Raises Busy where it is being done already.

    `full`: link everything anew, not only what is new. `only`: make these persons anew as they are linked now, without
    linking (after a correction or deletion). The run says what it did: persons, new ids, merges, splits."""
    with runs.start(Kind.LINK, "persons", by=by, run_id=run_id) as job:
        job.stage("接续上次")
        for plan in Plan.objects.filter(applied_at__isnull=True).order_by("pk"):
            finish(plan)
        _Refresh(job, full, linker or linking.standard, only).work()
    return job.run


class _Refresh:
    def __init__(self, job: runs.Job, full: bool, linker: linking.Linker, only: Sequence[str]) -> None:
        self.job, self.full, self.linker, self.only = job, full, linker, list(only)
        self.batch = f"persons-{job.run.public_id}"
        self.folder = _home() / "plans" / str(job.run.public_id)
        self.work_folder = storage.scratch("persons")

    def work(self) -> None:
        try:
            with duck.connect() as con:
                self._work(con)
        finally:
            shutil.rmtree(self.work_folder, ignore_errors=True)

    def _work(self, con: Any) -> None:
        job = self.job
        job.stage("读取记录")
        fresh, gone, total = self._read(con)
        job.count(rows_in=total, batch_id=self.batch, fresh=fresh, gone=gone)
        same, different, waiting = _decisions()
        # What a taken-back decision had joined or parted stands only in what the engine says of all.
        self.full |= ReviewPair.objects.filter(pk__in=waiting, decision__verdict="UNDO").exists()
        if self.only:
            self.full, fresh = False, 0
        con.execute("CREATE TEMP TABLE forced (person_uid VARCHAR)")
        if self.only:
            con.executemany("INSERT INTO forced VALUES (?)", [[u] for u in self.only])
        if not (fresh or gone or waiting or self.full or self.only):
            job.count(rows_out=0, persons=PersonEntity.objects.filter(state="ACTIVE").count())
            return
        job.stage("比对", total=total)
        linked = self._link(con, fresh, total) if fresh or self.full else None
        job.check()
        job.stage("编号")
        self._clusters(con, linked, {r for p in (*same, *different) for r in p})
        kept = numbering.keep_decisions(con, self._links(con, linked), same, different)
        numbers = numbering.number(con, age=ids.age, came_under=ids.came_under)
        job.check()
        job.stage("写入")
        plan = self._plan(con, linked, numbers, waiting)
        job.count(
            new=numbers.made, left_out=len(kept.left_out), broken_decisions=len(kept.broken),
            merged=sum(c.kind in ("MERGED", "DISSOLVED") for c in numbers.changes),
            split=sum(c.kind == "SPLIT" for c in numbers.changes), **finish(plan),
        )  # fmt: skip
        job.count(persons=PersonEntity.objects.filter(state="ACTIVE").count())

    # reading

    def _read(self, con: Any) -> tuple[int, int, int]:
        """Relations `people` (all records now), `former` (what they were), `fresh` and `gone` (record ids)."""
        inputs = self.work_folder / "input"
        paths = gather.write(con, inputs)
        if not paths:
            raise runs.Stopped("标准库里还没有人员数据，请先完成归集和治理。")
        listed = ", ".join(map(duck.text, paths))
        con.execute(f"CREATE TEMP VIEW people AS SELECT * FROM read_parquet([{listed}], union_by_name = true)")
        table = tables.get(RECORDS).create(
            records_schema(), keys=("record_id",), buckets=subject.BUCKETS, level=Level.PERSONAL
        )
        con.execute(f"CREATE TEMP TABLE stored AS SELECT * FROM {table.sql()}")
        con.execute("CREATE TEMP TABLE fresh_ids AS SELECT p.record_id FROM people AS p ANTI JOIN stored AS s "
                    "ON s.record_id = p.record_id AND s.row_hash IS NOT DISTINCT FROM p.row_hash")  # fmt: skip
        con.execute("CREATE TEMP TABLE gone AS SELECT s.record_id, s.person_uid FROM stored AS s ANTI JOIN people AS p "
                    "ON p.record_id = s.record_id")  # fmt: skip
        return (_count(con, "fresh_ids"), _count(con, "gone"), _count(con, "people"))

    # linking

    def _link(self, con: Any, fresh: int, total: int) -> linking.Linked:
        state = _home() / "state"
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = state / "known.parquet"
        few = not self.full and known.exists() and _count(con, "stored") > 0
        if few:  # the engine knows the records of the last full run: all others are new to it
            con.execute(f"""
                CREATE TEMP TABLE unknown AS SELECT p.record_id FROM people AS p ANTI JOIN read_parquet({duck.text(str(known))}) AS k
                ON k.record_id = p.record_id AND k.row_hash IS NOT DISTINCT FROM p.row_hash
            """)
            few = _count(con, "unknown") <= min(total * MANY, MOST)
        folder: Path | None = None
        if few:
            folder = self.work_folder / "fresh"
            folder.mkdir()
            con.execute(
                "COPY (SELECT p.* FROM people AS p JOIN unknown USING (record_id)) "
                f"TO {duck.text(str(folder / 'fresh.parquet'))} (FORMAT parquet)"
            )
        self.job.count(way="INCREMENTAL" if few else "FULL")
        asked = linking.Asked(self.work_folder / "input", folder, state, self.work_folder)
        found = self.linker(con, asked)
        if not few:
            con.execute(f"COPY (SELECT record_id, row_hash FROM people) TO {duck.text(str(known))} (FORMAT parquet)")
        self.job.count(model=found.model_version)
        return found

    def _links(self, con: Any, linked: linking.Linked | None) -> str:
        """The links of the last full run and of everything matched since, kept beside the state of the engine."""
        state = _home() / "state"
        if linked is not None and linked.links:
            if not linked.partial:
                for old in state.glob("links-*.parquet"):
                    old.unlink()
            path = state / f"links-{self.job.run.public_id}.parquet"
            con.execute(
                f"COPY (SELECT record_a, record_b, weight FROM {linked.links}) TO {duck.text(str(path))} (FORMAT parquet)"
            )
        if not any(state.glob("links-*.parquet")):
            return ""
        return f"read_parquet({duck.text(str(state / 'links-*.parquet'))})"

    def _clusters(self, con: Any, linked: linking.Linked | None, decided: set[str]) -> None:
        """Relations `linked` and `former`, as far as something may change: all of it after a full run, otherwise the persons
        of records that are new, gone, newly linked or decided upon."""
        if linked is not None and not linked.partial:
            con.execute(f"CREATE TEMP TABLE machine AS SELECT * FROM {linked.clusters}")
            con.execute(
                "CREATE TEMP TABLE linked AS SELECT record_id, CAST(cluster_id AS VARCHAR) AS cluster_id FROM machine"
            )
            con.execute("CREATE TEMP VIEW former AS SELECT record_id, person_uid FROM stored")
            return
        if linked is not None:
            # The person of the record it fits, else of the record that names the cluster; else a cluster of new records.
            con.execute(f"""
                CREATE TEMP TABLE machine AS
                SELECT m.record_id, coalesce('was:' || p.person_uid, 'was:' || c.person_uid, m.cluster_id) AS cluster_id, m.how, m.weight
                FROM {linked.clusters} AS m LEFT JOIN stored AS p ON p.record_id = m.partner AND p.record_id <> m.record_id
                LEFT JOIN stored AS c ON c.record_id = m.cluster_id
            """)
        else:
            con.execute("CREATE TEMP TABLE machine (record_id VARCHAR, cluster_id VARCHAR, how VARCHAR, weight DOUBLE)")
        con.execute("CREATE TEMP TABLE asked (record_id VARCHAR)")
        if decided:
            con.executemany("INSERT INTO asked VALUES (?)", [[r] for r in sorted(decided)])
        con.execute("""
            CREATE TEMP TABLE concerned AS
            SELECT DISTINCT person_uid FROM stored WHERE record_id IN (SELECT record_id FROM machine)
                OR record_id IN (SELECT record_id FROM asked) OR record_id IN (SELECT record_id FROM gone)
                OR 'was:' || person_uid IN (SELECT cluster_id FROM machine) OR person_uid IN (SELECT person_uid FROM forced)
        """)
        con.execute(
            "CREATE TEMP VIEW former AS SELECT record_id, person_uid FROM stored JOIN concerned USING (person_uid)"
        )
        con.execute("""
            CREATE TEMP TABLE linked AS
            SELECT record_id, cluster_id FROM machine
            UNION ALL
            SELECT record_id, 'was:' || person_uid FROM former
            WHERE record_id NOT IN (SELECT record_id FROM machine) AND record_id NOT IN (SELECT record_id FROM gone)
        """)

    # the plan

    def _plan(
        self, con: Any, linked: linking.Linked | None, numbers: numbering.Numbers, waiting: Sequence[int]
    ) -> Plan:
        """Lay down what is to be written."""
        self.folder.mkdir(parents=True, mode=0o700)
        con.execute("""
            CREATE TEMP TABLE now_records AS
            SELECT p.record_id, p.base, p.tbl, p.row_id, p.row_hash, n.person_uid,
                CASE WHEN starts_with(l.cluster_id, 'decided:') THEN 'HUMAN' WHEN m.how IS NOT NULL THEN m.how
                    ELSE coalesce(s.how, 'SINGLE') END AS how,
                coalesce(m.weight, s.weight) AS weight, p.id_type, p.id_no
            FROM linked AS l JOIN numbered AS n USING (cluster_id) JOIN people AS p USING (record_id)
            LEFT JOIN machine AS m USING (record_id) LEFT JOIN stored AS s USING (record_id)
        """)
        con.execute("""
            CREATE TEMP TABLE changed_records AS SELECT n.* FROM now_records AS n ANTI JOIN stored AS s
            ON s.record_id = n.record_id AND s.person_uid = n.person_uid AND s.how = n.how
                AND s.row_hash IS NOT DISTINCT FROM n.row_hash
        """)
        self._write_records(con)
        con.execute(
            f"COPY (SELECT record_id FROM gone) TO {duck.text(str(self.folder / 'gone.parquet'))} (FORMAT parquet)"
        )
        subject.plan(con, self.folder)
        counts = con.execute("""
            SELECT person_uid, count(*) FROM now_records WHERE person_uid IN
                (SELECT person_uid FROM changed_records UNION SELECT s.person_uid FROM stored AS s JOIN changed_records USING (record_id)
                 UNION SELECT person_uid FROM gone UNION SELECT person_uid FROM forced)
            GROUP BY person_uid ORDER BY person_uid
        """).fetchall()
        told = _told(numbers.changes, {str(r) for (r,) in con.execute("SELECT record_id FROM fresh_ids UNION SELECT record_id FROM gone").fetchall()}
                     if numbers.changes else set())  # fmt: skip
        pairs = _pairs(con, linked)
        content = {
            "counts": counts, "changes": told, "decisions": list(waiting), "pairs": pairs,
            "model": linked.model_version if linked else "", "all_pairs": bool(linked and not linked.partial),
        }  # fmt: skip
        (self.folder / "plan.json").write_text(json.dumps(content, ensure_ascii=False))
        return Plan.objects.create(batch_id=self.batch, folder=str(self.folder), made_at=clock.now(), run=self.job.run)

    def _write_records(self, con: Any) -> None:
        import pyarrow as pa

        rows = con.execute("SELECT DISTINCT id_type, id_no FROM changed_records WHERE id_no IS NOT NULL").fetchall()
        keys = [subject.id_key(t, n) for t, n in rows]
        con.register("id_keys", pa.table({
            "id_type": pa.array([r[0] for r in rows], pa.string()), "id_no": pa.array([r[1] for r in rows], pa.string()),
            "id_key": pa.array(keys, pa.string()),
        }))  # fmt: skip
        restricted = ", ".join(map(duck.text, sorted(gather.RESTRICTED_BASES)))
        con.execute(f"""
            COPY (SELECT c.record_id, c.base, c.tbl, c.row_id, c.row_hash, c.person_uid, c.how, k.id_key,
                    CAST(c.weight AS DOUBLE) AS weight, c.base IN ({restricted}) AS restricted
                  FROM changed_records AS c LEFT JOIN id_keys AS k
                    ON k.id_type IS NOT DISTINCT FROM c.id_type AND k.id_no = c.id_no)
            TO {duck.text(str(self.folder / "records.parquet"))} (FORMAT parquet)
        """)
        con.unregister("id_keys")


def _count(con: Any, relation: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {relation}").fetchone()[0])


def _decisions() -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[int]]:
    """Pairs that are one person, pairs that are not, and the pairs whose decision has not taken effect yet."""
    rows = ReviewPair.objects.values_list("pk", "record_a", "record_b", "state", "applied")
    held = list(rows.filter(state__in=[ReviewPair.SAME, ReviewPair.DIFFERENT]))
    same = [(a, b) for _pk, a, b, s, _x in held if s == ReviewPair.SAME]
    different = [(a, b) for _pk, a, b, s, _x in held if s == ReviewPair.DIFFERENT]
    waiting = list(ReviewPair.objects.filter(applied=False, decision__isnull=False).values_list("pk", flat=True))
    return same, different, waiting


_REASONS = {"HUMAN": "复核员判断", "DATA": "来源数据新增、变更或者删除", "MACHINE": "重新比对"}


def _told(changes: Sequence[Change], touched: set[str]) -> list[dict[str, Any]]:
    """Changes with their cause: a decision about records that moved, data that changed, else the comparison itself."""
    pairs = ReviewPair.objects.filter(applied=False, decision__isnull=False).values_list(
        "record_a", "record_b", "decision_id"
    )
    decided: dict[str, int] = {}
    for a, b, decision in pairs:
        decided[a] = decided[b] = decision
    with_records: dict[str, list[str]] = {}
    for change in changes:
        for part in change.records:
            for uid in (change.uid, *change.others):
                with_records.setdefault(uid, []).extend(part)
    out: list[dict[str, Any]] = []
    for change in changes:
        moved = [r for part in change.records for r in part] or with_records.get(change.uid, [])
        near = {r for uid in (change.uid, *change.others) for r in with_records.get(uid, [])}
        by_whom: int | None = next((decided[r] for r in (*moved, *sorted(near)) if r in decided), None)
        if by_whom is None and decided and change.kind in ("MERGED", "SPLIT", "REVIVED", "DISSOLVED"):
            by_whom = _decision_of(change, decided)
        cause = "HUMAN" if by_whom else "DATA" if touched & {*moved, *near} or change.kind == "GONE" else "MACHINE"
        out.append({
            "kind": change.kind, "uid": change.uid, "others": list(change.others), "records": [list(p) for p in change.records],
            "cause": cause, "reason": _REASONS[cause], "decision": by_whom,
        })  # fmt: skip
    return out


def _decision_of(change: Change, decided: Mapping[str, int]) -> int | None:
    """The decision about a record that stayed while others moved."""
    uids = [change.uid, *change.others]
    with duck.connect(memory="512MB", threads=1) as con:
        listed = ", ".join(map(duck.text, uids))
        rows = con.execute(
            f"SELECT record_id FROM {tables.get(RECORDS).sql()} WHERE person_uid IN ({listed})"
        ).fetchall()
    return next((decided[r] for (r,) in sorted(rows) if r in decided), None)


def _pairs(con: Any, linked: linking.Linked | None) -> list[list[Any]]:
    """The gray zone of this run, linked or not: below the mark of certainty somebody looks at either."""
    if linked is None or not linked.pairs:
        return []
    rows = con.execute(f"""
        SELECT least(p.record_a, p.record_b), greatest(p.record_a, p.record_b), p.weight, p.probability, p.evidence, p.two_numbers
        FROM {linked.pairs} AS p WHERE p.record_a <> p.record_b
        QUALIFY row_number() OVER (PARTITION BY least(p.record_a, p.record_b), greatest(p.record_a, p.record_b) ORDER BY p.weight DESC) = 1 ORDER BY 1, 2
    """).fetchall()
    return [
        [a, b, float(w or 0), float(c or 0), json.loads(e) if isinstance(e, str) else e or [], bool(t)]
        for a, b, w, c, e, t in rows
    ]


# writing


def finish(plan: Plan) -> dict[str, int]:
    """Write a plan: the lake first, by batch, then the database in one transaction. Safe to repeat."""
    folder = Path(plan.folder)
    content = json.loads((folder / "plan.json").read_text())
    table = tables.get(RECORDS).create(
        records_schema(), keys=("record_id",), buckets=subject.BUCKETS, level=Level.PERSONAL
    )
    with duck.connect() as con:
        gone = tables.Select(con, f"SELECT record_id FROM read_parquet({duck.text(str(folder / 'gone.parquet'))})")
        source = tables.Select(con, f"SELECT * FROM read_parquet({duck.text(str(folder / 'records.parquet'))})")
        snapshot = table.merge(source, ("record_id",), batch_id=plan.batch_id, deletes=gone)
        written = int(con.execute(f"SELECT count(*) FROM ({source.sql})").fetchone()[0])
        subject.write(con, folder, plan.batch_id)
    with transaction.atomic():
        locked = Plan.objects.select_for_update().get(pk=plan.pk)
        if locked.applied_at is None:
            _apply(locked, content)
            locked.applied_at = clock.now()
            locked.save(update_fields=["applied_at"])
    shutil.rmtree(folder, ignore_errors=True)
    Run.objects.filter(pk=plan.run_id).update(rows_out=written, snapshot=str(snapshot.id))
    return {"rows_out": written, "snapshot": str(snapshot.id), "pairs": len(content["pairs"])}  # type: ignore[dict-item]


def _apply(plan: Plan, content: Mapping[str, Any]) -> None:
    at = clock.now()
    counts = [(str(u), int(n)) for u, n in content["counts"]]
    ids.add(counts, at)
    lines = ids.record_changes(content["changes"], plan.run_id, at)
    ids.set_counts(counts, at)
    _pairs_in(content, at)
    ReviewPair.objects.filter(pk__in=content["decisions"]).update(applied=True)
    ledger.append(
        "persons.history",
        {"run": str(plan.run.public_id), "batch": plan.batch_id, "lines": lines, "changes": content["changes"], "at": at.isoformat()},
        object_type="persons.plan", object_id=plan.batch_id,
    )  # fmt: skip


def _pairs_in(content: Mapping[str, Any], at: Any) -> None:
    """Enter the gray zone: new pairs open, known ones get the new weight unless somebody has decided on them."""
    known = (
        {(p.record_a, p.record_b): p for p in ReviewPair.objects.filter(state__in=["OPEN", "STALE", "PROPOSED"])}
        if content["pairs"] or content["all_pairs"]
        else {}
    )
    seen: set[tuple[str, str]] = set()
    new: list[ReviewPair] = []
    changed: list[ReviewPair] = []
    for a, b, weight, probability, evidence, two in content["pairs"]:
        seen.add((a, b))
        values = {
            "weight": weight,
            "probability": probability,
            "evidence": evidence,
            "two_numbers": two,
            "model_version": content["model"][:40],
        }
        pair = known.get((a, b))
        if pair is None:
            new.append(ReviewPair(record_a=a, record_b=b, opened_at=at, **values))
        elif any(getattr(pair, k) != v for k, v in values.items()) or pair.state == ReviewPair.STALE:
            for k, v in values.items():
                setattr(pair, k, v)
            if pair.state == ReviewPair.STALE:
                pair.state, pair.opened_at = ReviewPair.OPEN, at
            changed.append(pair)
    ReviewPair.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    ReviewPair.objects.bulk_update(
        changed,
        ["weight", "probability", "evidence", "two_numbers", "model_version", "state", "opened_at"],
        batch_size=500,
    )
    if content["all_pairs"]:
        stale = [p.pk for key, p in known.items() if key not in seen and p.state == ReviewPair.OPEN]
        ReviewPair.objects.filter(pk__in=stale).update(state=ReviewPair.STALE)
