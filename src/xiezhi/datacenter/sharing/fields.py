"""Fields the forms of sharing are made of."""

from __future__ import annotations

from typing import Any

from xiezhi.kernel.procedures.declare import Field, Kind

__all__ = ["day", "files", "number", "short", "text", "words", "yes_no"]


def yes_no(name: str, label: str, **kwargs: Any) -> Field:
    """A BOOL field."""
    return Field(name, label, Kind.BOOL, **kwargs)


def day(name: str, label: str, **kwargs: Any) -> Field:
    """A DATE field."""
    return Field(name, label, Kind.DATE, **kwargs)


def number(name: str, label: str, **kwargs: Any) -> Field:
    """An INT field."""
    return Field(name, label, Kind.INT, **kwargs)


def short(name: str, label: str, **kwargs: Any) -> Field:
    """A short text that names no person."""
    kwargs.setdefault("max_length", 200)
    return Field(name, label, Kind.TEXT, **kwargs)


def text(name: str, label: str, sample: str = "详见记录。", **kwargs: Any) -> Field:
    """Free text kept beside the history, because people write names into it."""
    kwargs.setdefault("personal", True)
    kwargs.setdefault("max_length", 4000)
    return Field(name, label, Kind.LONGTEXT, sample=sample, **kwargs)


def words(name: str, label: str, sample: str, **kwargs: Any) -> Field:
    """Longer text of the request itself: what the letter quotes and others of the matter read; no names belong here."""
    kwargs.setdefault("max_length", 1000)
    return Field(name, label, Kind.LONGTEXT, sample=sample, **kwargs)


def files(name: str = "attachments", label: str = "附件", **kwargs: Any) -> Field:
    """References to uploaded files."""
    return Field(name, label, Kind.FILES, **kwargs)
