"""Addresses of sharing at the desk. None of them names a person."""

from __future__ import annotations

from django.urls import path

from . import views_new, views_partners, views_push, views_requests

desk_urlpatterns = [
    path("data/sharing/", views_requests.queue, name="queue"),
    path("data/sharing/apply/", views_requests.apply, name="apply"),
    path("data/sharing/apply/<uuid:uid>/", views_requests.draft, name="draft"),
    path("data/sharing/apply/<uuid:uid>/<slug:step>/", views_requests.step, name="step"),
    path("data/sharing/corrections/new/", views_new.correction, name="correction"),
    path("data/sharing/catalog/new/", views_new.listing, name="listing"),
    path("data/partners/", views_partners.index, name="partners"),
    path("data/partners/<slug:code>/", views_partners.partner, name="partner"),
    path("data/meters/", views_partners.meters, name="meters"),
    path("data/push/", views_push.index, name="push"),
    path("data/push/<slug:code>/", views_push.flow, name="flow"),
]
