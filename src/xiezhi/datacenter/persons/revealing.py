"""显示隐藏信息: values in clear for five minutes, after the purpose is given and the reading is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiezhi.datacenter.persons import selectors
from xiezhi.kernel.access import purposes, reading
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock

__all__ = ["PURPOSES", "read", "reveal", "revealed"]

PURPOSES = ("HANDLE", "SUPERVISE", "AUDIT")
"""Purposes that may be given for seeing a person of the base in clear."""
_KEY = "persons.revealed"
_MOST = 40


def choices() -> list[tuple[str, str, bool]]:
    """(code, title, needs words) of the purposes."""
    return [(c, purposes.CATALOGUE[c].title, purposes.CATALOGUE[c].needs_text) for c in PURPOSES]


def read(
    request: HttpRequest, subject: Subject, kind: str, key: str, persons: Sequence[Any], fields: Sequence[str], *, action: str = "READ",
    purpose: str = "HANDLE", text: str = "", role: str = "",
) -> None:  # fmt: skip
    """Write down that values of these persons were shown. Raises PurposeError."""
    held = next((r for r in (role, "link_reviewer", "clue_checker", "data_steward") if r and subject.has(r)), "")
    reading.record_reading(
        subject,
        action,
        reading.Object(kind, key),
        persons,
        purpose,
        fields,
        role=held,
        purpose_text=text,
        request=request,
    )


def reveal(
    request: HttpRequest,
    subject: Subject,
    kind: str,
    key: str,
    records: Mapping[str, Mapping[str, Any]],
    purpose: str,
    text: str,
) -> None:
    """Show the values of `records` (person id → values) in clear for five minutes. Raises PurposeError."""
    if purpose not in PURPOSES:
        raise purposes.PurposeError(_("请选择查阅目的。"))
    known = [k for uid, values in records.items() for k in selectors.known_for(uid.partition("#")[0], values)]
    fields = sorted({f for values in records.values() for f in values if f in selectors.FIELDS and values[f]})
    read(request, subject, kind, key, known, fields, action="SHOW", purpose=purpose, text=text)
    kept = dict(request.session.get(_KEY, {}))
    kept[f"{kind}:{key}"] = clock.now().timestamp()
    request.session[_KEY] = dict(sorted(kept.items(), key=lambda i: i[1])[-_MOST:])


def revealed(request: HttpRequest, kind: str, key: str) -> bool:
    """Whether it was shown within the last five minutes."""
    at = request.session.get(_KEY, {}).get(f"{kind}:{key}")
    return at is not None and 0 <= clock.now().timestamp() - at <= reading.REVEAL_SECONDS
