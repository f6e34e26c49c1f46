"""文书 of sharing, registered with the kernel on import. The wording is ours; a letter names departments and data, no person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import zh_date
from xiezhi.kernel.documents.sanitize import escape
from xiezhi.kernel.documents.templates import Data, DocumentTemplate, Field, TemplateRef

from .citations import R, joined

__all__ = ["TEMPLATES"]

ROOT = Path(__file__).resolve().parents[2]
FILE = "datacenter/sharing/templates_typst/letter.typ"

ORGAN = Field("organ", "机关")
ISSUED = Field("issued_on", "成文日期", "date")
NUMBER = Field("doc_no", "发文字号")
ADDRESSEE = Field("addressee", "主送")
MATTER_NO = Field("matter_no", "申请编号")
RESOURCE = Field("resource", "数据资源")
FIELDS = Field("fields", "数据项", "long", basis=R(20, 2))
HEADING = (ORGAN, ISSUED, ADDRESSEE, MATTER_NO, RESOURCE)
LETTER = (*HEADING, NUMBER)


def _f(name: str, label: str, kind: Any = "long", **more: Any) -> Field:
    return Field(name, label, kind, **{"required": False, **more})


SAMPLE: dict[str, Any] = {
    "organ": "甲东县司法局", "issued_on": date(2026, 11, 16), "doc_no": "甲东司数字〔2026〕3号", "addressee": "甲东县人力资源和社会保障局",
    "matter_no": "SJGX20261102000001", "resource": "律师执业信息（std_lawyer）", "fields": "姓名、执业证号、执业机构", "basis": "劳动保障监察条例",
    "scene": "受理投诉时核对代理人", "scope": "监察机构工作人员", "way": "服务接口", "share_type": "有条件共享", "valid_from": date(2026, 12, 1),
    "valid_to": date(2027, 12, 1), "security": "专用账号，留存日志", "points": "数据安全保护措施；使用人员范围", "reply_due": date(2026, 11, 30),
    "days": "10个工作日", "special_reason": "涉及多个处室会商", "supply_due": date(2026, 12, 14), "reason": "所列事项不需要使用这些数据项",
    "ground": "申请的数据项超出必要", "quota": 1000, "purpose": "劳动监察核查", "misuse": "超出使用范围、共享目的", "found": "在非办案时段批量查询",
    "correct_by": date(2026, 12, 31), "checked": "已经整改到位", "result": "已按证件更正", "kind": "不准确", "authorization": "SJGX20261102000001-1",
    "conditions": "", "wrong_fields": "执业证号",
}  # fmt: skip


def _show(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return zh_date(value)
    return "" if value is None else str(value)


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _p(text: str, data: Data) -> str:
    return f"<p>{text.format_map(_Lenient({k: escape(_show(v)) for k, v in data.items()}))}</p>"


def _rows(data: Data, *pairs: tuple[str, str]) -> str:
    found = [(label, _show(data.get(name))) for name, label in pairs]
    return "<ol>" + "".join(f"<li>{label}：{escape(value)}</li>" for label, value in found if value) + "</ol>"


def _asked(d: Data) -> str:
    return _p("因履行职责需要，经本部门政务数据共享工作机构负责人同意，申请共享下列政务数据。", d) + _rows(
        d, ("resource", "数据资源"), ("fields", "数据项"), ("share_type", "共享属性"), ("way", "共享方式"), ("basis", "使用依据"),
        ("scene", "使用场景"), ("scope", "使用范围"), ("valid_from", "使用时限自"), ("valid_to", "使用时限至"), ("security", "安全保护措施"),
    )  # fmt: skip


def _supplement(d: Data) -> str:
    return (
        _p("你单位关于{resource}的共享申请（编号{matter_no}）收悉，还需要补充下列材料：", d)
        + _p("{points}", d)
        + _p("以上为一次告知的全部内容。补充后我单位继续办理。", d)
    )


def _extended(d: Data) -> str:
    return _p("你单位关于{resource}的共享申请（编号{matter_no}），因{special_reason}，经同级政务数据主管部门同意，答复期限延长{days}，至{reply_due}。", d)  # fmt: skip


def _agreed(d: Data) -> str:
    return (
        _p("经审核，同意向你单位共享{resource}的下列数据项：{fields}。", d)
        + (_p("共享条件：{conditions}。", d) if d.get("conditions") else "")
        + _p(
            "我单位将于{supply_due}前以{way}方式提供。请在申请的使用依据、场景、范围和时限内使用，不得提供给第三方。", d
        )
    )


def _declined(d: Data) -> str:
    return (
        _p("经审核，不同意共享{resource}。理由：{ground}。{reason}", d)
        + (_p("依据：{ground_basis}。", d) if d.get("ground_basis") else "")
        + _p("有不同意见的，可以与我单位协商；协商不成的，可以申请政务数据主管部门协调处理。", d)
    )


def _authorized(d: Data) -> str:
    return (
        _p("授权{addressee}（授权号{authorization}）使用下列政务数据：", d)
        + _rows(d, ("resource", "数据资源"), ("fields", "数据项"), ("way", "共享方式"), ("purpose", "用途"), ("basis", "使用依据"),
                ("scene", "使用场景"), ("scope", "使用范围"), ("valid_from", "自"), ("valid_to", "至"), ("quota", "每日最多调用次数"))
        + _p("每次调用都核对本授权。超出范围、目的使用或者提供给第三方的，立即暂停。使用情况应当记录并至少保存三年。", d)
    )  # fmt: skip


def _suspended(d: Data) -> str:
    return _p("你单位使用{resource}时存在“{misuse}”的情形：{found}。自即日起暂停共享，请于{correct_by}前整改并书面报告。期满不整改或者整改不到位的，可以终止共享。", d)  # fmt: skip


def _resumed(d: Data) -> str:
    return _p("你单位已就{resource}的使用完成整改：{checked}自即日起恢复共享。", d)


def _stopped(d: Data) -> str:
    return _p("自即日起终止向你单位共享{resource}。理由：{reason}请按要求处置已经取得的数据并反馈。", d)


def _mended(d: Data) -> str:
    return _p("你单位提出{resource}（{wrong_fields}）{kind}的校核申请（编号{matter_no}），经核实：{result}", d)


def _doc(code: str, title: str, letter: str, body: Callable[[Data], str], fields: tuple[Field, ...], basis: str) -> DocumentTemplate:  # fmt: skip
    known = {f.name for f in fields}
    return DocumentTemplate(
        code=f"sharing.{code}", title=title, version=1, kind_letter=letter, fields=fields, default_body=body, typst=TemplateRef(ROOT, FILE),
        sample={k: v for k, v in SAMPLE.items() if k in known}, sealed=bool(letter), basis=basis, numbered=bool(letter),
    )  # fmt: skip


_USE = (
    _f("basis", "使用依据", basis=R(20, 2)), _f("scene", "使用场景", basis=R(20, 2)), _f("scope", "使用范围", basis=R(20, 2)), _f("way", "共享方式", "text"),
    _f("valid_from", "自", "date"), _f("valid_to", "至", "date"),
)  # fmt: skip

TEMPLATES = (
    _doc("request", "政务数据共享申请表", "", _asked, (*HEADING, FIELDS, _f("share_type", "共享属性", "text"), *_USE, _f("security", "安全保护措施")), R(20, 2)),
    _doc("supplement", "补充材料告知书", "补", _supplement, (*LETTER, _f("points", "需要补充的材料", required=True)), R(21, 2)),
    _doc("extended", "延长答复告知书", "延", _extended,
         (*LETTER, _f("days", "延长", "text"), _f("special_reason", "特殊原因"), _f("reply_due", "答复期限", "date")), R(21, 1)),
    _doc("agreed", "政务数据共享答复函", "复", _agreed, (*LETTER, FIELDS, _f("conditions", "共享条件"), _f("way", "共享方式", "text"),
         _f("supply_due", "提供期限", "date", basis=R(22, 1))), joined(R(20, 3), R(21, 1))),
    _doc("declined", "不同意共享答复函", "复", _declined,
         (*LETTER, _f("ground", "理由", "text", required=True), _f("ground_basis", "依据", "text"), _f("reason", "理由说明", required=True)), R(21, 2)),
    _doc("authorized", "共享授权书", "授", _authorized,
         (*LETTER, FIELDS, Field("authorization", "授权号"), _f("purpose", "用途", "text"), *_USE, _f("quota", "每日最多调用次数", "int")), R(22)),
    _doc("suspended", "暂停共享通知书", "停", _suspended,
         (*LETTER, _f("misuse", "情形", "text", required=True), _f("found", "事实", required=True), _f("correct_by", "整改期限", "date", required=True)), R(27, 2)),
    _doc("resumed", "恢复共享通知书", "恢", _resumed, (*LETTER, _f("checked", "核实情况", required=True)), R(27, 2)),
    _doc("stopped", "终止共享通知书", "终", _stopped, (*LETTER, _f("reason", "理由", required=True)), R(27)),
    _doc("checked", "校核结果反馈函", "校", _mended,
         (*LETTER, _f("wrong_fields", "数据项", "text"), _f("kind", "问题", "text"), _f("result", "结果", required=True)), R(26, 2)),
)  # fmt: skip

templates.register_all(TEMPLATES)
