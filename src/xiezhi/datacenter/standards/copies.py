"""Where copies of personal data lie, so that a correction or deletion on a person's request reaches all of them.

Each app that keeps a copy registers a `Holder`; `govern` walks over them in order (个人信息保护法 第46条、第47条).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["HOLDERS", "Change", "Holder", "register"]


@dataclass(frozen=True)
class Change:
    """What is to be changed: rows of `table` (declared code) whose row_id is in `row_ids`. `values` empty: delete."""

    table: str
    row_ids: tuple[str, ...]
    values: Mapping[str, Any]
    request: str

    @property
    def deletes(self) -> bool:
        return not self.values


@dataclass(frozen=True)
class Holder:
    """A place that holds copies. `apply` does the change and returns how many rows it touched; it is safe to repeat.
    `remains` counts rows that still hold what should be gone or corrected; 0 proves it. `order` walks from the source on."""

    key: str
    title: str
    apply: Callable[[Change], int]
    remains: Callable[[Change], int]
    order: int = 50


HOLDERS: dict[str, Holder] = {}


def register(holder: Holder) -> None:
    """Raises ValueError when the key is taken."""
    if HOLDERS.setdefault(holder.key, holder) != holder:
        raise ValueError(f"holder {holder.key} is registered twice")
