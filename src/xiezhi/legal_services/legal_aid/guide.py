"""办事指南, the next step in words, and who has to take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import View

from . import states as S
from .citations import A, joined
from .rules_hardship import limitation_days_left

__all__ = ["GUIDE", "MUST_ACT", "must_act", "step_of"]

GUIDE: Mapping[str, Any] = {
    "事项名称": "法律援助",
    "办理机构": "县级以上司法行政部门设立的法律援助机构",
    "服务对象": "经济困难的公民和符合法定条件的其他当事人；外国人、无国籍人依照法律和条约办理",
    "受理条件": (
        ("申请事项在法律援助范围内", joined(A(24), A(29), A(31), A(33))),
        ("符合经济困难标准；部分事项不受经济困难条件限制", joined(A(32), A(34))),
        ("部分人员凭身份材料免予核查经济困难状况，例如请求支付劳动报酬或者工伤赔偿的进城务工人员", A(42)),
        ("没有委托代理人或者辩护人", joined(A(24), A(31))),
        ("向有管辖权的法律援助机构提出：诉讼事项在办案机关所在地，非诉讼事项在争议处理机关所在地或者事由发生地", A(38)),
    ),
    "申请材料": (
        ("法律援助申请表，可以口头申请，由工作人员填写", A(38)),
        ("身份证明；代为申请的，法定代理人或者近亲属的身份证明", A(40)),
        ("经济状况说明或者个人诚信承诺；免予核查的，提交身份材料。不需要开具任何经济困难证明", joined(A(41), A(42))),
        ("与所申请事项有关的案件材料", A(43, 2)),
    ),
    "申请方式": ("互联网", "公共法律服务中心、站、室", "12348热线", "自助机", "上门", "在押人员由监管场所、办案机关或者值班律师转交"),
    "收费": ("不收费；法律援助人员不得收取任何财物", A(20)),
    "办理期限": (
        ("自收到申请之日起7日内作出决定", A(43, 1)), ("决定给予的，3日内指派法律援助人员", A(43, 1)),
        ("办案机关通知的，收到通知后3日内指派律师并通知办案机关", A(36)), ("在押人员的申请24小时内转交", A(39)),
        ("异议5日内审查", A(49, 2)),
    ),
    "您的权利": (
        ("了解办理情况", A(55)), ("请求更换未依法履行职责的法律援助人员", A(55)), ("投诉", joined(A(55), A(56))),
        ("对不予援助、终止援助的决定提出异议", A(49, 1)), ("诉讼费、公证费、鉴定费缓收、减收或者免收", A(53)), ("隐私受到保护", A(21)),
    ),
    "您的义务": (("如实说明经济状况和案件情况，提供证据材料", joined(A(41, 1), A(47))),),
    "结果": ("给予法律援助决定书", "不予法律援助决定书", "先行提供法律援助决定书"),
    "常见问题": (
        ("要不要开经济困难证明？", "不要。由机构通过信息共享查询，或者由您作个人诚信承诺。", A(41, 2)),
        ("农民工讨薪要核查收入吗？", "不核查。证明进城务工人员的身份即可。", A(42, 0, 3)),
        ("遭受家庭暴力怎么办？", "不受经济困难条件限制；地址只有法律援助机构和承办人员可见。", A(32, 0, 4)),
        ("快过诉讼时效了怎么办？", "距届满不足七日的，可以先行提供法律援助，手续随后补办。", A(44, 1, 1)),
        ("值班律师就是我的辩护人吗？", "不是。值班律师提供法律帮助；需要辩护人的，可以申请法律援助。", A(30)),
    ),
}  # fmt: skip

MUST_ACT: Mapping[str, tuple[str, ...]] = {
    "AT_CUSTODY": ("custody_place", "case_organ", "duty_lawyer", "case_officer"), "NOTICE_RECEIVED": ("case_officer",),
    "RECEIVED": ("case_officer",), "SUPPLEMENT": ("applicant", "case_officer"), "GRANTED": ("case_officer",), "REFUSED": ("case_officer",),
    "FIRST_AID": ("case_officer",), "APPOINTED": ("provider", "case_officer"), "WORKING": ("provider", "case_officer"),
    "CHANGED": ("case_officer",), "TERMINATED": ("case_officer",), "OBJECTION": ("organ_officer", "organ_head"),
    "UPHELD": ("case_officer",), "CORRECTED": ("office_head", "case_officer"), "CLOSED": ("case_officer",),
}  # fmt: skip
"""For every open state the roles that have to act, the first one foremost. The handling unit never changes: an offer, a
refusal of an offer or a change of provider leaves the matter with the agency's officer."""


def must_act(view: View) -> tuple[str, ...]:
    """Role codes that have to act now; empty when the matter is closed."""
    return MUST_ACT.get(view.state.code, ()) if view.state is not None else ("applicant",)


_STEPS: Mapping[str, str] = {
    "AT_CUSTODY": "二十四小时内转交", "SUPPLEMENT": "等申请人补充材料", "REFUSED": "送达并归档",
    "APPOINTED": "会见受援人、签订委托协议", "TERMINATED": "送达并归档", "OBJECTION": "审查异议",
    "UPHELD": "归档", "CORRECTED": "依责令改正", "WITHDRAWN": "", "REFERRED": "", "PAID": "", "ARCHIVED": "",
}  # fmt: skip


def step_of(view: View) -> str:
    """下一步: what has to be done next, in a few words."""
    state = view.state
    if state is None:
        return "提出申请"
    if state is S.RECEIVED:
        return _reviewing(view)
    if state in S.TO_APPOINT:
        if view.facts.get("offer_open"):
            return "等待被征询人员答复"
        return "另行指派" if state is S.CHANGED else "指派法律援助人员"
    if view.facts.get("route") == "NOTIFY" and state in S.ON_DUTY and not view.has("organ_told"):
        return "通知办案机关"
    if state is S.WORKING:
        if view.has("ended"):
            return "补齐结案材料" if view.facts.get("file_returned") else "提交结案材料"
        return "办理案件"
    if state is S.CLOSED:
        if not view.facts.get("file_accepted"):
            return "审查结案材料"
        return "归档" if view.facts.get("provider_kind") == "AGENCY_STAFF" else "核定并支付补贴"
    return _STEPS.get(state.code, "")


def _reviewing(view: View) -> str:
    end, received = view.date("limitation_on"), view.date("received_on")
    if end is not None and received is not None and 0 <= limitation_days_left(end, received) < 7:
        return "时效将届满，考虑先行提供"
    if view.facts.get("hardship_not_required"):
        return "作出决定"
    if view.facts.get("hardship_check_waived"):
        return "作出决定" if view.facts.get("status_proof") in ("SHOWN", "SHARED", "FAILED") else "核对身份材料"
    return "作出决定" if view.facts.get("hardship_result") else "核查经济状况"
