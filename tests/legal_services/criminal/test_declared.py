"""What lawyers edit: citations that resolve, elements and ranges that are complete and true to the law, no forecast, no copied
sentence; and that a broken file names its faults."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xiezhi.kernel.law import citations, library, numerals
from xiezhi.kernel.law.parsing import pick
from xiezhi.legal_services.criminal import doors, loading, telling
from xiezhi.legal_services.criminal.declare import Offense, Tier

ON = date(2026, 11, 23)
WHOLE = loading.whole()
STATUTES = Path(__file__).resolve().parents[4] / "shared/data/statutes/statutes.jsonl.gz"
FORECAST = re.compile(
    r"会判|会被判|预计刑期|预测刑期为|估计判|大概判|大约判|判几年|判多久|可能判处你|量刑预测|刑期约|轻判|重判"
)
HERE = Path(loading.HERE)


def test_every_citation_is_law_on_the_day() -> None:
    wrong = []
    for _kind, key, _what, citation in WHOLE.citations:
        try:
            assert citations.resolve(citation, ON) and library.locators(citation)
        except citations.CitationError as error:
            wrong.append(f"{key}: {error}")
    assert not wrong, "\n".join(wrong)


def test_there_are_enough_and_names_are_unique() -> None:
    assert len(WHOLE.offenses) >= 45
    names = [o.name for o in WHOLE.offenses.values()]
    assert len(names) == len(set(names))
    facts: dict[str, str] = {}
    for offense in WHOLE.offenses.values():
        seen = [e.fact for e in offense.elements]
        assert len(seen) == len(set(seen)), offense.key
        for element in offense.elements:
            assert facts.setdefault(element.fact, element.ask) == element.ask, element.fact


@pytest.mark.parametrize("offense", WHOLE.offenses.values(), ids=lambda o: o.key)
def test_the_elements_are_complete(offense: Offense) -> None:
    kinds = {element.kind for element in offense.elements}
    assert "主体" in kinds and kinds & {"行为"} and kinds & {"结果", "数额", "情节", "因果"}, kinds
    assert "主观" in kinds, kinds
    groups = [element.group for element in offense.elements if element.group]
    assert all(groups.count(group) > 1 for group in groups), "a group of one"
    for element in offense.elements:
        assert element.ask.endswith("？"), element.ask
        assert element.missing or element.group or element.fact in ("on_purpose",), element.fact
        assert all(key in WHOLE.offenses and key != offense.key for key in element.leads), element.leads
    assert offense.below, "what applies below the threshold"
    ages = {element.fact for element in offense.elements} & {"age14", "age16"}
    assert ages == {"age16"} or (ages == {"age14"} and offense.from_14), ages
    assert not offense.from_14 or any(e.cite == "刑法 第17条第2款" for e in offense.elements)


def test_defenses_clocks_stages_and_doors_fit_together() -> None:
    for defense in WHOLE.defenses.values():
        assert all(key in WHOLE.offenses for key in defense.only)
    used = {key for stage in WHOLE.stages.values() for key in stage.clocks}
    assert used == set(WHOLE.clocks)
    assert set(telling.STARTS) == set(WHOLE.stages)
    starts = {start for some in telling.STARTS.values() for start in some}
    assert starts <= {clock.start for clock in WHOLE.clocks.values()}
    for stage in WHOLE.stages.values():
        assert bool(stage.day) == bool(telling.STARTS[stage.key])
    said = [s for stage in WHOLE.stages.values() for s in (*stage.rights, *stage.steps)]
    said += [*WHOLE.always, *WHOLE.minors, *(s for e in WHOLE.elsewhere.values() for s in e.go)]
    keys = {key for s in said for key in s.doors} | {key for e in WHOLE.elsewhere.values() for key in e.doors}
    assert keys <= set(doors.DOORS)


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the assistant that people read."""
    for path in sorted([*HERE.rglob("*.yaml"), *HERE.rglob("*.html")]):
        yield path.name, path.read_text(encoding="utf-8")
    for path in HERE.glob("*.py"):
        yield path.name, path.read_text(encoding="utf-8")


def test_nothing_foretells_a_sentence() -> None:
    for name, text in texts():
        assert not FORECAST.search(text), (name, FORECAST.search(text))


# Against the text of the law, where it lies beside the checkout


@cache
def acts() -> dict[str, dict[tuple[int, int], str]]:
    """Articles of the acts cited, from the newest record of each; the one of 刑法 that holds every amendment."""
    if not STATUTES.exists():
        pytest.skip("the texts of the statutes are not here")
    wanted = {"刑法", "刑事诉讼法", "治安管理处罚法"}
    found: dict[str, tuple[str, str]] = {}
    with gzip.open(STATUTES, "rt", encoding="utf-8") as handle:
        for line in handle:
            record: dict[str, Any] = json.loads(line)
            title = record["title"].removeprefix("中华人民共和国")
            if title not in wanted:
                continue
            rank = "9" if record["source_path"] == "刑法/刑法.md" else record["promulgated"] or ""
            if rank >= found.get(title, ("", ""))[0]:
                found[title] = (rank, record["text"])
    return {title: dict(_articles(text)) for title, (_rank, text) in found.items()}


