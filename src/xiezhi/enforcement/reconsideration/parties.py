"""参加人 and handling: parties and agents join, officers change, matters merge, the upper organ takes over.

Each of these is an event; the rows of parties follow it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter, MatterLink, MatterOfficer, Party
from xiezhi.kernel.procedures.services import Outcome, PartyInput
from xiezhi.kernel.units.models import Unit

from .citations import L, R
from .hooks import CODE

__all__ = [
    "Bulk", "add_party", "assign_many", "change_agent", "elect_representatives", "elevate", "hand_over_all", "join_for_trial", "merge", "recuse",
]  # fmt: skip


@dataclass(frozen=True)
class Bulk:
    """What happened to several matters: done ones, and refused ones with the reason."""

    done: tuple[Matter, ...]
    refused: tuple[tuple[Matter, str], ...]


def _refuse(code: str, message: str, field: str = "", basis: str = "") -> Refused:
    return Refused([Problem(code, message, field, basis)])


def add_party(
    matter: Matter,
    actor: Actor,
    role: str,
    details: Mapping[str, Any],
    *,
    interest: str = "",
    on_request: bool = False,
    at: datetime | None = None,
    request_key: str | None = None,
) -> Party:
    """第三人参加 or 推选代表人: the event and the party. `details` as in the application (name, kind, contact, ...).

    Raises Refused. A third party who is a public body is named by `unit_id`.
    """
    at = at or wall.now()
    name = str(details.get("name") or "").strip()
    if not name:
        raise _refuse("REQUIRED", "请填写姓名或者名称", "name")
    sealed = {k: v for k, v in details.items() if k not in ("name", "kind", "unit_id", "account_id", "person_id") and v}
    entry = PartyInput(
        role, name, str(details.get("kind") or "CITIZEN"), unit_id=details.get("unit_id"), sealed=sealed,
        account_id=details.get("account_id"), person_id=details.get("person_id"),
        e_service=bool(details.get("e_service_consent")),
    )  # fmt: skip
    with transaction.atomic():
        if role == "third_party":
            # The party stands before its event, so that the notice it produces is addressed to somebody.
            [party] = store.add_parties(store.lock(matter.pk), [entry], at.date())
            procedures.fire_event(
                matter.pk, "third_party_joined", actor,
                {"on_request": "REQUEST" if on_request else "NOTICE", "third_party": f"{name}：{interest}" if interest else name},
                at=at, request_key=request_key,
            )  # fmt: skip
        elif role == "representative":
            count = int(matter.facts.get("applicant_count") or 1)
            chosen = Party.objects.filter(matter=matter, role=role, valid_to__isnull=True).count() + 1
            [party] = store.add_parties(store.lock(matter.pk), [entry], at.date())
            procedures.fire_event(
                matter.pk, "representative_elected", actor,
                {"applicant_count": count, "representative_count": chosen, "names": name}, at=at, request_key=request_key,
            )  # fmt: skip
        else:
            raise _refuse("PARTY_ROLE", "申请人和被申请人随申请登记；被申请人错列的，请办理变更被申请人", "role", R(29))
    return party


def elect_representatives(
    matter: Matter,
    actor: Actor,
    chosen: Sequence[Mapping[str, Any]],
    *,
    applicant_count: int | None = None,
    at: datetime | None = None,
    request_key: str | None = None,
) -> Outcome:
    """推选代表人: all of them at once, with the signed letter (number of the day's rule, R 17). Raises Refused."""
    at = at or wall.now()
    count = applicant_count or int(matter.facts.get("applicant_count") or 1)
    with transaction.atomic():
        done = procedures.fire_event(
            matter.pk, "representative_elected", actor,
            {"applicant_count": count, "representative_count": len(chosen), "names": "、".join(str(c.get("name")) for c in chosen)},
            at=at, request_key=request_key,
        )  # fmt: skip
        if not done.repeated:
            Party.objects.filter(matter=matter, role="representative", valid_to__isnull=True).update(valid_to=at.date())
            store.add_parties(done.matter, [
                PartyInput("representative", str(c["name"]), "CITIZEN", account_id=c.get("account_id"),
                           sealed={k: v for k, v in c.items() if k not in ("name", "account_id") and v})
                for c in chosen
            ], at.date())  # fmt: skip
    return done


def change_agent(
    matter: Matter,
    actor: Actor,
    change: str,
    agent: Mapping[str, Any] | Party,
    *,
    acts_for: Party | None = None,
    at: datetime | None = None,
    request_key: str | None = None,
) -> Party:
    """委托 NEW, 变更权限 CHANGED, 解除 ENDED (L 17, R 18). At most two agents a party; the respondent's own staff first."""
    at = at or wall.now()
    on = at.date()
    with transaction.atomic():
        locked = store.lock(matter.pk)
        present = Party.objects.filter(matter=matter, role="agent", valid_to__isnull=True)
        if acts_for is not None:
            present = present.filter(acts_for=acts_for)
        if change == "NEW":
            assert not isinstance(agent, Party)
            name = str(agent.get("name") or "").strip()
            if not name:
                raise _refuse("REQUIRED", "请填写代理人的姓名", "name", L(17, 1))
            if (
                acts_for is not None
                and acts_for.role == "respondent"
                and not agent.get("is_staff")
                and not any(p.detail.get("is_staff") for p in present)
            ):
                raise _refuse(
                    "STAFF_AGENT",
                    "被申请人应当先指定一至二名本单位工作人员为代理人，不能只委托律师",
                    "is_staff",
                    R(18, 2),
                )
            party = store.add_parties(locked, [PartyInput(
                "agent", name, str(agent.get("kind") or "OTHER"), account_id=agent.get("account_id"),
                detail={k: agent[k] for k in ("powers", "period", "employer", "is_staff") if agent.get(k)},
                sealed={k: agent[k] for k in ("id_no", "contact", "service_address") if agent.get(k)},
            )], on)[0]  # fmt: skip
            if acts_for is not None:
                Party.objects.filter(pk=party.pk).update(acts_for=acts_for)
            count = present.count()
        else:
            assert isinstance(agent, Party)
            party = agent
            count = present.count() - (1 if change == "ENDED" else 0)
        procedures.fire_event(
            matter.pk, "agent_changed", actor, {"change": change, "agent_count": count, "agent": party.name}, at=at,
            request_key=request_key,
        )  # fmt: skip
        if change == "ENDED":
            Party.objects.filter(pk=party.pk).update(valid_to=on)
    return party


# handling


def _bulk(matters: Iterable[Matter], event: str, actor: Actor, data: Any, request_key: str | None) -> Bulk:
    done, refused = [], []
    for matter in matters:
        try:
            key = f"{request_key}:{matter.pk}" if request_key else None
            done.append(procedures.fire_event(matter.pk, event, actor, data(matter), request_key=key).matter)
        except Refused as no:
            refused.append((matter, str(no)))
    return Bulk(tuple(done), tuple(refused))


def assign_many(
    matters: Iterable[Matter], actor: Actor, officers: Sequence[str], *, request_key: str | None = None
) -> Bulk:
    """批量指定承办人: one event a matter; a refusal of one leaves the others."""
    return _bulk(matters, "assigned", actor, lambda m: {"officers": list(officers)}, request_key)


def hand_over_all(
    leaving: Staff,
    successor: Staff,
    actor: Actor,
    *,
    reason: str,
    unit: Unit | None = None,
    request_key: str | None = None,
) -> Bulk:
    """移交某人全部未结办件: somebody moves on, every open matter goes to the successor with an entry of its own."""
    held = MatterOfficer.objects.filter(staff=leaving, valid_to__isnull=True, matter__open=True, matter__procedure=CODE)
    if unit is not None:
        held = held.filter(matter__handling_unit=unit)
    matters = Matter.objects.filter(pk__in=held.values("matter")).order_by("pk")
    data = {"from_officer": str(leaving.pk), "to_officer": str(successor.pk), "reason": reason}
    return _bulk(matters, "handed_over", actor, lambda m: data, request_key)


def recuse(
    matter: Matter,
    actor: Actor,
    staff: Staff,
    *,
    asked_by: str,
    granted: bool,
    reason: str,
    successor: Staff | None = None,
    request_key: str | None = None,
) -> Outcome:
    """回避: the decision is recorded; when granted the officer leaves, and a successor takes the place."""
    with transaction.atomic():
        done = procedures.fire_event(
            matter.pk, "recused", actor,
            {"who": str(staff.pk), "asked_by": asked_by, "granted": granted, "reason": reason}, request_key=request_key,
        )  # fmt: skip
        if granted and successor is not None and not done.repeated:
            officers = [*(str(o) for o in done.matter.facts.get("officers") or ()), str(successor.pk)]
            done = procedures.fire_event(matter.pk, "assigned", actor, {"officers": officers})
    return done


def merge(
    lead: Matter, followers: Sequence[Matter], actor: Actor, *, ground: str, request_key: str | None = None
) -> Bulk:
    """并案 (R 43): followers end as merged and are linked to the leading matter. All or none; raises Refused."""
    if any(f.pk == lead.pk for f in followers):
        raise _refuse("MERGE_SELF", "主办件不能并入自己，请重新选择", "lead_matter", R(43))
    strangers = [f for f in followers if f.handling_unit_id != lead.handling_unit_id]
    if strangers:
        raise _refuse("MERGE_UNIT", f"{strangers[0].number}由另一机构办理，不能并案", "lead_matter", R(43))
    done = []
    with transaction.atomic():
        for matter in sorted(followers, key=lambda m: m.pk):
            key = f"{request_key}:{matter.pk}" if request_key else None
            done.append(procedures.fire_event(
                matter.pk, "merged", actor, {"ground": ground, "lead_matter": lead.number}, request_key=key
            ).matter)  # fmt: skip
            _link(matter, lead, "merged")
            _follow(matter, lead)
    return Bulk(tuple(done), ())


def join_for_trial(matters: Sequence[Matter], actor: Actor, *, ground: str, request_key: str | None = None) -> Bulk:
    """合并审理 (R 43): matters stay separate and are tried together; each names the others. All or none."""
    done = []
    with transaction.atomic():
        for matter in sorted(matters, key=lambda m: m.pk):
            others = [m for m in matters if m.pk != matter.pk]
            key = f"{request_key}:{matter.pk}" if request_key else None
            done.append(procedures.fire_event(
                matter.pk, "joined_for_trial", actor,
                {"ground": ground, "other_matters": "、".join(m.number for m in others)}, request_key=key,
            ).matter)  # fmt: skip
            for other in others:
                _link(matter, other, "joint_trial")
    return Bulk(tuple(done), ())


def _link(matter: Matter, other: Matter, kind: str) -> None:
    MatterLink.objects.get_or_create(matter=matter, other=other, kind=kind, defaults={"on": wall.today()})


def _follow(matter: Matter, lead: Matter) -> None:
    from .models import ReconsiderationCase

    ReconsiderationCase.objects.filter(pk=matter.pk).update(merged_into=lead)


def elevate(
    matter: Matter, actor: Actor, upper: Unit, *, ground: str, on: date | None = None, request_key: str | None = None
) -> Outcome:
    """提级审理 (R 40): the upper organ decides; handling moves to it when it has received the file."""
    if not upper.is_reconsideration_organ:
        raise _refuse("UPPER_ORGAN", f"{upper.name}不是行政复议机关，请选择上级行政复议机关", "upper_organ", R(40))
    return procedures.fire_event(
        matter.pk, "elevated", actor, {"ground": ground, "upper_organ": str(upper.pk)}, on=on, request_key=request_key
    )
