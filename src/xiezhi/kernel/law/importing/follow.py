"""What happens after texts came in: references, the search and the list of what an amendment touches are brought up to date.

Each part of the law library that follows registers a function when the application starts; what it raises stops the run
visibly, and the next run does it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

__all__ = ["AFTER", "Came", "Progress", "register"]

Progress = Callable[[str, int, int], None]
"""`progress(stage, done, total)`."""


@dataclass(frozen=True, slots=True)
class Came:
    """Primary keys of versions that came in or got another text; `newer` are pairs (former, new) of an act, and
    `repealed` the last versions of acts that a text brought by this import ends."""

    added: Sequence[int]
    changed: Sequence[int]
    newer: Sequence[tuple[int, int]] = field(default=())
    repealed: Sequence[int] = field(default=())

    @property
    def versions(self) -> list[int]:
        return [*self.added, *self.changed]


After = Callable[[Came, Progress], None]
AFTER: dict[str, tuple[int, After]] = {}


def register(name: str, order: int, after: After) -> None:
    """Have `after(came, progress)` called at the end of every import that brought something, lower orders first. Raises
    ValueError when another function took the name."""
    if AFTER.setdefault(name, (order, after))[1] is not after:
        raise ValueError(f"{name} is registered twice")


def call(came: Came, progress: Progress) -> None:
    """Everything registered, in order."""
    for _, after in sorted(AFTER.values(), key=lambda entry: entry[0]):
        after(came, progress)
