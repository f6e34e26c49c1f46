"""What happens after texts came in: references, search, the list of what an amendment touches and the index of questions are
brought up to date.

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


def install() -> None:
    """Register what belongs to the law library itself; called once when the application starts."""
    register("references", 10, _references)
    register("search", 20, _search)
    register("impact", 30, _impact)
    register("questions", 40, _questions)


def _references(came: Came, progress: Progress) -> None:
    from xiezhi.kernel.law import references

    progress("引用关系", 0, 1)
    references.rebuild(came.versions)
    progress("引用关系", 1, 1)


def _search(came: Came, progress: Progress) -> None:
    from xiezhi.kernel.law import search

    touched = sorted({*came.versions, *(former for former, _ in came.newer), *came.repealed})
    search.refresh(touched, progress)


def _impact(came: Came, progress: Progress) -> None:
    """Work lists for acts that stood in the library before and have a newer text now, or end."""
    from xiezhi.kernel.law import impact
    from xiezhi.kernel.law.models import Version

    pairs: list[tuple[int, int | None]] = [(a, b) for a, b in came.newer if a not in set(came.added)]
    pairs += [(ended, None) for ended in came.repealed]
    held = Version.objects.select_related("act").defer("text").in_bulk({pk for pair in pairs for pk in pair if pk})
    for number, (before, after) in enumerate(pairs, 1):
        impact.start(held[before], held[after] if after else None)
        progress("修法影响", number, len(pairs))


def _questions(came: Came, progress: Progress) -> None:
    """Only where somebody trained: whoever has no index of questions gets none by importing."""
    from xiezhi.kernel.law import retrieval

    retrieval.refresh(lambda what, done, total: progress(f"问法 {what}", done, total))
