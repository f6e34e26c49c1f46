"""Addresses of the data standards."""

from __future__ import annotations

from django.urls import path

from . import views

desk_urlpatterns = [
    path("data/standards/", views.index, name="index"),
    path("data/standards/elements/", views.elements, name="elements"),
    path("data/standards/elements/<str:code>/", views.element, name="element"),
    path("data/standards/codes/", views.code_sets, name="code_sets"),
    path("data/standards/codes/<str:code>/", views.code_set, name="code_set"),
    path("data/standards/<slug:code>/", views.table, name="table"),
]
