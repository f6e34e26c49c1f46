"""How the accounts package treats a sign-in through the provider: our rules at its hooks."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from requests import RequestException

from xiezhi.kernel.access import services as access
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.oidc import linking, tokens

CONFIRM = "portal:link_confirm"
"""Page of the portal that finishes a linking after the local account was proved."""


class ProvincialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Refuses in words, links after proof, makes accounts without password."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """A first sign-in through the provider makes an account; staff accounts are made by their unit only."""
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        identity = sociallogin.identity
        process = sociallogin.state.get("process")
        try:
            if process == AuthProcess.CONNECT:
                if not request.user.is_authenticated:
                    raise linking.Refusal("SIGN_IN_FIRST")
                linking.check_link(request.user, identity, provider_id=sociallogin.account.provider)
            elif process == AuthProcess.LOGIN and sociallogin.is_existing:
                linking.check_sign_in(sociallogin.user, identity)
            elif process == AuthProcess.LOGIN:
                self._first(request, sociallogin)
            else:
                raise linking.Refusal("STATE")
        except linking.Refusal as refusal:
            raise ImmediateHttpResponse(linking.refusal_page(request, refusal)) from None

    def _first(self, request: HttpRequest, sociallogin: Any) -> None:
        account = linking.account_to_prove(sociallogin.identity)
        if account is None:
            return
        if request.user.is_authenticated:
            raise linking.Refusal("TAKEN" if request.user.pk != account.pk else "ONE_ONLY")
        linking.keep_pending(request, account, sociallogin.identity, sociallogin)
        messages.info(request, _("您在本网已经有账号。请用该账号的用户名和密码登录一次，确认是您本人，就可以关联。"))
        query = urlencode({"next": reverse(CONFIRM)})
        raise ImmediateHttpResponse(HttpResponseRedirect(f"{reverse('account_login')}?{query}"))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Account:
        try:
            account = linking.create_account(sociallogin.identity)
        except linking.Refusal as refusal:
            raise ImmediateHttpResponse(linking.refusal_page(request, refusal)) from None
        sociallogin.user = account
        sociallogin.save(request)
        linking.note_linked(account, terminal=access.terminal_of(request))
        return account

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        code = _code(error, exception, extra_context or {})
        if exception is not None:
            linking.log.warning("sign-in through the provider failed: %s (%s)", code, _reason(exception))
        raise ImmediateHttpResponse(linking.refusal_page(request, linking.Refusal(code)))

    def validate_disconnect(self, account: Any, accounts: Any) -> None:
        if not account.user.has_usable_password() and not accounts.exclude(pk=account.pk).exists():
            raise self.validation_error("disconnect_last")

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("portal:account")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The security log and the account page tell of it; the package's mail is no official notice."""


def _code(error: Any, exception: Exception | None, context: Any) -> str:
    if error == AuthError.CANCELLED:
        return "CANCELLED"
    if isinstance(exception, tokens.ProviderDown | RequestException):
        return "DOWN"
    if isinstance(exception, tokens.InvalidToken):
        return "TOKEN"
    if isinstance(exception, OAuth2Error):
        return "PROVIDER"
    # Without a remembered beginning of this sign-in the package hands over the unknown state it was given.
    return "STATE" if "state_id" in context or exception is not None else "PROVIDER"


def _reason(exception: Exception) -> str:
    """What may be written down: our own words, and of others' errors only their kind."""
    if isinstance(exception, tokens.InvalidToken | tokens.ProviderDown):
        return str(exception)
    return type(exception).__name__
