"""What reconsideration adds to the kernel's matters: index columns, numbers, document data, the case row."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.clocks import Status
from xiezhi.kernel.procedures.core import Effects, View, as_date
from xiezhi.kernel.procedures.hooks import Hooks, Numbering
from xiezhi.kernel.procedures.models import Matter, Parameter

from . import case_data, statistics
from .case_text import param, unit
from .follow import follow
from .models import ReconsiderationCase

__all__ = ["CODE", "HOOKS", "act_key", "case_values", "install"]

CODE = "XZFY"
SIGNED = (
    "decision", "refusal_decision", "rejection_decision", "termination_decision", "mediation_agreement", "stay_decision",
    "opinion_letter",
)  # fmt: skip
"""Documents that must have been drafted, reviewed and signed before their event (parameter `signed_documents`)."""
OWN_SERIES = ("supplement_notice", "refusal_decision", "notice_letter", "penalty_forward_letter", "proposal_letter")
"""Documents that can precede acceptance, or stand beside the case, count by themselves in their kind."""
ACCEPTANCE = ("accepted", "deemed_accepted")
CASE_FORMAT = "{code}复〔{year}〕{serial}号"
_TTL = 30.0
_signed: tuple[float, frozenset[str]] | None = None


def forget_parameters() -> None:
    """Read the parameter `signed_documents` anew at the next question."""
    global _signed
    _signed = None


def _signed_codes() -> frozenset[str]:
    global _signed
    now = time.monotonic()
    if _signed is None or now - _signed[0] > _TTL:
        rows = Parameter.objects.filter(procedure=CODE, name="signed_documents", unit__isnull=True).order_by(
            "-valid_from"
        )
        value = rows.values_list("value", flat=True).first()
        _signed = (now, frozenset(value) if value is not None else frozenset(SIGNED))
    return _signed[1]


def _short_code(title: str) -> str:
    return templates.by_title(title).code.rsplit(".", 1)[-1]


def needs_signature(title: str) -> bool:
    """Hook: whether the document must be signed before the event that issues it."""
    return _short_code(title) in _signed_codes()


def columns(view: View) -> dict[str, Any]:
    """Hook: index columns of the matter."""
    facts = view.facts
    return {
        "track": str(facts.get("procedure") or ""), "kind": str(facts.get("matter_code") or ""),
        "channel": str(facts.get("filing_method") or "")[:16], "outcome": str(facts.get("closing_type") or ""),
        "subject": case_data.phrase(view)[:200],
    }  # fmt: skip


def _code(matter: Matter) -> str:
    organ = unit(matter.organ_id) or unit(matter.handling_unit_id)
    if organ is None:
        return "行政"
    return organ.document_code or organ.short_name or organ.name


def _format(view: View, name: str, default: str) -> str:
    given = param(view, name, default)
    return given if isinstance(given, str) and "{serial}" in given and "{year}" in given else default


def case_number(matter: Matter, view: View) -> Numbering | None:
    """Hook: 案号 from acceptance on; earlier ends have only their intake number."""
    numbered = any(view.has(e) for e in ACCEPTANCE)
    if not numbered and not (view.has("refused") and param(view, "refused_gets_case_number", False)):
        return None
    code, form = _code(matter), _format(view, "case_number_pattern", CASE_FORMAT)
    organ = matter.organ_id or matter.handling_unit_id
    return Numbering(
        f"case:{organ}:{CODE}", lambda year, serial: form.format(code=code, region=code, year=year, serial=serial)
    )


def document_number(matter: Matter, view: View, title: str) -> Numbering | str | None:
    """Hook: documents of a case reuse its serial with their kind letter; those before acceptance count by themselves."""
    template = templates.by_title(title)
    kind, short = template.kind_letter, template.code.rsplit(".", 1)[-1]
    if not kind:
        return None
    if matter.case_no and "〔" in matter.case_no and short not in OWN_SERIES:
        return matter.case_no.replace("〔", f"{kind}字〔", 1)
    code = _code(matter)
    organ = matter.organ_id or matter.handling_unit_id
    if short == "penalty_forward_letter":
        sender = unit(document_unit(matter, view, title))
        if sender is not None:
            organ, code = sender.pk, sender.document_code or sender.short_name or sender.name
    return Numbering(f"doc:{organ}:{CODE}:{short}", lambda year, serial: f"{code}复{kind}字〔{year}〕{serial}号")


# the case row


def act_key(respondent: str, act: Mapping[str, Any], matter_code: str) -> str:
    """Identity of an act for finding duplicates: respondent and number; without a number its kind and day."""
    number = re.sub(r"[\s\[\](){}（）〔〕【】第号]", "", str(act.get("doc_no") or ""))
    rest = number or "|".join(
        str(act.get(n) or "") for n in ("type", "made_on", "request_received_on", "is_inaction")
    ) + f"|{matter_code}"  # fmt: skip
    return hashlib.sha256(f"{respondent}\n{rest}".encode()).hexdigest()


def _money(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None


def _suspended(view: View) -> int:
    """Days of finished suspensions."""
    total, begin = 0, None
    for rec in view.events:
        if rec.event in ("suspended", "norm_review_started"):
            begin = begin or rec.on
        elif rec.event in ("resumed", "norm_handled", "transferee_answered") and begin is not None:
            total += (rec.on - begin).days
            begin = None
    return total


ENDS = (
    "refused", "supplement_lapsed", "told_no_repeat", "self_corrected", "withdrawn_before_acceptance", "rejected",
    "decided", "mediated", "terminated", "settled", "merged",
)  # fmt: skip


def _concluded(view: View) -> date | None:
    days = [view.on(e) for e in ENDS if view.has(e)]
    if not view.facts.get("closing_type"):
        return None
    return max((d for d in days if d), default=None)


def _in_time(effects_clocks: Any, closing: str) -> bool | None:
    if closing in statistics.NOT_A_REVIEW or not closing:
        return None
    for clock in effects_clocks:
        if clock.term.id in ("RC-DECIDE-ORD", "RC-DECIDE-SIM"):
            if clock.status is Status.MET:
                return True
            if clock.status in (Status.MET_LATE, Status.LAPSED):
                return False
    return None


def case_values(view: View, clocks: Any = ()) -> dict[str, Any]:
    """Columns of the case row from a view; used by the hook, the take-over and the rebuild alike."""
    facts = view.facts
    act = facts.get("act") if isinstance(facts.get("act"), Mapping) else {}
    assert act is not None
    matter_code = str(facts.get("matter_code") or "15")
    closing = str(facts.get("closing_type") or "")
    respondent = str(facts.get("respondent_unit") or "")
    hearing = view.last("hearing_held")
    committee = view.last("committee_consulted")
    adopted = view.last("decided") or committee
    letters, answered = view.by_event.get("opinion_letter_sent", []), view.by_event.get("opinion_letter_answered", [])
    return {
        "respondent_id": int(respondent) if respondent.isdigit() else None,
        "respondent_name": str(facts.get("respondent_name") or "")[:150], "matter_code": matter_code,
        "statistics_code": statistics.category(matter_code), "act_type": str(act.get("type") or "")[:60],
        "act_doc_no": str(act.get("doc_no") or "")[:120], "act_made_on": as_date(act.get("made_on")),
        "act_key": act_key(respondent or str(facts.get("respondent_name") or ""), act, matter_code),
        "applicant_count": int(facts.get("applicant_count") or 1), "filing_method": str(facts.get("filing_method") or "ONLINE"),
        "procedure": str(facts.get("procedure") or ""), "simplified_ground": str(facts.get("simplified_ground") or ""),
        "mandatory_first": bool(facts.get("mandatory_first")), "amount": _money(facts.get("amount") or act.get("amount")),
        "compensation_claimed": bool(facts.get("compensation_claim")),
        "compensation_amount": _money(facts.get("compensation_awarded") or facts.get("compensation_amount")),
        "filed_on": as_date(facts.get("filed_on")) or view.events[0].on, "received_on": as_date(facts.get("received_on")),
        "accepted_on": as_date(facts.get("accepted_on")), "accepted_mode": str(facts.get("accepted_mode") or "")[:8],
        "converted_on": view.on("converted"), "extension_days": sum(
            int(r.data.get("extension_days") or 0) for r in view.by_event.get("extended", ())),
        "suspended_days": _suspended(view), "complex": bool(facts.get("complex")), "replied_on": view.on("replied"),
        "no_reply": (view.has("no_reply") or view.has("no_reply_simplified")) and not view.has("replied"), "views_heard_on": view.on("views_heard"),
        "hearing_held_on": hearing.on if hearing else None,
        "respondent_head_present": hearing.data.get("respondent_head_present") if hearing else None,
        "committee_consulted_on": committee.on if committee else None,
        "committee_adopted": str((adopted.data.get("committee_adopted") or adopted.data.get("adopted") or "")
                                 if committee and adopted else "")[:8],
        "norm_review": bool(facts.get("norm_review_requested")) or view.has("norm_review_started"),
        "stay": view.has("stay_ordered"),
        "mediation_tried": any(view.has(e) for e in ("mediated", "mediation_refused", "settled")),
        "concluded_on": _concluded(view), "concluded_in_time": _in_time(clocks, closing), "closing_type": closing,
        "settled": view.has("settled"), "served_on": view.on("served"),
        "performance_due_on": next((c.legal for c in clocks if c.term.id in ("RC-PERFORM", "RC-REDO")), None),
        "performed_on": view.on("performed") or view.on("redone"), "opinion_letters": len(letters),
        "opinion_answered": len(answered), "proposal_letters": len(view.by_event.get("proposal_letter_sent", [])),
        "sued_on": view.on("sued"), "archived_on": view.on("archived"),
    }  # fmt: skip


def after(matter: Matter, effects: Effects) -> None:
    """Hook: keep the case row in step with the history; one statement, and more for the few events that move parties."""
    follow(matter, effects)
    values = case_values(effects.view, effects.clocks)
    values["organ_id"] = matter.organ_id
    first = effects.recorded[0].seq == 1
    if first:
        ReconsiderationCase.objects.create(matter_id=matter.pk, **values)
        return
    if not ReconsiderationCase.objects.filter(pk=matter.pk).update(**values):
        ReconsiderationCase.objects.create(matter_id=matter.pk, **values)


def document_unit(matter: Matter, view: View, title: str) -> int | None:
    """Hook: the penalty organ itself seals the letter with which it forwards an application (L 32)."""
    if _short_code(title) != "penalty_forward_letter":
        return None
    respondent = str(view.facts.get("respondent_unit") or "")
    return int(respondent) if respondent.isdigit() else None


def _file(*args: Any, **kwargs: Any) -> Any:
    from .filing import file_application  # filing needs the codes of this module

    return file_application(*args, **kwargs)


def _draft(*args: Any, **kwargs: Any) -> Any:
    from .services import draft_document  # services import this module

    return draft_document(*args, **kwargs)


def _serve(*args: Any, **kwargs: Any) -> Any:
    from .delivery import register_service

    return register_service(*args, **kwargs)


def _complete(event: str, outcome: Any, actor: Any) -> None:
    """归档 makes the sealed file and says how long it is kept."""
    if event == "archived":
        from .archive import keep_archive

        keep_archive(outcome, actor)


def _export(matter: Matter) -> Iterator[bytes]:
    from .archive import export_matter

    yield from export_matter(matter)


HOOKS = Hooks(
    columns=columns, case_number=case_number, document_number=document_number, document_data=case_data.document_data,
    needs_signature=needs_signature, after=after, file=_file, document_unit=document_unit,
    draft=_draft, serve=_serve, export=_export, complete=_complete,
)  # fmt: skip


def install() -> None:
    """Register procedure, documents, hooks and datasets; called when the application is ready."""
    from xiezhi.kernel.procedures import registry, takeover
    from xiezhi.ui import figures, flow

    from . import datasets, documents  # noqa: F401 - documents register on import
    from .apply.flow import FLOW
    from .board import BOARD
    from .procedure import Reconsideration
    from .takeover import ADAPTER

    registry.register(Reconsideration)
    hooks.register(CODE, HOOKS)
    takeover.register(ADAPTER)
    flow.register(FLOW)
    figures.register(BOARD)
    datasets.register()
