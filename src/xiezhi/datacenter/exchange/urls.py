"""Addresses of the exchange. None of them names a person; look-ups are bodies of requests to the gateway."""

from __future__ import annotations

from django.urls import path

from . import views

desk_urlpatterns = [
    path("data/exchange/", views.index, name="index"),
    path("data/exchange/callers/", views.callers, name="callers"),
    path("data/exchange/callers/<slug:code>/", views.caller, name="caller"),
    path("data/exchange/callers/<slug:code>/state/", views.set_caller, name="set_caller"),
    path("data/exchange/keys/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("data/exchange/grants/<uuid:public_id>/", views.set_grant, name="set_grant"),
    path("data/exchange/calls/", views.calls, name="calls"),
    path("data/exchange/calls/<uuid:batch>/<int:n>/", views.call, name="call"),
    path("data/exchange/i/<slug:code>/", views.interface, name="interface"),
    path("data/exchange/i/<slug:code>/refresh/", views.refresh, name="refresh"),
]

portal_urlpatterns = [path("data/exchange/", views.developers, name="developers")]
