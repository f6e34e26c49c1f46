"""期限 of the wage channel, each with its article. Same-day limits are the department's promise, as dated parameters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from xiezhi.kernel.calendar.counting import Spell
from xiezhi.kernel.procedures.core import View, as_date
from xiezhi.kernel.procedures.declare import CD, WD, YR, ExtendRule, Side, Since, Started, Term, TermKind

from . import limitation, states
from .citations import CPL, PLAIN, M, S, W, civil, joined
from .rules import group_grounds

__all__ = ["Terms"]

_FIRST = date(2020, 5, 1)


def _days(name: str) -> Callable[[View], int]:
    def length(view: View) -> int:
        return max(1, int(view.param(name, max(_FIRST, view.events[0].on))))

    return length


def _group(view: View) -> bool:
    return bool(group_grounds(view))


def _group_start(view: View) -> Started | None:
    """The day on which the matter became a group matter: filed as one, or grown into one."""
    if not group_grounds(view):
        return None
    last = next(
        (r for r in reversed(view.events) if r.event in ("workers_added", "owed_verified", "triaged", "filed")), None
    )
    alarmed = view.first("alarmed")
    if alarmed is not None and last is not None and alarmed.seq < last.seq:
        last = next((r for r in reversed(view.events) if r.seq < alarmed.seq and r.event != "assigned"), view.events[0])
    return Started(last.on, "发现群体性欠薪", joined(W(10, 3), S(14, 4)), last.seq) if last else None


def _labor(view: View) -> bool:
    return view.facts.get("relation") != "SERVICE"


def _service(view: View) -> bool:
    return not _labor(view)


def _restarts(view: View) -> list[limitation.Restart]:
    found = limitation.restarts_of(view.facts.get("interruptions") or [])
    if view.param("referral_interrupts", max(_FIRST, view.events[-1].on)):
        found += [limitation.Restart(r.on, "ASKED_OFFICE") for r in view.by_event.get("inspection_referred", ())]
    return found


def _limit_start(view: View) -> Started | None:
    """The one year: none while employed, from the end of the employment afterwards, anew after an interruption."""
    ended = as_date(view.facts.get("ended_on"))
    if view.facts.get("employed") or ended is None:
        return None
    began, label, basis = limitation.start_of(ended, _restarts(view))
    return Started(began, label, basis, 1)


def _suit_start(view: View) -> Started | None:
    due = as_date(view.facts.get("owed_to")) or as_date(view.facts.get("ended_on"))
    if due is None:
        return None
    began, label, basis = limitation.start_of(due, _restarts(view), 3)
    return Started(began, label, basis, 1)


def _obstacles(view: View) -> list[Spell]:
    """中止: time in which force majeure kept the worker from asking."""
    out = []
    for rec in view.by_event.get("obstacle", ()):
        begin, end = rec.date("obstacle_from"), rec.date("obstacle_until")
        if begin is not None:
            out.append(Spell(begin, end and max(begin, end + timedelta(days=1)), "不可抗力等正当理由", M(27, 3)))
    return out


def _promise_start(view: View) -> Started | None:
    """约定或者责令的付款日: the last promise, order or award that names a day."""
    for rec in reversed(view.events):
        if rec.event in ("mediation_agreed", "inspection_ordered", "awarded", "payment_order_issued") and rec.date(
            "pay_by"
        ):
            return Started(rec.on, view.procedure.events[rec.event].title, W(16), rec.seq)
    return None


def _promise_length(view: View) -> int | None:
    for rec in reversed(view.events):
        if rec.event in ("mediation_agreed", "inspection_ordered", "awarded", "payment_order_issued"):
            by = rec.date("pay_by")
            if by is not None:
                return (by - rec.on).days or None
    return None


def _ledger_start(view: View) -> Started | None:
    """Wage ledgers are kept three years: the oldest unpaid month is lost first."""
    begin = as_date(view.facts.get("owed_from"))
    return Started(begin, "最早一笔欠薪", W(15, 1), 1) if begin else None


def _follow_start(view: View) -> Started | None:
    for seq, on, state in reversed(view.transitions):
        if state in states.RESULTS:
            return Started(on, f"登记“{state.title}”", W(45, 2), seq)
    return None


class Terms:
    """Clocks of a wage matter."""

    TRIAGE = Term(
        "QX-TRIAGE",
        "当日分流",
        _days("triage_days"),
        WD,
        (Since("filed"),),
        W(10, 3),
        PLAIN,
        first_day_counts=True,
        runs_in=(states.REPORTED,),
        todo="分流",
        on_lapse="求助当日没有分流，提醒机构负责人",
    )
    ALARM = Term(
        "QX-ALARM",
        "群体性欠薪当日报告",
        _days("alarm_days"),
        CD,
        _group_start,
        joined(W(10, 3), S(14, 4)),
        PLAIN,
        applies=_group,
        first_day_counts=True,
        runs_in=states.UNPAID,
        todo="报告县级负责人",
        on_lapse="群体性欠薪当日没有报告，提醒机关负责人",
    )
    AID_DECIDE = Term(
        "QX-AID",
        "当日决定法律援助",
        _days("aid_days"),
        WD,
        (Since("aid_referred"),),
        W(45, 1),
        PLAIN,
        first_day_counts=True,
        runs_in=states.WORKING,
        side=Side.AUTHORITY,
        todo="决定是否给予法律援助",
        on_lapse="移交当日没有作出法律援助决定，提醒法律援助机构",
    )
    ARBITRATION_LIMIT = Term(
        "QX-ARB-LIMIT",
        "申请仲裁的时效",
        1,
        YR,
        _limit_start,
        M(27, 4),
        PLAIN,
        side=Side.PARTY,
        applies=_labor,
        spells=_obstacles,
        runs_in=states.UNPAID,
        todo="申请劳动仲裁",
        on_lapse="对方可以时效已过抗辩；对方同意支付或者时效曾中断的除外",
    )
    SUIT_LIMIT = Term(
        "QX-SUIT-LIMIT",
        "起诉的诉讼时效",
        3,
        YR,
        _suit_start,
        civil(188),
        PLAIN,
        side=Side.PARTY,
        applies=_service,
        runs_in=states.UNPAID,
        todo="起诉",
        on_lapse="对方可以诉讼时效已过抗辩；对方同意支付或者时效曾中断的除外",
    )
    MEDIATE = Term(
        "QX-MEDIATE",
        "调解期限",
        15,
        CD,
        (Since("mediation_referred", "received_on"),),
        M(14, 3),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=(states.MEDIATION,),
        todo="调解",
        on_lapse="调解期满没有达成协议，可以申请仲裁",
    )
    INSPECT_ACCEPT = Term(
        "QX-INSPECT-ACCEPT",
        "劳动监察反馈是否立案",
        _days("inspect_accept_days"),
        WD,
        (Since("inspection_referred"),),
        W(10, 3),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=(states.INSPECTION,),
        todo="反馈是否立案",
        on_lapse="逾期没有反馈，提醒承办人催问或者改走仲裁",
    )
    INSPECT = Term(
        "QX-INSPECT",
        "劳动监察查处",
        60,
        WD,
        (Since("inspection_accepted"),),
        S(17),
        PLAIN,
        side=Side.AUTHORITY,
        extends=(ExtendRule("inspection_extended", "extension_days", S(17), WD),),
        runs_in=states.WORKING,
        todo="查处",
        on_lapse="逾期没有处理结果，提醒承办人催办或者改走仲裁",
    )
    ARB_ACCEPT = Term(
        "QX-ARB-ACCEPT",
        "仲裁委决定是否受理",
        5,
        CD,
        (Since("arbitration_filed"),),
        M(29),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=(states.ARBITRATION, states.AID),
        todo="决定是否受理",
        on_lapse="逾期未作出决定的，可以向人民法院起诉",
    )
    ARB_AWARD = Term(
        "QX-ARB-AWARD",
        "仲裁裁决",
        45,
        CD,
        (Since("arbitration_accepted"),),
        M(43, 1),
        PLAIN,
        side=Side.AUTHORITY,
        extends=(ExtendRule("award_extended", "extension_days", M(43, 1)),),
        runs_in=states.WORKING,
        todo="作出裁决",
        on_lapse="逾期未作出裁决的，可以向人民法院起诉",
    )
    SUE = Term(
        "QX-SUE",
        "不服裁决起诉",
        15,
        CD,
        (Since("awarded", "served_on"),),
        joined(M(48), M(50)),
        PLAIN,
        side=Side.PARTY,
        runs_in=states.UNPAID,
        todo="决定是否起诉",
        on_lapse="没有起诉的，裁决书发生法律效力",
    )
    PO_ACCEPT = Term(
        "QX-PO-ACCEPT",
        "法院通知是否受理支付令",
        5,
        CD,
        (Since("payment_order_filed"),),
        CPL(226),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=(states.PAYMENT_ORDER,),
        todo="通知是否受理",
        on_lapse="逾期没有通知，提醒承办人向法院查询",
    )
    PO_ISSUE = Term(
        "QX-PO-ISSUE",
        "发出支付令",
        15,
        CD,
        (Since("payment_order_accepted"),),
        CPL(227, 1),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=(states.PAYMENT_ORDER,),
        todo="发出支付令",
        on_lapse="逾期没有发出，提醒承办人向法院查询",
    )
    PO_OBJECT = Term(
        "QX-PO-OBJECT",
        "对方付款或者提出异议",
        15,
        CD,
        (Since("payment_order_issued", "served_on"),),
        CPL(227, 2),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=(states.PAYMENT_ORDER,),
        todo="等对方付款或者异议",
        on_lapse="对方既不付款也不提出异议的，可以申请法院执行",
    )
    PROMISE = Term(
        "QX-PROMISE",
        "约定或者责令的付款日",
        _promise_length,
        CD,
        _promise_start,
        W(16),
        PLAIN,
        side=Side.AUTHORITY,
        runs_in=states.WORKING,
        todo="核实是否到账",
        on_lapse="到期没有付款：有调解协议的可以申请支付令，其他可以申请强制执行",
    )
    LEDGER = Term(
        "QX-LEDGER",
        "工资台账保存期",
        3,
        YR,
        _ledger_start,
        W(15, 1),
        PLAIN,
        side=Side.PARTY,
        kind=TermKind.WAIT,
        roll=False,
        runs_in=states.UNPAID,
        todo="固定工资台账",
        on_lapse="用人单位可能不再保存早期工资台账，请尽快固定证据",
    )
    FOLLOW = Term(
        "QX-FOLLOW",
        "回访",
        _days("follow_days"),
        CD,
        _follow_start,
        W(45, 2),
        PLAIN,
        runs_in=states.RESULTS,
        todo="回访",
        on_lapse="没有按时回访，提醒机构负责人",
    )
