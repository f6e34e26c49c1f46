"""条件 of the hearing, evidence, decision, mediation, service and what follows."""

from __future__ import annotations

from datetime import timedelta

from xiezhi.kernel.procedures.clocks import Status
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import Rule

from . import states
from .citations import CPL, L, R, joined
from .codes import DECISION_GROUNDS, DECISIONS
from .rules import OFFICERS, clock, known, need, zh

# hearing


def _notice_early_enough(view: View, ask: Ask) -> str | None:
    hearing = ask.date("hearing_on")
    if hearing is None or view.calendar is None:
        return None
    latest = view.calendar.sub_working(hearing, 5)
    if ask.on > latest:
        return f"听证应当在五个工作日以前通知，{zh(hearing)}听证最迟{zh(latest)}通知，请另定听证日期"
    return None


def _hearing_noticed(view: View, ask: Ask) -> str | None:
    notice, cancelled = view.last("hearing_noticed"), view.last("hearing_cancelled")
    if notice is None or (cancelled and cancelled.seq > notice.seq):
        return "尚未通知听证，请先发出听证通知"
    on = notice.date("hearing_on")
    if on and ask.on < on:
        return f"听证定于{zh(on)}举行，请在当日以后记录"
    return None


def _panel(view: View, ask: Ask) -> str | None:
    named = [ask.data.get("chair"), ask.data.get("clerk"), *ask.data.get("hearing_officers", ())]
    if len(ask.data.get("hearing_officers", ())) < 2:
        return "听证员至少两名，请补充"
    if len(set(named)) < len(named):
        return "主持人、听证员、记录员不能是同一人，请核对"
    return None


HEARING_NOTICE = (Rule("HEARING_NOTICE_SHORT", _notice_early_enough, L(51, 1), "hearing_on"),)
HEARING_HELD = (
    Rule("HEARING_NOT_NOTICED", _hearing_noticed, L(51, 1)),
    Rule("HEARING_PANEL", _panel, L(50, 3), "hearing_officers"),
    need("head_absence_reason", "被申请人负责人不参加的理由",
         lambda v, a: a.data.get("respondent_head_present") is False, L(51, 3)),
)  # fmt: skip

# evidence


def _self_collected(view: View, ask: Ask) -> str | None:
    if ask.data.get("submitted_by") == "RESPONDENT" and ask.data.get("self_collected_after_filing"):
        return "复议期间被申请人自行收集的证据，不作为认定行政行为合法、适当的依据"
    return None


def _may_supplement(view: View, ask: Ask) -> str | None:
    if ask.data.get("submitted_by") != "RESPONDENT" or not (view.has("replied") or view.has("no_reply")):
        return None
    if not (ask.data.get("new_points_raised") and ask.data.get("office_agrees")):
        return "申请人或者第三人提出新的理由、证据，并经复议机构同意，被申请人才能补充证据"
    return None


EVIDENCE = (
    Rule("SELF_COLLECTED_EVIDENCE", _self_collected, L(46, 1), "self_collected_after_filing"),
    Rule("SUPPLEMENT_EVIDENCE", _may_supplement, L(46, 2), "office_agrees"),
)

# decision


def _approval(view: View, ask: Ask) -> str | None:
    if "organ_head" in ask.actor.roles or ask.data.get("approval") == "COLLECTIVE":
        return None
    return "决定须经机关负责人同意或者集体讨论通过"


def _views(view: View, ask: Ask) -> str | None:
    if view.facts.get("procedure") == "SIMPLIFIED" or view.has("views_heard"):
        return None
    if view.has("hearing_held") and view.param("hearing_counts_as_views", ask.on):
        return None
    return "普通程序应当听取当事人的意见并记录；因当事人原因不能听取的，请记录原因"


def _hearing(view: View, ask: Ask) -> str | None:
    if known(view, ask, "complex") and not view.has("hearing_held"):
        return "重大、疑难、复杂案件应当组织听证，请先举行听证"
    return None


def committee_needed(view: View, ask: Ask) -> bool:
    """Whether the advisory committee must be asked (L 52 ¶2 items 1 to 3)."""
    return any(known(view, ask, name) for name in ("complex", "technical", "own_act"))


def _committee(view: View, ask: Ask) -> str | None:
    if committee_needed(view, ask) and not view.has("committee_consulted"):
        return "本案应当提请行政复议委员会提出咨询意见，请先提请"
    return None


def _reply_awaited(view: View, ask: Ask) -> str | None:
    if view.has("replied") or view.has("no_reply"):
        return None
    for term in ("RC-REPLY-ORD", "RC-REPLY-SIM"):
        found = clock(view, ask, term)
        if found and found.status is Status.RUNNING:
            return f"被申请人的答复期限至{zh(found.legal)}，尚未答复，请待答复或者期限届满"
    return None


