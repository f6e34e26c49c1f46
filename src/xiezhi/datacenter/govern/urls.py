"""Addresses of governance. None of them names a person."""

from __future__ import annotations

from django.urls import path

from . import views, views_grading, views_portal, views_tables, views_tickets

desk_urlpatterns = [
    path("data/quality/", views.quality, name="quality"),
    path("data/quality/run/", views.run_now, name="run"),
    path("data/quality/tickets/", views_tickets.tickets, name="tickets"),
    path("data/quality/tickets/<uuid:public_id>/", views_tickets.rows, name="ticket"),
    path("data/quality/tickets/<uuid:public_id>/rows.csv", views_tickets.download, name="download"),
    path("data/quality/tickets/<uuid:public_id>/upload/", views_tickets.upload, name="upload"),
    path("data/quality/<slug:code>/", views.table_quality, name="table_quality"),
    path("data/quality/<slug:code>/rows/", views.refused_rows, name="refused"),
    path("data/tables/", views_tables.tables, name="tables"),
    path("data/tables/<slug:code>/", views_tables.table, name="table"),
    path("data/tables/<slug:code>/lineage/", views_tables.table_lineage, name="lineage"),
    path("data/grading/", views_grading.grading, name="grading"),
    path("data/grading/findings/<int:pk>/", views_grading.decide, name="decide"),
    path("data/grading/important/", views_grading.important, name="important"),
]

portal_urlpatterns = [
    path("my/data/<uuid:public_id>/", views_portal.copy, name="copy"),
    path("my/data/<uuid:public_id>/copy.json", views_portal.copy_file, name="copy_file"),
]
