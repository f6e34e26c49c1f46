"""Template tags of the shared look: {% load xz %}."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from xiezhi.kernel import law
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.people import masking
from xiezhi.kernel.procedures.clocks import Clock
from xiezhi.ui import clocks
from xiezhi.ui.icons import icon as _icon
from xiezhi.ui.language import say as saying

register = template.Library()
_WEEKDAYS = "一二三四五六日"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """{% icon "inbox" %}: an outline icon; give a label only where no text stands beside it."""
    return _icon(name, label)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) >= 10:
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


@register.filter
def zh(value: Any) -> str:
    """2026年3月5日, in English 5 March 2026. Takes dates, moments and ISO text."""
    day = _day(value)
    if day is None:
        return str(value or "")
    return saying.day(day) if saying.english() else f"{day.year}年{day.month}月{day.day}日"


@register.filter
def zh_short(value: Any) -> str:
    """3月5日, with the year where it is not this one."""
    day = _day(value)
    if day is None:
        return str(value or "")
    if saying.english():
        return saying.day(day, year=day.year != wall.today().year)
    return clocks.short_date(day, wall.today())


@register.filter
def zh_week(value: Any) -> str:
    """2026年3月5日（周四）."""
    day = _day(value)
    if day is None:
        return str(value or "")
    if saying.english():
        return saying.day(day, week=True)
    return f"{zh(day)}（周{_WEEKDAYS[day.weekday()]}）"


@register.filter
def zh_time(value: Any) -> str:
    """3月5日 14:06 (year added where it is not this one)."""
    if not isinstance(value, datetime):
        return zh_short(value)
    moment = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{zh_short(moment)} {moment:%H:%M}"


@register.filter
def masked(value: Any, kind: str = "name") -> str:
    """The value with its middle hidden: {{ phone|masked:"phone" }}. Kinds are the functions of people.masking."""
    rule = getattr(masking, kind)
    return str(rule(value)) if value else ""


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value of a mapping by a variable key; empty text where there is none."""
    if isinstance(mapping, Mapping):
        return mapping.get(key, "")
    return ""


@register.filter
def yuan(value: Any) -> str:
    """8,000元 or 8,000.50元; in English 8,000 yuan."""
    try:
        amount = f"{float(value):,.2f}"
    except (TypeError, ValueError):
        return str(value or "")
    return f"{amount.removesuffix('.00')} yuan" if saying.english() else f"{amount.removesuffix('.00')}元"


@register.filter
def say(value: Any) -> str:
    """A declared text in the reader's language, for places a page in English is not read over: {{ title|say }}."""
    return saying.say(value)


@lru_cache(maxsize=4096)
def _cited(citation: str) -> SafeString:
    out = ""
    for piece in law.pieces(citation):
        text = escape(piece.text)
        if piece.citation is not None:
            one = piece.citation
            where = Locator(one.act.title, "", one.article, one.inserted, one.paragraph, one.item)
            text = f'<a class="xz-cited" href="{escape(where.path)}">{text}</a>'
        out += text
    return mark_safe(out)  # noqa: S308 - every text is escaped


@register.filter
def cite(value: Any) -> SafeString:
    """The citations of a text as links into the law library; words that are no citation stay as they are."""
    return _cited(str(value)) if value else SafeString("")


@register.filter
def filesize_zh(value: Any) -> str:
    """2.4 MB, 310 KB."""
    size = int(value or 0)
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, round(size / 1024))} KB"


@register.simple_tag(takes_context=True)
def clock_chip(context: template.Context, of: Any) -> SafeString:
    """The chip of a matter's leading clock or of one clock: what is left, then the date."""
    calendar = clocks.calendar_for(context.get("request"))
    return chip_html(
        clocks.chip_of_clock(of, calendar) if isinstance(of, Clock) else clocks.chip_of_matter(of, calendar)
    )


def chip_html(chip: clocks.Chip) -> SafeString:
    """A chip as it stands on the page. Put together here: a list shows forty of them."""
    css = "xz-due" if chip.state == "plain" else f"xz-due xz-due--{chip.state}"
    title = f' title="{escape(str(chip.title))}"' if chip.title else ""
    when = ""
    if chip.date:
        iso = f' datetime="{chip.iso}"' if chip.iso else ""
        when = f" <time{iso}>{escape(str(chip.date))}</time>"
    unsure = ' <span class="xz-tag xz-tag--plain">暂定</span>' if chip.provisional else ""
    return mark_safe(  # noqa: S308 - every text is escaped above or ours
        f'<span class="{css}"{title}>{_icon(chip.icon)}<b>{escape(str(chip.left))}</b>{when}{unsure}</span>'
    )


