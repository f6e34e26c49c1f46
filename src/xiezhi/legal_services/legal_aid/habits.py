"""What usually happens next in a legal-aid matter and how soon: believable made-up histories.

The shares are invented; they only keep every branch of the procedure in the fictional province.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.walks import Move

from . import codes
from . import states as S

__all__ = ["habits"]

_CLAIMS: Mapping[str, tuple[int, str, str]] = {
    "PAY": (30, "LABOR", "LABOR"), "WORK_INJURY": (9, "LABOR", "WORK_INJURY"), "LABOR_RELATION": (5, "LABOR", "LABOR"),
    "TRAFFIC_INJURY": (10, "CIVIL", "TRAFFIC"), "MAINTENANCE": (12, "CIVIL", "FAMILY"), "ABUSE": (5, "CIVIL", "FAMILY"),
    "MEDICAL_INJURY": (3, "CIVIL", "MEDICAL"), "SOCIAL_BENEFIT": (3, "ADMIN", "ADMIN"), "PENSION": (1, "ADMIN", "ADMIN"),
    "STATE_COMPENSATION": (1, "STATE_COMPENSATION", "ADMIN"), "CAPACITY": (2, "CIVIL", "FAMILY"), "SUSPECT": (6, "CRIMINAL", "CRIMINAL"),
    "VICTIM": (4, "CRIMINAL_AGENCY", "CRIMINAL"), "BRAVE_ACT": (1, "CIVIL", "TORT"), "RETRIAL": (1, "CIVIL", "CONTRACT"),
    "BY_LAW": (4, "NON_LITIGATION", "HOUSING"), "OUTSIDE": (3, "CIVIL", "LOAN"),
}  # fmt: skip
_GROUPS = (("WOMAN", 30), ("AGED", 16), ("DISABLED", 7), ("MINOR", 7), ("MILITARY", 2), ("VETERAN", 2), ("MINORITY", 3))
_CHANNELS = (
    ("HALL", 46),
    ("WEB", 18),
    ("WECHAT", 12),
    ("HOTLINE", 10),
    ("APP", 6),
    ("KIOSK", 3),
    ("REFER", 3),
    ("VISIT", 2),
)
_FIRMS = ("东岭明衡律师事务所", "东岭信则律师事务所", "临川言正律师事务所", "云岭青石法律服务所")


def _pick(rng: random.Random, shares: Sequence[tuple[str, int]]) -> str:
    return rng.choices([s[0] for s in shares], [s[1] for s in shares])[0]


def _application(rng: random.Random, on: date) -> dict[str, Any]:
    claim = rng.choices(list(_CLAIMS), [v[0] for v in _CLAIMS.values()])[0]
    _, kind, matter_type = _CLAIMS[claim]
    groups = [_pick(rng, _GROUPS)] if rng.random() < 0.45 else []
    if claim in ("PAY", "WORK_INJURY", "LABOR_RELATION") and rng.random() < 0.85:
        groups = ["MIGRANT_WORKER", *(g for g in groups if g != "MINOR")]
    data: dict[str, Any] = {
        "claim": claim, "kind": kind, "matter_type": matter_type, "channel": _pick(rng, _CHANNELS), "groups": groups, "promise": rng.random() < 0.5,
        "no_stable_income": bool(groups) and rng.random() < 0.4, "applied_by": "GUARDIAN" if "MINOR" in groups else "SELF",
        "status_proof": rng.choice(("SHOWN", "SHARED", "SHARED")),
    }  # fmt: skip
    if kind not in ("CRIMINAL", "CRIMINAL_AGENCY"):
        data["claim_amount"] = str(rng.choice((4800, 9600, 12600, 23600, 45000, 86000, 180000)))
    if rng.random() < 0.12:
        data["statuses"] = [rng.choice(list(codes.SOCIAL_ASSISTANCE))]
    if rng.random() < 0.06:
        data["limitation_on"] = (on + timedelta(days=rng.randint(1, 20))).isoformat()
    if claim in ("TRAFFIC_INJURY", "PAY") and rng.random() < 0.03:
        data["urgent_measure"] = True
    return data


def _notice(rng: random.Random, on: date) -> dict[str, Any]:
    kind = _pick(rng, (("MUST", 70), ("MAY", 28), ("TREATMENT", 2)))
    data: dict[str, Any] = {
        "notice_kind": kind, "organ_kind": "COURT" if kind != "MUST" else rng.choice(tuple(codes.ORGAN_KINDS)),
        "in_custody": rng.random() < 0.6, "charge": rng.choice(("盗窃", "故意伤害", "诈骗", "危险驾驶", "寻衅滋事")),
        "noticed_on": on.isoformat(), "found_on": (on - timedelta(days=rng.randint(0, 3))).isoformat(),
    }  # fmt: skip
    if kind == "MUST":
        data["notice_ground"] = _pick(
            rng,
            (
                ("MINOR", 50),
                ("IMPAIRED", 18),
                ("LIMITED_MIND", 12),
                ("LIFE_OR_DEATH", 18),
                ("IN_ABSENTIA", 1),
                ("DEATH_REVIEW", 1),
            ),
        )
        if data["notice_ground"] == "MINOR":
            data["groups"] = ["MINOR"]
    return data


def habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    """Moves from the present state; the walk's rules refuse what the law does not allow."""
    if view.state is None:
        asked = {
            **_application(rng, today),
            "claim": "SUSPECT",
            "kind": "CRIMINAL",
            "matter_type": "CRIMINAL",
            "applied_by": "SELF",
        }
        asked.pop("channel", None)
        return [
            Move("applied", 70, (0, 0), _application(rng, today)), Move("defence_notified", 26, (0, 0), _notice(rng, today)),
            Move("asked_in_custody", 4, (0, 0), {**asked, "transferor_kind": rng.choice(tuple(codes.CUSTODY_KINDS))}),
        ]  # fmt: skip
    handler = _BY_STATE.get(view.state.code)
    return handler(view, rng, today) if handler else ()


