"""Addresses of the interviews. None of them says what somebody answered."""

from __future__ import annotations

from django.urls import path

from . import views

portal_urlpatterns = [
    path("interviews/", views.index, name="index"),
    path("interviews/<slug:key>/", views.start, name="start"),
    path("interviews/<slug:key>/q/<slug:fact>/", views.question, name="question"),
    path("interviews/<slug:key>/check/", views.check, name="check"),
    path("interviews/<slug:key>/outcome/", views.outcome, name="outcome"),
    path("interviews/<slug:key>/clear/", views.clear, name="clear"),
]
