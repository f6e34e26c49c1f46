"""The page of a procedure says what its declaration says, and the copies in the repository are current."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.kernel.procedures.small import build
from xiezhi.kernel import law
from xiezhi.kernel.procedures import diagram, graph, registry, render
from xiezhi.kernel.procedures.declare import Procedure

ROOT = Path(__file__).resolve().parents[3]
VOID = {"path", "rect", "circle", "polygon", "br", "img"}


class _Reader(HTMLParser):
    """Collects ids, links, styles, and proves that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.styled = False
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.links += [v for k, v in attrs if k == "href" and v]
        self.styled |= "style" in held or tag in ("style", "script")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [v for k, v in attrs if k == "id" and v]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def procedures() -> list[type[Procedure]]:
    return [build(), *registry.load_all()]


@pytest.fixture(params=procedures(), ids=lambda p: p.code)
def procedure(request: pytest.FixtureRequest) -> type[Procedure]:
    found: type[Procedure] = request.param
    return found


def test_page_is_whole_and_fits_a_strict_policy(procedure: type[Procedure]) -> None:
    reader = _Reader()
    text = render.html(procedure, top=2)
    reader.feed(text)
    assert reader.open == []
    assert not reader.styled, "the site forbids inline styles"
    assert len(reader.ids) == len(set(reader.ids))
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)
    assert "<h1" not in text


def test_page_names_everything(procedure: type[Procedure]) -> None:
    for text in (render.html(procedure), render.markdown(procedure)):
        for code in (*procedure.states, *procedure.events, *procedure.terms, *(r.code for r in procedure.roles)):
            assert code in text
        for event in procedure.events.values():
            assert all(piece.text in text for piece in law.pieces(event.basis) if event.basis)


def test_page_is_deterministic(procedure: type[Procedure]) -> None:
    assert render.html(procedure) == render.html(procedure)
    assert render.files([procedure]) == render.files([procedure])


def test_markdown_links_lead_somewhere(procedure: type[Procedure]) -> None:
    text = render.markdown(procedure)
    anchors = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_articles_are_linked_where_the_site_has_them() -> None:
    page = render.html(build(), cite_url=lambda c: f"/law/{c.act.title}#{c.anchor}")
    assert '<a href="/law/行政复议法#t30-k3">行政复议法 第30条第3款</a>' in page


def test_words_are_escaped() -> None:
    page = render.html(build(title="<b>甲|乙</b>"))
    assert "<b>" not in page and "&lt;b&gt;" in page
    assert "\\<b\\>甲\\|乙" in render.markdown(build(title="<b>甲|乙</b>"))


@pytest.mark.parametrize("shape", [diagram.NARROW, diagram.WIDE], ids=lambda s: s.name)
def test_drawing(procedure: type[Procedure], shape: diagram.Shape) -> None:
    root = ET.fromstring(diagram.svg(procedure, shape))
    ns = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    assert root.findtext("s:title", namespaces=ns) == f"{procedure.title}流程图"
    shown = graph.graph(procedure)
    assert len(root.findall("s:rect", ns)) == len(shown.main) + len(shown.asides)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    boxes = [tuple(float(r.get(k, "0")) for k in ("x", "y", "width", "height")) for r in root.findall("s:rect", ns)]
    for n, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        for other in boxes[n + 1 :]:
            apart = x + w <= other[0] or other[0] + other[2] <= x or y + h <= other[1] or other[1] + other[3] <= y
            assert apart, "boxes overlap"
    for label in root.iterfind("s:text", ns):
        assert float(label.get("y", "0")) <= height
    if shape is diagram.NARROW:
        assert width <= 420, "phones are 360 wide; more would make the words too small"


def test_main_path_of_reconsideration() -> None:
    procedure = registry.get("XZFY")
    main = graph.graph(procedure).main
    wanted = ["RECEIVED", "ADMISSION_REVIEW", "ACCEPTED", "IN_REVIEW", "DRAFTING", "APPROVING", "DECIDED", "SERVED"]
    assert list(main[: len(wanted)]) == wanted


def test_stale_copies_are_named(tmp_path: Path) -> None:
    small = build()
    assert render.stale(tmp_path, [small]) == ["docs/procedures/SMALL.md", "docs/procedures/SMALL.svg"]
    for name, text in render.files([small]).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert render.stale(tmp_path, [small]) == []
    (tmp_path / "docs/procedures/SMALL.md").write_text("old", encoding="utf-8")
    (tmp_path / "docs/procedures/GONE.md").write_text("old", encoding="utf-8")
    assert render.stale(tmp_path, [small]) == ["docs/procedures/GONE.md", "docs/procedures/SMALL.md"]


def test_copies_in_the_repository_are_current() -> None:
    assert render.stale(ROOT) == [], "run: xiezhi docs"