def _at_custody(view: View, rng: random.Random, today: date) -> list[Move]:
    return [Move("passed_on", 96, (0, 1)), Move("withdrawn", 2, (0, 1))]


def _received(view: View, rng: random.Random, today: date) -> list[Move]:
    facts = view.facts
    plain = not facts.get("hardship_not_required") and not facts.get("hardship_check_waived")
    if facts.get("claim") == "OUTSIDE":
        return [Move("refused", 1, (1, 4), {"reason_code": "OUT_OF_SCOPE"})]
    if plain and not facts.get("hardship_result"):
        found = _pick(rng, (("MEETS", 90), ("EXCEEDS", 10)))
        method = "PROMISE" if facts.get("promise") and rng.random() < 0.5 else "SHARED_DATA"
        return [
            Move("means_checked", 90, (0, 2), {"method": method, "result": found}),
            *_supplement_asked(view, rng, today),
        ]
    if facts.get("hardship_result") == "EXCEEDS":
        return [Move("refused", 1, (0, 2), {"reason_code": "NOT_POOR", "reason": "家庭人均月收入高于现行标准。"})]
    moves = [
        Move("granted", 88, (0, 3), {"competent": True, "in_scope": True}), Move("withdrawn", 2, (0, 3)),
        Move("referred", 1, (0, 2), {"to_name": "云岭区法律援助中心"}), Move("first_aid_granted", 4, (0, 1), _first_aid(view, rng, today)),
        Move("refused", 2, (1, 4), {"reason_code": "OTHER"}), *_supplement_asked(view, rng, today),
    ]  # fmt: skip
    return moves


