"""安全日志: the one way a line gets into it."""

from __future__ import annotations

from typing import Any

from xiezhi.kernel.access.models import Account, SecurityEvent, SecurityEventKind
from xiezhi.kernel.calendar import clock

__all__ = ["log_security"]


def log_security(
    kind: SecurityEventKind, account: Account | None, actor: Account | None, *, terminal: str = "", **detail: Any
) -> None:
    """What happened to an account, by whom. `detail` holds codes and keys, never a name or a number of a person."""
    SecurityEvent.objects.create(
        at=clock.now(), kind=kind, actor=actor, account=account, terminal=terminal, detail=detail
    )
