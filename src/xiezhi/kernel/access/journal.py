"""安全日志: the one way a line gets into it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from xiezhi.kernel.access.models import Account, SecurityEvent, SecurityEventKind
from xiezhi.kernel.calendar import clock

__all__ = ["log_security"]

PERMISSIONS = frozenset({
    SecurityEventKind.ACCOUNT_CREATED, SecurityEventKind.ACCOUNT_DISABLED, SecurityEventKind.ACCOUNT_ENABLED,
    SecurityEventKind.PASSWORD_RESET, SecurityEventKind.ADMIN_APPOINTED, SecurityEventKind.ROLE_GRANTED, SecurityEventKind.ROLE_REVOKED,
    SecurityEventKind.TOKEN_ISSUED, SecurityEventKind.TOKEN_REVOKED, SecurityEventKind.MANDATE,
})  # fmt: skip
"""Changes of what somebody may do: committed to in the ledger, so that nobody grants and takes back unseen."""


def log_security(
    kind: SecurityEventKind, account: Account | None, actor: Account | None, *, terminal: str = "", **detail: Any
) -> None:
    """What happened to an account, by whom. `detail` holds codes and keys, never a name or a number of a person."""
    from xiezhi.kernel.ledger import services as ledger

    with transaction.atomic():
        line = SecurityEvent.objects.create(
            at=clock.now(), kind=kind, actor=actor, account=account, terminal=terminal, detail=detail
        )
        if kind in PERMISSIONS:
            payload = {
                "kind": str(kind), "at": line.at.isoformat(), "account": str(account.uid) if account else None,
                "actor": str(actor.uid) if actor else None, "detail": detail,
            }  # fmt: skip
            ledger.append("permission", payload, object_type="access.securityevent", object_id=str(line.pk))
