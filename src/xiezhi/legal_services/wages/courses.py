"""The shortest lawful course to each state, and the steps an event takes for granted: for scenarios and made-up matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_FILED = ("filed",)
_TRIAGED = (*_FILED, "triaged")

ROUTES: Mapping[str, Sequence[str]] = {
    "REPORTED": _FILED,
    "TRIAGED": _TRIAGED,
    "AID": (*_TRIAGED, "aid_referred"),
    "MEDIATION": (*_TRIAGED, "mediation_referred"),
    "INSPECTION": (*_TRIAGED, "inspection_referred"),
    "ARBITRATION": (*_TRIAGED, "arbitration_filed"),
    "PAYMENT_ORDER": (*_TRIAGED, "payment_order_filed"),
    "FAILED": (*_TRIAGED, "failed"),
    "PARTIAL": (*_TRIAGED, "paid", "partly"),
    "REDIRECTED": (*_FILED, "redirected"),
    "WITHDRAWN": (*_FILED, "withdrawn"),
    "FOLLOWED": (*_TRIAGED, "failed", "followed"),
}

PREPARES: Mapping[str, Sequence[str]] = {
    "aid_referred": ("triaged",),
    "mediation_referred": ("triaged",),
    "inspection_referred": ("triaged",),
    "arbitration_filed": ("triaged",),
    "payment_order_filed": ("triaged",),
    "partly": ("triaged",),
    "failed": ("triaged",),
}
