"""Security headers of every answer."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from xiezhi.config import identity

STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REFERENCE_ADMIN = STRICT.replace("script-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)
REFERENCE_ADMIN_PATH = "/reference/"


def with_provider(policy: str) -> str:
    """The policy with the identity provider's host: a form that leads to its sign-in page may go there."""
    return policy.replace("form-action 'self'", " ".join(["form-action 'self'", *identity.origins(settings.OIDC)]))


class SecurityHeaders:
    """Content-Security-Policy without inline code, and the headers Django does not set itself.

    A view that needs another policy (an uploaded file shown in a frame) sets the header itself; it is kept. The
    reference-data screens come from a package that evaluates its own inline code, and are open to administrators only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        policy = REFERENCE_ADMIN if request.path.startswith(REFERENCE_ADMIN_PATH) else STRICT
        response.headers.setdefault("Content-Security-Policy", with_provider(policy) if settings.OIDC else policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
