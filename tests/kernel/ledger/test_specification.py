"""The tree, tiles, notes and proofs against the vectors of the specification, and over random sizes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.ledger import merkle, notes, tiles
from xiezhi.kernel.ledger.merkle import ProofError
from xiezhi.kernel.ledger.notes import NoteError

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "transparency-log-vectors.json"


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    if not VECTORS.exists():
        pytest.skip("the vectors of the specification are not beside this checkout")
    found: dict[str, Any] = json.loads(VECTORS.read_text())
    return found


def memory(leaves: list[bytes]) -> merkle.Subtrees:
    def root(height: int, index: int) -> bytes:
        part = leaves[index << height : index + 1 << height]
        assert len(part) == 1 << height
        return merkle.root_of(part)

    return root


def leaves_of(v: dict[str, Any]) -> list[bytes]:
    return [merkle.leaf_hash(bytes.fromhex(one["data_hex"])) for one in v["A_leaves"]]


def test_leaves_and_roots(vectors: dict[str, Any]) -> None:
    leaves = leaves_of(vectors)
    assert [h.hex() for h in leaves] == [one["leaf_hash"] for one in vectors["A_leaves"]]
    for size, root in vectors["A_roots"].items():
        assert merkle.root_of(leaves[: int(size)]).hex() == root


def test_inclusion_proofs(vectors: dict[str, Any]) -> None:
    leaves = leaves_of(vectors)
    for one in vectors["B_inclusion"]:
        proof = merkle.inclusion_proof(memory(leaves), one["index"], one["size"])
        assert [h.hex() for h in proof] == one["proof"]
        root = merkle.root_of(leaves[: one["size"]])
        merkle.check_inclusion(one["index"], one["size"], leaves[one["index"]], proof, root)


def test_consistency_proofs(vectors: dict[str, Any]) -> None:
    leaves = leaves_of(vectors)
    for one in vectors["C_consistency"]:
        proof = merkle.consistency_proof(memory(leaves), one["from"], one["to"])
        assert [h.hex() for h in proof] == one["proof"]
        old, new = merkle.root_of(leaves[: one["from"]]), merkle.root_of(leaves[: one["to"]])
        merkle.check_consistency(one["from"], one["to"], proof, old, new)


def test_what_must_be_refused(vectors: dict[str, Any]) -> None:
    leaves = leaves_of(vectors)
    root = merkle.root_of(leaves)
    proof = merkle.inclusion_proof(memory(leaves), 5, 8)
    for index, changed in ((5, proof[:-1]), (5, [*proof, root]), (4, proof)):
        with pytest.raises(ProofError):
            merkle.check_inclusion(index, 8, leaves[5], changed, root)
    with pytest.raises(ProofError):
        merkle.check_inclusion(0, 1, b"", [], b"")
    steps = merkle.consistency_proof(memory(leaves), 6, 8)
    with pytest.raises(ProofError):
        merkle.check_consistency(6, 8, [root, *steps[1:]], merkle.root_of(leaves[:6]), root)


def test_log_key_and_checkpoint(vectors: dict[str, Any]) -> None:
    key, said = vectors["D_log_key"], vectors["D_checkpoint"]
    signer = notes.ed25519_signer(key["name"], bytes.fromhex(key["seed_hex"]))
    assert signer.verifier.id.hex() == key["key_id"] and signer.verifier.vkey == key["vkey"]
    checkpoint = notes.Checkpoint(key["name"], 8, bytes.fromhex(vectors["A_roots"]["8"]))
    assert checkpoint.text.decode() == said["text"]
    note = notes.Note(checkpoint.text, ()).signed(signer.line(checkpoint.text))
    assert note.bytes.decode() == said["note"]
    opened, by = notes.opened(said["note"].encode(), [notes.verifier(key["vkey"])])
    assert notes.parse_checkpoint(opened.text) == checkpoint and [v.name for v in by] == [key["name"]]


def test_cosignature(vectors: dict[str, Any]) -> None:
    key, said = vectors["E_cosignature"], vectors["D_checkpoint"]
    signer = notes.cosigner(key["name"], bytes.fromhex(key["seed_hex"]), lambda: int(key["time"]))
    assert signer.verifier.vkey == key["vkey"]
    note = notes.parse_note(said["note"].encode())
    cosigned = note.signed(signer.line(note.text))
    assert cosigned.bytes.decode() == key["note"]
    both = [notes.verifier(vectors["D_log_key"]["vkey"]), notes.verifier(key["vkey"])]
    assert len(cosigned.by(both)) == 2


def test_tiles_of_seventy_thousand(vectors: dict[str, Any]) -> None:
    from hashlib import sha256

    h = vectors["H_tiles"]
    layers = [[merkle.leaf_hash(b"leaf %d" % i) for i in range(h["size"])]]
    while len(layers[-1]) >= 256:
        below = layers[-1]
        layers.append([tiles.tile_root(b"".join(below[i : i + 256])) for i in range(0, len(below) // 256 * 256, 256)])

    def read(level: int, index: int) -> bytes:
        return b"".join(layers[level][index * 256 : index * 256 + 256])

    assert tiles.root_from_tiles(read, h["size"]).hex() == h["root"]
    names = {t.path: t for t in tiles.needed(h["size"])}
    for path, said in h["tiles_sha256"].items():
        tile = names[path]
        assert tile.level is not None
        data = read(tile.level, tile.index)
        assert sha256(data).hexdigest() == (said["sha256"] if isinstance(said, dict) else said)
    reader = tiles.subtrees(read)
    assert [p.hex() for p in merkle.inclusion_proof(reader, 12345, h["size"])] == h["inclusion_12345"]
    assert [p.hex() for p in merkle.consistency_proof(reader, 65536, h["size"])] == h["consistency_65536"]
    assert [reader(*p).hex() for p in merkle.peaks_of(h["size"])] == h["peaks"]


def test_paths_and_bundles(vectors: dict[str, Any]) -> None:
    for path in vectors["I_paths"].values():
        assert tiles.parse_path(path).path == path
    entries = [bytes.fromhex(e) for e in vectors["J_bundle"]["entries"]]
    assert tiles.bundle(entries).hex() == vectors["J_bundle"]["bundle_hex"]
    assert tiles.read_bundle(bytes.fromhex(vectors["J_bundle"]["bundle_hex"])) == entries


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1000", "tile/0/x000/001", "tile/64/000", "tile/00/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01",
        "tile/0/000/", "tile/0/٠٠٠", "tile/entries/000.p/300", "tile/0/x001/x000", "tile/0/000\n", "../tile/0/000", "tile/-1/000",
    ],
)  # fmt: skip
def test_other_spellings_of_a_path_are_no_path(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        tiles.parse_path(path)


def test_notes_of_others() -> None:
    go = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert notes.opened(f"{text}\n{line}".encode(), [notes.verifier(go)])[1]
    for bad in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(NoteError):
            notes.verifier(bad)
    with pytest.raises(NoteError, match="wrong"):
        notes.opened(f"{text}more\n\n{line}".encode(), [notes.verifier(go)])
    c2sp = notes.verifier("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    said = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    assert notes.opened(said.encode(), [c2sp])[1]
    with pytest.raises(NoteError, match="no known key"):
        notes.opened(said.encode(), [notes.verifier(go)])


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"text\n", b"text\n\n", b"text\n\n\xe2\x80\x94 a\n", b"text\n\n\xe2\x80\x94 a AAAA\n", b"text\n\n- a AAAAAAA=\n", b"\xff\n\n\n",
        b"te\x00xt\n\n\xe2\x80\x94 a AAAAAAA=\n", b"text\n\n\xe2\x80\x94 a AAAAAAA=", b"text\n\n\xe2\x80\x94 a AAAAAAB=\n",
        b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n", b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
    ],
)  # fmt: skip
def test_malformed_notes(raw: bytes) -> None:
    with pytest.raises(NoteError):
        notes.parse_note(raw)


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n0\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n",
     "\n1\n" + "A" * 43 + "=\n", "a\n٣\n" + "A" * 43 + "=\n", "a\n9223372036854775808\n" + "A" * 43 + "=\n"],
)  # fmt: skip
def test_malformed_checkpoints(text: str) -> None:
    with pytest.raises(NoteError):
        notes.parse_checkpoint(text.encode())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_proofs_over_random_sizes(data: st.DataObject) -> None:
    """Every proof verifies, and no longer after a change of one bit or of the length."""
    size = data.draw(st.integers(1, 2000))
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(size)]
    reader, root = memory(leaves), merkle.root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(reader, index, size)
    merkle.check_inclusion(index, size, leaves[index], proof, root)
    old = data.draw(st.integers(1, size))
    steps = merkle.consistency_proof(reader, old, size)
    merkle.check_consistency(old, size, steps, merkle.root_of(leaves[:old]), root)
    with pytest.raises(ProofError):
        merkle.check_inclusion(index, size, leaves[index], [*proof, root], root)
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32)
        with pytest.raises(ProofError):
            merkle.check_inclusion(index, size, leaves[index], [*proof[:at], flipped, *proof[at + 1 :]], root)
        with pytest.raises(ProofError):
            merkle.check_inclusion(index, size, leaves[index], proof[:-1], root)
    if steps:
        at, bit = data.draw(st.integers(0, len(steps) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(steps[at]) ^ 1 << bit).to_bytes(32)
        with pytest.raises(ProofError):
            merkle.check_consistency(
                old, size, [*steps[:at], flipped, *steps[at + 1 :]], merkle.root_of(leaves[:old]), root
            )


def test_roots_agree_at_every_size() -> None:
    """Frontier, entries and tiles give one root; growing changes exactly the tiles that differ."""
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(1100)]
    state: tuple[int, list[bytes]] = (0, [])
    layers: list[list[bytes]] = [[], [], []]

    def read(level: int, index: int) -> bytes:
        return b"".join(layers[level][index * 256 : index * 256 + 256])

    seen: dict[str, bytes] = {}
    for size in range(1, 1101):
        state = merkle.grow(*state, leaves[size - 1 : size])
        layers[0].append(leaves[size - 1])
        if size % 256 == 0:
            layers[1].append(tiles.tile_root(read(0, size // 256 - 1)))
        fresh = {t.path: read(t.level or 0, t.index) for t in tiles.changed(size - 1, size)}
        assert not set(fresh) & set(seen)
        seen |= fresh
        assert merkle.fold(state[1]) == tiles.root_from_tiles(read, size)
        assert all(len(seen[t.path]) == 32 * t.width for t in tiles.needed(size))
    assert merkle.fold(state[1]) == merkle.root_of(leaves)


def test_base64_is_strict() -> None:
    for bad in ("AA", "AA==\n", "AB==", "A-_=", "AA==AA=="):
        with pytest.raises(NoteError):
            notes.unbase64(bad)
    assert notes.unbase64(base64.b64encode(b"x").decode()) == b"x"
