"""Who stands on which side of a matter, kept as keys for conflicts and repeats only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Value
from django.db.models.fields import CharField

from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.services import PartyInput

from .assignment import blind_name, blind_person
from .models import AidFirm, AidSide

__all__ = ["firm_in", "record_opponents", "record_sides"]


def firm_in(text: str) -> AidFirm | None:
    """The firm whose name stands in a text (“张律师，临川信达律师事务所”), the longest name first."""
    if "所" not in text:
        return None
    rows = AidFirm.objects.annotate(said=Value(text[:400], output_field=CharField())).filter(
        said__contains=F("organization__name")
    )
    found = list(rows.select_related("organization")[:20])
    return max(found, key=lambda f: len(f.organization.name)) if found else None


def record_sides(
    matter: Matter, persons: Sequence[Person], parties: Iterable[PartyInput], data: Mapping[str, Any]
) -> None:
    """Keys of recipients (person and name) and of opponents (name), with the firm that acts for an opponent."""
    keys = {blind_person(p.uid) for p in persons}
    keys |= {blind_name(p.name) for p in parties if p.role in ("applicant", "recipient")}
    AidSide.objects.bulk_create(
        [AidSide(matter=matter, side=AidSide.RECIPIENT, key=k) for k in sorted(keys)], ignore_conflicts=True
    )
    record_opponents(matter, data.get("other_party") or ())


def record_opponents(matter: Matter, rows: Iterable[Any]) -> None:
    """Opponents as they become known; a firm named later is added to a known opponent."""
    for row in rows:
        if not isinstance(row, Mapping) or not str(row.get("name") or "").strip():
            continue
        key, firm = blind_name(str(row["name"])), firm_in(str(row.get("representative") or ""))
        side, created = AidSide.objects.get_or_create(
            matter=matter, side=AidSide.OPPONENT, key=key, defaults={"firm": firm}
        )
        if not created and firm is not None and side.firm_id != firm.pk:
            side.firm = firm
            side.save(update_fields=["firm"])
