"""What legal aid adds to the kernel's matters: index columns, numbers, the case row, and the rows that follow events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.clocks import Clock, Status
from xiezhi.kernel.procedures.core import Effects, View, as_date
from xiezhi.kernel.procedures.hooks import Hooks, Numbering
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit

from .codes import CLAIMS, KINDS, MATTER_TYPES
from .follow import follow
from .models import AidCase, AidProvider
from .refs import provider_id

__all__ = ["CODE", "HOOKS", "case_values", "phrase", "register"]

CODE = "FLYZ"
NUMBERED_FROM = ("granted", "regranted", "first_aid_granted", "defence_notified")
"""A legal-aid number is given with the decision to help, or with an organ's notice; refusals count by themselves."""
CASE_FORMAT = "{code}援〔{year}〕{serial}号"
IN_TIME: Mapping[str, tuple[str, ...]] = {
    "decided_in_time": ("LA-DECIDE", "LA-DECIDE-WD"),
    "appointed_in_time": ("LA-APPOINT", "LA-APPOINT-WD", "LA-NOTIFY-APPOINT", "LA-NOTIFY-APPOINT-WD"),
    "organ_told_in_time": ("LA-NOTIFY-TELL", "LA-NOTIFY-TELL-WD"),
    "forwarded_in_time": ("LA-TRANSFER",),
}
_LIVE_LATE = (Status.LAPSED, Status.MET_LATE)


def phrase(facts: Mapping[str, Any]) -> str:
    """事由 in a few words; of minors and people who were abused it says no more than the kind."""
    kind = KINDS.get(str(facts.get("kind") or ""), "")
    if facts.get("restricted"):
        return f"{kind}法律援助"
    claim = CLAIMS.get(str(facts.get("claim") or ""), "")
    if facts.get("route") == "NOTIFY":
        return f"通知辩护：{facts.get('charge') or '刑事'}"
    return claim or MATTER_TYPES.get(str(facts.get("matter_type") or ""), f"{kind}法律援助")


def columns(view: View) -> dict[str, Any]:
    """Hook: index columns of the matter."""
    facts = view.facts
    outcome = str(facts.get("outcome") or facts.get("closing_type") or "")
    if facts.get("decision") == "REFUSE":
        outcome = "REFUSED"
    return {
        "track": str(facts.get("route") or "")[:16], "kind": str(facts.get("matter_type") or facts.get("kind") or "")[:32],
        "channel": str(facts.get("channel") or ("REFER" if facts.get("route") == "NOTIFY" else ""))[:16],
        "outcome": outcome[:32], "subject": phrase(facts)[:200],
    }  # fmt: skip


def _code(matter: Matter) -> str:
    unit = Unit.objects.filter(pk=matter.handling_unit_id).only("document_code", "short_name", "name").first()
    return (unit.document_code or unit.short_name or unit.name) if unit is not None else "法"


def case_number(matter: Matter, view: View) -> Numbering | None:
    """Hook: 案号 from the decision to help on."""
    if not any(view.has(e) for e in NUMBERED_FROM):
        return None
    code = _code(matter)
    return Numbering(
        f"case:{matter.handling_unit_id}:{CODE}",
        lambda year, serial: CASE_FORMAT.format(code=code, year=year, serial=serial),
    )


def document_number(matter: Matter, view: View, title: str) -> Numbering | str | None:
    """Hook: papers of a numbered matter reuse its serial with their kind letter; earlier ones count in their own kind."""
    template = templates.by_title(title)
    kind, short = template.kind_letter, template.code.rsplit(".", 1)[-1]
    if not kind:
        return None
    if matter.case_no and "〔" in matter.case_no:
        return matter.case_no.replace("〔", f"{kind}字〔", 1)
    code = _code(matter)
    return Numbering(
        f"doc:{matter.handling_unit_id}:{CODE}:{short}", lambda year, serial: f"{code}援{kind}字〔{year}〕{serial}号"
    )


def document_unit(matter: Matter, view: View, title: str) -> int | None:
    """Hook: the agency seals in its own name; only what the supervising bureau decides is sealed by the bureau."""
    return matter.organ_id if title in BUREAU_PAPERS else matter.handling_unit_id


BUREAU_PAPERS = ("法律援助异议审查决定书",)


