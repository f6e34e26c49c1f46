"""Where recognized citations lead on a day: to an article that is law, or why not.

The library in the database answers first, the index of facts where no text is imported. Everything needed for any
number of citations is loaded with four statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Count, Max

from xiezhi.kernel.law import index, models, structure
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.recognize import Mention, Names, joined, key
from xiezhi.kernel.law.succession import ENDED

__all__ = [
    "NOT_INSTALLED",
    "NOT_IN_FORCE",
    "NO_ARTICLE",
    "OK",
    "UNKNOWN_ACT",
    "Resolved",
    "Shelf",
    "names",
    "resolve_mentions",
]

OK, UNKNOWN_ACT, NO_ARTICLE = "ok", "unknown_act", "no_article"
NOT_IN_FORCE, NOT_INSTALLED = "not_in_force", "not_installed"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A citation and where it leads. `locator` is the place with the library's title of the act, and the version's label
    where `state` is ok; None without an act. `ended` is the day from which a former act is no longer law, `followed_by`
    what took its place, where known. `message` is a plain sentence, empty when all is well."""

    mention: Mention
    state: str
    locator: Locator | None
    act_id: int | None = None
    since: date | None = None
    ended: date | None = None
    followed_by: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Text:
    """One version, as far as citations need it."""

    pk: int
    label: str
    since: date | None
    ended: date | None
    why: str
    by: str
    articles: int

    def in_force(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.ended is None or on < self.ended)


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


_held: tuple[tuple[int, int], Names] | None = None


def names() -> Names:
    """The acts of the index and of the library; kept until acts come in."""
    global _held
    found = models.Act.objects.aggregate(many=Count("pk"), last=Max("pk"))
    stamp = (found["many"] or 0, found["last"] or 0)
    if _held is None or _held[0] != stamp:
        rows = models.Act.objects.order_by("pk").values_list("name", "full", "aliases")
        pairs = [(n, name) for name, full, aliases in rows for n in (name, full, *(aliases or ()))]
        _held = (stamp, joined(pairs))
    return _held[1]


