"""One event on one matter as its documents read it: values by name, dates, lists, and what many documents share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xiezhi.kernel.procedures.clocks import Clock
from xiezhi.kernel.procedures.core import Recorded

from . import codes
from .case_text import CaseText, param

__all__ = ["LAW", "REGULATION", "Source", "as_day", "as_lines", "as_moment", "as_text", "base", "claims"]

LAW = "《中华人民共和国行政复议法》"
REGULATION = "《中华人民共和国行政复议法实施条例》"


class Source:
    """One event on one matter, as its documents read it."""

    def __init__(self, case: CaseText, rec: Recorded, form: Mapping[str, Any]) -> None:
        self.case, self.rec, self.form = case, rec, form
        self.view, self.facts, self.matter = case.view, case.facts, case.matter

    def get(self, *names: str, default: Any = None) -> Any:
        """The first filled value of the form, else of the facts."""
        for source in (self.form, self.facts):
            for name in names:
                value = source.get(name)
                if value not in (None, "", [], {}):
                    return value
        return default

    def labels(self, name: str) -> list[str]:
        """Chinese labels of a choice in the event's form."""
        value = self.form.get(name)
        chosen = [str(v) for v in (value if isinstance(value, list | tuple) else [value]) if v not in (None, "")]
        event = self.view.procedure.events.get(self.rec.event)
        words = {c: t for f in (event.form if event else ()) if f.name == name for c, t in f.choices}
        return [words.get(c, c) for c in chosen]

    def said(self, event: str, *names: str) -> Any:
        """What an earlier event said, in its history or in its personal payload."""
        rec = self.view.last(event)
        if rec is None:
            return None
        for source in (rec.data, self.case.payload(event)):
            for name in names:
                if source.get(name) not in (None, "", [], {}):
                    return source[name]
        return None

    def clock(self, *terms: str) -> Clock | None:
        """The clock of the first of these terms that there is."""
        for term in terms:
            if term in self.view.procedure.terms:
                found = self.view.clock(term, self.rec.at)
                if found is not None:
                    return found
        return None

    def due(self, *terms: str) -> str:
        """Legal last day of a clock, or the day of the event where it has none."""
        found = self.clock(*terms)
        return (found.legal if found and found.legal else self.rec.on).isoformat()


def as_day(value: Any, fallback: date) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:10] if value else fallback.isoformat()


def as_moment(value: Any, at: datetime) -> str:
    text = str(value) if value else at.isoformat()
    return text if "T" in text or " " in text else f"{text}T09:00:00+08:00"


def as_lines(value: Any) -> list[str]:
    """Any value as list items: lists of records become their texts."""
    if value in (None, ""):
        return []
    if isinstance(value, str):
        return [line.strip() for line in value.replace("；", "\n").split("\n") if line.strip()]
    out: list[str] = []
    for item in value:
        if isinstance(item, Mapping):
            out.append("，".join(str(v) for v in item.values() if v not in (None, "")))
        else:
            out.append(str(item))
    return out


def as_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(as_lines(value))
    return str(value) if value is not None else ""


def claims(s: Source) -> list[str]:
    """Claims in words; money where compensation is asked."""
    act = s.case.respondent + s.case.act
    words = {
        "QUASH": f"撤销{act}", "CHANGE": f"变更{act}", "DECLARE_UNLAWFUL": f"确认{act}违法",
        "DECLARE_VOID": f"确认{act}无效", "ORDER_PERFORM": "责令被申请人依法履行职责",
        "COMPENSATE": "责令被申请人赔偿" + (f"{s.facts['compensation_amount']}元" if s.facts.get("compensation_amount") else "损失"),
        "OTHER": "其他请求（见申请书）",
    }  # fmt: skip
    listed = [f"{words.get(c, codes.CLAIMS.get(c, c))}。" for c in s.facts.get("claims") or ()]
    if s.facts.get("compensation_claim") and "COMPENSATE" not in (s.facts.get("claims") or ()):
        listed.append(f"{words['COMPENSATE']}。")
    return listed or ["请求内容见申请书。"]


