"""What usually happens next in a reconsideration matter and how soon: believable made-up histories.

The shares are invented; they only keep every branch of the procedure in the fictional province.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.walks import Move

from . import states as S

__all__ = ["habits"]

_METHODS = (("ONLINE", 60), ("POST", 18), ("IN_PERSON", 16), ("ORAL", 4), ("OTHER", 2))
_MATTER_SHARES = {"1": 40, "14": 16, "11": 12, "5": 6, "3": 6, "2": 5, "7": 4, "12": 3, "15": 5, "13": 2, "4": 1}
_RESULTS = (
    ("UPHELD", 46), ("CLAIM_REJECTED", 12), ("QUASHED", 13), ("PARTLY_QUASHED", 3), ("CHANGED", 6), ("UNLAWFUL", 10),
    ("ORDER_PERFORM", 9), ("COMPENSATION", 1),
)  # fmt: skip
_GROUNDS: Mapping[str, tuple[str, ...]] = {
    "UPHELD": ("L68",), "CLAIM_REJECTED": ("L69_NO_DUTY", "L69_DONE"), "QUASHED": ("L64_1", "L64_2", "L64_3", "L64_4"),
    "PARTLY_QUASHED": ("L64_1", "L64_3"), "CHANGED": ("L63_1", "L63_2", "L63_3"), "UNLAWFUL": ("L65_1_2", "L65_2_1", "L65_2_2"),
    "ORDER_PERFORM": ("L66",), "COMPENSATION": ("L72",), "VOID": ("L67",),
}  # fmt: skip
_TYPES = {
    "1": "行政处罚决定",
    "2": "行政强制措施决定",
    "3": "行政许可决定",
    "5": "征收补偿决定",
    "7": "工伤认定决定",
    "14": "政府信息公开答复",
}


def _pick(rng: random.Random, shares: Sequence[tuple[str, int]]) -> str:
    return rng.choices([s[0] for s in shares], [s[1] for s in shares])[0]


def _application(rng: random.Random, on: date) -> dict[str, Any]:
    matter = rng.choices(list(_MATTER_SHARES), list(_MATTER_SHARES.values()))[0]
    served = on - timedelta(days=rng.randint(2, 52))
    act: dict[str, Any] = {"type": _TYPES.get(matter, "行政处理决定"), "told_remedy": True}
    claims = (
        ["ORDER_PERFORM"]
        if matter in ("11", "12")
        else [rng.choice(("QUASH", "QUASH", "QUASH", "CHANGE", "DECLARE_UNLAWFUL"))]
    )
    if matter in ("11", "12") and rng.random() < 0.7:
        asked = on - timedelta(days=60 + rng.randint(2, 50))
        act = {"type": "不履行法定职责", "is_inaction": True, "request_received_on": asked.isoformat()}
    elif matter == "1" and rng.random() < 0.15:
        act |= {"service_method": "ON_SPOT", "made_on": served.isoformat()}
    else:
        made = served - timedelta(days=rng.randint(0, 6))
        act |= {"service_method": rng.choice(("DIRECT", "DIRECT", "POST", "ELECTRONIC")), "served_on": served.isoformat(),
                "made_on": made.isoformat()}  # fmt: skip
    method = _pick(rng, _METHODS)
    data: dict[str, Any] = {
        "filing_method": method, "act": act, "matter_code": matter, "claims": claims,
        "applicant_kind": rng.choices(("CITIZEN", "LEGAL_PERSON", "SOLE_TRADER"), (78, 14, 8))[0],
        "respondent_kind": rng.choices(("DEPARTMENT", "LOWER_GOVERNMENT", "DISPATCHED_BODY"), (82, 13, 5))[0],
        "e_service_consent": method == "ONLINE" or rng.random() < 0.3,
    }  # fmt: skip
    if method == "POST":
        data["postmarked_on"] = on.isoformat()
    if matter == "1":
        data["amount"] = str(rng.choice((200, 500, 1000, 2000, 3000, 5000, 20000, 80000)))
    if rng.random() < 0.03:
        data["norm_review_requested"] = True
    if rng.random() < 0.04:
        data["compensation_claim"] = True
    return data


def _acceptance(view: View, rng: random.Random) -> dict[str, Any]:
    data: dict[str, Any] = {"procedure": "ORDINARY", "competent": True}
    matter, facts = view.facts.get("matter_code"), view.facts
    amount = float(facts.get("amount") or 10**9)
    if (facts.get("act") or {}).get("service_method") == "ON_SPOT":
        data |= {"procedure": "SIMPLIFIED", "simplified_ground": "ON_SPOT"}
    elif matter == "14" and rng.random() < 0.7:
        data |= {"procedure": "SIMPLIFIED", "simplified_ground": "INFO_DISCLOSURE"}
    elif matter == "1" and amount <= 3000 and rng.random() < 0.7:
        data |= {"procedure": "SIMPLIFIED", "simplified_ground": "LE_3000"}
    else:
        data["complex"] = rng.random() < 0.04
        data["technical"] = rng.random() < 0.02
    return data


def habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    """Moves from the present state; the walk's rules refuse what the law does not allow."""
    state = view.state
    if state is None:
        data = _application(rng, today)
        moves = [Move("filed", 97, (0, 0), data)]
        if data["matter_code"] == "1" and data["act"].get("service_method") == "ON_SPOT":
            moves.append(Move("via_penalty_organ", 60, (0, 0), data))
        return moves
    handler = _BY_STATE.get(state.code)
    return handler(view, rng, today) if handler else ()


