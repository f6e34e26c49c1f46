"""Addresses of the data center's home on the desk."""

from __future__ import annotations

from django.urls import path

from . import views

desk_urlpatterns = [
    path("data/", views.home, name="home"),
    path("data/runs/", views.runs_list, name="runs"),
    path("data/runs/open/", views.open_runs, name="open"),
    path("data/runs/<uuid:public_id>/", views.run, name="run"),
    path("data/runs/<uuid:public_id>/cancel/", views.cancel, name="cancel"),
]