# the case row


def _money(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None
    return found if 0 <= found < Decimal(10) ** 12 else None


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _in_time(clocks: Iterable[Clock], terms: tuple[str, ...]) -> bool | None:
    found: bool | None = None
    for clock in clocks:
        if clock.term.id in terms:
            if clock.status in _LIVE_LATE:
                return False
            if clock.status is Status.MET:
                found = True
    return found


def _decided_on(view: View) -> date | None:
    return as_date(view.facts.get("decided_on")) if view.facts.get("decision") else None


def case_values(view: View, clocks: Iterable[Clock] = ()) -> dict[str, Any]:
    """Columns of the case row from a view; the hook, the rebuild and the demo province use it alike."""
    facts, found = view.facts, list(clocks)
    ended = as_date(facts.get("ended_on")) or as_date(facts.get("terminated_on"))
    quality = _number(facts.get("quality"))
    return {
        "kind": str(facts.get("kind") or "")[:24], "route": str(facts.get("route") or "")[:16],
        "matter_type": str(facts.get("matter_type") or "")[:24], "groups": [str(g)[:24] for g in facts.get("groups") or ()],
        "hardship_not_required": bool(facts.get("hardship_not_required")),
        "hardship_check_waived": bool(facts.get("hardship_check_waived")), "waiver_basis": str(facts.get("waiver_basis") or "")[:24],
        "life_or_death": bool(facts.get("life_or_death")), "case_organ_id": _number(facts.get("case_organ")),
        "limitation_on": as_date(facts.get("limitation_on")), "amount": _money(facts.get("claim_amount")),
        "received_on": as_date(facts.get("received_on")), "decided_on": _decided_on(view),
        "decision": str(facts.get("decision") or "")[:12],
        "reason": str(facts.get("refusal_reason") or "")[:24] if facts.get("decision") == "REFUSE" else "",
        "first_aid": bool(facts.get("first_aid")), "provider_id": provider_id(facts.get("provider_ref")),
        "appointed_on": as_date(facts.get("appointed_on")), "met_on": as_date(facts.get("met_on")),
        "contract_on": as_date(facts.get("contract_on")), "hearing_on": as_date(facts.get("next_hearing_on")),
        "changes": int(facts.get("changes") or 0), "objected_on": as_date(facts.get("objected_on")),
        "complaints": int(facts.get("complaints") or 0), "ended_on": ended,
        "closed_on": as_date(facts.get("closed_on")) if facts.get("file_accepted") else None,
        "outcome": str(facts.get("outcome") or "")[:24], "recovered": _money(facts.get("recovered")),
        "wages": _money(facts.get("wages_recovered")), "subsidy": _money(facts.get("subsidy")),
        "paid_on": as_date(facts.get("paid_on")), "quality": quality if quality is not None and quality <= 100 else None,
        **{name: _in_time(found, terms) for name, terms in IN_TIME.items()},
    }  # fmt: skip


def after(matter: Matter, effects: Effects) -> None:
    """Hook: rows that follow events, then the case row in step with the history."""
    follow(matter, effects)
    values = case_values(effects.view, effects.clocks)
    values["firm_family"] = None
    if values["provider_id"] is not None:
        provider = AidProvider.objects.select_related("firm").filter(pk=values["provider_id"]).first()
        values["provider_id"] = provider.pk if provider is not None else None
        values["firm_family"] = provider.firm.family if provider is not None and provider.firm is not None else None
    if effects.recorded[0].seq == 1 or not AidCase.objects.filter(pk=matter.pk).update(**values):
        AidCase.objects.update_or_create(matter_id=matter.pk, defaults=values)


def _file(*args: Any, **kwargs: Any) -> Any:
    from .filing import file  # filing builds on this module's code

    return file(*args, **kwargs)


def _document_data(*args: Any, **kwargs: Any) -> dict[str, Any]:
    from .document_data import document_data

    return document_data(*args, **kwargs)


HOOKS = Hooks(
    columns=columns, case_number=case_number, document_number=document_number, document_data=_document_data, after=after,
    file=_file, document_unit=document_unit,
)  # fmt: skip


def register() -> None:
    """Attach the hooks to the procedure."""
    hooks.register(CODE, HOOKS)
