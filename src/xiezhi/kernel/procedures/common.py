"""公共事件: what every procedure shares - assignment, handover, recusal, correction, notes - and citations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import (
    ANY_OPEN,
    ANY_STATE,
    SAME,
    Event,
    Field,
    Kind,
    Role,
    Rule,
    Side,
)

__all__ = ["CASE_OFFICER", "OFFICE_HEAD", "ORGAN_HEAD", "CommonEvents", "cite", "joined"]

CASE_OFFICER = Role("case_officer", "承办人", Side.OFFICE)
OFFICE_HEAD = Role("office_head", "机构负责人", Side.OFFICE)
ORGAN_HEAD = Role("organ_head", "机关负责人", Side.OFFICE)


def cite(act: str, article: int, paragraph: int = 0, item: int = 0, *, inserted: str = "") -> str:
    """One citation in the platform's format: 行政复议法 第30条第1款第4项; `inserted` is 之一, 之二."""
    text = f"{act} 第{article}条{inserted}"
    if paragraph:
        text += f"第{paragraph}款"
    if item:
        text += f"第{item}项"
    return text


def joined(*citations: str) -> str:
    """Several citations as one basis."""
    return "；".join(citations)


def _assigned_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"officers": list(ask.data.get("officers", ())), "officer_count": len(ask.data.get("officers", ()))}


def _handed_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    officers = [o for o in view.facts.get("officers", ()) if o != ask.data.get("from_officer")]
    new = ask.data.get("to_officer")
    if new and new not in officers:
        officers.append(new)
    return {"officers": officers, "officer_count": len(officers)}


def _recused_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    if not ask.data.get("granted", True):
        return {}
    who = ask.data.get("who")
    officers = [o for o in view.facts.get("officers", ()) if o != who]
    recused = [*(r for r in view.facts.get("recused", ()) if r != who), who]
    return {"officers": officers, "officer_count": len(officers), "recused": recused}


def _handover_changes(view: View, ask: Ask) -> str | None:
    if ask.data.get("from_officer") == ask.data.get("to_officer"):
        return "接办人与移交人是同一人，请选择另一名工作人员接办"
    return None


class CommonEvents:
    """Events of the house, not of one law: a procedure inherits them before `Procedure`.

    `corrected` is the compensating event: nothing in a history is edited, a wrong entry is voided or its day and
    values are replaced by a later entry that says why.
    """

    assigned = Event(
        "指定承办人", ((ANY_OPEN,), SAME), by=(OFFICE_HEAD, CASE_OFFICER), basis="", sets=_assigned_facts,
        form=(
            Field("officers", "承办人", Kind.STAFFS, required=True, sample=["staff-a", "staff-b"],
                  help="普通程序至少选两人"),
            Field("note", "说明", Kind.TEXT, personal=True),
        ),
        hint="指定或者更换全部承办人",
    )  # fmt: skip
    handed_over = Event(
        "移交承办", ((ANY_OPEN,), SAME), by=(OFFICE_HEAD, CASE_OFFICER), basis="", sets=_handed_facts,
        form=(
            Field("from_officer", "移交人", Kind.STAFF, required=True, sample="staff-a"),
            Field("to_officer", "接办人", Kind.STAFF, required=True, sample="staff-c"),
            Field("reason", "移交原因", Kind.TEXT, required=True, personal=True, sample="岗位调整"),
        ),
        requires=(Rule("SAME_OFFICER", _handover_changes, "", "to_officer"),),
    )  # fmt: skip
    recused = Event(
        "回避", ((ANY_OPEN,), SAME), by=(OFFICE_HEAD, ORGAN_HEAD), basis="", sets=_recused_facts,
        form=(
            Field("who", "应回避的工作人员", Kind.STAFF, required=True, sample="staff-b"),
            Field("asked_by", "提出", Kind.CHOICE, choices=(("PARTY", "当事人申请"), ("SELF", "本人提出"), ("ORGAN", "机关决定")),
                  required=True, sample="SELF"),
            Field("granted", "决定回避", Kind.BOOL, required=True, sample=True),
            Field("reason", "理由", Kind.LONGTEXT, required=True, personal=True, sample="与当事人有利害关系"),
        ),
        plain="复议机构就工作人员的回避作出了决定。",
    )  # fmt: skip
    corrected = Event(
        "更正记录", ((ANY_STATE,), SAME), by=(OFFICE_HEAD,), basis="",
        form=(
            Field("seq", "要更正的记录序号", Kind.INT, required=True),
            Field("void", "作废该条记录", Kind.BOOL),
            Field("new_on", "更正后的日期", Kind.DATE),
            Field("replace", "更正后的内容", Kind.RECORD, help="只填写需要更正的字段"),
            Field("reason", "更正理由", Kind.LONGTEXT, required=True, sample="录入有误"),
        ),
        hint="记录写错时使用：原记录保留，另记一条更正",
    )  # fmt: skip
    noted = Event(
        "办案记事", ((ANY_STATE,), SAME), by=(CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD), basis="", backdated=True,
        form=(
            Field("kind", "类别", Kind.CHOICE, choices=(("CALL", "电话"), ("VISIT", "来访"), ("RISK", "风险"), ("OTHER", "其他")),
                  sample="OTHER"),
            Field("text", "内容", Kind.LONGTEXT, required=True, personal=True, sample="电话告知申请人办理进度。"),
        ),
    )  # fmt: skip
