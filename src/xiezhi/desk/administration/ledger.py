"""How the ledger stands, on the overview of the system administrator."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiezhi.desk.administration.frame import Cell
from xiezhi.kernel.ledger.health import look

__all__ = ["facts", "todo"]


def facts() -> list[tuple[Any, Any]]:
    """Name, sizes and witnesses of the log."""
    found = look()
    now = found.status
    if now is None:
        return [(_("账本"), _("还没有开始"))]
    seen = "、".join(w.name if w.at else _("%(name)s（没有签名）") % {"name": w.name} for w in found.witnesses)
    return [
        (_("账本"), now.origin),
        (_("账本条数"), _("%(size)s条，已公布%(published)s条，等待%(waiting)s条") % {
            "size": f"{now.size:,}", "published": f"{now.published:,}", "waiting": f"{now.waiting + now.unseen:,}"}),
        (_("账本见证"), seen or found.rule),
    ]  # fmt: skip


def todo() -> list[tuple[Any, ...]]:
    """What is wrong with it."""
    found = look()
    if found.status is None:
        return []
    n = found.status.waiting + found.status.unseen
    return [(Cell(_("账本"), "/ledger/", tone="red"), Cell(n or "", number=True), text) for text in found.troubles]
