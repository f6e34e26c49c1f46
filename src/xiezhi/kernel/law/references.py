"""引用关系: what every provision of the library cites, kept as rows after each import; what cites an article; links.

Rows hold the citations of every version. Their `state` is judged on the version's own day (`judged_on`): an act of 1995
that cites what was law in 1995 cites well. What a page shows is asked for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.law import models, structure
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.recognize import Mention, Names, abbreviations, key, recognize
from xiezhi.kernel.law.resolving import OK, Resolved, Shelf, judged_on, names, resolve_mentions

__all__ = ["Citing", "Piece", "cited_count", "cited_counts", "citing", "linked", "linked_many", "rebuild"]

Progress = Callable[[str, int, int], None]

_COLUMNS = (
    "provision_id", "start", "end", "act_name", "to_act_id", "article", "inserted", "paragraph", "item", "until", "state"
)  # fmt: skip
_CHUNK = 100  # versions read at a time


# Building


def rebuild(version_ids: Iterable[int] | None = None, progress: Progress | None = None) -> int:
    """Write the references of these versions anew (all when None) and return how many there are. References of other
    versions to the acts these belong to are judged again: they may lead somewhere now."""
    wanted = None if version_ids is None else sorted(set(version_ids))
    if wanted is not None and not wanted:
        return 0
    canonical, today = names(), clock.today()
    shelf = Shelf()
    rows = models.Version.objects.order_by("pk")
    rows = rows if wanted is None else rows.filter(pk__in=wanted)
    versions = list(rows.values_list("pk", "act__name", "since", "ended"))
    count = 0
    with transaction.atomic():
        old = models.Reference.objects.all()
        if wanted is not None:
            old = old.filter(provision__version__in=wanted)
        old._raw_delete(old.db)  # nothing refers to references
        for at in range(0, len(versions), _CHUNK):
            some = versions[at : at + _CHUNK]
            count += _write(some, canonical, shelf, today)
            if progress is not None:
                progress("引用关系", min(at + _CHUNK, len(versions)), len(versions))
        if wanted is not None:
            _judge_again({act for _, act, _, _ in versions}, wanted, shelf, today)
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE "law_reference"')
    return count


_Row = tuple[int, str, int, int, str]


def _write(
    versions: Sequence[tuple[int, str, date | None, date | None]], canonical: Names, shelf: Shelf, today: date
) -> int:
    by_version: dict[int, list[_Row]] = {}
    for version, *row in (
        models.Provision.objects.filter(version__in=[pk for pk, *_ in versions])
        .order_by("version_id", "seq")
        .values_list("version_id", "pk", "kind", "number", "inserted", "text")
    ):
        by_version.setdefault(version, []).append(tuple(row))  # type: ignore[arg-type]
    count = 0
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f'COPY "law_reference" ({columns}) FROM STDIN') as copy:
        for pk, act, since, ended in versions:
            on = judged_on(since, ended, today)
            for provision, mention in _mentions(act, by_version.get(pk, ()), canonical):
                found = shelf.resolve(mention, on)
                copy.write_row((
                    provision, mention.start, mention.end, _name(found)[:300], found.act_id, mention.article,
                    mention.inserted, mention.paragraph, mention.item, mention.until, found.state,
                ))  # fmt: skip
                count += 1
    return count


def _mentions(act: str, rows: Sequence[_Row], canonical: Names) -> Iterator[tuple[int, Mention]]:
    """The citations of one version's provisions; what it calls other acts holds for all of them."""
    called: dict[str, str] = {}
    for _, _, _, _, text in rows:
        if "简称" in text or "下称" in text:
            called |= abbreviations(text, canonical)
    previous: tuple[int, int] | None = None
    for pk, kind, number, inserted, text in rows:
        article = (number, inserted) if kind == structure.ARTICLE else (0, 0)
        for mention in recognize(
            text, act=act, article=article, names=canonical, aliases=called, previous=previous if article[0] else None
        ):
            yield pk, mention
        previous = article if article[0] else previous


def _name(found: Resolved) -> str:
    return found.locator.act if found.locator else found.mention.act


def _judge_again(acts: set[str], but: Sequence[int], shelf: Shelf, today: date) -> None:
    """States of the references from other versions to these acts."""
    pks = {held[0] for name in acts if (held := shelf.act(name))}
    others = (
        models.Reference.objects.filter(Q(to_act__in=pks) | Q(to_act=None, act_name__in=_ways(acts)))
        .exclude(provision__version__in=but)
        .select_related("provision__version")
        .defer("provision__text", "provision__version__text")
    )
    changed = []
    for row in others.iterator(5000):
        version = row.provision.version
        mention = Mention(
            row.start, row.end, row.act_name, row.article, row.inserted, row.paragraph, row.item, until=row.until
        )
        found = shelf.resolve(mention, judged_on(version.since, version.ended, today))
        if (row.to_act_id, row.state) != (found.act_id, found.state):
            row.to_act_id, row.state, row.act_name = found.act_id, found.state, _name(found)[:300]
            changed.append(row)
    models.Reference.objects.bulk_update(changed, ["to_act", "state", "act_name"], batch_size=1000)


def _ways(acts: set[str]) -> list[str]:
    return sorted(acts | {key(name) for name in acts})


# What cites an article


@dataclass(frozen=True)
class Citing:
    """An act that cites the place asked about; `places` are its articles, in order, to be shown in the version in force
    on the day asked about."""

    act: models.Act
    version: models.Version
    places: tuple[Locator, ...]


_RANK = ("宪法", "法律", "行政法规", "监察法规", "司法解释", "部门规章", "地方性法规", "地方政府规章")