def _supplement_asked(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.has("supplement_noticed"):
        return []
    data = {
        "defects": [rng.choice(("IDENTITY", "CASE_PAPERS", "FACTS"))],
        "due_on": (today + timedelta(days=rng.randint(8, 15))).isoformat(),
    }
    return [Move("supplement_noticed", 8, (0, 2), data)]


def _first_aid(view: View, rng: random.Random, today: date) -> dict[str, Any]:
    end = view.facts.get("limitation_on")
    data = {"papers_due_on": (today + timedelta(days=15)).isoformat()}
    return {**data, "ground": "LIMITATION", "limitation_on": end} if end else {**data, "ground": "URGENT_MEASURE"}


def _supplement(view: View, rng: random.Random, today: date) -> list[Move]:
    return [Move("supplemented", 85, (1, 6)), Move("withdrawn", 3, (1, 5)), Move("", 12, (8, 14))]


def _appointment(view: View, rng: random.Random, today: date) -> dict[str, Any]:
    criminal = view.facts.get("kind") == "CRIMINAL"
    number = rng.randint(1, 40)
    data: dict[str, Any] = {
        "provider_ref": f"provider-{number}", "provider_kind": "LAWYER", "provider_firm": _FIRMS[number % 3], "practice_years": rng.randint(3, 20),
        "conflict_checked": True, "capacity": "DEFENDER" if criminal else "AGENT",
    }  # fmt: skip
    if not criminal and rng.random() < 0.2:
        data |= {"provider_kind": "LEGAL_WORKER", "provider_firm": _FIRMS[3]}
    elif not criminal and rng.random() < 0.04:
        data |= {"provider_kind": "AGENCY_STAFF", "provider_firm": ""}
    return data


def _to_appoint(view: View, rng: random.Random, today: date) -> list[Move]:
    chosen = _appointment(view, rng, today)
    asked = view.facts.get("offer_provider_ref")
    if view.facts.get("offer_open"):
        return [
            Move("offer_accepted", 80, (0, 0), {"provider_ref": asked}),
            Move("offer_refused", 12, (0, 0), {"provider_ref": asked, "reason_code": rng.choice(tuple(codes.OFFER_REFUSALS))}),
            Move("offer_withdrawn", 3, (0, 0)), Move("", 7, (2, 2)),
        ]  # fmt: skip
    if asked and view.events[-1].event == "offer_accepted":
        return [Move("appointed", 1, (0, 0), {**chosen, "provider_ref": asked})]
    offer = {k: v for k, v in chosen.items() if k != "capacity"}
    moves = [
        Move("appointed", 40, (0, 2), chosen),
        Move("offered", 60, (0, 1), offer),
        Move("terminated", 1, (1, 4), {"ground": "6"}),
    ]
    if view.state is S.NOTICE_RECEIVED:
        moves[2] = Move("notice_withdrawn", 2, (0, 1), {"reason_code": "OWN_LAWYER"})
    return moves


def _appointed(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.facts.get("route") == "NOTIFY" and not view.has("organ_told"):
        return [Move("organ_told", 97, (0, 0)), Move("organ_told", 3, (1, 4))]
    return [
        Move("met", 93, (1, 3), {"contract_signed": True}), Move("met", 4, (4, 9), {"contract_signed": True}),
        Move("replaced", 1, (1, 4), {"reason_code": "UNABLE"}), Move("terminated", 1, (2, 8), {"ground": "6"}),
    ]  # fmt: skip


def _working(view: View, rng: random.Random, today: date) -> list[Move]:
    facts = view.facts
    if view.has("ended"):
        papers = {"result_paper": "JUDGMENT" if facts.get("kind") != "LABOR" else "AWARD", "result_copy": True}
        if facts.get("kind") not in codes.LITIGATION:
            papers = {"result_paper": "AGREEMENT", "result_copy": True}
        return [Move("file_submitted", 92, (3, 20), papers), Move("file_submitted", 8, (21, 32), papers)]
    moves = [
        Move("ended", 30, (20, 60), _result(view, rng)), Move("progress_reported", 30, (4, 15)), Move("hearing_noted", 14, (3, 12),
             {"hearing_on": (today + timedelta(days=rng.randint(40, 60))).isoformat()}),
        Move("documents_submitted", 12, (3, 12)), Move("fee_reduction_noted", 5, (2, 9)), Move("terminated", 2, (5, 30), {"ground": rng.choice("4568")}),
        Move("change_requested", 1, (5, 20), {"reason_code": "NOT_DUTIFUL"}), Move("complaint_received", 1, (5, 20), {"ground": "NEGLECT"}),
        Move("termination_requested", 1, (5, 20)),
    ]  # fmt: skip
    asked, said = view.last("change_requested"), view.last("change_declined")
    if asked is not None and (said is None or said.seq < asked.seq):
        moves += [
            Move("change_declined", 20, (1, 3)),
            Move("replaced", 20, (1, 3), {"by_request": True, "reason_code": "NOT_DUTIFUL"}),
        ]
    if view.has("termination_requested"):
        moves.append(Move("terminated", 40, (0, 3), {"ground": "7"}))
    if facts.get("first_aid") and not view.has("papers_completed"):
        moves.append(Move("papers_completed", 60, (1, 8), {"status_proof": "SHOWN"}))
    elif facts.get("first_aid") and not facts.get("papers_confirmed"):
        moves += [
            Move("means_checked", 30, (0, 1), {"method": "SHARED_DATA", "result": "MEETS"}),
            Move("papers_confirmed", 60, (0, 2)),
        ]
    return [*moves, *_complaint(view)]


def _complaint(view: View) -> list[Move]:
    open_ones = len(view.by_event.get("complaint_received", ())) - len(view.by_event.get("complaint_answered", ()))
    return [Move("complaint_answered", 60, (5, 20), {"result": "UNFOUNDED"})] if open_ones > 0 else []


def _result(view: View, rng: random.Random) -> dict[str, Any]:
    kind = str(view.facts.get("kind") or "")
    if kind == "CRIMINAL":
        return {"outcome": _pick(rng, (("DEFENSE_ADOPTED", 40), ("DEFENSE_PARTLY", 45), ("DEFENSE_REJECTED", 15)))}
    if kind not in codes.LITIGATION:
        return {"outcome": "ADVISED"}
    outcome = _pick(rng, (("WON", 40), ("PARTLY_WON", 24), ("SETTLED", 26), ("LOST", 10)))
    asked = float(view.facts.get("claim_amount") or 0)
    share = {"WON": 1.0, "PARTLY_WON": 0.6, "SETTLED": 0.8}.get(outcome, 0.0)
    gained = f"{asked * share:.2f}"
    data = {"outcome": outcome, "recovered": gained}
    return {**data, "wages_recovered": gained} if view.facts.get("claim") == "PAY" else data


def _closed(view: View, rng: random.Random, today: date) -> list[Move]:
    facts = view.facts
    if not facts.get("file_accepted"):
        if facts.get("first_aid") and not facts.get("papers_confirmed"):
            if view.has("papers_completed"):
                return [Move("papers_confirmed", 1, (0, 2)), Move("file_returned", 1, (1, 3))]
            return [Move("file_returned", 1, (1, 3))]
        return [Move("file_accepted", 93, (1, 8)), Move("file_returned", 7, (1, 6))]
    if facts.get("provider_kind") == "AGENCY_STAFF":
        return [Move("archived", 1, (2, 10))]
    extra = (
        [] if view.has("quality_reviewed") else [Move("quality_reviewed", 18, (1, 6), {"quality": rng.randint(68, 99)})]
    )
    if not view.has("visited"):
        extra.append(
            Move("visited", 14, (1, 6), {"satisfaction": rng.choice((3, 4, 4, 5, 5, 5, 5)), "money_asked": False})
        )
    if not view.has("subsidy_calculated"):
        return [
            Move("subsidy_calculated", 70, (1, 9), {"amount": str(rng.choice((600, 1200, 1500, 1800, 2400)))}),
            *extra,
        ]
    return [Move("subsidy_paid", 95, (2, 14)), Move("subsidy_paid", 5, (22, 30)), *extra]


def _over(view: View, rng: random.Random, today: date) -> list[Move]:
    if view.state in (S.REFUSED, S.TERMINATED) and not view.has("objected") and rng.random() < 0.12:
        return [Move("objected", 1, (1, 8))]
    return [Move("archived", 1, (10, 40), {"no_subsidy_reason": "没有产生补贴。"})]


def _objection(view: View, rng: random.Random, today: date) -> list[Move]:
    return [Move("upheld", 74, (1, 3)), Move("correction_ordered", 24, (1, 3)), Move("objection_withdrawn", 2, (0, 2))]


def _corrected(view: View, rng: random.Random, today: date) -> list[Move]:
    return [Move("regranted" if view.facts.get("objected_to") == "refused" else "reinstated", 1, (0, 2))]


_BY_STATE: Mapping[str, Callable[[View, random.Random, date], list[Move]]] = {
    "AT_CUSTODY": _at_custody, "RECEIVED": _received, "SUPPLEMENT": _supplement, "GRANTED": _to_appoint, "NOTICE_RECEIVED": _to_appoint,
    "FIRST_AID": _to_appoint, "CHANGED": _to_appoint, "APPOINTED": _appointed, "WORKING": _working, "CLOSED": _closed, "REFUSED": _over,
    "TERMINATED": _over, "UPHELD": _over, "WITHDRAWN": _over, "PAID": _over, "OBJECTION": _objection, "CORRECTED": _corrected,
}  # fmt: skip
