"""From a row of an old reconsideration system to the lawful events that make its state true (docs/howto/take-over.md).

Where the old system kept no history, the row's state and key dates are enough: the steps between them are those the
law requires, on the day of the next known date. No date is invented: what is not known stands as a stated fact of the
entry, or the record is returned with what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xiezhi.kernel.procedures.forms import Bad, parse_date
from xiezhi.kernel.procedures.takeover import Adapter, Prepared, Step, Unfit

from .. import codes
from ..hooks import CODE, case_values
from ..models import ReconsiderationCase
from .words import CLAIMS, MATTERS, METHODS, RESULTS, STATES, TRACKS, coded

__all__ = ["ADAPTER", "history", "opening"]

Row = Mapping[str, str]
_NUMBER = re.compile(r"[〔\[（(](\d{4})[〕\])）](?:第)?(\d+)号")
BEFORE_ACCEPTANCE = ("RECEIVED", "ADMISSION_REVIEW", "SUPPLEMENT_PENDING")
ENDED = ("SERVED", "PERFORMING", "CLOSED", "ARCHIVED")


def _day(row: Row, *columns: str, need: str = "") -> date | None:
    """The first filled date column. Raises Unfit on a bad date, or when `need` says that one is necessary."""
    for column in columns:
        text = row.get(column, "").strip()
        if text:
            try:
                return parse_date(text)
            except Bad as bad:
                raise Unfit(column, "DATE", f"“{text}”不是有效的日期", str(bad)) from None
    if need:
        raise Unfit(columns[0], "DATE_MISSING", need, f"填写{columns[0]}")
    return None


def _must(row: Row, *columns: str, need: str) -> date:
    found = _day(row, *columns, need=need)
    assert found is not None
    return found


def opening(row: Row) -> dict[str, Any]:
    """Values of the application's form from the columns of matters.csv."""
    out: dict[str, Any] = {}
    if row.get("filing_method"):
        out["filing_method"] = coded("filing_method", row["filing_method"], METHODS, codes.FILING_METHODS)
    out["matter_code"] = coded("matter_code", row.get("matter_code") or "15", MATTERS, codes.MATTERS)
    out["respondent_name"] = row.get("respondent", "").strip()
    if not out["respondent_name"]:
        raise Unfit("respondent", "REQUIRED", "没有被申请人", "填写被申请人")
    if row.get("@respondent"):
        out["respondent_unit"] = row["@respondent"]
    if row.get("@organ"):
        out["organ"] = row["@organ"]
    claims = [c for c in re.split(r"[、,，;；\s]+", row.get("claims", "")) if c]
    if claims:
        out["claims"] = [coded("claims", c, CLAIMS, codes.CLAIMS) for c in claims]
    act = {
        "type": row.get("act_type", ""), "doc_no": row.get("act_doc_no", ""), "made_on": row.get("act_made_on", ""),
        "served_on": row.get("act_served_on", ""),
    }  # fmt: skip
    if row.get("act_is_inaction", "").strip() in ("是", "1", "true"):
        act["is_inaction"] = "true"
        act["request_received_on"] = row.get("act_request_received_on", "")
    out["act"] = {k: v for k, v in act.items() if v}
    for column in ("postmarked_on", "received_on", "applicant_count", "amount", "compensation_amount"):
        if row.get(column):
            out[column] = row[column]
    for column in ("norm_review_requested", "compensation_claim", "mandatory_first"):
        if row.get(column, "").strip() in ("是", "1", "true"):
            out[column] = "true"
    if row.get("facts_and_reasons"):
        out["facts_and_reasons"] = row["facts_and_reasons"]
    return {k: v for k, v in out.items() if v not in ("", {}, [])}