def _at_penalty(view: View, rng: random.Random, today: date) -> list[Move]:
    return [
        Move("forwarded", 80, (1, 4)),
        Move("self_corrected", 18, (2, 4)),
        Move("withdrawn_before_acceptance", 2, (1, 3)),
    ]


def _received(view: View, rng: random.Random, today: date) -> list[Move]:
    lag = (1, 4) if view.facts.get("filing_method") == "POST" else (0, 0)
    return [Move("receipt", 100, lag), Move("withdrawn_before_acceptance", 1, (0, 2))]


def _admission(view: View, rng: random.Random, today: date) -> list[Move]:
    moves = [
        Move("accepted", 76, (1, 3), _acceptance(view, rng)),
        Move("refused", 9, (2, 4), {"reason_code": rng.choice(("NO_INTEREST", "OUT_OF_SCOPE", "NOT_COMPETENT", "NO_CLAIM")),
                                    "competent_organ": "有管辖权的人民政府"}),
        Move("told_no_repeat", 1, (1, 4)), Move("withdrawn_before_acceptance", 2, (1, 3)), Move("", 2, (6, 8)),
    ]  # fmt: skip
    if not view.has("supplement_noticed"):
        moves.append(
            Move("supplement_noticed", 14, (1, 3), {"defects": [rng.choice(("IDENTITY", "CLAIM", "ACT", "FACTS"))]})
        )
    return moves


def _supplement(view: View, rng: random.Random, today: date) -> list[Move]:
    if not view.has("supplement_notice_received"):
        return [Move("supplement_notice_received", 1, (1, 3))]
    return [Move("supplemented", 82, (1, 8)), Move("supplement_extended", 3, (3, 7)), Move("", 15, (11, 13))]


def _accepted(view: View, rng: random.Random, today: date) -> list[Move]:
    if not view.facts.get("officer_count"):
        return [Move("assigned", 1, (0, 1), {"officers": ["staff-a", "staff-b"]})]
    simple = view.facts.get("procedure") == "SIMPLIFIED"
    return [Move("copy_sent", 94, (0, 2) if simple else (1, 5)), Move("rejected", 1, (2, 6), {"reason_code": "L33"}),
            Move("copy_sent", 2, (3, 9)), Move("suspended", 1, (2, 5), {"ground": "5"})]  # fmt: skip


def _outcomes(view: View, rng: random.Random) -> list[Move]:
    """Ends that need no decision."""
    moves = [Move("mediated", 5, (2, 12), {"act_corrected": rng.random() < 0.6}), Move("settled", 5, (2, 12)),
             Move("rejected", 1.5, (2, 10), {"reason_code": rng.choice(("L33", "R37_2"))})]  # fmt: skip
    if view.has("withdrawn"):
        return [Move("terminated", 30, (1, 3), {"ground": "1"})]
    if not view.has("withdrawal_refused"):
        moves.append(Move("withdrawn", 5, (1, 12)))
    return moves


def _asides(view: View, rng: random.Random) -> list[Move]:
    """Things that happen once along the way."""
    once = (
        ("file_read", 6.0, (1, 4)), ("evidence_added", 4.0, (1, 5)), ("third_party_joined", 2.0, (1, 4)), ("agent_changed", 2.0, (0, 4)),
        ("stay_ordered", 1.0, (1, 3)), ("complaint_recorded", 0.3, (5, 20)), ("opinion_letter_sent", 1.0, (2, 9)), ("noted", 4.0, (0, 3)),
        ("norm_review_requested", 0.4, (1, 5)), ("questioned", 1.5, (1, 5)), ("handed_over", 0.6, (1, 6)), ("appraisal_started", 0.6, (1, 5)),
        ("inspection_started", 0.8, (1, 5)),
    )  # fmt: skip
    return [Move(name, weight, days, {"text": "电话联系当事人。"} if name == "noted" else {}) for name, weight, days in once
            if not view.has(name)]  # fmt: skip


