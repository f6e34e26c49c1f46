"""文书 of governance: the notice to a supplying unit and the decision on a person's request. The wording is ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import zh_date
from xiezhi.kernel.documents.sanitize import escape
from xiezhi.kernel.documents.templates import Data, DocumentTemplate, Field, TemplateRef

__all__ = ["DECISION", "NOTICE"]

ROOT = Path(__file__).resolve().parents[2]
FILE = "datacenter/govern/templates_typst/letter.typ"

ORGAN = Field("organ", "办理机构")
ISSUED = Field("issued_on", "成文日期", "date")
NUMBER = Field("doc_no", "发文字号")
ADDRESSEE = Field("addressee", "主送")
MATTER_NO = Field("matter_no", "编号")


def _text(value: Any) -> str:
    if isinstance(value, date):
        return escape(zh_date(value))
    return escape("" if value is None else str(value))


def _p(text: str, data: Data) -> str:
    return "<p>" + text.format(**{k: _text(v) for k, v in data.items() if not isinstance(v, (list, tuple))}) + "</p>"


def _notice(d: Data) -> str:
    lines = "".join(f"<li>{_text(line)}</li>" for line in d.get("summary") or ())
    return (
        _p("你单位通过“{source}”报送的“{table}”（批次{batch}，共{rows}行），经校验有{refused}行未通过，没有进入标准库。", d)
        + "<p>未通过的情形：</p><ol>" + lines + "</ol>"
        + _p("请在{due}前在源系统中更正，并重新报送。逐行的问题清单在数据质量页面查看和下载，本通知不载个人信息。", d)
        + "<p>认为规则有误的，可以在同一页面提出异议，核定期间不计入整改期限。更正后的数据重新报送并通过校验的，本单自动办结。</p>"
    )  # fmt: skip


def _decision(d: Data) -> str:
    head = _p("您于{filed_on}提出的{kind}申请（编号{matter_no}），经核实，决定如下：", d)
    said = _p("{decision}", d) + _p("理由：{reason}", d)
    if d.get("refused"):
        said += "<p>不服本决定的，可以依法向人民法院提起诉讼；认为个人信息处理活动违法的，可以向履行个人信息保护职责的部门投诉、举报。</p>"
    else:
        said += "<p>我们将在全部副本中办理，办完后通知您。</p>"
    return head + said


def _doc(code: str, title: str, kind: str, body: Callable[[Data], str], fields: tuple[Field, ...], sample: dict[str, Any], basis: str) -> DocumentTemplate:  # fmt: skip
    return templates.register(
        DocumentTemplate(
            code=f"govern.{code}", title=title, version=1, kind_letter=kind, fields=fields, default_body=body,
            typst=TemplateRef(ROOT, FILE), sample=sample, basis=basis, numbered=True,
        )
    )  # fmt: skip


_SAMPLE = {"organ": "云岭省数据资源中心", "issued_on": date(2026, 9, 14), "doc_no": "云数质字〔2026〕12号"}
NOTICE = _doc(
    "notice", "数据质量问题通知单", "质", _notice,
    (
        ORGAN, ISSUED, NUMBER, ADDRESSEE, MATTER_NO, Field("table", "数据表"), Field("source", "数据源"), Field("batch", "批次"),
        Field("rows", "批次行数", "int"), Field("refused", "拒收行数", "int"), Field("summary", "问题汇总", "list"), Field("due", "整改期限", "date"),
    ),
    {**_SAMPLE, "addressee": "禾溪县司法局", "matter_no": "SJZL20260914000012", "table": "律师", "source": "律师管理系统",
     "batch": "lawyers-20260914", "rows": 1200, "refused": 17, "summary": ["身份证件号码校验不通过12行", "执业证号没有填写5行"],
     "due": date(2026, 9, 21)},
    "政务数据共享条例 第18条",
)  # fmt: skip
DECISION = _doc(
    "decision", "个人信息申请决定书", "个", _decision,
    (
        ORGAN, ISSUED, NUMBER, ADDRESSEE, MATTER_NO, Field("filed_on", "申请日期", "date"), Field("kind", "申请事项"),
        Field("decision", "决定"), Field("reason", "理由", "long", basis="个人信息保护法 第50条第1款"), Field("refused", "不予办理", "bool", required=False),
    ),
    {**_SAMPLE, "doc_no": "云数个字〔2026〕3号", "addressee": "申请人", "matter_no": "SJGZ20260914000003", "filed_on": date(2026, 9, 7), "kind": "更正、补充",
     "decision": "准予更正、补充。", "reason": "申请属实。", "refused": False},
    "个人信息保护法 第50条第1款",
)  # fmt: skip
