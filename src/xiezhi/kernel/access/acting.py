"""代人办理: the switch in the session, and the mandate a draft was begun with. Checked anew every time it is used."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.mandates import in_force_q
from xiezhi.kernel.people.models import Mandate

__all__ = ["choose", "covers", "current", "for_account"]

SESSION = "acting.mandate"


def choose(request: HttpRequest, mandate_id: int | None) -> Mandate | None:
    """Act for the principal of a mandate from now on, or for oneself again (None, or a mandate that does not count)."""
    request._xiezhi_acting = None  # type: ignore[attr-defined]
    if any(by.mandate_id == mandate_id for by in of_request(request).represents):
        request.session[SESSION] = mandate_id
        return current(request)
    request.session.pop(SESSION, None)
    return None


def current(request: HttpRequest) -> Mandate | None:
    """The mandate by which this browser acts for somebody, while it counts."""
    wanted = getattr(request, "session", {}).get(SESSION)
    if wanted is None:
        return None
    found: Mandate | None = getattr(request, "_xiezhi_acting", None)
    if found is None and any(by.mandate_id == wanted for by in of_request(request).represents):
        found = Mandate.objects.select_related("principal", "agent").filter(pk=wanted).first()
        request._xiezhi_acting = found  # type: ignore[attr-defined]
    return found


def covers(mandate: Mandate, procedure: str, matter_id: int | None = None) -> bool:
    """Whether a new application under `procedure`, or this matter, lies within the scope."""
    if mandate.scope == "MATTER":
        return matter_id is not None and matter_id == mandate.matter_id
    return mandate.scope == "ALL" or procedure in mandate.procedures


def for_account(account: Account | None, mandate_id: Any, procedure: str) -> Mandate | None:
    """The mandate for a new application by this account, None where it does not count (any more) or does not reach."""
    if account is None or account.person_id is None or not isinstance(mandate_id, int):
        return None
    rows = Mandate.objects.select_related("principal", "agent")
    found = rows.filter(in_force_q(clock.today()), pk=mandate_id, agent_id=account.person_id).first()
    return found if found is not None and covers(found, procedure) else None
