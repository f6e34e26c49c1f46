"""送达: one document to one party, how and when, with proof (民事诉讼法 第87条至第95条)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party

from .citations import CPL

__all__ = ["complete_notice", "confirm_delivery", "register_service", "serve_document", "unserved"]

NOTICE_DAYS = 30
EVENT_METHOD = {"TRANSFER": "FORWARDED"}
DOCUMENT_CODE = {
    "refusal_decision": "NOT_ACCEPTED", "rejection_decision": "REJECTED", "termination_decision": "TERMINATED",
    "mediation_agreement": "MEDIATED", "acceptance_notice": "ACCEPTED",
}  # fmt: skip
NOTICE_EVENTS = {
    "supplement_notice": "supplement_notice_received", "reply_notice": "copy_received",
    "norm_reply_notice": "issuer_received", "transfer_letter": "transferee_received", "opinion_letter": "opinion_letter_received",
}  # fmt: skip
"""Documents whose receipt starts a clock: their service records the event of receipt."""
APPLICANT_SIDE = ("applicant", "representative")
READERS = {"supplement_notice": APPLICANT_SIDE, "reply_notice": ("respondent",), "opinion_letter": ("respondent",)}
"""Whose receipt it is, where others may get a copy for their information."""


def _refuse(code: str, message: str, field: str, basis: str) -> Refused:
    return Refused([Problem(code, message, field, basis)])


def _check(
    document: Document,
    party: Party | None,
    method: str,
    *,
    proof: Attachment | None,
    witnesses: str,
    reason: str,
    tried: Sequence[str],
) -> None:
    if document.state != Document.ISSUED:
        raise _refuse("NOT_ISSUED", f"《{document.title}》还没有用印，不能送达", "document", CPL(87))
    if document.render_state in (Document.PENDING, Document.FAILED):
        raise _refuse("NOT_RENDERED", f"《{document.title}》正在制作，稍后再送达", "document", CPL(87))
    if method not in dict(Delivery.METHODS):
        raise _refuse("METHOD", "请选择送达方式", "method", CPL(87))
    if party is None and method != "PUBLIC_NOTICE":
        raise _refuse("PARTY", "请选择受送达人", "party", CPL(87))
    if method == "ELECTRONIC" and party is not None:
        if not party.e_service:
            raise _refuse(
                "E_SERVICE_CONSENT_MISSING", f"{party.name}没有同意电子送达，请换用其他方式", "method", CPL(90)
            )
        if party.account_id is None and party.unit_id is None:
            raise _refuse(
                "E_SERVICE_SYSTEM", f"{party.name}没有平台账号，无法电子送达，请换用其他方式", "method", CPL(90)
            )
    if method == "LEFT" and not witnesses.strip() and proof is None:
        raise _refuse("WITNESS_MISSING", "留置送达应当有见证人，或者上传拍照、录像作为证据", "witnesses", CPL(89))
    if method == "PUBLIC_NOTICE" and (not reason.strip() or not tried):
        raise _refuse("NOTICE_REASON", "公告送达以前应当用尽其他方式，请写明原因和已经采用的方式", "reason", CPL(95))


def serve_document(
    document: Document,
    party: Party | None,
    method: str,
    actor: Actor,
    *,
    sent_on: date | None = None,
    served_on: date | None = None,
    proof: Attachment | None = None,
    witnesses: str = "",
    reason: str = "",
    tried: Sequence[str] = (),
    at: datetime | None = None,
    request_key: str | None = None,
) -> Delivery:
    """Serve an issued document on a party; once it is served the event follows.

    Electronic service needs the party's consent and is complete on arrival in the platform (CPL 90); service by public
    notice is complete 30 calendar days after posting (CPL 95) and is finished by `complete_notice`; post and others are
    complete on the day in the receipt, which may come later through `confirm_delivery`. Raises Refused.
    """
    at = at or wall.now()
    _check(document, party, method, proof=proof, witnesses=witnesses, reason=reason, tried=tried)
    sent = sent_on or at.date()
    if method == "ELECTRONIC":
        served_on = at.date()
    elif method == "PUBLIC_NOTICE":
        served_on = None
    elif method in ("DIRECT", "LEFT") and served_on is None:
        served_on = sent
    if served_on is not None and served_on < sent:
        raise _refuse("SERVED_BEFORE_SENT", "送达日早于发出日，请核对", "served_on", CPL(87))
    words = "；".join(t for t in (reason.strip(), "、".join(tried) and f"已采用：{'、'.join(tried)}") if t)
    with transaction.atomic():
        known = Delivery.objects.filter(document=document, party=party, served_on__isnull=False).first()
        if known is not None:
            return known
        row = Delivery.objects.create(
            document=document, party=party, method=method, sent_on=sent, served_on=served_on, reason=words[:300],
            witnesses=witnesses[:200], proof=proof, opened_at=at if method == "ELECTRONIC" else None,
        )  # fmt: skip
        if served_on is not None:
            _record(row, actor, served_on, at, request_key)
    return row


def confirm_delivery(
    delivery: Delivery,
    actor: Actor,
    served_on: date,
    *,
    proof: Attachment | None = None,
    at: datetime | None = None,
    request_key: str | None = None,
) -> Delivery:
    """The receipt came back: the day in it is the day of service (CPL 91)."""
    at = at or wall.now()
    if delivery.method == "PUBLIC_NOTICE":
        return complete_notice(delivery, actor, at=at, request_key=request_key)
    if served_on < delivery.sent_on or served_on > at.date():
        raise _refuse("SERVED_ON", "送达日应当在发出日至今天之间，请核对回执", "served_on", CPL(91))
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.served_on is None:
            row.served_on, row.proof = served_on, proof or row.proof
            row.save(update_fields=["served_on", "proof"])
            _record(row, actor, served_on, at, request_key)
    return row


def complete_notice(
    delivery: Delivery, actor: Actor, *, at: datetime | None = None, request_key: str | None = None
) -> Delivery:
    """公告期满: 30 calendar days after posting the document counts as served (CPL 95)."""
    at = at or wall.now()
    full = delivery.sent_on + timedelta(days=NOTICE_DAYS)
    if at.date() < full:
        raise _refuse(
            "NOTICE_NOT_FULL", f"公告满30日（{full.year}年{full.month}月{full.day}日）才视为送达", "served_on", CPL(95)
        )
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.served_on is None:
            row.served_on = full
            row.save(update_fields=["served_on"])
            _record(row, actor, full, at, request_key)
    return row


def register_service(
    document: Document,
    party: Party | None,
    method: str,
    actor: Actor,
    *,
    delivery: Delivery | None = None,
    sent_on: date | None = None,
    served_on: date | None = None,
    proof: Attachment | None = None,
    witnesses: str = "",
    reason: str = "",
    tried: Sequence[str] = (),
    request_key: str | None = None,
) -> Delivery:
    """Hook: what a face registers in one step, new or the completion of an earlier row. Raises Refused.

    An unserved row whose method turned out not to work (mail that came back) is served anew beside it: both attempts
    stay on file. A row that was served is history: what is wrong in it is corrected among the events.
    """
    if delivery is None:
        with transaction.atomic():
            Document.objects.select_for_update().get(pk=document.pk)
            same = Delivery.objects.filter(
                document=document, party=party, method=method, sent_on=sent_on, served_on=None
            )
            delivery = same.first()  # the button pressed twice
    if delivery is None or (delivery.served_on is None and delivery.method != method):
        return serve_document(
            document, party, method, actor, sent_on=sent_on, served_on=served_on, proof=proof, witnesses=witnesses,
            reason=reason, tried=tried, request_key=request_key,
        )  # fmt: skip
    if delivery.served_on is not None:
        raise _refuse("SERVED_ALREADY", "这一次送达已经登记，写错的请在“更正记录”中更正", "served_on", CPL(87))
    if served_on is not None or method == "PUBLIC_NOTICE":
        return confirm_delivery(delivery, actor, served_on or wall.today(), proof=proof, request_key=request_key)
    if proof is not None:
        delivery.proof = proof
        delivery.save(update_fields=["proof"])
    return delivery


def _record(row: Delivery, actor: Actor, on: date, at: datetime, request_key: str | None) -> None:
    """The event of service: the decision is served when its applicant has it; a notice starts the clock of its reader."""
    document = row.document
    matter = document.matter
    if matter is None:
        return
    short = document.template.rsplit(".", 1)[-1]
    party = row.party.acts_for or row.party if row.party else None  # who receives for a party receives as the party
    role = party.role if party else ""
    if (event := NOTICE_EVENTS.get(short)) is not None:
        readers = READERS.get(short)
        if (readers is None or role in readers) and _fits(matter, event) and not _known(document, matter, event):
            procedures.fire_event(matter.pk, event, actor, {}, on=on, at=at, request_key=request_key)
        return
    data: dict[str, Any] = {"method": EVENT_METHOD.get(row.method, row.method)}
    if row.method == "ELECTRONIC":
        data["e_service_consent"] = True
    if row.method == "PUBLIC_NOTICE":
        data["notice_on"] = row.sent_on.isoformat()
    if role not in APPLICANT_SIDE:
        return
    if short == "decision":
        if _waiting(document, "applicant") or not _fits(matter, "served"):
            return
        days = document.deliveries.filter(party__role__in=(*APPLICANT_SIDE, "agent", "guardian")).values_list(
            "served_on", flat=True
        )
        procedures.fire_event(
            matter.pk, "served", actor, data, on=max((d for d in days if d), default=on), at=at, request_key=request_key
        )
        return
    if short in DOCUMENT_CODE:
        data["document"] = DOCUMENT_CODE[short]
        procedures.fire_event(matter.pk, "document_served", actor, data, on=on, at=at, request_key=request_key)


def _known(document: Document, matter: Matter, event: str) -> bool:
    """Whether the receipt is in the history already: the reader confirmed it before the proof came back."""
    found = MatterEvent.objects.filter(matter=matter, event=event)
    return found.filter(on__gte=document.issued_on).exists() if document.issued_on else found.exists()


def _fits(matter: Matter, event: str) -> bool:
    from xiezhi.kernel.procedures import registry

    declared = registry.get(matter.procedure, matter.version)
    fresh = Matter.objects.values_list("state", flat=True).get(pk=matter.pk)
    return any(s.code == fresh for s in declared.events[event].sources)


def _waiting(document: Document, role: str) -> bool:
    """Whether parties of this role still have not got the document; representatives and agents receive for theirs."""
    matter = document.matter
    assert matter is not None
    parties = Party.objects.filter(matter=matter, role=role, valid_to__isnull=True)
    served = document.deliveries.filter(served_on__isnull=False).values_list("party_id", "party__acts_for_id")
    got = {pk for pair in served for pk in pair}
    if Party.objects.filter(matter=matter, role="representative", valid_to__isnull=True).exists():
        return False
    return any(p.pk not in got for p in parties)


def unserved(matter: Matter) -> list[tuple[Document, Party]]:
    """Issued documents with the parties who still have to get them."""
    documents = list(Document.objects.filter(matter=matter, state=Document.ISSUED, number__isnull=False).order_by("id"))
    parties = list(Party.objects.filter(
        matter=matter, role__in=("applicant", "respondent", "third_party"), valid_to__isnull=True
    ).order_by("id"))  # fmt: skip
    got = set(
        Delivery.objects.filter(document__in=documents, served_on__isnull=False).values_list("document_id", "party_id")
    )
    out = []
    for doc in documents:
        short = doc.template.rsplit(".", 1)[-1]
        wanted = RECIPIENTS.get(short, ("applicant",))
        out += [(doc, p) for p in parties if p.role in wanted and (doc.pk, p.pk) not in got]
    return out


RECIPIENTS = {
    "decision": ("applicant", "respondent", "third_party"), "mediation_agreement": ("applicant", "respondent", "third_party"),
    "termination_decision": ("applicant", "respondent", "third_party"), "reply_notice": ("respondent",),
    "suspension_notice": ("applicant", "respondent", "third_party"), "resumption_notice": ("applicant", "respondent", "third_party"),
    "extension_notice": ("applicant", "respondent", "third_party"), "conversion_notice": ("applicant", "respondent", "third_party"),
    "hearing_notice": ("applicant", "respondent", "third_party"), "stay_decision": ("applicant", "respondent"),
    "third_party_notice": ("third_party",), "rejection_decision": ("applicant", "respondent"), "opinion_letter": ("respondent",),
    "performance_order": ("respondent",), "copy_letter": (), "norm_reply_notice": (), "transfer_letter": (), "norm_opinion": (),
    "proposal_letter": (), "penalty_forward_letter": (),
}  # fmt: skip
