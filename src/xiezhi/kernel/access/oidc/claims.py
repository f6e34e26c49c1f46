"""What the provider says about somebody, read and judged. Pure but for the check of the number.

A claim counts as verified only where the provider names a level of assurance that the operator accepts, and name and
number are both there and right. Everything else is an account without a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from xiezhi.kernel.people import crypto
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import IdType
from xiezhi.kernel.units import ids

__all__ = ["Identity", "read", "subject_key"]

NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider knows them. Without `verified`, name and number are empty: they prove nothing."""

    key: str
    level: str = ""
    verified: bool = False
    name: str = ""
    id_type: str = IdType.RESIDENT.value
    id_no: str = ""
    phone: str = ""


def subject_key(issuer: str, subject: str) -> str:
    """Blind key of a subject at an issuer: some providers use the identity number itself, which is never stored."""
    return crypto.blind("access.oidc.subject", f"{issuer}\n{subject}").hex()


def read(claims: Mapping[str, Any]) -> Identity:
    """The identity behind verified claims. Raises KeyError without issuer or subject."""
    configured: Mapping[str, Any] = settings.OIDC
    names: Mapping[str, str] = configured["claims"]
    key = subject_key(str(claims["iss"]), str(claims["sub"]))
    level = _text(claims, names["level"])[:100]
    if level not in configured["levels"]:
        return Identity(key, level)
    id_type = _text(claims, names["id_type"]) or IdType.RESIDENT.value
    name, number = _text(claims, names["name"]), _text(claims, names["id_no"])
    if id_type not in IdType.values or not name or len(name) > NAME_MAX:
        return Identity(key, level)
    try:
        number = people.normalize_id(id_type, number)
    except ids.InvalidNumber:
        return Identity(key, level)
    return Identity(key, level, True, name, id_type, number, _phone(_text(claims, names["phone"])))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _phone(text: str) -> str:
    plain = text.removeprefix("+86").replace(" ", "").replace("-", "")
    try:
        return ids.phone_check(plain) if plain else ""
    except ids.InvalidNumber:
        return ""