def history(row: Row) -> Sequence[Step]:
    """Steps for a matter without events: from filing to its state, by what the columns say."""
    state = coded("state", row.get("state", ""), STATES, frozenset(STATES.values()))
    result = coded("result", row["result"], RESULTS, codes.CLOSING_TYPES) if row.get("result") else ""
    received = _day(row, "received_on", "filed_on", need="没有收到申请的日期")
    filed = _day(row, "filed_on", "postmarked_on", "received_on")
    assert received is not None and filed is not None
    steps = [Step("filed", filed, opening(row))]
    if state == "RECEIVED":
        return steps
    steps.append(Step("receipt", received, {"received_on": received.isoformat()}))
    if state == "ADMISSION_REVIEW":
        return steps
    noticed = _day(row, "supplement_noticed_on")
    if state in ("SUPPLEMENT_PENDING", "ABANDONED") or noticed:
        steps.append(Step("supplement_noticed", noticed or received, {"defects": ["OTHER"]}))
    if state == "SUPPLEMENT_PENDING":
        return steps
    if state == "ABANDONED" or result == "ABANDONED":
        return _close(
            row,
            state,
            [*steps, Step("supplement_lapsed", _must(row, "result_on", "closed_on", need="没有视为放弃的日期"))],
        )
    if noticed:
        steps.append(
            Step("supplemented", _must(row, "supplemented_on", "accepted_on", "result_on", need="没有补正的日期"))
        )
    if state == "NOT_ACCEPTED" or result == "NOT_ACCEPTED":
        on = _must(row, "result_on", "closed_on", need="没有不予受理的日期")
        return _close(row, state, [*steps, Step("refused", on, {"reason_code": _refusal(row)})])
    return _after_acceptance(row, state, result, steps)


def _refusal(row: Row) -> str:
    words = {title: code for code, title in codes.REFUSAL_REASONS.items()}
    text = row.get("refusal_reason", "").strip()
    return coded("refusal_reason", text, words, codes.REFUSAL_REASONS) if text else "NO_INTEREST"


def _after_acceptance(row: Row, state: str, result: str, steps: list[Step]) -> Sequence[Step]:
    accepted = _must(row, "accepted_on", need="没有受理日期")
    data: dict[str, Any] = {
        "procedure": coded("track", row["track"], TRACKS, codes.PROCEDURES) if row.get("track") else "ORDINARY"
    }
    if row.get("@officers"):
        data["officers"] = [o for o in row["@officers"].split(",") if o]
    if row.get("accepted_mode", "").strip() in ("DEEMED", "视为受理"):
        steps.append(Step("deemed_accepted", accepted))
    else:
        steps.append(Step("accepted", accepted, data))
    if state == "ACCEPTED":
        return steps
    ended = _day(row, "result_on")
    copy = _day(row, "copy_sent_on") or accepted
    steps.append(Step("copy_sent", copy))
    for column, event, more in (
        ("copy_received_on", "copy_received", {}), ("replied_on", "replied", {"evidence_submitted": "true"}),
        ("views_heard_on", "views_heard", {"method": "PHONE"}),
    ):  # fmt: skip
        on = _day(row, column)
        if on is not None:
            steps.append(Step(event, on, more))
    extended = _day(row, "extended_on")
    if row.get("extension_days") and extended is None and row["extension_days"] != "0":
        raise Unfit("extended_on", "DATE_MISSING", "有延长天数，没有批准延期的日期", "填写extended_on")
    if extended is not None:
        steps.append(Step("extended", extended, {"extension_days": row.get("extension_days") or "30"}))
    steps += _suspensions(row, state)
    steps.sort(key=lambda s: s.on)
    steps = _opening_first(steps)
    if state in ("IN_REVIEW", "SUSPENDED"):
        return steps
    last = max(s.on for s in steps)
    if state in ("DRAFTING", "APPROVING"):
        steps.append(Step("drafted", last))
        return [*steps, Step("submitted", last)] if state == "APPROVING" else steps
    return _result(row, state, result, steps, ended)


def _suspensions(row: Row, state: str) -> list[Step]:
    begun = _day(row, "suspended_on")
    if begun is None:
        if state == "SUSPENDED":
            raise Unfit("suspended_on", "DATE_MISSING", "状态为中止，没有中止日期", "填写suspended_on")
        return []
    words = {title: code for code, title in codes.SUSPENSION_GROUNDS.items()}
    text = row.get("suspension_ground", "").strip()
    ground = coded("suspension_ground", text, words, codes.SUSPENSION_GROUNDS) if text else "10"
    found = [Step("suspended", begun, {"ground": ground})]
    ended = _day(row, "resumed_on")
    if ended is None and state != "SUSPENDED":
        raise Unfit(
            "resumed_on", "DATE_MISSING", "有中止日期，没有恢复审理的日期", "填写resumed_on；仍在中止的，状态填中止"
        )
    return [*found, Step("resumed", ended)] if ended is not None else found


