"""法规库的查询: what the imported texts say, and the only place from which the product quotes law.

A quotation is verbatim from one version and names it. Where the text is not installed, is no longer or not yet law, or
holds no such place, `Quote.state` says so and `Quote.text` is empty: repealed law is never shown as live, and nothing is
made up. Few statements each; the full text of a version is loaded only by whoever asks for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from xiezhi.kernel.law import akn, index, models, structure, succession
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator

__all__ = [
    "NOT_INSTALLED",
    "NOT_IN_FORCE",
    "NO_SUCH_PLACE",
    "TEXT",
    "UNKNOWN_ACT",
    "Quote",
    "day_text",
    "document",
    "find_act",
    "locator",
    "locators",
    "meta",
    "provision",
    "provisions",
    "quote",
    "quotes",
    "row",
    "text_name",
    "version",
    "version_on",
    "versions",
]

TEXT, NOT_INSTALLED, NOT_IN_FORCE = "text", "not_installed", "not_in_force"
NO_SUCH_PLACE, UNKNOWN_ACT = "no_such_place", "unknown_act"

STATE = "中华人民共和国"
_ARTICLE = re.compile(r"第[0-9０-９零〇○一二两三四五六七八九十百千]+条")


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a place in the version in force on a day. `text` is empty unless `state` is "text"; for an act as a
    whole it is empty then too. `message` is a plain sentence for readers, empty when there is nothing to say.
    `text` keeps the breaks between paragraphs and items."""

    locator: Locator
    act_full: str
    version: models.Version | None
    text: str
    state: str
    message: str

    @property
    def formal(self) -> str:
        """《中华人民共和国民法典》第三条."""
        return self.locator.formal(self.act_full)


