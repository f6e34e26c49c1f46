"""What the reconsideration documents share: common fields, sample data, and small helpers for drafting text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xiezhi.kernel.documents.layout import zh_date, zh_moment
from xiezhi.kernel.documents.sanitize import escape
from xiezhi.kernel.documents.templates import Data, DocumentTemplate, Field, Layout, TemplateRef

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "enforcement/reconsideration/templates_typst"

LAW = "《中华人民共和国行政复议法》"
REGULATION = "《中华人民共和国行政复议法实施条例》"

ORGAN = Field("organ", "行政复议机关", basis="行政复议法 第4条")
ISSUED = Field("issued_on", "成文日期", "date")
NUMBER = Field("doc_no", "发文字号")
CASE_NO = Field("case_no", "案号")
ADDRESSEE = Field("addressee", "主送")
APPLICANT = Field("applicant", "申请人", basis="行政复议法实施条例 第27条")
RESPONDENT = Field("respondent", "被申请人", basis="行政复议法 第19条")
ACT = Field("act", "被申请行政复议的行政行为", basis="行政复议法 第30条第1款")
CONTACT = Field("contact", "联系人和联系方式", required=False)
LETTER = (ORGAN, ISSUED, NUMBER, ADDRESSEE)
CASE = (CASE_NO, APPLICANT, RESPONDENT, ACT)

SAMPLE: dict[str, Any] = {
    "organ": "东岭省临川市人民政府",
    "issued_on": date(2026, 9, 18),
    "doc_no": "临政复字〔2026〕12号",
    "case_no": "临政复〔2026〕12号",
    "addressee": "陈晓岚",
    "applicant": "陈晓岚",
    "respondent": "临川市市场监督管理局",
    "act": "2026年8月4日作出的《行政处罚决定书》（临市监罚〔2026〕45号）",
    "received_on": date(2026, 9, 7),
    "accepted_on": date(2026, 9, 14),
    "contact": "沈明远，0999-5550123",
    "court": "临川市人民法院",
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

    def __iter__(self) -> Any:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def p(text: str, data: Data | None = None, **more: Any) -> str:
    """One paragraph. ``text`` is our own wording with {names}; values come from the data and are escaped."""
    return f"<p>{text.format_map(_Shown({**(data or {}), **more}))}</p>"


def paras(value: Any) -> str:
    """Officer's text, one paragraph for each line."""
    return "".join(f"<p>{escape(line.strip())}</p>" for line in show(value).split("\n") if line.strip())


def h(text: str) -> str:
    """A heading of the first level."""
    return f"<h2>{escape(text)}</h2>"


def items(values: Any) -> str:
    """A numbered list, each item a line."""
    return "<ol>" + "".join(f"<li>{escape(show(v))}</li>" for v in values or ()) + "</ol>"


def table(head: list[str], rows: Any) -> str:
    """A table with a head row."""
    out = "<table><tr>" + "".join(f"<th>{escape(c)}</th>" for c in head) + "</tr>"
    for row in rows or ():
        out += "<tr>" + "".join(f"<td>{escape(show(c))}</td>" for c in row) + "</tr>"
    return out + "</table>"


def hereby() -> str:
    """特此通知。"""
    return "<p>特此通知。</p>"


def contact_line(data: Data) -> str:
    """The contact line where the data name one."""
    return p("联系人和联系方式：{contact}。", data) if data.get("contact") else ""


def opening(data: Data) -> str:
    """Who challenges what, and under which number the case runs."""
    return p("申请人{applicant}不服被申请人{respondent}{act}，向本机关申请行政复议（案号：{case_no}）。", data)


def doc(
    code: str,
    title: str,
    kind: str,
    fields: tuple[Field, ...],
    body: Callable[[Data], str],
    *,
    basis: str,
    short: str = "",
    layout: Layout = "letter",
    sealed: bool = True,
    file: str = "",
    **sample: Any,
) -> DocumentTemplate:
    """Declare one document of this procedure. ``short`` is the name the procedure uses for it."""
    known = {f.name for f in fields}
    sample.setdefault("doc_no", f"临政复{kind}字〔2026〕12号")
    return DocumentTemplate(
        code=f"reconsideration.{code}",
        title=title,
        short=short or title,
        version=1,
        kind_letter=kind,
        fields=fields,
        default_body=body,
        typst=TemplateRef(ROOT, f"{FOLDER}/{file or code}.typ"),
        sample={k: v for k, v in {**SAMPLE, **sample}.items() if k in known},
        layout=layout,
        sealed=sealed,
        basis=basis,
        numbered=bool(kind),
    )
