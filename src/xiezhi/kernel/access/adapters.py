"""How the accounts package behaves here: who may sign up, what failed sign-ins do, what is written down."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.access import rates, services, sessions
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people import crypto

LOCKED = _("连续多次登录失败，该用户名已暂时锁定。请在15分钟后再试；工作人员可以联系安全管理员解锁。")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Counts failures per account. An unknown user name is treated alike, so nobody learns which exist."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": LOCKED,
        "username_password_mismatch": _("用户名或者密码不正确。连续5次不正确的，该用户名将锁定15分钟。"),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Failed sign-ins are counted per caller: behind a proxy, not for all callers of the proxy together."""
        return services.address_of(request) or "unknown"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Citizens register with a real-name check in the portal, staff are registered by their unit."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        username = credentials.get("username") or ""
        if services.is_locked(username) or rates.counted(_unknown(username)) >= services.max_failures():
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        username = credentials.get("username") or ""
        if not services.record_failure(username, terminal=services.terminal_of(request)):
            rates.count(_unknown(username), int(services.lock_time().total_seconds()))

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> Any:
        services.record_success(user, terminal=services.terminal_of(request))
        login = (kwargs.get("signal_kwargs") or {}).get("sociallogin")
        sessions.note_way(request, login.account.provider if login is not None else "")
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            services.record_sign_out(request.user, terminal=services.terminal_of(request))
        super().logout(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Who came through the provider is led out there too, where it offers that: the next person at the screen."""
        provider = sessions.provider_of(request)
        if provider:
            from xiezhi.kernel.access.oidc.provider import end_session_url

            if address := end_session_url(request, provider):
                return address
        address = super().get_logout_redirect_url(request)
        return str(address)

    def set_password(self, user: Account, password: str) -> None:
        super().set_password(user, password)
        services.password_was_changed(user)


def _unknown(username: str) -> str:
    return "access.unknown." + crypto.blind("access.username", username.casefold()).hex()


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of the second factor are sealed in the database."""

    COLUMN = "mfa.authenticator.secret"

    def encrypt(self, text: str) -> str:
        return crypto.seal(self.COLUMN, text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(self.COLUMN, bytes.fromhex(encrypted_text))
