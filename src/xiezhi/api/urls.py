"""The API under /api/: OpenAPI 3.1 at /api/openapi.json."""

from __future__ import annotations

from django.urls import path
from ninja import NinjaAPI

import xiezhi
from xiezhi.api import matters, problems, reference
from xiezhi.kernel.access.api_auth import api_auth

api = NinjaAPI(
    title="獬豸 Xiezhi",
    version=getattr(xiezhi, "__version__", "0.1"),
    description="Everything the screens can do. Sign in with a session or a service account's token (Authorization: Bearer). "
    "Errors are problem details (RFC 9457).",
    auth=api_auth(),
    docs_url=None,
    urls_namespace="api",
)
problems.attach(api)
api.add_router("", matters.router)
api.add_router("", reference.router)

urlpatterns = [path("", api.urls)]
