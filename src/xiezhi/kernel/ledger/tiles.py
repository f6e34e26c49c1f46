"""tlog-tiles (C2SP v0.1.0): paths, tiles of 256 hashes, entry bundles, and proofs read from tiles.

A tile is a prefix of 256 hashes of a level. Level 0 holds leaf hashes; each hash of level n + 1 is the root over one full
tile of level n. A partial tile is never hashed upward.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from struct import pack, unpack_from

from xiezhi.kernel.ledger.merkle import HASH_BYTES, Subtrees, fold, node_hash

__all__ = [
    "HEIGHT", "WIDTH", "Tile", "bundle", "changed", "entries_path", "needed", "parse_path", "read_bundle", "subtrees",
    "tile_root", "width_at",
]  # fmt: skip

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRY_BYTES = 0xFFFF
_PATH = re.compile(r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: level (None for entries), index and width (1..256)."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """tile/1/x001/x234/067, with .p/W when partial."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Path of an entry bundle."""
    return Tile(None, index, width).path


def parse_path(path: str) -> Tile:
    """The tile a path names. Raises ValueError for anything but the one right spelling of it."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("not the path of a tile")
    level, groups, last, width = found.groups()
    tile = Tile(
        None if level == "entries" else int(level),
        int("".join(re.findall(r"[0-9]{3}", groups)) + last),
        int(width) if width else WIDTH,
    )
    if tile.width > WIDTH or (width and tile.width == WIDTH) or tile.path != path:
        raise ValueError("not the path of a tile")
    return tile


def width_at(size: int, level: int, index: int) -> int:
    """How many hashes of this tile a tree of `size` has: 0..256."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def needed(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size`, the partial ones too, level by level."""
    yield from changed(0, size)


def changed(old: int, new: int) -> Iterator[Tile]:
    """Tiles that a tree has when it grows from `old` to `new` and did not have before."""
    level = 0
    while new >> HEIGHT * level:
        before, after = old >> HEIGHT * level, new >> HEIGHT * level
        if before != after:
            for index in range(before // WIDTH, after // WIDTH):
                yield Tile(level, index)
            if after % WIDTH:
                yield Tile(level, after // WIDTH, after % WIDTH)
        level += 1


def tile_root(data: bytes) -> bytes:
    """Root over the hashes of a full tile, or of any power of two of them."""
    layer = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
    while len(layer) > 1:
        layer = [node_hash(layer[i], layer[i + 1]) for i in range(0, len(layer), 2)]
    return layer[0]


def subtrees(read: Callable[[int, int], bytes]) -> Subtrees:
    """A reader of subtree roots over `read(level, index)`, which returns at least the part of that tile that is asked for."""
    kept: dict[tuple[int, int], bytes] = {}

    def root(height: int, index: int) -> bytes:
        level, inside = divmod(height, HEIGHT)
        first = index << inside
        key = (level, first // WIDTH)
        if key not in kept:
            kept[key] = read(*key)
        offset = first % WIDTH * HASH_BYTES
        data = kept[key][offset : offset + (HASH_BYTES << inside)]
        if len(data) != HASH_BYTES << inside:
            raise ValueError(f"tile {Tile(level, key[1]).path} is shorter than the tree needs")
        return tile_root(data)

    return root


def root_from_tiles(read: Callable[[int, int], bytes], size: int) -> bytes:
    """Root of the tree of `size` from its tiles."""
    from xiezhi.kernel.ledger.merkle import peaks_of

    reader = subtrees(read)
    return fold([reader(height, index) for height, index in peaks_of(size)])


def bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length. Raises ValueError for an entry over 65,535 bytes."""
    if any(len(e) > ENTRY_BYTES for e in entries):
        raise ValueError("an entry has at most 65,535 bytes")
    return b"".join(pack(">H", len(e)) + e for e in entries)


def read_bundle(data: bytes) -> list[bytes]:
    """Entries of a bundle. Raises ValueError when it is cut short or holds more than 256."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("the bundle is cut short")
        (length,) = unpack_from(">H", data, at)
        at += 2
        if at + length > len(data):
            raise ValueError("the bundle is cut short")
        found.append(data[at : at + length])
        at += length
    if len(found) > WIDTH:
        raise ValueError("a bundle holds at most 256 entries")
    return found
