"""评价邀请: made inside the transaction of the event that ends something, by two statements, whatever the procedure.

Asked are parties of the citizen's side who may begin a matter of this procedure or are told of the event, who can be
reached, and who did not work on the matter themselves. Somebody who acts for a party that can be reached is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils.translation import gettext as _

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Effects, View
from xiezhi.kernel.procedures.declare import Event, Side
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.sealing import seal, unseal

from . import params, tokens

__all__ = ["Asked", "askable", "hear", "invite"]

DESTROYED = "DESTROYED"


@dataclass(frozen=True)
class Asked:
    """A party to ask: through the account, the contact, or both."""

    party: Party
    contact: str


def hear(matter: Matter, effects: Effects) -> None:
    """Listener: after an event that ends something ask the parties; when a matter is destroyed forget what they said."""
    events = effects.view.procedure.events
    if effects.view.state is not None and effects.view.state.code == DESTROYED:
        from .retention import forget_matter  # retention deletes, this module only asks

        forget_matter(matter)
        return
    ended = [r for r in effects.recorded if events[r.event].ends_something]
    if ended:
        invite(matter, effects.view, events[ended[-1].event], ended[-1].seq)


def _roles(view: View, event: Event) -> frozenset[str]:
    """Roles of the citizen's side that are asked: those who may begin a matter, and those who are told of the event."""
    beginning = {r for e in view.procedure.events.values() if not e.sources for r in e.by}
    return frozenset(r.code for r in {*beginning, *event.notifies} if r.side is Side.PARTY)


def askable(parties: Sequence[Party], roles: frozenset[str]) -> list[Asked]:
    """Parties to ask, each account and each contact once."""
    found: dict[int, Asked] = {}
    for party in parties:
        if party.role not in roles or party.unit_id is not None or party.valid_to is not None:
            continue
        contact = str(unseal(party.sealed, context="party").get("contact") or "") if party.sealed else ""
        if contact or party.account_id:
            found[party.pk] = Asked(party, contact)
    sides = {p.pk: p.role for p in parties}
    out: list[Asked] = []
    seen: set[str] = set()
    for one in found.values():
        principal = one.party.acts_for_id
        if principal is not None and (principal in found or sides.get(principal) not in roles):
            continue
        keys = {k for k in (f"a{one.party.account_id}" if one.party.account_id else "", one.contact) if k}
        if not keys & seen:
            out.append(one)
        seen |= keys
    return out


_INSERT = """
    WITH asked AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[], %s::uuid[])
            AS t(party, account, person, token, public)
    ), fresh AS (
        INSERT INTO satisfaction_invitation (public_id, matter_id, event_seq, event, procedure, party_id, account_id, unit_id,
            officer_id, made_at, valid_until, token_hash, state, counted, dirty)
        SELECT public, %s, %s, %s, %s, party, account, %s, %s, %s, %s, token, 'OPEN', '[]'::jsonb, true FROM asked a
        WHERE NOT EXISTS (SELECT 1 FROM satisfaction_invitation i JOIN satisfaction_rating r ON r.invitation_id = i.id
                          WHERE i.matter_id = %s AND i.party_id = a.party AND r.rated_at > %s)
          AND NOT EXISTS (SELECT 1 FROM people_staff s JOIN procedures_matterofficer o ON o.staff_id = s.id
                          WHERE o.matter_id = %s AND s.person_id = a.person)
        ON CONFLICT ON CONSTRAINT satisfaction_once DO NOTHING
        RETURNING id, party_id
    ), older AS (
        UPDATE satisfaction_invitation i SET state = 'REPLACED', dirty = true
        FROM fresh WHERE i.matter_id = %s AND i.party_id = fresh.party_id AND i.state = 'OPEN'
    )
    SELECT party_id FROM fresh
"""


def invite(matter: Matter, view: View, event: Event, seq: int) -> int:
    """Ask the parties about one step; returns how many were asked. An older question nobody answered is withdrawn."""
    people = askable(store.parties_of(matter), _roles(view, event))
    if not people:
        return 0
    at = wall.now()
    unit = matter.handling_unit_id
    until = at.date() + timedelta(days=int(params.value("invite_days", at.date(), unit)))
    quiet = at - timedelta(days=int(params.value("quiet_days", at.date(), unit)))
    links = {one.party.pk: tokens.token() for one in people}
    columns: list[list[Any]] = [
        [one.party.pk for one in people], [one.party.account_id for one in people], [one.party.person_id for one in people],
        [tokens.digest(links[one.party.pk]) for one in people], [uuid4() for _one in people],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [*columns, matter.pk, seq, event.code, matter.procedure, unit, matter.handler_id, at, until,
             matter.pk, quiet, matter.pk, matter.pk],
        )  # fmt: skip
        asked = {row[0] for row in cursor.fetchall()}
    rows: list[Notice] = []
    for one in people:
        if one.party.pk in asked:
            rows += _notices(matter, view, event, seq, one, links[one.party.pk], until.isoformat())
    if rows:
        Notice.objects.bulk_create(rows)
    return len(asked)


def _notices(matter: Matter, view: View, event: Event, seq: int, one: Asked, link: str, until: str) -> list[Notice]:
    """In-site, and by telephone or mail with a link; no name, no number of the matter, nothing of what it is about."""
    at = wall.now()
    title = _("请评价：%(what)s") % {"what": f"{view.procedure.title}·{event.title}"}
    rows = []
    if one.party.account_id:
        text = _("请在“我的评价”里评价这一步办得怎么样，%(day)s前有效。评价匿名。") % {"day": until}
        rows.append(Notice(matter=matter, event_seq=seq, account_id=one.party.account_id, channel=Notice.SITE, template="rating",
                           title=title[:120], text=text, due_at=at, created_at=at, sent_at=at, state=Notice.DELIVERED))  # fmt: skip
    if one.contact:
        text = _("请评价您刚办的事：%(link)s，%(day)s前有效，评价匿名。") % {"link": Notice.LINK, "day": until}
        channel = Notice.EMAIL if "@" in one.contact else Notice.SMS
        rows.append(Notice(
            matter=matter, event_seq=seq, channel=channel, template="rating", title=_("请评价"), text=text, due_at=at, created_at=at,
            address=seal(one.contact, context="notice"), secret=seal(tokens.address(link), context="notice"),
        ))  # fmt: skip
    return rows
