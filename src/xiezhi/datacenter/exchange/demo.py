"""The exchange of the fictional province: a court, the social security department and the market regulator ask about
lawyers, notaries and mediators; some of what they ask is refused. Calls go through the gateway's own decisions, masks and
log, only without a server before it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.merkle import leaf_hash, root_of
from xiezhi.kernel.units.models import Unit, UnitKind

from . import policy as policies
from . import services, tail
from .gateway import answers
from .gateway.reading import items_of, parse_asked
from .gateway.statements import WRITE, lookup
from .gateway.work import Work, digest_line, line_of
from .models import Caller, ServedRow, ServedTable
from .problems import Refused
from .signatures.messages import Request

__all__ = ["ACCOUNTS", "ORDER", "PARTNERS", "call", "generate"]

ORDER = 110
"""After the registers are served."""
ACCOUNTS: tuple[tuple[str, str, str], ...] = ()
SEED = 20261123
CALLS = 90
Progress = Callable[[str, int, int], None]

PARTNERS: tuple[tuple[str, str, str, UnitKind | None, tuple[dict[str, Any], ...]], ...] = (
    (
        "court-trial", "审判执行办案平台", "云岭省高级人民法院", UnitKind.COURT,
        (
            {"interface": "lawyer-license", "fields": ["license_no", "name", "firm_name", "status", "mobile"], "purposes": ["TRIAL"], "per_day": 20000},
            {"interface": "mediator", "fields": ["mediator_id", "name", "committee_name", "status"], "purposes": ["TRIAL"], "per_day": 5000},
            {"interface": "correction-status", "fields": ["name", "status"], "purposes": ["TRIAL"], "per_day": 2000},
        ),
    ),
    (
        "social-security", "社会保险经办系统", "云岭省人力资源和社会保障厅", None,
        ({"interface": "mediator", "fields": ["mediator_id", "name", "status"], "purposes": ["INSURANCE"], "per_day": 1000},),
    ),
    (
        "market-regulation", "企业登记系统", "云岭省市场监督管理局", None,
        (
            {"interface": "law-firm", "fields": ["usc", "name", "org_kind", "status", "address"], "purposes": ["LICENSING"], "per_month": 100000},
            {"interface": "lawyer-verify", "fields": ["name", "firm_name", "status"], "purposes": ["LICENSING"], "per_month": 100000},
        ),
    ),
)  # fmt: skip
"""Code, system, agency, kind of its unit, grants."""


def generate(world: Any, scale: float, progress: Progress) -> None:
    """Partners with keys and grants, and a few days of calls."""
    chance = Random(SEED)
    now = clock.now()
    made = [_partner(*described) for described in PARTNERS]
    policy = policies.load()
    slots = {
        (code, tuple(key)): place + 1
        for code, keys in ServedTable.objects.values_list("code", "slots")
        for place, key in enumerate(keys)
    }
    asks = _asks(chance)
    for n, (caller, interface, said) in enumerate(asks):
        at = now - timedelta(minutes=5 + (len(asks) - n) * 47)
        call(policy, slots, made[caller], interface, said, at)
    tail.follow()
    progress("交换", len(asks), len(asks))


def _partner(code: str, name: str, agency: str, kind: UnitKind | None, grants: tuple[dict[str, Any], ...]) -> Caller:
    unit = Unit.objects.filter(kind=kind).order_by("pk").first() if kind else Unit.objects.filter(name=agency).first()
    caller = services.register_caller(
        code, name, unit.name if unit else agency, unit=unit, contact="信息中心（演示）", demo=True, by="演示"
    )
    if not caller.keys.exists():
        public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        start = clock.now() - timedelta(days=120)
        services.add_key(caller, "ED25519", public.decode(), not_before=start, by="演示")
    for described in grants:
        if not caller.grants.filter(interface=described["interface"]).exists():
            services.grant(
                caller, valid_from=clock.now() - timedelta(days=100), valid_to=clock.now() + timedelta(days=265), by="演示", reason="演示", **described
            )  # fmt: skip
    return caller


def _asks(chance: Random) -> list[tuple[int, str, dict[str, Any]]]:
    """What is asked, by whom: mostly within the grants, now and then beyond them."""
    rows = {
        code: [orjson.loads(bytes(r)) for r in ServedRow.objects.filter(table__code=code).order_by("row_id").values_list("data", flat=True)[:60]]
        for code in ("std_lawyer", "std_mediator", "std_lawfirm")
    }  # fmt: skip
    out: list[tuple[int, str, dict[str, Any]]] = []
    for n in range(CALLS):
        case = f"（2026）云99{chance.randrange(1, 9):02}民初{chance.randrange(1, 900)}号"
        kind = n % 6
        if kind in (0, 1, 2) and rows["std_lawyer"]:
            key = {"license_no": chance.choice(rows["std_lawyer"])["license_no"]}
            purpose = "INVESTIGATION" if n % 29 == 0 else "TRIAL"  # not granted: refused and logged
            out.append((0, "lawyer-license", {"purpose": purpose, "case": case, "keys": key}))
        elif kind == 3 and rows["std_mediator"]:
            key = {"mediator_id": chance.choice(rows["std_mediator"])["mediator_id"]}
            who, purpose = chance.choice(((0, "TRIAL"), (1, "INSURANCE")))
            said = {"purpose": purpose, "case": case, "keys": key}
            out.append((who, "mediator", said if n % 31 else {**said, "fields": ["id_no"]}))
        elif kind == 4 and rows["std_lawfirm"]:
            key = {"usc": chance.choice(rows["std_lawfirm"])["usc"]}
            out.append((2, "law-firm", {"purpose": "LICENSING", "case": f"登记{n:05}", "keys": key}))
        elif kind == 5 and rows["std_lawyer"]:
            row = chance.choice(rows["std_lawyer"])
            claims = {"name": row["name"], "status": "01"}
            out.append(
                (
                    2,
                    "lawyer-verify",
                    {
                        "purpose": "LICENSING",
                        "case": f"登记{n:05}",
                        "keys": {"license_no": row["license_no"]},
                        "claims": claims,
                    },
                )
            )
    return out


def call(
    policy: policies.Snapshot, slots: dict[tuple[str, tuple[str, ...]], int], caller: Caller, interface: str, said: dict[str, Any], at: Any
) -> str:  # fmt: skip
    """One call as the gateway would answer and log it, on Django's connection. Returns its result."""
    key = next(key for key in policy.keys.values() if key.caller == caller.pk)
    body = orjson.dumps(said)
    work = Work(
        at=at.astimezone(clock.SHANGHAI), began=time.perf_counter(), interface=interface, key=key, key_id=key.key_id, terminal="10.0.0.8",
        request=Request("POST", "https", "", f"/exchange/v1/{interface}", ""), request_digest=hashlib.sha256(body).digest(),
    )  # fmt: skip
    batch = uuid4()
    work.call = f"{batch.hex}-0"
    try:
        work.asked = parse_asked(interface, said)
        work.grant, work.plan = policies.decide(policy, key, work.asked, work.at.timestamp())
        work.items = items_of(work.grant.interface, slots, said, many=False)
        work.keys_hash = hashlib.sha256(b"".join(item.key.bytes for item in work.items)).digest()
        answers.finish(work, _found(work))
    except Refused as refusal:
        answers.refuse(work, refusal)
    line = line_of(work, 0, hashlib.sha256(work.body).digest())
    root = root_of([leaf_hash(digest_line(line))])
    payload = {"batch": str(batch), "count": 1, "root": root.hex(), "shed": 0}
    entry = ledger.columns([ledger.Commit("exchange.calls", payload, "exchange.batch", str(batch))])
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [
            *entry, batch, work.at, 1, root, 0, batch, [0] * len(work.persons), work.persons, batch, *([value] for value in line),
        ])  # fmt: skip
    return work.result


def _found(work: Work) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for item in work.items:
        if item.slot:
            with connection.cursor() as cursor:
                cursor.execute(lookup((item.slot,), False), [[item.key]])
                for kind, key, _version, data, sealed, person in cursor.fetchall():
                    if kind == 2:
                        found.setdefault(key, []).append((bytes(data), sealed, person))
    return found
