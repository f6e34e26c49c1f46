"""Asking witnesses to cosign (C2SP tlog-witness v1.0.0): one request each, at the same time, none of them trusted."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature

from xiezhi.kernel.ledger.notes import Note, NoteError, SignatureLine, number, parse_note
from xiezhi.kernel.ledger.policy import Witness

__all__ = ["Answer", "ask_all", "request_body"]

LIMIT = 64_000
Proof = Callable[[int], Sequence[bytes]]


@dataclass(frozen=True)
class Answer:
    """What a witness said: its line, or why not. `size`: the size it has seen, as far as it told."""

    witness: str
    line: SignatureLine | None
    size: int | None
    trouble: str = ""


def request_body(old: int, proof: Sequence[bytes], note: Note) -> bytes:
    """The body of add-checkpoint."""
    lines = [f"old {old}\n", *(base64.b64encode(h).decode() + "\n" for h in proof), "\n"]
    return "".join(lines).encode() + note.bytes


def _post(url: str, body: bytes, seconds: float) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        link.request("POST", f"{parts.path}/add-checkpoint", body, {"Content-Type": "text/plain; charset=utf-8"})
        answer = link.getresponse()
        return answer.status, answer.read(LIMIT)
    finally:
        link.close()


def _ask(witness: Witness, note: Note, size: int, known: int, proof: Proof, seconds: float) -> Answer:
    old = known
    for _ in range(2):
        status, said = _post(witness.url, request_body(old, proof(old), note), seconds)
        if status != 409:
            break
        old = number(said.decode("ascii", "replace").strip())
        if old > size:
            return Answer(witness.name, None, old, f"has seen {old} entries already, more than the {size} of this log")
    if status != 200:
        return Answer(witness.name, None, None, f"answered {status}: {said[:200].decode('utf-8', 'replace').strip()}")
    for line in parse_note(note.text + b"\n" + said).lines:
        if (line.name, line.key) == (witness.key.name, witness.key.id):
            witness.key.check(note.text, line.signature)
            return Answer(witness.name, line, size)
    return Answer(witness.name, None, None, "answered without its signature")


def ask_all(
    witnesses: Sequence[Witness], note: Note, size: int, known: Mapping[str, int], proof: Proof, seconds: float = 5
) -> list[Answer]:
    """One answer of every witness that has an address. `known`: sizes they had last time; `proof(old)` proves the growth.

    Proofs are read before, on this thread, for the sizes that are known; a witness that knows another size is asked again.
    """
    kept: dict[int, Sequence[bytes]] = {}

    def cached(old: int) -> Sequence[bytes]:
        if old not in kept:
            kept[old] = proof(old)
        return kept[old]

    def one(witness: Witness) -> Answer:
        try:
            return _ask(witness, note, size, min(known.get(witness.name, 0), size), cached, seconds)
        except InvalidSignature:
            return Answer(witness.name, None, None, "its signature does not verify")
        except (OSError, http.client.HTTPException, NoteError, ValueError) as error:
            return Answer(
                witness.name, None, None, f"cannot be reached or understood ({type(error).__name__}: {error})"
            )

    asked = [w for w in witnesses if w.url]
    if not asked:
        return []
    for witness in asked:
        cached(min(known.get(witness.name, 0), size))
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(one, asked))
