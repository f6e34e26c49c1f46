"""服务入口: the services of the platform with the everyday words that lead to them, and the doors cards name.

Services declare themselves (procedures with a guide, errands plugged into the portal); this module only reads those
registries, so that a new service is offered here without a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from xiezhi.kernel.procedures import registry
from xiezhi.ui import plug
from xiezhi.ui.answering import ASSISTANT, INTERVIEW, SERVICE, Offer, Question, offers

__all__ = ["Service", "door_keys", "doors", "offered", "services"]


@dataclass(frozen=True)
class Service:
    """A service of the platform."""

    code: str
    title: Any
    summary: Any
    icon: str
    url: str
    words: tuple[str, ...]
    first: bool = False

    def offer(self, score: float) -> Offer:
        return Offer(SERVICE, self.code, self.title, self.url, score, self.summary, icon=self.icon)


def services() -> list[Service]:
    """Every service somebody can begin by himself, errands of distress first."""
    newest = {p.code: p for p in registry.all_procedures() or registry.load_all()}
    out = []
    for procedure in newest.values():
        if not procedure.guide or procedure.guide.get("自动开始"):
            continue
        title, summary, icon = procedure.guide.get("首页", (procedure.title, "", "file-text"))
        words = (procedure.title, *procedure.guide.get("常用词", ()))
        out.append(Service(procedure.code, title, summary, icon, reverse("portal:guide", args=[procedure.code]), words))
    for entry in plug.ENTRIES.values():
        out.append(
            Service(
                entry.key,
                entry.title,
                entry.summary,
                entry.icon,
                reverse(entry.url),
                entry.words if entry.errand else (),
                entry.first,
            )
        )
    return sorted(out, key=lambda s: not s.first)


def offered(question: Question) -> list[Offer]:
    """Services whose everyday words stand in the question; the longer the words, the better."""
    said = "".join(question.text.lower().split())
    out = []
    for service in services():
        hits = sum(len(word) for word in service.words if len(word) > 1 and word.lower() in said)
        if hits:
            out.append(service.offer(min(1.0, 0.4 + hits / 12)))
    return out


def doors(keys: Iterable[str], near: Question | None = None) -> list[Offer]:
    """The doors of a card that this installation has: services, errands, guided interviews, assistants, own addresses.
    `near` is the card as a question, through which other functions tell the titles of theirs."""
    known = {service.code: service.offer(1.0) for service in services()}
    others: dict[str, Offer] | None = None
    out: list[Offer] = []
    for key in dict.fromkeys(keys):
        if key in known:
            out.append(known[key])
            continue
        if others is None:
            found = offers(near, most=30) if near is not None else {}
            others = {_bare(offer.key): offer for kind in (INTERVIEW, ASSISTANT) for offer in found.get(kind, ())}
        offer = _page(key) or others.get(_bare(key)) or _like(_bare(key), others)
        if offer is not None:
            out.append(offer)
    return out


def _bare(key: str) -> str:
    return key.replace("-", "").replace("_", "").lower()


def _like(key: str, others: Mapping[str, Offer]) -> Offer | None:
    """Keys are named by different hands: unpaid-wages finds wages, loans finds loan."""
    return next((offer for other, offer in others.items() if len(other) > 3 and (other in key or key in other)), None)


def _page(key: str) -> Offer | None:
    """A door by its address alone; its page says the rest."""
    if key.startswith("/"):
        try:
            match = resolve(key)
        except Resolver404:
            return None
        title = next((e.title for e in plug.ENTRIES.values() if reverse(e.url) == key), None)
        return Offer(SERVICE, key, title, key, 1.0) if title and match else None
    return None


def door_keys() -> set[str]:
    """Keys a card may name beside addresses, as far as they are known without asking other functions."""
    return {service.code for service in services()}


def hotline() -> str:
    """The public legal service hotline."""
    return str(getattr(settings, "HOTLINE", "12348"))


def address_of(name: str, *args: str) -> str:
    """An address by name, or empty where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
