"""The shortest lawful course to each state, and the steps an event takes for granted.

For scenarios, tests and the fictional province. A step whose absence the law punishes (hearing views, a hearing, the
committee, the reply) is never taken for granted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_FILED = ("filed",)
_RECEIVED = (*_FILED, "receipt")
_ACCEPTED = (*_RECEIVED, "accepted")
_SENT = (*_ACCEPTED, "assigned", "copy_sent")
_HEARD = (*_SENT, "copy_received", "replied", "views_heard")
_DRAFTED = (*_HEARD, "drafted")
_SUBMITTED = (*_DRAFTED, "submitted")
_DECIDED = (*_SUBMITTED, "decided")
_SERVED = (*_DECIDED, "served")
_CLOSED = (*_SERVED, "copied", "closed")

ROUTES: Mapping[str, Sequence[str]] = {
    "AT_PENALTY_ORGAN": ("via_penalty_organ",),
    "RECEIVED": _FILED,
    "ADMISSION_REVIEW": _RECEIVED,
    "SUPPLEMENT_PENDING": (*_RECEIVED, "supplement_noticed"),
    "NOT_ACCEPTED": (*_RECEIVED, "refused"),
    "ACCEPTED": _ACCEPTED,
    "IN_REVIEW": _SENT,
    "SUSPENDED": (*_SENT, "suspended"),
    "DRAFTING": _DRAFTED,
    "APPROVING": _SUBMITTED,
    "DECIDED": _DECIDED,
    "SERVED": _SERVED,
    "PERFORMING": (*_SERVED, "performed"),
    "REJECTED": (*_ACCEPTED, "rejected"),
    "TERMINATED": (*_ACCEPTED, "terminated"),
    "MEDIATED": (*_SENT, "mediated"),
    "CLOSED": _CLOSED,
    "ARCHIVED": (*_CLOSED, "archived"),
}

PREPARES: Mapping[str, Sequence[str]] = {
    "accepted": ("receipt",),
    "refused": ("receipt",),
    "supplement_noticed": ("receipt",),
    "respondent_change_told": ("receipt",),
    "copy_received": ("copy_sent",),
    "replied": ("copy_sent",),
    "submitted": ("assigned", "drafted"),
    "returned": ("assigned", "drafted", "submitted"),
    "decided": ("assigned", "drafted", "submitted"),
}