class Shelf:
    """The acts that some citations name, loaded once: versions, their periods and which articles they have."""

    def __init__(self, wanted: Iterable[str] | None = None) -> None:
        """`wanted`: titles of acts; None loads the whole library."""
        asked = None if wanted is None else {key(w) for w in wanted if w}
        self._act: dict[str, tuple[int, str]] = {}
        self._texts: dict[int, list[_Text]] = {}
        self._articles: dict[int, frozenset[tuple[int, int]]] = {}
        rows = models.Act.objects.order_by("-pk").values_list("pk", "name", "full", "aliases")
        taken: set[int] = set()
        for pk, name, full, aliases in rows if asked is None or asked else ():
            for way in reversed((name, full, *(aliases or ()))):
                k = key(way)
                if asked is None or k in asked:
                    if k not in self._act or way == name:
                        self._act[k] = (pk, name)
                    taken.add(pk)
        versions = models.Version.objects.order_by("act_id", "-since", "-pk")
        if asked is not None:
            versions = versions.filter(act__in=taken)
        for row in versions.values_list("act_id", "pk", "label", "since", "ended", "ended_why", "ended_by", "articles"):
            self._texts.setdefault(row[0], []).append(_Text(*row[1:]))
        self._load(v.pk for texts in self._texts.values() for v in texts)

    def _load(self, versions: Iterable[int]) -> None:
        found: dict[int, set[tuple[int, int]]] = {pk: set() for pk in versions}
        rows = models.Provision.objects.filter(kind=structure.ARTICLE).order_by()
        if len(found) < 2000:
            rows = rows.filter(version__in=list(found))
        for version, number, inserted in rows.values_list("version_id", "number", "inserted").iterator(20_000):
            if version in found:
                found[version].add((number, inserted))
        self._articles = {pk: frozenset(places) for pk, places in found.items()}

    def act(self, name: str) -> tuple[int, str] | None:
        """(primary key, title) of an act in the library."""
        return self._act.get(key(name))

    def resolve(self, mention: Mention, on: date) -> Resolved:
        """Where one citation leads on the day."""
        if not mention.act:
            return Resolved(mention, UNKNOWN_ACT, None, message="没有写明是哪一部法规。")
        held = self.act(mention.act)
        if held is None or not self._texts.get(held[0]):
            return self._by_index(mention, on)
        pk, title = held
        place = _locator(mention, title)
        every = self._texts[pk]
        text = next((v for v in every if v.in_force(on)), None)
        if mention.edition:
            text = next((v for v in every if v.label.startswith(mention.edition)), None)
            if text is None:
                message = f"法规库中没有《{title}》的{mention.edition}年文本。"
                return Resolved(mention, NOT_INSTALLED, place, pk, message=message)
        if text is None or not text.in_force(on):
            return self._not_in_force(mention, place, pk, title, [text] if text else every, on)
        place = replace(place, version=text.label) if place else None
        if not self._has(text, mention):
            where = Locator(title, "", mention.until or mention.article, mention.inserted).place
            if (mention.article, mention.inserted) not in self._articles[text.pk]:
                where = Locator(title, "", mention.article, mention.inserted).place
            message = f"《{title}》（{text.label}文本）共{text.articles}条，没有{where}。"
            return Resolved(mention, NO_ARTICLE, place, pk, text.since, message=message)
        return Resolved(mention, OK, place, pk, text.since)

    def _has(self, text: _Text, mention: Mention) -> bool:
        have = self._articles[text.pk]
        if not mention.article or not have:
            return True
        if (mention.article, mention.inserted) not in have:
            return False
        last = mention.until if not mention.paragraph and not mention.item else 0
        return not last or any(number == last for number, _ in have)

    def _not_in_force(
        self, mention: Mention, place: Locator | None, pk: int, title: str, texts: Sequence[_Text], on: date
    ) -> Resolved:
        known = index.acts().get(title)
        if not mention.edition and known is not None and known.in_force(on) is not None:
            message = f"法规库中没有《{title}》在{day(on)}有效的文本。"
            return Resolved(mention, NOT_INSTALLED, place, pk, message=message)
        ended = [v for v in texts if v.ended and v.ended <= on]
        if ended:
            last = max(ended, key=lambda v: v.ended or date.min)
            end, by = last.ended, last.by
            if title in ENDED:
                end, by = ENDED[title]
            assert end is not None
            if mention.edition and last.why == models.Version.SUPERSEDED:
                message = f"《{title}》的{last.label}文本自{day(end)}起不再施行，已有新文本。"
                return Resolved(mention, NOT_IN_FORCE, place, pk, last.since, end, title, message)
            return Resolved(mention, NOT_IN_FORCE, place, pk, last.since, end, by, _ended(title, end, by))
        first = min((v.since for v in texts if v.since and v.since > on), default=None)
        message = f"《{title}》自{day(first)}起施行。" if first else f"《{title}》在{day(on)}没有有效的文本。"
        return Resolved(mention, NOT_IN_FORCE, place, pk, first, message=message)

    def _by_index(self, mention: Mention, on: date) -> Resolved:
        known = index.acts().get(mention.act)
        if known is None:
            end, by = ENDED.get(mention.act, (None, ""))
            if end is not None and end <= on:
                return Resolved(
                    mention,
                    NOT_IN_FORCE,
                    _locator(mention, mention.act),
                    None,
                    None,
                    end,
                    by,
                    _ended(mention.act, end, by),
                )
            message = f"法规库和法规索引中都没有《{mention.act}》。"
            return Resolved(mention, UNKNOWN_ACT, _locator(mention, mention.act), message=message)
        place = _locator(mention, known.title)
        version = known.in_force(on)
        if version is None:
            first = known.versions[0].since
            if first > on:
                message = f"《{known.title}》已知最早的文本自{day(first)}起施行。"
                return Resolved(mention, NOT_IN_FORCE, place, None, first, message=message)
            end = max((v.repealed for v in known.versions if v.repealed), default=on)
            by = ENDED.get(known.title, (None, ""))[1]
            message = _ended(known.title, end, by)
            return Resolved(mention, NOT_IN_FORCE, place, None, known.newest.since, end, by, message)
        last = mention.until if not mention.paragraph and not mention.item else 0
        if mention.article and not (version.has(mention.article, mention.inserted) and (not last or version.has(last))):
            where = Locator(known.title, "", last or mention.article, 0 if last else mention.inserted).place
            message = f"《{known.title}》（{version}）共{version.articles}条，没有{where}。"
            return Resolved(mention, NO_ARTICLE, place, None, version.since, message=message)
        return Resolved(
            mention, NOT_INSTALLED, place, None, version.since, message=f"《{known.title}》的条文尚未导入法规库。"
        )


def _ended(title: str, end: date, by: str) -> str:
    return f"《{title}》自{day(end)}起不再施行" + (f"，由《{by.strip('《》')}》取代。" if by else "。")


def _locator(mention: Mention, title: str) -> Locator | None:
    found = replace(mention, act=title, edition="").locator if title else None
    return found


def resolve_mentions(mentions: Sequence[Mention], on: date) -> list[Resolved]:
    """Where citations lead on a day, in their order: against the library, and the index of facts where no text is
    imported. Four statements, however many there are."""
    shelf = Shelf({m.act for m in mentions})
    return [shelf.resolve(m, on) for m in mentions]


def judged_on(since: date | None, ended: date | None, today: date) -> date:
    """The day by which the citations of a version are judged: today while it is law, else its last or first day."""
    if ended is not None and ended <= today:
        return max(ended - timedelta(days=1), since or date.min)
    return since if since is not None and since > today else today
