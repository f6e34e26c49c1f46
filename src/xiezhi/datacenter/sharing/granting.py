"""From the matter to the gateway: supply grants, suspension stops within the second, the end ends the grant.

Everything happens in the event's transaction: where the exchange refuses, the event is refused with its words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures.core import Recorded, Refused, View, as_date
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter

from .citations import R

__all__ = ["follow", "grants_of", "until"]


def until(day: date) -> datetime:
    """The end of the last day of use."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.SHANGHAI)


def grants_of(matter_id: int) -> list[Any]:
    """Grants of the exchange that this matter gave, open ones first."""
    from xiezhi.datacenter.exchange.models import Grant

    return sorted(Grant.objects.filter(matter_id=matter_id), key=lambda g: (g.state == "STOPPED", -g.pk))


def follow(matter: Matter, view: View, rec: Recorded) -> None:
    """Do on the exchange what an event of the matter means there. Raises Refused."""
    act = _ACTS.get(rec.event)
    if act is None:
        return
    from xiezhi.datacenter.exchange.services import ExchangeError

    try:
        act(matter, view, rec)
    except ExchangeError as error:
        raise Refused([Problem("EXCHANGE", str(error), "", R(22, 2))]) from error


def _supplied(matter: Matter, view: View, rec: Recorded) -> None:
    from xiezhi.datacenter.exchange import declare, services
    from xiezhi.datacenter.exchange.models import Caller

    facts = view.facts
    interface = str(facts.get("interface") or "")
    if facts.get("outside") or facts.get("way") == "FILE" or interface not in declare.interfaces:
        return  # given as a file, or by the partner's own system: the authorization stands on paper alone
    units = [p.unit_id for p in matter.parties.all() if p.role in ("requester", "requester_head") and p.unit_id]
    caller = Caller.objects.filter(code=str(facts.get("caller") or "")).first() or (
        Caller.objects.filter(unit_id__in=units, state="ACTIVE").order_by("pk").first() if units else None
    )
    if caller is None:
        raise services.ExchangeError("需求部门还没有登记接入系统，请先在“接口与伙伴”中登记，再提供数据。")
    last = as_date(facts.get("valid_to"))
    if last is None or last < rec.on:
        raise services.ExchangeError("申请的使用时限已过，请需求部门重新申请。")
    first = as_date(facts.get("valid_from"))
    start = datetime.combine(first, time(), tzinfo=clock.SHANGHAI) if first and first > rec.on else rec.at
    offered = declare.interfaces.get(interface)
    purposes = [p for p in str(facts.get("purpose") or "").replace("，", ",").split(",") if p.strip()]
    names = _names(facts.get("granted_fields") or facts.get("fields"))
    old = services_open(caller, interface)
    scope: dict[str, Any] = {
        "fields": [n for n in names if n in offered.fields], "purposes": [p.strip() for p in purposes] or list(offered.purposes)[:1],
        "valid_to": until(last), "valid_from": start, "per_day": int(facts.get("quota") or 0) or None, "matter_id": matter.pk,
        "matter_no": matter.number,
    }  # fmt: skip
    if old is not None:
        services.change(old, by=rec.label, reason=f"共享申请{matter.number}", **scope)
    else:
        services.grant(caller, interface, by=rec.label, reason=f"共享申请{matter.number}", **scope)


def services_open(caller: Any, interface: str) -> Any:
    """The open grant of this system for this interface, or None."""
    from xiezhi.datacenter.exchange.models import Grant

    return Grant.objects.filter(caller=caller, interface=interface).exclude(state="STOPPED").first()


def _names(value: object) -> list[str]:
    return [n.strip() for n in str(value or "").replace("，", ",").split(",") if n.strip()]


def _each(do: Callable[[Any, Any, View, Recorded], None]) -> Callable[[Matter, View, Recorded], None]:
    def act(matter: Matter, view: View, rec: Recorded) -> None:
        from xiezhi.datacenter.exchange import services

        for grant in grants_of(matter.pk):
            if grant.state != "STOPPED":
                do(services, grant, view, rec)

    return act


def _why(view: View, rec: Recorded) -> str:
    return f"{view.procedure.events[rec.event].title}（第{rec.seq}项）"


def _changed(services: Any, grant: Any, view: View, rec: Recorded) -> None:
    from xiezhi.datacenter.exchange import declare

    offered = declare.interfaces.get(grant.interface)
    names = [n for n in _names(view.facts.get("granted_fields")) if n in offered.fields]
    services.change(grant, by=rec.label, reason=_why(view, rec), fields=names)


def _renewed(services: Any, grant: Any, view: View, rec: Recorded) -> None:
    last = as_date(view.facts.get("valid_to"))
    if last is not None:
        services.renew(grant, until(last), by=rec.label, reason=_why(view, rec))


def _stop(services: Any, grant: Any, view: View, rec: Recorded) -> None:
    services.stop(grant, reason=_why(view, rec), by=rec.label)


_ACTS: dict[str, Callable[[Matter, View, Recorded], None]] = {
    "supplied": _supplied,
    "suspended": _each(lambda s, g, v, r: s.suspend(g, reason=_why(v, r), by=r.label)),
    "resumed": _each(lambda s, g, v, r: s.resume(g, reason=_why(v, r), by=r.label)),
    "renewed": _each(_renewed),
    "service_changed": _each(_changed),
    "stopped": _each(_stop),
    "service_ended": _each(_stop),
    "purpose_ended": _each(_stop),
    "expired": _each(_stop),
}
