"""办事指南 and the next step in words: what the portal tells people and the queue tells the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import View

from . import states
from .citations import L, R, joined

WORDS = (
    "复议", "行政复议", "罚款", "处罚", "罚单", "扣车", "扣押", "查封", "吊销", "执照", "许可证", "不服", "拆除", "拆迁", "强拆", "征收", "征地",
    "补偿", "工伤", "工伤认定", "社保", "低保", "不给办", "不作为", "不受理", "不处理", "没人管", "信息公开", "政府信息", "登记", "确权", "土地证", "房产证",
    "行政机关", "交警", "城管", "市场监管", "公安局", "税务", "海关", "开除", "学籍", "强制", "拘留", "reconsideration", "fine", "penalty",
    "appeal",
)  # fmt: skip
"""Everyday words that lead to this service."""

GUIDE: Mapping[str, Any] = {
    "事项名称": "行政复议",
    "首页": ("不服行政机关的罚款或决定", "申请行政复议，不收费", "scale"),
    "常用词": WORDS,
    "办理机构": "县级以上人民政府的行政复议机构（司法行政部门）",
    "服务对象": "认为行政行为侵犯其合法权益的公民、法人和其他组织，外国人、无国籍人和外国组织同样适用",
    "受理条件": (
        ("有明确的申请人和符合规定的被申请人", L(30, 1, 1)),
        ("与被申请的行政行为有利害关系", L(30, 1, 2)),
        ("有具体的请求和理由", L(30, 1, 3)),
        ("在申请期限内提出，一般为知道行政行为之日起60日", joined(L(30, 1, 4), L(20, 1))),
        ("属于复议范围", joined(L(11), L(30, 1, 5))),
        ("属于本机关管辖", joined(L(24), L(30, 1, 6))),
        ("没有就同一行为申请过复议，人民法院也没有受理", L(30, 1, 7)),
    ),
    "申请材料": (
        ("行政复议申请书；书面申请有困难的，可以口头申请，由工作人员当场记录", joined(L(22), R(27))),
        ("身份证明", R(27)),
        ("行政行为的文书或者能够说明该行为的材料", R(27)),
        ("有代理人的，授权委托书和代理人身份证明", L(17, 2)),
        ("认为行政机关不履行职责的，曾经要求履行的证据", L(44, 2, 1)),
        ("请求行政赔偿的，受到损害的证据", L(44, 2, 2)),
    ),
    "申请方式": ("互联网", "邮寄", "当面提交", "口头"),
    "收费": ("不收费", L(87)),
    "办理期限": (
        ("受理审查5个工作日，期满没有决定不予受理的视为受理", joined(L(30, 1), L(30, 3))),
        ("普通程序自受理之日起60日内决定，情况复杂的可以延长30日", L(62, 1)),
        ("简易程序自受理之日起30日内决定", L(62, 2)),
    ),
    "您的权利": (
        ("委托一至二名代理人", L(17, 1)), ("查阅、复制被申请人的答复和证据", L(47)), ("请求听证", L(50, 2)),
        ("申请停止执行", L(42, 0, 3)), ("申请审查所依据的规范性文件", L(13)), ("同意调解、和解", joined(L(5), L(74))),
        ("不服决定的，15日内向人民法院起诉", L(10)),
    ),
    "结果": ("行政复议决定书", "行政复议调解书", "不予受理决定书", "驳回行政复议申请决定书", "终止行政复议决定书"),
    "常见问题": (
        ("复议期间行政行为停止执行吗？", "一般不停止，有法定情形的除外。", L(42)),
        ("寄出的日子算还是收到的日子算？", "是否逾期看邮戳；受理审查从复议机关收到之日起算。", joined(L(88, 1), L(30, 1))),
    ),
}  # fmt: skip

_STEPS: Mapping[str, str] = {
    "AT_PENALTY_ORGAN": "等处罚机关转送或者纠正", "RECEIVED": "登记收件", "ADMISSION_REVIEW": "决定是否受理",
    "SUPPLEMENT_PENDING": "等申请人补正", "NOT_ACCEPTED": "送达并结案", "ABANDONED": "记录并结案", "ACCEPTED": "发送申请书副本",
    "APPROVING": "审批", "DECIDED": "送达", "PERFORMING": "督促履行", "REJECTED": "送达并结案", "TERMINATED": "送达并结案",
    "MEDIATED": "送达并督促履行", "CLOSED": "归档", "ARCHIVED": "", "DESTROYED": "",
}  # fmt: skip


def step_of(view: View) -> str:
    """下一步: what has to be done next, in a few words."""
    state = view.state
    if state is None:
        return "提出申请"
    if view.has("withdrawn") and state in states.ON_TRIAL and not view.has("withdrawal_refused"):
        return "决定是否准予撤回"
    if view.has("elevated") and not view.has("elevation_received") and state in states.ON_TRIAL:
        return "移送案件材料"
    if state is states.SUSPENDED:
        if view.facts.get("suspension_ground") == "9":
            return "办理附带审查"
        return "查明中止原因是否消除"
    if state in (states.IN_REVIEW, states.DRAFTING):
        return _reviewing(view)
    if state is states.SERVED:
        if view.facts.get("respondent_kind") == "DEPARTMENT" and not view.has("copied"):
            return "抄告"
        if view.facts.get("order_redo") or view.facts.get("perform_days"):
            return "督促履行"
        return "结案"
    return _STEPS.get(state.code, "")


def _reviewing(view: View) -> str:
    answered = view.has("replied") or view.has("no_reply")
    if (
        not answered
        and not view.has("copy_received")
        and not (view.last("copy_sent") or _EMPTY).data.get("respondent_received_on")
    ):
        return "确认被申请人收到副本"
    if not answered:
        return "等被申请人答复"
    if view.facts.get("norm_review_requested") and not view.has("norm_review_started"):
        return "启动附带审查"
    if view.facts.get("procedure") != "SIMPLIFIED" and not view.has("views_heard"):
        return "听取意见"
    if view.facts.get("complex") and not view.has("hearing_held"):
        return "举行听证" if view.has("hearing_noticed") else "通知听证"
    if any(view.facts.get(n) for n in ("complex", "technical", "own_act")) and not view.has("committee_consulted"):
        return "提请复议委员会咨询"
    return "报批" if view.state is states.DRAFTING else "拟定决定"


class _Nothing:
    data: Mapping[str, Any] = {}


_EMPTY = _Nothing()
