"""大字版, 通俗版 and language: chosen by a link on any page, remembered by the browser and by the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import translation

from xiezhi.ui.context import PLAIN_COOKIE, TYPE_COOKIE
from xiezhi.ui.language.page import said
from xiezhi.ui.language.say import english

_HTML = "text/html"
YEAR = 365 * 24 * 3600
_LANGUAGES = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}


class Look:
    """Takes `?type=large|normal`, `?plain=1|0` and `?lang=zh|en` off the address of any page and puts them into a cookie,
    and for who is signed in into the account, so that the next device knows it too.

    A link works without JavaScript and from a printed page; nothing but the look depends on it.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            # Chinese first: English is a choice of the reader, not of the browser's installer.
            request.META["HTTP_ACCEPT_LANGUAGE"] = settings.LANGUAGE_CODE
        if request.method != "GET" or not {"type", "lang", "plain"} & set(request.GET):
            return self.get_response(request)
        size, language = request.GET.get("type", ""), _LANGUAGES.get(request.GET.get("lang", ""))
        plain = request.GET.get("plain", "")
        if size not in ("large", "normal") and language is None and plain not in ("0", "1"):
            return self.get_response(request)
        query = request.GET.copy()
        response = HttpResponseRedirect(request.path)
        if size in ("large", "normal"):
            query.pop("type")
            response.set_cookie(
                TYPE_COOKIE, size, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
        if plain in ("0", "1"):
            query.pop("plain")
            response.set_cookie(
                PLAIN_COOKIE, plain, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
        _remember(request, size, plain)
        if language is not None:
            query.pop("lang")
            _keep(request, language)
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )  # fmt: skip
        # The path is the request's own, so the redirect stays on this host; // would name another one.
        path = "/" + request.path.lstrip("/")
        response["Location"] = path + (f"?{query.urlencode()}" if query else "")
        return response


def _keep(request: HttpRequest, language: str) -> None:
    """The account remembers the choice for its other browsers."""
    account: Any = get_user(request)
    if account.is_authenticated and account.language != language:
        account.language = language
        account.save(update_fields=["language"])


class Tongue:
    """Reads the account's language where the browser has no choice of its own. Stands after the authentication."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and settings.SESSION_COOKIE_NAME in request.COOKIES:
            chosen = getattr(request.user, "language", "")
            if chosen and chosen != translation.get_language() and chosen in _LANGUAGES.values():
                translation.activate(chosen)
                request.LANGUAGE_CODE = chosen
        return self.get_response(request)


class Say:
    """Says in English what a page in English still has in Chinese: the declared texts (`xiezhi.ui.language`).

    Pages in Chinese pass untouched; so do files, streams and the answers to programs.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not english() or response.streaming or not response.headers.get("Content-Type", "").startswith(_HTML):
            return response
        page = cast(HttpResponse, response)
        page.content = said(page.content.decode(page.charset)).encode(page.charset)
        if page.has_header("Content-Length"):
            page.headers["Content-Length"] = str(len(page.content))
        return page


def _remember(request: HttpRequest, size: str, plain: str) -> None:
    user = get_user(request) if hasattr(request, "session") else None
    if user is None or not user.is_authenticated:
        return
    changed: dict[str, bool] = {}
    if size in ("large", "normal"):
        changed["large_type"] = size == "large"
    if plain in ("0", "1"):
        changed["plain_language"] = plain == "1"
    for name, value in changed.items():
        setattr(user, name, value)
    if changed:
        user.save(update_fields=list(changed))
