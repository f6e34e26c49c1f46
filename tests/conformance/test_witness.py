"""Witnesses over HTTP: each answer of the protocol, races, crashes, quorum, and a log that tries to fork."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xiezhi_verify.note import Key
from xiezhi_witness.core import Witness, read_request

from tests.conformance.conftest import add
from xiezhi.kernel.ledger import merkle, notes, publisher
from xiezhi.kernel.ledger.models import LogCheckpoint, LogState
from xiezhi.kernel.ledger.policy import parse
from xiezhi.kernel.ledger.witnessing import request_body

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "transparency-log-vectors.json"
SIGNER = notes.ed25519_signer("log.example/a", bytes(range(32)))
LEAVES = [merkle.leaf_hash(b"%d" % i) for i in range(40)]


def subtree(height: int, index: int) -> bytes:
    return merkle.root_of(LEAVES[index << height : index + 1 << height])


def note(size: int, root: bytes | None = None, signer: notes.Signer = SIGNER) -> notes.Note:
    text = notes.Checkpoint(signer.verifier.name, size, merkle.root_of(LEAVES[:size]) if root is None else root).text
    return notes.Note(text, ()).signed(signer.line(text))


def body(old: int, size: int, **change: Any) -> bytes:
    proof = change.get("proof", merkle.consistency_proof(subtree, old, size) if old <= size else [])
    return request_body(old, proof, change.get("note", note(size)))


def post(url: str, content: bytes, path: str = "/add-checkpoint") -> tuple[int, bytes, str]:
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    link.request("POST", path, content)
    answer = link.getresponse()
    found = answer.status, answer.read(), answer.headers["Content-Type"]
    link.close()
    return found


def get(url: str, path: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    link.request("GET", path)
    answer = link.getresponse()
    found = answer.status, answer.read()
    link.close()
    return found


def test_every_answer_of_the_protocol(witness: Callable[..., Any]) -> None:
    url, own = witness("w.example/1", SIGNER.verifier.vkey)
    other = notes.ed25519_signer("log.example/b", bytes(32))
    false = notes.ed25519_signer("log.example/a", b"\x07" * 32)
    unsigned = notes.Note(note(3).text, (false.line(note(3).text),))
    broken = notes.Note(note(3).text, (notes.SignatureLine("log.example/a", SIGNER.verifier.id, bytes(64)),))
    for content in (
        b"",
        b"old\n\n",
        b"old 01\n\n" + note(1).bytes,
        b"old 0\nAA\n\n" + note(1).bytes,
        b"new 0\n\n" + note(1).bytes,
        b"old 0\n" + note(1).bytes[:9],
    ):
        assert post(url, content)[0] == 400, content
    assert post(url, request_body(0, [], note(1, b"\x01" * 32, other)))[0] == 404
    assert post(url, request_body(0, [], unsigned))[0] == 403
    assert post(url, request_body(0, [], broken))[0] == 403
    assert post(url, body(5, 3))[0] == 400
    assert post(url, body(2, 3)) == (409, b"0\n", "text/x.tlog.size")
    assert post(url, body(0, 3, proof=[bytes(32)]))[0] == 422
    status, line, _ = post(url, body(0, 3))
    assert status == 200
    [found] = notes.parse_note(note(3).text + b"\n" + line).lines
    notes.verifier(own.vkey).check(note(3).text, found.signature)
    assert post(url, body(0, 3)) == (409, b"3\n", "text/x.tlog.size")
    assert post(url, body(3, 9, proof=[bytes(32)]))[0] == 422
    assert post(url, body(3, 3, note=note(3, b"\x09" * 32)))[0] == 422
    assert post(url, body(3, 3))[0] == 200  # the same again may be cosigned again
    assert post(url, body(3, 9))[0] == 200
    assert post(url, body(9, 5))[0] == 400  # rollback
    assert post(url, body(5, 9))[0] == 409
    kept = get(url, f"/{__import__('hashlib').sha256(b'log.example/a').hexdigest()}/checkpoint")
    assert kept[0] == 200 and len(notes.opened(kept[1], [SIGNER.verifier, notes.verifier(own.vkey)])[1]) == 2
    assert get(url, f"/{'0' * 64}/checkpoint")[0] == 404 and get(url, "/")[0] == 404
    assert post(url, body(9, 12), "/other")[0] == 404


def test_size_zero(witness: Callable[..., Any]) -> None:
    url, _ = witness("w.example/1", SIGNER.verifier.vkey)
    assert post(url, body(0, 0))[0] == 200
    assert post(url, body(0, 4))[0] == 200


def test_the_request_of_the_specification() -> None:
    if not VECTORS.exists():
        pytest.skip("the vectors of the specification are not beside this checkout")
    v = json.loads(VECTORS.read_text())
    asked = read_request(v["F_add_checkpoint_body"].encode())
    assert (asked.old, asked.size, asked.origin) == (6, 8, "ledger.example/sifa")


def test_two_requests_race_and_one_rolls_nothing_back(witness: Callable[..., Any]) -> None:
    url, own = witness("w.example/1", SIGNER.verifier.vkey)
    assert post(url, body(0, 2))[0] == 200
    found: list[int] = []
    threads = [threading.Thread(target=lambda s=size: found.append(post(url, body(2, s))[0])) for size in range(3, 33)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(set(found)) in ([200, 409], [200]) and found.count(200) == 1
    _, text = get(url, f"/{__import__('hashlib').sha256(b'log.example/a').hexdigest()}/checkpoint")
    size = notes.parse_checkpoint(notes.parse_note(text).text).size
    assert post(url, body(2, 40)) == (409, b"%d\n" % size, "text/x.tlog.size")
    assert own.logs


def test_a_new_process_remembers(tmp_path: Path, witness: Callable[..., Any]) -> None:
    state = tmp_path / "state.sqlite"
    first = Witness("w.example/1", b"s" * 32, [Key.read(SIGNER.verifier.vkey)], state)
    assert first.add(body(0, 7)).status == 200
    again = Witness("w.example/1", b"s" * 32, [Key.read(SIGNER.verifier.vkey)], state)
    assert again.add(body(0, 9)).body == b"7\n"
    assert again.add(body(7, 7, note=note(7, b"\x01" * 32))).status == 422


def test_oversized_and_endless_requests(witness: Callable[..., Any]) -> None:
    url, _ = witness("w.example/1", SIGNER.verifier.vkey)
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    link.putrequest("POST", "/add-checkpoint")
    link.putheader("Content-Length", str(10**9 - 1))
    link.endheaders()
    assert link.getresponse().status == 413
    link.close()
    assert post(url, b"old 0\n" + b"A" * 100_000)[0] == 400
    assert post(url, request_body(0, [bytes(32)] * 64, note(3)))[0] == 400


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.integers(0, 10_000)))
def test_noise_changes_nothing(tmp_path: Path, noise: bytes | int) -> None:
    own = Witness("w.example/1", b"s" * 32, [Key.read(SIGNER.verifier.vkey)], tmp_path / "noise.sqlite")
    if isinstance(noise, int):
        raw = bytearray(body(0, 12))
        raw[noise % len(raw)] ^= 1 + noise % 255
        noise = bytes(raw)
    assert own.add(noise).status in (400, 403, 404, 422) or noise == body(0, 12)


def policy(*found: tuple[str, str, Witness], need: int = 2) -> str:
    lines = [f"witness {name} {own.vkey} {url}" for name, url, own in found]
    return "\n".join([*lines, f"group all-of-them {need} {' '.join(n for n, _, _ in found)}", "quorum all-of-them"])


@pytest.fixture
def three(ledger: publisher.Ledger, witness: Callable[..., Any]) -> list[tuple[str, str, Witness]]:
    vkey = ledger.keys.mine()[0].vkey
    return [(name, *witness(f"{name}.example/w", vkey)) for name in ("procuratorate", "court", "ministry")]


def test_two_of_three_are_enough(ledger: publisher.Ledger, three: list[tuple[str, str, Witness]]) -> None:
    ledger.policy = parse(policy(*three))
    add(5)
    done = publisher.round_once(ledger)
    assert done is not None and not done.held and len(notes.parse_note(done.note).lines) == 4
    add(300)
    done = publisher.round_once(ledger)
    assert done is not None and not done.held and all(a.line for a in done.answers)
    by = notes.parse_note(done.note).by([w.key for w in ledger.policy.witnesses.values()])
    assert len(by) == 3


def test_lost_quorum_holds_publication_and_nothing_else(
    ledger: publisher.Ledger, three: list[tuple[str, str, Witness]], client: Any
) -> None:
    ledger.policy = parse(policy(*three))
    add(3)
    assert publisher.round_once(ledger)
    dead = [
        (three[0][0], "http://127.0.0.1:9", three[0][2]),
        (three[1][0], "http://127.0.0.1:9", three[1][2]),
        three[2],
    ]
    ledger.policy = parse(policy(*dead))
    seen = client.get("/ledger/checkpoint").content
    for number in (2, 4):
        add(number)
        done = publisher.round_once(ledger)
        assert done is not None and "见证未达到要求" in done.held and "procuratorate" in done.held
    assert LogState.objects.get().size == 9 and client.get("/ledger/checkpoint").content == seen
    assert ledger.copy.last() is not None and ledger.copy.last()[0].size == 3  # type: ignore[index]
    ledger.policy = parse(policy(*three))
    done = ledger.publish()
    assert done is not None and not done.held and done.size == 9
    assert notes.parse_checkpoint(notes.parse_note(client.get("/ledger/checkpoint").content).text).size == 9
    assert LogCheckpoint.objects.filter(published_at=None).count() == 1  # the size in between was never shown


def test_witnesses_refuse_a_log_that_goes_back(
    ledger: publisher.Ledger, three: list[tuple[str, str, Witness]], settings: Any, tmp_path: Path
) -> None:
    """A second log with the same key (a stolen one, or a database set back with its copy) is refused by all three."""
    ledger.policy = parse(policy(*three))
    add(9)
    assert publisher.round_once(ledger)
    signer = ledger.keys.signers()[0]
    text = notes.Checkpoint("test.example/ledger", 20, b"\x02" * 32).text
    forged = notes.Note(text, ()).signed(signer.line(text))
    for _, url, _ in three:
        assert post(url, request_body(9, [bytes(32)] * 4, forged))[0] == 422
        text = notes.Checkpoint("test.example/ledger", 5, b"\x02" * 32).text
        shorter = notes.Note(text, ()).signed(signer.line(text))
        assert post(url, request_body(5, [], shorter))[0] == 409
    add(2)
    done = publisher.round_once(ledger)
    assert done is not None and not done.held  # the honest log goes on


def test_a_witness_that_lies_is_not_believed(ledger: publisher.Ledger, witness: Callable[..., Any]) -> None:
    vkey = ledger.keys.mine()[0].vkey
    url, _ = witness("honest.example/w", vkey)
    _, other = witness("other.example/w", vkey)
    ledger.policy = parse(f"witness x {other.vkey} {url}\nquorum x\n")
    add(1)
    done = publisher.round_once(ledger)
    assert done is not None and "without its signature" in done.held


def test_policies() -> None:
    w1, w2 = (notes.cosigner(n, n.encode().ljust(32, b"x"), lambda: 1).verifier.vkey for n in ("a", "b"))
    good = parse(
        f"# ours\nlog {SIGNER.verifier.vkey}\nwitness a {w1} http://x\nwitness b {w2}\ngroup g any a b\ngroup h all g a\nquorum h\n"
    )
    assert good.satisfied({"a"}) and not good.satisfied({"b"}) and not good.satisfied(set())
    for bad in (
        "", "quorum x", f"witness a {w1}\nwitness b {w1}\nquorum a", f"witness a {w1}\ngroup g 2 a\nquorum g", "group g any a\nquorum g",
        f"witness a {SIGNER.verifier.vkey}\nquorum a", "quorum none\nquorum none", f"witness any {w1}\nquorum any", "nonsense\nquorum none",
    ):  # fmt: skip
        with pytest.raises(notes.NoteError):
            parse(bad)
