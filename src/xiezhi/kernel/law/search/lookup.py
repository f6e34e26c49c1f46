"""直接找到: articles by their citation, acts by title, alias or document number. Before any full text, and without it too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import tantivy
from django.db.models import Q

from xiezhi.kernel.law import index as facts
from xiezhi.kernel.law import library, models, numerals, structure
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.kernel.law.search import marks, queries, shapes, text
from xiezhi.kernel.law.search.shapes import Act, Exact
from xiezhi.kernel.law.search.spelling import dice
from xiezhi.kernel.law.search.store import Reader

__all__ = ["Cited", "acts", "cited", "exact", "similar", "standing"]

STATE = library.STATE
MOST_ACTS = 8
LIKE = 0.5
"""Titles less alike than this are not proposed."""

# Citations

_N = r"([0-9零〇一二三四五六七八九十百千]+)"
_PLACE = re.compile(
    rf"(第)?{_N}(?:条(?:[之-]{_N})?|之{_N}条)(?:第?{_N}款)?(?:第?[(（]?{_N}[)）]?项(?:之{_N})?)?(?:第?{_N}目)?"
)
_BARE = re.compile(rf"^(\D*[^\W\d])\s*第?(\d{{1,4}})(?:之{_N})?$")


@dataclass(frozen=True)
class Cited:
    """A citation as it was typed: `name` of the act (perhaps misspelled, perhaps empty), and the place."""

    name: str
    article: int
    inserted: int = 0
    paragraph: int = 0
    item: int = 0
    item_inserted: int = 0
    point: int = 0
    rest: str = ""

    def locator(self, act: str) -> Locator:
        return Locator(
            act, "", self.article, self.inserted, self.paragraph, self.item, self.item_inserted, self.point
        )  # fmt: skip

    def of(self, act: str) -> str:
        """The query with another act."""
        return self.locator(act).short


def _read(word: str | None) -> int:
    return min(numerals.read(word), 9999) if word else 0


def cited(folded: str) -> Cited | None:
    """The first citation in a folded query: 民法典第三条, 刑法133条之一, 《刑法》第一百三十三条之一第一款; with an act before it
    also without 第 and 条: 刑法133. None where there is none."""
    plain = text.usual_numerals(folded)
    for match in _PLACE.finditer(plain):
        name = _name(plain[: match.start()])
        if not match[1] and not (name or match[2].isascii()):
            continue  # 三条 alone is a number of things
        try:
            numbers = [_read(match[2]), _read(match[3] or match[4]), *(_read(match[n]) for n in (5, 6, 7, 8))]
        except ValueError:
            continue
        if not numbers[0] or ((numbers[4] or numbers[5]) and not numbers[3]):
            continue
        article, inserted, paragraph, item, item_inserted, point = numbers
        return Cited(
            name, article, inserted, paragraph, item, item_inserted, point, plain[match.end() :].strip(" ,，。;；的")
        )
    bare = _BARE.match(plain.strip())
    if bare and (article := int(bare[2])) and not 1900 <= article <= 2100:
        return Cited(_name(bare[1]), article, _read(bare[3]))
    return None


def _name(before: str) -> str:
    """The act in the words before a place."""
    if "》" in before:
        head, _, inside = before.rpartition("》")[0].rpartition("《")
        if inside and not head.count("《") > head.count("》"):
            return inside.strip()
    return before.strip(' 《》<>"“”:：,，、的;；')


def _known(names: Iterable[str]) -> dict[str, str]:
    """Short titles of the acts that the names mean, in the library or in the index of facts."""
    wanted = list(dict.fromkeys(name for name in names if name))
    bare = [name.removeprefix(STATE) for name in wanted]
    query = Q(name__in=[*wanted, *bare]) | Q(full__in=wanted)
    for name in wanted[:6]:
        query |= Q(aliases__contains=[name])
    held: dict[str, str] = {}
    for act in models.Act.objects.filter(query):
        for name in (act.name, act.full, *act.aliases):
            held.setdefault(name, act.name)
    known = facts.acts()
    out: dict[str, str] = {}
    for name, short in zip(wanted, bare, strict=True):
        for way in (name, short):
            if found := held.get(way) or (known[way].title if way in known else ""):
                out.setdefault(name, found)
    return out


def act_named(name: str) -> str:
    """The short title of the act a folded name means; also where other words stand before it (根据民法典). Empty where
    the name means none."""
    tails = [name, *(name[at:] for at in range(1, min(len(name) - 1, 24)))]
    found = _known(tail for tail in tails if len(tail) > 1)
    return next((found[tail] for tail in tails if tail in found), "")


def exact(one: Cited, on: date, act: str) -> Exact | None:
    """The place in the version in force; `act` is the act it is looked for in. What can not be shown as law says why."""
    try:
        where = one.locator(act)
    except BadIdentifier:
        return None
    quote = library.quote(where, on)
    if quote.state == library.TEXT:
        since, ended = (quote.version.since, quote.version.ended) if quote.version else (None, None)
        return Exact(quote.locator, quote.act_full, quote.state, quote.text, since=since, ended=ended)
    if quote.state == library.NOT_IN_FORCE and (former := _former(where, on)) is not None:
        return replace(former, message=quote.message)
    last = None
    if quote.state == library.NO_SUCH_PLACE:
        last = _last(quote)
        if last is not None and quote.locator.article > last.article:
            message = f"{quote.message.rstrip('。')}，最后一条是{last.place}。"
            return Exact(quote.locator, quote.act_full, quote.state, message=message, last=last)
    return Exact(quote.locator, quote.act_full, quote.state, message=quote.message, last=last)


def _former(where: Locator, on: date) -> Exact | None:
    """The text as it was on the last day that it was law."""
    act = library.find_act(where.act)
    ended = [v for v in library.versions(act) if v.ended and v.ended <= on] if act else []
    if not ended:
        return None
    version = max(ended, key=lambda v: v.ended or date.min)
    assert version.ended is not None
    quote = library.quote(where, version.ended - timedelta(days=1))
    if quote.state != library.TEXT:
        return None
    return Exact(
        quote.locator, quote.act_full, library.NOT_IN_FORCE, quote.text, "", version.since, version.ended, version.ended_by
    )  # fmt: skip


def _last(quote: library.Quote) -> Locator | None:
    if quote.version is not None:
        found = (
            models.Provision.objects.filter(version=quote.version, kind=structure.ARTICLE)
            .order_by("-number", "-inserted")
            .values_list("number", "inserted")
            .first()
        )
        return Locator(quote.locator.act, "", *found) if found and found[0] else None
    known = facts.acts().get(quote.locator.act)
    most = known.newest.articles if known else None
    return Locator(quote.locator.act, "", most) if most else None


# Acts


def standing(version: models.Version, on: date) -> str:
    """What a version is on a day."""
    return standing_of(version.since, version.ended, version.ended_why, on)


def standing_of(since: date | None, ended: date | None, why: str, on: date) -> str:
    """`standing` from the days alone."""
    if since is not None and since > on:
        return shapes.NOT_YET
    if ended is None or on < ended:
        return shapes.IN_FORCE
    return shapes.REPEALED if why == models.Version.REPEALED else shapes.SUPERSEDED


def replacement(by: str, following: tuple[str, str]) -> str:
    """What ended a version: the act that repealed it, else the version (act, label) that followed."""
    return by or (f"{following[0]}（{library.text_name(following[1])}）" if following[1] else "")


@dataclass(frozen=True)
class _Card:
    name: str
    held: bool
    keys: tuple[str, ...]
    why: str
    score: float


def _keys(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text.despace(text.fold(name)) for name in names))


def _scored(keys: Sequence[str], wanted: str) -> float:
    """How well a title meets what was typed: the same, its beginning, inside it, alike."""
    best = 0.0
    for key in keys:
        if key == wanted:
            return 10.0
        if key.startswith(wanted):
            best = max(best, 6.0 + len(wanted) / len(key))
        elif wanted in key:
            best = max(best, 4.0 + len(wanted) / len(key))
        elif len(key) > 2 and wanted.startswith(key):
            best = max(best, 5.0 + len(key) / len(wanted))
        else:
            best = max(best, dice(key, wanted))
    return best


def _cards(reader: Reader | None, asked: queries.Asked) -> list[_Card]:
    wanted = text.despace(asked.folded)
    if not wanted:
        return []
    out: dict[str, _Card] = {}

    def add(name: str, held: bool, keys: Sequence[str], why: str = "title") -> None:
        score = 9.0 if why == "number" else _scored(keys, wanted)
        if why == "title" and score >= 10 and wanted not in (keys[0], text.fold(STATE) + keys[0]):
            why = "alias"
        if (had := out.get(name)) is None or had.score < score:
            out[name] = _Card(name, held, tuple(keys), why if score >= 4 else "similar", score)

    if reader is None:
        typed = asked.folded
        rows = models.Act.objects.filter(
            Q(name__icontains=typed) | Q(full__icontains=typed) | Q(aliases__contains=[typed])
        )
        for act in rows.order_by("pk")[:50]:
            add(act.name, True, _keys([act.name, act.full, *act.aliases]))
        for known in {id(a): a for a in facts.acts().values()}.values():
            keys = _keys([known.title, known.full, *known.aliases])
            if known.title not in out and _scored(keys, wanted) >= LIKE:
                add(known.title, False, keys)
    else:
        for card, why in _from_index(reader, asked, wanted):
            add(card["name"], bool(card["act"]), card["keys"], why)
    # Among equals texts that are here come before titles that are only known.
    return sorted(out.values(), key=lambda c: (-c.score - (0.5 if c.held else 0.0), len(c.name), c.name))


def _from_index(reader: Reader, asked: queries.Asked, wanted: str) -> Iterable[tuple[dict[str, Any], str]]:
    is_act = queries.raw(reader, "doc", "a")

    def hits(query: tantivy.Query, limit: int) -> Iterable[dict[str, Any]]:
        for _, address in reader.searcher.search(queries.every([query, is_act]), limit=limit, count=False).hits:
            yield json.loads(reader.searcher.doc(address).get_first("card") or "{}")

    numbers = text.document_numbers(asked.folded)
    if numbers:
        exact = [number for number in numbers if reader.searcher.doc_freq("docno", number)]
        if exact:
            yield from ((card, "number") for card in hits(queries.raw(reader, "docno", exact[0]), 20))
    # The beginning of what was typed may be a title: 行政复议法申请期限.
    starts = [wanted[:n] for n in range(min(len(wanted), 40), 1, -1) if reader.searcher.doc_freq("key", wanted[:n])][:3]
    if len(wanted) > 1:
        starts += [key for key, _ in reader.searcher.terms_with_prefix("key", wanted)[:30]]
    if starts:
        named = tantivy.Query.term_set_query(reader.schema, "key", list(dict.fromkeys(starts)))
        yield from ((card, "title") for card in hits(named, 40))
    elif len(wanted) < 2:
        return
    pairs = text.pairs(wanted)[:30]
    if len(wanted) <= 40 and pairs:
        alike = queries.some([queries.raw(reader, "title", pair) for pair in pairs], max(1, round(len(pairs) * 0.5)))
        yield from ((card, "title") for card in hits(alike, 60))


def leading(reader: Reader, asked: queries.Asked) -> tuple[str, str]:
    """(short title, what follows) where the query begins with a whole title and goes on: 行政复议法 申请期限; else empty."""
    wanted = text.despace(asked.folded)
    for length in range(min(len(wanted) - 1, 60), 2, -1):
        key = wanted[:length]
        if reader.searcher.doc_freq("key", key):
            query = queries.every([queries.raw(reader, "key", key), queries.raw(reader, "doc", "a")])
            hits = reader.searcher.search(query, limit=1, count=False).hits
            if hits:
                card = json.loads(reader.searcher.doc(hits[0][1]).get_first("card") or "{}")
                return str(card.get("name", "")), _after(asked.folded, length)
    return "", ""


def _after(folded: str, length: int) -> str:
    """What follows the first `length` characters that are neither blanks nor punctuation."""
    for at, char in enumerate(folded):
        length -= len(text.despace(char))
        if not length:
            return folded[at + 1 :]
    return ""


def acts(
    reader: Reader | None, asked: queries.Asked, on: date, *, include_old: bool, most: int = MOST_ACTS
) -> list[Act]:
    """Acts whose title, alias or number meets the query. What is no longer law only where it was named exactly."""
    cards = [card for card in _cards(reader, asked) if card.score >= 4][: most * 4]
    made = _acts(cards, on, asked.needles)
    return [a for a, card in made if include_old or a.state != shapes.REPEALED or card.score >= 9][:most]


def similar(reader: Reader | None, name: str, most: int = 3) -> list[str]:
    """Titles like a title that is not known, the likest first."""
    asked = queries.read(name)
    wanted = text.despace(asked.folded)
    least = LIKE if len(wanted) > 4 else 0.4
    found = []
    for card in _cards(reader, asked):
        if least <= card.score < 4 or (card.score >= 4 and not card.score >= 10):
            found.append((max(dice(key, wanted) for key in card.keys), card.name))
    found.sort(key=lambda pair: (-pair[0], len(pair[1])))
    return [title for score, title in found if score >= least][:most]


def _acts(cards: Sequence[_Card], on: date, needles: Sequence[str]) -> list[tuple[Act, _Card]]:
    rows = models.Version.objects.filter(act__name__in=[c.name for c in cards if c.held]).order_by("-since", "-pk")
    versions: dict[str, list[_Version]] = {}
    for name, full, kind, region, label, promulgated, since, ended, why, by, articles, *following in rows.values_list(
        "act__name", "act__full", "act__kind", "act__region", "label", "promulgated", "since", "ended", "ended_why",
        "ended_by", "articles", "following__act__name", "following__label",
    ):  # fmt: skip
        state = standing_of(since, ended, why, on)
        instead = replacement(by, (following[0] or "", following[1] or "")) if ended else ""
        made = _Version(full, kind, region, state, label, promulgated, since, ended, instead, articles)
        versions.setdefault(name, []).append(made)
    out = []
    for card in cards:
        if found := versions.get(card.name):
            out.append((_held(card, found, needles), card))
        elif (known := facts.acts().get(card.name)) is not None:
            out.append((_fact(known, on, needles, card.why), card))
    return out


@dataclass(frozen=True, slots=True)
class _Version:
    full: str
    kind: str
    region: str
    state: str
    label: str
    promulgated: date | None
    since: date | None
    ended: date | None
    replaced_by: str
    articles: int


def _held(card: _Card, found: Sequence[_Version], needles: Sequence[str]) -> Act:
    """The act by its version in force, else the last that was, else the first to come; `found` newest first."""
    past = [v for v in found if v.state != shapes.NOT_YET]
    one = next((v for v in found if v.state == shapes.IN_FORCE), past[0] if past else found[-1])
    return Act(
        card.name, one.full, one.kind, one.region, one.state, one.label, one.promulgated, one.since, one.ended,
        one.replaced_by, one.articles, len(found), marks.pieces(card.name, needles), card.why,
    )  # fmt: skip


def _fact(act: facts.Act, on: date, needles: Sequence[str], why: str) -> Act:
    version = act.in_force(on) or act.newest
    gone = version.repealed is not None and version.repealed <= on
    return Act(
        act.title, act.full, act.kind, "", shapes.REPEALED if gone else shapes.FACTS, "", version.promulgated,
        version.effective, version.repealed, "", version.articles or 0, 0, marks.pieces(act.title, needles), why,
    )  # fmt: skip
