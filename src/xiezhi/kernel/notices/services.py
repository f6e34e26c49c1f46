"""通知: written inside the event's transaction, sent by the worker, retried with growing pauses."""

from __future__ import annotations

from datetime import datetime

from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Effects
from xiezhi.kernel.procedures.declare import Side
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.sealing import seal, unseal

__all__ = ["for_event", "tell"]


def for_event(matter: Matter, effects: Effects, at: datetime) -> int:
    """Notices of an event to every party in a notified role that has an account; one statement more where documents have read the parties already."""
    roles = {r.code for r in effects.notifies if r.side is not Side.SYSTEM}
    if not roles:
        return 0
    event = effects.view.procedure.events[effects.event.event]
    text = event.plain or event.title
    known = store.parties_of(matter)
    parties = [p for p in known if p.part_in(known) in roles]
    rows: list[Notice] = []
    seen: set[int] = set()
    for party in parties:
        title = f"{effects.view.procedure.title}：{event.title}"
        if party.account_id and party.account_id not in seen:
            seen.add(party.account_id)
            rows.append(_row(matter, effects.event.seq, Notice.SITE, title, text, at, account_id=party.account_id))
        contact = unseal(party.sealed, context="party").get("contact") if party.sealed else None
        if contact and party.role != "respondent":
            # The message names the matter by number only: a phone is read over shoulders.
            short = f"您的办件{matter.number}有新进展：{event.title}。请登录查看。"
            channel = Notice.EMAIL if "@" in str(contact) else Notice.SMS
            rows.append(
                _row(matter, effects.event.seq, channel, title, short, at, address=seal(str(contact), context="notice"))
            )
    Notice.objects.bulk_create(rows)
    return len(rows)


def _row(matter: Matter | None, seq: int | None, channel: str, title: str, text: str, at: datetime, *,
         account_id: int | None = None, address: bytes | None = None, template: str = "event") -> Notice:  # fmt: skip
    site = channel == Notice.SITE
    return Notice(
        matter=matter, event_seq=seq, channel=channel, template=template, title=title[:120], text=text, due_at=at, created_at=at,
        account_id=account_id, address=address, state=Notice.DELIVERED if site else Notice.QUEUED, sent_at=at if site else None,
    )  # fmt: skip


def tell(
    account_id: int, title: str, text: str, at: datetime, *, matter: Matter | None = None, template: str = "plain"
) -> Notice:
    """One in-site message to one account."""
    row = _row(matter, None, Notice.SITE, title, text, at, account_id=account_id, template=template)
    row.save()
    return row
