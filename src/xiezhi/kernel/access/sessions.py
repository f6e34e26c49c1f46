"""登录设备: which sessions an account has open, and ending those of other devices."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from xiezhi.kernel.access.journal import log_security
from xiezhi.kernel.access.models import Account, AccountKind, SecurityEventKind, SignIn
from xiezhi.kernel.calendar import clock

__all__ = ["connect", "device_of", "end_others", "note_way", "open_sessions", "provider_of"]

PROVIDER = "oidc.provider"

SYSTEMS = (("HarmonyOS", "鸿蒙"), ("OpenHarmony", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_of(agent: str) -> str:
    """Browser and system in words, from what the browser says of itself; enough to recognize one's own devices."""
    browser = next((title for token, title in BROWSERS if token in agent), "")
    system = next((title for token, title in SYSTEMS if token in agent), "")
    mobile = "手机" if re.search(r"Mobile", agent) and "iPad" not in agent else ""
    return " ".join(part for part in (system, mobile, browser) if part)


def _opened(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if not isinstance(user, Account) or user.kind == AccountKind.SERVICE or not hasattr(request, "session"):
        return
    session = request.session
    if session.session_key is None:
        session.save()
    if session.session_key is None:
        return
    agent = request.META.get("HTTP_USER_AGENT", "")
    SignIn.objects.update_or_create(
        session_key=session.session_key,
        defaults={"account": user, "device": device_of(agent), "way": "PASSWORD", "at": clock.now()},
    )


def note_way(request: HttpRequest, provider: str) -> None:
    """Remember whether this session came through the identity provider, and through which."""
    if not provider:
        request.session.pop(PROVIDER, None)
        return
    request.session[PROVIDER] = provider
    SignIn.objects.filter(session_key=request.session.session_key or "").update(way="PROVIDER")


def provider_of(request: HttpRequest) -> str:
    """The provider this session came through, empty where it was a password."""
    return str(request.session.get(PROVIDER, ""))


def _closed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    key = getattr(getattr(request, "session", None), "session_key", None)
    if key:
        SignIn.objects.filter(session_key=key).delete()


def connect() -> None:
    """Listen to sign-ins and sign-outs; called once when the app is ready."""
    user_logged_in.connect(_opened, dispatch_uid="access.sessions.opened")
    user_logged_out.connect(_closed, dispatch_uid="access.sessions.closed")


def open_sessions(account: Account, current: str = "") -> list[dict[str, Any]]:
    """Sessions that are still open, the newest first. What ran out is forgotten on the way."""
    rows = list(SignIn.objects.filter(account=account))
    keys = [row.session_key for row in rows]
    # Sessions run out by the machine's clock, which a demo's fixed day does not move.
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    gone = [row.pk for row in rows if row.session_key not in alive]
    if gone:
        SignIn.objects.filter(pk__in=gone).delete()
    return [
        {
            "pk": row.pk,
            "device": row.device,
            "way": row.get_way_display(),
            "at": row.at,
            "here": row.session_key == current,
        }
        for row in rows
        if row.session_key in alive
    ]


@transaction.atomic
def end_others(account: Account, current: str, *, only: int | None = None, terminal: str = "") -> int:
    """Sign the account out everywhere but in the session `current`, or (`only`) on one device. Returns how many."""
    rows = SignIn.objects.filter(account=account).exclude(session_key=current)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    if not keys:
        return 0
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    log_security(SecurityEventKind.SESSION_ENDED, account, account, terminal=terminal, count=len(keys))
    return len(keys)
