"""A shorter way for what templates do most: putting a plain text into a page.

Django asks of every value whether it is a moment to shift, a number to format, a lazy text, or something that renders
itself. Nine of ten values are plain texts, and a page of the desk has a thousand of them; those are escaped at once.
"""

from __future__ import annotations

from html import escape
from typing import Any

from django.template import base
from django.utils.safestring import SafeString

_slow = base.render_value_in_context


def render_value(value: Any, context: Any) -> Any:
    """What Django's own function gives, sooner where the value is a text."""
    kind = type(value)
    if kind is SafeString:
        return value
    if kind is str and context.autoescape:
        return SafeString(escape(value))
    return _slow(value, context)


def install() -> None:
    """Let templates take the shorter way."""
    base.render_value_in_context = render_value
