"""tlog-policy: which witnesses there are and how many of which must have seen a checkpoint before it is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from xiezhi.kernel.ledger.notes import COSIGNATURE, NoteError, Verifier, verifier

__all__ = ["NONE", "Policy", "Witness", "parse"]


@dataclass(frozen=True)
class Witness:
    """One witness: its name in the policy, its key, and where it takes checkpoints (empty: it comes by other ways)."""

    name: str
    key: Verifier
    url: str = ""


@dataclass(frozen=True)
class Policy:
    """`satisfied(names)`: whether these witnesses are enough."""

    logs: tuple[tuple[str, str], ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"

    def satisfied(self, names: Collection[str]) -> bool:
        return self.quorum == "none" or self._holds(self.quorum, names)

    def _holds(self, name: str, names: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in names
        need, members = self.groups[name]
        return sum(self._holds(m, names) for m in members) >= need

    def in_words(self) -> str:
        """How many of whom, for people."""
        if self.quorum == "none":
            return "不要求见证"
        if self.quorum in self.witnesses:
            return f"须有{self.quorum}见证"
        need, members = self.groups[self.quorum]
        return f"{len(members)}个见证方（{'、'.join(members)}）中至少{need}个"


NONE = Policy()


def parse(text: str) -> Policy:
    """Read a policy. Raises NoteError with the number of the line that is wrong and what is wrong with it."""
    logs: list[tuple[str, str]] = []
    witnesses: dict[str, Witness] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    quorum: str | None = None
    for place, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            match words:
                case ["log", vkey, *rest] if len(rest) <= 1:
                    logs.append((verifier(vkey).vkey, rest[0] if rest else ""))
                case ["witness", name, vkey, *rest] if len(rest) <= 1:
                    key = verifier(vkey)
                    if key.kind != COSIGNATURE:
                        raise NoteError("a witness needs a key of the cosignature type")
                    if any(w.key.public == key.public for w in witnesses.values()):
                        raise NoteError("another witness has the same key")
                    _fresh(name, witnesses, groups)
                    witnesses[name] = Witness(name, key, rest[0].rstrip("/") if rest else "")
                case ["group", name, need, *members] if members:
                    _fresh(name, witnesses, groups)
                    for member in members:
                        if member not in witnesses and member not in groups:
                            raise NoteError(f"{member} is not defined above")
                    count = {"any": 1, "all": len(members)}.get(need) or int(need)
                    if not 1 <= count <= len(members) or len(set(members)) != len(members):
                        raise NoteError("a group asks for 1 to all of its members")
                    groups[name] = (count, tuple(members))
                case ["quorum", name]:
                    if quorum is not None:
                        raise NoteError("there is one quorum line")
                    if name != "none" and name not in witnesses and name not in groups:
                        raise NoteError(f"{name} is not defined above")
                    quorum = name
                case _:
                    raise NoteError("not a line of a policy (log, witness, group, quorum)")
        except ValueError as error:
            raise NoteError(f"policy, line {place}: {error}") from error
    if quorum is None:
        raise NoteError("the policy has no quorum line (quorum none: no witness is asked for)")
    return Policy(tuple(logs), witnesses, groups, quorum)


def _fresh(name: str, *known: Mapping[str, object]) -> None:
    if name in ("none", "any", "all") or any(name in k for k in known):
        raise NoteError(f"the name {name} is taken")
