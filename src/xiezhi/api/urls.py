"""The API under /api/: OpenAPI 3.1 at /api/openapi.json, the page for people at /api/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

import xiezhi
from xiezhi.api import drafts, files, law, law_more, matters, pages, papers, people, problems, reference
from xiezhi.api.openapi import Api, StrictJson
from xiezhi.kernel.access.api_auth import api_auth
from xiezhi.kernel.access.guards import PUBLIC, guard

DESCRIPTION = """Everything the screens can do. Sign in with a service account's token (Authorization: Bearer) or a session.
Tokens have scopes; a scope never gives more than the account's roles. Readings of personal records name a purpose in
the headers X-Purpose and X-Purpose-Text (percent-encoded UTF-8). Send `request_key` with every change: a repeated
request acts once. Send `expected_seq` to learn that somebody acted meanwhile. Errors are problem details (RFC 9457)."""

api = Api(
    title="獬豸 Xiezhi",
    version=getattr(xiezhi, "__version__", "0.1"),
    description=DESCRIPTION,
    auth=api_auth(),
    docs_url=None,
    urls_namespace="api",
    parser=StrictJson(),
)
problems.attach(api)
for part in (matters, files, papers, drafts, people, reference, law, law_more):
    api.add_router("", part.router)


@guard(PUBLIC)
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address: a problem document, not a page."""
    return problems.not_found()


urlpatterns = [
    path("", pages.index, name="api-page"),
    path("", api.urls),
    re_path(r"^(?P<rest>.*)$", unknown, name="api-unknown"),
]
