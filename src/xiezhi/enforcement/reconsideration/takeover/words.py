"""Words of old systems and the codes they stand for. Codes themselves are always understood."""

from __future__ import annotations

from collections.abc import Mapping

from xiezhi.kernel.procedures.takeover import Unfit

from .. import codes, states

STATES: Mapping[str, str] = {
    "收件": "RECEIVED", "已收件": "RECEIVED", "登记": "RECEIVED", "审查": "ADMISSION_REVIEW", "立案审查": "ADMISSION_REVIEW",
    "受理审查": "ADMISSION_REVIEW", "补正": "SUPPLEMENT_PENDING", "补正中": "SUPPLEMENT_PENDING", "立案": "ACCEPTED", "受理": "ACCEPTED",
    "审理": "IN_REVIEW", "在办": "IN_REVIEW", "办理中": "IN_REVIEW", "已中止": "SUSPENDED", "审批中": "APPROVING", "待审批": "APPROVING",
    "拟稿": "DRAFTING", "已作出决定": "DECIDED", "决定": "DECIDED", "送达": "SERVED", "履行": "PERFORMING", "已终止": "TERMINATED",
    "调解": "MEDIATED", "驳回": "REJECTED", "已结": "CLOSED", "办结": "CLOSED", "已结案": "CLOSED", "已归档": "ARCHIVED", "放弃": "ABANDONED",
    **{s.title: s.code for s in vars(states.States).values() if hasattr(s, "title") and hasattr(s, "code")},
}  # fmt: skip
RESULTS: Mapping[str, str] = {
    **{title: code for code, title in codes.CLOSING_TYPES.items()},
    "确认行政行为违法": "UNLAWFUL", "撤销并责令重作": "QUASHED", "驳回复议请求": "CLAIM_REJECTED", "驳回复议申请": "REJECTED",
    "撤回": "TERMINATED_WITHDRAWN", "终止（撤回）": "TERMINATED_WITHDRAWN", "撤回申请": "TERMINATED_WITHDRAWN", "和解": "TERMINATED_WITHDRAWN",
    "终止": "TERMINATED_OTHER", "调解书": "MEDIATED", "视为放弃申请": "ABANDONED", "责令限期履行": "ORDER_PERFORM",
}  # fmt: skip
METHODS: Mapping[str, str] = {title: code for code, title in codes.FILING_METHODS.items()} | {
    "网上": "ONLINE", "网络": "ONLINE", "来信": "POST", "信函": "POST", "窗口": "IN_PERSON", "当面": "IN_PERSON", "当面递交": "IN_PERSON",
}  # fmt: skip
MATTERS: Mapping[str, str] = {title: code for code, title in codes.MATTERS.items()} | {
    "行政不作为": "11", "不履行法定职责": "11", "举报投诉处理": "15", "行政征收": "5", "行政确认": "15", "行政确权": "4", "其他": "15",
}  # fmt: skip
CLAIMS: Mapping[str, str] = {title: code for code, title in codes.CLAIMS.items()}
TRACKS: Mapping[str, str] = {"普通": "ORDINARY", "普通程序": "ORDINARY", "简易": "SIMPLIFIED", "简易程序": "SIMPLIFIED"}


def coded(column: str, text: str, words: Mapping[str, str], known: Mapping[str, str] | frozenset[str]) -> str:
    """The code of a word. Raises Unfit naming the words that are understood."""
    text = text.strip()
    if text.upper() in known:
        return text.upper()
    if text in words:
        return words[text]
    some = "、".join(list(words)[:12])
    raise Unfit(column, "UNKNOWN_WORD", f"不认识“{text}”", f"改为下列之一：{some}等")
