"""Addresses of open data: the public's under /data/, the desk's under /desk/data/open/."""

from __future__ import annotations

from django.urls import path

from . import desk, views

portal_urlpatterns = [
    path("data/", views.home, name="home"),
    path("data/catalog.ttl", views.turtle, name="turtle"),
    path("data/catalog.jsonld", views.jsonld, name="jsonld"),
    path("data/wish/", views.wish, name="wish"),
    path("data/help/", views.help_, name="help"),
    path("data/standards/<slug:code>/", views.standard, name="standard"),
    path("data/<str:code>/", views.dataset, name="dataset"),
    path("data/<str:code>/rows", views.rows, name="rows"),
    path("data/<str:code>/search/", views.search, name="search"),
    path("data/<str:code>/files/<int:version>/<str:name>", views.file, name="file"),
]
desk_urlpatterns = [
    path("data/open/", desk.index, name="index"),
    path("data/open/<str:code>/", desk.one, name="one"),
    path("data/open/<str:code>/prepare/", desk.prepare, name="prepare"),
    path("data/open/release/<uuid:public_id>/publish/", desk.publish, name="publish"),
    path("data/open/release/<uuid:public_id>/withdraw/", desk.withdraw, name="withdraw"),
    path("data/open/wish/<int:pk>/", desk.answer, name="answer"),
]
