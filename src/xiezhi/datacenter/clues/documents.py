"""文书 of checking a clue: the letter that asks, the letter that hands over, the slip that closes. The wording is ours.

No letter tells of crime or correction: where a clue rests on those, the letter names the license and asks for its papers,
and the rest goes by the way in which such data are handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import zh_date
from xiezhi.kernel.documents.sanitize import escape
from xiezhi.kernel.documents.templates import Data, DocumentTemplate, Field, TemplateRef

__all__ = ["TEMPLATES"]

ROOT = Path(__file__).resolve().parents[2]
FILE = "datacenter/clues/templates_typst/letter.typ"

ORGAN = Field("organ", "核查机构")
ISSUED = Field("issued_on", "成文日期", "date")
NUMBER = Field("doc_no", "发文字号")
ADDRESSEE = Field("addressee", "主送")
MATTER_NO = Field("matter_no", "核查编号")
RULE = Field("rule", "比对的事项")
LAW = Field("law", "依据", basis="个人信息保护法 第34条")
DECIDED_BY = Field("decided_by", "认定人", basis="个人信息保护法 第24条第3款")
MODEL = Field("model", "规则和模型版本", required=False)
FINDING = Field("finding", "查明的事实", "long")

SAMPLE: dict[str, Any] = {
    "organ": "云岭省司法厅数据中心", "issued_on": date(2026, 9, 18), "doc_no": "云司疑核字〔2026〕12号", "addressee": "云岭明理律师事务所",
    "matter_no": "YDSY20260918000012", "rule": "律师同时在两个以上律师事务所执业", "law": "律师法第十条第一款", "person": "柳某", "sides": ["甲所专职律师", "乙所专职律师"],
    "questions": "聘用合同的起止日期；同期是否在其他机构执业。", "due": date(2026, 10, 12), "decided_by": "沈知远", "model": "规则第1版，关联模型link-1",
    "finding": "查明两段执业重叠三个月。", "evidence": "聘用合同、收案登记。", "outcome": "不属实", "why": "实际没有任职或者执业", "followed": "计入规则准确率",
    "overlap": "2026年3月1日至2026年6月1日",
}  # fmt: skip


def _show(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return zh_date(value)
    if isinstance(value, (list, tuple)):
        return "；".join(_show(v) for v in value)
    return "" if value is None else str(value)


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def p(text: str, data: Data) -> str:
    """One paragraph of our own wording with {names}, values escaped."""
    shown: Mapping[str, str] = {k: escape(_show(v)) for k, v in data.items()}
    return f"<p>{text.format_map(_Lenient(shown))}</p>"


def _lines(head: str, values: Any) -> str:
    if not values:
        return ""
    return f"<p>{head}</p><ol>" + "".join(f"<li>{escape(_show(v))}</li>" for v in values) + "</ol>"


def _inquiry(d: Data) -> str:
    return (
        p("我单位在数据比对中发现一条线索（编号{matter_no}）：{rule}。涉及{person}。有关规定见{law}。", d)
        + _lines("数据显示的情况：", d.get("sides"))
        + p("请于{due}以前书面说明下列事项，并附有关材料：{questions}", d)
        + p(
            "这只是数据比对产生的线索，不是认定，更不是处罚。数据有误的，请说明，我们会通知数据提供单位更正。所列信息仅供核查使用，请注意保密。",
            d,
        )
    )


def _transfer(d: Data) -> str:
    return (
        p(
            "经核查，下列线索属实，属于你单位职责，现予移送（编号{matter_no}）：{rule}，涉及{person}，重叠期间{overlap}。有关规定见{law}。",
            d,
        )
        + p("查明的事实：{finding}", d)
        + p("依据的材料：{evidence}", d)
        + p(
            "认定人：{decided_by}。比对使用{model}。是否处理、怎样处理，由你单位依法决定；本人依法享有陈述、申辩、申请行政复议和提起行政诉讼的权利。请将处理结果告知我单位。",
            d,
        )
    )


def _slip(d: Data) -> str:
    return (
        p("线索{matter_no}：{rule}，涉及{person}，重叠期间{overlap}。", d)
        + p("认定：{outcome}。原因：{why}。查明的事实：{finding}", d)
        + p("后续：{followed}。认定人：{decided_by}。比对使用{model}。", d)
        + p("本人认为信息不准确的，可以请求更正；对认定有异议的，可以提出，由另一名人员重新核查。", d)
    )


def _doc(
    code: str,
    title: str,
    kind: str,
    body: Callable[[Data], str],
    fields: tuple[Field, ...],
    *,
    sealed: bool,
    basis: str,
) -> DocumentTemplate:
    known = {f.name for f in fields}
    return DocumentTemplate(
        code=f"clues.{code}", title=title, version=1, kind_letter=kind, fields=fields, default_body=body, typst=TemplateRef(ROOT, FILE),
        sample={k: v for k, v in SAMPLE.items() if k in known}, sealed=sealed, basis=basis, numbered=bool(kind),
    )  # fmt: skip


_HEAD = (ORGAN, ISSUED, NUMBER, ADDRESSEE, MATTER_NO, RULE, LAW, Field("person", "涉及的人员"))
TEMPLATES = (
    _doc("inquiry", "核查函", "核", _inquiry, (*_HEAD, Field("sides", "数据显示的情况", "list", required=False), Field("questions", "请说明的事项", "long"),
                                               Field("due", "答复期限", "date")), sealed=True, basis="行政许可法 第61条第1款"),
    _doc("transfer", "线索移送函", "移", _transfer,
         (*_HEAD, Field("overlap", "重叠期间"), FINDING, Field("evidence", "依据的材料", "long"), DECIDED_BY, MODEL), sealed=True,
         basis="个人信息保护法 第34条"),
    _doc("slip", "疑点核查处理单", "", _slip,
         (ORGAN, ISSUED, MATTER_NO, RULE, Field("person", "涉及的人员"), Field("overlap", "重叠期间"), Field("outcome", "认定"), Field("why", "原因", required=False),
          FINDING, Field("followed", "后续", required=False), DECIDED_BY, MODEL), sealed=False, basis="个人信息保护法 第24条第3款"),
)  # fmt: skip

templates.register_all(TEMPLATES)
