"""What the two procedures of governance add to the kernel's matters: columns, numbers, data of documents, ticket rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.procedures.core import Effects, Recorded, View
from xiezhi.kernel.procedures.hooks import Hooks, Numbering
from xiezhi.kernel.procedures.models import Matter

from .models import IssueTicket
from .rights_procedure import KINDS, REFUSALS
from .tickets_procedure import ORIGINS

__all__ = ["RIGHTS", "TICKETS"]


def title_of(table: str) -> str:
    """Title of a declared table, else its code."""
    from xiezhi.datacenter.standards import declare

    return declare.tables.get(table).title if table in declare.tables else table


def _ticket_columns(view: View) -> dict[str, Any]:
    facts = view.facts
    return {
        "kind": str(facts.get("table") or "")[:32], "channel": str(facts.get("origin") or "")[:16],
        "outcome": str(facts.get("closing_type") or "")[:32],
        "subject": f"{title_of(str(facts.get('table') or ''))}：{facts.get('refused') or 0}行未通过校验"[:200],
    }  # fmt: skip


def _rights_columns(view: View) -> dict[str, Any]:
    facts = view.facts
    kind = KINDS.get(str(facts.get("kind") or ""), "")
    return {
        "kind": str(facts.get("kind") or ""),
        "outcome": str(facts.get("closing_type") or ""),
        "subject": f"个人信息{kind}",
    }


def _number(matter: Matter, view: View, title: str) -> Numbering | str | None:
    template = templates.by_title(title)
    unit = matter.handling_unit
    code, kind = unit.document_code or unit.short_name or unit.name, template.kind_letter
    return Numbering(
        f"doc:{matter.handling_unit_id}:{template.code}", lambda year, serial: f"{code}数{kind}字〔{year}〕{serial}号"
    )


def _unit(matter: Matter, view: View, title: str) -> int | None:
    return matter.handling_unit_id


def _party(matter: Matter, role: str, otherwise: str) -> str:
    party = matter.parties.filter(role=role).order_by("id").first()
    return party.name if party else otherwise


def _notice_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    from xiezhi.kernel.calendar import clock

    facts = view.facts
    term = "SJZL-FIX" if facts.get("origin", "CHECK") == "CHECK" else "SJZL-ASKED"
    due = view.clock(term, clock.now()) if view.calendar is not None else None
    return {
        "organ": matter.handling_unit.name, "addressee": _party(matter, "supplier", "数据提供单位"), "matter_no": matter.number,
        "table": title_of(str(facts["table"])), "source": str(facts["source"]), "batch": str(facts["batch"]),
        "rows": int(facts["rows"]), "refused": int(facts["refused"]),
        "summary": [line for line in str(facts["summary"]).replace("；", "\n").splitlines() if line.strip()],
        "due": (due.legal if due is not None and due.legal else rec.on).isoformat(), "origin": ORIGINS.get(str(facts.get("origin")), ""),
    }  # fmt: skip


_DECIDED = {
    "GRANTED": "准予{kind}。",
    "RESTRICTED": "法定保存期限没有届满，不予删除；除存储和采取必要的安全保护措施外，停止处理。",
    "REFUSED": "不予办理。",
}


def _decision_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    facts = view.facts
    kind, decided = KINDS.get(str(facts.get("kind")), ""), str(facts.get("decided") or "GRANTED")
    reason = str(facts.get("decision") or "")
    if facts.get("ground_refused"):
        reason = f"{REFUSALS[str(facts['ground_refused'])]}。{reason}"
    filed = view.on("filed") or rec.on
    return {
        "organ": matter.handling_unit.name, "addressee": "申请人", "matter_no": matter.number, "filed_on": filed.isoformat(),
        "kind": kind, "decision": _DECIDED[decided].format(kind=kind), "reason": reason, "refused": decided != "GRANTED",
    }  # fmt: skip


def _ticket_after(matter: Matter, effects: Effects) -> None:
    """Keep the ticket's row in step with the history."""
    facts, first = effects.view.facts, effects.recorded[0].seq == 1
    remaining = facts.get("remaining")
    if first:
        IssueTicket.objects.get_or_create(
            table=str(facts["table"]), source=str(facts["source"]), batch=str(facts["batch"]),
            defaults={"matter": matter, "supplier_id": int(facts["supplier_unit"]) if facts.get("supplier_unit") else None,
                      "refused": int(facts["refused"]), "remaining": int(facts["refused"]), "opened_at": effects.event.at},
        )  # fmt: skip
        return
    changes: dict[str, Any] = {"open": matter.open}
    if remaining is not None:
        changes["remaining"] = int(remaining)
    IssueTicket.objects.filter(pk=matter.pk).update(**changes)


TICKETS = Hooks(
    columns=_ticket_columns,
    document_number=_number,
    document_data=_notice_data,
    document_unit=_unit,
    after=_ticket_after,
)


def _settle(event: str, outcome: Any, actor: Any) -> None:
    from .rights import settle

    settle(event, outcome, actor)


RIGHTS = Hooks(
    columns=_rights_columns,
    document_number=_number,
    document_data=_decision_data,
    document_unit=_unit,
    complete=_settle,
)
