"""Checkpoints on a real EVM node: the contract compiled here, legacy transactions, once each, after every kind of outage."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import need
from xiezhi.kernel.ledger import anchor, publisher, reader, services
from xiezhi.kernel.ledger.anchor import chain as chains
from xiezhi.kernel.ledger.anchor import publisher as anchoring
from xiezhi.kernel.ledger.models import LogCheckpoint
from xiezhi.kernel.ledger.policy import NONE

HERE = Path(__file__).parent
SOURCE = Path(anchor.__file__).with_name("LedgerAnchor.sol")
ORIGIN = "test.example/ledger"
# The node's own well-known test accounts: worth nothing anywhere.
REGISTRAR = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
OPERATOR = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"


def missing(reason: str) -> None:
    if os.environ.get("XIEZHI_NOTHING_LEFT_OUT") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Node:
    """A node on loopback that can be ended and begun anew; `address` is the contract's."""

    url: str
    address: str
    web3: Any

    def chain(self, key: str = OPERATOR) -> chains.Chain:
        return chains.Chain(self.url, self.address, key, seconds=8)

    def count(self) -> int:
        """How many checkpoints were anchored."""
        topic = self.web3.keccak(text="Anchored(bytes32,uint64,bytes32)")
        return len(self.web3.eth.get_logs({"fromBlock": 0, "address": self.address, "topics": [topic]}))

    def ask(self, method: str, *values: Any) -> Any:
        return self.web3.provider.make_request(method, list(values))


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    web3 = pytest.importorskip("web3") if os.environ.get("XIEZHI_NOTHING_LEFT_OUT") != "1" else __import__("web3")
    program = need("node")
    modules = HERE / "node_modules"
    if not (modules / "hardhat").is_dir() or not (modules / "solc").is_dir():
        missing("no EVM node here: make env installs tests/anchor/node_modules")
    done = subprocess.run(
        [program, str(HERE / "compile.cjs"), str(SOURCE)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    wanted = {json.dumps(_shape(f), sort_keys=True) for f in made["abi"]}
    assert all(json.dumps(_shape(f), sort_keys=True) in wanted for f in chains.ABI)  # what we call is what was compiled
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true", "CI": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [program, "node_modules/hardhat/internal/cli/bootstrap.js", "node", "--hostname", "127.0.0.1", "--port", str(port)],
        cwd=HERE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    link = web3.Web3(web3.Web3.HTTPProvider(url))
    try:
        end = time.monotonic() + 90
        while not link.is_connected():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise AssertionError((process.stderr.read() if process.stderr else b"").decode()[-2000:])
            time.sleep(0.3)
        owner = link.eth.account.from_key(REGISTRAR)
        contract = link.eth.contract(abi=made["abi"], bytecode=made["bytecode"])

        def send(call: Any) -> Any:
            sent = call.build_transaction(
                {
                    "from": owner.address,
                    "nonce": link.eth.get_transaction_count(owner.address),
                    "gasPrice": link.eth.gas_price,
                    "gas": 2_000_000,
                    "chainId": 31337,
                }
            )
            number = link.eth.send_raw_transaction(owner.sign_transaction(sent).raw_transaction)
            return link.eth.wait_for_transaction_receipt(number)

        address = send(contract.constructor())["contractAddress"]
        operator = link.eth.account.from_key(OPERATOR).address
        for origin in (ORIGIN, "other.example/ledger", "third.example/ledger", "fourth.example/ledger"):
            send(link.eth.contract(address, abi=made["abi"]).functions.register(chains.origin_hash(origin), operator))
        yield Node(url, address, link)
    finally:
        process.terminate()
        process.wait(20)


def _shape(function: dict[str, Any]) -> dict[str, Any]:
    def plain(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [(r["name"], r["type"]) for r in rows]

    return {
        "type": function["type"], "name": function.get("name"), "in": plain(function.get("inputs", [])),
        "out": plain(function.get("outputs", [])), "is": function.get("stateMutability"),
    }  # fmt: skip


def opened(settings: Any, folder: Path, origin: str) -> publisher.Ledger:
    settings.LEDGER_DIR, settings.LEDGER_ORIGIN = str(folder / "ledger"), origin
    return publisher.open_ledger(NONE)


def add(ledger: publisher.Ledger, number: int) -> None:
    with transaction.atomic():
        services.append_many([services.Commit("event", b"%d" % i, "thing", "1") for i in range(number)])
    publisher.round_once(ledger)


@pytest.mark.django_db
def test_checkpoints_reach_the_chain_once(node: Node, settings: Any, tmp_path: Path) -> None:
    ledger, chain = opened(settings, tmp_path, ORIGIN), node.chain()
    assert anchoring.once(chain, ORIGIN) == anchoring.Round(0)
    add(ledger, 5)
    done = anchoring.once(chain, ORIGIN)
    assert done.size == 5 and done.transaction
    sent = node.web3.eth.get_transaction(done.transaction)
    assert sent["type"] == 0 and sent["gasPrice"] >= 0  # legacy, with its price said
    assert chain.latest(ORIGIN) == chains.Anchored(5, reader.root_at(5), sent["blockNumber"])
    before = node.count()
    for _ in range(3):
        assert anchoring.once(chain, ORIGIN) == anchoring.Round(5)
    assert node.count() == before
    for _ in range(4):  # the chain was away for four of them: one transaction catches up
        add(ledger, 300)
    assert anchoring.once(node.chain(), ORIGIN).size == 1205 and node.count() == before + 1


@pytest.mark.django_db
def test_what_was_sent_and_not_yet_taken_is_not_doubled(node: Node, settings: Any, tmp_path: Path) -> None:
    origin = "other.example/ledger"
    ledger, chain = opened(settings, tmp_path, origin), node.chain()
    chain.seconds = 1
    add(ledger, 3)
    before = node.count()
    node.ask("evm_setAutomine", False)
    try:
        for _ in range(3):  # no block comes: the answer is lost, and it is tried again
            with pytest.raises(chains.ChainError):
                anchoring.once(chain, origin)
        node.ask("evm_mine")
        assert anchoring.once(chain, origin) == anchoring.Round(3)
        assert node.count() == before + 1
    finally:
        node.ask("evm_setAutomine", True)
    assert anchoring.once(node.chain(), origin) == anchoring.Round(3) and node.count() == before + 1


@pytest.mark.django_db
def test_two_logs_of_one_name_are_found_out(node: Node, settings: Any, tmp_path: Path) -> None:
    origin = "third.example/ledger"
    ledger, chain = opened(settings, tmp_path, origin), node.chain()
    add(ledger, 3)
    chain.anchor(origin, 2, bytes(32))
    with pytest.raises(publisher.Forked, match="another root"):
        anchoring.once(chain, origin)
    chain.anchor(origin, 9, bytes(32))
    with pytest.raises(publisher.Behind, match="9 entries"):
        anchoring.once(chain, origin)
    with pytest.raises(chains.ChainError):  # it never goes back
        chain.anchor(origin, 9, bytes(range(32)))
    with pytest.raises(chains.ChainError):  # and takes nothing from anybody else
        node.chain(REGISTRAR).anchor(origin, 10, bytes(32))
    assert LogCheckpoint.objects.filter(size=9).count() == 0


@pytest.mark.django_db
def test_a_chain_that_is_away_is_waited_for(
    node: Node, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    origin = "fourth.example/ledger"
    ledger = opened(settings, tmp_path, origin)
    add(ledger, 2)
    chain, stop = node.chain(), threading.Event()
    real, tries = chains.Chain.latest, []

    def latest(self: chains.Chain, name: str) -> chains.Anchored:
        tries.append(name)
        if len(tries) < 4:
            raise chains.ChainError("away")
        if len(tries) > 6:
            stop.set()
        return real(self, name)

    monkeypatch.setattr(chains.Chain, "latest", latest)
    anchoring.run(stop, chain, origin, every=0.01)
    assert real(chain, origin).size == 2
    assert sum("nothing is anchored" in r.message for r in caplog.records) == 1  # said once, not at every try
    monkeypatch.setattr(chains.Chain, "latest", real)
    with pytest.raises(chains.ChainError):
        chains.Chain("http://127.0.0.1:9", node.address, OPERATOR).latest(origin)


def test_settings_of_the_chain(node: Node, tmp_path: Path) -> None:
    assert chains.load(tmp_path) is None
    (tmp_path / "anchor.toml").write_text(f'url = "{node.url}"\ncontract = "{node.address}"\n')
    with pytest.raises(chains.ChainError, match=r"anchor\.key"):
        chains.load(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "anchor.key").write_text(OPERATOR + "\n")
    found = chains.load(tmp_path)
    assert found is not None and found.latest("nobody.example") == chains.Anchored(0, bytes(32), 0)
    assert found.address == node.web3.eth.account.from_key(OPERATOR).address
