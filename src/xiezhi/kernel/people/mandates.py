"""委托和监护: proposing, agreeing, ending, and asking who may act for whom.

A mandate counts once both sides have agreed: each on an own account, or at a counter with the signed paper. Either side
ends it at any time and at once (民法典 第173条); the paper is still there, the power is gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.capacity import ADULT, WORKING, Capacity, adult_from, age_on, by_age
from xiezhi.kernel.people.mandate_models import (
    CapacityFinding,
    CapacityGround,
    GuardianGround,
    Mandate,
    MandateEvent,
    MandateKind,
    MandateScope,
    MandateStep,
    Power,
)
from xiezhi.kernel.people.models import Person, Staff
from xiezhi.kernel.people.services import PeopleError

__all__ = [
    "By", "accept", "capacity_of", "confirm", "decline", "end_at_counter", "given_by", "held_by", "history", "in_force_q",
    "propose", "record_capacity", "record_guardian", "record_mandate", "renounce", "revoke",
]  # fmt: skip

LONGEST = timedelta(days=3 * 366)
"""A mandate says until when; three years at most, then it is given again."""
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class By:
    """Who takes a step: an opaque reference, a label that names no member of the public, and staff at a counter."""

    ref: str
    label: str = ""
    staff: Staff | None = None


# Capacity


def capacity_of(person: Person, day: date | None = None) -> Capacity:
    """行为能力 on a day (default today): the last finding where there is one, else the age."""
    day = day or clock.today()
    if person.capacity:
        found = Capacity(person.capacity)
        grown = by_age(person.birth_date, day)
        # A child that lives on own work is an adult early; a court's finding about a child ends nothing that age gives.
        return found if found is not Capacity.FULL or grown is not Capacity.NONE else grown
    return by_age(person.birth_date, day)


@transaction.atomic
def record_capacity(
    person: Person, capacity: Capacity | str, *, ground: CapacityGround | str, paper: str, on: date, staff: Staff
) -> CapacityFinding:
    """登记行为能力认定, in force from now. Raises PeopleError."""
    capacity, ground = Capacity(capacity), CapacityGround(ground)
    if not paper.strip():
        raise PeopleError("请填写判决书文号或者证明材料的名称。")
    if on > clock.today():
        raise PeopleError("认定尚未生效，请在生效之日登记。")
    if ground is CapacityGround.OWN_INCOME:
        if (
            person.birth_date is None
            or age_on(person.birth_date, clock.today()) < WORKING
            or capacity is not Capacity.FULL
        ):
            raise PeopleError("以自己的劳动收入为主要生活来源的，应当年满十六周岁（民法典第18条）。")
    elif ground is CapacityGround.RESTORED and capacity is Capacity.NONE:
        raise PeopleError("恢复后的行为能力应为限制或者完全民事行为能力。")
    elif ground is CapacityGround.JUDGMENT and capacity is Capacity.FULL:
        raise PeopleError("法院认定的应为无或者限制民事行为能力。")
    finding = CapacityFinding.objects.create(
        person_uid=person.uid, capacity=capacity, ground=ground, paper=paper.strip()[:100], on=on, recorded_by=staff, at=clock.now()
    )  # fmt: skip
    person.capacity = capacity
    person.save(update_fields=["capacity"])
    by = By(f"staff:{staff.uid}", staff.name, staff)
    if capacity is Capacity.FULL:
        for mandate in Mandate.objects.filter(principal=person, ended_at__isnull=True).exclude(kind=MandateKind.AGENT):
            _end(mandate, MandateStep.ENDED, by, "被监护人取得或者恢复完全民事行为能力（民法典第39条、第175条）")
    else:
        # Whoever can not act alone can not act for others either.
        for mandate in Mandate.objects.filter(agent=person, ended_at__isnull=True):
            _end(mandate, MandateStep.ENDED, by, "代理人丧失民事行为能力（民法典第173条）")
    return finding


# Mandates by will


def _check(
    principal: Person,
    agent: Person,
    scope: MandateScope,
    procedures: Collection[str],
    matter_id: int | None,
    powers: Collection[str],
    valid_from: date,
    valid_to: date,
) -> None:
    if principal.pk == agent.pk:
        raise PeopleError("不能委托本人，请填写另一个人。")
    if capacity_of(principal) is not Capacity.FULL:
        raise PeopleError("委托人未成年或者行为能力受限，由监护人代理，不能另行委托。")
    if capacity_of(agent) is not Capacity.FULL:
        raise PeopleError("代理人应当具有完全民事行为能力。")
    if valid_to <= valid_from:
        raise PeopleError("委托的最后一天不能早于开始的一天。")
    if valid_to <= clock.today():
        raise PeopleError("委托期限已经过去，请重新填写最后一天。")
    if valid_to - valid_from > LONGEST:
        raise PeopleError("一次委托最长三年，到期后可以再次委托。")
    if scope is MandateScope.PROCEDURES and not procedures:
        raise PeopleError("请至少选择一个事项。")
    if scope is MandateScope.MATTER and matter_id is None:
        raise PeopleError("请选择一件办件。")
    if unknown := set(powers) - set(Power.values):
        raise PeopleError(f"没有这项权限：{'、'.join(sorted(unknown))}。")


def _number() -> str:
    while True:
        number = "WT-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
        if not Mandate.objects.filter(number=number).exists():
            return number


def _step(mandate: Mandate, step: MandateStep, by: By, reason: str = "", **content: Any) -> None:
    MandateEvent.objects.create(
        mandate_number=mandate.number, step=step, at=clock.now(), actor=by.ref, actor_label=by.label[:120],
        way="COUNTER" if by.staff is not None else "ACCOUNT", reason=reason.strip()[:200], content=content,
    )  # fmt: skip


def _content(mandate: Mandate) -> dict[str, Any]:
    """What was agreed, for the history: codes and days."""
    return {
        "kind": mandate.kind, "ground": mandate.ground, "scope": mandate.scope, "procedures": mandate.procedures,
        "matter": mandate.matter_id, "powers": mandate.powers, "from": mandate.valid_from.isoformat(),
        "to": mandate.valid_to.isoformat() if mandate.valid_to else None,
        "proof": mandate.proof.sha256 if mandate.proof is not None else "",
    }  # fmt: skip


@transaction.atomic
def propose(
    principal: Person,
    agent: Person,
    *,
    by: By,
    side: str,
    valid_from: date,
    valid_to: date,
    scope: MandateScope | str = MandateScope.ALL,
    procedures: Collection[str] = (),
    matter_id: int | None = None,
    matter_no: str = "",
    powers: Collection[str] = (),
    proof: Any = None,
    proof_name: str = "",
) -> Mandate:
    """提出委托 on an own account. `side` is PRINCIPAL or AGENT: that side has thereby agreed. `valid_to` is exclusive.

    Raises PeopleError.
    """
    scope = MandateScope(scope)
    _check(principal, agent, scope, procedures, matter_id, powers, valid_from, valid_to)
    now = clock.now()
    mandate = Mandate.objects.create(
        number=_number(), principal=principal, agent=agent, scope=scope, procedures=sorted(set(procedures)),
        matter_id=matter_id, matter_no=matter_no, powers=sorted(set(powers)), valid_from=valid_from, valid_to=valid_to,
        proof=proof, proof_name=proof_name[:180], created_at=now,
        confirmed_at=now if side == "PRINCIPAL" else None, accepted_at=now if side == "AGENT" else None,
    )  # fmt: skip
    _step(mandate, MandateStep.PROPOSED, by, side=side, **_content(mandate))
    return mandate


@transaction.atomic
def record_mandate(
    principal: Person, agent: Person, *, by: By, proof: Any, proof_name: str, accepted: bool = True, **terms: Any
) -> Mandate:
    """窗口登记委托 with the paper the principal signed. `accepted`: the agent signed too. Raises PeopleError."""
    if by.staff is None or proof is None:
        raise PeopleError("窗口登记委托，应当上传委托人签名的授权委托书。")
    mandate = propose(principal, agent, by=by, side="PRINCIPAL", proof=proof, proof_name=proof_name, **terms)
    mandate.recorded_by = by.staff
    mandate.accepted_at = clock.now() if accepted else None
    mandate.save(update_fields=["recorded_by", "accepted_at"])
    if accepted:
        _step(mandate, MandateStep.ACCEPTED, by)
    return mandate


def _locked(mandate: Mandate) -> Mandate:
    found = Mandate.objects.select_for_update(of=("self",)).select_related("principal", "agent").get(pk=mandate.pk)
    if found.ended_at is not None:
        raise PeopleError("这份委托已经终止。")
    return found


@transaction.atomic
def confirm(mandate: Mandate, person: Person, by: By) -> Mandate:
    """委托人确认. Raises PeopleError for anybody else, and for what is over."""
    found = _locked(mandate)
    if found.principal_id != person.pk or found.confirmed_at is not None:
        raise PeopleError("这份委托不需要您确认。")
    if found.state_on(clock.today()) == "EXPIRED":
        raise PeopleError("委托期限已经过去，请重新提出。")
    if capacity_of(found.principal) is not Capacity.FULL:
        raise PeopleError("您未成年或者行为能力受限，请由监护人办理。")
    found.confirmed_at = clock.now()
    found.save(update_fields=["confirmed_at"])
    _step(found, MandateStep.CONFIRMED, by)
    return found


@transaction.atomic
def accept(mandate: Mandate, person: Person, by: By) -> Mandate:
    """代理人接受. Raises PeopleError."""
    found = _locked(mandate)
    if found.agent_id != person.pk or found.accepted_at is not None:
        raise PeopleError("这份委托不需要您接受。")
    if found.state_on(clock.today()) == "EXPIRED":
        raise PeopleError("委托期限已经过去，请重新提出。")
    if capacity_of(found.agent) is not Capacity.FULL:
        raise PeopleError("代理人应当具有完全民事行为能力。")
    found.accepted_at = clock.now()
    found.save(update_fields=["accepted_at"])
    _step(found, MandateStep.ACCEPTED, by)
    return found


def _end(mandate: Mandate, step: MandateStep, by: By, reason: str) -> Mandate:
    mandate.ended_at = clock.now()
    mandate.save(update_fields=["ended_at"])
    _step(mandate, step, by, reason)
    return mandate


@transaction.atomic
def decline(mandate: Mandate, person: Person, by: By, reason: str = "") -> Mandate:
    """谢绝: the side that was asked does not agree."""
    found = _locked(mandate)
    asked = (found.confirmed_at is None and found.principal_id == person.pk) or (
        found.accepted_at is None and found.agent_id == person.pk
    )
    if not asked:
        raise PeopleError("这份委托不需要您确认。")
    return _end(found, MandateStep.DECLINED, by, reason)


@transaction.atomic
def revoke(mandate: Mandate, person: Person, by: By, reason: str = "") -> Mandate:
    """取消委托 by the principal, at any time and at once (民法典 第173条). Guardianship is not the ward's to end."""
    found = _locked(mandate)
    if found.principal_id != person.pk or found.by_law:
        raise PeopleError("只有委托人可以取消委托；监护关系的变更请携带材料到窗口办理。")
    return _end(found, MandateStep.REVOKED, by, reason)


