"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1 with SHA-256): roots, peaks, proofs and their check.

Pure functions over 32-byte hashes. Proofs are built over a `Subtrees` reader, `reader(height, index)`, which returns the
root of the perfect subtree of 2**height leaves beginning at leaf index * 2**height; where it reads from (memory, tiles) is
not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

__all__ = [
    "EMPTY", "HASH_BYTES", "ProofError", "Subtrees", "check_consistency", "check_inclusion", "consistency_proof", "fold",
    "grow", "inclusion_length", "inclusion_proof", "leaf_hash", "node_hash", "peaks_of", "range_root", "root_of",
]  # fmt: skip

HASH_BYTES = 32
EMPTY = sha256(b"").digest()
"""Root of the tree without entries."""

Subtrees = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof does not prove what it claims; the message says in which way."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def peaks_of(size: int) -> list[tuple[int, int]]:
    """(height, index) of the perfect subtrees that tile 0..size from left to right: one for each set bit of size."""
    found, start = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            found.append((height, start >> height))
            start += 1 << height
    return found


def fold(peaks: Sequence[bytes]) -> bytes:
    """Root of a tree from the roots of its peaks, left to right; folded from the right."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def grow(size: int, peaks: Sequence[bytes], leaves: Iterable[bytes]) -> tuple[int, list[bytes]]:
    """Size and peaks after appending leaf hashes."""
    state = list(peaks)
    for leaf in leaves:
        carry, bits = leaf, size
        while bits & 1:
            carry = node_hash(state.pop(), carry)
            bits >>= 1
        state.append(carry)
        size += 1
    return size, state


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes."""
    return fold(grow(0, (), leaves)[1])


def range_root(reader: Subtrees, start: int, end: int) -> bytes:
    """MTH of leaves start..end where this is a subtree of an RFC 6962 tree: start is a multiple of the largest power of
    two that is not smaller than end - start."""
    hashes, at = [], start
    for height in reversed(range((end - start).bit_length())):
        if (end - start) >> height & 1:
            hashes.append(reader(height, at >> height))
            at += 1 << height
    return fold(hashes)


def _split(size: int) -> int:
    """The largest power of two strictly smaller than size (size > 1)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_length(index: int, size: int) -> int:
    """How many hashes a proof of inclusion has."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def inclusion_proof(reader: Subtrees, index: int, size: int) -> list[bytes]:
    """PATH(index, D[0:size]), leaf sibling first. Raises ValueError when 0 <= index < size does not hold."""
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    out: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            out.append(range_root(reader, middle, end))
            end = middle
        else:
            out.append(range_root(reader, start, middle))
            start = middle
    return out[::-1]


def consistency_proof(reader: Subtrees, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[0:new]). From 0 and to the same size it is empty. Raises ValueError unless 0 <= old <= new."""
    if not 0 <= old <= new:
        raise ValueError(f"no proof from {old} to {new}")
    if old in (0, new):
        return []
    out: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            out.append(range_root(reader, middle, end))
            end = middle
        else:
            out.append(range_root(reader, start, middle))
            start, whole = middle, False
    if not whole:
        out.append(range_root(reader, start, end))
    return out[::-1]


def _hashes(*hashes: bytes) -> None:
    if any(len(h) != HASH_BYTES for h in hashes):
        raise ProofError("a hash has 32 bytes")


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raises ProofError unless the proof leads from the leaf hash at `index` to the root of the tree of `size`."""
    if not 0 <= index < size:
        raise ProofError(f"no entry {index} in a tree of {size}")
    _hashes(leaf, root, *proof)
    if len(proof) != inclusion_length(index, size):
        raise ProofError("the proof has the wrong length")
    fn, sn, found = index, size - 1, leaf
    for step in proof:
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or found != root:
        raise ProofError("the proof does not lead to the root")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises ProofError unless the tree of `new` begins with the whole tree of `old`."""
    if not 0 <= old <= new:
        raise ProofError(f"no proof from {old} to {new}")
    _hashes(old_root, new_root, *proof)
    if old in (0, new):
        expected = EMPTY if old == 0 else new_root
        if proof or old_root != expected:
            raise ProofError("the proof should be empty" if proof else "the roots of one size differ")
        return
    if not proof:
        raise ProofError("the proof is empty")
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for step in path[1:]:
        if sn == 0:
            raise ProofError("the proof is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(step, first), node_hash(step, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or first != old_root or second != new_root:
        raise ProofError("the proof does not lead from one root to the other")
