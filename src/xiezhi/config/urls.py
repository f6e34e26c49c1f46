"""Addresses. Each face and each API brings its own `urls`; this file only hangs them in."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("reference/", admin.site.urls),
]
