"""The English of every text a reader may meet: catalogs complete, values kept, nothing Chinese left outside them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

import xiezhi
from xiezhi.commands.messages import LANGUAGE, folders, update
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.common import cite
from xiezhi.ui.language import acts, catalog, extract, page, say

ROOT = Path(xiezhi.__file__).parent
OWN_NAMES = {"简体中文"}  # a language is called by its own name
_VALUE = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w+)\}(?!\})")


@pytest.fixture(scope="module")
def entries() -> dict[str, catalog.Entry]:
    """Every message of the sources as it stands in the catalogs."""
    return {text: entry for found in update().values() for text, entry in found.items()}


def test_every_message_has_its_english(entries: dict[str, catalog.Entry]) -> None:
    missing = [f"{min(e.paths)}: {e.text}" for e in entries.values() if not e.done]
    assert not missing, "run `xiezhi messages` and translate:\n" + "\n".join(sorted(missing))


def test_english_has_no_chinese_in_it(entries: dict[str, catalog.Entry]) -> None:
    mixed = [e.text for e in entries.values() if e.text not in OWN_NAMES and any(map(extract.CHINESE.search, e.said))]
    assert not mixed


def test_the_values_of_a_message_stand_in_its_english(entries: dict[str, catalog.Entry]) -> None:
    def values(text: str) -> set[str]:
        return {a or b for a, b in _VALUE.findall(text)}

    wrong = [e.text for e in entries.values() if e.done and not e.plural and values(e.text) != values(e.said[0])]
    assert not wrong


def test_the_files_are_what_the_sources_need() -> None:
    """Committed .po files and the .mo files made of them are current: nobody reads English from a stale one."""
    stale = []
    for folder, found in update().items():
        po, mo = catalog.places(ROOT / folder, LANGUAGE)
        if found and (
            po.read_text(encoding="utf-8") != catalog.text_of(found.values(), LANGUAGE)
            or mo.read_bytes() != catalog.compiled(found.values(), LANGUAGE)
        ):
            stale.append(folder)
    assert not stale, f"run `xiezhi messages`: {stale}"


@pytest.mark.parametrize("procedure", registry.all_procedures(), ids=lambda p: f"{p.code}-{p.version}")
def test_every_declared_text_is_said_in_english(procedure: type) -> None:
    """What the declaration says, whatever source it was composed in: one English text without a Chinese word."""
    left = {t for t in extract.procedure_texts(procedure) if t and say.OPEN in say.marked(t)}
    assert not {t for t in left if "〔" not in t}


def test_every_act_a_procedure_cites_has_an_english_title() -> None:
    cited = re.compile(r"([\u4e00-\u9fff]+?)》? ?第[0-9]+条")
    unknown = set()
    for procedure in registry.all_procedures():
        parts = [*procedure.events.values(), *procedure.terms.values(), *procedure.parameters.values()]
        parts += [f for e in procedure.events.values() for f in e.form]
        parts += [r for e in procedure.events.values() for r in e.requires]
        for basis in (one.basis for one in parts):
            unknown |= {act for act in cited.findall(basis) if act not in acts.TITLES}
    assert not unknown


def test_templates_hold_no_chinese_outside_translate_tags() -> None:
    bare = {
        str(path.relative_to(ROOT)): extract.bare(path.read_text(encoding="utf-8"))
        for path in ROOT.rglob("templates/**/*.html")
    }
    # the page of last resort is static and says everything in both languages
    assert not {path: lines for path, lines in bare.items() if lines and path not in BOTH}


BOTH = {"portal/templates/500.html", "ui/templates/ui/switches.html", "portal/templates/portal/my/account.html"}


def test_python_text_is_collected_or_justified() -> None:
    """A Chinese text in code is a message, or its module is listed with a reason in `extract.NOT_SHOWN`."""
    known = {m.text for m in extract.messages(ROOT)}
    for path in (p for p in ROOT.rglob("*.py") if extract.shown(p, ROOT)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = set(extract._docstrings(tree)) | set(extract._inner(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                skipped |= {id(v) for v in node.values}
                texts = extract.between_tags(extract.pattern_of(node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
                texts = extract.between_tags(node.value)
            else:
                continue
            assert set(texts) <= known, (path, texts)


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("行政复议法 第30条第1款第4项", "Administrative Reconsideration Law, art. 30, para. 1, item 4"),
        ("《中华人民共和国行政复议法》", "Administrative Reconsideration Law"),
        ("民法典 第201条、第203条", "Civil Code, art. 201, art. 203"),
        ("行政复议法 第48条；行政复议法 第54条第1款", "Administrative Reconsideration Law, art. 48; art. 54, para. 1"),
        ("行政复议法 第24条至第28条", "Administrative Reconsideration Law, arts. 24 to 28"),
        ("2026年3月5日", "5 March 2026"),
        ("2026年3月5日（周四）", "5 March 2026 (Thu)"),
        ("11月27日", "27 November"),
        ("5个工作日", "5 working days"),
        ("1个工作日", "1 working day"),
        ("8,000元", "8,000 yuan"),
        ("还有3天", "3 days left"),
        ("请填写听证日期", "Please fill in: Date of the hearing"),
        ("最多20字，现有31字，请缩短", "20 characters at most, now 31; shorten it"),
        ("店里有票据，已经送到。决定书没有写明意见。", "\ue000店里有票据，已经送到。决定书没有写明意见。\ue001"),
        ("周禾生（申请人）", "\ue000周禾生\ue001 (Applicant)"),
        ("自2026年3月5日收到行政复议申请起算", "Runs from 5 March 2026 (receipt of the application for reconsideration)"),
        ("现在是“审理中”，“受理”只能在“受理审查、待补正”时办理",
         'The state is now "In review"; "Acceptance" is possible only in: Admission review, Supplement pending'),
    ],
)  # fmt: skip
def test_values_are_said_in_turn(chinese: str, english: str) -> None:
    assert say.marked(chinese) == english


def test_a_citation_is_the_one_the_procedures_write() -> None:
    assert say.marked(cite("民事诉讼法", 85, 4)) == "Civil Procedure Law, art. 85, para. 4"
    assert say.marked(cite("刑法", 120, inserted="之一")) == "Criminal Law, art. 120-1"


def test_a_page_is_said_and_what_people_wrote_is_left() -> None:
    raw = (
        '<title>受理</title><p title="听证日期">周禾生（申请人）</p><input value="受理"><textarea>受理</textarea>'
        '<p lang="zh-Hans">受理</p><option>受理</option><script>"受理"</script><!-- 受理 -->'
    )
    assert page.said(raw) == (
        '<title>Acceptance</title><p title="Date of the hearing"><span lang="zh-Hans">周禾生</span> (Applicant)</p>'
        '<input value="受理"><textarea>受理</textarea><p lang="zh-Hans">受理</p><option>Acceptance</option>'
        '<script>"受理"</script><!-- 受理 -->'
    )
    assert page.chinese_left(page.said(raw)) == []


def test_data_of_a_chart_are_said_and_no_other_script() -> None:
    raw = (
        '<p>受理</p><div data-from="monthly"></div><script id="monthly" type="application/json">{"name": "受理<"}</script>'
        '<script id="policy" type="application/json">{"name": "受理"}</script>'
    )
    assert '{"name": "Acceptance\\u003C"}' in page.said(raw.replace("受理<", "受理\\u003C"))
    assert '{"name": "受理"}' in page.said(raw)


def test_what_stands_in_a_page_is_escaped() -> None:
    assert page.said("<p>&lt;b&gt;受理&amp;</p>") == "<p>&lt;b&gt;受理&amp;</p>".replace("受理", "Acceptance")


def test_in_chinese_nothing_is_said() -> None:
    with translation.override("zh-hans"):
        assert say.say("受理") == "受理"
    with translation.override("en"):
        assert say.say("受理") == "Acceptance"


def test_every_app_with_messages_brings_its_own_catalog() -> None:
    for folder, found in update().items():
        assert not found or catalog.places(ROOT / folder, LANGUAGE)[0].exists(), folder
    assert set(folders()) >= {"ui", "portal", "desk", "kernel/procedures", "enforcement/reconsideration"}
