"""What usually happens next in a wage matter and how soon: believable made-up histories. The shares are invented."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.walks import Move

from . import codes
from .rules import group_grounds, money_of, received, route_open

__all__ = ["habits"]

_INDUSTRY = {
    "BUILDING": 46,
    "INFRASTRUCTURE": 14,
    "DECORATION": 12,
    "FACTORY": 10,
    "CATERING": 8,
    "DELIVERY": 4,
    "CLEANING": 3,
    "FARMING": 2,
    "OTHER": 1,
}


def report(rng: random.Random, on: date) -> dict[str, Any]:
    """A filled-in report."""
    industry = rng.choices(list(_INDUSTRY), list(_INDUSTRY.values()))[0]
    workers = rng.choices((1, rng.randint(2, 6), rng.randint(7, 30)), (60, 28, 12))[0]
    months, monthly = rng.randint(1, 6), rng.randrange(3800, 9600, 100)
    stopped = on - timedelta(days=rng.choice((5, 12, 20, 33, 60, 95, 150, 240, 330)))
    employed = rng.random() < 0.22
    end = on - timedelta(days=8) if employed else stopped
    data: dict[str, Any] = {
        "channel": rng.choices(("WEB", "WECHAT", "HALL", "HOTLINE", "REFER"), (48, 18, 18, 12, 4))[0], "industry": industry,
        "relation": rng.choices(("LABOR", "UNKNOWN", "SERVICE"), (76, 18, 6))[0], "owed": str(Decimal(months * monthly * workers)),
        "worker_count": workers, "employed": employed, "owed_from": (end - timedelta(days=30 * months)).isoformat(), "owed_to": end.isoformat(),
        "evidence": rng.sample([c for c in codes.EVIDENCE if c != "NONE"], rng.randint(1, 3)),
        "threat": rng.choices(("NONE", "GATHER", "HEIGHT", "THREATENED", "FLED"), (90, 4, 1, 2, 3))[0], "aid_wanted": rng.random() < 0.6,
    }  # fmt: skip
    if not employed:
        data["ended_on"] = stopped.isoformat()
    if industry in codes.ENGINEERING:
        data["chain"] = rng.sample(
            ["TO_PERSON", "LENT_LICENSE", "TRANSFERRED", "PROJECT_MONEY_UNPAID"], rng.choice((0, 1, 1, 2))
        )
    return data


def habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    """Moves from the present state; the rules refuse what the law does not allow."""
    if view.state is None:
        data = report(rng, today)
        by = "representative" if data["worker_count"] > 1 else "applicant"
        return [Move("filed", 1, (0, 0), data, by=by if data["channel"] in ("WEB", "WECHAT") else "case_officer")]
    moves: list[Move] = []
    if group_grounds(view) and not view.has("alarmed"):
        moves.append(Move("alarmed", 60, (0, 0)))
    elif view.has("alarmed") and not view.has("alarm_answered"):
        moves.append(Move("alarm_answered", 6, (0, 1)))
    handler = {
        "REPORTED": _reported, "TRIAGED": _choose, "AID": _aid, "MEDIATION": _mediation, "INSPECTION": _inspection,
        "ARBITRATION": _arbitration, "PAYMENT_ORDER": _order, "RECOVERED": _result, "PARTIAL": _result, "FAILED": _result,
    }.get(view.state.code)  # fmt: skip
    return [*moves, *(handler(view, rng, today) if handler else ())]


def _pay(view: View, rng: random.Random, today: date) -> list[Move]:
    left = money_of(view.facts, "owed") - received(view)
    if left <= 0:
        return [Move("recovered", 50, (0, 2))]
    part = left if rng.random() < 0.5 else (left * rng.randint(2, 8) / 10).quantize(Decimal("1"))
    payer = rng.choice(("EMPLOYER", "CONTRACTOR", "CONTRACTOR", "SUBCONTRACTOR", "WAGE_ACCOUNT", "DEPOSIT"))
    if view.facts.get("industry") not in codes.ENGINEERING:
        payer = "EMPLOYER"
    return [
        Move("paid", 4, (2, 12), {"amount": str(max(part, Decimal(1))), "payer": payer, "paid_on": today.isoformat()})
    ]


def _reported(view: View, rng: random.Random, today: date) -> list[Move]:
    priority = "URGENT" if group_grounds(view) else rng.choice(("NORMAL", "HIGH"))
    proposed = rng.sample(["AID", "MEDIATION", "INSPECTION", "ARBITRATION"], 2)
    return [
        Move("triaged", 90, (0, 0), {"priority": priority, "proposed": proposed, "aid_offered": True, "threat": view.facts.get("threat") or "NONE", "chain": view.facts.get("chain") or []}),
        Move("redirected", 3, (0, 0), {"why": rng.choice(("NOT_WAGE", "OTHER_PLACE"))}), Move("withdrawn", 1, (0, 1), {"why": "PAID"}, by="applicant"),
    ]  # fmt: skip


def _choose(view: View, rng: random.Random, today: date) -> list[Move]:
    found = [
        Move("inspection_referred", 4, (0, 1)),
        Move("mediation_referred", 4, (0, 1), {"received_on": today.isoformat()}),
    ]
    if view.facts.get("relation") != "SERVICE":
        found.append(Move("arbitration_filed", 3, (0, 3), {"limit_told": True}))
    if view.facts.get("aid_wanted") and not view.has("aid_referred"):
        found.append(Move("aid_referred", 9, (0, 0)))
    if "IOU" in (view.facts.get("evidence") or []):
        found.append(Move("payment_order_filed", 1, (1, 3), {"debt_confirmed": True}))
    if view.has("mediation_referred") and len(view.facts.get("routes") or []) > 3:
        found += [Move("failed", 5, (5, 20)), Move("partly", 5, (5, 20))]
    return [*found, *_pay(view, rng, today)]


def _aid(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.facts.get("aid") != "GRANTED":
        return [Move("aid_granted", 30, (0, 0)), Move("aid_declined", 0.3, (0, 1))]
    return _choose(view, rng, today)


def _after(view: View, rng: random.Random, today: date) -> list[Move]:
    """What follows when the present way has ended."""
    return [
        *_choose(view, rng, today),
        *(_pay(view, rng, today) * 2),
        Move("called_back", 1, (2, 6)),
        Move("partly", 2.5, (3, 12)),
        Move("failed", 1.5, (6, 20)),
    ]


def _mediation(view: View, rng: random.Random, today: date) -> list[Move]:
    if route_open(view) is None:
        return _after(view, rng, today)
    by = today + timedelta(days=rng.randint(5, 20))
    left = money_of(view.facts, "owed") - received(view)
    return [
        Move("mediation_agreed", 6, (2, 8), {"amount": str(left), "pay_by": by.isoformat()}),
        Move("mediation_failed", 3, (3, 9)),
        Move("", 1, (8, 14)),
    ]


def _inspection(view: View, rng: random.Random, today: date) -> list[Move]:
    if route_open(view) is None:
        return _after(view, rng, today)
    if not view.has("inspection_accepted"):
        return [Move("inspection_accepted", 6, (1, 5)), Move("inspection_ended", 1, (1, 5), {"outcome": "REFUSED"})]
    by = today + timedelta(days=45)
    return [Move("inspection_ordered", 5, (8, 40), {"amount": str(money_of(view.facts, "owed")), "pay_by": by.isoformat()}),
            Move("inspection_ended", 1, (10, 40), {"outcome": "CLOSED"}), *_pay(view, rng, today)]  # fmt: skip


def _arbitration(view: View, rng: random.Random, today: date) -> list[Move]:
    if route_open(view) is None:
        return _after(view, rng, today)
    if not view.has("arbitration_accepted"):
        return [Move("arbitration_accepted", 8, (1, 3)), Move("arbitration_refused", 1, (1, 3))]
    later = today + timedelta(days=60)
    return [Move("awarded", 8, (15, 30), {"result": rng.choice(("SUPPORTED", "SUPPORTED", "PARTLY", "REJECTED")), "amount": str(money_of(view.facts, "owed")),
                                          "pay_by": later.isoformat(), "served_on": None}),
            Move("award_extended", 1, (10, 25), {"extension_days": rng.randint(5, 15)})]  # fmt: skip


def _order(view: View, rng: random.Random, today: date) -> list[Move]:
    if route_open(view) is None:
        return _after(view, rng, today)
    if not view.has("payment_order_accepted"):
        return [Move("payment_order_accepted", 5, (1, 4))]
    by = today + timedelta(days=45)
    return [Move("payment_order_issued", 6, (2, 9), {"amount": str(money_of(view.facts, "owed")), "pay_by": by.isoformat()}),
            Move("payment_order_ended", 1, (2, 9), {"outcome": "REFUSED"})]  # fmt: skip


def _result(view: View, rng: random.Random, today: date) -> list[Move]:
    assert view.state is not None
    answer = {"RECOVERED": "ALL_RECEIVED", "PARTIAL": "NOT_ALL"}.get(view.state.code, "NOT_ALL")
    found = [Move("followed", 6, (3, 20), {"answer": answer})]
    if view.state.code != "RECOVERED":
        found += _pay(view, rng, today)
    return found
