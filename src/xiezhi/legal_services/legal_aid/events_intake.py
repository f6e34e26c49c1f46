"""事件 from the application or notice to the decision (legal-services.md 3).

The factbook's steps and their events: apply → applied; in custody: transfer → asked_in_custody, passed_on; organ notifies →
defence_notified; incomplete → supplement_noticed; not supplemented → deemed_withdrawn; decide → granted, refused;
first aid before papers → first_aid_granted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import CLOCK, SAME, Event, Field, Kind, Meets, Rule, choice

from . import codes
from . import states as S
from .citations import A, joined
from .fields import ANSWERS, APPLICATION, CUSTODY, NOTICE, choices, day, files, moment, text, yes_no
from .roles import (
    APPLICANT,
    APPLICANT_SIDE,
    CASE_ORGAN,
    COUNTER_CLERK,
    INTAKE,
    OFFICE,
    RECIPIENT,
    RECIPIENT_SIDE,
    TRANSFERORS,
)
from .rules import (
    CHECKING,
    CUSTODY_RULES,
    FILING,
    FIRST_AID,
    GRANTING,
    NOTICE_RULES,
    PASSED,
    REFUSING,
    SUPPLEMENT,
    hardship_facts,
)

_DECISIONS = ("LA-DECIDE", "LA-DECIDE-WD")


def _applied(view: View, ask: Ask) -> Mapping[str, Any]:
    received = ask.data.get("received_on") or ask.on.isoformat()
    facts: dict[str, Any] = {"route": "APPLY", "received_on": received, "law_version": "2022"}
    facts["first_filed_on"] = ask.data.get("first_filed_on") or received
    return {**facts, **hardship_facts(view, ask)}


def _asked_in_custody(view: View, ask: Ask) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"route": "APPLY", "in_custody": True, "law_version": "2022"}
    facts["first_filed_on"] = (ask.data.get("applied_at") or ask.on.isoformat())[:10]
    return {**facts, **hardship_facts(view, ask)}


def _passed_on(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"received_on": ask.data.get("received_on") or ask.on.isoformat()}


def _notified(view: View, ask: Ask) -> Mapping[str, Any]:
    grave = ask.data.get("notice_ground") in codes.GRAVE
    claim = {
        "route": "NOTIFY",
        "kind": "CRIMINAL",
        "matter_type": "CRIMINAL",
        "claim": "SUSPECT",
        "law_version": "2022",
    }
    return {
        **claim, "received_on": ask.data.get("received_on") or ask.on.isoformat(), "life_or_death": grave,
        "hardship_not_required": True, "not_required_basis": "NOTIFIED", "hardship_check_waived": False, "waiver_basis": "",
        "restricted": ask.data.get("notice_ground") == "MINOR" or "MINOR" in (ask.data.get("groups") or ()),
    }  # fmt: skip


def _filed_papers(view: View, values: Mapping[str, Any]) -> Sequence[str]:
    """The promise is a paper only where hardship is to be checked at all."""
    facts = view.facts
    exempt = facts.get("hardship_not_required") or facts.get("hardship_check_waived")
    papers = ["法律援助申请表", "法律援助申请受理回执"]
    return papers if exempt or not facts.get("promise") else [*papers, "个人诚信承诺书"]


def _verified(view: View, ask: Ask) -> Mapping[str, Any]:
    facts = dict(hardship_facts(view, ask))
    if ask.data.get("result"):
        facts["hardship_result"] = ask.data["result"]
        facts["hardship_method"] = ask.data.get("method")
    return facts


def _granted(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"decision": "GRANT", "decided_on": ask.on.isoformat(), **hardship_facts(view, ask)}


def _refused(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"decision": "REFUSE", "decided_on": ask.on.isoformat()}


def _first_aid(view: View, ask: Ask) -> Mapping[str, Any]:
    return {
        "decision": "FIRST_AID", "decided_on": ask.on.isoformat(), "first_aid": True, "route": "FIRST_AID",
        "papers_confirmed": False,
    }  # fmt: skip


def _own_referral(view: View, ask: Ask) -> str | None:
    return "请选择或者填写有管辖权的法律援助机构" if not (ask.data.get("to_unit") or ask.data.get("to_name")) else None


class Intake:
    """Application, transfer, notice, supplement, decision."""

    applied = Event(
        "申请法律援助", ((), S.RECEIVED), by=(*APPLICANT_SIDE, CASE_OFFICER, COUNTER_CLERK, OFFICE_HEAD), basis=joined(A(38), A(40)),
        form=APPLICATION, requires=FILING, sets=_applied, produces=_filed_papers, backdated=True, primary=True,
        plain="您提出了法律援助申请，法律援助机构七日内作出决定。", notifies=(APPLICANT,), hint="不收取任何费用；不需要开具经济困难证明",
        office_title="登记法律援助申请",
    )  # fmt: skip
    asked_in_custody = Event(
        "在押人员提出申请", ((), S.AT_CUSTODY), by=(*TRANSFERORS, CASE_OFFICER, COUNTER_CLERK), basis=A(39), form=CUSTODY,
        requires=CUSTODY_RULES, sets=_asked_in_custody, backdated=True, plain="您的法律援助申请已经记录，二十四小时内转交法律援助机构。",
        notifies=(APPLICANT,), hint="看守所、监狱、强制隔离戒毒所、办案机关或者值班律师收到申请时登记",
        office_title="登记在押人员的申请",
    )  # fmt: skip
    passed_on = Event(
        "转交申请", ((S.AT_CUSTODY,), S.RECEIVED), by=(*TRANSFERORS, *INTAKE), basis=A(39), backdated=True, primary=True,
        form=(moment("passed_at", "转交的时刻", help="与登记时刻不同的填写"), day("received_on", "法律援助机构收到日", office=True), files()),
        meets=(Meets("LA-TRANSFER", "passed_at"),), requires=PASSED, sets=_passed_on,
        produces=("法律援助申请转交函", "法律援助申请受理回执"), plain="您的申请已经转交法律援助机构。", notifies=(APPLICANT, CASE_OFFICER),
        office_title="登记转交的申请", hint="自提出申请起二十四小时以内转交",
    )  # fmt: skip
    defence_notified = Event(
        "收到指派通知", ((), S.NOTICE_RECEIVED), by=(CASE_ORGAN, *INTAKE), basis=joined(A(25), A(28), A(36)), form=NOTICE,
        meets=(Meets("LA-ORGAN-NOTICE", "noticed_on"),), requires=NOTICE_RULES, sets=_notified, backdated=True,
        plain="办案机关已通知法律援助机构为您指派律师。", notifies=(RECIPIENT, CASE_OFFICER),
        hint="人民法院、人民检察院、公安机关发来的通知；不审查经济困难，也不能拒绝",
        office_title="登记指派通知",
    )  # fmt: skip
    notice_withdrawn = Event(
        "办案机关撤回通知", ((S.NOTICE_RECEIVED,), S.WITHDRAWN), by=(CASE_ORGAN, *OFFICE), basis=joined(A(27), A(36)), backdated=True,
        form=(choice("reason_code", "原因", {"OWN_LAWYER": "当事人已经委托律师", "CASE_DROPPED": "案件已经撤销或者终止", "SENT_IN_ERROR": "通知有误"},
                     required=True, fact="withdrawal_reason"), files()),
        sets={"closing_type": "NOTICE_WITHDRAWN"}, plain="办案机关撤回了通知。", notifies=(RECIPIENT, CASE_OFFICER),
        office_title="登记办案机关撤回通知", rare=True, hint="当事人已经委托律师或者案件已经撤销的",
    )  # fmt: skip
    referred = Event(
        "转给有管辖权的机构", ((S.RECEIVED, S.SUPPLEMENT), S.REFERRED), by=OFFICE, basis=A(38),
        form=(Field("to_unit", "有管辖权的法律援助机构", Kind.UNIT, fact="referred_to"),
              Field("to_name", "机构名称", fact="referred_to_name", max_length=100, sample="临川市法律援助中心"),
              text("reason", "说明", "办案机关在该机构所在地。")),
        requires=(Rule("TO_MISSING", _own_referral, A(38), "to_name"),), sets={"closing_type": "REFERRED"}, meets=_DECISIONS,
        plain="您的申请已转给有管辖权的法律援助机构，最初申请的日期保留。", notifies=(APPLICANT,),
        rare=True,
    )  # fmt: skip
    supplement_noticed = Event(
        "告知补充材料", ((S.RECEIVED,), S.SUPPLEMENT), by=(CASE_OFFICER, COUNTER_CLERK, OFFICE_HEAD), basis=A(43, 2),
        form=(choices("defects", "需要补充的材料", codes.DEFECTS, required=True, sample=["CASE_PAPERS"]),
              text("detail", "具体要求", "请提交劳动合同或者工资支付记录。"),
              day("due_on", "补充的截止日", required=True, sample="@10", help="到期没有补充的，视为撤回申请")),
        requires=SUPPLEMENT, produces=("补充材料通知书",), plain="您的材料还不齐全，请在通知写明的日期前补充。", notifies=(APPLICANT,),
        hint="只能告知一次，请一次写全；不能要求开具经济困难证明",
    )  # fmt: skip
    supplemented = Event(
        "补充材料", ((S.SUPPLEMENT,), S.RECEIVED), by=(*APPLICANT_SIDE, CASE_OFFICER, COUNTER_CLERK), basis=A(43, 2),
        form=(*ANSWERS, text("materials", "补充的材料", "工资支付记录一份。"), files()), meets=("LA-SUPPLEMENT",), backdated=True,
        primary=True, sets=hardship_facts, plain="您补充了材料。", notifies=(CASE_OFFICER,),
        office_title="登记补充的材料", hint="把通知里写明的材料一次交齐",
    )  # fmt: skip
    deemed_withdrawn = Event(
        "视为撤回申请", ((S.SUPPLEMENT,), S.WITHDRAWN), by=(CLOCK,), basis=A(43, 2), when="LA-SUPPLEMENT",
        sets={"closing_type": "DEEMED_WITHDRAWN"}, plain="到期没有补充材料，视为撤回申请；您可以再次申请。", notifies=(APPLICANT, CASE_OFFICER),
        rateable=False,
    )  # fmt: skip
    withdrawn = Event(
        "撤回申请", ((S.AT_CUSTODY, S.RECEIVED, S.SUPPLEMENT), S.WITHDRAWN), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=A(43, 2),
        form=(text("reason", "理由", "不再需要。"),), sets={"closing_type": "WITHDRAWN"}, meets=_DECISIONS,
        plain="您撤回了申请。", notifies=(CASE_OFFICER,),
        office_title="登记撤回申请", power="WITHDRAW", rare=True, hint="不再需要法律援助；以后可以再次申请",
    )  # fmt: skip
    means_checked = Event(
        "核对身份和经济状况", ((S.RECEIVED, S.SUPPLEMENT, S.FIRST_AID, *S.ON_DUTY), SAME), by=(CASE_OFFICER, COUNTER_CLERK, OFFICE_HEAD),
        basis=joined(A(41, 2), A(42)), backdated=True,
        form=(*ANSWERS, choice("method", "核查方式", codes.CHECK_METHODS, sample=None, basis=A(41, 2)),
              choice("result", "核查结果", codes.CHECK_RESULTS, basis=A(34)),
              Field("standard_applied", "适用的标准（元）", Kind.MONEY, fact="province_standard", basis=A(34)),
              yes_no("promise", "申请人已作诚信承诺", fact=True, basis=A(41, 2)), text("note", "说明", "已通过信息共享查询。")),
        requires=CHECKING, sets=_verified, hint="不受限制的不核查，免予核查的只核对身份；不得要求开具经济困难证明",
    )  # fmt: skip
    granted = Event(
        "决定给予法律援助", ((S.RECEIVED,), S.GRANTED), by=OFFICE, basis=A(43, 1),
        form=(*(f for f in ANSWERS if f.name in ("claim", "status_proof")),
              yes_no("competent", "属于本机构管辖", fact=True, required_on_screen=True, basis=A(38)),
              yes_no("in_scope", "属于法律援助范围", fact=True, required_on_screen=True, basis=A(31)),
              yes_no("represented", "已经委托代理人或者辩护人", fact=True, basis=A(31)), text("reason", "理由", "符合法律援助条件。")),
        meets=_DECISIONS, requires=GRANTING, sets=_granted, produces=("给予法律援助决定书",), primary=True,
        plain="法律援助机构决定给予您法律援助，三日内指派法律援助人员。", notifies=(APPLICANT, RECIPIENT),
    )  # fmt: skip
    refused = Event(
        "决定不予法律援助", ((S.RECEIVED,), S.REFUSED), by=OFFICE, basis=A(43, 1),
        form=(choice("reason_code", "理由", codes.REFUSAL_REASONS, required=True, fact="refusal_reason", sample="OTHER"),
              text("reason", "说明理由", "申请事项不属于法律援助范围。", required=True),
              yes_no("in_scope", "属于法律援助范围", fact=True, basis=A(31)), yes_no("represented", "已经委托代理人或者辩护人", fact=True),
              Field("earlier_matter", "以前给予援助的办件", max_length=100, sample="法援〔2026〕12号"), day("served_on", "送达申请人之日")),
        meets=_DECISIONS, requires=REFUSING, sets=_refused, produces=("不予法律援助决定书",),
        plain="法律援助机构决定不予法律援助，理由见决定书；有异议的，可以向司法行政部门提出。", notifies=(APPLICANT,),
        rateable=True,
    )  # fmt: skip
    first_aid_granted = Event(
        "决定先行提供法律援助", ((S.RECEIVED, S.SUPPLEMENT), S.FIRST_AID), by=OFFICE, basis=A(44, 1),
        form=(choice("ground", "情形", codes.FIRST_AID_GROUNDS, required=True, fact="first_aid_ground", basis=A(44, 1)),
              day("limitation_on", "时效或者期限届满之日", fact=True, sample="@5", basis=A(44, 1, 1)),
              yes_no("urgent_measure", "需要立即申请保全或者先予执行", fact=True, basis=A(44, 1, 2)),
              text("ground_detail", "具体情形和依据", "地方性法规规定的情形。"),
              day("papers_due_on", "补办手续的截止日", required=True, fact=True, sample="@15", basis=A(44, 2))),
        meets=_DECISIONS, requires=FIRST_AID, sets=_first_aid, produces=("先行提供法律援助决定书",),
        plain="情况紧急，法律援助机构先行提供法律援助，请按时补办手续。", notifies=(APPLICANT, RECIPIENT),
    )  # fmt: skip
    papers_completed = Event(
        "补办手续", ((S.FIRST_AID, *S.ON_DUTY, S.CHANGED), SAME), by=(*RECIPIENT_SIDE, CASE_OFFICER, COUNTER_CLERK), basis=A(44, 2),
        form=(*ANSWERS, text("materials", "补交的材料", "身份证明、申请表。"), files()), meets=("LA-PAPERS",), backdated=True,
        requires=(Rule("NOT_FIRST_AID", lambda v, a: None if v.facts.get("first_aid") else "本件没有先行提供，不需要补办", A(44, 2)),),
        sets=hardship_facts, plain="您补办了手续。", notifies=(CASE_OFFICER,),
        office_title="登记补办的手续", hint="先行提供的，按时补办申请手续、补交材料",
    )  # fmt: skip
    papers_confirmed = Event(
        "确认补办的手续", ((S.FIRST_AID, *S.ON_DUTY, S.CHANGED, S.CLOSED), SAME), by=OFFICE, basis=A(44, 2),
        form=(*(f for f in ANSWERS if f.name in ("claim", "status_proof")), text("note", "说明", "手续齐全，符合条件。")),
        requires=(
            Rule("NO_PAPERS", lambda v, a: None if v.has("papers_completed") else "手续还没有补办", A(44, 2)),
            *(r for r in GRANTING if r.code == "HARDSHIP_UNSETTLED"),
        ),
        sets={"papers_confirmed": True}, plain="您补办的手续已经确认。", notifies=(RECIPIENT,),
    )  # fmt: skip
