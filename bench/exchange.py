"""Look-ups through the exchange against a bare handler that does the same indexed look-up: same server, database, rows.

Limits: with authentication, policy, masking, metering and log at least 60 % of the bare handler's rate; with request and
answer signed as well at least 40 %; p99 under 3 times its p99. Load comes from a process of its own on the same two cores.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import _common

args = _common.arguments(__doc__ or "", rows=1_000_000, seconds=5, connections=64, workers=1)
home = _common.start("exchange")

from datetime import timedelta  # noqa: E402
from uuid import UUID, uuid4  # noqa: E402

import orjson  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402

from xiezhi.datacenter.exchange import looking, services, serving  # noqa: E402
from xiezhi.datacenter.exchange.models import ServedTable  # noqa: E402
from xiezhi.kernel import sealing  # noqa: E402
from xiezhi.kernel.calendar import clock  # noqa: E402

PERSON_EVERY = 1


def fill(rows: int) -> None:
    """A serving copy with so many lawyers, as a refresh would leave it."""
    shape = serving._Shape("std_lawyer", [])
    table = ServedTable.objects.create(code="std_lawyer", slots=shape.keys, rows=rows)
    plain = {
        "name": "王小明", "practice_kind": "01", "firm_usc": "31990101MA00000001", "firm_name": "云溪律师事务所", "first_date": "2012-05-01",
        "status": "01", "assess": "称职", "penalty": None, "sex": "1", "mobile": "13900000000", "id_type": "111", "valid_from": "2012-05-01",
        "valid_to": None, "division": "990101", "unit_usc": "11990101MB00000001",
    }  # fmt: skip
    sealed = sealing.seal({"id_no": "990101198001010017"}, context=serving.SEALED)
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.cursor.copy(
            "COPY exchange_servedrow (table_id, row_id, digest, k1, k2, data, sealed, person) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["int8", "uuid", "bytea", "uuid", "uuid", "bytea", "bytea", "bytea"])
        for n in range(rows):
            number = f"1990120201{n:07}"
            key = looking.key_of("std_lawyer", ("license_no",), {"license_no": number})
            person = looking.keyed("bench", str(n))
            data = orjson.dumps({**plain, "license_no": number})
            copy.write_row((table.pk, uuid4(), person[:16], key, UUID(bytes=person[16:]), data, sealed, person))
    services.raise_version()
    connections["owner"].cursor().execute("VACUUM ANALYZE exchange_servedrow")


def serve(target: str, **variables: str) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "XIEZHI_HOME": str(home),
        "XIEZHI_DEMO": "0",
        "XIEZHI_POOL": "4",
        "PYTHONPATH": str(Path(__file__).parent),
        **variables,
    }
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(args.workers), "--no-ws", "--log-level", "warning", target,
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return process, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


fill(args.rows)
caller = services.register_caller("bench", "测试系统", "云岭省高级人民法院")
private = Ed25519PrivateKey.generate()
public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
key = services.add_key(caller, "ED25519", public)
_, token = services.issue_token(caller)
services.grant(
    caller, "lawyer-license", fields=["license_no", "name", "practice_kind", "firm_usc", "firm_name", "first_date", "status", "assess", "mobile"],
    purposes=["TRIAL"], valid_to=clock.now() + timedelta(days=30), valid_from=clock.now() - timedelta(days=1),
    row_filter={"division": ["9901"]}, per_minute=10_000_000, per_day=100_000_000, per_month=1_000_000_000,
)  # fmt: skip
connections.close_all()
bare, bare_port = serve("_exchange_bare:app")
gate, gate_port = serve("xiezhi.config.asgi:application")
WARMED = set()


def load(mode: str, port: int) -> dict[str, Any]:
    """One run of the load."""
    asked = {
        "path": "/exchange/v1/lawyer-license", "port": port, "mode": mode, "rows": args.rows, "seconds": args.seconds, "most": 8000,
        "connections": args.connections, "token": token, "keyid": key.key_id,
        "pem": private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }  # fmt: skip
    path = home / f"load-{mode}.json"
    path.write_text(json.dumps(asked))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("_exchange_load.py")), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    if set(found["codes"]) != {"200"}:
        raise SystemExit(f"{mode}: {found}")
    return found


runs: dict[str, list[dict[str, Any]]] = {"bare": [], "token": [], "signed": []}
before = os.getloadavg()[0]
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{gate_port}/exchange/v1/keys", timeout=10) as answer:
        assert answer.status == 200
    for number in range(args.rounds):
        for mode, port in (("bare", bare_port), ("token", gate_port), ("signed", gate_port)):
            runs[mode].append(load(mode, port))
        print(
            f"round {number + 1}: "
            + ", ".join(f"{m} {r[-1]['rate']:,.0f}/s p99 {r[-1]['p99']:.0f} ms" for m, r in runs.items()),
            flush=True,
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT batch_id) FROM exchange_calllog")
        lines, batches = cursor.fetchone()
finally:
    for process in (bare, gate):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)

middle = {
    mode: {name: _common.median([r[name] for r in found]) for name in ("rate", "p50", "p99", "share")}
    for mode, found in runs.items()
}
base = middle["bare"]
names = {
    "bare": ("bare handler", "", ""), "token": ("exchange: token, policy, masking, metering, log", "60 %", "3"),
    "signed": ("exchange: the same with request and answer signed (Ed25519)", "40 %", "3"),
}  # fmt: skip
table = [
    "| what | requests/s | of the bare handler | wanted | p50 | p99 | p99 ratio | limit | load process, of a core |",
    "|---|---|---|---|---|---|---|---|---|",
]
for mode, (title, wanted, limit) in names.items():
    m = middle[mode]
    table.append(
        f"| {title} | {m['rate']:,.0f} | {m['rate'] / base['rate']:.0%} | {wanted} | {m['p50']:.1f} ms | {m['p99']:.1f} ms | "
        f"{m['p99'] / base['p99']:.2f} | {limit} | {m['share']:.2f} |"
    )  # fmt: skip
_common.record("Look-ups through the exchange", [
    f"{args.rows:,} rows, {args.rounds} interleaved rounds of {args.seconds} s, {args.connections} connections, {args.workers} worker; server, database "
    f"and load share 2 cores. Load average before the first round: {before:.1f}.", "", *table, "",
    f"{lines:,} calls were logged in {batches:,} batches ({lines / max(1, batches):.1f} a batch), each flushed to disk with its ledger entry before its answers. "
    "Rows are of one person each, whose blind index is written with the call. X-Road's reported figure for a pair of servers is about 110 a second.",
])  # fmt: skip
