"""The shorter way of texts into pages gives what Django gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from xiezhi.ui import rendering

VALUES = [
    "plain", "a<b>&\"'c", mark_safe("<b>"), "", 1, 1234567, Decimal("1.50"), None, True, dt.date(2026, 3, 5),
    dt.datetime(2026, 3, 5, 1, 2, tzinfo=dt.UTC), gettext_lazy("今天"), ["<"], SafeString("x"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("autoescape", [True, False])
def test_same_as_django(value: object, autoescape: bool) -> None:
    context = Context(autoescape=autoescape)
    context.template = None  # type: ignore[assignment]
    said, wanted = rendering.render_value(value, context), rendering._slow(value, context)
    assert said == wanted
    assert isinstance(said, SafeString) == isinstance(wanted, SafeString) or not autoescape
