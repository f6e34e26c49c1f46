"""The ids in the database: what is known of them, and writing down what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiezhi.datacenter.persons.models import LinkHistory, PersonEntity

__all__ = ["Resolution", "add", "age", "came_under", "record_changes", "resolve", "resolve_many", "set_counts"]

_CHUNK = 20_000
_DEEP = 50


@dataclass(frozen=True)
class Resolution:
    """Where an id leads: `uids` are the active ids that have its records now, the main one first; empty where none is left.
    `state` is the state of the id that was asked for."""

    asked: str
    state: str
    uids: tuple[str, ...]


def age(uids: Sequence[str]) -> dict[str, int]:
    """Order of making of these ids."""
    out: dict[str, int] = {}
    for start in range(0, len(uids), _CHUNK):
        rows = PersonEntity.objects.filter(uid__in=uids[start : start + _CHUNK]).values_list("uid", "pk")
        out.update({str(u): pk for u, pk in rows})
    return out


def came_under(uids: Sequence[str]) -> dict[str, list[str]]:
    """For records that came to these ids by merging: the ids under which they came, the latest first, as far as nobody has
    those ids now. Follows merges of merges."""
    out: dict[str, list[str]] = defaultdict(list)
    frontier, seen = set(uids), set(uids)
    for _ in range(_DEEP):
        if not frontier:
            break
        rows = (
            LinkHistory.objects.filter(other__uid__in=list(frontier), kind__in=["MERGED", "DISSOLVED"])
            .exclude(entity__state=PersonEntity.ACTIVE)
            .order_by("-id")
            .values_list("entity__uid", "records")
        )
        frontier = set()
        for uid, records in rows:
            name = str(uid)
            for record in records:
                if name not in out[record]:
                    out[record].append(name)
            if name not in seen:
                seen.add(name)
                frontier.add(name)
    return dict(out)


def resolve_many(uids: Iterable[str]) -> dict[str, Resolution]:
    """Where ids lead. Ids never given are left out."""
    asked = list(dict.fromkeys(str(u) for u in uids))
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    frontier = set(asked)
    for _ in range(_DEEP):
        if not frontier:
            break
        rows = PersonEntity.objects.filter(uid__in=list(frontier)).values_list(
            "uid", "state", "merged_into__uid", "split_into"
        )
        found = {str(u): (s, (str(m),) if m else tuple(p) if s == PersonEntity.SPLIT else ()) for u, s, m, p in rows}
        known |= found
        frontier = {n for _s, nexts in found.values() for n in nexts if n not in known}
    out = {}
    for uid in asked:
        if uid in known:
            ends: list[str] = []
            _follow(uid, known, ends, set())
            out[uid] = Resolution(uid, known[uid][0], tuple(ends))
    return out


def _follow(uid: str, known: Mapping[str, tuple[str, tuple[str, ...]]], ends: list[str], seen: set[str]) -> None:
    if uid in seen or uid not in known:
        return
    seen.add(uid)
    state, nexts = known[uid]
    if state == PersonEntity.ACTIVE:
        ends.append(uid)
    for other in nexts:
        _follow(other, known, ends, seen)


def resolve(uid: str | UUID) -> Resolution | None:
    """Where an id leads; None for one that was never given."""
    try:
        name = str(UUID(str(uid)))
    except ValueError:
        return None
    return resolve_many([name]).get(name)


def add(counts: Iterable[tuple[str, int]], at: datetime) -> int:
    """New ids with their number of records. Safe to repeat. Returns how many were not there."""
    made = 0
    for chunk in _chunks(counts):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO persons_personentity (uid, state, split_into, records, made_at, changed_at) "
                "SELECT u, 'ACTIVE', '[]'::jsonb, n, %s, %s FROM unnest(%s::uuid[], %s::int[]) AS t(u, n) ORDER BY u "
                "ON CONFLICT (uid) DO NOTHING",
                [at, at, [u for u, _n in chunk], [n for _u, n in chunk]],
            )
            made += cursor.rowcount
    return made


def set_counts(counts: Iterable[tuple[str, int]], at: datetime) -> None:
    """The number of records of ids that changed."""
    for chunk in _chunks(counts):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE persons_personentity AS e SET records = t.n, changed_at = %s "
                "FROM unnest(%s::uuid[], %s::int[]) AS t(u, n) WHERE e.uid = t.u AND e.records <> t.n",
                [at, [u for u, _n in chunk], [n for _u, n in chunk]],
            )


def _chunks(counts: Iterable[tuple[str, int]]) -> Iterable[list[tuple[str, int]]]:
    chunk: list[tuple[str, int]] = []
    for one in counts:
        chunk.append(one)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def record_changes(changes: Sequence[Mapping[str, Any]], run_id: int, at: datetime) -> int:
    """Write down what became of ids and set their states. Each change: kind, uid, others, records, cause, reason, decision.
    Returns the lines of history written."""
    named = {str(c["uid"]) for c in changes} | {str(o) for c in changes for o in c["others"]}
    entities = {str(e.uid): e for e in PersonEntity.objects.filter(uid__in=list(named))}
    lines: list[LinkHistory] = []
    touched: dict[int, PersonEntity] = {}
    for change in changes:
        entity, others = entities[str(change["uid"])], [entities[str(o)] for o in change["others"]]
        _set_state(entity, str(change["kind"]), others)
        entity.changed_at = at
        touched[entity.pk] = entity
        rows: list[tuple[PersonEntity | None, list[str]]] = [
            (other, list(change["records"][i]) if i < len(change["records"]) else []) for i, other in enumerate(others)
        ]
        for other, records in rows or [(None, list(change["records"][0]) if change["records"] else [])]:
            lines.append(
                LinkHistory(
                    run_id=run_id, at=at, kind=change["kind"], entity=entity, other=other, records=records,
                    cause=change["cause"], reason=change["reason"], decision_id=change.get("decision"),
                )
            )  # fmt: skip
    PersonEntity.objects.bulk_update(
        touched.values(), ["state", "merged_into", "split_into", "records", "changed_at"], batch_size=500
    )
    LinkHistory.objects.bulk_create(lines, batch_size=500)
    return len(lines)


def _set_state(entity: PersonEntity, kind: str, others: Sequence[PersonEntity]) -> None:
    match kind:
        case "MERGED":
            entity.state, entity.merged_into, entity.split_into, entity.records = PersonEntity.MERGED, others[0], [], 0
        case "DISSOLVED":
            entity.state, entity.merged_into, entity.records = PersonEntity.SPLIT, None, 0
            entity.split_into = [str(o.uid) for o in others]
        case "GONE":
            entity.state, entity.merged_into, entity.split_into, entity.records = PersonEntity.GONE, None, [], 0
        case "REVIVED":
            entity.state, entity.merged_into, entity.split_into = PersonEntity.ACTIVE, None, []
