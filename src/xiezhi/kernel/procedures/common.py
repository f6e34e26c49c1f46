"""公共事件: what every procedure shares - assignment, handover, recusal, correction, notes - and citations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, Recorded, View
from xiezhi.kernel.procedures.declare import (
    ANY_OPEN,
    ANY_PARTY,
    ANY_STATE,
    SAME,
    Event,
    Field,
    Kind,
    Role,
    Rule,
    Side,
)

__all__ = [
    "CASE_OFFICER", "HOUSEKEEPING", "MESSAGES", "MOST_WAITING", "OFFICE_HEAD", "ORGAN_HEAD", "RECUSAL_GROUNDS",
    "CommonEvents", "cite", "joined", "waiting_messages",
]  # fmt: skip

MOST_WAITING = 5
"""Messages of one person that wait for an answer before the next can be sent."""
MESSAGES = ("message_sent", "message_answered")
HOUSEKEEPING = (
    "assigned", "handed_over", "recused", "corrected", "noted", "message_sent", "message_answered", "service_chosen",
    "papers_added",
)  # fmt: skip
"""Events of the house: faces show them apart from the steps of the procedure."""
RECUSAL_GROUNDS = (
    ("PARTY_OR_RELATIVE", "是本案当事人或者当事人、代理人的近亲属"),
    ("INTEREST", "本人或者近亲属与本案有利害关系"),
    ("TOOK_PART", "参与作出过被申请的行政行为，或者担任过本案的证人、鉴定人、代理人"),
    ("CONTACT", "违反规定会见当事人、代理人，或者接受其请客送礼"),
    ("OTHER", "有其他关系，可能影响公正办理"),
)

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


def waiting_messages(view: View) -> list[Recorded]:
    """Messages of parties that nobody has answered yet, oldest first."""
    answered = {r.data.get("reply_to") for r in view.by_event.get("message_answered", ())}
    return [r for r in view.by_event.get("message_sent", ()) if r.seq not in answered]


def _not_flooded(view: View, ask: Ask) -> str | None:
    mine = [r for r in waiting_messages(view) if r.actor == ask.actor.ref]
    if len(mine) >= MOST_WAITING:
        return f"您已有{MOST_WAITING}条留言等待答复，请等承办人答复后再留言；有急事请打承办机构的电话"
    return None


def _some_message(view: View, ask: Ask) -> str | None:
    return None if view.has("message_sent") else "当事人还没有留言"


def _a_message(view: View, ask: Ask) -> str | None:
    if any(r.seq == ask.data.get("reply_to") for r in view.by_event.get("message_sent", ())):
        return None
    return "没有这条留言，请选择要答复的留言"


def _messages_left(view: View, ask: Ask) -> Mapping[str, Any]:
    """How many messages wait once this event counts; called before the event stands in the history."""
    left = len([r for r in waiting_messages(view) if r.seq != ask.data.get("reply_to")])
    return {"messages_waiting": left + (ask.event == "message_sent")}


def _is_closed(view: View, ask: Ask) -> str | None:
    if view.state is None or not view.state.closed:
        return "办件还没有办结，材料请直接加入案卷"
    return "案卷已经销毁，不能再加材料" if view.state.code == "DESTROYED" else None


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
            Field("asked_by", "怎样提出", Kind.CHOICE, required=True, sample="SELF",
                  choices=(("PARTY", "当事人申请回避"), ("SELF", "本人自行回避"), ("ORGAN", "机关决定回避"))),
            Field("ground", "回避的情形", Kind.CHOICE, choices=RECUSAL_GROUNDS, required_on_screen=True, sample="INTEREST"),
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
    message_sent = Event(
        "给承办人留言", ((ANY_STATE,), SAME), by=(ANY_PARTY,), basis="", sets=_messages_left,
        form=(
            Field("text", "留言", Kind.LONGTEXT, required=True, personal=True, max_length=2000, sample="请问听取意见安排在哪一天？",
                  help="问进展、约时间、说明情况都可以。留言不代替申请、补正等手续"),
        ),
        requires=(Rule("TOO_MANY_WAITING", _not_flooded, ""),),
        hint="给承办人留言，承办人答复后会通知您",
    )  # fmt: skip
    message_answered = Event(
        "答复留言", ((ANY_STATE,), SAME), by=(CASE_OFFICER, OFFICE_HEAD), basis="", sets=_messages_left,
        form=(
            Field("reply_to", "答复哪一条留言（记录序号）", Kind.INT, required=True, sample=1),
            Field("text", "答复", Kind.LONGTEXT, required=True, personal=True, max_length=2000,
                  sample="已安排下周二上午听取您的意见。"),
        ),
        requires=(Rule("NO_MESSAGE", _some_message, ""), Rule("NOT_A_MESSAGE", _a_message, "", "reply_to")),
        hint="答复只给留言的人看",
    )  # fmt: skip
    service_chosen = Event(
        "选择送达方式", ((ANY_OPEN,), SAME), by=(ANY_PARTY, CASE_OFFICER, OFFICE_HEAD), basis="民事诉讼法 第90条",
        form=(
            Field("party", "哪一位当事人（登记号）", Kind.INT, required=True, sample=1),
            Field("e_service", "同意电子送达", Kind.BOOL, required=True, sample=True),
        ),
        hint="同意或者不再同意电子送达，对以后的文书生效",
    )  # fmt: skip
    papers_added = Event(
        "结案后材料入卷", ((ANY_STATE,), SAME), by=(CASE_OFFICER, OFFICE_HEAD), basis="", requires=(Rule("STILL_OPEN", _is_closed, ""),),
        form=(
            Field("what", "是什么材料，从哪里来", Kind.LONGTEXT, required=True, personal=True, sample="法院寄来的裁判文书。"),
            Field("files", "材料", Kind.FILES),
        ),
        hint="办结以后收到的材料加入案卷，记入经过",
    )  # fmt: skip