def _articles(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    for part in re.split(r"\n(?=第[一二三四五六七八九十百零]+条)", text):
        match = re.match(r"第([一二三四五六七八九十百零]+)\s?条(?:之([一二三四五六七八九十]+))?\s*", part)
        if match:
            body = re.sub(r"\n\s*\n", "\n", re.split(r"\n#+ ", part[match.end() :])[0])
            yield (numerals.read(match[1]), numerals.read(match[2]) if match[2] else 0), body.strip()


def _text(citation: str) -> str:
    out = []
    for place in library.locators(citation):
        article = acts()[place.act][place.article, place.inserted]
        text = pick(article, place) if place.paragraph or place.item else article
        assert text, citation
        out.append(text)
    return "\n".join(out)


_YEARS = {1: "一", 2: "二", 3: "三", 5: "五", 7: "七", 10: "十", 15: "十五"}


def _range_words(tier: Tier) -> list[str]:
    """Words the law must use where the range is as declared."""
    words = []
    if tier.prison:
        low, high = _YEARS.get(int(tier.low), ""), _YEARS[int(tier.high)] if tier.high else ""
        if low and high:
            words.append(f"{low}年有期徒刑" if low == high else f"{low}年以上{high}年以下有期徒刑")
        else:
            words.append(f"{low}年以上有期徒刑" if low else f"{high}年以下有期徒刑")
    words += ["无期徒刑"] if tier.life else []
    words += ["死刑"] if tier.death else []
    return [*words, *tier.other]


@pytest.mark.parametrize("offense", WHOLE.offenses.values(), ids=lambda o: o.key)
def test_the_ranges_are_those_of_the_law(offense: Offense) -> None:
    for tier in offense.tiers:
        text = _text(tier.cite)
        for word in _range_words(tier):
            assert word in text, (tier.cite, word)
        if "并处或者单处" in tier.fine:
            assert "单处" in text
        elif "罚金" in tier.fine:
            assert "罚金" in text
        if "没收财产" in tier.fine:
            assert "没收财产" in text
        assert not (tier.death and "死刑" not in text)


@pytest.mark.parametrize("offense", WHOLE.offenses.values(), ids=lambda o: o.key)
def test_the_places_exist_in_the_text(offense: Offense) -> None:
    for _where, _what, citation in offense.citations:
        for place in library.locators(citation):
            if place.act in acts():
                assert _text(place.short)


def test_no_sentence_of_the_law_stands_in_the_files() -> None:
    held = "".join(text for name, text in texts() if name.endswith(".yaml"))
    grams = {held[i : i + 22] for i in range(len(held) - 22)}
    for act, found in acts().items():
        for number, text in found.items():
            shared = [text[i : i + 22] for i in range(len(text) - 22) if text[i : i + 22] in grams]
            assert not shared, (act, number, shared[:2])


# Broken files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("offenses", "guidance"):
        shutil.copytree(HERE / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "before", "after", "code"),
    [
        ("offenses/property.yaml", "  intent: 故意", "  intent: 也许", "bad-form"),
        ("offenses/property.yaml", "key: robbery", "key: theft", "twice"),
        ("offenses/property.yaml", "prison: 0-3", "prison: 几年", "bad-tier"),
        ("offenses/property.yaml", "use: age16", "use: age99", "no-shared"),
        ("offenses/property.yaml", "kind: 对象", "kind: 什么", "bad-kind"),
        ("offenses/property.yaml", "  plain:", "  plan:", "unknown-key"),
        ("offenses/property.yaml", "since: 2013-04-04", "since: 从前", "bad-date"),
        ("guidance/clocks.yaml", "3, CD]", "3, 天]", "bad-term"),
        ("guidance/defenses.yaml", "short: 正当防卫", "short: ''", "text-missing"),
        ("guidance/stages.yaml", "roles: [victim]", "roles: [judge]", "bad-role"),
        ("guidance/elsewhere.yaml", "    sure:", "    maybe:", "bad-yaml"),
        ("guidance/shared.yaml", "age16:", "age14:", "bad-yaml"),
    ],
)
def test_a_broken_file_names_its_fault(folder: Path, name: str, before: str, after: str, code: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(loading.Broken) as caught:
        loading.read(folder)
    assert code in {problem.code for problem in caught.value.problems}, str(caught.value)


def test_what_ships_is_read_whole() -> None:
    assert loading.read() == loading.whole()
