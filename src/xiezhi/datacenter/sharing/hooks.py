"""What sharing adds to the kernel's matters: index columns, numbers, documents, the row of a request, grants of the exchange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.documents import templates
from xiezhi.kernel.notices import services as notices
from xiezhi.kernel.procedures.core import Effects, Recorded, View, as_date
from xiezhi.kernel.procedures.hooks import Hooks, Numbering
from xiezhi.kernel.procedures.models import Matter

from . import codes, granting, offices
from .models import ShareRequest

__all__ = ["CORRECTION", "LISTING", "REQUEST", "names_of", "titles_of"]


def names_of(value: object) -> list[str]:
    """Column names of a comma list, in order, once each."""
    return list(dict.fromkeys(n.strip() for n in str(value or "").replace("，", ",").split(",") if n.strip()))


def titles_of(resource: str, names: list[str]) -> str:
    """Columns as people call them; a name that the standard does not know stays as it is."""
    table = standards.tables.get(resource) if resource in standards.tables else None
    out = []
    for name in names:
        try:
            out.append(table.column(name).title if table is not None else name)
        except LookupError:
            out.append(name)
    return "、".join(out)


def _resource(facts: Mapping[str, Any]) -> str:
    code, title = str(facts.get("resource") or ""), str(facts.get("resource_title") or "")
    return f"{title}（{code}）" if title and title != code else code


def columns(view: View) -> dict[str, Any]:
    """Hook: index columns of the matter."""
    facts = view.facts
    who = str(facts.get("requester_name") or "")
    title = facts.get("resource_title") or facts.get("resource") or ""
    return {
        "track": str(facts.get("share_type") or "")[:16], "kind": str(facts.get("resource") or "")[:32],
        "outcome": str(facts.get("answer") or ""), "subject": f"{who}：{title}"[:200] if who else str(title)[:200],
    }  # fmt: skip


def document_number(matter: Matter, view: View, title: str) -> Numbering | str | None:
    """Hook: letters count by kind and year in the unit that writes them; two letters of one kind share their series."""
    template = templates.by_title(title)
    if not template.kind_letter:
        return None
    unit = matter.handling_unit
    code, kind = unit.document_code or unit.short_name or unit.name, template.kind_letter
    return Numbering(
        f"doc:{matter.handling_unit_id}:sharing:{kind}",
        lambda year, serial: f"{code}数{kind}字〔{year}〕{serial}号",
    )


def authorization_no(matter: Matter, view: View) -> str:
    """授权号: the matter's number and which authorization under it."""
    return (
        f"{matter.intake_no}-{sum(len(view.by_event.get(n, ())) for n in ('supplied', 'renewed', 'service_changed'))}"
    )


