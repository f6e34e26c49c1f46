"""分条施行: an act whose last articles say that some of its provisions take effect on a day of their own."""

from __future__ import annotations

from xiezhi.kernel.law.structure import Finding, Provision


def apply(provisions: tuple[Provision, ...], history: tuple[str, ...]) -> tuple[tuple[Provision, ...], list[Finding]]:
    return provisions, []
