"""Akoma Ntoso 3.0 (OASIS LegalDocML): an act's version as XML, and back.

`read(export(meta, document)) == document` for every document that `parsing.parse` gives. The hierarchy is part, subpart,
chapter, section (another heading is `hcontainer name="group"`), article, paragraph (款), list with point (项, inside it
目); eIds are those of `Locator`. A text before the articles is the preamble, annexes are attachments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.parsing.division import divide, join
from xiezhi.kernel.law.parsing.lines import WORD
from xiezhi.kernel.law.structure import (
    ANNEX,
    ARTICLE,
    BLOCK,
    CHAPTER,
    GROUP,
    PART,
    PREAMBLE,
    SECTION,
    SUBPART,
    Document,
    Heading,
    Item,
    Paragraph,
    Provision,
)

__all__ = ["NAMESPACE", "BadAkomaNtoso", "Meta", "export", "read"]

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_SHORT = {PART: "part", SUBPART: "subpart", CHAPTER: "chp", SECTION: "sec", GROUP: "group"}


class BadAkomaNtoso(ValueError):
    """The bytes are not an act in Akoma Ntoso 3.0 as `export` writes it."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What the XML says of the version besides its text. `locator` names act and version; `full` is the full title,
    `kind` 法律, 行政法规 …; the days are first and last day in force and the day of promulgation; `source` where the text
    came from, `made` the day of the export."""

    locator: Locator
    full: str
    kind: str = ""
    promulgated: date | None = None
    effective: date | None = None
    ended: date | None = None
    source: str = ""
    made: date | None = None


_Element = Any  # lxml carries no types


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _sub(parent: _Element, tag: str, text: str | None = None, /, **attributes: str) -> _Element:
    child = etree.SubElement(parent, _tag(tag), {k.rstrip("_"): v for k, v in attributes.items() if v})
    if text is not None:
        child.text = text
    return child


class _Writer:
    def __init__(self, meta: Meta, document: Document) -> None:
        self.meta, self.document = meta, document
        self.used: set[str] = set()
        self.days = sorted({p.effective for p in document.provisions if p.effective})

    def eid(self, wanted: str) -> str:
        """The eId, with a mark where a text has the same number twice."""
        out, n = wanted, 1
        while out in self.used:
            n += 1
            out = f"{wanted}~{n}"
        self.used.add(out)
        return out

    # Meta

    def identification(self, parent: _Element, component: str) -> None:
        meta = self.meta
        work = Locator(meta.locator.act).url.rstrip("/")
        version = meta.locator.version or (str(meta.promulgated.year) if meta.promulgated else "")
        expression = Locator(meta.locator.act, version).url.rstrip("/")
        day = (meta.promulgated or meta.effective or date(1949, 10, 1)).isoformat()
        made = (meta.made or meta.promulgated or meta.effective or date(1949, 10, 1)).isoformat()
        box = _sub(_sub(parent, "meta"), "identification", source="#xiezhi")
        for name, uri, when, why in (
            ("FRBRWork", work, day, "promulgation"),
            ("FRBRExpression", f"{expression}/zho", day, "promulgation"),
            ("FRBRManifestation", f"{expression}/zho.xml", made, "export"),
        ):
            level = _sub(box, name)
            _sub(level, "FRBRthis", value=f"{uri}/!{component}")
            _sub(level, "FRBRuri", value=uri)
            if name == "FRBRWork":
                _sub(level, "FRBRalias", value=meta.full or meta.locator.act, name="title")
            _sub(level, "FRBRdate", date=when, name=why)
            _sub(level, "FRBRauthor", href="#promulgator" if name != "FRBRManifestation" else "#xiezhi")
            if name == "FRBRWork":
                _sub(level, "FRBRcountry", value="cn")
                _sub(level, "FRBRsubtype", value=meta.kind.replace("/", "-")) if meta.kind else None
            elif name == "FRBRExpression":
                _sub(level, "FRBRlanguage", language="zho")
            else:
                _sub(level, "FRBRformat", value="application/akn+xml")

    def metadata(self, act: _Element) -> None:
        self.identification(act, "main")
        box = act[0]
        meta = self.meta
        if meta.promulgated:
            _sub(
                box, "publication", date=meta.promulgated.isoformat(), name="公布", showAs=meta.full or meta.locator.act
            )
        events = [("e_promulgated", meta.promulgated, "generation"), ("e_effective", meta.effective, "generation")]
        events += [(f"e_day_{n}", day, "generation") for n, day in enumerate(self.days, 1)]
        events += [("e_ended", meta.ended, "repeal")]
        known = [(name, day, kind) for name, day, kind in events if day]
        if known:
            cycle = _sub(box, "lifecycle", source="#xiezhi")
            for name, day, kind in known:
                _sub(cycle, "eventRef", eId=name, date=day.isoformat(), type=kind, source="#source")
        if self.days:
            data = _sub(box, "temporalData", source="#xiezhi")
            for n in range(1, len(self.days) + 1):
                group = _sub(data, "temporalGroup", eId=f"tmpg_{n}")
                _sub(group, "timeInterval", start=f"#e_day_{n}", refersTo="#in-force")
        references = _sub(box, "references", source="#xiezhi")
        source = meta.source or meta.locator.path
        _sub(references, "original", eId="source", href=meta.locator.url, showAs=source)
        _sub(references, "TLCOrganization", eId="xiezhi", href="/ontology/organization/xiezhi", showAs="獬豸")
        _sub(references, "TLCOrganization", eId="promulgator", href="/ontology/organization/cn", showAs="公布机关")
        if self.days:
            _sub(references, "TLCConcept", eId="in-force", href="/ontology/concept/in-force", showAs="施行")

    # Text

    def lines(self, parent: _Element, text: str) -> None:
        for line in text.split("\n"):
            _sub(parent, "p", line)

    def item(self, parent: _Element, item: Item, at: Locator, inner: bool) -> None:
        eid = at.eid + (f"__point_{item.number}" if inner else f"__item_{item.number}")
        eid += f"-{item.inserted}" if item.inserted else ""
        point = _sub(parent, "point", eId=self.eid(eid))
        _sub(point, "num", item.label)
        if not item.items:
            self.lines(_sub(point, "content"), item.text)
            return
        box = _sub(point, "list", eId=self.eid(f"{eid}__list_1"))
        self.lines(_sub(box, "intro"), item.text)
        place = Locator(at.act, at.version, at.article, at.inserted, at.paragraph, item.number, item.inserted)
        for child in item.items:
            self.item(box, child, place, True)
        if item.after:
            self.lines(_sub(box, "wrapUp"), item.after)

    def paragraph(self, parent: _Element, paragraph: Paragraph, at: Locator) -> None:
        element = _sub(parent, "paragraph", eId=self.eid(at.eid))
        if not paragraph.items:
            self.lines(_sub(element, "content"), paragraph.text)
            return
        box = _sub(element, "list", eId=self.eid(f"{at.eid}__list_1"))
        if paragraph.text:
            self.lines(_sub(box, "intro"), paragraph.text)
        for item in paragraph.items:
            self.item(box, item, at, False)
        if paragraph.after:
            self.lines(_sub(box, "wrapUp"), paragraph.after)

    def article(self, parent: _Element, p: Provision) -> None:
        at = Locator(self.meta.locator.act, self.meta.locator.version, p.number, p.inserted)
        period = f"#tmpg_{self.days.index(p.effective) + 1}" if p.effective else ""
        element = _sub(parent, "article", eId=self.eid(at.eid), period=period)
        _sub(element, "num", at.place_formal)
        if p.title:
            _sub(element, "heading", p.title)
        for paragraph in divide(p.text):
            place = Locator(at.act, at.version, at.article, at.inserted, paragraph.number)
            self.paragraph(element, paragraph, place)
        if not p.text:
            _sub(_sub(element, "content"), "p")

    def container(self, parent: _Element, p: Provision, n: int) -> None:
        period = f"#tmpg_{self.days.index(p.effective) + 1}" if p.effective else ""
        element = _sub(parent, "hcontainer", name=p.kind, eId=self.eid(f"{p.kind}_{p.number or n}"), period=period)
        if p.number:
            _sub(element, "num", numerals.write(p.number))
        if p.title:
            _sub(element, "heading", p.title)
        self.lines(_sub(element, "content"), p.text)

    def heading(self, parent: _Element, heading: Heading, above: str, n: int) -> tuple[_Element, str]:
        number = heading.number or n
        eid = f"{above}__" * bool(above) + f"{_SHORT[heading.kind]}_{number}"
        eid = self.eid(eid + (f"-{heading.inserted}" if heading.inserted else ""))
        if heading.kind == GROUP:
            element = _sub(parent, "hcontainer", name="group", eId=eid)
            num = numerals.write(heading.number) if heading.number else ""
        else:
            element = _sub(parent, heading.kind, eId=eid)
            inserted = f"之{numerals.write(heading.inserted)}" if heading.inserted else ""
            num = f"第{numerals.write(heading.number)}{WORD[heading.kind]}{inserted}"
        if num:
            _sub(element, "num", num)
        _sub(element, "heading", heading.title)
        return element, eid

    def write(self) -> bytes:
        document = self.document
        root = etree.Element(_tag("akomaNtoso"), nsmap={None: NAMESPACE})
        act = _sub(root, "act", name="act", contains="singleVersion")
        self.metadata(act)
        preface = _sub(act, "preface")
        _sub(_sub(_sub(preface, "longTitle"), "p"), "docTitle", document.title)
        for line in document.history:
            _sub(preface, "p", line, class_="history")
        provisions = list(document.provisions)
        if provisions and provisions[0].kind == PREAMBLE and not provisions[0].effective:
            first = provisions.pop(0)
            box = _sub(act, "preamble")
            if first.title:
                _sub(_sub(box, "container", name="heading", eId=self.eid("preamble_heading")), "p", first.title)
            for line in first.text.split("\n"):
                _sub(box, "p", line)
        annexes: list[Provision] = []
        while provisions and provisions[-1].kind == ANNEX and not provisions[-1].effective:
            annexes.insert(0, provisions.pop())
        body = _sub(act, "body")
        stack: list[tuple[Heading, _Element, str]] = []
        for n, p in enumerate(provisions, 1):
            same = 0
            while same < min(len(stack), len(p.path)) and stack[same][0] == p.path[same]:
                same += 1
            del stack[same:]
            for heading in p.path[same:]:
                above, eid = (stack[-1][1], stack[-1][2]) if stack else (body, "")
                element, eid = self.heading(above, heading, eid, n)
                stack.append((heading, element, eid))
            parent = stack[-1][1] if stack else body
            if p.kind == ARTICLE:
                self.article(parent, p)
            else:
                self.container(parent, p, n)
        if not provisions:
            _sub(_sub(_sub(body, "hcontainer", name="empty", eId="empty"), "content"), "p")
        if annexes:
            box = _sub(act, "attachments")
            for n, p in enumerate(annexes, 1):
                self.attachment(box, p, n)
        data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=False)
        return data

    def attachment(self, parent: _Element, p: Provision, n: int) -> None:
        attachment = _sub(parent, "attachment", eId=self.eid(f"att_{n}"))
        if p.number:
            _sub(attachment, "num", numerals.write(p.number))
        _sub(attachment, "heading", p.title)
        doc = _sub(attachment, "doc", name="annex")
        self.identification(doc, f"annex_{n}")
        self.lines(_sub(doc, "mainBody"), p.text)


def export(version_meta: Meta, document: Document) -> bytes:
    """The document as Akoma Ntoso 3.0 XML, valid against the OASIS schema. Raises ValueError where the document holds
    characters XML has no room for; `parsing.parse` never gives such a document."""
    return _Writer(version_meta, document).write()


# Reading


def _is(element: _Element, name: str) -> bool:
    return bool(element.tag == _tag(name))


def _child(element: _Element, name: str) -> _Element | None:
    return element.find(_tag(name))


def _said(element: _Element | None) -> str:
    return "".join(element.itertext()) if element is not None else ""


def _paragraphs(element: _Element | None) -> str:
    return "\n".join(_said(p) for p in element if _is(p, "p")) if element is not None else ""


def _read_item(point: _Element) -> Item:
    label = _said(_child(point, "num"))
    box = _child(point, "list")
    if box is None:
        return Item(0, label, _paragraphs(_child(point, "content")))
    inner = tuple(_read_item(child) for child in box if _is(child, "point"))
    return Item(0, label, _paragraphs(_child(box, "intro")), inner, after=_paragraphs(_child(box, "wrapUp")))


def _read_paragraph(element: _Element) -> Paragraph:
    box = _child(element, "list")
    if box is None:
        return Paragraph(1, _paragraphs(_child(element, "content")))
    items = tuple(_read_item(point) for point in box if _is(point, "point"))
    return Paragraph(1, _paragraphs(_child(box, "intro")), items, _paragraphs(_child(box, "wrapUp")))


def _number(text: str) -> tuple[int, int]:
    """Number and 之 of a num: 第十条之一, 第二章, 三."""
    number, _, inserted = text.removeprefix("第").partition("之")
    number = number.rstrip("条编章节").removesuffix("分")
    return (numerals.read(number) if number else 0, numerals.read(inserted) if inserted else 0)


class _Reader:
    def __init__(self, root: _Element) -> None:
        days = {e.get("eId"): e.get("date") for e in root.iter(_tag("eventRef"))}
        self.periods: dict[str, date] = {}
        for group in root.iter(_tag("temporalGroup")):
            interval = _child(group, "timeInterval")
            day = days.get((interval.get("start") or "").lstrip("#")) if interval is not None else None
            if day:
                self.periods[f"#{group.get('eId')}"] = date.fromisoformat(day)

    def provisions(self, parent: _Element, path: tuple[Heading, ...]) -> Iterator[Provision]:
        for element in parent:
            effective = self.periods.get(element.get("period") or "")
            number, inserted = _number(_said(_child(element, "num")))
            title = _said(_child(element, "heading"))
            if _is(element, "article"):
                text = join(tuple(_read_paragraph(p) for p in element if _is(p, "paragraph")))
                yield Provision(ARTICLE, text, number, inserted, path, title, effective)
            elif _is(element, "hcontainer") and element.get("name") in (BLOCK, PREAMBLE, ANNEX):
                text = _paragraphs(_child(element, "content"))
                yield Provision(element.get("name") or "", text, number, inserted, path, title, effective)
            elif (kind := element.get("name") or etree.QName(element).localname) in _SHORT:
                yield from self.provisions(element, (*path, Heading(kind, number, title, inserted)))


def read(data: bytes) -> Document:
    """The document again. Entities, external resources and document types are refused. Raises BadAkomaNtoso."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
        if root.getroottree().docinfo.doctype:
            raise BadAkomaNtoso("a document type is not allowed")
        act = _child(root, "act")
        if not _is(root, "akomaNtoso") or act is None:
            raise BadAkomaNtoso("not an act in Akoma Ntoso 3.0")
        preface, preamble, body = (_child(act, name) for name in ("preface", "preamble", "body"))
        title = _said(preface.find(f".//{_tag('docTitle')}")) if preface is not None else ""
        history = tuple(_said(p) for p in preface if _is(p, "p")) if preface is not None else ()
        out: list[Provision] = []
        if preamble is not None:
            out.append(Provision(PREAMBLE, _paragraphs(preamble), title=_said(_child(preamble, "container"))))
        if body is not None:
            out += _Reader(root).provisions(body, ())
        for attachment in act.iterfind(f"{_tag('attachments')}/{_tag('attachment')}"):
            text = _paragraphs(attachment.find(f"{_tag('doc')}/{_tag('mainBody')}"))
            number, _ = _number(_said(_child(attachment, "num")))
            out.append(Provision(ANNEX, text, number, title=_said(_child(attachment, "heading"))))
    except (etree.XMLSyntaxError, ValueError, RecursionError) as error:
        if isinstance(error, BadAkomaNtoso):
            raise
        raise BadAkomaNtoso(f"not an act in Akoma Ntoso 3.0: {error}") from error
    return Document(title, history, tuple(out))
