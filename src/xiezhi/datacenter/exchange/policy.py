"""授权判断: what a gateway holds in memory and decides by. Pure but for `load`.

A snapshot is one version of all callers, keys and grants. It is never changed: another version is another snapshot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import declare
from .declare import RANK, Interface, Kind
from .masking import masker
from .problems import Refused

__all__ = ["Asked", "Grant", "Key", "Plan", "Snapshot", "decide", "in_force", "load"]

SQL = """
SELECT (SELECT version FROM exchange_policy WHERE id = 1),
  (SELECT coalesce(json_agg(json_build_object('id', id, 'code', code, 'agency', agency, 'state', state)), '[]')::text FROM exchange_caller),
  (SELECT coalesce(json_agg(json_build_object('caller', caller_id, 'kind', kind, 'environment', environment, 'key_id', key_id,
     'public_key', public_key, 'token', encode(token_hash, 'hex'), 'from', extract(epoch FROM not_before),
     'to', extract(epoch FROM not_after), 'revoked', revoked_at IS NOT NULL)), '[]')::text FROM exchange_callerkey),
  (SELECT coalesce(json_agg(json_build_object('id', id, 'public_id', public_id, 'caller', caller_id, 'interface', interface, 'version', version,
     'fields', fields, 'purposes', purposes, 'row_filter', row_filter, 'minute', per_minute, 'day', per_day, 'month', per_month,
     'from', extract(epoch FROM valid_from), 'to', extract(epoch FROM valid_to), 'state', state) ORDER BY id), '[]')::text
   FROM exchange_grant)
"""
"""Everything the decisions rest on, in one statement and so in one state of the database."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a caller. `verify(signature, message)`; None for a token. Moments are seconds since 1970."""

    caller: int
    caller_code: str
    caller_state: str
    key_id: str
    kind: str
    environment: str
    verify: Callable[[bytes, bytes], bool] | None
    alg: str
    starts: float
    ends: float
    revoked: bool

    @property
    def sandbox(self) -> bool:
        return self.environment == "SANDBOX"


@dataclass(frozen=True, slots=True)
class Plan:
    """How an answer is made for one purpose and one choice of fields: (field, masker or None)."""

    shown: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    names: str
    unseals: bool
    delay: float


