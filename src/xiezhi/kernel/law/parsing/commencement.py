"""分条施行: an act that says of some of its articles that they take effect on a day of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from xiezhi.kernel.law.parsing.lines import NUM, number
from xiezhi.kernel.law.parsing.settling import article_label
from xiezhi.kernel.law.structure import ARTICLE, Finding, Provision

_PLACE = rf"第[{NUM}]{{1,12}}条(?:之[{NUM}]{{1,3}})?"
_PLACES = rf"{_PLACE}(?:(?:、|和|以及|及|至|到){_PLACE}){{0,40}}"
_DAY = r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日"
_STATED = re.compile(
    rf"({_PLACES})(第[{NUM}]{{1,4}}款|第[（(][{NUM}]{{1,4}}[）)]项)?[^。；，第]{{0,12}}，?自{_DAY}起(?:施行|实施|生效)"
)
_HINT = re.compile(rf"{_PLACE}[^。；]{{0,60}}(?:施行|生效)")
_RANGE = re.compile(rf"({_PLACE})(?:[至到]({_PLACE}))?")
_ONE = re.compile(rf"第([{NUM}]{{1,12}})条(?:之([{NUM}]{{1,3}}))?")
_OTHER = re.compile(r"《[^《》]{1,80}》[^。；，]{0,10}$")


def _key(place: str) -> tuple[int, int]:
    match = _ONE.match(place)
    return (number(match[1]), number(match[2] or "")) if match else (0, 0)


def _covered(places: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [(_key(m[1]), _key(m[2]) if m[2] else _key(m[1])) for m in _RANGE.finditer(places)]


def apply(provisions: tuple[Provision, ...]) -> tuple[tuple[Provision, ...], list[Finding]]:
    """Set `effective` where one of the last articles clearly names articles of this act and their day. Where it names a
    paragraph, an act between 《》, or a day that cannot be read, it is only told."""
    articles = [p for p in provisions if p.kind == ARTICLE]
    findings: list[Finding] = []
    days: dict[tuple[int, int], date] = {}
    here = {(p.number, p.inserted) for p in articles}
    for p in articles[-3:]:
        if ("施行" not in p.text and "生效" not in p.text) or len(p.text) > 5000:
            continue
        where = article_label(p.number, p.inserted)
        told = False
        for match in _STATED.finditer(p.text):
            told = True
            spans = _covered(match[1])
            try:
                day = date(int(match[3]), int(match[4]), int(match[5]))
            except ValueError:
                day = None
            foreign = _OTHER.search(p.text[max(0, match.start() - 100) : match.start()])
            ends = {end for span in spans for end in span}
            if day is None or match[2] or foreign or not ends <= here:
                findings.append(Finding("commencement-unclear", where, "部分条文另有施行日期，未能确定是哪些条"))
                continue
            for key in here:
                if any(first <= key <= last for first, last in spans):
                    days[key] = day
            findings.append(Finding("commencement", where, f"{match[1]}自{day.isoformat()}起施行"))
        if not told and _HINT.search(p.text) and "施行之日" not in p.text and not _OTHER.search(p.text[:100]):
            findings.append(Finding("commencement-unclear", where, "提到某条的施行，未能确定日期"))
    if not days:
        return provisions, findings
    return (
        tuple(
            replace(p, effective=days[p.number, p.inserted])
            if p.kind == ARTICLE and (p.number, p.inserted) in days
            else p
            for p in provisions
        ),
        findings,
    )
