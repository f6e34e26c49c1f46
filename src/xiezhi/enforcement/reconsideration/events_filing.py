"""事件 from filing to the answer whether the application is accepted (reconsideration.md 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import CLOCK, SAME, Event, Field, Kind, Meets, Rule, choice

from . import codes, states
from .citations import L, R, joined
from .fields import APPLICATION, choices, day, files, text, yes_no
from .roles import (
    APPLICANT,
    APPLICANT_SIDE,
    CASE_OFFICER,
    OFFICE,
    OFFICE_HEAD,
    ORGAN,
    PENALTY_ORGAN,
    PLATFORM,
    RESPONDENT,
    SUPERIOR_ORGAN,
)
from .rules import (
    ADMISSION,
    ELECTION,
    FILING,
    OFFICERS_NAMED,
    REFUSAL,
    REPRESENTED,
    SUPPLEMENT,
    SUPPLEMENTED,
    VIA_PENALTY,
)

S = states


def _filed(view: View, ask: Ask) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"filed_on": ask.on.isoformat()}
    facts.update(view.procedure.law_versions(ask.on))
    if ask.event == "via_penalty_organ":
        facts["filing_method"] = "VIA_PENALTY_ORGAN"
    return facts


def _received(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"received_on": ask.data.get("received_on") or ask.on.isoformat()}


def _accepted(view: View, ask: Ask) -> Mapping[str, Any]:
    facts: dict[str, Any] = {
        "accepted_on": ask.on.isoformat(), "accepted_mode": "DECIDED",
        "procedure": ask.data.get("procedure") or "ORDINARY", "law_version": "2023",
        "regulation_version": view.procedure.law_versions(ask.on)["regulation"],
    }  # fmt: skip
    if ask.data.get("officers"):
        facts["officer_count"] = len(ask.data["officers"])
    return facts


def _deemed(view: View, ask: Ask) -> Mapping[str, Any]:
    return {
        "accepted_on": ask.on.isoformat(), "accepted_mode": "DEEMED", "procedure": "ORDINARY", "law_version": "2023",
        "regulation_version": view.procedure.law_versions(ask.on)["regulation"],
    }  # fmt: skip


def _split(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"act_count": 1}


def _no_new_facts(view: View, ask: Ask) -> str | None:
    return "有新的事实和理由的，应当审查是否受理，不能告知不再处理" if ask.data.get("new_facts") else None


def _self_fixed(view: View, ask: Ask) -> str | None:
    return None if view.has("self_corrected") else "处罚机关没有自行纠正，本事项不适用"


def _fix_in_time(view: View, ask: Ask) -> str | None:
    found = view.clock("RC-SELF-FIX", ask.at) if view.calendar else None
    if found and found.legal and ask.on > found.legal:
        return "自行纠正的期限已过，请将申请转送复议机关"
    return None


_CHECKS = (
    choice("out_of_scope_code", "不属于复议范围的事项", codes.OUT_OF_SCOPE, fact=True, basis=joined(L(12), R(36)), sample=None),
    yes_no("competent", "属于本机关管辖", fact=True, required_on_screen=True, basis=L(30, 1, 6)),
    yes_no("court_accepted", "人民法院已经受理", fact=True, required_on_screen=True, basis=L(29, 2)),
    choice("prior_application", "以前的申请",
           {"NONE": "没有", "WITHDRAWN": "申请后撤回", "UNWILLING": "撤回，但违背真实意愿", "DECIDED": "已经受理或者决定"},
           fact=True, basis=L(74, 2)),
    yes_no("respondent_correct", "被申请人正确", fact=True, required_on_screen=True, basis=R(29)),
)  # fmt: skip


class Filing:
    """Filing and admission."""

    filed = Event(
        "提出申请", ((), S.RECEIVED), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=joined(L(20), L(22), R(27)),
        form=APPLICATION, meets=(Meets("RC-APPLY", "postmarked_on"), Meets("RC-APPLY-UNTOLD", "postmarked_on"),
                                 Meets("RC-APPLY-ABS", "postmarked_on")),
        requires=FILING, sets=_filed, backdated=True, primary=True, plain="您提出了行政复议申请。",
        hint="不收取任何费用；可以网上、邮寄、当面或者口头提出",
    )  # fmt: skip
    via_penalty_organ = Event(
        "通过处罚机关提交申请", ((), S.AT_PENALTY_ORGAN), by=(*APPLICANT_SIDE, PENALTY_ORGAN), basis=L(32, 1), form=APPLICATION,
        meets=(Meets("RC-APPLY", "postmarked_on"), Meets("RC-APPLY-UNTOLD", "postmarked_on"),
               Meets("RC-APPLY-ABS", "postmarked_on")),
        requires=(*FILING, *VIA_PENALTY), sets=_filed, backdated=True, plain="您向作出处罚决定的机关提交了行政复议申请。",
        notifies=(PENALTY_ORGAN,), hint="当场处罚和电子监控处罚可以向处罚机关提交",
    )  # fmt: skip
    forwarded = Event(
        "转送复议机关", ((S.AT_PENALTY_ORGAN,), S.RECEIVED), by=(PENALTY_ORGAN,), basis=L(32, 2),
        form=(day("received_on", "复议机关收到日"), files()), meets=("RC-FWD-PENALTY",), produces=("处罚机关转送函",), backdated=True,
        plain="处罚机关已将您的申请转送复议机关。", notifies=(APPLICANT, CASE_OFFICER), primary=True,
    )  # fmt: skip
    self_corrected = Event(
        "自行纠正", ((S.AT_PENALTY_ORGAN,), S.CLOSED), by=(PENALTY_ORGAN,), basis=R(38, 1),
        form=(choice("correction", "纠正方式", {"QUASHED": "撤销", "CHANGED": "变更", "OTHER": "其他"}, required=True),
              day("told_on", "告知申请人之日"), text("account", "纠正情况", "撤销原处罚决定。", required=True)),
        meets=("RC-SELF-FIX", "RC-FWD-PENALTY"), sets={"closing_type": "SELF_CORRECTED"},
        requires=(Rule("SELF_FIX_LATE", _fix_in_time, R(38, 1)),),
        plain="处罚机关自行纠正了处罚决定；您仍要申请复议的，可以坚持申请。", notifies=(APPLICANT, CASE_OFFICER),
    )  # fmt: skip
    insisted = Event(
        "坚持申请", ((S.CLOSED,), S.RECEIVED), by=APPLICANT_SIDE, basis=R(38, 2), sets={"closing_type": None, "insisted": True},
        requires=(Rule("NOT_SELF_CORRECTED", _self_fixed, R(38, 2)),), form=(day("postmarked_on", "邮戳日", office=True),),
        plain="您坚持对原处罚决定申请复议，申请已交复议机关。", notifies=(CASE_OFFICER,),
        hint="处罚机关改正以后您仍要复议的，从这里提出", rare=True,
    )  # fmt: skip
    receipt = Event(
        "收到申请", ((S.RECEIVED,), S.ADMISSION_REVIEW), by=(CASE_OFFICER, OFFICE_HEAD, PLATFORM), basis=R(28, 1),
        form=(day("received_on", "收到日", help="与登记日不同的填写"),
              text("materials", "收到的材料", "申请书一份。"), files()),
        sets=_received, produces=("收件回执",), backdated=True, primary=True,
        plain="复议机关收到了您的申请，五个工作日内决定是否受理。", notifies=(APPLICANT,),
    )  # fmt: skip
    respondent_change_told = Event(
        "告知变更被申请人", ((S.ADMISSION_REVIEW, S.SUPPLEMENT_PENDING), SAME), by=OFFICE, basis=R(29),
        form=(Field("right_respondent", "正确的被申请人", required=True, sample="临川市公安局"),),
        sets={"respondent_correct": False}, plain="复议机关告知您应当变更被申请人。", notifies=(APPLICANT,),
    )  # fmt: skip
    respondent_changed = Event(
        "变更被申请人", ((*S.BEFORE_ACCEPTANCE, *S.ON_TRIAL), SAME), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=joined(R(29), L(19)),
        form=(Field("respondent_name", "被申请人", required=True, fact=True, sample="临川市公安局"),
              Field("respondent_unit", "被申请人（单位）", Kind.UNIT, fact=True),
              choice("respondent_kind", "被申请人的类别", codes.RESPONDENT_KINDS, fact=True)),
        sets={"respondent_correct": True}, plain="被申请人已经变更。", notifies=(CASE_OFFICER,),
        hint="被申请人写错了，换成作出行政行为的机关", rare=True,
    )  # fmt: skip
    split = Event(
        "分案", ((S.RECEIVED, S.ADMISSION_REVIEW), SAME), by=OFFICE, basis=L(22, 4), sets=_split,
        form=(Field("other_matters", "另行登记的办件", max_length=400),
              text("reason", "说明", "申请涉及两个以上行政行为，分别登记。")),
        plain="您的申请涉及几个行政行为，复议机关分别登记办理。", notifies=(APPLICANT,),
    )  # fmt: skip
    supplement_noticed = Event(
        "通知补正", ((S.ADMISSION_REVIEW,), S.SUPPLEMENT_PENDING), by=OFFICE, basis=L(31, 1),
        form=(choices("defects", "需要补正的事项", {
                  "IDENTITY": "身份证明", "RESPONDENT": "被申请人不明确", "CLAIM": "请求不具体", "FACTS": "事实理由不清",
                  "ACT": "行政行为的材料", "AUTHORITY": "代理权限材料", "INTEREST": "利害关系材料", "OTHER": "其他"},
                  required=True, sample=["IDENTITY"], basis=L(31, 1)),
              text("detail", "说明", "请补充身份证明复印件。"),
              day("notice_received_on", "申请人收到通知之日")),
        meets=("RC-SUPP-NOTICE",), requires=SUPPLEMENT, produces=("补正通知书",),
        plain="您的材料还不齐全，请在收到通知之日起十个工作日内补正。", notifies=(APPLICANT,), hint="只能通知一次，请一次写全",
    )  # fmt: skip
    supplement_notice_received = Event(
        "申请人收到补正通知", ((S.SUPPLEMENT_PENDING,), SAME), by=(*OFFICE, *APPLICANT_SIDE, PLATFORM), basis=L(31, 2), backdated=True,
        form=(files(),), plain="您收到了补正通知。",
        hint="补正通知以其他方式先收到的，从这里说明收到的日期", rare=True,
    )  # fmt: skip
    supplement_extended = Event(
        "延长补正期限", ((S.SUPPLEMENT_PENDING, S.ABANDONED), S.SUPPLEMENT_PENDING), by=OFFICE, basis=L(31, 2),
        form=(Field("extra_days", "延长（工作日）", Kind.INT, required=True, sample=5),
              text("reason", "正当理由", "申请人住院治疗。", required=True)),
        sets={"closing_type": None}, plain="复议机关延长了您的补正期限。", notifies=(APPLICANT,),
    )  # fmt: skip
    supplemented = Event(
        "补正", ((S.SUPPLEMENT_PENDING, S.ABANDONED), S.ADMISSION_REVIEW), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=L(31, 3),
        form=(day("posted_on", "邮戳日", office=True), text("materials", "补正的材料", "身份证明一份。"), files()),
        meets=(Meets("RC-SUPP", "posted_on"),), requires=SUPPLEMENTED, backdated=True, sets={"closing_type": None}, primary=True,
        plain="您补正了材料，复议机关五个工作日内决定是否受理。", notifies=(CASE_OFFICER,),
        hint="按补正通知交齐材料，在期限内交的申请继续审查",
        office_title="登记补正材料",
    )  # fmt: skip
    supplement_lapsed = Event(
        "视为放弃申请", ((S.SUPPLEMENT_PENDING,), S.ABANDONED), by=(CLOCK,), basis=L(31, 2), when="RC-SUPP",
        sets={"closing_type": "ABANDONED"}, produces=("视为放弃记录",), notifies=(APPLICANT, CASE_OFFICER),
        plain="补正期限届满没有补正，视为放弃申请；有正当理由的，请联系复议机关。",
    )  # fmt: skip
    accepted = Event(
        "受理", ((S.ADMISSION_REVIEW,), S.ACCEPTED), by=ORGAN, basis=L(30, 1),
        form=(choice("procedure", "适用程序", codes.PROCEDURES, required=True, fact=True, basis=joined(L(48), L(53))),
              choice("simplified_ground", "简易程序依据", codes.SIMPLIFIED_GROUNDS, fact=True, basis=L(53)),
              yes_no("all_agree", "当事人各方都同意简易程序", sample=True, basis=L(53, 2)),
              Field("amount", "案件涉及款额（元）", Kind.MONEY, fact=True, sample="2000", basis=L(53, 1, 3)),
              Field("officers", "承办人", Kind.STAFFS, fact=True, basis=L(36, 1)),
              yes_no("complex", "重大、疑难、复杂", fact=True, basis=L(50, 1)),
              yes_no("technical", "专业性、技术性较强", fact=True, basis=L(52, 2, 2)),
              yes_no("own_act", "对本机关行为不服", fact=True, basis=L(24, 2)),
              yes_no("mandatory_first", "属于复议前置", fact=True, basis=L(23, 1)),
              choice("matter_code", "复议事项", codes.MATTERS, fact=True, required_on_screen=True, basis=L(11)),
              Field("shorter_decision_days", "法律规定更短的审理期限（日）", Kind.INT, fact=True, basis=L(62, 1)),
              text("late_reason", "逾期的正当理由", "因洪水道路中断。", basis=L(20, 2)),
              day("obstacle_from", "障碍发生之日", fact=True, basis=L(20, 2)),
              day("obstacle_until", "障碍消除之日", fact=True, basis=L(20, 2)),
              *_CHECKS),
        meets=("RC-ADMIT",), requires=(*ADMISSION, OFFICERS_NAMED), sets=_accepted, produces=("受理通知书",), primary=True,
        plain="您的申请已经受理。", notifies=(APPLICANT,),
    )  # fmt: skip
    deemed_accepted = Event(
        "视为受理", ((S.RECEIVED, S.ADMISSION_REVIEW), S.ACCEPTED), by=(CLOCK,), basis=L(30, 3), when="RC-ADMIT", sets=_deemed,
        produces=("视为受理记录",), plain="审查期限届满，您的申请视为受理。", notifies=(APPLICANT, CASE_OFFICER),
    )  # fmt: skip
    refused = Event(
        "不予受理", ((S.ADMISSION_REVIEW,), S.NOT_ACCEPTED), by=ORGAN, basis=L(30, 2),
        form=(choice("reason_code", "理由", codes.REFUSAL_REASONS, required=True, fact="refusal_reason", sample="NO_INTEREST"),
              text("reason", "说明理由", "申请人与该行政行为没有利害关系。", required=True),
              Field("competent_organ", "有管辖权的复议机关", sample="云岭省人民政府", max_length=100, basis=L(30, 2)),
              choice("out_of_scope_code", "不属于复议范围的事项", codes.OUT_OF_SCOPE, fact=True)),
        meets=("RC-ADMIT",), requires=REFUSAL, sets={"closing_type": "NOT_ACCEPTED"}, produces=("不予受理决定书",),
        plain="复议机关决定不予受理，理由见决定书。", notifies=(APPLICANT,),
    )  # fmt: skip
    told_no_repeat = Event(
        "告知不再处理", ((S.RECEIVED, S.ADMISSION_REVIEW), S.CLOSED), by=OFFICE, basis=R(37, 2),
        form=(yes_no("new_facts", "有新的事实和理由", sample=False),
              Field("earlier_matter", "以前的办件", max_length=100),
              text("reason", "说明", "没有新的事实和理由。", required=True)),
        requires=(Rule("NEW_FACTS", _no_new_facts, R(37, 2), "new_facts"),), meets=("RC-ADMIT",),
        sets={"closing_type": "TOLD_NO_REPEAT"}, plain="同一事项已经处理，复议机关告知不再处理。", notifies=(APPLICANT,),
    )  # fmt: skip
    withdrawn_before_acceptance = Event(
        "受理前撤回", ((S.AT_PENALTY_ORGAN, *S.BEFORE_ACCEPTANCE), S.CLOSED), by=APPLICANT_SIDE, power="WITHDRAW", basis=L(74, 2),
        form=(yes_no("represented_consent", "被代表的申请人同意", basis=L(15, 2)), text("reason", "理由", "不再申请。")),
        requires=(REPRESENTED,), sets={"closing_type": "WITHDRAWN_EARLY"}, plain="您在受理前撤回了申请。", notifies=(CASE_OFFICER,),
        hint="不再申请复议；撤回以后不能以同一事实和理由再申请", rare=True,
    )  # fmt: skip
    outage_logged = Event(
        "记录系统故障", ((*S.BEFORE_ACCEPTANCE, *S.ON_TRIAL), SAME), by=(*OFFICE, PLATFORM), basis=L(20, 2), backdated=True,
        form=(day("obstacle_from", "故障开始", required=True, fact=True), day("obstacle_until", "故障排除", required=True, fact=True),
              text("account", "情况", "指定的互联网渠道不能使用。")),
        hint="最后一日系统故障是逾期的正当理由",
    )  # fmt: skip
    complaint_recorded = Event(
        "向上级反映", ((S.NOT_ACCEPTED, S.REJECTED, *S.ON_TRIAL, S.CLOSED), SAME), by=(*APPLICANT_SIDE, CASE_OFFICER, SUPERIOR_ORGAN),
        basis=L(35), form=(text("complaint", "反映的问题", "逾期没有作出决定。"),),
        plain="您向上级行政机关反映了情况。", notifies=(SUPERIOR_ORGAN, OFFICE_HEAD),
        hint="逾期不受理、不决定的，请上级行政机关督促", rare=True,
        office_title="登记向上级反映的情况",
    )  # fmt: skip
    correction_ordered = Event(
        "上级责令纠正", ((S.NOT_ACCEPTED, S.REJECTED), S.ADMISSION_REVIEW), by=(SUPERIOR_ORGAN,), basis=L(35),
        form=(text("order", "责令内容", "请依法受理。"),), sets={"closing_type": None},
        plain="上级行政机关责令复议机关纠正。", notifies=(APPLICANT, OFFICE_HEAD),
    )  # fmt: skip
    representative_elected = Event(
        "推选代表人", ((*S.BEFORE_ACCEPTANCE, *S.ON_TRIAL), SAME), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=R(17, 1),
        form=(Field("applicant_count", "申请人数", Kind.INT, required=True, fact=True, sample=12),
              Field("representative_count", "代表人数", Kind.INT, required=True, fact=True, sample=2),
              text("names", "代表人", "代表人二名，推选书已签名。")),
        requires=ELECTION, plain="申请人推选了代表人。", notifies=(CASE_OFFICER,),
        hint="申请人多的，推选代表人参加复议", rare=True,
    )  # fmt: skip
    agent_changed = Event(
        "委托、变更或者解除代理人", ((*S.BEFORE_ACCEPTANCE, *S.ON_TRIAL), SAME), by=(*APPLICANT_SIDE, CASE_OFFICER, RESPONDENT),
        basis=joined(L(17), R(18)), backdated=True,
        form=(choice("change", "事项", {"NEW": "委托", "CHANGED": "变更权限", "ENDED": "解除"}, required=True),
              Field("agent_count", "现有代理人数", Kind.INT, fact=True, sample=1, office=True),
              text("agent", "代理人和权限", "周承，律师，一般授权。")),
        requires=(Rule("AGENTS_MAX_2", lambda v, a: "最多委托两名代理人" if int(a.data.get("agent_count") or 0) > 2 else None,
                       L(17, 1), "agent_count"),),
        plain="代理人有变更。", notifies=(CASE_OFFICER,),
        hint="请律师或者他人代您参加，或者改变、解除委托",
        office_title="登记代理人变化",
    )  # fmt: skip
    third_party_joined = Event(
        "第三人参加", ((S.ADMISSION_REVIEW, *S.ON_TRIAL), SAME), by=(*OFFICE,), basis=L(16, 1),
        form=(choice("on_request", "参加方式", {"REQUEST": "申请参加", "NOTICE": "通知参加"}, sample="NOTICE"),
              text("third_party", "第三人和利害关系", "相邻权利人。")),
        sets={"third_party": True}, produces=("第三人参加通知书",), plain="有第三人参加复议。", notifies=(APPLICANT,),
    )  # fmt: skip
