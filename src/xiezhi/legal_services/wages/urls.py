"""Addresses of the wage channel. None of them names a person; a link's token is a secret of its own."""

from __future__ import annotations

from django.urls import path

from . import views_board, views_confirm, views_desk, views_report

portal_urlpatterns = [
    path("wages/", views_report.report, name="report"),
    path("wages/projects/", views_report.projects, name="projects"),
    path("wages/follow/", views_confirm.follow, name="follow"),
    path("wages/receipt/<uuid:public_id>/", views_report.receipt, name="receipt"),
    path("wages/crew/<uuid:public_id>/", views_confirm.crew, name="crew"),
    path("wages/w/<str:token>/", views_confirm.confirm, name="confirm"),
]

desk_urlpatterns = [
    path("wages/", views_desk.queue, name="queue"),
    path("wages/new/", views_desk.new, name="new"),
    path("wages/groups/", views_desk.groups, name="groups"),
    path("wages/projects/", views_desk.projects, name="projects"),
    path("wages/projects/<uuid:uid>/", views_desk.project, name="project"),
    path("wages/crew/<uuid:public_id>/", views_desk.crew, name="crew"),
    path("wages/board/", views_board.board, name="board"),
]
