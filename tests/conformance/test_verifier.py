"""The independent verifier: vectors, proof files, whole logs, memory, and everything that must not pass."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xiezhi_verify import cli, log, tree
from xiezhi_verify.memory import Memory
from xiezhi_verify.note import Key, Policy, read_point, read_policy
from xiezhi_verify.record import check_proof, read_proof, read_record
from xiezhi_verify.tree import Wrong

from tests.conformance.conftest import add
from xiezhi.kernel.ledger import merkle, notes, publisher, reader, recovery
from xiezhi.kernel.ledger.sequencer import entry_bytes

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "transparency-log-vectors.json"


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    if not VECTORS.exists():
        pytest.skip("the vectors of the specification are not beside this checkout")
    found: dict[str, Any] = json.loads(VECTORS.read_text())
    return found


def test_it_imports_nothing_of_the_platform() -> None:
    code = "import sys, xiezhi_verify.cli, xiezhi_witness.cli; print(sorted(m for m in sys.modules if m.split('.')[0] in ('xiezhi', 'django')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_vectors(vectors: dict[str, Any]) -> None:
    leaves = [tree.leaf(bytes.fromhex(e["data_hex"])) for e in vectors["A_leaves"]]
    roots = {int(k): bytes.fromhex(v) for k, v in vectors["A_roots"].items()}
    grown = tree.Stack()
    assert grown.root == roots[0]
    for size, leaf in enumerate(leaves, 1):
        grown.add([leaf])
        assert grown.root == roots[size]
    for one in vectors["B_inclusion"]:
        proof = [bytes.fromhex(h) for h in one["proof"]]
        tree.included(one["index"], one["size"], leaves[one["index"]], proof, roots[one["size"]])
        with pytest.raises(Wrong):
            tree.included(one["index"], one["size"], leaves[one["index"]], [*proof, leaves[0]], roots[one["size"]])
    for one in vectors["C_consistency"]:
        proof = [bytes.fromhex(h) for h in one["proof"]]
        tree.extends(one["from"], one["to"], proof, roots[one["from"]], roots[one["to"]])
        with pytest.raises(Wrong):
            tree.extends(one["from"], one["to"], [*proof, leaves[0]], roots[one["from"]], roots[one["to"]])
    with pytest.raises(Wrong):
        tree.included(0, 1, b"", [], b"")


def test_the_published_proof_of_the_specification(vectors: dict[str, Any]) -> None:
    policy = read_policy(
        f"log {vectors['D_log_key']['vkey']}\nwitness w1 {vectors['E_cosignature']['vkey']}\nquorum w1\n"
    )
    proof = read_proof(vectors["G_tlog_proof"].encode())
    point = check_proof(proof, bytes.fromhex("40414243"), policy)
    assert (point.size, point.seen) == (8, {"w1": 1700000000})
    with pytest.raises(Wrong):
        check_proof(proof, bytes.fromhex("40414244"), policy)
    with pytest.raises(Wrong, match="witness"):
        read_point(vectors["D_checkpoint"]["note"].encode(), policy)


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 3000), st.data())
def test_both_sides_agree_on_every_proof(size: int, data: st.DataObject) -> None:
    """The writer's proofs verify here, and a changed one verifies nowhere."""
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(size)]

    def subtree(height: int, index: int) -> bytes:
        return merkle.root_of(leaves[index << height : index + 1 << height])

    root = merkle.root_of(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    proof = merkle.inclusion_proof(subtree, index, size)
    tree.included(index, size, leaves[index], proof, root)
    steps = merkle.consistency_proof(subtree, old, size)
    tree.extends(old, size, steps, merkle.root_of(leaves[:old]), root)
    for check, good in ((tree.included, proof), (tree.extends, steps)):
        if good:
            bad = [*good]
            at = data.draw(st.integers(0, len(bad) - 1))
            bad[at] = bytes(32)
            with pytest.raises(Wrong):
                if check is tree.included:
                    tree.included(index, size, leaves[index], bad, root)
                else:
                    tree.extends(old, size, bad, merkle.root_of(leaves[:old]), root)


def test_a_whole_log_and_its_growth(ledger: publisher.Ledger, mirror: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XIEZHI_VERIFY_HOME", str(tmp_path / "memory"))
    policy = str(tmp_path / "policy")
    assert cli.run(["log", "--policy", policy, str(mirror)]) == 0
    for number in (1, 300, 65):
        add(number)
        publisher.round_once(ledger)
        recovery.export(mirror)
        assert cli.run(["follow", "--policy", policy, str(mirror)]) == 0
    assert cli.run(["log", "--policy", policy, str(mirror)]) == 0
    assert len(list((tmp_path / "memory").glob("*.checkpoint"))) == 1


def test_its_own_growth_proofs(mirror: Path) -> None:
    read = log.opened(str(mirror))
    leaves = [tree.leaf(e) for i in range(3) for e in log.bundle(read, i, log.width_of(700, 0, i))]
    for old in (0, 1, 2, 255, 256, 257, 511, 512, 513, 640, 699, 700):
        part, full = tree.Stack(), tree.Stack()
        part.add(leaves[:old])
        full.add(leaves)
        tree.extends(old, 700, log.growth(read, old, 700), part.root, full.root)


def test_a_forked_log_is_caught_by_memory(
    ledger: publisher.Ledger, mirror: Path, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setenv("XIEZHI_VERIFY_HOME", str(tmp_path / "memory"))
    policy = str(tmp_path / "policy")
    assert cli.run(["follow", "--policy", policy, str(mirror)]) == 0
    signer = ledger.keys.signers()[0]
    for size in (700, 701, 650):
        text = notes.Checkpoint("test.example/ledger", size, b"\x05" * 32).text
        (mirror / "checkpoint").write_bytes(notes.Note(text, ()).signed(signer.line(text)).bytes)
        if size > 700:
            shutil.copy(mirror / "tile/0/002.p/188", mirror / "tile/0/002.p/189")
            with (mirror / "tile/0/002.p/189").open("ab") as file:
                file.write(bytes(32))
        assert cli.run(["follow", "--policy", policy, str(mirror)]) == 4
        assert "两种话" in capsys.readouterr().out
    evidence = list((tmp_path / "memory").glob("evidence-*"))
    assert len(evidence) == 3
    trust = read_policy((tmp_path / "policy").read_text())
    for folder in evidence:  # both stories are signed: that is the proof
        read_point((folder / "seen-before").read_bytes(), trust)
        read_point((folder / "seen-now").read_bytes(), trust)


def mutations(folder: Path, rng: random.Random) -> Any:
    """One random change of what is published; returns what takes it back."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    path = rng.choice(files)
    good = path.read_bytes()
    kind = rng.choice(("bit", "cut", "longer", "gone", "swap", "double", "other"))
    if kind == "bit":
        at = rng.randrange(len(good) * 8)
        changed = bytearray(good)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
    elif kind == "cut":
        path.write_bytes(good[: rng.randrange(len(good))])
    elif kind == "longer":
        path.write_bytes(good + rng.randbytes(32))
    elif kind == "gone":
        path.unlink()
    elif kind in ("swap", "double") and len(good) >= 96 and path.name != "checkpoint":
        step = 35 if "entries" in path.parts else 32
        rows = [good[i : i + step] for i in range(0, len(good), step)]
        a, b = rng.sample(range(len(rows)), 2)
        if kind == "swap":
            rows[a], rows[b] = rows[b], rows[a]
        else:
            rows[a] = rows[b]
        path.write_bytes(b"".join(rows))
    else:
        path.write_bytes(rng.choice([p for p in files if p != path]).read_bytes())
    return path, good, kind


def test_random_changes_are_found(mirror: Path, tmp_path: Path) -> None:
    """A bit, a row swapped, removed, doubled, a checkpoint replaced, a tile truncated: nothing gets through."""
    policy = read_policy((tmp_path / "policy").read_text())
    rng = random.Random(11)
    honest = log.whole(log.opened(str(mirror)), policy)
    found = 0
    for _ in range(10_000 if os.environ.get("XIEZHI_SOAK") else 2_000):
        path, good, kind = mutations(mirror, rng)
        if path.exists() and path.read_bytes() == good:
            continue
        try:
            point = log.whole(log.opened(str(mirror)), policy)
        except (Wrong, log.Unreachable):
            found += 1
        else:
            # What is longer than it need be is no change: a reader takes the prefix (specification 3).
            assert kind == "longer" and path.name != "checkpoint" and point == honest, (path, kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(good)
    assert found > 1_500


def test_records_by_hand(ledger: publisher.Ledger, tmp_path: Path, capsys: Any) -> None:
    text = json.dumps(
        {"number": "云府复〔2026〕1号", "sha256": hashlib.sha256(b"%PDF-x").hexdigest()}, ensure_ascii=False
    )
    from django.db import transaction

    from xiezhi.kernel.ledger import services

    with transaction.atomic():
        made = services.append("file", text.encode(), object_type="file", object_id="1")
    done = publisher.round_once(ledger)
    assert done is not None
    index = reader.place_of(made.id)
    assert index is not None
    record = {
        "format": "xiezhi-record/1", "kind": "file", "text": text, "salt": made.salt.hex(),
        "proof": reader.proof_file(index, done.note).file.decode(),
    }  # fmt: skip
    (tmp_path / "policy").write_text(f"log {ledger.keys.mine()[0].vkey}\nquorum none\n")
    (tmp_path / "good.json").write_text(json.dumps(record))
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-x")
    (tmp_path / "other.pdf").write_bytes(b"%PDF-y")
    assert read_record(json.dumps(record).encode()).entry == entry_bytes(made.commitment)
    base = ["record", "--policy", str(tmp_path / "policy")]
    assert cli.run([*base, str(tmp_path / "good.json")]) == 0
    assert cli.run([*base, str(tmp_path / "good.json"), "--file", str(tmp_path / "paper.pdf")]) == 0
    assert cli.run(["--lang", "en", *base, str(tmp_path / "good.json"), "--file", str(tmp_path / "other.pdf")]) == 1
    assert "NOT good" in capsys.readouterr().out
    for name, change in (
        ("text", text.replace("1号", "2号")), ("salt", bytes(32).hex()), ("kind", "event"), ("proof", record["proof"].replace("index 0", "index 1")),
        ("proof", "nonsense"), ("salt", "zz"), ("format", "other/1"),
    ):  # fmt: skip
        (tmp_path / "bad.json").write_text(json.dumps(record | {name: change}))
        assert cli.run([*base, str(tmp_path / "bad.json")]) == 1, name
        assert "该怎么办" in capsys.readouterr().out
    (tmp_path / "early.json").write_text(json.dumps(record | {"proof": None}))
    assert cli.run([*base, str(tmp_path / "early.json")]) == 3
    (tmp_path / "wrong-key").write_text("log other.example+00000000+AAAA\nquorum none\n")
    assert cli.run(["record", "--policy", str(tmp_path / "wrong-key"), str(tmp_path / "good.json")]) == 2
    assert cli.run([*base, str(tmp_path / "nothing.json")]) == 2
    assert cli.run(["log", "--policy", str(tmp_path / "policy"), "http://127.0.0.1:9/"]) == 3


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_refused_in_words(raw: bytes) -> None:
    policy = Policy((Key("x", 1, bytes(32)),))
    for read in (read_proof, read_record, lambda r: read_point(r, policy)):
        with pytest.raises(Wrong):
            read(raw)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_policies_of_noise(text: str) -> None:
    with pytest.raises(Wrong):
        read_policy(text)


def test_memory_under_another_policy(mirror: Path, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m")
    policy = read_policy((tmp_path / "policy").read_text())
    point = log.checkpoint(log.opened(str(mirror)), policy)
    memory.keep(point)
    with pytest.raises(Wrong):
        memory.last(point.origin, Policy((Key("test.example/ledger", 1, base64.b64decode("AAAA" * 10 + "AAA=")),)))
