"""Addresses of clues. None names a person or a rule of crime."""

from __future__ import annotations

from django.urls import path

from . import views

desk_urlpatterns = [
    path("data/clues/", views.index, name="index"),
    path("data/clues/rules/", views.rule_list, name="rules"),
    path("data/clues/rules/<str:code>/", views.rule, name="rule"),
    path("data/clues/look/", views.look, name="look"),
    path("data/clues/exemptions/", views.exemptions, name="exemptions"),
    path("data/clues/exemptions/<int:pk>/end/", views.end_exemption, name="end_exemption"),
    path("data/clues/<uuid:public_id>/", views.one, name="one"),
    path("data/clues/<uuid:public_id>/reveal/", views.reveal, name="reveal"),
]
