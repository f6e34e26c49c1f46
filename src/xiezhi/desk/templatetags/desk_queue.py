"""Rows of the queue, put together in Python: forty rows of ten fields are most of what the page costs otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import clocks
from xiezhi.ui.templatetags.xz import chip_html, tag_state, zh_short

register = template.Library()
_ANY = "00000000-0000-0000-0000-000000000000"


@register.simple_tag(takes_context=True)
def queue_rows(context: template.Context, matters: Sequence[Matter], several_units: bool) -> SafeString:
    """Table rows of matters: pick, clock, next step, number, case, state, who, received."""
    calendar = clocks.calendar_for(context.get("request"))
    pick, address = escape(_("选择")), reverse("desk:matter", args=[_ANY])
    out = []
    for m in matters:
        # who and what are two texts: a page in English says the second and leaves the first
        number, who_line, what = escape(m.number), escape(m.parties_line), escape(m.subject)
        if several_units:
            who = m.handling_unit.short_name or m.handling_unit.name
        else:
            who = m.handler.name if m.handler is not None else "—"
        out.append(
            f'<tr data-row="{m.pk}"><td class="xz-queue__pick"><input type="checkbox" name="pick" value="{m.pk}" '
            f'aria-label="{pick}{number}"></td><td class="xz-queue__due">{chip_html(clocks.chip_of_matter(m, calendar))}</td>'
            f'<td class="xz-queue__next">{escape(m.next_step or "—")}</td><td class="xz-queue__no">'
            f'<a href="{address.replace(_ANY, str(m.public_id))}">{number}</a></td>'
            f'<td class="xz-queue__cut" title="{who_line}　{what}">{who_line}<wbr>{what}</td><td class="xz-queue__state">{tag_state(m)}</td>'
            f'<td class="xz-queue__who">{escape(str(who))}</td><td class="xz-queue__in is-num">{escape(zh_short(m.opened_on))}</td></tr>'
        )
    return mark_safe("\n  ".join(out))  # noqa: S308 - every text is escaped above


@register.simple_tag
def choices(pairs: Iterable[tuple[Any, Any]], chosen: Any = "") -> SafeString:
    """The options of a select from (value, text), one of them chosen."""
    now = str(chosen)
    return mark_safe(  # noqa: S308 - both escaped
        "".join(
            f'<option value="{escape(str(value))}"{" selected" if str(value) == now else ""}>{escape(str(text))}</option>'
            for value, text in pairs
        )
    )
