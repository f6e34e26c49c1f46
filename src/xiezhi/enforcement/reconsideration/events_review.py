"""事件 of the review: copy and reply, views, hearing, evidence, committee, drafting (reconsideration.md 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import CLOCK, SAME, Event, Field, Kind, Meets, choice

from . import codes, states
from .citations import L, R, joined
from .fields import choices, day, files, text, yes_no
from .roles import (
    ADVISORY_COMMITTEE,
    APPLICANT,
    APPLICANT_SIDE,
    APPRAISER,
    CASE_OFFICER,
    EVERYBODY,
    OFFICE,
    OFFICE_HEAD,
    ORGAN_HEAD,
    PLATFORM,
    READERS,
    RESPONDENT,
    SUPERIOR_ORGAN,
    THIRD_PARTY,
    WITNESS,
)
from .rules import CONVERSION, EXTENSION, OFFICERS, REPRESENTED, STAFF_AGENT
from .rules_decision import EVIDENCE, HEARING_HELD, HEARING_NOTICE

S = states
BOTH = (APPLICANT, RESPONDENT)


def _replied(view: View, ask: Ask) -> Mapping[str, Any]:
    """Late replies do not cure: the act stays without evidence; one that came in time but was entered later does."""
    missing = ask.data.get("evidence_submitted") is False
    missed = view.last("no_reply")
    late = missed is not None and ask.on > missed.on
    return {"deemed_no_evidence": bool(missing or late), "replied_late": late}


SUBMITTED_BY = (
    *((role, "APPLICANT") for role in ("applicant", "agent", "guardian", "representative")), ("third_party", "THIRD_PARTY"),
    ("witness", "OFFICE"),
)  # fmt: skip
"""提交人 follows from who submits; what a witness brings counts as the office's, which has called them."""


def _evidence(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"third_party_evidence": True} if ask.data.get("submitted_by") == "THIRD_PARTY" else {}


