"""What is known about persons, posts and duties on a day."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from xiezhi.kernel.people import crypto
from xiezhi.kernel.people.models import Appointment, Deputy, Person, Staff, StaffStatus
from xiezhi.kernel.people.services import identity_hash, phone_hash
from xiezhi.kernel.units.models import Unit
from xiezhi.kernel.units.periods import on as valid_on

__all__ = [
    "Known",
    "acting_for",
    "appointments_on",
    "deputy_of",
    "find_person",
    "key_hash",
    "main_unit",
    "persons_by_phone",
    "search_persons",
    "search_staff",
    "staff_in",
    "who_holds",
]


class Known(Protocol):
    """A person as far as the reading log needs one."""

    @property
    def uid(self) -> UUID: ...


def key_hash(person: Known) -> bytes:
    """The person's key in the reading log: names nobody, survives in the log when the person is erased."""
    return crypto.blind("people.reading", str(person.uid))


def find_person(id_type: str, id_no: str) -> Person | None:
    """The person with this identity document. Raises InvalidNumber."""
    return Person.objects.filter(id_type=id_type, id_hash=identity_hash(id_type, id_no)).first()


def persons_by_phone(number: str) -> QuerySet[Person]:
    """Persons with this telephone number (families share one). Raises InvalidNumber."""
    return Person.objects.filter(phone_hash=phone_hash(number))


def search_persons(text: str, *, limit: int = 20) -> QuerySet[Person]:
    """Persons by the beginning of name or pinyin."""
    text = text.strip()
    if not text:
        return Person.objects.none()
    pinyin = " ".join(text.lower().split())
    return Person.objects.filter(Q(name__startswith=text) | Q(sort_key__startswith=pinyin)).order_by("sort_key", "id")[
        :limit
    ]


def search_staff(text: str, unit: Unit | None = None, *, day: date | None = None, limit: int = 20) -> QuerySet[Staff]:
    """Active staff by the beginning of name or pinyin, in `unit` where given."""
    text = text.strip()
    found = Staff.objects.filter(status=StaffStatus.ACTIVE)
    if text:
        found = found.filter(Q(name__startswith=text) | Q(sort_key__startswith=text.lower()))
    if unit is not None and day is not None:
        found = found.filter(pk__in=Appointment.objects.filter(valid_on(day), unit=unit).values("staff"))
    return found.order_by("sort_key", "id")[:limit]


def appointments_on(staff: Staff, day: date) -> QuerySet[Appointment]:
    """Posts held on `day`, the main one first."""
    return (
        Appointment.objects.filter(valid_on(day), staff=staff)
        .select_related("unit", "post")
        .order_by("-main", "valid_from", "id")
    )


def main_unit(staff: Staff, day: date) -> Unit | None:
    """Unit of the main post on `day`."""
    first = Appointment.objects.filter(valid_on(day), staff=staff, main=True).select_related("unit").first()
    return first.unit if first else None


def acting_for(staff: Staff, day: date) -> QuerySet[Deputy]:
    """Whose duties `staff` carries on `day`."""
    return Deputy.objects.filter(valid_on(day), deputy=staff).select_related("principal")


def deputy_of(staff: Staff, day: date) -> Deputy | None:
    """Who carries the duties of `staff` on `day`."""
    return Deputy.objects.filter(valid_on(day), principal=staff).select_related("deputy").first()


def who_holds(unit: Unit, day: date, *, role: str = "", post: str = "", deputies: bool = True) -> list[Staff]:
    """Active staff who hold the role (by post) or the post in `unit` on `day`, with deputies of those on leave."""
    held = Appointment.objects.filter(valid_on(day), unit=unit, staff__status=StaffStatus.ACTIVE)
    if role:
        held = held.filter(post__roles__contains=[role])
    if post:
        held = held.filter(post__code=post)
    chosen = Q(pk__in=held.values("staff"))
    if deputies:
        standing_in = Deputy.objects.filter(valid_on(day), principal__in=held.values("staff"))
        chosen |= Q(pk__in=standing_in.values("deputy"))
    return list(Staff.objects.filter(chosen, status=StaffStatus.ACTIVE).order_by("sort_key", "id"))


def staff_in(unit: Unit, day: date) -> QuerySet[Staff]:
    """Active staff with any post in `unit` on `day`."""
    return Staff.objects.filter(
        pk__in=Appointment.objects.filter(valid_on(day), unit=unit).values("staff"), status=StaffStatus.ACTIVE
    ).order_by("sort_key", "id")
