"""Rendering: every template, the same bytes twice, hostile text, missing fonts and characters."""

from __future__ import annotations

import dataclasses
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

import xiezhi.enforcement.reconsideration.documents as reconsideration
from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import compose, doc_number, normalize_number, zh_date, zh_ordinal
from xiezhi.kernel.documents.qr import qr_svg
from xiezhi.kernel.documents.render import (
    FontsMissing,
    GlyphMissing,
    RenderError,
    check_fonts,
    check_template,
    missing_glyphs,
    render,
    seal_image,
    seal_svg,
    spell_missing,
)
from xiezhi.kernel.documents.sanitize import to_text
from xiezhi.kernel.documents.templates import DocumentTemplate, Field, MissingFields, TemplateError

CODE, URL = "8F3K-2Q7M-XW0B-9TCD", "https://fuyi.example.gov.cn/verify/8F3K2Q7MXW0B9TCD"
ALL = list(reconsideration.TEMPLATES)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words(content: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


@pytest.mark.parametrize("template", ALL, ids=lambda t: t.code)
def test_every_template_renders_whole_and_the_same_twice(template: DocumentTemplate, fonts: list[Path]) -> None:
    data = compose(template, template.sample, verify_code=CODE, verify_url=URL)
    first = render(template.typst, data, fonts_dir=fonts)
    assert first == render(template.typst, data, fonts_dir=fonts)
    reader = PdfReader(io.BytesIO(first.content))
    assert len(reader.pages) == first.pages
    assert all(round(float(p.mediabox.width)) == 595 and round(float(p.mediabox.height)) == 842 for p in reader.pages)
    text = words(first.content)
    assert squeezed(template.title) in text
    assert CODE in text
    for line in to_text(template.draft(template.sample)).split("\n"):
        for part in squeezed(line).split("—"):
            # A line of the text may be parted by a page's foot, so its beginning is looked for.
            assert part[:12] in text, (template.code, part)
    assert (first.seal is not None) == template.sealed


@pytest.mark.parametrize("template", ALL, ids=lambda t: t.code)
def test_required_fields_are_required(template: DocumentTemplate) -> None:
    for field in template.fields:
        if field.needed(template.sample):
            rest = {k: v for k, v in template.sample.items() if k != field.name}
            with pytest.raises(MissingFields) as caught:
                compose(template, rest)
            assert field in caught.value.missing and field.label in str(caught.value)


def test_pdf_a_metadata_and_embedded_fonts(fonts: list[Path]) -> None:
    template = templates.get("reconsideration.decision")
    rendered = render(template.typst, compose(template, template.sample), fonts_dir=fonts)
    reader = PdfReader(io.BytesIO(rendered.content))
    catalog: Any = reader.trailer["/Root"]
    xmp = catalog["/Metadata"].get_object().get_data().decode()
    assert "pdfaid:part>2<" in xmp and "pdfaid:conformance>A<" in xmp
    assert catalog["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"].lower().startswith("zh")
    assert reader.metadata is not None and reader.metadata.title == "行政复议决定书"
    for page in reader.pages:
        fonts_used: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        for font in fonts_used.values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"].get_object())


def test_the_decision_always_tells_court_and_fifteen_days() -> None:
    template = templates.get("reconsideration.decision")
    assert "十五日内，向临川市人民法院提起行政诉讼" in to_text(template.draft(template.sample))
    final = to_text(template.draft({**template.sample, "final": True, "court": None}))
    assert "最终裁决" in final and "提起行政诉讼" not in final


def test_no_reply_becomes_the_statement_on_missing_evidence() -> None:
    template = templates.get("reconsideration.decision")
    assert "视为该行政行为没有证据" in to_text(template.draft({**template.sample, "reply": ""}))


def test_supplement_notice_names_limit_and_consequence() -> None:
    template = templates.by_title("补正通知书")
    text = to_text(template.draft(template.sample))
    assert "十个工作日" in text and "视为放弃" in text


def test_reply_notice_has_the_days_of_its_procedure() -> None:
    template = templates.by_title("答复通知书")
    assert "十个工作日" in to_text(template.draft(template.sample))
    simple = to_text(template.draft({**template.sample, "procedure": "简易程序"}))
    assert "五个工作日" in simple and "第五十四条" in simple and "第七十条" in simple


HOSTILE = [
    '#read("/etc/passwd")',
    '#import "/kernel/documents/typst/layout.typ": *',
    "$ x $ *粗* _斜_ `码` <标签> @引用 \\ // 注 /* */ ]] }} ))",
    '"},"title":"伪造","x":{"a":"',
    "<script>alert(1)</script>",
    "{organ} {0} {data.__class__} %s",
    "长" * 3000,
    "A" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_place_is_only_text(text: str, fonts: list[Path]) -> None:
    template = templates.by_title("受理通知书")
    data = {**template.sample, "addressee": text, "applicant": text, "respondent": text, "officers": [text]}
    rendered = render(template.typst, compose(template, data), fonts_dir=fonts)
    shown = words(rendered.content)
    assert squeezed(text)[:20] in shown
    assert "root:" not in shown and "受理通知书" in shown


def test_hostile_edited_body_renders(fonts: list[Path]) -> None:
    template = templates.get("reconsideration.decision")
    body = "<h2>#panic()</h2><table><tr><td rowspan=9 colspan=9>x</td></tr><tr><td>$y$</td></tr></table>"
    body += "<ol><li>#eval()</li></ol>"
    data = compose(template, template.sample, body_html=body)
    assert "#panic()" in words(render(template.typst, data, fonts_dir=fonts).content)


def test_long_names_fit_the_page(fonts: list[Path]) -> None:
    template = templates.by_title("延期通知书")
    organ = "东岭省临川市经济技术开发区管理委员会行政复议与应诉工作联席会议办公室"
    rendered = render(template.typst, compose(template, {**template.sample, "organ": organ}), fonts_dir=fonts)
    assert organ in words(rendered.content)


def test_a_character_without_glyph_is_named(fonts: list[Path]) -> None:
    template = templates.by_title("延期通知书")
    data = compose(template, {**template.sample, "applicant": "王\U0002f800"})
    with pytest.raises(GlyphMissing) as caught:
        render(template.typst, data, fonts_dir=fonts)
    assert caught.value.characters == ["\U0002f800"] and "U+2F800" in str(caught.value)
    assert missing_glyphs(["王", {"a": "\U0002f801"}], fonts) == ["\U0002f801"]


def test_what_people_wrote_themselves_renders_with_any_sign(fonts: list[Path]) -> None:
    template = templates.by_title("申请书")
    data = compose(template, {**template.sample, "reasons": "执法人员态度很差😡"}, verify_code=CODE, verify_url=URL)
    rendered = render(template.typst, spell_missing(data, fonts), fonts_dir=fonts)
    assert "态度很差〔U+1F621〕" in words(rendered.content)


def test_missing_fonts_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match="npm ci"):
        check_fonts(tmp_path)


def test_a_document_without_date_is_refused(fonts: list[Path]) -> None:
    with pytest.raises(RenderError, match="成文日期"):
        render(ALL[0].typst, {"title": "x"}, fonts_dir=fonts)


def test_numbers_and_dates() -> None:
    assert zh_date(date(2026, 3, 5)) == zh_date("2026-03-05") == "2026年3月5日"
    assert doc_number("临政复受字", 2026, 12) == normalize_number("临政复受字[2026]12号") == "临政复受字〔2026〕12号"
    assert [zh_ordinal(n) for n in (1, 10, 12, 20, 35)] == ["一", "十", "十二", "二十", "三十五"]


def test_seal_as_svg_has_no_text_and_bad_names_are_refused(fonts: list[Path]) -> None:
    svg = seal_svg("东岭省临川市人民政府", fonts_dir=fonts)
    assert svg.startswith("<svg") and "<text" not in svg and "<script" not in svg
    assert seal_image("临川市司法局", fonts_dir=fonts, kind="pdf").startswith(b"%PDF")
    with pytest.raises(RenderError):
        seal_svg("x" * 80, fonts_dir=fonts)


def test_qr_code() -> None:
    assert qr_svg(URL).startswith("<svg")
    with pytest.raises(ValueError):
        qr_svg("x" * 400)


def test_check_names_what_is_wrong(fonts: list[Path]) -> None:
    template = templates.get("reconsideration.decision")
    assert check_template(template, fonts_dir=fonts) == []
    broken = dataclasses.replace(template, typst=dataclasses.replace(template.typst, path="none.typ"))
    assert "none.typ" in check_template(broken, fonts_dir=fonts)[0]
    unsealed = dataclasses.replace(template, typst=templates.by_title("公开文本").typst)
    assert check_template(dataclasses.replace(unsealed, sample={}), fonts_dir=fonts)


def test_an_endless_text_is_refused_in_plain_words() -> None:
    template = templates.get("reconsideration.decision")
    with pytest.raises(TemplateError, match="正文过长"):
        compose(template, template.sample, body_html="字" * 2_000_001)


def test_registry_refuses_clashes() -> None:
    template = templates.get("reconsideration.decision")
    with pytest.raises(ValueError):
        templates.register(dataclasses.replace(template, title="别的文书"))
    with pytest.raises(ValueError):
        templates.register(dataclasses.replace(template, code="x.y", fields=(Field("a", "甲"), Field("a", "乙"))))
    assert templates.get("reconsideration.decision", 1) is template and template in templates.all()
    with pytest.raises(KeyError):
        templates.get("none")
    with pytest.raises(TemplateError, match="日期"):
        compose(template, {**template.sample, "accepted_on": "不是日期"})
