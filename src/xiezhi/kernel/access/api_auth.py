"""Who calls the API: a signed-in browser session (with CSRF check) or a service account's token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth


class TokenAuth(HttpBearer):
    """服务账号令牌. The gate has checked the token before the operation is looked at."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return request.user if getattr(request, "by_token", False) else None


def api_auth() -> list[Any]:
    """Both ways; pass to `NinjaAPI(auth=...)`."""
    return [TokenAuth(), SessionAuth()]
