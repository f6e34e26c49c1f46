"""What clues add to the kernel's matters: index columns, numbers and data of letters, the clue's row, what decisions teach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.datacenter.clues import codes, sides
from xiezhi.datacenter.clues.declare import rules
from xiezhi.datacenter.clues.models import Clue, Exemption
from xiezhi.datacenter.clues.procedure import CODE
from xiezhi.datacenter.clues.services import raise_records, ticket_for
from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import zh_date
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.clocks import Clock
from xiezhi.kernel.procedures.core import Actor, Effects, Recorded, View
from xiezhi.kernel.procedures.core import clocks as clocks_of
from xiezhi.kernel.procedures.hooks import Hooks, Numbering
from xiezhi.kernel.procedures.models import Matter

__all__ = ["HOOKS"]

PLAIN_LAW = "行政许可法第六十一条第一款"


def columns(view: View) -> dict[str, Any]:
    """Hook: index columns. A restricted clue's rule does not stand in them."""
    return {"kind": str(view.facts.get("rule") or "")[:32], "outcome": str(view.facts.get("outcome") or "")[:32]}


def document_number(matter: Matter, view: View, title: str) -> Numbering | str | None:
    """Hook: letters count by kind and year in the unit that writes them."""
    template = templates.by_title(title)
    if not template.kind_letter:
        return None
    unit = matter.handling_unit
    name, kind = unit.document_code or unit.short_name or unit.name, template.kind_letter
    return Numbering(
        f"doc:{matter.handling_unit_id}:{CODE}:{template.code}",
        lambda year, serial: f"{name}疑{kind}字〔{year}〕{serial}号",
    )


def document_unit(matter: Matter, view: View, title: str) -> int | None:
    """Hook: the unit that checks writes its letters itself."""
    return matter.handling_unit_id


def _due(view: View) -> str:
    """The day by which an answer is due, of the letter just sent."""
    calendar = view.calendar or store.calendar()
    found: list[Clock] = [c for c in clocks_of(view, calendar, view.events[-1].at) if c.term.id == "YD-REPLY"]
    day = found[-1].legal if found else None
    return (day or view.events[-1].on).isoformat()


def document_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Hook: every declared field of a letter. Crime and correction are never told."""
    template = templates.by_title(title)
    clue = Clue.objects.get(matter=matter)
    found = sides.opened(clue)
    rule = None if clue.restricted or clue.rule not in rules else rules.get(clue.rule)
    said = view.last("confirmed") or view.last("dismissed")
    decided = {**(said.data if said else {}), **_payload_of(matter, said)} if said is not None else {}
    why = str(view.facts.get("why") or "")
    values: dict[str, Any] = {
        "organ": matter.handling_unit.name, "addressee": payload.get("to") or view.facts.get("organ") or "", "matter_no": matter.number,
        "rule": rule.title if rule else "执业证件状态核实", "law": rule.law if rule else PLAIN_LAW, "person": sides.someone(found["person"].get("name", "")),
        "sides": [sides.told(found[s]) for s in ("left", "right") if not clue.restricted or s == "left"], "questions": payload.get("questions") or "",
        "due": _due(view) if rec.event == "inquired" else None, "overlap": _overlap(clue), "finding": decided.get("finding") or "",
        "evidence": decided.get("evidence") or "", "decided_by": str(view.facts.get("decided_by") or ""),
        "model": f"规则第{clue.rule_version}版" + (f"，关联模型{clue.model_version}" if clue.model_version else ""),
        "outcome": dict(Clue.OUTCOMES).get(str(view.facts.get("outcome") or ""), ""), "why": codes.FALSE_REASONS.get(why, ""),
        "followed": codes.TEACHES.get(why, ""),
    }  # fmt: skip
    return {f.name: values[f.name] for f in template.fields if values.get(f.name) not in (None, "", [])}


def _overlap(clue: Clue) -> str:
    if clue.restricted:
        return "见另行移交的材料"
    return f"{zh_date(clue.since)}至{zh_date(clue.until) if clue.until else '今'}"


def _payload_of(matter: Matter, rec: Recorded | None) -> Mapping[str, Any]:
    """The personal part of an earlier event of this matter."""
    return store.payloads_of(matter).get(rec.seq, {}) if rec is not None else {}


def after(matter: Matter, effects: Effects) -> None:
    """Hook: keep the clue's row in step, and let a decision teach: a pair for review, or an exception until its day."""
    names = {r.event for r in effects.recorded}
    facts = effects.view.facts
    if names & {"confirmed", "dismissed", "objected", "corrected"}:
        outcome, why = str(facts.get("outcome") or ""), str(facts.get("why") or "")
        day = effects.event.on if outcome else None
        Clue.objects.filter(matter=matter).update(outcome=outcome, why=why, decided_on=day)
    if "dismissed" not in names:
        return
    clue = Clue.objects.get(matter=matter)
    if clue.why == "OTHER_PERSON":
        raise_records(clue)
    elif clue.why == "LAWFUL":
        Exemption.objects.create(
            rule=clue.rule, person_id=clue.person_id, left_key=clue.left_key, right_key=clue.right_key, code=str(facts.get("exception") or "")[:24],
            valid_from=effects.event.on, valid_to=date.fromisoformat(str(facts["until"])[:10]), clue=clue,
        )  # fmt: skip


def complete(event: str, outcome: Any, actor: Actor) -> None:
    """Hook: a wrong row goes back to who supplied it, in the decision's own transaction."""
    if event == "dismissed" and outcome.matter.facts.get("why") == "DATA_ERROR":
        clue = Clue.objects.filter(matter=outcome.matter).first()
        if clue is not None:
            ticket_for(clue, actor)


HOOKS = Hooks(
    columns=columns, document_number=document_number, document_unit=document_unit, document_data=document_data, after=after, complete=complete,
)  # fmt: skip
