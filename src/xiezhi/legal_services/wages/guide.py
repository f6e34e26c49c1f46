"""办事指南 and the next step in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import View

from . import codes, states
from .citations import CPL, PM, A, M, S, W, joined
from .rules import group_grounds, money_of, received, route_open

GUIDE: Mapping[str, Any] = {
    "事项名称": "农民工欠薪求助",
    "办理机构": "县（市、区）公共法律服务中心",
    "服务对象": "被拖欠工资的农民工，一个人或者一起干活的工友",
    "受理条件": (("干了活没有拿到工资", joined(W(10, 1), W(16))),),
    "申请材料": (
        ("什么证明都不用开；有工资条、欠条、考勤、聊天记录的拍照上传，没有也可以先求助", W(50)),
        ("不要经济困难证明，不查家庭收入", A(42, 0, 3)),
    ),
    "申请方式": ("手机网上", "公共法律服务中心窗口", "12348热线"),
    "收费": ("不收费；调解、劳动监察、劳动仲裁、法律援助都不收费", joined(PM(4), M(53), A(2))),
    "办理期限": (
        ("当日有人看、当日告诉您走哪条路", W(10, 3)),
        ("移交法律援助的，当日答复；法律规定最长7日", joined(W(45, 1), A(43, 1))),
        ("调解15日", M(14, 3)),
        ("劳动监察立案后60个工作日，可以延长30个工作日", S(17)),
        ("劳动仲裁5日内决定受理，45日内裁决，可以延长15日", joined(M(29), M(43, 1))),
        ("支付令：5日内通知是否受理，15日内发出", joined(CPL(226), CPL(227, 1))),
    ),
    "您的权利": (
        ("要求付工资的单位按法律规定的顺序承担责任", joined(W(29, 2), W(30, 3), W(36))),
        ("工资只能给钱，要给到您本人手里", W(11)),
        ("对账的材料由用人单位拿出来，拿不出来由它承担后果", W(50)),
        ("仲裁申请先予执行，不用提供担保", M(44)),
    ),
    "结果": ("全部追回", "部分追回", "告知其他办法"),
    "常见问题": (
        ("老板说没钱怎么办？", "工地上的活，分包没给的由总包先给；总包没收到工程款的，建设单位在没结清的工程款里先垫。",
         joined(W(29, 2), W(30, 3))),
        ("没签合同能求助吗？", "能。工资条、转账、聊天记录、考勤、工友作证都行。", W(50)),
        ("还在干活，会不会过期？", "在职期间要工资没有时效限制，离开后一年内要申请仲裁。", M(27, 4)),
        ("找的是包工头，没有公司怎么办？", "把活包给个人的单位要付这笔工资。", joined(W(36, 1), W(18))),
    ),
}  # fmt: skip


def step_of(view: View) -> str:
    """下一步: what has to be done next, in a few words."""
    state = view.state
    if state is None:
        return "提出求助"
    if state in (states.REPORTED, *states.WORKING) and group_grounds(view) and not view.has("alarmed"):
        return "报告群体性欠薪"
    if state is states.REPORTED:
        return "当日分流"
    if state in states.RESULTS:
        return "回访"
    if state not in states.WORKING:
        return ""
    if received(view) >= money_of(view.facts, "owed"):
        return "登记全部追回"
    running = route_open(view)
    if running is not None:
        return _running(view, str(running["route"]))
    last = next((r for r in reversed(view.facts.get("routes") or []) if r.get("route") != "AID"), None)
    if last is None:
        if view.has("aid_referred"):
            return "等律师办理" if view.facts.get("aid") == "GRANTED" else "决定法律援助"
        return "选择办法"
    if last.get("outcome") in codes.LOST:
        return "换一条路"
    return "核实是否到账"


def _running(view: View, route: str) -> str:
    match route:
        case "MEDIATION":
            return "等调解结果"
        case "INSPECTION":
            return "等劳动监察处理" if view.has("inspection_accepted") else "等劳动监察立案"
        case "ARBITRATION":
            return "等裁决" if view.has("arbitration_accepted") else "等仲裁受理"
    return "等支付令"