class Review:
    """From acceptance to the draft."""

    copy_sent = Event(
        "发送申请书副本", ((S.ACCEPTED,), S.IN_REVIEW), by=OFFICE, basis=joined(L(48), L(54, 1)), meets=("RC-COPY-ORD", "RC-COPY-SIM"),
        form=(day("respondent_received_on", "被申请人收到之日", help="收到后填写或者另行记录"), text("note", "说明")),
        produces=("答复通知书",), notifies=(RESPONDENT,), primary=True, plain="复议机构已将申请书副本发送被申请人。",
    )  # fmt: skip
    copy_received = Event(
        "被申请人收到副本", ((*S.ON_TRIAL,), SAME), by=(RESPONDENT, *OFFICE, PLATFORM), basis=L(48), backdated=True, form=(files(),),
        plain="被申请人收到了申请书副本。",
    )  # fmt: skip
    replied = Event(
        "答复", ((*S.ON_TRIAL,), SAME), by=(RESPONDENT, CASE_OFFICER), basis=joined(L(48), L(54, 1), R(41)), backdated=True,
        meets=("RC-REPLY-ORD", "RC-REPLY-SIM"), requires=(STAFF_AGENT,), sets=_replied, primary=True,
        form=(yes_no("evidence_submitted", "同时提交证据、依据", sample=True, required_on_screen=True, basis=L(48)),
              Field("staff_agents", "作为代理人的工作人员数", Kind.INT, sample=1, basis=R(18, 2)),
              yes_no("lawyer", "另委托律师", basis=R(18, 2)),
              text("reply", "答复意见", "行政行为认定事实清楚。", required=True, basis=R(41)),
              text("evidence_list", "证据清单"), files()),
        plain="被申请人提交了答复和证据，您可以查阅。", notifies=(CASE_OFFICER, APPLICANT),
        office_title="登记被申请人答复",
    )  # fmt: skip
    no_reply = Event(
        "逾期未答复", ((S.IN_REVIEW,), S.DRAFTING), by=(CLOCK,), basis=joined(L(70), L(82)), when="RC-REPLY-ORD", also_when=("RC-REPLY-SIM",),
        sets={"deemed_no_evidence": True}, plain="被申请人没有按期答复。", notifies=(CASE_OFFICER, APPLICANT),
    )  # fmt: skip
    file_read = Event(
        "查阅、复制", ((*S.ON_TRIAL, S.DECIDED, S.SERVED), SAME), by=(*READERS, *OFFICE), basis=joined(L(47), R(49)), backdated=True,
        form=(choices("materials", "材料", {"REPLY": "答复书", "EVIDENCE": "证据", "BASIS": "依据", "OTHER": "其他"},
                      required=True, sample=["REPLY", "EVIDENCE"]),
              yes_no("copied", "复制"), yes_no("restricted", "部分内容不予查阅"), text("reason", "不予查阅的理由")),
        produces=("查阅记录",), plain="查阅了案卷材料。",
        hint="查阅、复制对方的答复、证据和依据",
    )  # fmt: skip
    views_heard = Event(
        "听取意见", ((S.ACCEPTED, *S.REVIEWING, S.APPROVING), SAME), by=OFFICE, basis=joined(L(49), "行政复议普通程序听取意见办法 第2条"),
        backdated=True, primary=True,
        form=(choice("method", "方式", codes.VIEW_METHODS, required=True, basis=L(49)),
              choices("heard", "听取对象", {"APPLICANT": "申请人", "RESPONDENT": "被申请人", "THIRD_PARTY": "第三人"},
                      sample=["APPLICANT"]),
              text("record", "意见", "申请人坚持复议请求，愿意调解。"),
              Field("failed_reason", "因当事人原因未能听取的情况", max_length=1000, basis=L(49))),
        produces=("听取意见笔录",), sets={"views_heard": True}, plain="复议机构听取了意见并作了记录。",
    )  # fmt: skip
    hearing_planned = Event(
        "拟定听证", ((S.ACCEPTED, *S.REVIEWING), SAME), by=OFFICE, basis=L(50), sets={"hearing": True},
        form=(day("hearing_on", "听证日期", required=True, fact=True, basis=L(51, 1)), Field("place", "地点", sample="行政复议听证室"),
              choice("reason", "原因", {"COMPLEX": "重大、疑难、复杂", "REQUEST": "申请人请求", "NEEDED": "认为有必要"})),
    )  # fmt: skip
    hearing_noticed = Event(
        "通知听证", ((S.ACCEPTED, *S.REVIEWING), SAME), by=OFFICE, basis=joined(L(51, 1), "行政复议普通程序听证办法 第4条"),
        form=(day("hearing_on", "听证日期", required=True, fact=True, basis=L(51, 1)),
              Field("place", "地点", required=True, sample="行政复议听证室"),
              Field("topics", "拟听证事项", Kind.LONGTEXT, required=True, sample="处罚所依据的事实是否清楚。")),
        meets=("RC-HEAR-NOTICE",), requires=HEARING_NOTICE, produces=("听证通知书",), sets={"hearing": True},
        plain="复议机构将举行听证，时间地点见通知书。", notifies=(APPLICANT, RESPONDENT, THIRD_PARTY),
    )  # fmt: skip
    hearing_cancelled = Event(
        "取消或者改期听证", ((*S.ON_TRIAL,), SAME), by=OFFICE, basis=L(51, 1), form=(text("reason", "原因", "另定日期。"),),
        sets={"hearing_on": None}, plain="原定听证取消或者改期。", notifies=BOTH,
    )  # fmt: skip
    hearing_held = Event(
        "举行听证", ((S.ACCEPTED, *S.REVIEWING), SAME), by=OFFICE, basis=joined(L(50, 3), L(51)), backdated=True,
        form=(Field("chair", "主持人", Kind.STAFF, required=True, sample="staff-a"),
              Field("hearing_officers", "听证员", Kind.STAFFS, required=True, sample=["staff-b", "staff-c"]),
              Field("clerk", "记录员", Kind.STAFF, required=True, sample="staff-d"),
              yes_no("respondent_head_present", "被申请人负责人参加", fact=True, sample=True, required_on_screen=True, basis=L(51, 3)),
              Field("head_absence_reason", "负责人不参加的理由", sample="参加上级会议，委托工作人员参加", basis=L(51, 3)),
              yes_no("applicant_absent", "申请人无正当理由未参加", fact="hearing_waived", required_on_screen=True, basis=L(51, 2)),
              text("record", "听证笔录", "各方陈述了意见。")),
        requires=HEARING_HELD, produces=("听证笔录",), sets={"hearing_held": True}, plain="举行了听证。",
    )  # fmt: skip
    evidence_added = Event(
        "提交证据", ((*S.ON_TRIAL,), SAME), by=(*EVERYBODY, CASE_OFFICER, WITNESS), basis=joined(L(43), L(46), R(47)), backdated=True,
        form=(choice("submitted_by", "提交人", {"APPLICANT": "申请人", "RESPONDENT": "被申请人", "THIRD_PARTY": "第三人",
                     "OFFICE": "复议机构调取"}, required=True, by_role=SUBMITTED_BY),
              choice("evidence_kind", "种类", codes.EVIDENCE, required=True, basis=L(43)),
              yes_no("self_collected_after_filing", "复议期间自行收集", sample=False, basis=L(46, 1)),
              yes_no("new_points_raised", "申请人或者第三人提出了新的理由、证据", basis=L(46, 2)),
              yes_no("office_agrees", "复议机构同意补充", basis=L(46, 2), office=True),
              yes_no("withheld_earlier", "行政程序中无正当理由未提供", basis=R(47)),
              choice("confidentiality", "保密", {"NONE": "无", "STATE": "国家秘密", "BUSINESS": "商业秘密", "PRIVACY": "个人隐私",
                     "SAFETY": "可能危及安全稳定"}, basis=L(47)),
              text("purpose", "证明目的", "证明事实。"), files()),
        requires=EVIDENCE, sets=_evidence, plain="有新的证据提交。", notifies=(CASE_OFFICER,),
        hint="补充证据、说明要证明什么",
        office_title="登记提交的证据",
    )  # fmt: skip
    appraisal_started = Event(
        "开始鉴定", ((*S.WORKING,), SAME), by=OFFICE, basis=R(46), backdated=True,
        form=(Field("appraiser", "鉴定机构", sample="云岭司法鉴定中心", max_length=100),
              choice("chosen", "确定方式", {"AGREED": "协商确定", "NAMED": "复议机构指定"})),
        plain="开始鉴定，所用时间不计入审理期限。", notifies=BOTH,
    )  # fmt: skip
    appraisal_ended = Event(
        "鉴定结束", ((*S.ON_TRIAL,), SAME), by=(*OFFICE, APPRAISER), basis=R(46), backdated=True, form=(text("opinion", "鉴定意见"), files()),
        plain="鉴定结束。",
        hint="鉴定作出结论后，交鉴定意见", rare=True,
    )  # fmt: skip
    inspection_started = Event(
        "开始现场勘验", ((*S.WORKING,), SAME), by=OFFICE, basis=R(45), backdated=True, form=(text("place", "勘验地点", "现场。"),),
        plain="开始现场勘验，所用时间不计入审理期限。",
    )  # fmt: skip
    inspection_ended = Event(
        "现场勘验结束", ((*S.ON_TRIAL,), SAME), by=OFFICE, basis=R(45), backdated=True, form=(text("record", "勘验笔录"), files()),
        plain="现场勘验结束。",
    )  # fmt: skip
    questioned = Event(
        "当面询问", ((S.ACCEPTED, *S.REVIEWING), SAME), by=OFFICE, basis=joined(L(45), R(44)), backdated=True,
        form=(text("record", "询问笔录", "询问有关人员。"),),
    )  # fmt: skip
    committee_consulted = Event(
        "提请复议委员会咨询", ((S.ACCEPTED, *S.REVIEWING, S.APPROVING), SAME), by=(*OFFICE, ADVISORY_COMMITTEE),
        basis=joined(L(52), R(51), R(52)),
        backdated=True, sets={"committee": True},
        form=(choice("reason", "提请原因", codes.COMMITTEE_REASONS, required=True, basis=L(52, 2)),
              choice("meeting", "形式", {"CASE": "案件咨询会议", "FULL": "全体会议"}, basis=R(51)),
              text("members", "参加委员"), text("opinion", "咨询意见", "建议撤销。")),
    )  # fmt: skip
    complexity_found = Event(
        "认定重大疑难复杂", ((*S.WORKING,), SAME), by=OFFICE, basis=joined(L(50, 1), L(52, 2)),
        form=(yes_no("complex", "重大、疑难、复杂", required=True, fact=True, sample=True),
              yes_no("technical", "专业性、技术性较强", fact=True), text("reason", "理由", "涉及人数众多。")),
    )  # fmt: skip
    converted = Event(
        "转为普通程序", ((*S.WORKING,), SAME), by=(OFFICE_HEAD,), basis=L(55), requires=CONVERSION,
        form=(text("reason", "理由", "案情复杂，不宜适用简易程序。", required=True),),
        sets={"procedure": "ORDINARY", "converted": True},
        produces=("普通程序转换告知书",), plain="本案转为普通程序审理。", notifies=BOTH,
    )  # fmt: skip
    extended = Event(
        "延长审理期限", ((*S.WORKING,), SAME), by=(OFFICE_HEAD,), basis=L(62, 1), requires=EXTENSION,
        form=(Field("extension_days", "延长（日）", Kind.INT, required=True, fact=True, sample=30, basis=L(62, 1)),
              day("notified_on", "书面告知之日"), text("reason", "情况复杂的理由", "案情复杂，需要进一步调查。", required=True)),
        produces=("延期通知书",), plain="案情复杂，审理期限经批准延长。", notifies=BOTH, hint="只能一次，最多30日，须书面告知当事人",
    )  # fmt: skip
    claims_changed = Event(
        "变更复议请求", ((S.ADMISSION_REVIEW, *S.ON_TRIAL), SAME), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=joined(L(15, 2), R(61, 1, 1)),
        form=(choices("claims", "复议请求", codes.CLAIMS, required=True, fact=True, sample=["DECLARE_UNLAWFUL"]),
              yes_no("compensation_claim", "请求行政赔偿", fact=True),
              yes_no("represented_consent", "被代表的申请人同意", basis=L(15, 2))),
        requires=(REPRESENTED,), plain="复议请求已经变更。", notifies=(CASE_OFFICER,),
        hint="增加、减少或者改变复议请求",
        office_title="登记变更复议请求",
    )  # fmt: skip
    third_party_asked = Event(
        "第三人提出请求", ((*S.ON_TRIAL,), SAME), by=(THIRD_PARTY, CASE_OFFICER), basis=L(63, 2), sets={"third_party_asks": True},
        form=(text("request", "请求", "请求加重处理。"),), plain="第三人提出了请求。", notifies=(CASE_OFFICER,),
        hint="第三人对本案提出自己的请求", rare=True,
    )  # fmt: skip
    stay_requested = Event(
        "申请停止执行", ((*S.ON_TRIAL,), SAME), by=(*APPLICANT_SIDE, THIRD_PARTY), basis=L(42, 0, 3),
        form=(text("reason", "理由", "继续执行将造成难以弥补的损失。", required=True),), plain="您申请停止执行行政行为。",
        notifies=(CASE_OFFICER,),
        hint="复议期间请求暂停执行行政行为",
    )  # fmt: skip
    stay_ordered = Event(
        "停止执行", ((*S.ON_TRIAL,), SAME), by=(*OFFICE, ORGAN_HEAD), basis=L(42), sets={"stay": True},
        form=(choice("ground", "理由", codes.STAY_GROUNDS, required=True, fact="stay_ground"), text("detail", "说明")),
        produces=("停止执行决定书",), plain="复议期间停止执行该行政行为。", notifies=BOTH,
    )  # fmt: skip
    stay_lifted = Event(
        "解除停止执行", ((*S.ON_TRIAL,), SAME), by=(*OFFICE, ORGAN_HEAD), basis=L(42), sets={"stay": False},
        form=(text("reason", "理由", "停止执行的原因已经消除。"),), plain="恢复执行该行政行为。", notifies=BOTH,
    )  # fmt: skip
    elevation_requested = Event(
        "报请提级审理", ((*S.WORKING,), SAME), by=(OFFICE_HEAD, ORGAN_HEAD), basis=R(40, 2),
        form=(choice("ground", "理由", codes.ELEVATION_GROUNDS, required=True, basis=R(40, 1)), text("reason", "说明")),
        notifies=(SUPERIOR_ORGAN,), hint="报请期间不计入审理期限",
    )  # fmt: skip
    elevation_declined = Event(
        "不同意提级", ((*S.ON_TRIAL,), SAME), by=(SUPERIOR_ORGAN,), basis=R(40, 2), form=(text("reason", "理由"),), notifies=(CASE_OFFICER,),
    )  # fmt: skip
    elevated = Event(
        "提级审理", ((*S.ON_TRIAL,), SAME), by=(SUPERIOR_ORGAN,), basis=joined(L(38), R(40)), sets={"elevated": True},
        form=(choice("ground", "理由", codes.ELEVATION_GROUNDS, required=True, basis=R(40, 1)),
              Field("upper_organ", "上级复议机关", Kind.UNIT, fact=True)),
        produces=("提级告知书",), plain="上级复议机关决定提级审理您的案件。", notifies=(*BOTH, OFFICE_HEAD),
    )  # fmt: skip
    files_moved = Event(
        "移送案件材料", ((*S.ON_TRIAL,), SAME), by=OFFICE, basis=R(40, 3), meets=("RC-ELEVATE-MOVE",), form=(text("list", "材料清单"),),
    )  # fmt: skip
    elevation_received = Event(
        "上级收到案件材料", ((*S.ON_TRIAL,), SAME), by=(SUPERIOR_ORGAN, CASE_OFFICER), basis=R(40, 3), backdated=True,
        meets=(Meets("RC-ELEVATE-MOVE", "received_on"),), form=(day("received_on", "收到之日"),),
        plain="上级复议机关收到案件材料，审理期限重新计算。", notifies=BOTH,
    )  # fmt: skip
    merged = Event(
        "并入他案", ((*S.WORKING,), S.CLOSED), by=OFFICE, basis=R(43), sets={"closing_type": "MERGED"},
        form=(choice("ground", "理由", codes.MERGE_GROUNDS, required=True), Field("lead_matter", "主办件", required=True, sample="主案")),
        meets=("RC-DECIDE-ORD", "RC-DECIDE-SIM"), plain="您的案件与另案合并审理，一并作出决定。", notifies=BOTH, rateable=False,
    )  # fmt: skip
    joined_for_trial = Event(
        "合并审理", ((*S.WORKING,), SAME), by=OFFICE, basis=R(43), sets={"joint_trial": True},
        form=(choice("ground", "理由", codes.MERGE_GROUNDS, required=True), Field("other_matters", "合并的办件")),
        plain="您的案件与另案合并审理。", notifies=BOTH,
    )  # fmt: skip
    drafted = Event(
        "拟定决定", ((S.IN_REVIEW,), S.DRAFTING), by=OFFICE, basis=L(61, 1),
        form=(choice("proposed_type", "拟作决定", codes.DECISIONS), text("draft", "审理意见", "建议维持。")), primary=True,
    )  # fmt: skip
    review_reopened = Event(
        "继续审理", ((S.DRAFTING, S.APPROVING), S.IN_REVIEW), by=OFFICE, basis=L(61, 1), form=(text("reason", "原因", "需要补充调查。"),),
    )  # fmt: skip
    submitted = Event(
        "报批", ((S.DRAFTING,), S.APPROVING), by=OFFICE, basis=L(61, 1), requires=(OFFICERS,),
        form=(text("opinion", "拟处理意见"),), notifies=(OFFICE_HEAD, ORGAN_HEAD), primary=True,
    )  # fmt: skip
    returned = Event(
        "退回修改", ((S.APPROVING,), S.DRAFTING), by=(OFFICE_HEAD, ORGAN_HEAD), basis=L(61, 1),
        form=(text("reason", "退回意见", "请补充说理。", required=True),), notifies=(CASE_OFFICER,),
    )  # fmt: skip
