"""A published log as plain files, and witnesses that run for real on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from xiezhi_verify.note import Key
from xiezhi_witness.core import Witness
from xiezhi_witness.server import Server

from xiezhi.kernel.ledger import publisher, recovery, services
from xiezhi.kernel.ledger.policy import NONE


def add(number: int) -> list[services.Entry]:
    with transaction.atomic():
        return services.append_many([services.Commit("event", b"%d" % i, "thing", str(i)) for i in range(number)])


@pytest.fixture
def ledger(db: None, settings: Any, tmp_path: Path) -> publisher.Ledger:
    """An empty log of its own."""
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    settings.LEDGER_ORIGIN = "test.example/ledger"
    return publisher.open_ledger(NONE)


@pytest.fixture
def mirror(ledger: publisher.Ledger, tmp_path: Path) -> Path:
    """Seven hundred published entries as files, and the policy that trusts their log."""
    add(700)
    publisher.round_once(ledger)
    folder = tmp_path / "mirror"
    recovery.export(folder)
    (tmp_path / "policy").write_text(f"log {ledger.keys.mine()[0].vkey}\nquorum none\n")
    return folder


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Start a witness: `witness(name, log_vkeys)` gives (its address, the witness)."""
    running: list[Server] = []

    def start(name: str, *vkeys: str, state: Path | None = None) -> tuple[str, Witness]:
        seed = name.encode().ljust(32, b"!")[:32]
        own = Witness(name, seed, [Key.read(v) for v in vkeys], state or tmp_path / f"{name.replace('/', '_')}.sqlite")
        server = Server(("127.0.0.1", 0), own)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}", own

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
