"""Addresses of the person base. Ids of persons are random and name nobody."""

from __future__ import annotations

from django.urls import path

from . import views, views_review

desk_urlpatterns = [
    path("data/persons/", views.index, name="index"),
    path("data/persons/refresh/", views.refresh, name="refresh"),
    path("data/persons/find/", views.find, name="find"),
    path("data/persons/review/", views_review.queue, name="review"),
    path("data/persons/review/<uuid:public_id>/", views_review.pair, name="pair"),
    path("data/persons/review/<uuid:public_id>/reveal/", views_review.reveal, name="reveal_pair"),
    path("data/persons/<uuid:uid>/", views.person, name="person"),
    path("data/persons/<uuid:uid>/reveal/", views.reveal, name="reveal"),
]
