"""Addresses. Each face and each API brings its own `urls`; this file only hangs them in."""

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


urlpatterns = [
    path("health", health, name="health"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.urls")),
    path("reference/", admin.site.urls),
    path("api/", include("xiezhi.api.urls")),
    path("desk/", include("xiezhi.desk.urls")),
    path("", include("xiezhi.portal.urls")),
]

handler400 = "xiezhi.portal.views.errors.bad_request"
handler403 = "xiezhi.portal.views.errors.forbidden"
handler404 = "xiezhi.portal.views.errors.not_found"
handler500 = "xiezhi.portal.views.errors.server_error"
