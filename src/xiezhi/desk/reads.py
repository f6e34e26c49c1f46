"""Recording what the desk shows of persons: lists, files, exports, prints, revealed values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.cache import cache
from django.http import HttpRequest

from xiezhi.desk.gate import who
from xiezhi.kernel.access import reading
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures.models import Matter, Party

__all__ = ["file_opened", "listed", "object_of", "purpose_of_lists"]

REMEMBER_SECONDS = 900
"""A live page that repaints the same rows is one reading, not one every time something changes."""


def object_of(matter: Matter) -> reading.Object:
    """A matter as the reading log names it."""
    return reading.Object("procedures.matter", str(matter.public_id), matter.pk, matter.number)


def purpose_of_lists(subject: Subject) -> tuple[str, str]:
    """Why somebody's list shows names: the part they play in the office says it; supervision says so in words."""
    if subject.has("case_officer", "office_head", "counter_clerk"):
        return "HANDLE", ""
    if subject.has("organ_head", "sealer"):
        return "APPROVE", ""
    if subject.has("archivist"):
        return "ARCHIVE", ""
    if subject.has("respondent_handler", "respondent_head", "norm_issuer_handler"):
        return "RESPOND", ""
    return "SUPERVISE", "查看管辖范围内办件列表"


def _persons(matters: Iterable[int]) -> list[Person]:
    keys = list(matters)
    parties = Party.objects.filter(matter_id__in=keys, person__isnull=False, valid_to__isnull=True)
    return list(Person.objects.filter(pk__in=parties.values("person_id")).only("id", "uid", "id_type", "id_hash"))


def listed(
    request: HttpRequest,
    matters: Sequence[Matter],
    *,
    action: str = "LIST",
    purpose: str = "",
    text: str = "",
    name: str = "",
) -> None:
    """Record that these matters were listed, exported or printed; the persons in them see it. A repaint is not recorded
    again."""
    subject = who(request)
    shown = [m.pk for m in matters]
    if not shown:
        return
    if action == "LIST":
        known_key = f"desk:listed:{subject.account_id}"
        known: set[int] = cache.get(known_key) or set()
        if getattr(request, "htmx", False):
            shown = [pk for pk in shown if pk not in known]
            if not shown:
                return
        cache.set(known_key, (known | set(shown)) if len(known) < 5000 else set(shown), REMEMBER_SECONDS)
    if not purpose:
        purpose, text = purpose_of_lists(subject)
    obj = reading.Object("procedures.matter", name or "desk")
    reading.record_reading(subject, action, obj, _persons(shown), purpose, purpose_text=text, request=request)


def file_opened(
    request: HttpRequest, matter: Matter, parties: Iterable[Party], *, purpose: str, text: str = "", action: str = "READ",
    fields: Sequence[str] = (),
) -> None:  # fmt: skip
    """Record that a file was opened, once per opening of its page."""
    found = [p.person for p in parties if p.person is not None]
    reading.record_reading(
        who(request), action, object_of(matter), found, purpose, fields, purpose_text=text, request=request
    )