def claim_reasons(s: Source) -> str:
    return as_text(
        s.said("filed", "facts_and_reasons") or s.said("via_penalty_organ", "facts_and_reasons") or "见行政复议申请书。"
    )


def contact_line(s: Source) -> str:
    office = s.case.office
    names = s.case.staff_names(s.facts.get("officers") or [])
    bits = [office.name if office else "", "、".join(names), str(param(s.view, "office_phone", "") or "")]
    return "，".join(b for b in bits if b)


def officer_names(s: Source) -> list[str]:
    return s.case.staff_names(s.get("officers") or []) or ["承办人员指定后另行告知"]


def procedure_name(s: Source) -> str:
    return codes.PROCEDURES.get(str(s.get("procedure") or "ORDINARY"), "普通程序")


def received_on(s: Source) -> str:
    rec = s.view.last("receipt") or s.view.last("forwarded") or s.view.first("filed") or s.rec
    return as_day(rec.data.get("received_on") or s.facts.get("received_on"), rec.on)


def accepted_on(s: Source) -> str:
    rec = s.view.last("accepted") or s.view.last("deemed_accepted")
    return as_day(None, rec.on if rec else s.rec.on)


def addressee(s: Source) -> str:
    return str(s.get("addressee", "addressee_name") or s.case.applicant)


def base(s: Source) -> dict[str, Any]:
    """What many documents share."""
    case = s.case
    suspended = s.view.last("suspended") or s.view.last("norm_review_started")
    if suspended and s.view.on("norm_review_started") and s.view.on("norm_review_started") > suspended.on:  # type: ignore[operator]
        suspended = s.view.last("norm_review_started")
    return {
        "organ": case.organ_name, "issued_on": s.rec.on.isoformat(), "case_no": s.matter.case_no or s.matter.intake_no,
        "addressee": addressee(s), "applicant": case.applicant, "respondent": case.respondent, "act": case.act,
        "contact": contact_line(s), "intake_no": s.matter.intake_no, "received_on": received_on(s), "accepted_on": accepted_on(s),
        "procedure": procedure_name(s), "officers": officer_names(s), "handlers": officer_names(s), "claims": claims(s),
        "parties": case.pairs(), "court": case.court(), "third_party": case.third_party, "effective_on": s.rec.on.isoformat(),
        "suspended_on": as_day(None, suspended.on if suspended else s.rec.on),
        "held_at": as_moment(s.get("held_at", "heard_at", "read_at", "at"), s.rec.at),
        "place": str(s.get("place", "location") or (case.office.name if case.office else case.organ_name)),
        "clerk": "、".join(case.staff_names(s.get("clerk") or [])) or "由行政复议人员记录",
        "closing_type": codes.CLOSING_TYPES.get(str(s.facts.get("closing_type") or ""), "其他"),
        "closed_on": s.rec.on.isoformat(), "norm": norm_name(s), "clauses": as_text(
            s.said("norm_review_started", "clauses") or s.form.get("clauses") or "申请书所列条款"),
        "decided_on": as_day(None, s.view.on("decided") or s.view.on("mediated") or s.rec.on),
        "instrument": "行政复议调解书" if s.view.has("mediated") else "行政复议决定书", "instrument_no": instrument_no(s),
        "outcome": outcome_text(s), "final": bool(s.get("final", default=False)), "mandatory_first": bool(s.facts.get("mandatory_first")),
    }  # fmt: skip


def norm_name(s: Source) -> str:
    return as_text(
        s.form.get("norm")
        or s.said("norm_review_started", "document")
        or s.form.get("document")
        or s.said("norm_review_requested", "document")
        or s.said("filed", "norm_documents")
        or "申请人申请审查的规范性文件"
    )


def instrument_no(s: Source) -> str:
    number = s.matter.case_no or s.matter.intake_no
    return number.replace("〔", ("调" if s.view.has("mediated") else "决") + "字〔", 1)


def outcome_text(s: Source) -> str:
    given = s.get("outcome", "result_text")
    return as_text(given) if given else codes.CLOSING_TYPES.get(str(s.facts.get("closing_type") or ""), "见文书正文")
