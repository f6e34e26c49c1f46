"""大字版 and language: chosen by a link on any page, remembered by the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from xiezhi.ui.context import TYPE_COOKIE
from xiezhi.ui.language.page import said
from xiezhi.ui.language.say import english

_HTML = "text/html"
YEAR = 365 * 24 * 3600
_LANGUAGES = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}


class Look:
    """Takes `?type=large|normal` and `?lang=zh|en` off the address of any page and puts them into a cookie.

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
        if request.method != "GET" or not ("type" in request.GET or "lang" in request.GET):
            return self.get_response(request)
        size, language = request.GET.get("type", ""), _LANGUAGES.get(request.GET.get("lang", ""))
        if size not in ("large", "normal") and language is None:
            return self.get_response(request)
        query = request.GET.copy()
        response = HttpResponseRedirect(request.path)
        if size in ("large", "normal"):
            query.pop("type")
            response.set_cookie(
                TYPE_COOKIE, size, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
        if language is not None:
            query.pop("lang")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )  # fmt: skip
        # The path is the request's own, so the redirect stays on this host; // would name another one.
        path = "/" + request.path.lstrip("/")
        response["Location"] = path + (f"?{query.urlencode()}" if query else "")
        return response


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
