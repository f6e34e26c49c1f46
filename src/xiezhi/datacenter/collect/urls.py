"""Addresses of collection on the desk."""

from __future__ import annotations

from django.urls import path

from . import views

desk_urlpatterns = [
    path("data/collect/", views.index, name="index"),
    path("data/collect/<slug:code>/", views.source, name="source"),
    path("data/collect/<slug:code>/progress/", views.progress, name="progress"),
    path("data/collect/<slug:code>/start/", views.start, name="start"),
    path("data/collect/<slug:code>/upload/", views.upload, name="upload"),
    path("data/collect/<slug:code>/cancel/", views.cancel, name="cancel"),
    path("data/collect/<slug:code>/batches/<int:pk>/", views.decide, name="decide"),
]