def document_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Hook: every declared field of a document, JSON-native, ready to freeze."""
    from xiezhi.kernel.procedures import store

    template = templates.by_title(title)
    facts, data = view.facts, rec.data
    calendar = view.calendar or store.calendar()

    asked, granted = names_of(facts.get("fields")), names_of(facts.get("granted_fields"))
    requester, provider = str(facts.get("requester_name") or ""), matter.handling_unit.name
    whole = template.code == "sharing.request"
    names = asked if whole else granted or asked
    values: dict[str, Any] = {
        "organ": requester if whole else provider, "addressee": provider if whole else requester, "matter_no": matter.number,
        "resource": _resource(facts), "fields": titles_of(str(facts.get("resource") or ""), names),
        "share_type": codes.SHARE_TYPES.get(str(facts.get("share_type")), ""), "way": codes.WAYS.get(str(facts.get("way")), ""),
        "basis": facts.get("basis"), "scene": facts.get("scene"), "scope": facts.get("scope"), "security": facts.get("security"),
        "valid_from": facts.get("valid_from"), "valid_to": facts.get("valid_to"), "purpose": facts.get("purpose") or facts.get("scene"),
        "quota": facts.get("quota"), "points": data.get("points"), "special_reason": data.get("special_reason"),
        "days": f"{data.get('extension_days')}个工作日" if data.get("extension_days") else "", "conditions": data.get("conditions"),
        "ground": codes.REFUSALS.get(str(data.get("ground")), ""), "ground_basis": data.get("ground_basis"), "reason": data.get("reason"),
        "misuse": codes.MISUSES.get(str(data.get("misuse")), ""), "found": data.get("found"), "correct_by": data.get("correct_by"),
        "checked": data.get("checked"), "result": data.get("result"), "kind": codes.WRONGS.get(str(facts.get("kind")), ""),
        "wrong_fields": titles_of(str(facts.get("resource") or ""), asked), "authorization": authorization_no(matter, view),
    }  # fmt: skip
    for name, terms in (("reply_due", ("SG-REPLY-1", "SG-REPLY-10")), ("supply_due", ("SG-SUPPLY",))):
        if any(f.name == name for f in template.fields):
            found = [c for c in (_clock_now(view, t, calendar, rec) for t in terms) if c is not None]
            values[name] = found[0].isoformat() if found else None
    out = {f.name: values.get(f.name) for f in template.fields if f.name in values}
    return {name: value for name, value in out.items() if value not in (None, "", [])}


def _clock_now(view: View, term: str, calendar: Any, rec: Recorded) -> Any:
    from xiezhi.kernel.procedures.core import clock_of

    declared = next((t for t in view.procedure.terms.values() if t.id == term), None)
    clock = clock_of(view, declared, calendar, rec.at) if declared is not None else None
    return clock.legal if clock is not None else None


def row_values(view: View, clocks: Any) -> dict[str, Any]:
    """Columns of the row of a request."""
    facts = view.facts
    reply = next((c for c in clocks if c.term.id in ("SG-REPLY-1", "SG-REPLY-10")), None)
    supply = next((c for c in clocks if c.term.id == "SG-SUPPLY"), None)
    state = view.state.code if view.state else ""
    replied = next((r.on for n in ("approved", "refused", "decided_share", "decided_not") for r in view.by_event.get(n, ())), None)  # fmt: skip
    over = next((on for _, on, s in reversed(view.transitions) if s.code in ("DISPOSAL", "WITHDRAWN", "REFUSED")), None)
    return {
        "requester_name": str(facts.get("requester_name") or "")[:120], "outside": bool(facts.get("outside")),
        "resource": str(facts.get("resource") or "")[:80], "resource_title": str(facts.get("resource_title") or facts.get("resource") or "")[:120],
        "interface": str(facts.get("interface") or "")[:80], "share_type": str(facts.get("share_type") or "CONDITIONAL"),
        "kind": str(facts.get("kind") or "LOOKUP"), "way": str(facts.get("way") or "INTERFACE"), "fields": names_of(facts.get("fields")),
        "granted_fields": names_of(facts.get("granted_fields")), "purpose": str(facts.get("purpose") or "")[:40],
        "quota": int(facts.get("quota") or 0), "valid_from": as_date(facts.get("valid_from")), "valid_to": as_date(facts.get("valid_to")),
        "received_on": as_date(facts.get("received_on")) or view.events[0].on, "reply_due": reply.legal if reply else None,
        "replied_on": replied, "extended": view.has("extended"), "answer": str(facts.get("answer") or ""),
        "supply_due": supply.legal if supply else None, "supplied_on": as_date(facts.get("supplied_on")), "status": state,
        "ended_on": over if state in ("DISPOSAL", "DISPOSED", "WITHDRAWN", "REFUSED") else None, "breaches": list(facts.get("breaches") or []),
    }  # fmt: skip


def after(matter: Matter, effects: Effects) -> None:
    """Hook: keep the row in step with the history, act on the exchange, tell the offices concerned."""
    view = effects.view
    values = row_values(view, effects.clocks)
    if effects.recorded[0].seq == 1:
        units = {p.role: p.unit_id for p in matter.parties.all()}
        ShareRequest.objects.create(
            matter_id=matter.pk, provider_id=matter.handling_unit_id,
            requester_id=units.get("requester") or units.get("requester_head"), authority_id=units.get("data_authority"), **values,
        )  # fmt: skip
    else:
        ShareRequest.objects.filter(pk=matter.pk).update(**values)
    for rec in effects.recorded:
        granting.follow(matter, view, rec)
    told(matter, effects)


def told(matter: Matter, effects: Effects) -> None:
    """Notices to the staff of the offices an event names; the kernel itself tells parties with an account of their own."""
    roles = {r.code for r in effects.notifies}
    if not roles:
        return
    declared = effects.view.procedure
    event = declared.events[effects.event.event]
    title = f"{declared.title}：{event.title}"
    accounts = offices.accounts_of(matter, roles, effects.event.on) - {effects.event.actor.removeprefix("account:")}
    for account in offices.by_uid(accounts):
        notices.tell(account, title[:120], f"{matter.number}：{event.title}。请登录查看。", effects.event.at, matter=matter)  # fmt: skip


def _plain_after(matter: Matter, effects: Effects) -> None:
    told(matter, effects)


REQUEST = Hooks(columns=columns, document_number=document_number, document_data=document_data, after=after)
CORRECTION = Hooks(columns=columns, document_number=document_number, document_data=document_data, after=_plain_after)
LISTING = Hooks(columns=columns, document_number=document_number, document_data=document_data, after=_plain_after)