def _norm_pending(view: View, ask: Ask) -> str | None:
    if view.facts.get("norm_review_requested") and not view.has("norm_review_started"):
        return "申请人申请审查规范性文件，尚未处理，请先启动附带审查"
    return None


def _ground_fits(view: View, ask: Ask) -> str | None:
    kind, ground = str(ask.data.get("decision_type")), ask.data.get("decision_ground")
    if not ground:
        return None
    label, allowed = DECISION_GROUNDS[str(ground)]
    if kind not in allowed:
        names = "、".join(DECISIONS[a] for a in allowed)
        return f"“{label}”只能作出{names}的决定，请核对决定种类或者理由"
    return None


def _not_worse(view: View, ask: Ask) -> str | None:
    if (
        ask.data.get("decision_type") == "CHANGED"
        and ask.data.get("worse_for_applicant")
        and not known(view, ask, "third_party_asks")
    ):
        return "变更不得对申请人更为不利；依法应当变更但更不利的，驳回复议请求"
    return None


def _void_asked(view: View, ask: Ask) -> str | None:
    if ask.data.get("decision_type") == "VOID" and "DECLARE_VOID" not in (view.facts.get("claims") or ()):
        return "申请人没有请求确认无效，不能作出确认无效的决定"
    return None


def _no_evidence(view: View, ask: Ask) -> str | None:
    if not view.facts.get("deemed_no_evidence") or known(view, ask, "third_party_evidence"):
        return None
    kind, ground = ask.data.get("decision_type"), ask.data.get("decision_ground")
    duty = kind == "CLAIM_REJECTED" and ground in ("L69_NO_DUTY", "L69_DONE", "R61_1")
    if kind in ("UPHELD", "CHANGED", "CLAIM_REJECTED") and not duty:
        return "被申请人没有按期答复举证，视为行政行为没有证据、依据，不能作出这种决定；第三人提供证据的，请先记录"
    return None


def _redo_only(view: View, ask: Ask) -> str | None:
    if ask.data.get("order_redo") and ask.data.get("decision_type") not in ("QUASHED", "PARTLY_QUASHED"):
        return "只有撤销或者部分撤销才能责令重新作出行政行为"
    return None


def _agreement(view: View, ask: Ask) -> str | None:
    if ask.data.get("decision_type") == "AGREEMENT_REMEDY" and view.facts.get("matter_code") not in (None, "13"):
        return "本案不是行政协议案件，请核对决定种类"
    return None


DECISION = (
    Rule("APPROVAL_NEEDED", _approval, L(61, 1), "approval"),
    OFFICERS,
    Rule("VIEWS_NOT_HEARD", _views, L(49)),
    Rule("HEARING_NEEDED", _hearing, L(50, 1)),
    Rule("COMMITTEE_NEEDED", _committee, L(52, 2)),
    Rule("REPLY_AWAITED", _reply_awaited, L(48)),
    Rule("NORM_REVIEW_PENDING", _norm_pending, joined(L(56), R(53, 1))),
    Rule("GROUND_MISMATCH", _ground_fits, joined(L(63), L(64), L(65)), "decision_ground"),
    Rule("WORSE_FOR_APPLICANT", _not_worse, L(63, 2), "worse_for_applicant"),
    Rule("VOID_NOT_ASKED", _void_asked, L(67), "decision_type"),
    Rule("NO_EVIDENCE", _no_evidence, L(70), "decision_type"),
    Rule("REDO_ONLY_WITH_QUASH", _redo_only, L(64, 1), "order_redo"),
    Rule("NOT_AN_AGREEMENT", _agreement, L(71), "decision_type"),
    need("committee_adopted", "咨询意见的采纳情况", lambda v, a: v.has("committee_consulted"), R(52)),
    need("committee_reason", "不采纳咨询意见的理由",
         lambda v, a: v.has("committee_consulted") and a.data.get("committee_adopted") in ("NO", "PARTLY"), R(52)),
    need("norm_result", "附带审查的结果", lambda v, a: v.has("norm_review_started"), L(59)),
    need("compensation_result", "行政赔偿请求的处理", lambda v, a: bool(v.facts.get("compensation_claim")), L(72, 1)),
    need("perform_days", "履行期限", lambda v, a: a.data.get("decision_type") == "ORDER_PERFORM", L(66)),
)  # fmt: skip


def _signed(view: View, ask: Ask) -> str | None:
    if not ask.data.get("signed_by_all"):
        return "调解书须经各方当事人签字或者签章，请补齐后办理"
    return None


def _sealed(view: View, ask: Ask) -> str | None:
    return None if ask.data.get("sealed") else "调解书须加盖行政复议机关印章"


MEDIATION = (
    Rule("MEDIATION_NOT_SIGNED", _signed, L(73, 1), "signed_by_all"),
    Rule("MEDIATION_NOT_SEALED", _sealed, L(73, 1), "sealed"),
)

