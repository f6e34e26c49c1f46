"""问一问人: the telephone, the legal aid agency and the justice office of a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.units.models import Division, Level, Unit, UnitKind, UnitPeriod, UnitStatus
from xiezhi.legal_services.answers.errands import hotline
from xiezhi.ui.answering import PERSON, Offer, Question

__all__ = ["AID", "Place", "offered", "places"]

AID = "FLYZ"
"""The procedure by whose handling a legal aid agency is known."""


@dataclass(frozen=True, slots=True)
class Place:
    """A county with the city above it."""

    code: str
    name: str
    city: str


def places() -> list[Place]:
    """Counties that exist today, in order of their codes. One statement."""
    today = wall.today()
    rows = (
        Division.objects.filter(level=Level.COUNTY, valid_from__lte=today)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
        .select_related("parent")
        .order_by("code")
    )
    return [Place(row.code, row.name, row.parent.name if row.parent else "") for row in rows]


def _units(place: str) -> Sequence[Unit]:
    """The legal aid agency and the justice office of a county."""
    here = Unit.objects.filter(division__code=place, level=Level.COUNTY, status=UnitStatus.ACTIVE)
    return list(here.filter(Q(handles__contains=[AID]) | Q(kind=UnitKind.JUSTICE)).order_by("sort", "sort_key", "id"))


def offered(question: Question) -> list[Offer]:
    """People to ask: always the telephone; of the place named, the agency and the office with address and telephone."""
    number = hotline()
    title, summary = _("电话%(number)s") % {"number": number}, _("24小时，免费，可以问律师")
    found = [Offer(PERSON, "hotline", title, f"tel:{number}", 1.0, summary, icon="phone")]
    if not question.place:
        return found
    units = _units(question.place)
    today = wall.today()
    periods = UnitPeriod.objects.filter(unit__in=units, valid_from__lte=today).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    )
    known = {row.unit_id: row for row in periods}
    for rank, unit in enumerate(sorted(units, key=lambda u: AID not in u.handles)):
        row = known.get(unit.pk)
        where = row.address if row else ""
        note = row.phone if row else ""
        aid = AID in unit.handles
        url = f"tel:{note}" if note else ""
        icon = "heart-handshake" if aid else "building-community"
        found.append(Offer(PERSON, f"unit:{unit.pk}", unit.name, url, 0.9 - rank / 100, where, note, icon))
    return found
