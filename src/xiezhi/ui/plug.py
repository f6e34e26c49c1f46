"""Where a function plugs its own pages into the faces, without the faces knowing it.

A function fills these in its AppConfig.ready(); stepwise applications stand in `ui.flow`, figures in `ui.figures`. Its addresses stand in its `urls` module as `desk_urlpatterns` (under
/desk/) and `portal_urlpatterns` (under /); see `config.urls`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from xiezhi.kernel.access.subject import Subject

__all__ = [
    "ENTRIES", "Entry", "NavItem", "Panel", "add_entry", "add_event_page", "add_nav", "add_panel", "desk_page", "event_page",
    "nav_for", "panels_for", "set_frame",
]  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """An errand of its own on the public's home page: `url` names its address, `words` are the everyday words that lead
    to it. `first` puts it before all others (somebody in distress looks for it). `errand` False: it informs and takes nothing
    in; the answer page offers such help by `ui.answering`, not as a service."""

    key: str
    title: Any
    summary: Any
    icon: str
    url: str
    words: tuple[str, ...] = ()
    first: bool = False
    errand: bool = True


@dataclass(frozen=True)
class NavItem:
    """An entry of the desk's side navigation under the heading `group`, for subjects with one of `roles`; `procedure`
    leaves it out where the subject's units handle others only (`named`: where none of them names it); `shown` may narrow it further. All of it is asked on every
    page: no statements in it."""

    key: str
    group: Any
    label: Any
    url: str
    icon: str
    roles: tuple[str, ...]
    shown: Callable[[Subject], bool] = lambda subject: True
    procedure: str = ""
    named: bool = False


@dataclass(frozen=True)
class Panel:
    """A part of a matter's page. `place` is "desk", "portal", or "guide" (a service's guide: `matter` has nothing but the
    code of the `procedure`, `state` is None). `context(request, matter, state, subject)` returns what
    the template sees (beside `matter` and `state`), or None to leave the panel out. `procedures` None means every
    procedure. `order` sorts panels of one page."""

    key: str
    place: str
    template: str
    context: Callable[[HttpRequest, Any, Any, Subject], Mapping[str, Any] | None]
    procedures: frozenset[str] | None = None
    order: int = 50


ENTRIES: dict[str, Entry] = {}
_NAV: dict[str, NavItem] = {}
_PANELS: dict[str, Panel] = {}


def _put(known: dict[str, Any], thing: Any) -> None:
    if known.setdefault(thing.key, thing) != thing:
        raise ValueError(f"{type(thing).__name__} {thing.key} is registered twice")


def add_entry(entry: Entry) -> None:
    """Raises ValueError when the key is taken, as do the other add functions."""
    _put(ENTRIES, entry)


def add_nav(item: NavItem) -> None:
    _put(_NAV, item)


def add_panel(
    key: str,
    place: str,
    template: str,
    context: Callable[[HttpRequest, Any, Any, Subject], Mapping[str, Any] | None],
    *,
    procedures: Collection[str] | None = None,
    order: int = 50,
) -> None:
    _put(_PANELS, Panel(key, place, template, context, None if procedures is None else frozenset(procedures), order))


def nav_for(subject: Subject) -> list[NavItem]:
    """Entries of the side navigation this subject may open, in the order of registration."""
    return [
        i
        for i in _NAV.values()
        if subject.has(*i.roles)
        and (not i.procedure or subject.handles(i.procedure, named=i.named))
        and i.shown(subject)
    ]


def panels_for(place: str, request: HttpRequest, matter: Any, state: Any, subject: Subject) -> Sequence[dict[str, Any]]:
    """Panels of a matter's page: each with its `template` and what it sees as `data`."""
    found = []
    for panel in sorted(_PANELS.values(), key=lambda p: p.order):
        if panel.place != place or (panel.procedures is not None and matter.procedure not in panel.procedures):
            continue
        data = panel.context(request, matter, state, subject)
        if data is not None:
            found.append({"key": panel.key, "template": panel.template, "data": data})
    return found


_EVENT_PAGES: dict[tuple[str, str], str] = {}


def add_event_page(procedure: str, event: str, url: str) -> None:
    """An event a party does on a page of the function's own instead of the form made from its declaration, because the
    platform knows part of the answers. `url` names the address, which takes the matter's `public_id`."""
    if _EVENT_PAGES.setdefault((procedure, event), url) != url:
        raise ValueError(f"{procedure}.{event} has another page already")


def event_page(matter: Any, event: str) -> str | None:
    """The address of the page on which a party does this event; None: the form of the declaration."""
    name = _EVENT_PAGES.get((matter.procedure, event))
    return reverse(name, kwargs={"public_id": matter.public_id}) if name is not None else None


_FRAME: list[Callable[..., HttpResponse]] = []


def set_frame(render: Callable[..., HttpResponse]) -> None:
    """The desk says here how its pages are framed: navigation, counts, unit."""
    _FRAME[:] = [render]


def desk_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    active: str = "",
    status: int = 200,
) -> HttpResponse:
    """A function's page in the desk's frame; its template extends "desk/base.html". `active` is the key of its NavItem."""
    if not _FRAME:
        raise RuntimeError("no desk is installed")
    return _FRAME[0](request, template, context, active=active, status=status)
