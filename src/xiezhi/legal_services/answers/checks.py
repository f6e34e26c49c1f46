"""What must hold for every card, beside its form: the law it names exists and is in force, its doors lead somewhere.

One named error per rule; `xiezhi check` and the tests run them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from xiezhi.kernel.law import CitationError, resolve
from xiezhi.legal_services.answers.cards import Card, CardError, Library, library

__all__ = ["UnknownIcon", "UnresolvedCitation", "run"]


class UnresolvedCitation(CardError):
    """A citation that leads to no place in law in force on the day."""


class CitationOfWholeAct(CardError):
    """A sentence stands on an article, not on an act as a whole."""


class UnknownDoor(CardError):
    """A door that is no procedure, no errand, no address and no key known to any other source."""


class BadId(CardError):
    """An id that does not begin with its scene, or is not small letters, digits and hyphens: it stands in an address."""


class TooLong(CardError):
    """A sentence nobody reads to its end, or an answer that is no longer short."""


class FewWordings(CardError):
    """A card nobody finds: at least two other wordings."""


class Forecast(CardError):
    """A promise about how a case ends. A card says what the law says."""


class CheckedInFuture(CardError):
    """Looked over on a day that has not come."""


class UnknownIcon(CardError):
    """An icon the set does not have."""


_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROMISE = re.compile(r"(一定|肯定|保证|百分之百|必定)(能|会)?(赢|胜诉|判|要回|拿到)|胜诉率")


def run(on: date, *, cards: Library | None = None, keys: Iterable[str] | None = None) -> list[CardError]:
    """Every rule broken by the cards (those of the platform). `on` is the day the law is asked for; `keys` are the known
    doors beside addresses, None leaves doors unchecked."""
    known = cards if cards is not None else library()
    doors = None if keys is None else set(keys)
    errors: list[CardError] = list(known.errors)
    for card in known.cards:
        errors += _law(card, on)
        errors += _form(card, on)
        if doors is not None:
            errors += [
                UnknownDoor(card.id, f"没有“{door}”这个入口")
                for door in card.doors
                if not door.startswith("/") and door not in doors
            ]
    errors += _icons(known)
    return errors


def _law(card: Card, on: date) -> list[CardError]:
    out: list[CardError] = []
    for citation in card.citations:
        try:
            places = resolve(citation, on)
        except CitationError as error:
            out.append(UnresolvedCitation(card.id, f"“{citation}”：{error}"))
            continue
        if any(not place.article for place in places):
            out.append(CitationOfWholeAct(card.id, f"“{citation}”没有写到条"))
    return out


def _form(card: Card, on: date) -> list[CardError]:
    out: list[CardError] = []
    if not _ID.fullmatch(card.id):
        out.append(BadId(card.id, "编号只用小写字母、数字和连字符"))
    if len(card.also) < 2:
        out.append(FewWordings(card.id, f"只有{len(card.also)}种别的问法"))
    if card.checked > on:
        out.append(CheckedInFuture(card.id, f"核对日期{card.checked.isoformat()}还没有到"))
    if len(card.answer) > 8 or sum(len(part.say) for part in card.answer) > 500:
        out.append(TooLong(card.id, "回答太长，人看不完"))
    said = [part.say for part in card.answer] + [f"{step.do}{step.how}" for step in card.steps]
    out += [TooLong(card.id, f"“{text[:16]}…”有{len(text)}字") for text in said if len(text) > 140]
    out += [Forecast(card.id, f"“{text[:20]}…”像是在保证结果") for text in said if _PROMISE.search(text)]
    return out


def _icons(known: Library) -> list[CardError]:
    from xiezhi.ui.icons import icon

    out: list[CardError] = []
    for scene in known.scenes:
        try:
            icon(scene.icon)
        except LookupError:
            out.append(UnknownIcon(scene.key, f"没有“{scene.icon}”这个图标"))
    return out
