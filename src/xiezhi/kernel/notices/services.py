"""通知: written inside the event's transaction, sent by the worker, retried with growing pauses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from xiezhi.kernel.access.models import Account
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.common import MESSAGES
from xiezhi.kernel.procedures.core import Effects
from xiezhi.kernel.procedures.declare import Side
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.sealing import seal, unseal

__all__ = ["for_event", "tell"]


def for_event(matter: Matter, effects: Effects, at: datetime) -> int:
    """Notices of an event to every party in a notified role that has an account; one statement more where documents have read the parties already."""
    if effects.event.event in MESSAGES:
        return _of_message(matter, effects, at)
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


def _of_message(matter: Matter, effects: Effects, at: datetime) -> int:
    """站内留言: its officers are told of a message (the heads of the office while nobody has the matter), its writer of
    the answer. What was written stands in neither notice."""
    rec = effects.event
    if rec.event == "message_sent":
        staff = store.officers_of(effects.view)
        if not staff:
            staff = [s.pk for s in people.who_holds(matter.handling_unit, rec.on, role="office_head")]
        accounts = list(Account.objects.filter(staff_id__in=staff, is_active=True).values_list("pk", flat=True))
        title, text = f"{matter.number}：当事人有留言", "当事人给您留了言，请到办件页面查看、答复。"
    else:
        asked = next((r for r in effects.view.events if r.seq == rec.data.get("reply_to")), None)
        uid = asked.actor.removeprefix("account:") if asked else ""
        accounts = list(Account.objects.filter(uid=uid).values_list("pk", flat=True)) if _is_uid(uid) else []
        title, text = f"{matter.number}：您的留言有答复", "承办人答复了您的留言，请在办件页面查看。"
    rows = [_row(matter, rec.seq, Notice.SITE, title, text, at, account_id=pk, template="message") for pk in accounts]
    if rec.event == "message_answered" and rows:
        mine = {r.account_id for r in rows}
        for party in store.parties_of(matter):
            contact = unseal(party.sealed, context="party").get("contact") if party.sealed else None
            if contact and party.account_id in mine:
                channel = Notice.EMAIL if "@" in str(contact) else Notice.SMS
                short = f"您的办件{matter.number}：留言有答复。请登录查看。"
                address = seal(str(contact), context="notice")
                rows.append(_row(matter, rec.seq, channel, title, short, at, address=address, template="message"))
    Notice.objects.bulk_create(rows)
    return len(rows)


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


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
