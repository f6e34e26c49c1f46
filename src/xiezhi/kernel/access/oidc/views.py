"""Going to the provider and coming back."""

from __future__ import annotations

from allauth.account.internal.flows.reauthentication import is_reauthentication_required, suspend_request
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from requests import RequestException

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.access.oidc import linking
from xiezhi.kernel.access.oidc.provider import ProvincialAdapter

TRIES, WINDOW_SECONDS = 60, 600


def _adapter(request: HttpRequest, provider_id: str) -> ProvincialAdapter:
    adapter = ProvincialAdapter(request, provider_id)
    try:
        adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return adapter


@guard(PUBLIC)
@never_cache
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Off to the provider. Linking asks for the local password first: that is the proof of the local account."""
    adapter = _adapter(request, provider_id)
    if exceeded(request, "oidc", TRIES, WINDOW_SECONDS):
        return linking.refusal_page(request, linking.Refusal("TOO_MANY"))
    process = request.POST.get("process") or request.GET.get("process")
    if process == AuthProcess.CONNECT:
        if not request.user.is_authenticated:
            return linking.refusal_page(request, linking.Refusal("SIGN_IN_FIRST"))
        if is_reauthentication_required(request, app="allauth.socialaccount"):
            answer: HttpResponseBase = suspend_request(request, reverse("account_reauthenticate"))
            return answer
    view = OAuth2LoginView.adapter_view(adapter)
    found: HttpResponseBase = view(request)
    return found


@guard(PUBLIC)
@never_cache
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from the provider. Whatever went wrong ends in a page that says what to do, and nobody signed in."""
    adapter = _adapter(request, provider_id)
    if exceeded(request, "oidc", TRIES, WINDOW_SECONDS):
        return linking.refusal_page(request, linking.Refusal("TOO_MANY"))
    try:
        found: HttpResponseBase = OAuth2CallbackView.adapter_view(adapter)(request)
        return found
    except IntegrityError:
        # Two first sign-ins of one person at once: the other one made the account, the next try finds it.
        return linking.refusal_page(request, linking.Refusal("AGAIN"))
    except (OAuth2Error, RequestException) as error:
        failed: HttpResponseBase = render_authentication_error(request, adapter.get_provider(), exception=error)
        return failed
