"""Who may see which refused rows: stewards all, a supplying unit its own. What is shown follows the level of the post."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from xiezhi.datacenter import roles
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.datasets.registry import Level

__all__ = ["SEES_ROWS", "level_for", "may_see_ticket", "tickets_q"]

SEES_ROWS = (roles.STEWARD.code, roles.AUTHORITY.code)
"""Roles that see refused rows of every supplier, masked."""


def tickets_q(subject: Subject) -> Q:
    """Tickets a subject may list."""
    if subject.has(*roles.READERS):
        return Q()
    units = sorted(subject.unit_ids(roles.SUPPLIER.code))
    return Q(supplier_id__in=units) if units else Q(pk__in=[])


def may_see_ticket(subject: Subject, ticket: Any) -> bool:
    """Whether the subject may see the rows of a ticket."""
    if subject.has(*SEES_ROWS):
        return True
    return ticket.supplier_id is not None and ticket.supplier_id in subject.unit_ids(roles.SUPPLIER.code)


def level_for(subject: Subject, ticket: Any = None) -> Level:
    """How much of a row a subject sees. The unit that delivered it wrote the values and sees what it needs to find the row,
    up to sensitive; identity numbers stay masked for everybody on these pages."""
    if (
        ticket is not None
        and ticket.supplier_id is not None
        and ticket.supplier_id in subject.unit_ids(roles.SUPPLIER.code)
    ):
        return Level.SENSITIVE
    return Level.INTERNAL
