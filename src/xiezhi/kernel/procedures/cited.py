"""The articles that procedures stand on, told to the law library (`law.citing`)."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.kernel.law.citing import Cited
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.check_terms import fields_of, spells_of
from xiezhi.kernel.procedures.checks import PRACTICE

__all__ = ["cited"]


def cited() -> Iterator[Cited]:
    """Every citation of every procedure still in use: its source, events with their rules and forms, terms with their
    spells and extensions, dated parameters. One entry a thing: its citations are joined."""
    for procedure in registry.all_procedures():
        code, version = procedure.key()
        name = f"{procedure.title}（第{version}版）"
        page = f"/procedures/{code}/"

        def thing(
            kind: str,
            key: str,
            label: str,
            citations: list[str],
            code: str = code,
            version: int = version,
            name: str = name,
            page: str = page,
            owner: str = procedure.title,
        ) -> Iterator[Cited]:
            joined = "；".join(dict.fromkeys(c for c in citations if c and c != PRACTICE))
            if joined:
                yield Cited(kind, f"{code}/{version}/{key}", f"{name} {label}", joined, owner, page)

        yield from thing("法定程序", "procedure", "", [procedure.source])
        for event in procedure.events.values():
            bases = [event.basis, *(r.basis for r in event.requires), *(f.basis for _, f in fields_of(event))]
            yield from thing("程序事件", event.code, event.title, bases)
        for term in procedure.terms.values():
            bases = [term.basis, term.counting_basis, *(s.basis for s in spells_of(term))]
            yield from thing("程序期限", term.id, term.title, [*bases, *(e.basis for e in term.extends)])
        for key, dated in procedure.parameters.items():
            yield from thing("程序参数", key, dated.title, [dated.basis])
