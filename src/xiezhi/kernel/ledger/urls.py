"""Addresses of the log's read API, after tlog-tiles."""

from django.urls import path, re_path

from xiezhi.kernel.ledger import views

portal_urlpatterns = [
    path("ledger/checkpoint", views.checkpoint, name="checkpoint"),
    path("ledger/keys", views.keys, name="keys"),
    re_path(r"^ledger/tile/(?P<path>[0-9a-z./]{5,80})\Z", views.tile, name="tile"),
]
