"""Masking on the way out, by the declared mask of the data element (platform.md 3.7). Always on the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xiezhi.datacenter.standards import masks

from .declare import Interface, Show, show

__all__ = ["HIDDEN", "masker"]

HIDDEN = masks.HIDDEN
"""What stands in place of a value that is not shown. An absent value stays absent."""


def masker(interface: Interface, name: str, purpose: str) -> Callable[[Any], Any] | None:
    """What turns a value into what goes out for this purpose; None where it goes out as it is."""
    how = show(interface, name, purpose)
    if how is Show.CLEAR:
        return None
    if how is Show.HIDDEN:
        return _hidden
    kind, strict = interface.declared.element_of(name).mask, how is Show.STRICT

    def masked(value: Any) -> Any:
        return masks.apply(kind, value, strict=strict)

    return masked


def _hidden(value: Any) -> Any:
    return None if value is None else HIDDEN
