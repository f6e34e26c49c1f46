"""What some events bring along: other organs become parties, the respondent changes, the upper organ takes over."""

from __future__ import annotations

from collections.abc import Mapping

from xiezhi.kernel.procedures.core import Effects, Recorded
from xiezhi.kernel.procedures.models import LEVELS, Matter, Party
from xiezhi.kernel.units.models import Unit, UnitStatus

__all__ = ["follow"]

ASKED: Mapping[str, tuple[str, str]] = {
    "norm_issuer_notified": ("issuer", "norm_issuer"),
    "norm_transferred": ("transferee", "transferee_organ"),
    "opinion_letter_sent": ("addressee", "addressee_organ"),
    "copied": ("recipient", "copy_recipient"),
}
"""Events that ask another organ: the field that names it, and the role in which it may then act."""


def follow(matter: Matter, effects: Effects) -> None:
    """Carry out what the events of this firing bring along; nothing for almost all of them."""
    for rec in effects.recorded:
        if rec.event in ASKED:
            _ask(matter, rec)
        elif rec.event == "respondent_changed":
            _respondent(matter, effects, rec)
        elif rec.event == "elevation_received":
            _elevate(matter, effects)


def _named(value: object) -> Unit | None:
    text = str(value or "").strip()
    if not text:
        return None
    found = (
        Unit.objects.filter(pk=int(text))
        if text.isdigit()
        else Unit.objects.filter(name=text, status=UnitStatus.ACTIVE)
    )
    return found.order_by("id").first()


def _ask(matter: Matter, rec: Recorded) -> None:
    """The organ named by the event can answer from its own desk; one that is not on the platform stays a name."""
    name, role = ASKED[rec.event]
    unit = _named(rec.data.get(name))
    if unit is not None:
        Party.objects.get_or_create(
            matter=matter, role=role, unit=unit, valid_to=None,
            defaults={"name": unit.name, "kind": "AUTHORITY", "valid_from": rec.on},
        )  # fmt: skip


def _respondent(matter: Matter, effects: Effects, rec: Recorded) -> None:
    unit = _named(effects.view.facts.get("respondent_unit")) or _named(rec.data.get("respondent_name"))
    Party.objects.filter(matter=matter, role="respondent", valid_to__isnull=True).update(valid_to=rec.on)
    Party.objects.create(
        matter=matter, role="respondent", unit=unit, kind="AUTHORITY", valid_from=rec.on,
        name=unit.name if unit else str(rec.data.get("respondent_name") or "")[:120],
    )  # fmt: skip


def _elevate(matter: Matter, effects: Effects) -> None:
    """The upper organ and its office handle the matter from the day they have the file (R 40)."""
    upper = _named(effects.view.facts.get("upper_organ"))
    if upper is None or upper.pk == matter.organ_id:
        return
    office = upper.reconsideration_office or upper
    matter.organ, matter.handling_unit = upper, office
    for level in LEVELS:
        setattr(matter, f"{level}_id", getattr(office, f"{level}_id"))
    matter.handler = None
    matter.save(update_fields=["organ", "handling_unit", "handler", *(f"{level}_id" for level in LEVELS)])
