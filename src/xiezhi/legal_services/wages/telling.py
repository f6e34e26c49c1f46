"""Who is told what beside the parties: the county's leader of a group matter, the same day."""

from __future__ import annotations

from datetime import datetime

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.notices.services import tell
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures.core import Effects
from xiezhi.kernel.procedures.models import Matter

from .rules import group_grounds

__all__ = ["leaders_of", "told"]

LEADING = ("organ_head", "leader")


def leaders_of(matter: Matter, at: datetime) -> list[int]:
    """Accounts of those who lead the county's justice bureau and of the center's head, with their deputies of today."""
    staff = people.who_holds(matter.handling_unit, at.date(), role="office_head")
    if matter.organ is not None:
        for role in LEADING:
            staff += people.who_holds(matter.organ, at.date(), role=role)
    return list(
        Account.objects.filter(staff__in={s.pk for s in staff}, kind=AccountKind.STAFF, is_active=True).values_list(
            "pk", flat=True
        )
    )


def told(matter: Matter, effects: Effects) -> None:
    """In-site messages to leaders that follow from an event."""
    rec = effects.event
    if rec.event == "alarmed":
        grounds = [said for _, said in group_grounds(effects.view)] or [str(rec.data.get("grounds") or "")]
        text = f"{'；'.join(g for g in grounds if g)}。请今天批示，需要到场的部门一并指定。"
        for account_id in leaders_of(matter, rec.at):
            tell(account_id, f"群体性欠薪：{matter.subject}"[:120], text, rec.at, matter=matter, template="wages.alarm")
