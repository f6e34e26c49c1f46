"""Addresses of questions in plain words. No question stands in any of them."""

from __future__ import annotations

from django.urls import path

from . import views, views_desk

portal_urlpatterns = [
    path("ask/", views.ask, name="ask"),
    path("ask/answer/", views.answer, name="answer"),
    path("ask/answer/plain/", views.plain, name="plain"),
    path("ask/forget/", views.forget, name="forget"),
    path("ask/vote/", views.vote, name="vote"),
    path("ask/people/", views.people, name="people"),
    path("ask/help/", views.help_now, name="help"),
    path("ask/scenes/<slug:key>/", views.scene, name="scene"),
    path("ask/cards/<slug:key>/", views.card, name="card"),
]

desk_urlpatterns = [path("answers/votes/", views_desk.votes, name="votes")]
