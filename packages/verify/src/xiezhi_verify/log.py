"""A whole log, read from its address or from a folder: every entry, every tile, every root."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from xiezhi_verify.note import Point, Policy, read_point
from xiezhi_verify.tree import Stack, Wrong, leaf, node


class Unreachable(Exception):
    """The log could not be read; says nothing about whether it is honest."""


Read = Callable[[str, int], bytes]


def opened(place: str) -> Read:
    """A reader `read(path, most_bytes)` of a folder or an address."""
    if place.startswith(("http://", "https://")):

        def get(path: str, most: int) -> bytes:
            try:
                with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 - http(s) alone
                    found: bytes = answer.read(most + 1)
            except (OSError, http.client.HTTPException, urllib.error.URLError) as error:
                raise Unreachable(f"{path}: {error}") from None
            if len(found) > most:
                raise Wrong(f"{path} is longer than it may be")
            return found

        return get
    folder = Path(place)

    def read(path: str, most: int) -> bytes:
        try:
            with (folder / path).open("rb") as file:
                found = file.read(most + 1)
        except OSError as error:
            raise Unreachable(f"{path}: {error.strerror}") from None
        if len(found) > most:
            raise Wrong(f"{path} is longer than it may be")
        return found

    return read


def path(level: str, index: int, width: int) -> str:
    digits = f"{index:03d}"
    while len(digits) % 3:
        digits = "0" + digits
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join(["x" + g for g in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")


def _fetch(read: Read, level: str, index: int, width: int, most: int) -> bytes:
    """A tile; where the partial one is gone, the full one's beginning."""
    try:
        return read(path(level, index, width), most)
    except Unreachable:
        if width == 256:
            raise
        return read(path(level, index, 256), most)


def hashes(read: Read, level: int, index: int, width: int) -> bytes:
    found = _fetch(read, str(level), index, width, 8192)
    if len(found) < 32 * width or len(found) % 32:
        raise Wrong(f"{path(str(level), index, width)} is cut short")
    return found[: 32 * width]


def bundle(read: Read, index: int, width: int) -> list[bytes]:
    """Entries of a bundle."""
    raw = _fetch(read, "entries", index, width, 256 * 65_537)
    found: list[bytes] = []
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 2], "big")
        if at + 2 + size > len(raw) or len(found) == 256:
            raise Wrong(f"{path('entries', index, width)} is malformed")
        found.append(raw[at + 2 : at + 2 + size])
        at += 2 + size
    if len(found) < width:
        raise Wrong(f"{path('entries', index, width)} is cut short")
    return found[:width]


def width_of(size: int, level: int, index: int) -> int:
    return max(0, min(256, (size >> 8 * level) - 256 * index))


def checkpoint(read: Read, policy: Policy) -> Point:
    return read_point(read("checkpoint", 1_000_000), policy)


def whole(read: Read, policy: Policy, told: Callable[[int, int], None] = lambda done, total: None) -> Point:
    """Check everything the log publishes: entries against hashes, hashes against the tiles above, all against the root.

    Raises Wrong with the path of the first thing that does not agree, Unreachable where something is missing.
    """
    point = checkpoint(read, policy)
    levels: list[list[bytes]] = []
    tree = Stack()
    count = -(-point.size // 256)

    def one(index: int) -> list[bytes]:
        width = width_of(point.size, 0, index)
        found = [leaf(e) for e in bundle(read, index, width)]
        if b"".join(found) != hashes(read, 0, index, width):
            raise Wrong(f"{path('entries', index, width)} does not hold the entries of its hashes")
        return found

    upper: list[bytes] = []
    with ThreadPoolExecutor(8) as pool:
        for start in range(0, count, 64):
            for index, found in enumerate(pool.map(one, range(start, min(count, start + 64))), start):
                tree.add(found)
                if len(found) == 256:
                    upper.append(_root(found))
                told(min(point.size, 256 * (index + 1)), point.size)
    levels.append(upper)
    level = 1
    while point.size >> 8 * level:
        above = []
        for index in range(-(-len(levels[-1]) // 256)):
            expected = levels[-1][256 * index : 256 * index + 256]
            if hashes(read, level, index, len(expected)) != b"".join(expected):
                raise Wrong(f"{path(str(level), index, len(expected))} does not hold the roots of the tiles below")
            if len(expected) == 256:
                above.append(_root(expected))
        levels.append(above)
        level += 1
    if tree.root != point.root:
        raise Wrong("the entries do not give the root that was signed")
    return point


def _root(found: list[bytes]) -> bytes:
    while len(found) > 1:
        found = [node(found[i], found[i + 1]) for i in range(0, len(found), 2)]
    return found[0]


def growth(read: Read, old: int, new: int) -> list[bytes]:
    """The hashes that prove how a log grew, read from its tiles. Whether they prove it, `tree.extends` says."""
    kept: dict[tuple[int, int], bytes] = {}

    def perfect(height: int, index: int) -> bytes:
        level, inside = divmod(height, 8)
        first = index << inside
        place = (level, first // 256)
        if place not in kept:
            kept[place] = hashes(read, level, place[1], width_of(new, level, place[1]))
        at = 32 * (first % 256)
        data = kept[place][at : at + (32 << inside)]
        return _root([data[i : i + 32] for i in range(0, len(data), 32)])

    def whole_range(start: int, end: int) -> bytes:
        tree: list[bytes] = []
        while start < end:
            height = (end - start).bit_length() - 1
            tree.append(perfect(height, start >> height))
            start += 1 << height
        found = tree[-1]
        for left in reversed(tree[:-1]):
            found = node(left, found)
        return found

    def steps(start: int, end: int, size: int, complete: bool) -> Iterator[bytes]:
        if size == end - start:
            if not complete:
                yield whole_range(start, end)
            return
        half = 1 << (end - start - 1).bit_length() - 1
        if size <= half:
            yield from steps(start, start + half, size, complete)
            yield whole_range(start + half, end)
        else:
            yield from steps(start + half, end, size - half, False)
            yield whole_range(start, start + half)

    return [] if old in (0, new) else list(steps(0, new, old, True))
