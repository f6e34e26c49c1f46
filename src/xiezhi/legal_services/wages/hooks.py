"""What the wage channel adds to the kernel's matters: index columns, numbers, documents, case row, handing over."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from xiezhi.kernel.documents import templates
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Effects, Refused, View
from xiezhi.kernel.procedures.hooks import Hooks, Numbering
from xiezhi.kernel.procedures.models import Matter, MatterLink

from .case_data import case_values, document_data, payments_of, phrase, route_of
from .models import Payment, WageCase
from .referral import aid_answers, invite_named
from .telling import told
from .workers import enter

__all__ = ["AID", "CODE", "HOOKS", "hear_aid"]

log = logging.getLogger(__name__)
CODE = "QXWQ"
AID = "FLYZ"
LINK = "referral"
_GRANTED = ("granted", "first_aid_granted")
_DECLINED = ("refused",)


def columns(view: View) -> dict[str, Any]:
    """Hook: index columns of the matter."""
    facts = view.facts
    return {
        "track": route_of(view), "kind": str(facts.get("industry") or ""), "channel": str(facts.get("channel") or "")[:16],
        "outcome": str(facts.get("result") or ""), "subject": phrase(view)[:200],
    }  # fmt: skip


def _code(matter: Matter) -> str:
    unit = matter.handling_unit
    return unit.document_code or unit.short_name or unit.name


def document_number(matter: Matter, view: View, title: str) -> Numbering | str | None:
    """Hook: letters count by kind and year in the center that writes them."""
    template = templates.by_title(title)
    if not template.kind_letter:
        return None
    code, kind = _code(matter), template.kind_letter
    return Numbering(
        f"doc:{matter.handling_unit_id}:{CODE}:{template.code}",
        lambda year, serial: f"{code}欠{kind}字〔{year}〕{serial}号",
    )


def document_unit(matter: Matter, view: View, title: str) -> int | None:
    """Hook: the center itself writes its letters, not the bureau above it."""
    return matter.handling_unit_id


def after(matter: Matter, effects: Effects) -> None:
    """Hook: keep the rows beside the matter in step with the history, then hand over what the event hands over."""
    view = effects.view
    values = case_values(view, effects.clocks)
    if effects.recorded[0].seq == 1:
        WageCase.objects.create(matter_id=matter.pk, **values)
    else:
        WageCase.objects.filter(pk=matter.pk).update(**values)
    names = {r.event for r in effects.recorded}
    at = effects.event.at
    if names & {"paid", "advanced", "corrected"}:
        Payment.objects.filter(matter=matter).delete()
        Payment.objects.bulk_create([Payment(matter=matter, **row) for row in payments_of(view)])
    if "workers_added" in names:
        before = matter.wage_workers.count()
        enter(matter, effects.payload.get("workers") or (), at, first=before + 1)
    invite_named(matter, effects)
    if "aid_referred" in names:
        _hand_to_aid(matter, effects)
    told(matter, effects)


def _hand_to_aid(matter: Matter, effects: Effects) -> None:
    """法律援助: open its matter in this very transaction; the first filing date stays (legal-services.md 16).

    Where legal aid is not on this platform, the letter alone goes. What legal aid refuses is told with its own words.
    """
    file = hooks.of(AID).file
    if file is None:
        return
    answers = aid_answers(matter, effects.view)
    if answers is None:
        return
    rec = effects.event
    actor = Actor(rec.actor, frozenset({rec.role}), rec.label)
    file(
        None, answers, (), channel="REFER", request_key=f"wages-{matter.pk}-{rec.seq}", staff_actor=actor, at=rec.at,
        origin=matter,
    )  # fmt: skip


def hear_aid(matter: Matter, effects: Effects) -> None:
    """What legal aid decides about a referred worker is told on the wage matter, in the same transaction.

    A wage matter that can not take the news any more (it is closed) is no reason to undo legal aid's decision.
    """
    decided = next((r for r in effects.recorded if r.event in _GRANTED or r.event in _DECLINED), None)
    if decided is None:
        return
    links = MatterLink.objects.filter(matter=matter, kind=LINK, other__procedure=CODE).select_related("other")
    for link in links:
        granted = decided.event in _GRANTED
        data = {"aid_no": matter.number} if granted else {"reason": "法律援助机构书面告知了理由"}
        actor = Actor("platform", frozenset({"platform"}), "在线平台")
        try:
            with transaction.atomic():
                procedures.fire_event(
                    link.other_id, "aid_granted" if granted else "aid_declined", actor, data, at=decided.at
                )
        except Refused as refused:
            log.info("wage matter %s did not take the news of legal aid: %s", link.other_id, ",".join(refused.codes))


def _file(*args: Any, **kwargs: Any) -> Any:
    from .filing import file_report  # filing needs the codes of this module

    return file_report(*args, **kwargs)


def _complete(event: str, outcome: Any, actor: Any) -> None:
    """The last yuan closes the chase: a payment that fills the sum is followed by 全部追回 at once."""
    from .services import close_when_full

    if event in ("paid", "advanced"):
        close_when_full(outcome.matter.pk, actor)


HOOKS = Hooks(
    columns=columns, document_number=document_number, document_data=document_data, after=after, file=_file,
    document_unit=document_unit, complete=_complete,
)  # fmt: skip