# service and after


def _notice_full(view: View, ask: Ask) -> str | None:
    if ask.data.get("method") != "PUBLIC_NOTICE":
        return None
    posted = ask.date("notice_on")
    if posted and ask.on < posted + timedelta(days=30):
        return f"公告满30日（{zh(posted + timedelta(days=30))}）才视为送达"
    return None


def _consent(view: View, ask: Ask) -> str | None:
    if ask.data.get("method") == "ELECTRONIC" and not known(view, ask, "e_service_consent"):
        return "电子送达须经受送达人同意，请确认同意或者换用其他送达方式"
    return None


SERVICE = (
    need("notice_on", "公告之日", lambda v, a: a.data.get("method") == "PUBLIC_NOTICE", CPL(95)),
    Rule("NOTICE_NOT_FULL", _notice_full, CPL(95), "notice_on"),
    Rule("E_SERVICE_CONSENT_MISSING", _consent, CPL(90), "e_service_consent"),
)


def _no_suit_meanwhile(view: View, ask: Ask) -> str | None:
    """During reconsideration there is no suit, unless the time to decide has run out without a decision."""
    if view.state not in states.ON_TRIAL:
        return None
    for term in ("RC-DECIDE-ORD", "RC-DECIDE-SIM"):
        found = clock(view, ask, term)
        if found and found.status is Status.LAPSED:
            return None
    return "行政复议期间不得就同一行政行为起诉；逾期没有作出决定的，才可以起诉"


NO_SUIT_MEANWHILE = Rule("SUIT_DURING_REVIEW", _no_suit_meanwhile, joined(L(29, 1), L(34)))


def _suit_period_over(view: View, ask: Ask) -> str | None:
    found = clock(view, ask, "RC-SUE")
    if found and found.status is Status.RUNNING:
        return f"起诉期限至{zh(found.legal)}，届满后才能强制执行"
    found = clock(view, ask, "RC-PERFORM")
    if found and found.status is Status.RUNNING and not view.has("ordered_to_perform"):
        return f"履行期限至{zh(found.legal)}，届满后仍不履行的才能强制执行"
    return "当事人已经起诉，复议决定不能强制执行" if view.has("sued") else None


def _enforcing_organ(view: View, ask: Ask) -> str | None:
    changed = view.has("mediated") or view.facts.get("decision_type") == "CHANGED"
    if changed and ask.actor.roles & {"respondent"}:
        return "变更决定和调解书由复议机关强制执行或者申请人民法院强制执行"
    return None


def _copied_first(view: View, ask: Ask) -> str | None:
    if view.facts.get("respondent_kind") == "DEPARTMENT" and view.has("served") and not view.has("copied"):
        return "以本级政府工作部门为被申请人的，决定书应当抄告其上一级主管部门，请先抄告"
    return None


def _performed_first(view: View, ask: Ask) -> str | None:
    if view.state is not states.PERFORMING:
        return None
    return (
        None
        if view.has("performed") or view.has("redone") or view.has("enforced")
        else "尚未记录履行情况，请先记录履行完毕"
    )


ENFORCE = (
    Rule("ENFORCE_TOO_EARLY", _suit_period_over, L(78)),
    Rule("ENFORCE_ORGAN", _enforcing_organ, joined(L(78, 0, 2), L(78, 0, 3))),
)
CLOSING = (
    Rule("COPY_FIRST", _copied_first, L(79, 2)),
    Rule("PERFORMANCE_OPEN", _performed_first, L(77, 1)),
)


def _retention_over(view: View, ask: Ask) -> str | None:
    found = clock(view, ask, "RC-RETENTION")
    if found is None:
        return "永久保管的案卷不得销毁"
    if found.status is not Status.FULL:
        return f"保管期限至{zh(found.legal)}，期满才能鉴定销毁"
    return None


def _proposed(view: View, ask: Ask) -> str | None:
    rec = view.last("destruction_proposed")
    if rec is None:
        return "尚未提出销毁，请先鉴定并提出销毁意见"
    if rec.actor and rec.actor == ask.actor.ref:
        return "提出和批准销毁不能是同一人"
    return None


DESTRUCTION = (Rule("RETENTION_RUNNING", _retention_over, "档案法 第21条"),)
DESTRUCTION_APPROVAL = (Rule("DESTRUCTION_NOT_PROPOSED", _proposed, "档案法 第21条"), *DESTRUCTION)
__all__ = [
    "CLOSING", "DECISION", "DESTRUCTION", "DESTRUCTION_APPROVAL", "ENFORCE", "EVIDENCE", "HEARING_HELD", "HEARING_NOTICE",
    "MEDIATION", "NO_SUIT_MEANWHILE", "SERVICE", "committee_needed",
]  # fmt: skip
