"""期限 of reconsideration: every clock of reconsideration.md 6, with its article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xiezhi.kernel.calendar.counting import Spell
from xiezhi.kernel.procedures.clocks import spells_of
from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.declare import (
    CD,
    WD,
    YR,
    ExtendRule,
    Side,
    Since,
    SinceLapse,
    SpellRule,
    Started,
    Term,
    TermKind,
)

from . import filing_clock, states
from .citations import ALL, DAYS, PLAIN, L, R, joined

__all__ = ["DECIDE", "Terms"]

DECIDE = ("RC-DECIDE-ORD", "RC-DECIDE-SIM")
_RESUMED = ("resumed", "norm_handled", "transferee_answered")
_OPEN = (*states.BEFORE_ACCEPTANCE, *states.ON_TRIAL, states.DECIDED)
_RUNNING = (*states.ON_TRIAL,)
_HALTS = (
    SpellRule("suspended", _RESUMED, "中止审理", L(39, 1)),
    SpellRule("norm_review_started", _RESUMED, "附带审查期间中止审理", joined(L(39, 1, 9), R(53, 2))),
)
_OUTSIDE = (
    SpellRule("inspection_started", ("inspection_ended",), "现场勘验", R(45)),
    SpellRule("appraisal_started", ("appraisal_ended",), "鉴定", R(46)),
    SpellRule("elevation_requested", ("elevation_declined", "elevated"), "报请提级审理", R(40, 2)),
    SpellRule("elevated", ("elevation_received",), "移送提级审理的案件材料", R(40, 3)),
)


def _ordinary(view: View) -> bool:
    return view.facts.get("procedure", "ORDINARY") == "ORDINARY"


def _simplified(view: View) -> bool:
    return not _ordinary(view)


def _copy_simplified(view: View) -> bool:
    """The 3-day limit holds when the copy was due, or went out, before a conversion."""
    converted, sent = view.last("converted"), view.first("copy_sent")
    if converted is None:
        return _simplified(view)
    return sent is not None and sent.seq < converted.seq


def _copy_ordinary(view: View) -> bool:
    return not _copy_simplified(view)


def _reply_simplified(view: View) -> bool:
    converted = view.last("converted")
    if converted is None:
        return _simplified(view)
    return _copy_simplified(view) and view.param("reply_after_conversion") == "AS_NOTIFIED"


def _reply_ordinary(view: View) -> bool:
    return not _reply_simplified(view)


def _trial_spells(view: View) -> Sequence[Spell]:
    """Time that does not count for the decision. The closed reading of suspension also leaves out the last day."""
    probe = Term("", "", 1, CD, (), "", spells=_HALTS)
    found = list(spells_of(view, probe))
    if view.param("suspension_interval") == "CLOSED":
        found = [Spell(s.start, s.end and s.end + filing_clock.DAY, s.reason, s.basis) for s in found]
    outside = Term("", "", 1, CD, (), "", spells=_OUTSIDE)
    return (*found, *spells_of(view, outside))


def _decide_length(view: View) -> int:
    shorter = int(view.facts.get("shorter_decision_days") or 0)
    return min(60, shorter) if shorter else 60


def _admit_start(view: View) -> Started | None:
    """受理审查 starts when the organ receives the application, or the materials that complete it, or is told to redo."""
    best: Started | None = None
    for rec in view.events:
        on: date | None = None
        label, basis = "收到行政复议申请", L(30, 1)
        if rec.event in ("receipt", "forwarded"):
            on = rec.date("received_on") or (rec.on if rec.event == "receipt" else None)
        elif rec.event == "filed":
            if rec.data.get("filing_method") == "ONLINE":
                on, label, basis = rec.on, "申请材料到达指定系统", R(28, 1)
            elif rec.date("received_on"):
                on = rec.date("received_on")
            elif rec.data.get("filing_method") in ("IN_PERSON", "ORAL"):
                on = rec.on
        elif rec.event == "supplemented":
            on, label, basis = rec.on, "收到补正材料", L(31, 3)
        elif rec.event == "correction_ordered":
            on, label, basis = rec.on, "上级行政机关责令纠正", L(35)
        if on is not None:
            best = Started(on, label, basis, rec.seq)
    return best


def _first_receipt(view: View) -> Started | None:
    """The limit to ask for completion runs from the first receipt only: there is one notice (L 31)."""
    found: Started | None = None
    for rec in view.events:
        if rec.event == "supplemented":
            break
        if rec.event == "receipt":
            found = Started(rec.date("received_on") or rec.on, "收到行政复议申请", L(31, 1), rec.seq)
        elif (
            rec.event == "filed" and found is None and rec.data.get("filing_method") in ("ONLINE", "IN_PERSON", "ORAL")
        ):
            found = Started(rec.on, "收到行政复议申请", L(31, 1), rec.seq)
    return found


def _hearing_start(view: View) -> Started | None:
    found: Started | None = None
    for rec in view.events:
        if rec.event in ("hearing_planned", "hearing_noticed"):
            on = rec.date("hearing_on")
            if on is not None and (found is None or rec.event == "hearing_planned" or found.on != on):
                found = Started(on, "举行听证之日（倒算）", L(51, 1), rec.seq)
        elif rec.event == "hearing_cancelled":
            found = None
    return found


def _redo_start(view: View) -> Started | None:
    if not view.facts.get("order_redo"):
        return None
    rec = view.last("decided") if view.param("redo_starts_on") == "DECIDED" else view.last("served")
    if rec is None:
        return None
    return Started(rec.on, "作出决定" if rec.event == "decided" else "决定书送达", R(58, 1), rec.seq)


def _perform_start(view: View) -> Started | None:
    """履行期限: from service of the decision, or from the latest order to perform."""
    ordered = view.last("ordered_to_perform")
    if ordered is not None:
        return Started(ordered.on, "责令履行通知送达", L(77, 2), ordered.seq)
    if not view.facts.get("perform_days"):
        return None
    rec = view.last("served") or view.last("mediated")
    return Started(rec.on, "决定书或者调解书生效", L(77, 1), rec.seq) if rec else None


def _perform_length(view: View) -> int | None:
    ordered = view.last("ordered_to_perform")
    if ordered is not None:
        return int(ordered.data.get("perform_days") or 0) or None
    return int(view.facts.get("perform_days") or 0) or None


def _sue_start(view: View) -> Started | None:
    """起诉期限: from receipt of the decision; a final ruling cannot be sued on (L 10)."""
    if view.facts.get("final"):
        return None
    served = view.last("served")
    if served is not None:
        return Started(served.on, "收到行政复议决定书", joined(ALL(45), L(10)), served.seq)
    for rec in reversed(view.by_event.get("document_served", [])):
        if rec.data.get("document") in ("NOT_ACCEPTED", "REJECTED"):
            return Started(rec.on, "收到决定书", L(34), rec.seq)
    return None


def _term60_start(view: View) -> Started | None:
    rec = view.last("suspended")
    review = view.last("norm_review_started")
    if rec is None or rec.data.get("ground") not in ("1", "2", "4") or (review and review.seq > rec.seq):
        return None
    return Started(rec.on, "中止审理", L(41, 0, 5), rec.seq)


def _retention_years(view: View) -> int | None:
    years = view.param("retention_years")
    return int(years) if years else None


def _own_norm(view: View) -> bool:
    return view.facts.get("norm_competent") is not False or view.has("norm_issuer_notified")


def _foreign_norm(view: View) -> bool:
    return view.facts.get("norm_competent") is not True or view.has("norm_transferred")


class Terms:
    """Terms as members of the procedure class; identifiers are the factbook's."""

    RC_APPLY = Term(
        "RC-APPLY", "申请期限", filing_clock.apply_length, CD, filing_clock.apply_start, L(20, 1), PLAIN, Side.PARTY,
        spells=filing_clock.filing_spells, on_lapse="不予受理", alarm=False, todo="提出申请",
    )  # fmt: skip
    RC_APPLY_UNTOLD = Term(
        "RC-APPLY-UNTOLD", "未告知权利时的最长申请期限", 1, YR, filing_clock.untold_start, L(20, 3), PLAIN, Side.PARTY,
        spells=filing_clock.filing_spells, on_lapse="不予受理", alarm=False, todo="提出申请",
    )  # fmt: skip
    RC_APPLY_ABS = Term(
        "RC-APPLY-ABS", "最长申请期限", filing_clock.abs_length, YR, filing_clock.abs_start, L(21), PLAIN, Side.PARTY,
        on_lapse="不予受理", alarm=False, todo="提出申请",
    )  # fmt: skip
    RC_INACTION_START = Term(
        "RC-INACTION-START", "行政机关履行职责的期限", filing_clock.inaction_length, CD, filing_clock.inaction_start,
        R(24, 1), PLAIN, Side.AUTHORITY, kind=TermKind.WAIT, roll=False, on_lapse="可以申请行政复议", alarm=False,
    )  # fmt: skip
    RC_ADMIT = Term(
        "RC-ADMIT", "受理审查期限", 5, WD, _admit_start, L(30, 1), DAYS,
        runs_in=(states.RECEIVED, states.ADMISSION_REVIEW), on_lapse="视为受理", todo="决定是否受理",
    )  # fmt: skip
    RC_SUPP_NOTICE = Term(
        "RC-SUPP-NOTICE", "通知补正期限", 5, WD, _first_receipt, L(31, 1), DAYS,
        runs_in=(states.RECEIVED, states.ADMISSION_REVIEW), on_lapse="不能再通知补正", alarm=False, todo="材料不齐的通知补正",
    )  # fmt: skip
    RC_SUPP = Term(
        "RC-SUPP", "补正期限", 10, WD,
        (Since("supplement_noticed", "notice_received_on", "收到补正通知"),
         Since("supplement_notice_received", "", "收到补正通知")),
        L(31, 2), DAYS, Side.PARTY, extends=(ExtendRule("supplement_extended", "extra_days", L(31, 2), WD),),
        runs_in=(states.SUPPLEMENT_PENDING,), on_lapse="视为放弃申请", todo="补正材料",
    )  # fmt: skip
    RC_FWD_PENALTY = Term(
        "RC-FWD-PENALTY", "处罚机关转送期限", 5, WD, (Since("via_penalty_organ", "", "处罚机关收到申请"),), L(32, 2), DAYS,
        Side.AUTHORITY, runs_in=(states.AT_PENALTY_ORGAN,), on_lapse="责令改正", todo="转送复议机关",
    )  # fmt: skip
    RC_SELF_FIX = Term(
        "RC-SELF-FIX", "处罚机关自行纠正期限", 5, WD, (Since("via_penalty_organ", "", "处罚机关收到申请"),), R(38, 1), PLAIN,
        Side.AUTHORITY, runs_in=(states.AT_PENALTY_ORGAN,), on_lapse="不能再自行纠正后结办，应当转送", alarm=False,
        todo="自行纠正",
    )  # fmt: skip
    RC_COPY_ORD = Term(
        "RC-COPY-ORD", "发送申请书副本期限（普通程序）", 7, WD,
        (Since("accepted", "", "受理"), Since("deemed_accepted", "", "视为受理")), L(48), DAYS, applies=_copy_ordinary,
        runs_in=_RUNNING, on_lapse="依法追究责任", todo="发送申请书副本",
    )  # fmt: skip
    RC_COPY_SIM = Term(
        "RC-COPY-SIM", "发送申请书副本期限（简易程序）", 3, WD,
        (Since("accepted", "", "受理"), Since("deemed_accepted", "", "视为受理")), L(54, 1), DAYS, applies=_copy_simplified,
        runs_in=_RUNNING, on_lapse="依法追究责任", todo="发送申请书副本",
    )  # fmt: skip
    RC_REPLY_ORD = Term(
        "RC-REPLY-ORD", "被申请人答复期限（普通程序）", 10, WD,
        (Since("copy_sent", "respondent_received_on", "被申请人收到副本"), Since("copy_received", "", "被申请人收到副本")),
        L(48), DAYS, Side.AUTHORITY, applies=_reply_ordinary, runs_in=_RUNNING, on_lapse="视为行政行为没有证据、依据",
        todo="提交书面答复和证据、依据",
    )  # fmt: skip
    RC_REPLY_SIM = Term(
        "RC-REPLY-SIM", "被申请人答复期限（简易程序）", 5, WD,
        (Since("copy_sent", "respondent_received_on", "被申请人收到副本"), Since("copy_received", "", "被申请人收到副本")),
        L(54, 1), DAYS, Side.AUTHORITY, applies=_reply_simplified, runs_in=_RUNNING,
        on_lapse="视为行政行为没有证据、依据", todo="提交书面答复和证据、依据",
    )  # fmt: skip
    RC_HEAR_NOTICE = Term(
        "RC-HEAR-NOTICE", "听证通知的最后日期", 5, WD, _hearing_start, L(51, 1), DAYS, kind=TermKind.BACKWARD,
        runs_in=_RUNNING, on_lapse="不能如期听证，另定日期", todo="发出听证通知",
    )  # fmt: skip
    RC_DECIDE_ORD = Term(
        "RC-DECIDE-ORD", "审理期限（普通程序）", _decide_length, CD,
        (Since("accepted", "", "受理"), Since("deemed_accepted", "", "视为受理"),
         Since("elevation_received", "", "上级收到案件材料"), Since("elevation_received", "received_on", "上级收到案件材料")),
        L(62, 1), PLAIN, applies=_ordinary, spells=_trial_spells,
        extends=(ExtendRule("extended", "extension_days", L(62, 1)),), runs_in=_RUNNING,
        on_lapse="申请人可以向上级反映，前置案件可以起诉", todo="作出决定",
    )  # fmt: skip
    RC_DECIDE_SIM = Term(
        "RC-DECIDE-SIM", "审理期限（简易程序）", 30, CD,
        (Since("accepted", "", "受理"), Since("elevation_received", "", "上级收到案件材料"),
         Since("elevation_received", "received_on", "上级收到案件材料")),
        L(62, 2), PLAIN, applies=_simplified, spells=_trial_spells, runs_in=_RUNNING,
        on_lapse="申请人可以向上级反映，前置案件可以起诉", todo="作出决定",
    )  # fmt: skip
    RC_NORM_NOTIFY = Term(
        "RC-NORM-NOTIFY", "通知制定机关期限", 3, WD, (Since("norm_review_started", "", "中止审理"),), L(58, 1), DAYS,
        applies=_own_norm, runs_in=(states.SUSPENDED,), on_lapse="依法追究责任", todo="通知制定机关答复",
    )  # fmt: skip
    RC_NORM_REPLY = Term(
        "RC-NORM-REPLY", "制定机关答复期限", 10, WD,
        (Since("norm_issuer_notified", "issuer_received_on", "制定机关收到通知"),
         Since("issuer_received", "", "制定机关收到通知")),
        L(58, 1), DAYS, Side.AUTHORITY, runs_in=(states.SUSPENDED,), on_lapse="可以不待答复处理", todo="提交书面答复",
    )  # fmt: skip
    RC_NORM_HANDLE = Term(
        "RC-NORM-HANDLE", "处理规范性文件期限", 30, CD, (Since("norm_review_started", "", "中止审理"),),
        joined(L(56), R(53, 2)), PLAIN, applies=_own_norm, runs_in=(states.SUSPENDED,), on_lapse="依法追究责任",
        todo="处理规范性文件",
    )  # fmt: skip
    RC_NORM_TRANSFER = Term(
        "RC-NORM-TRANSFER", "转送规范性文件期限", 7, WD, (Since("norm_review_started", "", "中止审理"),),
        joined(L(56), R(53, 2)), DAYS, applies=_foreign_norm, runs_in=(states.SUSPENDED,), on_lapse="依法追究责任",
        todo="转送有权机关",
    )  # fmt: skip
    RC_NORM_ANSWER = Term(
        "RC-NORM-ANSWER", "接受转送机关回复期限", 60, CD,
        (Since("norm_transferred", "transferee_received_on", "收到转送"), Since("transferee_received", "", "收到转送")),
        L(60), PLAIN, Side.AUTHORITY, runs_in=(states.SUSPENDED,), on_lapse="催办", todo="回复处理意见",
    )  # fmt: skip
    RC_ELEVATE_MOVE = Term(
        "RC-ELEVATE-MOVE", "移送提级案件材料期限", 5, WD, (Since("elevated", "", "通知提级审理"),), R(40, 3), PLAIN,
        runs_in=_RUNNING, on_lapse="依法追究责任", todo="移送案件材料",
    )  # fmt: skip
    RC_TERM_60 = Term(
        "RC-TERM-60", "中止满六十日", 60, CD, _term60_start, L(41, 0, 5), PLAIN, kind=TermKind.WAIT, roll=False,
        runs_in=(states.SUSPENDED,), on_lapse="原因仍未消除的，可以终止", alarm=False,
    )  # fmt: skip
    RC_OPINION = Term(
        "RC-OPINION", "报送纠正情况期限", 60, CD,
        (Since("opinion_letter_sent", "letter_received_on", "收到意见书"), Since("opinion_letter_received", "", "收到意见书")),
        L(76), PLAIN, Side.AUTHORITY, multiple=True, on_lapse="责令限期履行，追究责任", todo="报送纠正情况",
    )  # fmt: skip
    RC_REDO = Term(
        "RC-REDO", "重新作出行政行为的期限", lambda view: int(view.facts.get("redo_days") or 60), CD, _redo_start,
        R(58, 1), PLAIN, Side.AUTHORITY, runs_in=(states.DECIDED, states.SERVED, states.PERFORMING),
        on_lapse="追究责任", todo="重新作出行政行为",
    )  # fmt: skip
    RC_PERFORM = Term(
        "RC-PERFORM", "履行期限", _perform_length, CD, _perform_start, L(77, 1), PLAIN, Side.AUTHORITY,
        runs_in=(states.SERVED, states.PERFORMING, states.MEDIATED), on_lapse="责令限期履行，可以约谈、通报批评",
        todo="履行决定",
    )  # fmt: skip
    RC_SUE = Term(
        "RC-SUE", "起诉期限", 15, CD, _sue_start, ALL(45), PLAIN, Side.PARTY, on_lapse="不能再起诉",
        alarm=False, todo="不服的可以起诉",
    )  # fmt: skip
    RC_SUE_SILENCE = Term(
        "RC-SUE-SILENCE", "逾期不作决定的起诉期限", 15, CD,
        (SinceLapse("RC-DECIDE-ORD", "审理期限届满"), SinceLapse("RC-DECIDE-SIM", "审理期限届满")), joined(ALL(45), L(34)),
        PLAIN, Side.PARTY, on_lapse="不能再以逾期不作决定为由起诉", alarm=False, todo="可以起诉",
    )  # fmt: skip
    RC_RETENTION = Term(
        "RC-RETENTION", "保管期限", _retention_years, YR, (Since("archived", "", "归档"),), "档案法 第21条", PLAIN,
        kind=TermKind.WAIT, roll=False, runs_in=(states.ARCHIVED,), on_lapse="可以鉴定销毁", alarm=False,
    )  # fmt: skip
