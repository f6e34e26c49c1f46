"""What call-backs add to the kernel's matters: index columns, the row for figures, and the alarm to the unit above."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures.clocks import Clock, Status
from xiezhi.kernel.procedures.core import Effects, View
from xiezhi.kernel.procedures.hooks import Hooks
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.sealing import seal, unseal
from xiezhi.kernel.units.models import Unit

from . import codes, tokens
from .models import CallbackRow, Invitation

__all__ = ["HOOKS", "after", "columns", "row_values", "supervisors"]

OVERDUE = {"call_overdue": gettext_lazy("差评回访逾期"), "rectify_overdue": gettext_lazy("差评整改逾期")}
_SUPERVISING = ("office_head", "supervisor", "leader")


def columns(view: View) -> dict[str, Any]:
    """Hook: index columns of the matter. No person stands in them."""
    level = str(view.facts.get("level") or "")
    return {
        "kind": str(view.facts.get("rated_procedure") or "")[:32], "channel": level, "outcome": str(view.facts.get("closing_type") or "")[:32],
        "track": codes.LEVEL_CHOICES.get(str(view.facts.get("level_first") or ""), "")[:16],
    }  # fmt: skip


def _clock(clocks: tuple[Clock, ...], term: str) -> Clock | None:
    return next((c for c in reversed(clocks) if c.term.id == term), None)


def _in_time(clock: Clock | None) -> bool | None:
    if clock is None or clock.status in (Status.RUNNING, Status.HELD, Status.CANCELLED):
        return None
    return clock.status is Status.MET


def row_values(view: View, clocks: tuple[Clock, ...]) -> dict[str, Any]:
    """Columns of the row from the history."""
    facts = view.facts
    rectify = _clock(clocks, "HCP-RECTIFY")
    closed: date | None = view.transitions[-1][1] if view.state is not None and view.state.closed else None
    level = facts.get("rerate_level")
    return {
        "called_on": view.on("called") or view.on("call_given_up"), "called_in_time": _in_time(_clock(clocks, "HCP-CALL")),
        "reached": facts.get("reached"), "founded": facts.get("founded"), "measure": str(facts.get("measure") or ""),
        "rectify_due": rectify.legal if rectify else None, "rectified_on": view.on("rectified"),
        "rectified_in_time": _in_time(rectify), "rerate_level": int(level) if level else None, "closed_on": closed,
    }  # fmt: skip


def after(matter: Matter, effects: Effects) -> None:
    """Hook: keep the row in step with the history, count it anew, and tell the unit above what is overdue."""
    if effects.recorded[0].seq == 1:
        return  # the row is made by whoever opens the call-back
    CallbackRow.objects.filter(pk=matter.pk).update(**row_values(effects.view, effects.clocks))
    if any(r.event == "told" for r in effects.recorded):
        _ask_again(matter)
    Invitation.objects.filter(callback=matter.pk).update(dirty=True)
    late = [str(OVERDUE[r.event]) for r in effects.recorded if r.event in OVERDUE]
    if late:
        _alarm(matter, late[-1])


def _ask_again(matter: Matter) -> None:
    """A new link for the second rating, for who reads messages on the telephone; the old one ends."""
    invitation = Invitation.objects.select_related("party").filter(callback=matter.pk).first()
    if invitation is None or not invitation.party.sealed:
        return
    contact = str(unseal(invitation.party.sealed, context="party").get("contact") or "")
    if not contact:
        return
    link, at = tokens.token(), wall.now()
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=tokens.digest(link))
    text = _("您反映的问题有了结果，请再评价一次：%(link)s") % {"link": Notice.LINK}
    Notice.objects.create(
        matter=matter, event_seq=matter.seq, channel=Notice.EMAIL if "@" in contact else Notice.SMS, template="rating", title=_("请再评价"),
        text=text, due_at=at, created_at=at, address=seal(contact, context="notice"), secret=seal(tokens.address(link), context="notice"),
    )  # fmt: skip


def supervisors(matter: Matter) -> list[int]:
    """Accounts of those who lead or supervise the unit above the one that calls back; its own head where there is none."""
    unit = Unit.objects.select_related("parent").get(pk=matter.handling_unit_id)
    today = wall.today()
    for one in (unit.parent, unit):
        if one is None:
            continue
        staff = {s.pk for role in _SUPERVISING for s in people.who_holds(one, today, role=role)}
        if staff:
            rows = Account.objects.filter(staff_id__in=staff, kind=AccountKind.STAFF, is_active=True)
            return sorted(rows.values_list("pk", flat=True))
    return []


def _alarm(matter: Matter, title: str) -> None:
    at = wall.now()
    text = _("%(no)s已经逾期，请督促办理。") % {"no": matter.number}
    Notice.objects.bulk_create(
        [
            Notice(matter=matter, event_seq=matter.seq, account_id=pk, channel=Notice.SITE, template="alarm", title=title,
                   text=text, due_at=at, created_at=at, sent_at=at, state=Notice.DELIVERED)
            for pk in supervisors(matter)
        ]
    )  # fmt: skip


HOOKS = Hooks(columns=columns, after=after)