@register.inclusion_tag("ui/clock.html", takes_context=True)
def clock_full(context: template.Context, clock: Clock, first: bool = False) -> dict[str, Any]:
    """A live clock in full: number, date, every step with its article, and what a lapse means."""
    return {"full": clocks.full(clock, clocks.calendar_for(context.get("request"))), "first": first}


_TAGS = {
    "blue": ("ACCEPTED", "REVIEW", "TRIAL", "UNDER", "DECI", "HEAR"),
    "amber": ("SUPPLEMENT", "WAIT", "RETURN"),
    "plain": ("SUSPEND", "HALT"),
}


@register.simple_tag
def tag_state(of: Any) -> SafeString:
    """The state of a matter as a tag: word first, color second. Ended matters are green, halted ones dashed."""
    code, title = (
        getattr(of, "state", "") or getattr(of, "code", ""),
        getattr(of, "state_title", "") or getattr(of, "title", ""),
    )
    if not getattr(of, "open", True):
        return tag_html(title, "green")
    if getattr(of, "held", False):
        return tag_html(title, "plain")
    return tag_html(title, _kind_of_state(str(code)))


@cache
def _kind_of_state(code: str) -> str:
    return next((kind for kind in ("plain", "amber", "blue") if any(word in code for word in _TAGS[kind])), "")


def tag_html(title: str, kind: str = "") -> SafeString:
    """A tag as it stands on the page."""
    css = f"xz-tag xz-tag--{kind}" if kind else "xz-tag"
    return mark_safe(f'<span class="{css}">{escape(str(title))}</span>')  # noqa: S308 - escaped


@register.simple_tag
def tag(title: str, kind: str = "") -> SafeString:
    """A tag: {% tag "演示" "amber" %}."""
    return tag_html(title, kind)


@register.simple_tag(takes_context=True)
def url_with(context: template.Context, **changes: Any) -> str:
    """The present address with query parameters changed; an empty value drops one. Keeps filters in the URL."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None
    if query is None:
        return "?" + urlencode({k: v for k, v in changes.items() if v not in (None, "")})
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("ui/pages.html", takes_context=True)
def pages(context: template.Context, page: Any, name: str = "page") -> dict[str, Any]:
    """Pagination of a Django page, or of a keyset page (`next` cursor) under the parameter `after`."""
    if hasattr(page, "paginator"):
        numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
        return {"page": page, "numbers": numbers, "name": name, "request": context.get("request"), "keyset": False}
    request = context.get("request")
    return {"next": page.next, "turned": bool(request and request.GET.get("after")), "request": request, "keyset": True}


@register.inclusion_tag("ui/errors.html")
def error_summary(form: Any) -> dict[str, Any]:
    """The list of what to correct, each line leading to its field. Takes a built form or a Django form."""
    lines: list[tuple[str, str]] = []
    if hasattr(form, "summary"):
        lines = list(form.summary)
    elif form is not None and getattr(form, "errors", None):
        for name, errors in form.errors.items():
            anchor = form[name].auto_id if name in form.fields else ""
            lines += [(anchor, str(e)) for e in errors]
    return {"lines": lines}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, text: str = "", icon: str = "inbox", href: str = "", link: str = "") -> dict[str, Any]:
    """An empty state: what would be here, and what to do."""
    return {"title": title, "text": text, "icon_name": icon, "href": href, "link": link}


@register.inclusion_tag("ui/field.html", takes_context=True)
def field(context: template.Context, bound: Any, title: bool = False) -> dict[str, Any]:
    """One field with label, hint, article and error beside it. `title` makes the label the page's heading."""
    return {"f": bound, "as_title": title, "request": context.get("request"), "caption": context.get("caption", "")}


@register.inclusion_tag("ui/django_field.html")
def django_field(bound: Any) -> dict[str, Any]:
    """A field of a Django form (accounts) in the same look."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "textarea")
    css = "xz-textarea" if kind == "textarea" else "xz-select" if kind == "select" else "xz-input"
    attrs = {"class": css}
    describe = []
    if bound.help_text:
        describe.append(f"{bound.auto_id}-hint")
    if bound.errors:
        describe.append(f"{bound.auto_id}-error")
        attrs["aria-invalid"] = "true"
    if describe:
        attrs["aria-describedby"] = " ".join(describe)
    return {
        "f": bound,
        "kind": kind,
        "widget": bound if kind in ("checkbox", "radio") else bound.as_widget(attrs=attrs),
    }


@register.filter
def lines(text: Any) -> list[str]:
    """Text as paragraphs."""
    return [line for line in str(text or "").splitlines() if line.strip()]
