"""Addresses of the assistant. None of them says what somebody told."""

from __future__ import annotations

from django.urls import path

from . import views

portal_urlpatterns = [
    path("criminal/", views.start, name="start"),
    path("criminal/candidates/", views.candidates, name="candidates"),
    path("criminal/questions/", views.question, name="question"),
    path("criminal/stage/", views.stage, name="stage"),
    path("criminal/result/", views.result, name="result"),
    path("criminal/clear/", views.clear, name="clear"),
    path("criminal/offenses/", views.offenses, name="offenses"),
    path("criminal/offenses/<slug:key>/", views.offense, name="offense"),
]
