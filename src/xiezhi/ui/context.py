"""What every page needs to know: who we are, who reads, in which size of type and language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from xiezhi.kernel.access import acting

TYPE_COOKIE = "xz_type"
PLAIN_COOKIE = "xz_plain"


def large_type(request: HttpRequest) -> bool:
    """大字版: what the browser remembers, else what the account remembers."""
    said = request.COOKIES.get(TYPE_COOKIE)
    if said in ("large", "normal"):
        return said == "large"
    user = getattr(request, "user", None)
    return bool(getattr(user, "large_type", False)) if user is not None and user.is_authenticated else False


def plain_language(request: HttpRequest) -> bool:
    """通俗版: what the browser remembers, else what the account remembers."""
    said = request.COOKIES.get(PLAIN_COOKIE)
    if said in ("0", "1"):
        return said == "1"
    user = getattr(request, "user", None)
    return bool(getattr(user, "plain_language", False)) if user is not None and user.is_authenticated else False


def _unread(request: HttpRequest) -> int:
    from xiezhi.kernel.notices.models import Notice

    user = request.user
    if not user.is_authenticated:
        return 0
    return Notice.objects.filter(account_id=user.pk, channel=Notice.SITE, read_at__isnull=True)[:100].count()


def look(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the shared frames."""
    language = get_language() or "zh-hans"
    return {
        "brand": {
            "name": "獬豸" if language.startswith("zh") else "Xiezhi",
            "org": getattr(settings, "SITE_ORG", "公共法律服务网"),
            "host": getattr(settings, "SITE_HOST", ""),
            "hotline": getattr(settings, "HOTLINE", "12348"),
        },
        "large": large_type(request),
        "plain": plain_language(request),
        "english": language.startswith("en"),
        "demo": settings.DEMO,
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "acting": SimpleLazyObject(lambda: acting.current(request)),
    }
