"""站内留言 on the citizen's page: what they wrote to the officers, the answers, and a place to write."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.core import may_act
from xiezhi.kernel.procedures.models import Matter

__all__ = ["panel"]


def panel(request: HttpRequest, matter: Matter, state: selectors.MatterState, subject: Subject) -> Any:
    """One's own messages only; nothing where the procedure has none."""
    event = state.procedure.events.get("message_sent")
    if event is None or not subject.ref:
        return None
    found = selectors.messages(state, of=subject.ref)
    may = may_act(event, policies.actor_for(subject, matter)) is not None
    return {"messages": found, "may": may, "limit": event.form[0].max_length} if found or may else None
