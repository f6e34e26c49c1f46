"""法律援助人员 as histories name them: `aid:<number in the roll>`, which says nothing about anybody."""

from __future__ import annotations

from .models import AidProvider

__all__ = ["provider_by_ref", "provider_id", "ref_of"]

_PREFIX = "aid:"


def ref_of(provider_id: int) -> str:
    """The reference of a provider."""
    return f"{_PREFIX}{provider_id}"


def provider_id(ref: object) -> int | None:
    """The number behind a reference, or None where it is none of ours."""
    text = str(ref or "")
    number = text.removeprefix(_PREFIX)
    return int(number) if text.startswith(_PREFIX) and number.isdecimal() and len(number) < 19 else None


def provider_by_ref(ref: object) -> AidProvider | None:
    """The provider behind a reference, or behind the number of a licence as somebody typed it."""
    pk = provider_id(ref)
    rows = AidProvider.objects.select_related("person", "firm__organization", "account")
    if pk is not None:
        return rows.filter(pk=pk).first()
    text = str(ref or "").strip()
    return rows.filter(license_no=text).first() if text else None
