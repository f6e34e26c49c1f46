"""Word out and in."""

from __future__ import annotations

import io

import docx
import pytest

from xiezhi.kernel.documents.content import Rejected
from xiezhi.kernel.documents.docx import from_docx, to_docx
from xiezhi.kernel.documents.sanitize import to_text

from .conftest import pdf, picture

HTML = (
    "<h2>一、事实</h2><p>甲<strong>乙</strong>&lt;script&gt;</p><ol><li>子</li><li>丑</li></ol>"
    "<table><tr><th>序号</th><th>材料</th></tr><tr><td colspan=2>合计</td></tr></table><p class=right>2026年3月5日</p>"
)


def test_there_and_back_keeps_the_words() -> None:
    content = to_docx(HTML, {"title": "行政复议决定书", "doc_no": "临政复决字〔2026〕1号", "addressee": "陈晓岚"})
    html, warnings = from_docx(content)
    assert warnings == []
    text = to_text(html)
    for word in (
        "行政复议决定书",
        "陈晓岚：",
        "一、事实",
        "甲乙<script>",
        "1.子",
        "2.丑",
        "序号　材料",
        "合计",
        "2026年3月5日",
    ):
        assert word in text
    assert "<h2>" in html and "<strong>乙</strong>" in html and 'colspan="2"' in html and 'class="right"' in html


def test_what_is_left_out_is_said() -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(picture("PNG")))
    document.sections[0].header.paragraphs[0].text = "内部"
    out = io.BytesIO()
    document.save(out)
    _, warnings = from_docx(out.getvalue())
    assert any("图片" in w for w in warnings) and any("页眉" in w for w in warnings)


@pytest.mark.parametrize("content", [pdf(), b"", b"PK\x03\x04garbage"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Rejected):
        from_docx(content)