@dataclass(slots=True)
class Grant:
    """One grant, ready to decide by."""

    id: int
    version: int
    caller: int
    interface: Interface
    fields: tuple[str, ...]
    purposes: frozenset[str]
    limits: tuple[int | None, int | None, int | None]
    starts: float
    ends: float
    state: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    unseals_scope: bool
    plans: dict[tuple[str, tuple[str, ...]], Plan] = field(default_factory=dict)

    def plan(self, purpose: str, fields: tuple[str, ...]) -> Plan:
        """Kept by purpose and fields. Raises Refused for a field that was not granted."""
        found = self.plans.get((purpose, fields))
        if found is None:
            found = self._plan(purpose, fields)
            if len(self.plans) < 256:
                self.plans[purpose, fields] = found
        return found

    def _plan(self, purpose: str, fields: tuple[str, ...]) -> Plan:
        for name in fields:
            if name not in self.fields:
                raise Refused("FIELD_NOT_GRANTED")
        interface = self.interface
        names = tuple(n for n in self.fields if n in fields) if fields else self.fields
        deep = [n for n in names if RANK[interface.declared.level_of(n)] >= 4]
        delay = interface.delay
        return Plan(
            shown=tuple((name, masker(interface, name, purpose)) for name in names),
            names=",".join(names),
            unseals=bool(deep) or self.unseals_scope,
            delay=delay.days * 86400.0 if delay and purpose in delay.purposes else 0.0,
        )

    def reaches(self, row: Mapping[str, Any]) -> bool:
        """Whether a row lies in what the interface offers and the grant covers."""
        for column, values in self.rows:
            value = row.get(column)
            if value is None:
                return False
            text = ("false", "true")[value] if isinstance(value, bool) else str(value)
            if column == "division":
                if not any(text.startswith(begin) for begin in values):
                    return False
            elif text not in values:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, once read."""

    interface: str
    purpose: str
    case_no: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class Snapshot:
    """One version of the policy."""

    version: int
    keys: dict[str, Key]
    tokens: dict[bytes, Key]
    grants: dict[tuple[int, str], Grant]
    sandbox: dict[tuple[int, str], Grant] = field(default_factory=dict)

    def of_caller(self, caller: int) -> list[Grant]:
        return [grant for (owner, _), grant in self.grants.items() if owner == caller]


def compile_snapshot(
    version: int, callers: list[dict[str, Any]], keys: list[dict[str, Any]], grants: list[dict[str, Any]],
    known: Mapping[str, Any] | None = None,
) -> Snapshot:  # fmt: skip
    """A snapshot from rows. `known` gives verifiers already made, by public key."""
    from .signatures import algorithms

    made = Snapshot(version, {}, {}, {})
    by_id = {caller["id"]: caller for caller in callers}
    cached = known or {}
    for row in keys:
        caller = by_id[row["caller"]]
        verifier = None
        if row["kind"] != "TOKEN":
            verifier = cached.get(row["public_key"])
            if verifier is None:
                try:
                    verifier = algorithms.verifier(row["kind"], row["public_key"])
                except algorithms.KeyProblem:
                    continue  # a key that this machine cannot verify counts as not registered here
        key = Key(
            caller=row["caller"], caller_code=caller["code"], caller_state=caller["state"], key_id=row["key_id"],
            kind=row["kind"], environment=row["environment"], verify=verifier.verify if verifier else None,
            alg=verifier.alg if verifier else "", starts=float(row["from"]), ends=float(row["to"]), revoked=row["revoked"],
        )  # fmt: skip
        made.keys[key.key_id] = key
        if row["token"]:
            made.tokens[bytes.fromhex(row["token"])] = key
    for row in grants:
        if row["interface"] not in declare.interfaces:
            continue
        grant = _grant(row)
        place = (grant.caller, row["interface"])
        # Among several the open one counts; where all are stopped, the newest tells why nothing is given.
        known_one = made.grants.get(place)
        if known_one is None or known_one.state == "STOPPED":
            made.grants[place] = grant
    return made


def _grant(row: Mapping[str, Any]) -> Grant:
    interface = declare.interfaces.get(row["interface"])
    rows = [(column, tuple(values)) for column, values in interface.where.items()]
    rows += [(column, tuple(values)) for column, values in row["row_filter"].items()]
    table = interface.declared if interface.kind is not Kind.PUSH else None
    return Grant(
        id=row["id"], version=row["version"], caller=row["caller"], interface=interface,
        fields=tuple(name for name in interface.fields if name in row["fields"]), purposes=frozenset(row["purposes"]),
        limits=(row["minute"], row["day"], row["month"]), starts=float(row["from"]), ends=float(row["to"]),
        state=row["state"], rows=tuple(rows),
        unseals_scope=table is not None and any(RANK[table.level_of(column)] >= 4 for column, _ in rows),
    )  # fmt: skip


def sandbox_grant(interface: Interface, caller: int) -> Grant:
    """What a key of the sandbox may try: everything the interface offers, over fictional rows. Nothing can be pushed.
    Raises Refused."""
    if interface.kind is Kind.PUSH:
        raise Refused("NOT_GRANTED")
    return _grant({
        "id": -caller, "version": 0, "caller": caller, "interface": interface.code, "fields": interface.fields,
        "purposes": list(interface.purposes), "row_filter": {}, "minute": 600, "day": 20000, "month": None, "from": 0,
        "to": 1e12, "state": "ACTIVE",
    })  # fmt: skip


def parse(row: tuple[Any, ...], known: Mapping[str, Any] | None = None) -> Snapshot:
    """A snapshot from what `SQL` gave."""
    return compile_snapshot(row[0] or 0, json.loads(row[1]), json.loads(row[2]), json.loads(row[3]), known)


def load() -> Snapshot:
    """The policy as it is now, by Django's connection (pages, tests)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(SQL)
        return parse(cursor.fetchone())


def in_force(key: Key, now: float) -> None:
    """Whether the key and its system count now. Raises Refused."""
    if key.revoked or not key.starts <= now < key.ends:
        raise Refused("KEY_ENDED")
    if key.caller_state != "ACTIVE":
        raise Refused("CALLER_SUSPENDED")


def decide(policy: Snapshot, key: Key, asked: Asked, now: float) -> tuple[Grant, Plan]:
    """Whether a caller may have what it asks for. Raises Refused."""
    in_force(key, now)
    if asked.interface not in declare.interfaces:
        raise Refused("NO_INTERFACE")
    if key.sandbox:
        place = (key.caller, asked.interface)
        grant = policy.sandbox.get(place)
        if grant is None:
            grant = policy.sandbox[place] = sandbox_grant(declare.interfaces.get(asked.interface), key.caller)
    else:
        found = policy.grants.get((key.caller, asked.interface))
        if found is None:
            raise Refused("NOT_GRANTED")
        grant = found
    if grant.state != "ACTIVE":
        raise Refused("GRANT_STOPPED" if grant.state == "STOPPED" else "GRANT_SUSPENDED")
    if not grant.starts <= now < grant.ends:
        raise Refused("GRANT_ENDED")
    if asked.purpose not in grant.purposes:
        raise Refused("PURPOSE_NOT_GRANTED")
    purpose = grant.interface.purposes.get(asked.purpose)
    if purpose is None:
        raise Refused("PURPOSE_NOT_GRANTED")
    if purpose.needs_case and not asked.case_no:
        raise Refused("CASE_NEEDED")
    return grant, grant.plan(asked.purpose, asked.fields)
