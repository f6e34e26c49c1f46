"""披露控制: what must not be told is taken out before a release. Pure, over plain cells.

Small cells: a count below the minimum is suppressed (primary), and so is a sum one contributor dominates. Margins are published
too, so one suppressed cell in a line could be found by subtraction: further cells are suppressed until every line that hides
anything hides at least two cells which together reach the minimum (complementary suppression).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["ALL", "Cell", "Suppressed", "bounds", "leaks", "protect", "suppress"]

ALL = "合计"
"""The value of a dimension in a margin."""

DOMINANCE = 0.85
"""A sum of which one row makes more than this part tells that row."""

Key = tuple[str, ...]


@dataclass
class Cell:
    """A group: its count, its sums, and the largest single contribution to each sum."""

    n: int
    sums: tuple[float, ...] = ()
    tops: tuple[float, ...] = ()


@dataclass
class Suppressed:
    """Which cells are hidden: `primary` by the rule itself, `secondary` to protect them."""

    primary: set[Key] = field(default_factory=set)
    secondary: set[Key] = field(default_factory=set)

    @property
    def all(self) -> set[Key]:
        return self.primary | self.secondary


def _small(cell: Cell, minimum: int) -> bool:
    if 0 < cell.n < minimum:
        return True
    return any(
        total > 0 and top / total > DOMINANCE for total, top in zip(cell.sums, cell.tops, strict=False) if cell.n
    )


def suppress(cells: Mapping[Key, Cell], minimum: int) -> Suppressed:
    """What to hide in a cube with all its margins (`ALL` in place of a value). Groups of no rows are no cells."""
    found = Suppressed({key for key, cell in cells.items() if _small(cell, minimum)})
    lines: dict[tuple[int, Key], list[Key]] = defaultdict(list)
    of_cell: dict[Key, list[tuple[int, Key]]] = defaultdict(list)
    for key in cells:
        for place, value in enumerate(key):
            parent = (*key[:place], ALL, *key[place + 1 :])
            if value != ALL and parent in cells:
                lines[place, parent].append(key)
                of_cell[key].append((place, parent))
                of_cell[parent].append((place, parent))
    hidden = set(found.primary)
    todo = sorted({line for key in hidden for line in of_cell[key]})
    while todo:
        line = todo.pop()
        place, parent = line
        children = lines[line]
        gone = [c for c in children if c in hidden]
        open_ = sorted((c for c in children if c not in hidden), key=lambda c: (cells[c].n, c))
        also: Key | None = None
        if parent in hidden:
            # The parent follows from its children where all of them are told; one hidden child and it protect each other.
            if not gone and open_:
                also = open_[0]
        elif gone and (len(gone) < 2 or sum(cells[c].n for c in gone) < minimum):
            also = open_[0] if open_ else parent
        if also is not None:
            hidden.add(also)
            found.secondary.add(also)
            todo.extend(of_cell[also])
            todo.append(line)
    return found


def bounds(cells: Mapping[Key, Cell], hidden: set[Key], wanted: Iterable[Key]) -> dict[Key, tuple[float, float]]:
    """What an outsider can conclude about hidden counts from everything told: the least and the greatest value possible.

    Linear programs over the lines of the cube (scipy). A cell whose two bounds are equal would be disclosed."""
    from scipy.optimize import linprog
    from scipy.sparse import lil_matrix

    unknown = {key: n for n, key in enumerate(sorted(hidden))}
    lines: dict[tuple[int, Key], list[Key]] = defaultdict(list)
    for key in cells:
        for place, value in enumerate(key):
            parent = (*key[:place], ALL, *key[place + 1 :])
            if value != ALL and parent in cells:
                lines[place, parent].append(key)
    rows = [(p, c) for (_, p), c in sorted(lines.items()) if p in hidden or any(x in hidden for x in c)]
    if not rows:
        return {key: (0.0, float("inf")) for key in wanted}
    matrix, right = lil_matrix((len(rows), len(unknown))), []
    for n, (parent, children) in enumerate(rows):
        known = 0
        for child in children:
            if child in unknown:
                matrix[n, unknown[child]] = 1
            else:
                known += cells[child].n
        if parent in unknown:
            matrix[n, unknown[parent]] = -1
            right.append(-known)
        else:
            right.append(cells[parent].n - known)
    equal, found = matrix.tocsr(), {}
    for key in wanted:
        ends = []
        for sign in (1, -1):
            goal = [0.0] * len(unknown)
            goal[unknown[key]] = sign
            answer = linprog(goal, A_eq=equal, b_eq=right, bounds=(1, None), method="highs")
            ends.append(sign * answer.fun if answer.status == 0 else float("inf") * -sign)
        found[key] = (round(ends[0], 6), round(ends[1], 6))
    return found


AUDITED = 500
"""Primary cells whose bounds are worked out for one release; a cube of more cells is protected by its lines alone."""


def protect(cells: Mapping[Key, Cell], minimum: int) -> Suppressed:
    """`suppress`, then everything an outsider could still work out exactly takes further cells with it, until nothing is exact."""
    found = suppress(cells, minimum)
    for _ in range(20):
        if not found.primary or len(found.all) > 4 * AUDITED:
            break
        limits = bounds(cells, found.all, sorted(found.primary)[:AUDITED])
        exact = [key for key, (low, high) in limits.items() if high - low < 1]
        if not exact:
            break
        grown = False
        for key in exact:
            near = [k for k in cells if k not in found.all and sum(a != b for a, b in zip(k, key, strict=True)) == 1]
            if near:
                found.secondary.add(min(near, key=lambda k: (cells[k].n, k)))
                grown = True
        if not grown:
            break
    return found


IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def leaks(texts: Iterable[str]) -> Sequence[str]:
    """Kinds of personal numbers that stand in texts: 身份证号, 手机号."""
    found = set()
    for text in texts:
        if IDENTITY.search(text):
            found.add("身份证号")
        if MOBILE.search(text):
            found.add("手机号")
    return sorted(found)
