"""The gate: no view without a guard, no view for whom its guard refuses."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import get_resolver

from xiezhi.kernel.access import guards, idle, subject
from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.access.permissions import Forbidden
from xiezhi.kernel.access.purposes import PurposeError

log = logging.getLogger("xiezhi.access")

API_PREFIX = "/api/"
ALWAYS = frozenset(
    {"account_login", "account_logout", "account_change_password", "account_reauthenticate", "mfa_index",
     "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_reauthenticate",
     "mfa_authenticate", "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_list_webauthn"}
)  # fmt: skip
"""Views that stay open to an account that must first change its password or set up the second factor."""


class Gate:
    """Denies what has no guard and what its guard refuses; signs in service accounts by their token."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        api = request.path.startswith(API_PREFIX)
        if api and (refused := _sign_in_service(request)):
            return refused
        declared = guards.guard_of(view, request.method)
        if idle.signed_out(request) and (declared is None or not declared.public):
            return _away(request, api=api)
        if declared is None:
            log.error("no guard declared for %s (%s)", request.path, getattr(view, "__qualname__", view))
            raise Forbidden("该页面未声明访问规则，已按规定拒绝访问。请联系系统管理员。")
        request.purpose = declared.purpose  # type: ignore[attr-defined]
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("NUL in an address")  # no text the database can hold; a 400, not a failure
        if declared.public and not request.user.is_authenticated:
            return None
        if not declared.public:
            who = subject.of_request(request)
            if not who.signed_in:
                if api:
                    return problem(401, "unauthenticated", "请先登录，或者在请求头中提供服务账号令牌。")
                return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
            if not declared.open_to(who):
                raise Forbidden("您没有打开此页面的权限。如工作需要，请向安全管理员申请授权。")
        return None if api else _unfinished(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A reading that the reader's grant does not cover is refused in words, not by a failure."""
        if not isinstance(exception, PurposeError) or request.path.startswith(API_PREFIX):
            return None
        page: Callable[..., HttpResponseBase] = get_resolver().resolve_error_handler(403)
        return page(request, exception=Forbidden(str(exception)))


def _away(request: HttpRequest, *, api: bool) -> HttpResponseBase:
    """Where somebody goes who came back too late: to sign in, and on from there."""
    said = "您已超过30分钟没有操作，系统已自动退出。填写的内容保存在草稿里，请重新登录后接着办。"
    if api:
        return problem(401, "signed-out", said)
    messages.info(request, said)
    wanted = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else "/"
    answer = redirect_to_login(wanted, resolve_url(settings.LOGIN_URL))
    if request.headers.get("HX-Request"):
        answer.headers["HX-Redirect"] = answer.url
    return answer


def problem(status: int, kind: str, detail: str) -> JsonResponse:
    """A problem document (RFC 9457)."""
    body = {"type": f"urn:xiezhi:problem:{kind}", "title": detail, "status": status, "detail": detail}
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Content-Type"] = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _sign_in_service(request: HttpRequest) -> HttpResponseBase | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    from xiezhi.kernel.access.services import account_of_token

    account = account_of_token(token.strip())
    if account is None:
        return problem(401, "bad-token", "令牌无效、已过期或者已吊销。")
    request.user = account
    request.by_token = True  # type: ignore[attr-defined]
    return None


def _unfinished(request: HttpRequest) -> HttpResponseBase | None:
    """Send an account to what it must do first: change a given password, set up the second factor."""
    user = request.user
    match = request.resolver_match
    if not user.is_authenticated or (match is not None and match.view_name in ALWAYS):
        return None
    assert isinstance(user, Account) or hasattr(user, "must_change_password")
    if user.must_change_password:
        return redirect("account_change_password")
    wanted = getattr(settings, "MFA_REQUIRED_FOR_STAFF", False) and user.kind in (AccountKind.STAFF, AccountKind.ADMIN)
    if wanted and not request.session.get("second_factor"):
        from allauth.mfa.utils import is_mfa_enabled

        if not is_mfa_enabled(user):
            return redirect("mfa_activate_totp")
        request.session["second_factor"] = True
    return None
