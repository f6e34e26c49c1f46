"""Addresses of ratings. None of them names a person; a link's token is a secret of its own."""

from django.urls import path

from . import views_desk, views_portal

portal_urlpatterns = [
    path("r/", views_portal.enter_code, name="code"),
    path("r/now/", views_portal.at_counter, name="counter"),
    path("r/done/", views_portal.done, name="done"),
    path("r/<str:token>/", views_portal.by_link, name="link"),
    path("my/ratings/", views_portal.mine, name="mine"),
    path("my/ratings/<uuid:public_id>/", views_portal.own, name="own"),
    path("satisfaction/", views_portal.public, name="public"),
]

desk_urlpatterns = [
    path("satisfaction/callbacks/", views_desk.callbacks, name="callbacks"),
    path("satisfaction/rectify/", views_desk.rectify, name="rectify"),
    path("satisfaction/rows/", views_desk.rows, name="rows"),
    path("satisfaction/officers/", views_desk.officers, name="officers"),
    path("satisfaction/counter/<uuid:public_id>/", views_desk.counter, name="counter"),
]
