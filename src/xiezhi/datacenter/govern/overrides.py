"""What persons obtained about rows of theirs, as later deliveries and other parts of the data center ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.sealing import unseal

from .models import Override, OverrideKind

__all__ = ["SEAL", "Held", "barred", "end", "of_table", "restricted"]

SEAL = "govern.override"


@dataclass(frozen=True)
class Held:
    """A live override with its values opened."""

    pk: int
    row_id: str
    kind: str
    values: Mapping[str, Any]
    replaces: Mapping[str, Any]


def of_table(table: str) -> list[Held]:
    """Live overrides of a table. Values are personal: use them in the load only."""
    rows = Override.objects.filter(
        Q(until__isnull=True) | Q(until__gt=clock.today()), table=table, ended_at__isnull=True
    )
    return [
        Held(
            o.pk, str(o.row_id), o.kind, unseal(o.values, context=SEAL) if o.values else {},
            unseal(o.replaces, context=SEAL) if o.replaces else {},
        )
        for o in rows.order_by("id")
    ]  # fmt: skip


def end(pk: int) -> None:
    """A correction has served: the source delivers another value now."""
    Override.objects.filter(pk=pk, ended_at__isnull=True).update(ended_at=clock.now())


def restricted(table: str) -> frozenset[str]:
    """row_ids of a table that may only be kept and secured, not otherwise used (个人信息保护法 第47条第2款)."""
    found = Override.objects.filter(
        Q(until__isnull=True) | Q(until__gt=clock.today()),
        table=table,
        kind=OverrideKind.RESTRICT,
        ended_at__isnull=True,
    )
    return frozenset(str(r) for r in found.values_list("row_id", flat=True))


def barred(table: str) -> frozenset[str]:
    """row_ids of a table that may not come in again: deleted on request, or out of use."""
    found = Override.objects.filter(
        Q(until__isnull=True) | Q(until__gt=clock.today()),
        table=table,
        kind__in=(OverrideKind.DELETE, OverrideKind.RESTRICT),
        ended_at__isnull=True,
    )
    return frozenset(str(r) for r in found.values_list("row_id", flat=True))
