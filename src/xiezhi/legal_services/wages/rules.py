"""办理条件 of the wage channel. Each returns a sentence that says what to do, or None."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View, as_date
from xiezhi.kernel.procedures.declare import Rule

from . import codes, groups
from .citations import PRACTICE, A, M, S, W, civil, joined

__all__ = [
    "ALARM", "AWARD", "EXTEND_AWARD", "EXTEND_INSPECTION", "FILING", "MORE_WORKERS", "PAID", "PARTLY", "PAYMENT_ORDER",
    "RECOVERED", "ROUTE", "TRIAGE", "group_grounds", "money_of", "rate_of", "received", "route_open",
]  # fmt: skip


def money_of(facts: Mapping[str, Any], name: str) -> Decimal:
    """A sum from the facts; nought where there is none."""
    return Decimal(str(facts.get(name) or 0))


def received(view: View) -> Decimal:
    """What reached the workers: paid by payers and advanced by the emergency fund."""
    return Decimal(str(view.facts.get("recovered") or 0)) + Decimal(str(view.facts.get("advanced") or 0))


def rate_of(owed: Decimal, recovered: Decimal) -> str:
    """Recovered share in per cent with two decimals: 270,000 of 360,000 is 75.00."""
    if owed <= 0:
        return "0.00"
    return str((recovered * 100 / owed).quantize(Decimal("0.01"), ROUND_HALF_UP))


def group_grounds(view: View) -> list[tuple[str, str]]:
    """Grounds of alarm of this matter by the parameters of the day it came in."""
    on = view.events[0].on
    return groups.reasons(
        workers=int(view.facts.get("worker_count") or 1), owed=Decimal(str(view.facts.get("owed") or 0)),
        threat=str(view.facts.get("threat") or ""), limit_workers=int(view.param("group_workers", on)),
        limit_owed=Decimal(str(view.param("group_owed", on))),
    )  # fmt: skip


def route_open(view: View) -> dict[str, Any] | None:
    """The way that is being taken and has not ended. Legal aid runs beside any other."""
    for route in reversed(view.facts.get("routes") or []):
        if route.get("route") != "AID" and not route.get("outcome"):
            return dict(route)
    return None


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def _owed_positive(view: View, ask: Ask) -> str | None:
    return None if _decimal(ask.data.get("owed")) > 0 else "欠薪数额要大于0，请填写一共欠多少元"


def _workers_positive(view: View, ask: Ask) -> str | None:
    count, rows = int(ask.data.get("worker_count") or 0), ask.data.get("workers") or []
    if count < 1:
        return "至少1人，请填写一共几个人"
    if len(rows) > count:
        return f"名单有{len(rows)}人，比填写的{count}人多，请改人数"
    return None


def _rows_add_up(view: View, ask: Ask) -> str | None:
    rows = ask.data.get("workers") or []
    amounts = [_decimal(r.get("amount")) for r in rows if r.get("amount")]
    if rows and len(amounts) == len(rows) == int(ask.data.get("worker_count") or 0):
        total = sum(amounts, Decimal(0))
        if total != _decimal(ask.data.get("owed")):
            return f"每人的数额合计{total:,.2f}元，与总数{_decimal(ask.data.get('owed')):,.2f}元不一致，请核对"
    return None


def _ended_in_order(view: View, ask: Ask) -> str | None:
    ended = as_date(ask.data.get("ended_on"))
    if ask.data.get("employed") and ended is not None:
        return "还在这家干的，不要填离开的日子"
    if ended is not None and ended > ask.on:
        return "离开的日子不能晚于今天，请核对"
    return None


def _period(view: View, ask: Ask) -> str | None:
    begin, end = as_date(ask.data.get("owed_from")), as_date(ask.data.get("owed_to"))
    if begin and end and begin > end:
        return "开始的日子晚于结束的日子，请核对"
    return None


FILING = (
    Rule("OWED_POSITIVE", _owed_positive, W(16), "owed"),
    Rule("WORKERS", _workers_positive, PRACTICE, "worker_count"),
    Rule("SUM", _rows_add_up, PRACTICE, "workers"),
    Rule("ENDED_ON", _ended_in_order, M(27, 4), "ended_on"),
    Rule("PERIOD", _period, PRACTICE, "owed_to"),
)


def _aid_offered(view: View, ask: Ask) -> str | None:
    if not ask.data.get("aid_offered"):
        return "讨薪一律告知可以申请法律援助，不查经济状况，请告知后再分流"
    return None


TRIAGE = (Rule("AID_OFFERED", _aid_offered, joined(W(45, 1), A(42, 0, 3)), "aid_offered"),)


def _no_route_open(view: View, ask: Ask) -> str | None:
    found = route_open(view)
    if found is not None:
        return f"“{codes.ROUTES[found['route']]}”还在走，先登记它的结果，再换一条路"
    return None


ROUTE = (Rule("ROUTE_OPEN", _no_route_open, joined(W(10, 1), S(21, 2))),)


def _debt_clear(view: View, ask: Ask) -> str | None:
    agreed = any(r.get("route") == "MEDIATION" and r.get("agreed") for r in view.facts.get("routes") or [])
    if not agreed and not ask.data.get("debt_confirmed"):
        return "申请支付令要有到期没有履行的调解协议，或者对方签字确认的欠条、结算单"
    return None


PAYMENT_ORDER = (*ROUTE, Rule("DEBT_UNCLEAR", _debt_clear, M(16), "debt_confirmed"))


def _labor_only(view: View, ask: Ask) -> str | None:
    if view.facts.get("relation") == "SERVICE":
        return "没有用人单位的临时帮工不属于劳动仲裁，请用调解、支付令或者法律援助起诉"
    return None


def _limit_told(view: View, ask: Ask) -> str | None:
    found = view.clock("QX-ARB-LIMIT", ask.at) if view.calendar else None
    if found is not None and found.legal is not None and ask.on > found.legal and not ask.data.get("limit_told"):
        return f"仲裁时效已于{found.legal.isoformat()}届满，请先告知工友对方可能以此抗辩，再勾选“已告知”"
    return None


ARBITRATION = (
    *ROUTE,
    Rule("NOT_LABOR", _labor_only, M(27, 4)),
    Rule("LIMIT_PASSED", _limit_told, M(27, 1), "limit_told"),
)


def _alarm_ground(view: View, ask: Ask) -> str | None:
    if not group_grounds(view) and not ask.data.get("grounds"):
        return "人数、金额都没有达到标准，也没有风险，不需要报告；确需报告的请写明理由"
    return None


ALARM = (Rule("NO_GROUND", _alarm_ground, joined(W(10, 3), S(14, 4)), "grounds"),)


def _paid_within(view: View, ask: Ask) -> str | None:
    amount = _decimal(ask.data.get("amount"))
    left = money_of(view.facts, "owed") - received(view)
    if amount <= 0:
        return "到账数额要大于0"
    if amount > left:
        return f"还欠{left:,.2f}元，登记的{amount:,.2f}元多了；欠薪数额有误的请先“核定欠薪”"
    return None


PAID = (Rule("PAID_WITHIN", _paid_within, W(16), "amount"),)


def _repaid_within(view: View, ask: Ask) -> str | None:
    amount = _decimal(ask.data.get("amount"))
    left = money_of(view.facts, "advanced") - money_of(view.facts, "advance_repaid")
    return None if 0 < amount <= left else f"垫付的还有{left:,.2f}元没有追回，请核对数额"


REPAID = (Rule("REPAID_WITHIN", _repaid_within, W(63), "amount"),)


def _verified(view: View, ask: Ask) -> str | None:
    owed = _decimal(ask.data.get("owed"))
    if owed <= 0:
        return "欠薪数额要大于0；查明没有欠薪的，请登记转办或者请工友撤回"
    if owed < received(view):
        return f"已经到账{received(view):,.2f}元，核定的数额不能比它少"
    return None


VERIFIED = (Rule("OWED_BELOW_RECEIVED", _verified, W(50), "owed"),)


def _all_received(view: View, ask: Ask) -> str | None:
    left = money_of(view.facts, "owed") - received(view)
    return None if left <= 0 else f"还差{left:,.2f}元没有到账，不能登记全部追回"


def _some_received(view: View, ask: Ask) -> str | None:
    got, owed = received(view), money_of(view.facts, "owed")
    if got <= 0:
        return "还没有到账，请登记“未能追回”"
    return None if got < owed else "已经全部到账，请登记“全部追回”"


def _nothing_received(view: View, ask: Ask) -> str | None:
    return None if received(view) <= 0 else "已经有钱到账，请登记“部分追回”"


RECOVERED = (Rule("NOT_ALL", _all_received, W(16)),)
PARTLY = (Rule("NOT_PART", _some_received, W(16)),)
FAILED = (Rule("SOME_RECEIVED", _nothing_received, W(16)),)


def _more(view: View, ask: Ask) -> str | None:
    rows, count = ask.data.get("workers") or [], int(ask.data.get("added_count") or 0)
    if count < 1 or len(rows) > count:
        return "人数与名单对不上，请核对"
    return None if _decimal(ask.data.get("added_owed")) > 0 else "请填写新增工友一共欠多少元"


MORE_WORKERS = (Rule("ADDED", _more, PRACTICE, "added_count"),)


def _less(view: View, ask: Ask) -> str | None:
    if int(view.facts.get("worker_count") or 1) <= 1:
        return "只剩1人了；不再求助的，请办理撤回"
    off = _decimal(ask.data.get("left_owed"))
    rest = money_of(view.facts, "owed") - off
    if off < 0 or rest <= 0 or rest < received(view):
        return "减去的数额不对：剩下的欠薪要大于0，也不能少于已经到账的"
    return None


LEFT = (Rule("LAST_WORKER", _less, PRACTICE, "left_owed"),)


def _days_up_to(name: str, most: int) -> Any:
    def test(view: View, ask: Ask) -> str | None:
        given = int(ask.data.get("extension_days") or 0)
        before = sum(int(r.data.get("extension_days") or 0) for r in view.by_event.get(name, ()))
        return None if given > 0 and given + before <= most else f"一共最多延长{most}日"

    return test


EXTEND_AWARD = (Rule("EXTEND_MAX_15", _days_up_to("award_extended", 15), M(43, 1), "extension_days"),)
EXTEND_INSPECTION = (Rule("EXTEND_MAX_30", _days_up_to("inspection_extended", 30), S(17), "extension_days"),)


def _needs(event: str, message: str) -> Any:
    def test(view: View, ask: Ask) -> str | None:
        return None if view.has(event) else message

    return test


AWARD = (Rule("NOT_ACCEPTED_YET", _needs("arbitration_accepted", "仲裁委受理以后才能登记裁决"), M(43, 1)),)
ORDERED = (Rule("NOT_OPENED_YET", _needs("inspection_accepted", "劳动监察立案以后才能登记责令支付"), S(18)),)
ISSUED = (Rule("PO_NOT_ACCEPTED", _needs("payment_order_accepted", "法院受理以后才能登记支付令"), M(16)),)
REFERRED_AID = (Rule("AID_NOT_REFERRED", _needs("aid_referred", "还没有移交法律援助"), W(45, 1)),)
MEDIATED = (Rule("NOT_MEDIATED", _needs("mediation_referred", "还没有移交调解"), M(14, 1)),)
ENFORCEABLE = (
    Rule(
        "NOTHING_TO_ENFORCE",
        lambda view, ask: (
            None
            if any(view.has(e) for e in ("awarded", "payment_order_issued", "inspection_ordered", "mediation_agreed"))
            else "要有裁决、支付令、责令支付决定或者经确认的调解协议，才能申请强制执行"
        ),
        joined(M(51), W(42)),
    ),
)


def _pay_by(view: View, ask: Ask) -> str | None:
    by = as_date(ask.data.get("pay_by"))
    return "付款日要在今天以后" if by is not None and by <= ask.on - timedelta(days=1) else None


PROMISED = (Rule("PAY_BY", _pay_by, W(16), "pay_by"),)


def _interrupted(view: View, ask: Ask) -> str | None:
    on = as_date(ask.data.get("happened_on"))
    if on is None:
        return None
    if on > ask.on:
        return "日子不能晚于今天"
    ended = as_date(view.facts.get("ended_on"))
    if view.facts.get("employed") or ended is None:
        return "还在职的没有时效限制，不需要登记中断"
    return None


INTERRUPTED = (Rule("NO_LIMIT_RUNS", _interrupted, joined(M(27, 2), civil(195)), "happened_on"),)


def _obstacle(view: View, ask: Ask) -> str | None:
    begin, end = as_date(ask.data.get("obstacle_from")), as_date(ask.data.get("obstacle_until"))
    if begin and end and begin > end:
        return "开始的日子晚于结束的日子，请核对"
    return "开始的日子不能晚于今天" if begin and begin > ask.on else None


OBSTACLE = (Rule("OBSTACLE_DAYS", _obstacle, M(27, 3), "obstacle_until"),)