def _of_law(rows: QuerySet[models.Reference], on: date) -> QuerySet[models.Reference]:
    """Those from versions that are law on the day."""
    rows = rows.filter(Q(provision__version__since=None) | Q(provision__version__since__lte=on))
    return rows.filter(Q(provision__version__ended=None) | Q(provision__version__ended__gt=on))


def _citing_rows(act_id: int, article: int, inserted: int, on: date) -> QuerySet[models.Reference]:
    place = Q()
    if article:
        exact = Q(article=article, inserted=inserted)
        inside = Q(article__lt=article, until__gte=article, paragraph=0, item=0)
        place = exact | inside
    rows = _of_law(models.Reference.objects.filter(place, to_act=act_id), on)
    # 本条 and 前款 speak of the article they stand in; an act that names itself as a whole says nothing either.
    itself = Q(provision__version__act=act_id)
    if article:
        return rows.exclude(itself & Q(provision__number=F("article")) & Q(provision__inserted=F("inserted")))
    return rows.exclude(itself)


def _pk(act: models.Act | str) -> int | None:
    if isinstance(act, models.Act):
        return act.pk
    from xiezhi.kernel.law import library

    found = library.find_act(act)
    return found.pk if found else None


def citing(
    act: models.Act | str,
    article: int = 0,
    inserted: int = 0,
    on: date | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[Citing]:
    """What cites this article on the day (today when None), by act: constitution and laws first, then by title. Only
    versions that are law on the day. Article 0 asks what cites the act in any way. One statement (two by title)."""
    pk = _pk(act)
    if pk is None:
        return []
    day = on or clock.today()
    found: dict[int, tuple[models.Act, models.Version, dict[tuple[int, int, int], Locator]]] = {}
    rows = (
        _citing_rows(pk, article, inserted, day)
        .select_related("provision__version__act")
        .defer("provision__text", "provision__path", "provision__version__text")
        .order_by("provision__version_id", "provision__seq", "start")
    )
    today = clock.today()
    for row in rows.iterator(2000):
        provision = row.provision
        version = provision.version
        by = found.setdefault(version.act_id, (version.act, version, {}))
        label = "" if version.in_force(today) else version.label
        place = Locator(version.act.name, label, provision.number, provision.inserted)
        by[2].setdefault((provision.seq if not provision.number else 0, provision.number, provision.inserted), place)
    every = [Citing(act_, version, tuple(dict.fromkeys(places.values()))) for act_, version, places in found.values()]
    every.sort(key=lambda c: (_RANK.index(c.act.kind) if c.act.kind in _RANK else len(_RANK), c.act.sort_key, c.act.pk))
    return every[offset : None if limit is None else offset + limit]


def cited_count(act: models.Act | str, article: int = 0, inserted: int = 0, on: date | None = None) -> int:
    """How many provisions cite the article on the day."""
    pk = _pk(act)
    if pk is None:
        return 0
    rows = _citing_rows(pk, article, inserted, on or clock.today())
    return rows.order_by().values("provision_id").distinct().count()


def cited_counts(act: models.Act | str, on: date | None = None) -> dict[tuple[int, int], int]:
    """How many provisions cite each article of the act, by (number, inserted): one statement for a whole page."""
    pk = _pk(act)
    if pk is None:
        return {}
    by: dict[tuple[int, int], set[int]] = {}
    rows = _of_law(models.Reference.objects.filter(to_act=pk, article__gt=0), on or clock.today())
    own = set(models.Version.objects.filter(act=pk).values_list("pk", flat=True))
    for provision, version, number, added, article, inserted, until, paragraph, item in rows.order_by().values_list(
        "provision_id", "provision__version_id", "provision__number", "provision__inserted",
        "article", "inserted", "until", "paragraph", "item",
    ).iterator(5000):  # fmt: skip
        places = [(article, inserted)]
        if until > article and not paragraph and not item:
            places += [(n, 0) for n in range(article + 1, min(until, article + 2000) + 1)]
        for place in places:
            if version in own and place == (number, added):
                continue
            by.setdefault(place, set()).add(provision)
    return {place: len(provisions) for place, provisions in by.items()}


# Links


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text for a page. `locator` is where it leads; None for plain text and for what leads nowhere, of
    which `state` and `message` say why."""

    text: str
    locator: Locator | None = None
    state: str = ""
    message: str = ""


def linked(text: str, *, on: date, act: str = "", article: tuple[int, int] = (0, 0)) -> list[Piece]:
    """The text cut at its citations; joined together the pieces are the text."""
    return linked_many([(text, article)], on=on, act=act)[0]


def linked_many(
    texts: Sequence[tuple[str, tuple[int, int]]],
    *,
    on: date,
    act: str = "",
    aliases: Mapping[str, str] | None = None,
) -> list[list[Piece]]:
    """`linked` for many texts of one act (its articles) or of none, with five statements in all."""
    canonical = names()
    called = dict(aliases or {})
    for text, _ in texts:
        if "简称" in text or "下称" in text:
            called |= abbreviations(text, canonical)
    found: list[list[Mention]] = []
    previous: tuple[int, int] | None = None
    for text, article in texts:
        found.append(recognize(text, act=act, article=article, names=canonical, aliases=called, previous=previous))
        previous = article if article[0] else previous
    resolved = iter(resolve_mentions([m for some in found for m in some], on))
    out = []
    for (text, _), some in zip(texts, found, strict=True):
        out.append(_cut(text, [next(resolved) for _ in some]))
    return out


def _cut(text: str, found: Sequence[Resolved]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for one in found:
        if one.mention.start > at:
            pieces.append(Piece(text[at : one.mention.start]))
        words = text[one.mention.start : one.mention.end]
        leads = one.locator if one.state in (OK, "not_installed", "not_in_force") else None
        pieces.append(Piece(words, leads, one.state, one.message))
        at = one.mention.end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces
