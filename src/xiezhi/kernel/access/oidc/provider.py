"""The provider class and its protocol adapter. The accounts package finds the class through the settings."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from requests import RequestException

from xiezhi.kernel.access.oidc import claims, tokens

__all__ = ["ProvincialAdapter", "ProvincialProvider", "end_session_url"]


class ProvincialAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Discovery that is checked and kept, and ID tokens that are verified whichever way they came."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        provider = self.get_provider()
        return tokens.configuration(provider.server_url, provider.app.settings["server_url"])

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        if not pkce_code_verifier:
            raise tokens.InvalidToken("no PKCE secret")
        self.nonce = tokens.nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        raw = kwargs["response"].get("id_token")
        if not isinstance(raw, str):
            raise tokens.InvalidToken("no ID token")
        config = self.openid_config
        issuer = app.settings["server_url"]
        said = tokens.verify(raw, config=config, issuer=issuer, client_id=app.client_id, nonce=self.nonce)
        if config.get("userinfo_endpoint"):
            said = {**tokens.userinfo(config["userinfo_endpoint"], token.token, said["sub"]), **said}
        return self.get_provider().sociallogin_from_response(request, {"id_token": said})


class ProvincialProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """OpenID Connect with PKCE and nonce always. Keeps a blind key and the level of assurance, no claim."""

    pkce_enabled_default = True
    oauth2_adapter_class = ProvincialAdapter

    def get_pkce_params(self) -> dict[str, str]:
        pair: dict[str, str] = super().get_pkce_params()
        return {**pair, "nonce": tokens.nonce_of(pair["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Nothing of the caller's: what is asked of the provider is the operator's choice."""
        found: dict[str, str] = self.get_auth_params()
        return found

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        found: list[str] = self.get_scope()
        return found

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> Any:
        try:
            return super().redirect(request, process, next_url, data, **kwargs)
        except (OAuth2Error, RequestException) as error:
            return render_authentication_error(request, self, exception=error)

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        login = super().sociallogin_from_response(request, response)
        login.identity = claims.read(response["id_token"])
        return login

    def extract_uid(self, data: Any) -> str:
        return claims.read(data["id_token"]).key

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        identity = claims.read(data["id_token"])
        return {"level": identity.level, "verified": identity.verified}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


def end_session_url(request: HttpRequest, provider_id: str) -> str:
    """Where the provider ends its own session (RP-initiated logout), empty where it offers no such page.

    The client says who asks; the ID token would put personal data into an address.
    """
    from allauth.socialaccount.adapter import get_adapter
    from allauth.socialaccount.models import SocialApp

    try:
        provider = get_adapter().get_provider(request, provider_id)
        config = tokens.configuration(provider.server_url, provider.app.settings["server_url"])
    except (OAuth2Error, SocialApp.DoesNotExist):
        return ""
    address = config.get("end_session_endpoint")
    if not isinstance(address, str):
        return ""
    back = request.build_absolute_uri(reverse("portal:home"))
    query = urlencode({"client_id": provider.app.client_id, "post_logout_redirect_uri": back})
    return f"{address}{'&' if '?' in address else '?'}{query}"


provider_classes = [ProvincialProvider]
