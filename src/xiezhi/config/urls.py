"""Addresses. Each face, each API and each function brings its own `urls`; this file only hangs them in."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from xiezhi.kernel.access.guards import PUBLIC, guard


@guard(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """For load balancers and supervisors: 200 when this process reaches the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


def of_functions(name: str) -> list[Any]:
    """What every installed function hangs under a face: `desk_urlpatterns` or `portal_urlpatterns` of its `urls` module,
    with the app's label as namespace (the portal's: label, the desk's: label_desk)."""
    found: list[Any] = []
    for config in apps.get_app_configs():
        if config.name.startswith("xiezhi.") and find_spec(f"{config.name}.urls") is not None:
            patterns = getattr(import_module(f"{config.name}.urls"), f"{name}_urlpatterns", None)
            if patterns:
                space = config.label if name == "portal" else f"{config.label}_desk"
                found.append(path("", include((patterns, space))))
    return found


urlpatterns = [
    path("health", health, name="health"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.urls")),
    path("reference/", admin.site.urls),
    path("api/", include("xiezhi.api.urls")),
    path("desk/", include(of_functions("desk"))),
    path("desk/", include("xiezhi.desk.urls")),
    *of_functions("portal"),
    path("", include("xiezhi.portal.urls")),
]

handler400 = "xiezhi.portal.views.errors.bad_request"
handler403 = "xiezhi.portal.views.errors.forbidden"
handler404 = "xiezhi.portal.views.errors.not_found"
handler500 = "xiezhi.portal.views.errors.server_error"
