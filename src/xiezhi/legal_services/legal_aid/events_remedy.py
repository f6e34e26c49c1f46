"""事件 of closing the file, termination, objection, complaint and pay-back (legal-services.md 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD
from xiezhi.kernel.procedures.core import ON, Ask, View
from xiezhi.kernel.procedures.declare import ANY_STATE, PREVIOUS, SAME, Event, Field, Kind, choice

from . import codes
from . import states as S
from .citations import RECON, A, joined
from .fields import day, files, text, yes_no
from .roles import (
    APPLICANT,
    ARCHIVIST,
    OFFICE,
    ORGAN_OFFICER,
    PROVIDER,
    RECIPIENT,
    RECIPIENT_SIDE,
    SUPERVISOR,
)
from .rules_aid import (
    ACCEPTING,
    ARCHIVING,
    COMPLAINT,
    OBJECTING,
    PAYBACK,
    PAYING,
    QUALITY,
    RATING,
    REGRANTING,
    REINSTATING,
    RETURNING,
    SUBSIDY,
    TERMINATING,
)


def _objected(view: View, ask: Ask) -> Mapping[str, Any]:
    against = next((r.event for r in reversed(view.events) if r.event in ("refused", "terminated")), "")
    return {"objected_on": ask.data.get("received_on") or ask.on.isoformat(), "objected_to": against}


def _paid(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"paid_on": ask.data.get("paid_on") or ask.on.isoformat()}


def _complained(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"complaints": int(view.facts.get("complaints") or 0) + 1}


class Remedy:
    """The end of a matter and what may be said against it."""

    file_returned = Event(
        "退回结案材料", ((S.CLOSED,), S.WORKING), by=OFFICE, basis=A(50), requires=RETURNING,
        form=(text("defects", "需要补齐的内容", "缺少会见笔录。", required=True), day("due_on", "补齐的截止日", fact="file_due_on")),
        sets={"file_returned": True}, notifies=(PROVIDER,), plain="结案材料需要补齐。",
    )  # fmt: skip
    file_accepted = Event(
        "结案材料审查合格", ((S.CLOSED,), SAME), by=OFFICE, basis=A(50), form=(text("opinion", "审查意见", "材料齐全，同意结案。"),),
        requires=ACCEPTING, sets={"file_accepted": True, "closed_on": ON}, notifies=(PROVIDER,), plain="结案材料审查合格。", primary=True,
    )  # fmt: skip
    subsidy_calculated = Event(
        "核定补贴", ((S.CLOSED, S.TERMINATED, S.UPHELD), SAME), by=OFFICE, basis=A(52, 2),
        form=(Field("amount", "补贴（元）", Kind.MONEY, required=True, fact="subsidy", sample="1800"),
              Field("items", "组成", Kind.RECORDS, fields=(choice("item", "项目", codes.SUBSIDY_ITEMS, required=True),
                    Field("amount", "金额（元）", Kind.MONEY, required=True, sample="1800"), Field("count", "数量", Kind.INT))),
              Field("standard_no", "补贴标准文号", max_length=100, fact="subsidy_standard"), text("note", "说明", "按标准核定。")),
        requires=SUBSIDY, produces=("法律援助补贴审批表",), hint="补贴免征增值税和个人所得税",
    )  # fmt: skip
    subsidy_paid = Event(
        "支付补贴", ((S.CLOSED, S.TERMINATED, S.UPHELD), S.PAID), by=OFFICE, basis=joined(A(12), A(52, 1)),
        form=(day("paid_on", "支付之日"), Field("voucher_no", "凭证号", max_length=60)), meets=("LA-SUBSIDY",), requires=(*SUBSIDY[:2], *PAYING),
        sets=_paid, notifies=(PROVIDER,), plain="补贴已经支付。", primary=True,
        rateable=False,
    )  # fmt: skip
    archived = Event(
        "归档法律援助案件", ((S.REFUSED, S.WITHDRAWN, S.REFERRED, S.TERMINATED, S.UPHELD, S.CLOSED, S.PAID), S.ARCHIVED),
        by=(CASE_OFFICER, OFFICE_HEAD, ARCHIVIST), basis=A(50), requires=ARCHIVING,
        form=(Field("archive_no", "档号", max_length=60), text("no_subsidy_reason", "不发放补贴的原因", "由机构工作人员承办。")),
        sets={"archived_on": ON},
        rateable=False,
    )  # fmt: skip
    quality_reviewed = Event(
        "记录质量评估结果", ((S.CLOSED, S.PAID, S.ARCHIVED, S.TERMINATED, S.UPHELD), SAME), by=(*OFFICE, *SUPERVISOR), basis=joined(A(57), A(59)),
        form=(Field("quality", "评分（0至100）", Kind.INT, required=True, fact=True, sample=88),
              choice("method", "方式", {"FILE": "案卷检查", "COURT": "庭审旁听", "OPINION": "征询司法机关意见", "VISIT": "回访受援人", "THIRD": "第三方评估"}),
              text("opinion", "意见", "材料齐全，服务及时。")),
        requires=QUALITY,
    )  # fmt: skip
    visited = Event(
        "回访受援人", ((*S.ON_DUTY, S.CLOSED, S.PAID, S.ARCHIVED, S.TERMINATED), SAME), by=OFFICE, basis=A(59), backdated=True,
        form=(choice("method", "方式", {"PHONE": "电话", "VISIT": "上门", "FORM": "问卷", "VIDEO": "视频"}),
              Field("satisfaction", "满意度（1至5）", Kind.INT, required=True, fact=True, sample=5),
              yes_no("money_asked", "承办人员是否收取财物", fact=True, basis=A(20)), text("account", "受援人的意见", "服务认真负责。")),
        requires=RATING, produces=("法律援助回访表",),
    )  # fmt: skip
    fee_reduction_noted = Event(
        "记录费用减免", ((*S.ON_DUTY, S.CLOSED), SAME), by=(PROVIDER, *OFFICE), basis=A(53), backdated=True,
        form=(choice("kind_of_fee", "费用", {"COURT": "诉讼费", "NOTARY": "公证费", "APPRAISAL": "鉴定费", "COPY": "复制费"}, required=True),
              choice("how", "方式", {"DEFERRED": "缓收", "REDUCED": "减收", "WAIVED": "免收"}, required=True),
              Field("amount", "减免金额（元）", Kind.MONEY)),
        plain="已为您办理费用减免。", notifies=(RECIPIENT,),
        office_title="登记费用减免", rare=True,
    )  # fmt: skip
    termination_requested = Event(
        "受援人要求终止", (S.AIDED, SAME), by=(*RECIPIENT_SIDE, CASE_OFFICER), basis=A(48, 1, 7), backdated=True,
        form=(text("reason", "理由", "双方已经自行和解。", required=True),), plain="您要求终止法律援助。", notifies=(CASE_OFFICER,),
        office_title="登记终止的要求", power="CHANGE", rare=True, hint="不再需要法律援助，并有正当理由",
    )  # fmt: skip
    terminated = Event(
        "决定终止法律援助", (S.AIDED, S.TERMINATED), by=OFFICE, basis=A(48, 1),
        form=(choice("ground", "情形", codes.TERMINATION_GROUNDS, required=True, fact="termination_ground", sample="5"),
              text("reason", "说明理由", "案件已经撤诉，审理终止。", required=True), yes_no("status_lost", "免予核查的身份已经丧失"),
              day("asked_on", "受援人要求之日"), Field("other_basis", "所依据的法律、法规", max_length=100, sample="地方法律援助条例"), day("served_on", "送达受援人之日")),
        requires=TERMINATING, sets={"terminated_on": ON, "closing_type": "TERMINATED", "offer_open": False}, produces=("终止法律援助决定书",),
        plain="法律援助机构决定终止法律援助；有异议的，可以向司法行政部门提出。", notifies=(APPLICANT, RECIPIENT, PROVIDER),
        rateable=True,
    )  # fmt: skip
    objected = Event(
        "提出异议", ((S.REFUSED, S.TERMINATED, S.PAID, S.ARCHIVED), S.OBJECTION), by=(*RECIPIENT_SIDE, ORGAN_OFFICER, CASE_OFFICER),
        basis=A(49, 1), backdated=True, requires=OBJECTING, sets=_objected,
        form=(day("received_on", "司法行政部门收到异议之日", office=True), text("reason", "异议的理由", "申请人符合条件。", required=True), files()),
        plain="您提出了异议，司法行政部门五日内审查。", notifies=(ORGAN_OFFICER, ORGAN_HEAD, CASE_OFFICER),
        office_title="登记异议", hint="对不予援助、终止援助的决定不服的，向司法行政部门提出",
    )  # fmt: skip
    objection_withdrawn = Event(
        "撤回异议", ((S.OBJECTION,), PREVIOUS), by=(*RECIPIENT_SIDE, ORGAN_OFFICER), basis=A(49, 1), form=(text("reason", "理由", "不再坚持。"),),
        plain="您撤回了异议。", notifies=(ORGAN_OFFICER,),
        office_title="登记撤回异议", power="WITHDRAW", rare=True, hint="不再坚持异议，原决定继续有效",
    )  # fmt: skip
    upheld = Event(
        "维持原决定", ((S.OBJECTION,), S.UPHELD), by=SUPERVISOR, basis=joined(A(49, 2), A(49, 3), RECON(20, 1)),
        form=(text("reason", "审查意见", "原决定认定事实清楚，予以维持。", required=True), day("served_on", "送达之日")),
        meets=("LA-OBJECTION", "LA-OBJECTION-WD"), sets={"objection_result": "UPHELD"}, produces=("法律援助异议审查决定书",),
        plain="司法行政部门决定维持；不服的，可以在六十日内申请行政复议，或者依法提起行政诉讼。", notifies=(APPLICANT, RECIPIENT, CASE_OFFICER),
    )  # fmt: skip
    correction_ordered = Event(
        "责令改正", ((S.OBJECTION,), S.CORRECTED), by=SUPERVISOR, basis=A(49, 2),
        form=(text("reason", "审查意见", "申请人属于免予核查的人员。", required=True), day("served_on", "送达之日")),
        meets=("LA-OBJECTION", "LA-OBJECTION-WD"), sets={"objection_result": "CORRECTED"}, produces=("法律援助异议审查决定书",), primary=True,
        plain="司法行政部门责令法律援助机构改正。", notifies=(APPLICANT, RECIPIENT, OFFICE_HEAD),
    )  # fmt: skip
    regranted = Event(
        "改正：给予法律援助", ((S.CORRECTED,), S.GRANTED), by=OFFICE, basis=A(49, 2), requires=REGRANTING, form=(text("note", "说明", "依责令改正决定办理。"),),
        sets={"decision": "GRANT", "decided_on": ON, "refusal_reason": None, "closing_type": None}, produces=("给予法律援助决定书",), primary=True,
        plain="法律援助机构已改正，决定给予您法律援助。", notifies=(APPLICANT, RECIPIENT),
    )  # fmt: skip
    reinstated = Event(
        "改正：恢复法律援助", ((S.CORRECTED,), S.CHANGED), by=OFFICE, basis=A(49, 2), requires=REINSTATING, form=(text("note", "说明", "依责令改正决定办理。"),),
        sets={"termination_ground": None, "closing_type": None}, primary=True, plain="法律援助机构已改正，恢复您的法律援助。", notifies=(RECIPIENT,),
    )  # fmt: skip
    complaint_received = Event(
        "收到投诉", ((ANY_STATE,), SAME), by=(*RECIPIENT_SIDE, ORGAN_OFFICER, OFFICE_HEAD), basis=joined(A(55), A(56)), backdated=True,
        form=(choice("ground", "投诉的问题", codes.COMPLAINT_GROUNDS, required=True, fact="complaint_ground", basis=joined(A(20), A(61), A(63))),
              text("account", "情况", "承办人员要求支付交通费。", required=True), files()),
        sets=_complained, plain="您的投诉已经收到。", notifies=(ORGAN_OFFICER, ORGAN_HEAD),
        office_title="登记投诉", hint="法律援助人员收取财物、怠于履行职责，或者机构逾期办理的，可以投诉",
    )  # fmt: skip
    complaint_answered = Event(
        "告知投诉处理结果", ((ANY_STATE,), SAME), by=SUPERVISOR, basis=A(56), requires=COMPLAINT, meets=("LA-COMPLAINT",),
        form=(choice("result", "处理结果", codes.COMPLAINT_RESULTS, required=True, fact="complaint_result"), text("account", "处理情况", "已责令退还，另行指派。")),
        plain="司法行政部门告知了投诉的处理结果。", notifies=(APPLICANT, RECIPIENT),
    )  # fmt: skip
    payback_ordered = Event(
        "责令支付已实施援助的费用", ((S.TERMINATED, S.UPHELD, S.PAID, S.ARCHIVED), SAME), by=SUPERVISOR, basis=A(64), requires=PAYBACK,
        form=(Field("cost", "费用（元）", Kind.MONEY, required=True, fact="payback", sample="1800"),
              Field("fine", "罚款（元）", Kind.MONEY, fact="payback_fine", help="不超过三千元")),
        plain="司法行政部门责令支付已实施法律援助的费用。", notifies=(APPLICANT, RECIPIENT),
        rare=True,
    )  # fmt: skip
