"""长时间不操作自动退出: who does nothing for half an hour is signed out by the server; what was typed waits as a draft.

Only what a person does counts: the desk's open line and repaints that nobody asked for keep no session alive. The
machine's clock counts, which a demonstration's fixed day does not move.
"""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

__all__ = ["LIMIT_SECONDS", "connect", "signed_out"]

LIMIT_SECONDS = 30 * 60
SEEN = "access.seen"
EVERY = 60
"""The moment is written at most once a minute."""
QUIET = ("/desk/stream",)


def _opened(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if hasattr(request, "session"):
        request.session[SEEN] = int(time.time())


def connect() -> None:
    """Note the moment of sign-in; called once when the app is ready."""
    user_logged_in.connect(_opened, dispatch_uid="access.idle.opened")


def _by_a_person(request: HttpRequest) -> bool:
    repaint = request.method == "GET" and request.headers.get("HX-Request") == "true"
    return not repaint and request.path not in QUIET


def signed_out(request: HttpRequest) -> bool:
    """Sign out whoever was away for too long; True when this request comes too late. Otherwise note that they are here."""
    if getattr(request, "by_token", False) or not hasattr(request, "session") or not request.user.is_authenticated:
        return False
    now, seen = int(time.time()), request.session.get(SEEN)
    if isinstance(seen, int) and now - seen >= LIMIT_SECONDS:
        logout(request)
        return True
    if _by_a_person(request) and (not isinstance(seen, int) or now - seen >= EVERY):
        request.session[SEEN] = now
    return False
