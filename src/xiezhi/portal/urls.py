"""Addresses of the public's door. No personal data stands in any of them."""

from __future__ import annotations

from django.urls import path

from xiezhi.portal.views import account, alive, apply, home, ledger, mandates, my, procedures, realname, summary, verify

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("services/", home.services, name="services"),
    path("guide/<str:code>/", home.guide, name="guide"),
    path("news/", home.announcements, name="news"),
    path("accessibility/", home.accessibility, name="accessibility"),
    path("privacy/", home.privacy, name="privacy"),
    path("about/", home.about, name="about"),
    path("units/search", home.unit_search, name="unit_search"),
    path("procedures/", procedures.index, name="procedures"),
    path("procedures/<str:code>/", procedures.procedure, name="procedure"),
    path("apply/<str:code>/", apply.start, name="apply"),
    path("apply/<str:code>/tasks/", apply.tasks, name="tasks"),
    path("apply/<str:code>/check/", apply.check, name="check"),
    path("apply/<str:code>/receipt/<uuid:public_id>/", apply.receipt, name="receipt"),
    path("apply/<str:code>/q/<slug:step>/", apply.step, name="step"),
    path("my/", my.matters, name="my"),
    path("my/signup/", account.signup, name="signup"),
    path("my/resume/", account.resume, name="resume"),
    path("my/account/", account.account, name="account"),
    path("my/account/realname/", realname.verify, name="realname"),
    path("my/account/link/", account.link_confirm, name="link_confirm"),
    path("my/acting/", mandates.act, name="acting"),
    path("my/mandates/", mandates.index, name="mandates"),
    path("my/mandates/new/", mandates.new, name="mandate_new"),
    path("my/mandates/<uuid:uid>/", mandates.answer, name="mandate"),
    path("my/alive/", alive.alive, name="alive"),
    path("my/notices/", account.notices, name="notices"),
    path("my/readings/", my.readings, name="readings"),
    path("my/<uuid:public_id>/", my.matter, name="matter"),
    path("my/<uuid:public_id>/print/", my.whole, name="print"),
    path("my/<uuid:public_id>/file/", my.read_file, name="file"),
    path("my/<uuid:public_id>/file/<int:pk>/", my.piece, name="piece"),
    path("my/<uuid:public_id>/documents/<int:pk>/", my.document, name="document"),
    path("my/<uuid:public_id>/documents/<int:pk>/summary/", summary.summary_page, name="summary"),
    path("my/<uuid:public_id>/documents/<int:pk>/summary.pdf", summary.summary_pdf, name="summary_pdf"),
    path("my/<uuid:public_id>/e/<slug:code>/", my.event, name="event"),
    path("verify/", verify.index, name="verify"),
    path("verify/<str:code>/", verify.verified, name="verified"),
    path("verify/<str:code>/record", verify.record, name="record"),
    path("ledger/", ledger.page, name="ledger"),
    path("my/<uuid:public_id>/proofs/", ledger.proofs, name="proofs"),
    path("my/<uuid:public_id>/proofs/<int:seq>/", ledger.proof, name="proof"),
]