def day_text(day: date) -> str:
    """2021年1月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def text_name(label: str) -> str:
    """2023年文本, or 2023-09-01文本 where two versions share a year."""
    return f"{label}年文本" if len(label) == 4 else f"{label}文本"


# Acts and versions


def _plain(name: str) -> str:
    name = unicodedata.normalize("NFC", name).replace("　", " ").strip()
    if name.startswith("《") and name.endswith("》"):
        name = name[1:-1].strip()
    return name


def _names(name: str) -> list[str]:
    """Every way in which the act may be stored, the likeliest first."""
    plain = _plain(name)
    out = [plain, plain.removeprefix(STATE)]
    known = index.acts().get(plain) or index.acts().get(out[1])
    if known is not None:
        out += [known.title, known.full]
    return list(dict.fromkeys(n for n in out if n))


def _acts(wanted: Iterable[str]) -> dict[str, models.Act]:
    """The act of each name asked for, in one statement; unknown names are left out."""
    ways = {name: _names(name) for name in wanted}
    every = sorted({way for names in ways.values() for way in names})
    if not every:
        return {}
    query = Q(name__in=every) | Q(full__in=every)
    for way in every:
        query |= Q(aliases__contains=[way])
    found = list(models.Act.objects.filter(query).order_by("pk"))
    out = {}
    for name, names in ways.items():
        for test in (
            lambda act, way: act.name == way,
            lambda act, way: act.full == way,
            lambda act, way: way in act.aliases,
        ):
            act = next((a for way in names for a in found if test(a, way)), None)
            if act is not None:
                out[name] = act
                break
    return out


def find_act(name: str) -> models.Act | None:
    """The act by short title, full title or alias, with or without 《》; None where the library does not hold it."""
    return _acts([name]).get(name)


def versions(act: models.Act) -> list[models.Version]:
    """Every version, the newest first, without their full text."""
    return _sorted(models.Version.objects.filter(act=act).select_related("act").defer("text"))


def _sorted(found: Iterable[models.Version]) -> list[models.Version]:
    def key(v: models.Version) -> tuple[date, date, int]:
        return (v.since or date.min, v.promulgated or date.min, v.pk)

    return sorted(found, key=key, reverse=True)


def _in_force(found: Sequence[models.Version], day: date) -> models.Version | None:
    return next((v for v in found if v.in_force(day)), None)


def version_on(act: models.Act, day: date) -> models.Version | None:
    """The version that was law on the day; None before the first known and after repeal."""
    return _in_force(versions(act), day)


def version(act: models.Act, label: str) -> models.Version | None:
    """The version with the label (2023, 2023-09-01), also where a year names the only version of that year."""
    found = versions(act)
    exact = next((v for v in found if v.label == label), None)
    if exact is not None:
        return exact
    same_year = [v for v in found if v.label.startswith(f"{label}-")] if len(label) == 4 else []
    if len(label) == 10:
        same_year = [v for v in found if label in (str(v.promulgated), str(v.effective))]
    return same_year[0] if len(same_year) == 1 else None


def provisions(version: models.Version) -> list[models.Provision]:
    """Every provision of the version in the order of the text."""
    return list(models.Provision.objects.filter(version=version).order_by("seq"))


def provision(version: models.Version, number: int, inserted: int = 0) -> models.Provision | None:
    """第`number`条 (之`inserted`) of the version; None where it has no such article."""
    found = models.Provision.objects.filter(
        version=version, kind=structure.ARTICLE, number=number, inserted=inserted
    ).order_by("seq")
    return found.first()


def row(found: models.Provision) -> structure.Provision:
    """The provision as plain structure."""
    return structure.Provision(
        kind=found.kind,
        text=found.text,
        number=found.number,
        inserted=found.inserted,
        path=tuple(structure.Heading(kind, number, title, added) for kind, number, added, title in found.path),
        title=found.title,
        effective=found.effective,
    )


def document(version: models.Version) -> structure.Document:
    """The version as plain structure, for export and comparison."""
    return structure.Document(version.act.full, tuple(version.history), tuple(row(p) for p in provisions(version)))


def meta(version: models.Version, made: date | None = None) -> akn.Meta:
    """What an export of the version says of it besides its text."""
    return akn.Meta(
        locator=version.locator,
        full=version.act.full,
        kind=version.act.kind,
        promulgated=version.promulgated,
        effective=version.since,
        ended=version.ended,
        source=version.source,
        made=made,
    )


# Citations


def locator(citation: str) -> Locator:
    """The one place a citation names: 民法典 第三条, 《中华人民共和国民法典》第三条第一款, an address /law/…. Raises
    BadIdentifier; the act need not be known."""
    if citation.startswith("/law/"):
        return Locator.of_path(citation)
    text = unicodedata.normalize("NFC", citation).replace("　", " ").strip()
    if text.startswith("《"):
        depth = 0
        for at, char in enumerate(text):
            depth += {"《": 1, "》": -1}.get(char, 0)
            if depth == 0:
                return Locator.of_place(text[at + 1 :], text[1:at].strip())
        raise BadIdentifier(f"书名号没有写全：{citation}")
    for match in _ARTICLE.finditer(text):
        act = text[: match.start()].strip()
        if not act:
            break
        try:
            return Locator.of_place(text[match.start() :], act)
        except BadIdentifier:
            continue
    if _ARTICLE.match(text):
        raise BadIdentifier(f"没有写明是哪一部法规：{citation}")
    return Locator(text)


_JOIN = re.compile(r"\s*[；;、，,]\s*|(?<=[条款项目])\s*(?:和|以及|及|或者|或)\s*(?=第|《)")
_RANGE = re.compile(rf"^(.*{_ARTICLE.pattern}(?:之[一二三四五六七八九十0-9]+)?)(?:至|到|-|—|~)({_ARTICLE.pattern})$")


def locators(citation: str) -> list[Locator]:
    """Every place a citation names, ranges spelled out: 行政复议法 第30条第3款、第31条；民法典 第3条至第5条. A part without an
    act takes the act before it, one that begins with 第…款 or 第…项 also the article. Raises BadIdentifier."""
    out: list[Locator] = []
    for part in _parts(citation):
        if part.startswith("第") and out:
            last = out[-1]
            part = f"《{last.act}》{part}"
            if not re.match(rf"^《.*》{_ARTICLE.pattern}", part):
                keep = replace(last, item=0, item_inserted=0, point=0)
                if "款" in part.partition("》")[2]:
                    keep = replace(keep, paragraph=0)
                part = part.replace(f"《{last.act}》", f"《{last.act}》{keep.place}", 1)
        match = _RANGE.match(part)
        if match is None:
            out.append(locator(part))
            continue
        first = locator(match[1])
        until = Locator.of_place(match[2], first.act)
        if until.article < first.article or until.article - first.article > 500:
            raise BadIdentifier(f"起止条号不对：{part}")
        out += [first, *(Locator(first.act, "", n) for n in range(first.article + 1, until.article + 1))]
    return out


def _parts(citation: str) -> list[str]:
    """Parts between separators; one inside 《》 does not separate."""
    titles: list[str] = []

    def hold(match: re.Match[str]) -> str:
        titles.append(match[0])
        return f"\x00{len(titles) - 1}\x00"

    held = re.sub(r"《(?:[^《》]|《[^《》]*》)*》", hold, citation)
    out = []
    for part in _JOIN.split(held):
        back = re.sub(r"\x00(\d+)\x00", lambda m: titles[int(m[1])], part).strip()
        if back:
            out.append(back)
    return out


# Quoting


def quote(citation: str | Locator, on: date) -> Quote:
    """The words of one place as they are law on a day. Raises BadIdentifier for words that are no citation."""
    return quotes([citation], on)[0]


def quotes(citations: Iterable[str | Locator], on: date) -> list[Quote]:
    """`quote` for many places with three statements in all, in the order asked."""
    asked = [c if isinstance(c, Locator) else locator(c) for c in citations]
    acts = _acts({one.act for one in asked})
    held: dict[int, list[models.Version]] = {}
    for found in (
        models.Version.objects.filter(act__in={a.pk for a in acts.values()}).select_related("act").defer("text")
    ):
        held.setdefault(found.act_id, []).append(found)
    chosen: list[tuple[Locator, models.Act | None, models.Version | None]] = []
    for one in asked:
        act = acts.get(one.act)
        ordered = _sorted(held.get(act.pk, ())) if act else []
        chosen.append((one, act, _choose(ordered, one, on)))
    texts = _texts((version, one) for one, _, version in chosen if version is not None)
    return [
        _not_held(one, on) if act is None else _quote(one, act, version, _sorted(held.get(act.pk, ())), texts, on)
        for one, act, version in chosen
    ]


_Texts = dict[tuple[int, int, int], models.Provision]


def _choose(found: Sequence[models.Version], one: Locator, on: date) -> models.Version | None:
    if one.version:
        return next((v for v in found if v.label == one.version), None)
    return _in_force(found, on)


def _texts(wanted: Iterable[tuple[models.Version, Locator]]) -> _Texts:
    query = Q()
    for version, one in wanted:
        if one.article:
            query |= Q(version=version.pk, number=one.article, inserted=one.inserted)
    out: _Texts = {}
    if query:
        for found in models.Provision.objects.filter(query, kind=structure.ARTICLE).order_by("-seq"):
            out[found.version_id, found.number, found.inserted] = found
    return out


def _quote(
    one: Locator,
    act: models.Act,
    version: models.Version | None,
    every: Sequence[models.Version],
    texts: _Texts,
    on: date,
) -> Quote:
    one = replace(one, act=act.name)
    if version is None:
        if one.version:
            return Quote(
                one, act.full, None, "", NOT_INSTALLED, f"法规库中没有《{act.name}》的{text_name(one.version)}。"
            )
        return Quote(one, act.full, None, "", NOT_IN_FORCE, _why_not(act, every, on))
    one = replace(one, version=version.label)
    if not version.in_force(on):
        return Quote(one, act.full, version, "", NOT_IN_FORCE, _why_not(act, [version], on))
    if not one.article:
        return Quote(one, act.full, version, "", TEXT, "")
    found = texts.get((version.pk, one.article, one.inserted))
    if found is None:
        count = f"共{version.articles}条，" if version.articles else ""
        message = f"《{act.name}》（{text_name(version.label)}）{count}没有{one.up().place}。"
        return Quote(one, act.full, version, "", NO_SUCH_PLACE, message)
    if found.effective is not None and found.effective > on:
        message = f"《{act.name}》{one.up().place}自{day_text(found.effective)}起施行，尚未生效。"
        return Quote(one, act.full, version, "", NOT_IN_FORCE, message)
    text: str | None = found.text
    if one.paragraph or one.item:
        from xiezhi.kernel.law import parsing

        text = parsing.pick(found.text, one)
    if text is None:
        message = f"《{act.name}》{one.up().place}中没有{one.place.removeprefix(one.up().place)}。"
        return Quote(one, act.full, version, "", NO_SUCH_PLACE, message)
    return Quote(one, act.full, version, text, TEXT, "")


def _why_not(act: models.Act, found: Sequence[models.Version], on: date) -> str:
    """Why none of the versions is law on the day; `found` newest first."""
    later = [v for v in found if v.since and v.since > on]
    ended = [v for v in found if v.ended and v.ended <= on]
    if ended:
        last = ended[0]
        assert last.ended is not None
        if last.ended_why == models.Version.REPEALED:
            by = f"（依据：{last.ended_by}）" if last.ended_by else ""
            return f"《{act.name}》已于{day_text(last.ended)}废止{by}。"
        if last.following_id:
            return f"《{act.name}》（{text_name(last.label)}）已于{day_text(last.ended)}被新文本取代。"
        return f"《{act.name}》（{text_name(last.label)}）已于{day_text(last.ended)}失效。"
    if later:
        first = later[-1]
        assert first.since is not None
        if on < first.since:
            return f"《{act.name}》自{day_text(first.since)}起施行，{day_text(on)}时尚无已入库的有效文本。"
    return f"法规库中没有《{act.name}》在{day_text(on)}有效的文本。"


def _not_held(one: Locator, on: date) -> Quote:
    """The library has no text of the act; the index of facts may still know whether the place exists."""
    known = next((index.acts()[name] for name in _names(one.act) if name in index.acts()), None)
    old = next((name for name in _names(one.act) if name in succession.ENDED), None)
    gone = succession.ENDED[old] if old else None
    if old and gone and gone[0] <= on:
        name = known.title if known else _plain(one.act).removeprefix(STATE)
        message = f"《{name}》已于{day_text(gone[0])}废止，{succession.by(old)}。"
        return Quote(replace(one, act=name), known.full if known else _plain(one.act), None, "", NOT_IN_FORCE, message)
    if known is None:
        return Quote(one, _plain(one.act), None, "", UNKNOWN_ACT, f"法规库和法规索引中都没有《{_plain(one.act)}》。")
    one = replace(one, act=known.title)
    version = known.in_force(on)
    if version is None:
        first = known.versions[0]
        if first.since > on:
            message = f"《{known.title}》已知最早的文本自{day_text(first.since)}起施行，{day_text(on)}时没有有效文本。"
        else:
            ended = max((v.repealed for v in known.versions if v.repealed), default=on)
            message = f"《{known.title}》已于{day_text(ended)}废止。"
        return Quote(one, known.full, None, "", NOT_IN_FORCE, message)
    if one.article and not version.has(one.article, one.inserted):
        message = f"《{known.title}》（{version}）共{version.articles}条，没有{one.up().place}。"
        return Quote(one, known.full, None, "", NO_SUCH_PLACE, message)
    return Quote(one, known.full, None, "", NOT_INSTALLED, f"《{known.title}》的条文尚未导入法规库。")
