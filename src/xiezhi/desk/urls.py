"""Addresses of the desk. No address names a person."""

from django.urls import path

from xiezhi.desk import (
    views_archive,
    views_delivery,
    views_documents,
    views_event,
    views_figures,
    views_filing,
    views_lists,
    views_mandates,
    views_matter,
    views_proof,
    views_queue,
)
from xiezhi.desk.administration.urls import urlpatterns as administration

app_name = "desk"

urlpatterns = [
    path("", views_queue.queue, name="queue"),
    path("export/", views_queue.export_queue, name="export"),
    path("bulk/", views_queue.bulk, name="bulk"),
    path("stream", views_queue.stream, name="stream"),
    path("hearings/", views_lists.hearings, name="hearings"),
    path("notices/", views_lists.notices, name="notices"),
    path("respondent/", views_lists.respondent, name="respondent"),
    path("me/", views_matter.me, name="me"),
    path("m/<uuid:public_id>/", views_matter.matter, name="matter"),
    path("m/<uuid:public_id>/purpose/", views_matter.purpose, name="purpose"),
    path("m/<uuid:public_id>/file/<int:pk>/", views_matter.attachment, name="attachment"),
    path("m/<uuid:public_id>/document/<int:pk>.pdf", views_matter.document_pdf, name="document-pdf"),
    path("m/<uuid:public_id>/reveal/<int:pk>/", views_matter.reveal, name="reveal"),
    path("m/<uuid:public_id>/export/", views_archive.export, name="export-matter"),
    path("archive/verify/", views_archive.verify, name="archive-verify"),
    path("m/<uuid:public_id>/proof/", views_proof.proof, name="proof"),
    path("m/<uuid:public_id>/upload/", views_matter.upload, name="upload"),
    path("m/<uuid:public_id>/correct/", views_event.correct, name="correct"),
    path("m/<uuid:public_id>/documents/new/", views_documents.document_new, name="document-new"),
    path("m/<uuid:public_id>/e/<slug:event>/", views_event.event_form, name="event"),
    path("m/<uuid:public_id>/e/<slug:event>/preview/", views_event.event_preview, name="event-preview"),
    path("m/<uuid:public_id>/e/<slug:event>/draft/", views_event.event_draft, name="event-draft"),
    path("documents/", views_documents.documents, name="documents"),
    path("documents/<int:pk>/", views_documents.document, name="document"),
    path("documents/<int:pk>/save/", views_documents.document_save, name="document-save"),
    path("documents/<int:pk>/act/", views_documents.document_act, name="document-act"),
    path("documents/<int:pk>/compare/", views_documents.document_compare, name="document-compare"),
    path("documents/<int:pk>/preview/", views_documents.document_preview, name="document-preview"),
    path("documents/<int:pk>/docx/", views_documents.document_docx, name="document-docx"),
    path("documents/<int:pk>/docx/in/", views_documents.document_docx_in, name="document-docx-in"),
    path("documents/<int:pk>/delivery/", views_delivery.delivery, name="delivery"),
    path("documents/<int:pk>/certificate/", views_delivery.certificate, name="certificate"),
    path("filing/", views_filing.filing, name="filing"),
    path("filing/draft/", views_filing.filing_draft, name="filing-draft"),
    path("filing/jurisdiction/", views_filing.filing_jurisdiction, name="filing-jurisdiction"),
    path("filing/person/", views_filing.filing_person, name="filing-person"),
    path("mandates/", views_mandates.counter, name="mandates"),
    path("mandates/<slug:kind>/", views_mandates.counter, name="mandates"),
    path("figures/", views_figures.board, name="figures"),
    path("figures/rows/", views_figures.figure_rows, name="figure-rows"),
    *administration,
]
