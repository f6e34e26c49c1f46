"""法律援助人员名册: registering, changing, pausing, penalties and ties. Nothing here is asked that the person record holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people.models import Organization, OrganizationKind, Person
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem

from . import offers, telling
from .assignment import blind_name, blind_organization, blind_person
from .codes import MATTER_TYPES, PROVIDER_KINDS
from .models import AidCase, AidFirm, AidProvider, DutyShift, Offer, ProviderPenalty, ProviderTie

__all__ = [
    "change_provider", "firm_of", "provider_of", "record_penalty", "record_tie", "register_provider", "stopped_providers",
]  # fmt: skip


def provider_of(subject: Subject) -> AidProvider | None:
    """The provider behind an account, or None. Who left is none any more, but sees what they did."""
    if subject.account_id is None:
        return None
    return (
        AidProvider.objects.filter(account_id=subject.account_id)
        .select_related("person", "firm__organization", "agency").first()
    )  # fmt: skip


def firm_of(organization: Organization, head: AidFirm | None = None) -> AidFirm:
    """The firm of an organization, made where unknown; `head` names the head office of a branch (one level)."""
    if head is not None and head.head_id is not None:
        head = head.head
    firm, created = AidFirm.objects.get_or_create(organization=organization, defaults={"head": head})
    if not created and head is not None and firm.head_id != head.pk and firm.pk != head.pk:
        firm.head = head
        firm.save(update_fields=["head"])
    return firm


def find_firm(name: str) -> AidFirm | None:
    """A firm by its exact name, for those who write down who acts for the other side."""
    found = Organization.objects.filter(name=name.strip(), kind=OrganizationKind.LAW_FIRM).order_by("id").first()
    return AidFirm.objects.filter(organization=found).first() if found else None


def _check(values: dict[str, Any], at: date) -> list[Problem]:
    problems = []
    kind = values.get("kind", AidProvider.LAWYER)
    if kind not in PROVIDER_KINDS:
        problems.append(Problem("INVALID", "请选择人员类别", "kind"))
    if kind == AidProvider.LAWYER and not str(values.get("license_no") or "").strip():
        problems.append(Problem("REQUIRED", "律师请填写执业证号", "license_no"))
    if kind in (AidProvider.LAWYER, AidProvider.LEGAL_WORKER) and values.get("firm") is None:
        problems.append(Problem("REQUIRED", "请填写执业机构", "firm"))
    since = values.get("practice_since")
    if since is not None and since > at:
        problems.append(Problem("FUTURE_DATE", "执业起始日不能晚于今天", "practice_since"))
    if values.get("former_organ") is not None and values.get("former_left_on") is None:
        problems.append(Problem("REQUIRED", "曾任法官、检察官的，请填写离任日", "former_left_on"))
    unknown = set(values.get("specialisms") or ()) - set(MATTER_TYPES)
    if unknown:
        problems.append(Problem("INVALID", "擅长事项有误，请重新选择", "specialisms"))
    number = str(values.get("license_no") or "").strip()
    if number and AidProvider.objects.filter(license_no=number).exclude(pk=values.get("pk") or 0).exists():
        problems.append(Problem("KNOWN", f"执业证号{number}已经登记", "license_no"))
    return problems


@transaction.atomic
def register_provider(person: Person, agency_id: int, *, at: datetime | None = None, **values: Any) -> AidProvider:
    """Enter somebody into the agency's roll; their own account becomes the key to /lawyer/. Raises Refused."""
    at = at or wall.now()
    problems = _check(values, at.date())
    if AidProvider.objects.filter(person=person).exists():
        problems.append(Problem("KNOWN", f"{person.name}已在法律援助人员名册中", "name"))
    if problems:
        raise Refused(problems)
    number = str(values.pop("license_no", "") or "").strip() or None
    account = Account.objects.filter(person=person, kind=AccountKind.CITIZEN).first()
    return AidProvider.objects.create(
        person=person, account=account, agency_id=agency_id, license_no=number, registered_at=at, **values
    )