@transaction.atomic
def renounce(mandate: Mandate, person: Person, by: By, reason: str = "") -> Mandate:
    """辞去委托 by the agent. A guardian's duty does not end by the guardian's wish (民法典 第34条)."""
    found = _locked(mandate)
    if found.agent_id != person.pk or found.by_law:
        raise PeopleError("只有代理人可以辞去委托；监护职责不能自行辞去，变更请携带材料到窗口办理。")
    return _end(found, MandateStep.RENOUNCED, by, reason)


@transaction.atomic
def end_at_counter(mandate: Mandate, by: By, reason: str) -> Mandate:
    """窗口登记终止 with a reason: a paper, a death, a court's order (民法典 第173条、第175条、第39条)."""
    if by.staff is None or not reason.strip():
        raise PeopleError("请填写终止的原因和依据。")
    return _end(_locked(mandate), MandateStep.ENDED, by, reason)


# Guardians


@transaction.atomic
def record_guardian(
    ward: Person,
    guardian: Person,
    *,
    by: By,
    ground: GuardianGround | str,
    valid_from: date,
    valid_to: date | None = None,
    proof: Any,
    proof_name: str = "",
) -> Mandate:
    """登记监护关系 with its proof (出生证、户口簿、指定书、判决书). That of a child ends when the child is grown up.

    Raises PeopleError.
    """
    ground = GuardianGround(ground)
    if by.staff is None or proof is None:
        raise PeopleError("登记监护关系，应当由窗口核对并上传证明材料。")
    if ward.pk == guardian.pk:
        raise PeopleError("监护人和被监护人不能是同一个人。")
    if capacity_of(guardian) is not Capacity.FULL:
        raise PeopleError("监护人应当具有完全民事行为能力。")
    if capacity_of(ward) is Capacity.FULL:
        raise PeopleError("被监护人已经成年且没有行为能力受限的认定，请先登记法院的认定。")
    minor = ward.birth_date is not None and clock.today() < adult_from(ward.birth_date)
    if minor:
        assert ward.birth_date is not None
        grown = adult_from(ward.birth_date, ADULT)
        valid_to = min(valid_to, grown) if valid_to is not None else grown
    elif ground is GuardianGround.PARENT:
        ground = GuardianGround.LAW
    if valid_to is not None and valid_to <= max(valid_from, clock.today()):
        raise PeopleError("监护的最后一天已经过去或者早于开始的一天。")
    same = Mandate.objects.filter(in_force_q(clock.today()), principal=ward, agent=guardian).exclude(
        kind=MandateKind.AGENT
    )
    if same.exists():
        raise PeopleError("该监护关系已经登记。")
    now = clock.now()
    mandate = Mandate.objects.create(
        number=_number(), kind=MandateKind.PARENT if ground is GuardianGround.PARENT else MandateKind.GUARDIAN, ground=ground,
        principal=ward, agent=guardian, scope=MandateScope.ALL, powers=list(Power.values), valid_from=valid_from,
        valid_to=valid_to, proof=proof, proof_name=proof_name[:180], recorded_by=by.staff, confirmed_at=now, accepted_at=now,
        created_at=now,
    )  # fmt: skip
    _step(mandate, MandateStep.RECORDED, by, **_content(mandate))
    return mandate


# Asking


def in_force_q(day: date) -> Q:
    """Mandates that count on a day: agreed by both, begun, not over and not ended."""
    return Q(confirmed_at__isnull=False, accepted_at__isnull=False, ended_at__isnull=True, valid_from__lte=day) & (
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )


def given_by(person: Person) -> QuerySet[Mandate]:
    """Who may act for this person, ended ones too, newest first."""
    return Mandate.objects.filter(principal=person).select_related("principal", "agent", "recorded_by")


def held_by(person: Person) -> QuerySet[Mandate]:
    """For whom this person may act, ended ones too, newest first."""
    return Mandate.objects.filter(agent=person).select_related("principal", "agent", "recorded_by")


def history(mandate: Mandate) -> QuerySet[MandateEvent]:
    """Every step of a mandate in order."""
    return MandateEvent.objects.filter(mandate_number=mandate.number)
