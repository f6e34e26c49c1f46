"""Addresses of the resource catalog."""

from __future__ import annotations

from django.urls import path

from . import views

desk_urlpatterns = [
    path("data/catalog/", views.index, name="index"),
    path("data/catalog/export/", views.export, name="export"),
    path("data/catalog/<slug:code>/", views.one, name="one"),
    path("data/catalog/<slug:code>/schema.json", views.schema, name="schema"),
]
