"""送达: one document to each party, by which method, when, with which proof; the certificate to print."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.desk import shell
from xiezhi.desk.gate import OFFICE, At
from xiezhi.desk.views_documents import _open
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import delivery as service
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Party
from xiezhi.ui import forms, uploads


def _fields(parties: list[Party]) -> tuple[Field, ...]:
    return (
        Field("party", "受送达人", Kind.CHOICE, choices=tuple((str(p.pk), p.name) for p in parties),
              help="公告送达不特定的人时不选"),
        Field("method", "送达方式", Kind.CHOICE, required=True, choices=Delivery.METHODS),
        Field("sent_on", "发出日（公告送达填公告之日）", Kind.DATE, required=True),
        Field("served_on", "送达日", Kind.DATE, help="以送达回证上签收的日期、回执上的日期或者到达系统的日期为准；还没有送达就不填",
              basis="民事诉讼法 第87条"),
        Field("reason", "留置或者公告的原因", max_length=300),
        Field("tried", "公告以前已经采用的方式", Kind.CHOICES, help="公告送达时填写", basis="民事诉讼法 第95条",
              choices=tuple(m for m in Delivery.METHODS if m[0] != "PUBLIC_NOTICE")),
        Field("witnesses", "见证人、录像情况", max_length=200),
        Field("proof", "送达凭证", Kind.FILES, help="签收的回证、邮寄回执、照片或者录像"),
    )  # fmt: skip


@guard(OFFICE)
@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Register or complete the service of a document to one party."""
    doc, at = _open(request, pk)
    if not at.actor.roles & {"case_officer", "office_head"}:
        raise NotFoundForYou
    parties = [p for p in at.parties if p.valid_to is None]
    fields = _fields(parties)
    query = request.POST if request.method == "POST" else request.GET
    known = query.get("delivery", "")
    row = Delivery.objects.filter(pk=known, document=doc).first() if known.isdecimal() else None
    data: dict[str, Any] = {"sent_on": wall.today().isoformat(), "party": query.get("party", "")}
    if row is not None:
        data = {"party": str(row.party_id or ""), "method": row.method, "sent_on": row.sent_on.isoformat(),
                "served_on": row.served_on.isoformat() if row.served_on else "", "reason": row.reason,
                "witnesses": row.witnesses}  # fmt: skip
    problems: list[Problem] = []
    if doc.state != Document.ISSUED or doc.render_state != Document.DONE:
        problems.append(Problem("NOT_SEALED", "文书用印并制成之后才能送达"))
    elif request.method == "POST":
        data = forms.parse(fields, request.POST)
        values, problems = coerce(fields, data)
        problems += _rules(values, doc, at, proof=bool(request.FILES))
        if not problems:
            try:
                return _registered(request, doc, at, row, values)
            except Refused as error:
                problems = [_here(p) for p in error.problems]
    context = {
        "doc": doc, "at": at, "matter": at.matter, "crumb": _("登记送达"), "row": row,
        "form": forms.build_form(fields, data, problems),
        "request_key": request.POST.get("request_key", "")[:80] or secrets.token_urlsafe(18),
        "deliveries": doc.deliveries.select_related("party").order_by("id"),
    }  # fmt: skip
    return shell.render(request, "desk/delivery.html", context, active="documents", status=422 if problems and
                        request.method == "POST" else 200)  # fmt: skip


def _rules(values: dict[str, Any], doc: Document, at: At, *, proof: bool) -> list[Problem]:
    """What the law asks of each method, once the form says enough to be judged."""
    if "sent_on" not in values or not values.get("method"):
        return []
    party = next((p for p in at.parties if str(p.pk) == values.get("party")), None)
    sent, served = date.fromisoformat(values["sent_on"]), values.get("served_on")
    return service.check(
        doc, party, values["method"], sent, date.fromisoformat(served) if served else None, values.get("reason", ""),
        values.get("witnesses", ""), proof=proof,
    )  # fmt: skip


FIELDS = frozenset(f.name for f in _fields([]))


def _here(problem: Problem) -> Problem:
    """A refusal of the function, beside the field of this form where it has one."""
    return problem if problem.field in FIELDS else replace(problem, field="")


def _registered(
    request: HttpRequest, doc: Document, at: At, row: Delivery | None, values: dict[str, Any]
) -> HttpResponse:
    """Store the service, with the events the function draws from it, in one step. Raises Refused; nothing is kept then."""
    before = at.matter.seq
    with transaction.atomic():
        kept, refused = uploads.keep(
            request.FILES.getlist("proof"), role="case_officer", by=at.actor.ref, matter=at.matter, kind="SERVICE_PROOF"
        )
        _store(doc, at, row, values, kept[0] if kept else None, request.POST.get("request_key", "")[:80])
    for line in refused:
        messages.error(request, line)
    news = at.matter.events.filter(seq__gt=before).order_by("seq").values_list("event", flat=True)
    titles = "、".join(f"“{at.state.procedure.events[e].title}”" for e in news if e in at.state.procedure.events)
    messages.success(
        request, _("送达情况已登记，经过中同时记入%(e)s") % {"e": titles} if titles else _("送达情况已登记")
    )
    return HttpResponseRedirect(reverse("desk:document", args=[doc.pk]))


def _store(
    doc: Document, at: At, row: Delivery | None, values: dict[str, Any], proof: Attachment | None, key: str
) -> None:
    party = next((p for p in at.parties if str(p.pk) == values.get("party")), None)
    sent = date.fromisoformat(values["sent_on"])
    served = date.fromisoformat(values["served_on"]) if values.get("served_on") else None
    words = {"reason": values.get("reason", ""), "witnesses": values.get("witnesses", "")}
    serve = hooks.of(at.matter.procedure).serve
    if serve is not None:
        titles = dict(Delivery.METHODS)
        serve(
            doc, party, values["method"], at.actor, delivery=row, sent_on=sent, served_on=served, proof=proof,
            tried=[titles[m] for m in values.get("tried", ())], request_key=key or None, **words,
        )  # fmt: skip
        return
    service.register(
        doc, at.parties, party=party.pk if party else None, method=values["method"], sent_on=sent, served_on=served,
        proof=proof, known=row, **words,
    )  # fmt: skip


@guard(OFFICE)
@require_GET
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """送达回证, to print and have signed."""
    doc, at = _open(request, pk)
    rows = list(doc.deliveries.select_related("party").order_by("id"))
    context = {"doc": doc, "at": at, "matter": at.matter, "deliveries": rows, "print_at": wall.now()}
    return shell.render(request, "desk/certificate.html", context, active="documents")