def _hearing(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.has("hearing_held"):
        return []
    wanted = view.facts.get("complex")
    notice = view.last("hearing_noticed")
    if notice is not None and not view.has("hearing_cancelled"):
        return [Move("hearing_held", 60, (0, 0), {}, on=notice.date("hearing_on"))]
    assert view.calendar is not None
    latest = view.calendar.add_working(today, rng.randint(8, 12))
    return [Move("hearing_noticed", 60 if wanted else 0.8, (0, 2), {"hearing_on": latest.isoformat()})]


def _review(view: View, rng: random.Random, today: date) -> list[Move]:
    for begun, ended in (("appraisal_started", "appraisal_ended"), ("inspection_started", "inspection_ended")):
        if view.has(begun) and not view.has(ended):
            return [Move(ended, 1, (3, 15) if begun == "appraisal_started" else (0, 2))]
    if view.has("opinion_letter_sent") and not view.has("opinion_letter_received"):
        return [Move("opinion_letter_received", 1, (1, 3))]
    simple = view.facts.get("procedure") == "SIMPLIFIED"
    if not view.has("copy_received"):
        return [Move("copy_received", 1, (1, 3))]
    moves = _asides(view, rng)
    if not view.has("replied") and not view.has("no_reply"):
        return [
            *moves[:2],
            Move("replied", 90, (1, 3) if simple else (3, 7)),
            Move("", 2, (6, 7) if simple else (11, 12)),
        ]
    if view.facts.get("norm_review_requested") and not view.has("norm_review_started"):
        return [Move("norm_review_started", 1, (1, 4), {"competent": rng.random() < 0.6})]
    moves += _outcomes(view, rng) + _hearing(view, rng, today)
    moves.append(Move("suspended", 2.0, (1, 6), {"ground": rng.choice(("5", "7", "8", "8", "6", "1")),
                                                "applicant_consents": True, "respondent_consents": True}))  # fmt: skip
    if simple:
        if not view.has("converted"):
            moves.append(Move("converted", 3, (3, 8)))
    elif not view.has("extended") and (today - (view.date("accepted_on") or today)).days > 35:
        moves.append(Move("extended", 8, (1, 5), {"extension_days": rng.choice((15, 20, 30, 30))}))
    if not simple and not view.has("views_heard"):
        return [
            *moves,
            Move("views_heard", 70, (1, 6), {"method": rng.choice(("PHONE", "PHONE", "IN_PERSON", "INTERNET"))}),
        ]
    if any(view.facts.get(n) for n in ("complex", "technical", "own_act")) and not view.has("committee_consulted"):
        return [*moves, Move("committee_consulted", 60, (3, 8), {"reason": "1"})]
    if view.facts.get("complex") and not view.has("hearing_held"):
        return moves
    if view.state is S.DRAFTING:
        return [*moves, Move("submitted", 150, (1, 3))]
    return [*moves, Move("drafted", 90, (2, 5) if simple else (3, 11))]


def _approving(view: View, rng: random.Random, today: date) -> list[Move]:
    if any(view.facts.get(n) for n in ("complex", "technical", "own_act")) and not view.has("committee_consulted"):
        return [Move("committee_consulted", 1, (2, 6), {"reason": "1"})]
    if view.facts.get("complex") and not view.has("hearing_held"):
        return [Move("review_reopened", 1, (0, 2))]
    kind = _pick(rng, _RESULTS)
    if view.facts.get("deemed_no_evidence"):
        kind = rng.choice(("QUASHED", "UNLAWFUL", "ORDER_PERFORM"))
    elif "ORDER_PERFORM" in (view.facts.get("claims") or ()):
        kind = rng.choice(("ORDER_PERFORM", "CLAIM_REJECTED", "CLAIM_REJECTED", "UNLAWFUL"))
    data: dict[str, Any] = {
        "decision_type": kind,
        "decision_ground": rng.choice(_GROUNDS[kind]),
        "approval": "ORGAN_HEAD",
    }
    if view.facts.get("deemed_no_evidence"):
        data["decision_ground"] = "L70"
    if kind in ("QUASHED", "PARTLY_QUASHED"):
        data["order_redo"] = rng.random() < 0.6
    if kind == "ORDER_PERFORM":
        data["perform_days"] = rng.choice((15, 20, 30))
    if view.has("committee_consulted"):
        data |= {
            "committee_adopted": rng.choices(("YES", "PARTLY", "NO"), (90, 7, 3))[0],
            "committee_reason": "依据的事实有变化",
        }
    if view.has("norm_review_started"):
        data["norm_result"] = "LAWFUL"
    if view.facts.get("compensation_claim"):
        data["compensation_result"] = "REJECTED" if kind in ("UPHELD", "CLAIM_REJECTED") else "GRANTED"
    return [Move("decided", 92, (0, 4), data), Move("returned", 5, (0, 2)), Move("review_reopened", 1, (0, 2))]


def _suspended(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.facts.get("suspension_ground") == "9" and view.has("norm_review_started"):
        if view.facts.get("norm_competent") is False:
            if not view.has("norm_transferred"):
                return [Move("norm_transferred", 1, (2, 6))]
            if not view.has("transferee_received"):
                return [Move("transferee_received", 1, (1, 3))]
            return [Move("transferee_answered", 1, (15, 38), {"conclusion": "LAWFUL"})]
        if not view.has("norm_issuer_notified"):
            return [Move("norm_issuer_notified", 1, (1, 3))]
        if not view.has("issuer_received"):
            return [Move("issuer_received", 1, (0, 2))]
        if not view.has("norm_issuer_replied"):
            return [Move("norm_issuer_replied", 1, (4, 9))]
        return [Move("norm_handled", 1, (1, 5), {"conclusion": rng.choice(("LAWFUL", "LAWFUL", "CONFLICTS"))})]
    moves = [
        Move("resumed", 60, (8, 40)),
        Move("", 10, (10, 30)),
        Move("mediated", 6, (3, 15)),
        Move("settled", 6, (3, 15)),
    ]
    if view.facts.get("suspension_ground") in ("1", "2", "4"):
        moves.append(Move("terminated", 25, (10, 45), {"ground": "5"}))
    return moves


def _decided(view: View, rng: random.Random, today: date) -> list[Move]:
    method = "ELECTRONIC" if view.facts.get("e_service_consent") else rng.choice(("DIRECT", "POST", "POST"))
    return [Move("served", 1, (1, 4), {"method": method})]


def _served(view: View, rng: random.Random, today: date) -> list[Move]:
    moves: list[Move] = []
    if view.facts.get("respondent_kind") == "DEPARTMENT" and not view.has("copied"):
        moves.append(Move("copied", 60, (1, 4)))
    if not view.has("published") and rng.random() < 0.5:
        moves.append(Move("published", 20, (2, 15)))
    if not view.has("sued"):
        moves.append(Move("sued", 6, (3, 9)))
    if view.facts.get("order_redo"):
        return [
            *moves,
            Move("redone", 30, (10, 38), {"same_as_before": False}),
            Move("ordered_to_perform", 2, (45, 50)),
        ]
    if view.facts.get("perform_days"):
        return [*moves, Move("performed", 30, (4, 14)), Move("ordered_to_perform", 3, (15, 25))]
    return [*moves, Move("closed", 30, (8, 16))]


def _performing(view: View, rng: random.Random, today: date) -> list[Move]:
    moves: list[Move] = []
    if view.facts.get("respondent_kind") == "DEPARTMENT" and view.has("served") and not view.has("copied"):
        return [Move("copied", 1, (1, 4))]
    if not view.has("performed") and not view.has("redone"):
        return [Move("performed", 1, (3, 15))]
    return [*moves, Move("closed", 1, (2, 10))]


def _ended(view: View, rng: random.Random, today: date) -> list[Move]:
    if not view.has("document_served"):
        kind = (
            view.state.code
            if view.state and view.state.code in ("NOT_ACCEPTED", "REJECTED", "TERMINATED", "MEDIATED")
            else "OTHER"
        )
        return [Move("document_served", 1, (1, 4), {"document": kind, "method": rng.choice(("DIRECT", "POST"))})]
    moves = [Move("closed", 30, (3, 12))]
    if view.state is S.MEDIATED and view.facts.get("perform_days"):
        moves = [Move("performed", 1, (3, 12))]
    if view.state in (S.NOT_ACCEPTED, S.REJECTED) and not view.has("sued"):
        moves.append(Move("sued", 3, (3, 9)))
    return moves


def _closed(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.has("self_corrected") and not view.has("insisted"):
        return [Move("archived", 85, (20, 60)), Move("insisted", 15, (2, 10))]
    return [Move("archived", 1, (20, 60), {"pages": rng.randint(20, 260)})]


_BY_STATE = {
    "AT_PENALTY_ORGAN": _at_penalty, "RECEIVED": _received, "ADMISSION_REVIEW": _admission, "SUPPLEMENT_PENDING": _supplement,
    "ACCEPTED": _accepted, "IN_REVIEW": _review, "DRAFTING": _review, "APPROVING": _approving, "SUSPENDED": _suspended,
    "DECIDED": _decided, "SERVED": _served, "PERFORMING": _performing, "NOT_ACCEPTED": _ended, "ABANDONED": _ended,
    "REJECTED": _ended, "TERMINATED": _ended, "MEDIATED": _ended, "CLOSED": _closed,
}  # fmt: skip
