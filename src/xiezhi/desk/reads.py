"""Recording what the desk shows of persons: lists, files, exports, prints, revealed values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest

from xiezhi.desk.gate import At, who
from xiezhi.kernel import prepared
from xiezhi.kernel.access import reading
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter, Party

__all__ = [
    "SESSION_PURPOSES", "asked_purpose", "file_opened", "listed", "object_of", "piece_opened",
]  # fmt: skip

REMEMBER_SECONDS = 900
"""A live page that repaints the same rows is one reading, not one every time something changes."""


def object_of(matter: Matter) -> reading.Object:
    """A matter as the reading log names it."""
    return reading.Object("procedures.matter", str(matter.public_id), matter.pk, matter.number)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A person in a list, as far as the reading log needs to know."""

    uid: UUID


def _persons(matters: Sequence[int]) -> list[_Listed]:
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.uid FROM procedures_party y JOIN people_person p ON p.id = y.person_id "
            "WHERE y.matter_id = ANY(%s::bigint[]) AND y.valid_to IS NULL",
            [list(matters)],
        )
        return [_Listed(uid) for (uid,) in cursor.fetchall()]


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
        purpose, text = policies.list_purpose(subject)
    obj = reading.Object("procedures.matter", name or "desk")
    reading.record_reading(subject, action, obj, _persons(shown), purpose, purpose_text=text, request=request)


SESSION_PURPOSES = "desk_purposes"


def asked_purpose(request: HttpRequest, at: At) -> tuple[str, str]:
    """The purpose of this reading: derived from the part in the matter, or what the reader said earlier today."""
    if at.purpose:
        return at.purpose, ""
    said = request.session.get(SESSION_PURPOSES, {}).get(str(at.matter.public_id))
    return (said[0], said[1]) if said else ("", "")


def piece_opened(request: HttpRequest, at: At, field: str) -> None:
    """A document or a piece of material is read: recorded, unless this reader has just opened the file it lies in.

    Raises NotFoundForYou where the reader's part does not say why they read and they have not said so either.
    """
    code, text = asked_purpose(request, at)
    if not code:
        raise NotFoundForYou
    if not cache.get(_opened_key(at.subject, at.matter)):
        file_opened(request, at.matter, at.parties, purpose=code, text=text, fields=(field,))


def _opened_key(subject: Subject, matter: Matter) -> str:
    return f"desk:opened:{subject.account_id}:{matter.pk}"


def file_opened(
    request: HttpRequest, matter: Matter, parties: Iterable[Party], *, purpose: str, text: str = "", action: str = "READ",
    fields: Sequence[str] = (),
) -> None:  # fmt: skip
    """Record that a file was opened, once per opening of its page."""
    found = [p.person for p in parties if p.person is not None]
    subject = who(request)
    # Who holds posts in several offices reads by the one that reaches this matter.
    reaching = any(h.role != "staff" and h.area.holds(matter.handling_unit) for h in subject.held)
    reading.record_reading(
        subject, action, object_of(matter), found, purpose, fields, unit=matter.handling_unit if reaching else None,
        purpose_text=text, request=request,
    )  # fmt: skip
    if action == "READ":
        cache.set(_opened_key(subject, matter), True, REMEMBER_SECONDS)
