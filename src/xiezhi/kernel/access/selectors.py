"""What is known about accounts, grants and logs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from xiezhi.kernel.access.models import Account, AccountKind, ReadingLog, RoleGrant, SecurityEvent, ServiceAccount
from xiezhi.kernel.access.permissions import Forbidden
from xiezhi.kernel.access.reading import Alert, Reading, alerts, readings_of_person
from xiezhi.kernel.access.subject import Subject, of_account, of_request
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.units.models import Unit

__all__ = [
    "Alert",
    "Reading",
    "Subject",
    "account_of_staff",
    "accounts",
    "alerts",
    "grants_in_force",
    "readings",
    "readings_of_person",
    "security_events",
    "service_accounts",
    "subject_of",
    "subject_of_account",
]

subject_of = of_request
subject_of_account = of_account


def account_of_staff(staff: Staff) -> Account | None:
    """The office account of a member of staff."""
    return Account.objects.filter(staff=staff, kind=AccountKind.STAFF).first()


def accounts(text: str = "", *, kind: str = "") -> QuerySet[Account]:
    """Accounts by the beginning of user name or name, for the administrators."""
    found = Account.objects.select_related("staff", "person")
    if kind:
        found = found.filter(kind=kind)
    if text.strip():
        text = text.strip()
        found = found.filter(
            Q(username__istartswith=text) | Q(staff__name__startswith=text) | Q(person__name__startswith=text)
        )
    return found.order_by("username")


def grants_in_force(unit: Unit | None = None, *, now: datetime | None = None) -> QuerySet[RoleGrant]:
    """Grants that count now, those ending first in front."""
    moment = now or clock.now()
    found = RoleGrant.objects.filter(valid_from__lte=moment, valid_to__gt=moment, revoked_at__isnull=True)
    if unit is not None:
        found = found.filter(unit=unit)
    return found.select_related("grantee__staff", "unit", "approved_by__staff").order_by("valid_to")


def service_accounts() -> QuerySet[ServiceAccount]:
    return ServiceAccount.objects.select_related("unit", "account")


def readings(subject: Subject) -> QuerySet[ReadingLog]:
    """The reading log, for the audit administrator only. Raises Forbidden."""
    _audit(subject)
    return ReadingLog.objects.select_related("unit", "account").order_by("-id")


def security_events(subject: Subject) -> QuerySet[SecurityEvent]:
    """The security log, for the audit administrator only. Raises Forbidden."""
    _audit(subject)
    return SecurityEvent.objects.select_related("actor__staff", "account__staff").order_by("-id")


def _audit(subject: Subject) -> None:
    if not subject.has("AUDIT_ADMIN"):
        raise Forbidden("只有审计管理员可以查看日志。")
