"""站内留言 on the desk's page: what parties wrote, newest waiting first, with a place to answer each."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest

from xiezhi.desk.gate import OFFICE_ROLES
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.core import may_act
from xiezhi.kernel.procedures.models import Matter

__all__ = ["panel"]


def panel(request: HttpRequest, matter: Matter, state: selectors.MatterState, subject: Subject) -> Any:
    """Messages of the matter for who handles it; nobody else reads them."""
    event = state.procedure.events.get("message_answered")
    if event is None or "message_sent" not in state.view.by_event:
        return None
    actor = policies.actor_for(subject, matter)
    if not actor.roles & set(OFFICE_ROLES):
        return None
    names = {f"account:{p.account.uid}": p.name for p in matter.parties.select_related("account") if p.account}
    found = [(m, names.get(m.actor, "当事人")) for m in selectors.messages(state)]
    found.sort(key=lambda pair: (bool(pair[0].answers), -pair[0].seq))
    return {
        "messages": found, "may": may_act(event, actor) is not None, "key": secrets.token_urlsafe(18),
        "waiting": sum(not m.answers for m, _name in found), "limit": event.form[1].max_length,
    }  # fmt: skip
