"""状态 of a request for data (platform.md 3.4)."""

from __future__ import annotations

from xiezhi.kernel.procedures.declare import State

REQUESTED = State("待答复", initial=True, code="REQUESTED")
SUPPLEMENT = State("待补充材料", code="SUPPLEMENT")
APPROVED = State("已同意待提供", code="APPROVED")
ACTIVE = State("共享中", code="ACTIVE")
SUSPENDED = State("已暂停", code="SUSPENDED")
DISPUTED = State("争议处理中", code="DISPUTED")
DISPOSAL = State("待处置", code="DISPOSAL")
REFUSED = State("不同意共享", closed=True, code="REFUSED")
WITHDRAWN = State("已撤回", closed=True, code="WITHDRAWN")
DISPOSED = State("已处置办结", closed=True, code="DISPOSED")

UNANSWERED = (REQUESTED, SUPPLEMENT)
RUNNING = (APPROVED, ACTIVE, SUSPENDED)
OPEN = (*UNANSWERED, *RUNNING, DISPUTED, DISPOSAL)
ALL = (*OPEN, REFUSED, WITHDRAWN, DISPOSED)


class States:
    """The states as members of the procedure class."""

    REQUESTED = REQUESTED
    SUPPLEMENT = SUPPLEMENT
    APPROVED = APPROVED
    ACTIVE = ACTIVE
    SUSPENDED = SUSPENDED
    DISPUTED = DISPUTED
    DISPOSAL = DISPOSAL
    REFUSED = REFUSED
    WITHDRAWN = WITHDRAWN
    DISPOSED = DISPOSED
