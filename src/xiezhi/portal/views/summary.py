"""The English summary of a document meant for me, as a page and as a PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.models import Matter
from xiezhi.portal.views.my import _mine, log_own, visible_documents
from xiezhi.ui.language import page, summary

__all__ = ["summary_page", "summary_pdf"]


def _open(request: HttpRequest, public_id: Any, pk: int) -> tuple[Matter, Document, summary.Summary]:
    subject, matter = _mine(request, public_id)
    state = selectors.matter_state(matter)
    document = next((d for d in visible_documents(subject, matter, state) if d.pk == pk), None)
    if document is None:
        raise NotFoundForYou
    log_own(request, subject, matter, "documents.summary", (document.title,))
    return matter, document, summary.of(document, state)


@guard(policies.MATTER_OWN)
def summary_page(request: HttpRequest, public_id: Any, pk: int) -> HttpResponse:
    """The summary as a page: in English whatever language the rest of the site is read in."""
    with translation.override("en"):
        matter, document, found = _open(request, public_id, pk)
        context = {"section": "my", "matter": matter, "document": document, "summary": found}
        answer = render(request, "portal/my/summary.html", context)
        answer.content = page.said(answer.content.decode()).encode()
    return answer


@guard(policies.MATTER_OWN)
def summary_pdf(request: HttpRequest, public_id: Any, pk: int) -> HttpResponse:
    """The summary on paper."""
    matter, _document, found = _open(request, public_id, pk)
    answer = HttpResponse(summary.pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="summary-{matter.pk}-{pk}.pdf"'
    return answer