@transaction.atomic
def change_provider(provider: AidProvider, actor: Actor, **values: Any) -> AidProvider:
    """Change what the roll says. Pausing or leaving takes open offers back and tells the heads what has to be reassigned."""
    now = wall.now()
    merged = {f: values.get(f, getattr(provider, f)) for f in (
        "kind", "license_no", "firm", "practice_since", "former_organ", "former_left_on", "specialisms")}  # fmt: skip
    problems = _check({**merged, "pk": provider.pk}, now.date())
    if problems:
        raise Refused(problems)
    before = provider.status
    for name, value in values.items():
        setattr(provider, name, value or None if name == "license_no" else value)
    if provider.account_id is None:
        provider.account = Account.objects.filter(person=provider.person, kind=AccountKind.CITIZEN).first()
    provider.save()
    if provider.status != AidProvider.ACTIVE and before == AidProvider.ACTIVE:
        _free(provider, actor, now, "已暂停或者退出法律援助")
    return provider


@transaction.atomic
def record_penalty(
    provider: AidProvider, kind: str, valid_from: date, valid_to: date | None, actor: Actor, *, doc_no: str = ""
) -> ProviderPenalty:
    """Write a penalty down. A STOP that runs today takes offers and duty away at once (L-C 5). Raises Refused."""
    if kind == ProviderPenalty.STOP and valid_to is None:
        raise Refused([Problem("REQUIRED", "停止执业请填写截止日", "valid_to", "律师法 第47条")])
    if valid_to is not None and valid_to <= valid_from:
        raise Refused([Problem("ORDER", "截止日应当晚于起始日", "valid_to")])
    now = wall.now()
    row = ProviderPenalty.objects.create(
        provider=provider, kind=kind, valid_from=valid_from, valid_to=valid_to, doc_no=doc_no, recorded_by=actor.ref, recorded_at=now
    )  # fmt: skip
    if kind in (ProviderPenalty.STOP, ProviderPenalty.REVOKE):
        shifts = DutyShift.objects.filter(provider=provider, state=DutyShift.PLANNED, valid_from__gte=valid_from)
        if valid_to is not None:
            shifts = shifts.filter(valid_from__lt=valid_to)
        shifts.update(state=DutyShift.CANCELLED)
        if valid_from <= now.date() and (valid_to is None or now.date() < valid_to):
            _free(provider, actor, now, "在停止执业期间")
    return row


def _free(provider: AidProvider, actor: Actor, at: datetime, why: str) -> None:
    """Take open offers back, ask the next, and tell the heads which running matters need somebody else."""
    for matter_id in list(
        Offer.objects.filter(provider=provider, answer__isnull=True).values_list("matter_id", flat=True)
    ):
        if offers.withdraw(matter_id, actor, at=at):
            offers.ask_first(matter_id, at=at)
    running = AidCase.objects.filter(provider=provider, ended_on__isnull=True, matter__open=True).select_related(
        "matter__handling_unit"
    )
    for case in running:
        telling.tell_heads(
            case.matter, "承办人员不能继续承办", f"{case.matter.number}的承办人员{why}，请更换法律援助人员。", at,
            template="aid.provider_stopped",
        )  # fmt: skip


def stopped_providers(day: date) -> Iterable[int]:
    """Providers within a STOP interval or with a revoked licence on a day."""
    return ProviderPenalty.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), kind__in=(ProviderPenalty.STOP, ProviderPenalty.REVOKE),
        valid_from__lte=day,
    ).values_list("provider_id", flat=True)  # fmt: skip


def record_tie(provider: AidProvider, kind: str, *, person: Person | None = None, organization: int | None = None,
               name: str = "", at: datetime | None = None) -> Sequence[ProviderTie]:  # fmt: skip
    """Note that a provider is bound to somebody; only keys are kept. Raises Refused when nobody is named."""
    keys = [blind_person(person.uid)] if person is not None else []
    if organization is not None:
        keys.append(blind_organization(organization))
    if name.strip():
        keys.append(blind_name(name))
    if not keys:
        raise Refused([Problem("REQUIRED", "请填写有利害关系的人或者单位", "name")])
    at = at or wall.now()
    return [
        ProviderTie.objects.get_or_create(provider=provider, kind=kind, key=key, defaults={"recorded_at": at})[0]
        for key in keys
    ]
