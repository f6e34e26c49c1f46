"""Merkle proofs by splitting a path into its inner part and its right border. Independent of the writer's code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


class Wrong(Exception):
    """Something does not prove what it claims."""


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Stack:
    """A growing tree: `root` at any time, without keeping the leaves."""

    def __init__(self) -> None:
        self.size = 0
        self._kept: list[tuple[int, bytes]] = []

    def add(self, hashes: Iterable[bytes]) -> None:
        for found in hashes:
            height = 0
            while self._kept and self._kept[-1][0] == height:
                found = node(self._kept.pop()[1], found)
                height += 1
            self._kept.append((height, found))
            self.size += 1

    @property
    def root(self) -> bytes:
        if not self._kept:
            return EMPTY
        found = self._kept[-1][1]
        for _, left in reversed(self._kept[:-1]):
            found = node(left, found)
        return found


def _split(index: int, size: int) -> tuple[int, int]:
    inner = (index ^ (size - 1)).bit_length()
    return inner, bin(index >> inner).count("1")


def _up(seed: bytes, hashes: Sequence[bytes], index: int, right_only: bool = False) -> bytes:
    for height, found in enumerate(hashes):
        if index >> height & 1:
            seed = node(found, seed)
        elif not right_only:
            seed = node(seed, found)
    return seed


def _along(seed: bytes, hashes: Sequence[bytes]) -> bytes:
    for found in hashes:
        seed = node(found, seed)
    return seed


def _whole(*hashes: bytes) -> None:
    if any(len(h) != 32 for h in hashes):
        raise Wrong("hash of the wrong length")


def included(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raises Wrong unless the leaf stands at `index` of the tree of `size` with this root."""
    _whole(leaf_hash, root, *proof)
    if not 0 <= index < size:
        raise Wrong("the entry lies outside the tree")
    inner, border = _split(index, size)
    if len(proof) != inner + border:
        raise Wrong("the proof has the wrong length")
    if _along(_up(leaf_hash, proof[:inner], index), proof[inner:]) != root:
        raise Wrong("the proof does not lead to the root")


def extends(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises Wrong unless the tree of `new` entries begins with the tree of `old`."""
    _whole(old_root, new_root, *proof)
    if not 0 <= old <= new:
        raise Wrong("the sizes are the wrong way round")
    if old == new or old == 0:
        if proof or old_root != (new_root if old else EMPTY):
            raise Wrong("two roots for one size")
        return
    zeros = (old & -old).bit_length() - 1
    inner, border = _split(old - 1, new)
    inner -= zeros
    power = old == 1 << zeros
    if len(proof) != inner + border + (0 if power else 1):
        raise Wrong("the proof has the wrong length")
    seed, rest = (old_root, list(proof)) if power else (proof[0], list(proof[1:]))
    mask = (old - 1) >> zeros
    if _along(_up(seed, rest[:inner], mask, right_only=True), rest[inner:]) != old_root:
        raise Wrong("the proof does not begin with the old root")
    if _along(_up(seed, rest[:inner], mask), rest[inner:]) != new_root:
        raise Wrong("the proof does not lead to the new root")
