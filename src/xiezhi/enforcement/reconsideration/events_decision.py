"""事件 of suspension, collateral review, decision, service, performance and closing (reconsideration.md 5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import PREVIOUS, SAME, Event, Field, Kind, Rule, choice

from . import codes, states
from .citations import ALL, CPL, L, R, joined
from .fields import day, files, text, yes_no
from .roles import (
    ADDRESSEE_ORGAN,
    APPLICANT,
    APPLICANT_SIDE,
    ARCHIVIST,
    CASE_OFFICER,
    COPY_RECIPIENT,
    NORM_ISSUER,
    OFFICE,
    OFFICE_HEAD,
    ORGAN,
    ORGAN_HEAD,
    PARTIES,
    PLATFORM,
    RESPONDENT,
    SUPERIOR_ORGAN,
    TRANSFEREE_ORGAN,
)
from .rules import REPRESENTED, SUSPENSION, TERMINATION, need
from .rules_decision import (
    CLOSING,
    DECISION,
    DESTRUCTION,
    DESTRUCTION_APPROVAL,
    ENFORCE,
    MEDIATION,
    NO_SUIT_MEANWHILE,
    SERVICE,
)

S = states
BOTH = (APPLICANT, RESPONDENT)
DECIDE = ("RC-DECIDE-ORD", "RC-DECIDE-SIM")


def _decided(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"closing_type": ask.data.get("decision_type"), "decided_on": ask.on.isoformat()}


def _terminated(view: View, ask: Ask) -> Mapping[str, Any]:
    kind = "TERMINATED_WITHDRAWN" if ask.data.get("ground") == "1" else "TERMINATED_OTHER"
    return {"closing_type": kind, "termination_ground": ask.data.get("ground")}


def _transferred(view: View, ask: Ask) -> Mapping[str, Any]:
    if view.facts.get("norm_competent") is None and not view.has("norm_issuer_notified"):
        return {"norm_competent": False}
    return {}


def _suspended(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"suspended_on": ask.on.isoformat(), "resumed_on": None, "suspension_ground": ask.data.get("ground", "9")}


def _resumed(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"resumed_on": ask.on.isoformat()}


def _own(view: View, ask: Ask) -> str | None:
    return "没有正在进行的附带审查" if not view.has("norm_review_started") else None


def _decision_papers(view: View, data: Mapping[str, Any]) -> Sequence[str]:
    return ("行政复议决定书",)


NORM_OPEN = Rule("NO_NORM_REVIEW", _own, L(56))


class Decision:
    """Suspension, collateral review, results and everything after."""

    suspended = Event(
        "中止", ((*S.WORKING,), S.SUSPENDED), by=ORGAN, basis=L(39), requires=SUSPENSION, sets=_suspended, produces=("中止通知书",),
        form=(choice("ground", "理由", codes.SUSPENSION_GROUNDS, required=True, sample="8", basis=L(39, 1)),
              yes_no("applicant_consents", "申请人同意中止", basis=L(39, 1, 6)),
              yes_no("respondent_consents", "被申请人同意中止", basis=L(39, 1, 6)),
              day("notified_on", "书面告知之日"), text("reason", "说明", "须以另案结果为依据。")),
        plain="审理中止，原因消除后恢复；中止的时间不计入审理期限。", notifies=BOTH,
    )  # fmt: skip
    resumed = Event(
        "恢复审理", ((S.SUSPENDED,), PREVIOUS), by=ORGAN, basis=L(39, 2), sets=_resumed, produces=("恢复审理通知书",), primary=True,
        form=(text("reason", "说明", "中止的原因已经消除。"), day("notified_on", "书面告知之日")), plain="恢复审理。", notifies=BOTH,
    )  # fmt: skip
    resumption_ordered = Event(
        "上级责令恢复审理", ((S.SUSPENDED,), SAME), by=(SUPERIOR_ORGAN,), basis=L(40), form=(text("order", "责令内容", "请恢复审理。"),),
        plain="上级行政机关责令恢复审理。", notifies=(APPLICANT, OFFICE_HEAD),
    )  # fmt: skip
    norm_review_requested = Event(
        "申请附带审查", ((*S.BEFORE_ACCEPTANCE, *S.ON_TRIAL), SAME), by=(*APPLICANT_SIDE, CASE_OFFICER), basis=joined(L(13), R(53, 1)),
        sets={"norm_review_requested": True},
        form=(Field("document", "规范性文件", Kind.LONGTEXT, required=True, sample="《临川市餐饮管理办法》"),
              Field("clauses", "条款", Kind.TEXT, sample="第三条")),
        plain="您申请一并审查规范性文件。", notifies=(CASE_OFFICER,),
        hint="请求一并审查行政行为所依据的规范性文件", rare=True,
    )  # fmt: skip
    norm_review_started = Event(
        "启动附带审查", ((*S.WORKING,), S.SUSPENDED), by=ORGAN, basis=joined(L(39, 1, 9), L(56), L(57)), sets=_suspended,
        form=(Field("document", "规范性文件或者依据", Kind.LONGTEXT, required=True, sample="《临川市餐饮管理办法》"),
              Field("clauses", "条款", Kind.TEXT, sample="第三条"),
              choice("origin", "启动", {"REQUEST": "申请人申请", "OWN": "复议机关依职权"}, basis=L(57)),
              yes_no("competent", "本机关有权处理", fact="norm_competent", required_on_screen=True, basis=L(56)),
              text("reason", "说明")),
        produces=("中止通知书",), plain="对规范性文件进行附带审查，审理中止。", notifies=BOTH,
    )  # fmt: skip
    norm_issuer_notified = Event(
        "通知制定机关", ((S.SUSPENDED,), SAME), by=OFFICE, basis=L(58, 1), meets=("RC-NORM-NOTIFY",), requires=(NORM_OPEN,),
        form=(day("issuer_received_on", "制定机关收到之日"), Field("issuer", "制定机关", sample="临川市人民政府", max_length=100)),
        notifies=(NORM_ISSUER,), produces=("规范性文件答复通知书",),
    )  # fmt: skip
    issuer_received = Event(
        "制定机关收到通知", ((S.SUSPENDED,), SAME), by=(NORM_ISSUER, *OFFICE, PLATFORM), basis=L(58, 1), backdated=True,
    )  # fmt: skip
    norm_issuer_replied = Event(
        "制定机关答复", ((S.SUSPENDED,), SAME), by=(NORM_ISSUER, CASE_OFFICER), basis=L(58, 1), meets=("RC-NORM-REPLY",), backdated=True,
        form=(text("reply", "书面答复", "相关条款符合上位法。"), files()), notifies=(CASE_OFFICER,),
    )  # fmt: skip
    norm_handled = Event(
        "处理规范性文件", ((S.SUSPENDED,), PREVIOUS), by=ORGAN, basis=joined(L(56), L(57), L(59)), meets=("RC-NORM-HANDLE",),
        requires=(NORM_OPEN,), sets=_resumed,
        form=(choice("conclusion", "结论", {"LAWFUL": "合法", "ULTRA_VIRES": "超越权限", "CONFLICTS": "违反上位法"}, required=True,
                     fact="norm_conclusion", basis=joined(L(59), R(54))), text("opinion", "处理意见")),
        produces=("规范性文件处理意见", "恢复审理通知书"), plain="规范性文件已经处理，恢复审理。", notifies=(*BOTH, NORM_ISSUER),
    )  # fmt: skip
    norm_transferred = Event(
        "转送有权机关", ((S.SUSPENDED,), SAME), by=ORGAN, basis=joined(L(56), L(57)), meets=("RC-NORM-TRANSFER",),
        requires=(NORM_OPEN,), sets=_transferred,
        form=(day("transferee_received_on", "接受机关收到之日"), Field("transferee", "接受转送的机关", sample="云岭省人民政府", max_length=100)),
        produces=("转送函",), plain="规范性文件已转送有权机关处理。", notifies=(APPLICANT, TRANSFEREE_ORGAN),
    )  # fmt: skip
    transferee_received = Event(
        "接受机关收到转送", ((S.SUSPENDED,), SAME), by=(TRANSFEREE_ORGAN, *OFFICE, PLATFORM), basis=L(60), backdated=True,
    )  # fmt: skip
    transferee_answered = Event(
        "接受机关回复", ((S.SUSPENDED,), PREVIOUS), by=(TRANSFEREE_ORGAN, CASE_OFFICER), basis=L(60), meets=("RC-NORM-ANSWER",),
        form=(choice("conclusion", "结论", {"LAWFUL": "合法", "ULTRA_VIRES": "超越权限", "CONFLICTS": "违反上位法"}, required=True,
                     fact="norm_conclusion"), text("opinion", "处理意见"), files()),
        sets=_resumed, produces=("恢复审理通知书",), plain="有权机关回复了处理意见，恢复审理。", notifies=(*BOTH, CASE_OFFICER),
    )  # fmt: skip
    withdrawn = Event(
        "申请撤回", ((*S.ON_TRIAL,), SAME), by=APPLICANT_SIDE, power="WITHDRAW", basis=joined(L(74, 2), L(41, 0, 1)), requires=(REPRESENTED,),
        form=(yes_no("represented_consent", "被代表的申请人同意", basis=L(15, 2)), text("reason", "理由", "争议已经解决。")),
        plain="您申请撤回复议申请，待复议机构准予。", notifies=(CASE_OFFICER,),
        hint="不再复议的，申请撤回；准予撤回后不得以同一事实和理由再次申请", rare=True,
    )  # fmt: skip
    withdrawal_refused = Event(
        "不准撤回", ((*S.ON_TRIAL,), SAME), by=OFFICE, basis=L(41, 0, 1), form=(text("reason", "理由", "撤回损害他人合法权益。"),),
        plain="复议机构没有准予撤回，继续审理。", notifies=(APPLICANT,),
    )  # fmt: skip
    settled = Event(
        "和解撤回", ((*S.ON_TRIAL,), S.TERMINATED), by=(CASE_OFFICER, OFFICE_HEAD, APPLICANT), basis=joined(L(74), L(41, 0, 1)),
        form=(yes_no("harms_others", "损害国家、社会公共利益或者他人权益", sample=False, basis=L(74, 1)), text("terms", "和解内容")),
        requires=(Rule("SETTLEMENT_HARMS",
                       lambda v, a: "和解不得损害国家利益、社会公共利益和他人合法权益" if a.data.get("harms_others") else None,
                       L(74, 1), "harms_others"),),
        meets=DECIDE, sets={"closing_type": "TERMINATED_WITHDRAWN", "termination_ground": "1", "settled": True},
        office_decides=True, produces=("终止决定书",), plain="双方和解，准予撤回申请，复议终止。", notifies=BOTH,
        hint="双方自愿和解的，交和解协议并撤回申请", rare=True,
    )  # fmt: skip
    terminated = Event(
        "终止", ((*S.ON_TRIAL,), S.TERMINATED), by=ORGAN, basis=L(41), requires=TERMINATION, meets=DECIDE, sets=_terminated,
        form=(choice("ground", "理由", codes.TERMINATION_GROUNDS, required=True, sample="2", basis=L(41)), text("reason", "说明")),
        produces=("终止决定书",), plain="复议终止。", notifies=BOTH,
    )  # fmt: skip
    rejected = Event(
        "驳回申请", ((*S.ON_TRIAL,), S.REJECTED), by=ORGAN, basis=joined(L(33), R(37, 1)), meets=DECIDE,
        form=(choice("reason_code", "理由", codes.REJECTION_REASONS, required=True, fact="rejection_reason"),
              yes_no("explained", "已经释明", sample=True, basis=R(37, 1, 1)), text("reason", "说明理由", required=True)),
        requires=(Rule("EXPLAIN_FIRST", lambda v, a: "请先向申请人释明，仍坚持的才能驳回"
                       if a.data.get("reason_code") == "R37_1" and a.data.get("explained") is False else None,
                       R(37, 1, 1), "explained"),
                  need("explained", "是否已经释明", lambda v, a: a.data.get("reason_code") == "R37_1", R(37, 1, 1))),
        sets={"closing_type": "REJECTED"}, produces=("驳回申请决定书",), plain="复议机关驳回了您的申请，理由见决定书。", notifies=BOTH,
    )  # fmt: skip
    mediation_refused = Event(
        "调解不成", ((*S.ON_TRIAL,), SAME), by=OFFICE, basis=L(73, 2), form=(text("reason", "情况", "一方不同意。"),),
        sets={"mediation_failed": True}, plain="调解没有达成协议，继续审理。",
    )  # fmt: skip
    mediated = Event(
        "调解", ((*S.ON_TRIAL,), S.MEDIATED), by=ORGAN, basis=joined(L(5), L(73, 1)), meets=DECIDE, requires=MEDIATION,
        form=(yes_no("signed_by_all", "各方已签字或者签章", required=True, sample=True, basis=L(73, 1)),
              yes_no("sealed", "已加盖行政复议机关印章", required=True, sample=True, basis=L(73, 1)),
              Field("perform_days", "履行期限（日）", Kind.INT, fact=True), yes_no("act_corrected", "被申请人纠正了行政行为", fact=True),
              text("terms", "协议内容")),
        sets={"closing_type": "MEDIATED"}, produces=("调解书",), plain="达成调解，调解书生效。", notifies=BOTH,
    )  # fmt: skip
    decided = Event(
        "决定", ((S.APPROVING,), S.DECIDED), by=(ORGAN_HEAD, OFFICE_HEAD), basis=joined(L(61), L(62)), meets=DECIDE,
        requires=DECISION, primary=True,
        form=(choice("decision_type", "决定种类", codes.DECISIONS, required=True, fact=True),
              choice("decision_ground", "理由", {k: v[0] for k, v in codes.DECISION_GROUNDS.items()}, fact=True, sample=None,
                     required_on_screen=True),
              choice("approval", "批准方式", {"ORGAN_HEAD": "机关负责人同意", "COLLECTIVE": "集体讨论通过"}, fact=True, basis=L(61, 1)),
              yes_no("worse_for_applicant", "变更对申请人更为不利", basis=L(63, 2)),
              yes_no("third_party_asks", "第三人提出相反请求", basis=L(63, 2)),
              yes_no("order_redo", "责令重新作出行政行为", fact=True, basis=L(64, 1)),
              Field("redo_days", "重作期限（日）", Kind.INT, fact=True, help="法律没有规定的不填，按60日", basis=R(58, 1)),
              Field("perform_days", "履行期限（日）", Kind.INT, fact=True, sample=15, basis=L(66)),
              choice("committee_adopted", "咨询意见采纳情况", {"YES": "采纳", "PARTLY": "部分采纳", "NO": "不采纳"}, fact=True, basis=R(52)),
              text("committee_reason", "不采纳的理由", "咨询意见所依据的事实已经变化。", basis=R(52)),
              choice("norm_result", "告知的附带审查结果", {"LAWFUL": "合法", "STOPPED": "停止执行并责令纠正", "TRANSFERRED": "按回复意见处理"},
                     fact=True, basis=L(59)),
              choice("compensation_result", "行政赔偿请求", {"GRANTED": "给予赔偿", "REJECTED": "驳回", "SETTLED": "已经解决"},
                     fact=True, basis=L(72, 1)),
              Field("compensation_amount", "赔偿数额（元）", Kind.MONEY, fact=True, basis=R(63)),
              yes_no("final", "最终裁决", fact=True, basis=L(10)),
              text("dispositive", "决定内容", "维持被申请人作出的行政行为。")),
        sets=_decided, produces=_decision_papers, plain="复议机关作出了决定。", notifies=BOTH,
    )  # fmt: skip
    served = Event(
        "送达", ((S.DECIDED,), S.SERVED), by=(*OFFICE, PLATFORM), basis=joined(L(75, 2), L(88, 1)), backdated=True, requires=SERVICE, primary=True,
        form=(choice("method", "送达方式", codes.SERVE_METHODS, required=True, fact="serve_method"),
              yes_no("e_service_consent", "受送达人同意电子送达", sample=True, basis=CPL(90)),
              day("notice_on", "公告之日", basis=CPL(95)), text("proof", "送达情况"), files()),
        sets={"effective": True}, produces=("送达回证",), plain="决定书已经送达，发生法律效力；不服的，可以在15日内起诉。", notifies=BOTH, rateable=True,
    )  # fmt: skip
    document_served = Event(
        "送达其他文书", ((*S.BEFORE_ACCEPTANCE, *S.ON_TRIAL, *S.ENDED, S.CLOSED), SAME), by=(*OFFICE, PLATFORM), basis=L(88, 1),
        backdated=True, requires=SERVICE,
        form=(choice("document", "文书", {"NOT_ACCEPTED": "不予受理决定书", "REJECTED": "驳回申请决定书", "TERMINATED": "终止决定书",
                     "MEDIATED": "调解书", "ACCEPTED": "受理通知书", "OTHER": "其他"}, required=True, sample="OTHER"),
              choice("method", "送达方式", codes.SERVE_METHODS, required=True),
              yes_no("e_service_consent", "受送达人同意电子送达", sample=True, basis=CPL(90)),
              day("notice_on", "公告之日", basis=CPL(95)), text("proof", "送达情况"), files()),
        produces=("送达回证",), plain="文书已经送达。",
    )  # fmt: skip
    copied = Event(
        "抄告", ((S.SERVED, S.PERFORMING, S.CLOSED), SAME), by=OFFICE, basis=L(79, 2),
        form=(Field("recipient", "上一级主管部门", sample="云岭省市场监督管理局", max_length=100),), produces=("抄告函",), notifies=(COPY_RECIPIENT,),
    )  # fmt: skip
    published = Event(
        "公开", ((S.SERVED, S.PERFORMING, S.CLOSED), SAME), by=(*OFFICE, ORGAN_HEAD), basis=L(79, 1), produces=("公开文本",),
        form=(yes_no("redacted", "已隐去个人信息", required=True, sample=True),),
        requires=(Rule("REDACT_FIRST", lambda v, a: None if a.data.get("redacted") else "公开前应当隐去个人信息，请先处理公开文本",
                       L(79, 1), "redacted"),),
        plain="决定书已经公开，个人信息已隐去。",
    )  # fmt: skip
    opinion_letter_sent = Event(
        "制发意见书", ((*S.AFTER_ACCEPTANCE,), SAME), by=ORGAN, basis=L(76),
        form=(Field("addressee", "发往机关", sample="临川市市场监督管理局", max_length=100), day("letter_received_on", "收到之日"),
              text("problems", "违法或者不当的问题", "未听取陈述申辩。", required=True)),
        produces=("意见书",), notifies=(ADDRESSEE_ORGAN,),
    )  # fmt: skip
    opinion_letter_received = Event(
        "机关收到意见书", ((*S.AFTER_ACCEPTANCE,), SAME), by=(ADDRESSEE_ORGAN, RESPONDENT, *OFFICE, PLATFORM), basis=L(76), backdated=True,
    )  # fmt: skip
    opinion_letter_answered = Event(
        "报送纠正情况", ((*S.AFTER_ACCEPTANCE,), SAME), by=(ADDRESSEE_ORGAN, RESPONDENT, CASE_OFFICER), basis=L(76), meets=("RC-OPINION",),
        backdated=True, form=(text("report", "纠正情况", "已经纠正。"), files()), notifies=(CASE_OFFICER,),
    )  # fmt: skip
    proposal_letter_sent = Event(
        "制发建议书", ((*S.AFTER_ACCEPTANCE,), SAME), by=ORGAN, basis=R(69),
        form=(Field("addressee", "发往机关", sample="云岭省人民政府", max_length=100), text("proposal", "问题和建议", "完善制度。", required=True)),
        produces=("建议书",),
    )  # fmt: skip
    ordered_to_perform = Event(
        "责令限期履行", ((S.SERVED, S.PERFORMING, S.MEDIATED), S.PERFORMING), by=(*ORGAN, SUPERIOR_ORGAN), basis=L(77, 2),
        form=(Field("perform_days", "履行期限（日）", Kind.INT, required=True, sample=15),
              choice("measure", "措施", {"ORDER": "责令", "TALK": "约谈", "CIRCULAR": "通报批评"}), text("detail", "说明")),
        produces=("责令履行通知书",), plain="已责令被申请人限期履行。", notifies=(RESPONDENT, APPLICANT),
    )  # fmt: skip
    redone = Event(
        "重新作出行政行为", ((S.SERVED, S.PERFORMING), S.PERFORMING), by=(RESPONDENT, CASE_OFFICER), basis=R(58, 1), meets=("RC-REDO",),
        backdated=True,
        form=(yes_no("same_as_before", "与原行为基本相同", sample=False, required_on_screen=True, basis=L(64, 2)), Field("doc_no", "文号"), files()),
        requires=(Rule("SAME_ACT", lambda v, a: "不得以同一事实和理由作出基本相同的行政行为" if a.data.get("same_as_before")
                       and v.facts.get("decision_ground") != "L64_2" else None, L(64, 2), "same_as_before"),),
        plain="被申请人重新作出了行政行为。", notifies=(APPLICANT, CASE_OFFICER),
    )  # fmt: skip
    performed = Event(
        "履行完毕", ((S.SERVED, S.PERFORMING, S.MEDIATED), S.PERFORMING), by=(RESPONDENT, CASE_OFFICER, APPLICANT), basis=L(77, 1),
        meets=("RC-PERFORM",), backdated=True, form=(text("report", "履行情况", "已经履行。"), files()), plain="决定或者调解书已经履行。",
        notifies=(CASE_OFFICER, APPLICANT),
        hint="对方已经按决定办了的，从这里说明",
        office_title="登记履行情况",
    )  # fmt: skip
    enforced = Event(
        "强制执行", ((S.SERVED, S.PERFORMING, S.MEDIATED), S.PERFORMING), by=(*ORGAN, RESPONDENT), basis=L(78), requires=ENFORCE,
        form=(choice("way", "方式", {"SELF": "依法强制执行", "COURT": "申请人民法院强制执行"}, required=True), text("detail", "说明")),
    )  # fmt: skip
    sued = Event(
        "提起诉讼", ((*S.ON_TRIAL, *S.ENDED, S.DECIDED, S.CLOSED), SAME), by=(*PARTIES, CASE_OFFICER), basis=joined(ALL(45), L(34)),
        meets=("RC-SUE", "RC-SUE-SILENCE"), backdated=True, requires=(NO_SUIT_MEANWHILE,),
        form=(Field("court", "人民法院", sample="临川市人民法院"),
              choice("defendant", "被告", {"JOINT": "原机关和复议机关共同", "ORGAN": "复议机关", "RESPONDENT": "原机关"})),
        sets={"sued": True}, plain="当事人向人民法院提起了诉讼。", notifies=(OFFICE_HEAD,),
        hint="对复议决定不服的，在期限内向人民法院起诉，从这里告知",
        office_title="登记起诉情况",
    )  # fmt: skip
    closed = Event(
        "结案", ((*S.ENDED,), S.CLOSED), by=OFFICE, basis=L(36, 1), requires=CLOSING,
        form=(text("note", "结案说明"),), produces=("结案审批表",), plain="案件已结。", primary=True,
    )  # fmt: skip
    archived = Event(
        "归档", ((S.CLOSED,), S.ARCHIVED), by=(*OFFICE, ARCHIVIST), basis="档案法 第14条",
        form=(Field("volume", "卷数", Kind.INT, sample=1), Field("pages", "页数", Kind.INT, sample=60)), produces=("案卷目录",), primary=True,
    )  # fmt: skip
    destruction_proposed = Event(
        "提出销毁", ((S.ARCHIVED,), SAME), by=(ARCHIVIST, *OFFICE), basis="档案法 第21条", requires=DESTRUCTION,
        form=(text("reason", "鉴定意见", "保管期满，无继续保存价值。"),),
    )  # fmt: skip
    destruction_approved = Event(
        "批准销毁", ((S.ARCHIVED,), S.DESTROYED), by=(ORGAN_HEAD, OFFICE_HEAD), basis="档案法 第21条", requires=DESTRUCTION_APPROVAL,
        form=(text("opinion", "批准意见", "同意销毁。"),),
    )  # fmt: skip
