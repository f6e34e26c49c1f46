"""Values of the case row and of documents from a view: used by the hook, the demo province and the rebuild alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.procedures.clocks import Clock
from xiezhi.kernel.procedures.core import Recorded, View, as_date
from xiezhi.kernel.procedures.models import Matter

from . import codes, limitation
from .models import WageProject, project_key
from .responsibility import chain_of, payers, sentences
from .rules import group_grounds, money_of, route_open

__all__ = ["PRIORITY", "case_values", "document_data", "facts_with_project", "phrase"]

PRIORITY = {"NORMAL": 0, "HIGH": 1, "URGENT": 2}


def phrase(view: View) -> str:
    """One line for lists: who owes what where, without a person's name."""
    facts = view.facts
    employer = "包工头" if facts.get("employer_person") else str(facts.get("employer_name") or "用人单位")
    where = f"（{facts['project_name']}）" if facts.get("project_name") else ""
    return f"{employer}欠薪{where}"


def employer_key(facts: Mapping[str, Any]) -> str:
    """Identity of an employer for finding repeats: its credit code, else its name as people write it. A person has none."""
    if facts.get("employer_person"):
        return ""
    return str(facts.get("employer_usc") or "") or project_key(str(facts.get("employer_name") or ""))[:120]


def route_of(view: View) -> str:
    """The way that is being taken, or legal aid while nothing else is."""
    found = route_open(view)
    if found is not None:
        return str(found["route"])
    return (
        "AID" if any(r.get("route") == "AID" and not r.get("outcome") for r in view.facts.get("routes") or []) else ""
    )


def case_values(view: View, clocks: Iterable[Clock] = ()) -> dict[str, Any]:
    """Columns of the case row."""
    facts = view.facts
    limit = next((c.legal for c in clocks if c.term.id in ("QX-ARB-LIMIT", "QX-SUIT-LIMIT")), None)
    county = str(facts.get("county") or "")
    project = str(facts.get("project") or "")
    grounds = bool(group_grounds(view)) or bool(facts.get("alarmed"))
    priority = PRIORITY.get(str(facts.get("priority") or "NORMAL"), 0)
    if grounds and not view.has("triaged"):
        priority = PRIORITY["URGENT"]
    return {
        "project_id": int(project) if project.isdecimal() else None, "project_name": str(facts.get("project_name") or "")[:120],
        "employer_name": ("" if facts.get("employer_person") else str(facts.get("employer_name") or ""))[:120] or "包工头",
        "employer_usc": str(facts.get("employer_usc") or ""), "employer_key": employer_key(facts),
        "industry": str(facts.get("industry") or "OTHER"), "county_id": int(county) if county.isdecimal() else None,
        "town": str(facts.get("town") or "")[:60], "workers": int(facts.get("worker_count") or 1),
        "confirmed": int(facts.get("confirmed_count") or 0), "owed": money_of(facts, "owed"),
        "recovered": money_of(facts, "recovered"), "advanced": money_of(facts, "advanced"),
        "reported_on": as_date(facts.get("reported_on")) or view.events[0].on,
        "first_filed_on": as_date(facts.get("first_filed_on")) or view.events[0].on,
        "triaged_on": as_date(facts.get("triaged_on")) or view.on("redirected") or view.on("withdrawn"),
        "first_paid_on": as_date(facts.get("first_paid_on")), "employed": bool(facts.get("employed")),
        "ended_on": as_date(facts.get("ended_on")), "limit_due": None if facts.get("employed") else limit,
        "priority": priority, "grouped": grounds, "alarmed": bool(facts.get("alarmed")),
        "answered": bool(facts.get("alarm_answered")), "threat": str(facts.get("threat") or "NONE"),
        "repeat_count": min(int(facts.get("repeat_count") or 0), 30000), "route": route_of(view),
        "status": view.state.code if view.state else "", "result": str(facts.get("result") or ""),
        "follow_up": str(facts.get("follow_up") or ""),
    }  # fmt: skip


