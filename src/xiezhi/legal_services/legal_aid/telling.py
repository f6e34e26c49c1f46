"""Messages of legal aid: to providers who are asked, to recipients, to the head when nobody is left."""

from __future__ import annotations

from datetime import datetime

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.notices.services import tell
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.sealing import seal
from xiezhi.kernel.units.models import Unit

from .models import AidProvider

__all__ = ["NONE_LEFT", "heads", "tell_heads", "tell_parties", "tell_provider"]

NONE_LEFT = "aid.none_left"


def tell_provider(provider: AidProvider, title: str, text: str, at: datetime, matter: Matter | None = None) -> None:
    """In the inbox, and by telephone where one is known; the short message names nobody."""
    if provider.account_id is not None:
        tell(provider.account_id, title, text, at, matter=matter, template="aid.provider")
    phone = provider.person.phone
    if phone:
        Notice.objects.create(
            matter=matter, channel=Notice.SMS, template="aid.provider", title=title[:120],
            text=f"{title}，请登录法律援助工作台查看。", due_at=at, created_at=at,
            address=seal(str(phone), context="notice"),
        )  # fmt: skip


def tell_parties(matter: Matter, title: str, text: str, at: datetime, *roles: str) -> None:
    """In-site messages to parties with an account."""
    rows = Party.objects.filter(matter=matter, role__in=roles, account__isnull=False, valid_to__isnull=True)
    for account_id in sorted(set(rows.values_list("account_id", flat=True))):
        tell(account_id, title, text, at, matter=matter, template="aid.party")


def heads(unit: Unit, at: datetime) -> list[int]:
    """Accounts of those who head the agency today, with deputies of those on leave."""
    staff = people.who_holds(unit, at.date(), role="office_head")
    return list(
        Account.objects.filter(staff__in=staff, kind=AccountKind.STAFF, is_active=True).values_list("pk", flat=True)
    )


def tell_heads(matter: Matter, title: str, text: str, at: datetime, *, template: str) -> int:
    """One message to each head of the handling agency. Returns to how many."""
    found = heads(matter.handling_unit, at)
    for account_id in found:
        tell(account_id, title, text, at, matter=matter, template=template)
    return len(found)
