"""What the legal-aid documents share: common fields, sample data, and small helpers for drafting text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xiezhi.kernel.documents.layout import zh_date, zh_moment
from xiezhi.kernel.documents.sanitize import escape
from xiezhi.kernel.documents.templates import Data, DocumentTemplate, Field, Layout, TemplateRef

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "legal_services/legal_aid/templates_typst"
LAW = "《中华人民共和国法律援助法》"

ORGAN = Field("organ", "法律援助机构", basis="法律援助法 第12条")
ISSUED = Field("issued_on", "成文日期", "date")
NUMBER = Field("doc_no", "发文字号")
ADDRESSEE = Field("addressee", "主送")
CASE_NO = Field("case_no", "办件编号")
APPLICANT = Field("applicant", "申请人", basis="法律援助法 第38条")
RECIPIENT = Field("recipient", "受援人", basis="法律援助法 第2条")
MATTER = Field("matter", "法律援助事项", basis="法律援助法 第22条")
CONTACT = Field("contact", "联系人和联系方式", required=False)
LETTER = (ORGAN, ISSUED, NUMBER, ADDRESSEE)

SAMPLE: dict[str, Any] = {
    "organ": "临川市法律援助中心",
    "issued_on": date(2026, 5, 6),
    "doc_no": "临法援字〔2026〕57号",
    "case_no": "FLYZ9901012026000057",
    "addressee": "梁秋禾",
    "applicant": "梁秋禾",
    "recipient": "梁秋禾",
    "matter": "请求支付劳动报酬（劳动争议调解、仲裁）",
    "received_on": date(2026, 4, 28),
    "contact": "温晓月，0999-5550188",
    "provider": "顾言蹊",
    "provider_firm": "东岭明衡律师事务所",
    "provider_kind": "律师",
    "bureau": "临川市司法局",
    "court": "临川市人民法院",
    "government": "临川市人民政府",
}


def show(value: Any) -> str:
    """A value as official text: dates without leading zeros, lists with 、."""
    if isinstance(value, datetime):
        return zh_moment(value)
    if isinstance(value, date):
        return zh_date(value)
    if isinstance(value, list | tuple):
        return "、".join(show(v) for v in value)
    return "" if value is None else str(value)


class _Shown(Mapping[str, str]):
    """Data for ``str.format_map``: every value escaped, an absent optional one empty."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def __getitem__(self, key: str) -> str:
        return escape(show(self._data.get(key)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def p(text: str, data: Data | None = None) -> str:
    """One paragraph. ``text`` is our own wording with {names}; values come from the data and are escaped."""
    return f"<p>{text.format_map(_Shown(data or {}))}</p>"


def paras(value: Any) -> str:
    """Somebody's text, one paragraph for each line."""
    return "".join(f"<p>{escape(line.strip())}</p>" for line in show(value).split("\n") if line.strip())


def h(text: str) -> str:
    """A heading of the first level."""
    return f"<h2>{escape(text)}</h2>"


def items(values: Any) -> str:
    """A numbered list, each item a line."""
    return "<ol>" + "".join(f"<li>{escape(show(v))}</li>" for v in values or ()) + "</ol>"


def contact_line(data: Data) -> str:
    """The contact line where the data name one."""
    return p("联系人和联系方式：{contact}。", data) if data.get("contact") else ""


def nothing(data: Data) -> str:
    """Forms have no text of their own."""
    return ""


def doc(
    code: str,
    title: str,
    letter: str,
    fields: tuple[Field, ...],
    body: Callable[[Data], str],
    *,
    basis: str,
    short: str = "",
    layout: Layout = "letter",
    sealed: bool = True,
    **sample: Any,
) -> DocumentTemplate:
    """Declare one document. ``letter`` stands in its number; documents without one carry no number."""
    known = {f.name for f in fields}
    sample.setdefault("doc_no", f"临法援{letter}字〔2026〕57号")
    return DocumentTemplate(
        code=f"legal_aid.{code}",
        title=title,
        short=short or title,
        version=1,
        kind_letter=letter,
        fields=fields,
        default_body=body,
        typst=TemplateRef(ROOT, f"{FOLDER}/{code}.typ"),
        sample={k: v for k, v in {**SAMPLE, **sample}.items() if k in known},
        layout=layout,
        sealed=sealed,
        basis=basis,
        numbered=bool(letter),
    )