ORDER = ("filed", "receipt", "supplement_noticed", "supplemented", "accepted", "deemed_accepted", "copy_sent")


def _opening_first(steps: list[Step]) -> list[Step]:
    """Steps of one day keep the order of the law."""
    return sorted(steps, key=lambda s: (s.on, ORDER.index(s.event) if s.event in ORDER else len(ORDER)))


def _result(row: Row, state: str, result: str, steps: list[Step], ended: date | None) -> Sequence[Step]:
    if not result:
        result = {"TERMINATED": "TERMINATED_OTHER", "MEDIATED": "MEDIATED", "REJECTED": "REJECTED"}.get(state, "")
    if not result:
        raise Unfit("result", "REQUIRED", "已经审结，没有结案方式", "填写result，例如维持、撤销、终止")
    on = ended or _must(row, "decided_on", "closed_on", need="没有审结的日期")
    if result in codes.DECISIONS:
        data = {"decision_type": result, "approval": "ORGAN_HEAD"}
        steps += [Step("drafted", on), Step("submitted", on), Step("decided", on, data)]
        served = _day(row, "served_on")
        if state in ENDED or served:
            fact = {} if served else {"proof": "旧系统没有送达日期，按结案日登记"}
            day = served or _must(row, "closed_on", "archived_on", need="没有送达日期，也没有结案日期")
            steps.append(Step("served", day, {"method": "DIRECT", **fact}))
        performed = _day(row, "performed_on")
        if performed:
            steps.append(Step("performed", performed))
    elif result == "MEDIATED":
        steps.append(Step("mediated", on, {"signed_by_all": "true", "sealed": "true"}))
    elif result == "REJECTED":
        steps.append(Step("rejected", on, {"reason_code": "L33"}))
    elif result.startswith("TERMINATED"):
        ground = "1" if result == "TERMINATED_WITHDRAWN" else row.get("termination_ground", "").strip() or "2"
        if ground == "1":
            steps.append(Step("withdrawn", on))
        steps.append(Step("terminated", on, {"ground": ground}))
    else:
        raise Unfit("result", "RESULT_UNFIT", f"“{row.get('result')}”不是受理后的结案方式", "核对结案方式")
    return _close(row, state, steps)


def _close(row: Row, state: str, steps: list[Step]) -> Sequence[Step]:
    if state not in ("CLOSED", "ARCHIVED"):
        return steps
    last = max(s.on for s in steps)
    closed = _day(row, "closed_on") or last
    steps.append(Step("closed", max(closed, last)))
    if state == "ARCHIVED":
        steps.append(Step("archived", max(_day(row, "archived_on") or closed, closed, last)))
    return steps


def parties(row: Row) -> Sequence[Mapping[str, Any]]:
    """The respondent, from the matter's own row."""
    unit = row.get("@respondent")
    return [
        {
            "role": "respondent",
            "kind": "AUTHORITY",
            "name": row.get("respondent", "")[:120],
            "unit_id": int(unit) if unit else None,
        }
    ]


def details(pairs: Sequence[tuple[Prepared, Any]]) -> list[ReconsiderationCase]:
    """One case row a matter, for statistics and lists."""
    return [ReconsiderationCase(matter_id=m.pk, organ_id=m.organ_id, **case_values(p.view, p.clocks)) for p, m in pairs]


def series(organ_id: int, number: str) -> tuple[str, int, int] | None:
    """Counter, year and serial of an old case number."""
    found = _NUMBER.search(number)
    return (f"case:{organ_id}:{CODE}", int(found.group(1)), int(found.group(2))) if found else None


ADAPTER = Adapter(CODE, opening, parties, history, details, series)
