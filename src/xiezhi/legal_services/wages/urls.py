"""Addresses of the wage channel. None of them names a person; a link's token is a secret of its own."""

from __future__ import annotations

from django.urls import path

from . import views_confirm

portal_urlpatterns = [
    path("wages/w/<str:token>/", views_confirm.confirm, name="confirm"),
]
