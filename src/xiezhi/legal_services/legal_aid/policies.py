"""Who may do what in legal aid beside the parts of a matter: the agency's staff, the organs that notify, the providers."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q

from xiezhi.kernel.access import permissions, roles
from xiezhi.kernel.access.guards import ROLE
from xiezhi.kernel.access.permissions import Permission
from xiezhi.kernel.access.rules import Condition, Filter
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures.models import Matter

from .models import AidAgency, AidProvider

__all__ = ["AGENCY", "AGENCY_HEAD", "AID_PROVIDE", "COUNTER", "NOTIFIER", "OFFICE", "agencies_of"]

AID_NOTIFIER = roles.Role("aid_notifier", "办案机关法律援助联络员")
roles.register(AID_NOTIFIER)
AT_AGENCY = ("case_officer", "office_head", "counter_clerk")
AGENCY = ROLE(*AT_AGENCY)
"""Staff of an aid agency; which agency is asked by `agencies_of` in the view."""
OFFICE = ROLE("case_officer", "office_head")
"""Those who decide and account for matters: not the counter."""
AGENCY_HEAD = ROLE("office_head")
COUNTER = ROLE(*AT_AGENCY)
NOTIFIER = ROLE("aid_notifier")


class Provides(Condition):
    """The subject's own account is entered in the roll of providers; with a matter: is appointed in it."""

    def test(self, subject: Subject, obj: Any) -> bool:
        if not self.possible(subject):
            return False
        if isinstance(obj, AidProvider):
            return obj.account_id == subject.account_id
        return AidProvider.objects.filter(account_id=subject.account_id or 0, cases=obj.pk).exists()

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        if not self.possible(subject):
            return False
        if model is Matter:
            return Q(legal_aid__provider__account_id=subject.account_id)
        return Q(account_id=subject.account_id)

    def possible(self, subject: Subject) -> bool:
        # Without a statement, as the gate asks every time; whoever is in no roll finds nothing behind it.
        return subject.account_id is not None and not (
            subject.admin_role or subject.staff_id is not None or subject.held
        )

    def text(self) -> str:
        return "本人是名册中的法律援助人员"


AID_PROVIDE = permissions.register(Permission("aid.provide", "以法律援助人员身份办理", Provides()))


def agencies_of(subject: Subject, *codes: str) -> list[int]:
    """Units of aid agencies where the subject works in one of the roles (default: any of the agency's)."""
    units = subject.unit_ids(*(codes or AT_AGENCY))
    return list(AidAgency.objects.filter(unit_id__in=units).values_list("unit_id", flat=True)) if units else []
