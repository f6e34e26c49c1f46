"""文书 of the wage channel, registered with the kernel on import: the worker's receipt, letters that hand over, the alarm.

The wording is ours. A letter names firms, project, sums and numbers of people; workers are named on the list that goes
with it under seal, never in the letter.
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
FOLDER = "legal_services/wages/templates_typst"

ORGAN = Field("organ", "办理机构")
ISSUED = Field("issued_on", "成文日期", "date")
NUMBER = Field("doc_no", "发文字号")
ADDRESSEE = Field("addressee", "主送")
MATTER_NO = Field("matter_no", "求助编号")
EMPLOYER = Field("employer", "用人单位", basis="保障农民工工资支付条例 第16条")
PROJECT = Field("project", "项目", required=False)
WORKERS = Field("workers", "涉及人数", "int")
OWED = Field("owed", "欠薪（元）", "money")
REPORTED = Field("reported_on", "求助日期", "date")
PAYERS = Field("payers", "依法应当付款的单位", "list", required=False, basis="保障农民工工资支付条例 第30条")
LIMIT = Field("limit", "时效提示", "long", required=False, basis="劳动争议调解仲裁法 第27条")
CASE = (MATTER_NO, EMPLOYER, PROJECT, WORKERS, OWED, REPORTED)

SAMPLE: dict[str, Any] = {
    "organ": "禾溪县公共法律服务中心", "issued_on": date(2026, 9, 18), "doc_no": "禾溪法服欠字〔2026〕12号", "addressee": "禾溪县法律援助中心",
    "matter_no": "QXWQ20260918000012", "employer": "云岭安泰劳务有限公司", "project": "云湖新城二期", "workers": 12, "owed": "156000.00",
    "reported_on": date(2026, 9, 18), "payers": ["云岭安泰劳务有限公司：它招你们干活，工资首先由它付（第30条第1款）"],
    "limit": "最晚2027年8月31日之前要申请劳动仲裁。", "grounds": ["涉及12人，达到10人"], "why": "不是工资，是工程款", "to_unit": "云川县公共法律服务中心",
}  # fmt: skip


def _show(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return zh_date(value)
    if isinstance(value, (list, tuple)):
        return "；".join(_show(v) for v in value)
    return "" if value is None else str(value)


def p(text: str, data: Data) -> str:
    """One paragraph of our own wording with {names}, values escaped."""
    shown: Mapping[str, str] = {k: escape(_show(v)) for k, v in data.items()}
    return f"<p>{text.format_map(_Lenient(shown))}</p>"


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _lines(head: str, values: Any) -> str:
    if not values:
        return ""
    return f"<p>{head}</p><ol>" + "".join(f"<li>{escape(_show(v))}</li>" for v in values) + "</ol>"


def _project(d: Data) -> str:
    return "在“{project}”" if d.get("project") else ""


def _receipt(d: Data) -> str:
    return (
        p(
            f"您{{reported_on}}提出的欠薪求助已经收到，编号{{matter_no}}：{{employer}}{_project(d)}欠{{workers}}人工资共{{owed}}元。",
            d,
        )
        + p(
            "今天就有工作人员看您的情况，告诉您走哪条路。求助、调解、劳动监察、劳动仲裁和法律援助都不收费，不查家庭经济状况。",
            d,
        )
        + _lines("法律规定由下列单位付这笔工资，按先后：", d.get("payers"))
        + (p("{limit}", d) if d.get("limit") else "")
        + p("凭编号可以随时在网上查看进展。对账的材料由用人单位拿出来，拿不出来由它承担后果。", d)
    )


def _handing(what: str) -> Callable[[Data], str]:
    def body(d: Data) -> str:
        return (
            p(
                f"{{reported_on}}，{{workers}}名农民工向我单位求助（编号{{matter_no}}），反映{{employer}}{_project(d)}拖欠工资共{{owed}}元。{what}",
                d,
            )
            + _lines("根据现有材料，依法应当付款的单位依次为：", d.get("payers"))
            + (p("{limit}", d) if d.get("limit") else "")
            + p(
                "最早求助日期为{reported_on}，请按该日期认定。名单和证据材料随函移交，请注意保密。请将办理情况告知我单位，以便工友在一处查看。",
                d,
            )
        )

    return body


def _redirected(d: Data) -> str:
    return p(
        "您{reported_on}提出的求助（编号{matter_no}）：{why}。我们已经转到{to_unit}，您的求助日期不变，不用重新说一遍。",
        d,
    ) + p("对方会与您联系。没有联系的，请拨打12348。", d)


def _alarm(d: Data) -> str:
    return (
        p("{reported_on}收到的欠薪求助（编号{matter_no}）达到群体性欠薪报告标准，现予报告。", d)
        + _lines("理由：", d.get("grounds"))
        + p(f"基本情况：{{employer}}{_project(d)}欠{{workers}}人工资共{{owed}}元。", d)
        + _lines("依法应当付款的单位：", d.get("payers"))
        + p("建议：会同人力资源社会保障、行业主管部门到现场核实，督促先行清偿；有安全风险的通知公安机关。", d)
    )


def _doc(code: str, title: str, kind: str, body: Callable[[Data], str], fields: tuple[Field, ...], *, file: str = "letter",
         sealed: bool = True, basis: str = "") -> DocumentTemplate:  # fmt: skip
    known = {f.name for f in fields}
    return DocumentTemplate(
        code=f"wages.{code}", title=title, version=1, kind_letter=kind, fields=fields, default_body=body,
        typst=TemplateRef(ROOT, f"{FOLDER}/{file}.typ"), sample={k: v for k, v in SAMPLE.items() if k in known},
        sealed=sealed, basis=basis, numbered=bool(kind),
    )  # fmt: skip


_LETTER = (ORGAN, ISSUED, NUMBER, ADDRESSEE, *CASE, PAYERS, LIMIT)
TEMPLATES = (
    _doc("receipt", "欠薪求助回执", "", _receipt, (ORGAN, ISSUED, ADDRESSEE, *CASE, PAYERS, LIMIT), file="receipt", sealed=False,
         basis="保障农民工工资支付条例 第10条第3款"),
    _doc("redirected", "转办告知书", "转", _redirected,
         (ORGAN, ISSUED, NUMBER, ADDRESSEE, MATTER_NO, REPORTED, Field("why", "原因"), Field("to_unit", "转到")),
         basis="保障农民工工资支付条例 第10条第3款"),
    _doc("aid", "法律援助移交函", "援", _handing("工友要求法律援助。请当日审查，农民工请求支付劳动报酬免予核查经济困难状况。"), _LETTER,
         basis="法律援助法 第42条第3项"),
    _doc("mediation", "调解移交函", "调", _handing("请自收到之日起十五日内组织调解，不收取费用。"), _LETTER, basis="劳动争议调解仲裁法 第14条第3款"),
    _doc("inspection", "劳动监察移送函", "监", _handing("涉嫌拖欠农民工工资，属于你单位职责，现予移送。"), _LETTER, basis="保障农民工工资支付条例 第7条第1款"),
    _doc("arbitration", "仲裁申请转交函", "仲", _handing("工友申请劳动仲裁，现将申请材料转交你委，请在五日内决定是否受理。"), _LETTER,
         basis="劳动争议调解仲裁法 第29条"),
    _doc("payment_order", "支付令申请转交函", "令", _handing("工友申请支付令，现将申请材料转交你院。"), _LETTER, basis="劳动争议调解仲裁法 第16条"),
    _doc("alarm", "群体性欠薪报告", "报", _alarm, (ORGAN, ISSUED, NUMBER, ADDRESSEE, *CASE, PAYERS, Field("grounds", "理由", "list")),
         basis="保障农民工工资支付条例 第10条第3款"),
)  # fmt: skip

templates.register_all(TEMPLATES)