def payments_of(view: View) -> list[dict[str, Any]]:
    """Rows of payments: what payers paid and what the fund advanced."""
    out = []
    for rec in view.events:
        if rec.event == "paid":
            out.append({"seq": rec.seq, "paid_on": rec.date("paid_on") or rec.on, "amount": Decimal(str(rec.data["amount"])),
                        "payer": str(rec.data.get("payer") or "OTHER"), "payer_name": str(rec.data.get("payer_name") or "")[:120]})  # fmt: skip
        elif rec.event == "advanced":
            out.append(
                {
                    "seq": rec.seq,
                    "paid_on": rec.on,
                    "amount": Decimal(str(rec.data["amount"])),
                    "payer": "FUND",
                    "payer_name": "",
                }
            )
    return out


def facts_with_project(facts: Mapping[str, Any], project: WageProject | None) -> dict[str, Any]:
    """The facts with what is known of the project: the worker needs not know developer and contractor."""
    if project is None:
        return dict(facts)
    known = {"contractor_name": project.contractor, "developer_name": project.developer, "project_name": project.name,
             "unpaid_project_money": project.unpaid_project_money}  # fmt: skip
    return {**facts, **{k: v for k, v in known.items() if v not in (None, "") and not facts.get(k)}}


def limit_said(view: View, today: date) -> str:
    """The limitation in one sentence."""
    if view.calendar is None:
        return ""
    facts = view.facts
    found = limitation.find(
        employed=bool(facts.get("employed")), ended_on=as_date(facts.get("ended_on")), today=today, calendar=view.calendar,
        restarts=limitation.restarts_of(facts.get("interruptions") or []), labor=facts.get("relation") != "SERVICE",
        due_on=as_date(facts.get("owed_to")),
    )  # fmt: skip
    return found.said


ADDRESSEE = {
    "aid": "县级法律援助中心", "mediation": "调解组织", "inspection": "人力资源社会保障局", "arbitration": "劳动人事争议仲裁委员会",
    "payment_order": "人民法院", "alarm": "县级司法行政机关负责人",
}  # fmt: skip


def document_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Hook: every declared field of a document, JSON-native, ready to freeze. Workers are never named in a letter."""
    from xiezhi.kernel.procedures import store

    if view.calendar is None:
        view.calendar = store.calendar()
    template = templates.by_title(title)
    short = template.code.rsplit(".", 1)[-1]
    facts = view.facts
    project_id = str(facts.get("project") or "")
    project = WageProject.objects.filter(pk=int(project_id)).first() if project_id.isdecimal() else None
    shown = facts_with_project(facts, project)
    employer = "包工头" if facts.get("employer_person") else str(facts.get("employer_name") or "")
    named = {**shown, "employer_name": employer}
    applicant = payload.get("applicant") if isinstance(payload.get("applicant"), Mapping) else {}
    assert applicant is not None
    grounds = [said for _, said in group_grounds(view)] or [str(rec.data.get("grounds") or "")]
    values: dict[str, Any] = {
        "organ": matter.handling_unit.name, "addressee": rec.data.get("unit_name") or ADDRESSEE.get(short) or applicant.get("name") or "求助人",
        "matter_no": matter.number, "employer": employer, "project": str(shown.get("project_name") or ""),
        "workers": int(facts.get("worker_count") or 1), "owed": str(money_of(facts, "owed")), "reported_on": str(facts.get("first_filed_on")),
        "payers": sentences(payers(chain_of(named))), "limit": limit_said(view, rec.on), "grounds": [g for g in grounds if g],
        "why": codes.REDIRECTS.get(str(rec.data.get("why") or ""), ""), "to_unit": str(rec.data.get("to_unit") or ""),
    }  # fmt: skip
    out = {f.name: values.get(f.name) for f in template.fields if f.name in values}
    return {name: value for name, value in out.items() if value not in (None, "", [])}
