"""Keeping and forgetting: what somebody said about a matter goes when the matter goes."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import retention, services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter

from . import params
from .models import CallbackRow, Invitation, Rating

__all__ = ["REGISTER", "expire_codes", "forget_matter", "sweep"]

log = logging.getLogger(__name__)

REGISTER = Actor("system:satisfaction", frozenset({"register"}), "评价系统")


def forget_matter(matter: Matter) -> None:
    """Delete questions and answers about a matter that is destroyed; its counts go with them, the call-back follows (`sweep`)."""
    from .figures import COUNTS

    CallbackRow.objects.filter(matter=matter).delete()  # the matter may be a call-back itself
    asked = Invitation.objects.filter(matter=matter)
    if asked.exists():
        COUNTS.take_back(asked)
        Rating.objects.filter(invitation__in=asked).delete()
        asked.delete()


def sweep(limit: int = 200) -> int:
    """Destroy call-backs that were kept long enough, or whose matter is gone. Returns how many."""
    today, done = wall.today(), 0
    years = int(params.value("retention_years", today) or 0)
    closed = CallbackRow.objects.filter(closed_on__isnull=False, matter__state="CLOSED")
    gone = closed.filter(invitation__isnull=True)
    full = closed.filter(closed_on__lt=today - timedelta(days=365 * years + years // 4 + 1)) if years else closed.none()
    for rows, why in ((gone, "MATTER"), (full, "FULL")):
        for pk in rows.values_list("pk", flat=True)[:limit]:
            try:
                with transaction.atomic():
                    outcome = services.fire_event(pk, "destroyed", REGISTER, {"why": why})
                    retention.erase(outcome.matter)
            except Refused:
                log.warning("call-back %s could not be destroyed", pk)
            else:
                done += 1
    return done


def expire_codes() -> int:
    """Codes of the counter live for minutes; what is left of old ones is forgotten."""
    return Invitation.objects.filter(code_until__lt=wall.now()).update(code_hash=None, code_until=None)
