"""The promise of a source about its columns, and what of it a batch breaks. Pure.

A column is known by its name and by what its values look like: whole numbers, decimals, dates, text. Names that differ
only in case, spaces or width are one column written otherwise, and so is a lost column beside a new one of the same place
and look."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["LOOKS", "Change", "Column", "compare", "look_sql", "resolve"]

LOOKS = {"empty": "空", "whole": "整数", "decimal": "小数", "date": "日期", "text": "文本"}
WHOLE, DECIMAL = "^[+-]?[0-9]{1,17}$", "^[+-]?[0-9]{1,17}[.][0-9]+$"
DATE = "^(1[89]|20|21)[0-9]{2}([-/.年])?(0?[1-9]|1[0-2])([-/.月])?(0?[1-9]|[12][0-9]|3[01])日?([ T].*)?$"
SURE, LOST = 0.95, 0.5
"""A look holds from SURE of the values on; it is broken where fewer than LOST of them still have it."""


@dataclass(frozen=True)
class Column:
    """A column and what its values look like; `shares` are the parts of values that look like each kind."""

    name: str
    look: str = "empty"
    shares: Mapping[str, float] | None = None

    @classmethod
    def of(cls, name: str, count: int, whole: int, decimal: int, date: int) -> Column:
        """From counts of a sample's values that are not empty."""
        if not count:
            return cls(name)
        shares = {"whole": whole / count, "decimal": (whole + decimal) / count, "date": date / count}
        look = "text"
        for kind in ("date", "whole", "decimal"):
            if shares[kind] >= SURE:
                look = kind
                break
        return cls(name, look, shares)

    def plain(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if k != "shares"}


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: new, lost, renamed, retyped."""

    kind: str
    column: str
    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """For people."""
        if self.kind == "new":
            return f"多出列“{self.column}”"
        if self.kind == "lost":
            return f"缺少列“{self.column}”"
        if self.kind == "renamed":
            return f"列“{self.before}”改名为“{self.after}”"
        return f"列“{self.column}”的内容由{LOOKS[self.before]}变为{LOOKS[self.after]}"


def bare(name: str) -> str:
    """A name without differences of writing."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def compare(agreed: Sequence[Column], found: Sequence[Column]) -> list[Change]:
    """What differs, in the order of the agreed columns, new ones last."""
    was, now = {c.name: c for c in agreed}, {c.name: c for c in found}
    lost = [c for c in agreed if c.name not in now]
    new = [c for c in found if c.name not in was]
    out: list[Change] = []
    pairs: dict[str, Column] = {}
    for old in lost:
        same = [c for c in new if bare(c.name) == bare(old.name) and c.name not in {p.name for p in pairs.values()}]
        if same:
            pairs[old.name] = same[0]
    if len(agreed) == len(found):
        place = {c.name: i for i, c in enumerate(found)}
        for i, old in enumerate(agreed):
            if old in lost and old.name not in pairs and found[i] in new:
                free = found[i].name not in {p.name for p in pairs.values()}
                if free and place[found[i].name] == i and (old.look == found[i].look != "empty"):
                    pairs[old.name] = found[i]
    taken = {c.name for c in pairs.values()}
    for old in agreed:
        if old.name in pairs:
            out.append(Change("renamed", old.name, old.name, pairs[old.name].name))
        elif old.name not in now:
            out.append(Change("lost", old.name))
        else:
            shares = now[old.name].shares or {}
            if old.look not in ("text", "empty") and now[old.name].look != "empty" and shares.get(old.look, 0.0) < LOST:
                out.append(Change("retyped", old.name, old.look, now[old.name].look))
    out += [Change("new", c.name) for c in new if c.name not in taken]
    return out


def resolve(
    agreed: Sequence[Column], found: Sequence[Column], changes: Sequence[Change]
) -> tuple[dict[str, str], list[Column]]:
    """How a batch is read after its changes are accepted: for each column of the batch the column of the table it goes
    to, and the columns agreed from now on. Only a name that differs in its writing is read as the old column."""
    renamed = {c.after: c.before for c in changes if c.kind == "renamed" and bare(c.after) == bare(c.before)}
    into = {c.name: renamed.get(c.name, c.name) for c in found}
    known = {c.name: c for c in agreed}
    for column in found:
        name = into[column.name]
        old = known.get(name)
        if old is None or old.look == "empty" or any(c.kind == "retyped" and c.column == name for c in changes):
            known[name] = Column(name, column.look)
    return into, list(known.values())


def look_sql(quoted: str) -> str:
    """Four counts of a column of text: values, whole numbers, decimals, dates."""
    value = f"trim({quoted})"
    return (
        f"count_if({value} <> ''), count_if(regexp_matches({value}, '{WHOLE}')), "
        f"count_if(regexp_matches({value}, '{DECIMAL}')), count_if(regexp_matches({value}, '{DATE}'))"
    )
