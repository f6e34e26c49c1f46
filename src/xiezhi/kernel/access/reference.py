"""Reference data: the only tables that the generic administration screens touch, for the system administrator only."""

from __future__ import annotations

APPS = frozenset({"units", "people", "calendar"})

EDITABLE = frozenset({"units.division", "people.post", "calendar.calendaryear", "calendar.calendarday"})
"""Tables without invariants that span rows; everything else changes through services."""


def may_edit(permission: str) -> bool:
    """Whether Django's permission name ("people.change_post") is one of the reference screens."""
    app, _, code = permission.partition(".")
    action, _, model = code.partition("_")
    return action in ("view", "add", "change") and f"{app}.{model}" in EDITABLE
