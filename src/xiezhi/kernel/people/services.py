"""Registering persons and staff, and giving posts and duties with dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import crypto
from xiezhi.kernel.people.adapters import real_name_check
from xiezhi.kernel.people.models import (
    Appointment,
    Deputy,
    IdType,
    Organization,
    OrganizationKind,
    Person,
    Post,
    PostLevel,
    Sex,
    Staff,
    StaffKind,
    StaffStatus,
)
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit

__all__ = [
    "PeopleError",
    "appoint",
    "change_main_post",
    "create_staff",
    "define_post",
    "deputize",
    "dismiss",
    "end_appointment",
    "end_deputy",
    "fictional_allowed",
    "identity_hash",
    "phone_hash",
    "register_organization",
    "register_person",
    "update_person",
    "verify_identity",
]

COUNTED_TYPES = (IdType.RESIDENT, IdType.HMT_RESIDENCE)
"""Documents whose number follows GB 11643."""


class PeopleError(ValueError):
    """An entry about people that cannot be right; the Chinese message says what to do."""


def fictional_allowed() -> bool:
    """Whether identity numbers of the unassigned province 99 pass: only in the demo and in tests."""
    return bool(getattr(settings, "ALLOW_FICTIONAL_IDS", False) or settings.DEMO)


def normalize_id(id_type: str, number: str) -> str:
    """The number as it is stored and hashed. Raises InvalidNumber."""
    if id_type in COUNTED_TYPES:
        return ids.id18_check(number, today=clock.today(), fictional=fictional_allowed()).number
    plain = ids.normalize(number)
    if not 4 <= len(plain) <= 30:
        raise ids.InvalidNumber("证件号码长度应为4至30个字符，请核对。")
    return plain


def identity_hash(id_type: str, number: str) -> bytes:
    """Blind index of an identity document; `number` is normalized first. Raises InvalidNumber."""
    return crypto.blind("people.identity", f"{id_type}:{normalize_id(id_type, number)}")


def phone_hash(number: str) -> bytes:
    """Blind index of a telephone number. Raises InvalidNumber."""
    return crypto.blind("people.phone", ids.phone_check(number))


@transaction.atomic
def register_person(
    *,
    name: str,
    id_type: IdType | str = IdType.RESIDENT,
    id_no: str | None = None,
    phone: str = "",
    birth_date: date | None = None,
    sex: str = "",
    demo: bool = False,
    **details: Any,
) -> tuple[Person, bool]:
    """The person with this identity document, made where unknown. Returns (person, created).

    An existing person is returned unchanged: contact data changes through `update_person`, a name through the office.
    A different name under a known number raises PeopleError. Without a number a new person is made every time.
    `details` are further columns (email, address, service_address, division, special_groups).
    """
    name = name.strip()
    if not name:
        raise PeopleError("请填写姓名。")
    id_type = IdType(id_type)
    columns: dict[str, Any] = {**details, "birth_date": birth_date, "sex": sex or Sex.UNKNOWN}
    if id_no:
        number = normalize_id(id_type, id_no)
        if id_type == IdType.RESIDENT:
            identity = ids.id18_check(number, today=clock.today(), fictional=True)
            columns["birth_date"], columns["sex"] = identity.birth_date, identity.sex
        columns |= {"id_no": number, "id_hash": identity_hash(id_type, number)}
    if phone:
        number = ids.phone_check(phone)
        columns |= {"phone": number, "phone_hash": phone_hash(number)}
    columns |= {"name": name, "sort_key": ids.sort_key(name, person=True), "demo": demo, "created_at": clock.now()}
    if "id_hash" not in columns:
        return Person.objects.create(id_type=id_type, **columns), True
    key = columns.pop("id_hash")
    person, created = Person.objects.get_or_create(id_type=id_type, id_hash=key, defaults=columns)
    if not created and person.name != name:
        raise PeopleError("该证件号码登记的是另一个姓名，请核对姓名和号码；确有错误的，请到窗口办理更正。")
    return person, created


@transaction.atomic
def update_person(person: Person, *, phone: str | None = None, **details: Any) -> Person:
    """Change contact data (phone, email, address, service_address, division, special_groups). None keeps."""
    allowed = {"email", "address", "service_address", "division", "special_groups"}
    if unknown := set(details) - allowed:
        raise TypeError(f"not contact data: {sorted(unknown)}")
    changed = [name for name, value in details.items() if value is not None]
    for name in changed:
        setattr(person, name, details[name])
    if phone is not None:
        person.phone = ids.phone_check(phone) if phone else None
        person.phone_hash = phone_hash(phone) if phone else None
        changed += ["phone", "phone_hash"]
    person.save(update_fields=changed)
    return person


def verify_identity(person: Person) -> bool:
    """实名核验 through the configured service; stores when and by whom it was confirmed. Raises AdapterUnavailable."""
    if not person.id_no:
        raise PeopleError("没有证件号码，无法进行实名核验。")
    result = real_name_check().check(person.name, person.id_type, person.id_no)
    if result.confirmed:
        person.verified_at, person.verified_by = clock.now(), result.channel
        person.save(update_fields=["verified_at", "verified_by"])
    return result.confirmed


@transaction.atomic
def register_organization(
    *,
    name: str,
    usc: str | None = None,
    kind: OrganizationKind | str = OrganizationKind.COMPANY,
    demo: bool = False,
    **details: Any,
) -> tuple[Organization, bool]:
    """The organization with this credit code, made where unknown. Returns (organization, created)."""
    name = name.strip()
    if not name:
        raise PeopleError("请填写单位名称。")
    columns = {
        **details,
        "name": name,
        "kind": OrganizationKind(kind),
        "sort_key": ids.sort_key(name),
        "demo": demo,
        "created_at": clock.now(),
    }
    if not usc:
        return Organization.objects.create(**columns), True
    code = ids.usc_check(usc, fictional=fictional_allowed()).number
    organization, created = Organization.objects.get_or_create(usc=code, defaults=columns)
    if not created and organization.name != name:
        raise PeopleError(f"该统一社会信用代码登记的名称为“{organization.name}”，请核对。")
    return organization, created


def define_post(
    code: str,
    title: str,
    roles: Iterable[str] = (),
    *,
    level: PostLevel | str = PostLevel.STAFF,
    reach: str = "OWN",
    data_level_max: int = 3,
    sort: int = 0,
) -> Post:
    """Define a post or change its definition."""
    post, _ = Post.objects.update_or_create(
        code=code,
        defaults={
            "title": title,
            "roles": sorted(set(roles)),
            "level": PostLevel(level),
            "reach": reach,
            "data_level_max": data_level_max,
            "sort": sort,
        },
    )
    return post


def create_staff(
    name: str,
    *,
    person: Person | None = None,
    staff_kind: StaffKind | str = StaffKind.CIVIL_SERVANT,
    demo: bool = False,
    **details: Any,
) -> Staff:
    """登记工作人员. `details` are further columns (rank, police_no, cert_no, cert_valid_to, ...)."""
    if not name.strip():
        raise PeopleError("请填写姓名。")
    return Staff.objects.create(
        name=name.strip(),
        sort_key=ids.sort_key(name, person=True),
        person=person,
        staff_kind=StaffKind(staff_kind),
        demo=demo,
        created_at=clock.now(),
        **details,
    )


@transaction.atomic
def appoint(
    staff: Staff,
    unit: Unit,
    post: Post,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    main: bool | None = None,
    acting: bool = False,
) -> Appointment:
    """任职. Without `main` the first post is the main one. Raises PeopleError where it contradicts other posts."""
    since = valid_from or clock.today()
    if valid_to is not None and valid_to <= since:
        raise PeopleError("任职止期应晚于起期。")
    if staff.status != StaffStatus.ACTIVE:
        raise PeopleError(f"{staff.name}已不在职。")
    _lock(staff)
    overlapping = Appointment.objects.filter(staff=staff).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=since))
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=valid_to)
    if overlapping.filter(unit=unit, post=post).exists():
        raise PeopleError("同一时期已任该岗位。")
    mains = overlapping.filter(main=True)
    if main is None:
        main = not mains.exists()
    if main and mains.exists():
        raise PeopleError("同一时期只能有一个主要岗位，请先变更原主要岗位。")
    if not main and not _covered(list(mains), since, valid_to):
        raise PeopleError("任职期间应当始终有一个主要岗位，请先登记主要岗位。")
    return _kept(
        Appointment.objects.create(
            staff=staff, unit=unit, post=post, main=main, acting=acting, valid_from=since, valid_to=valid_to
        )
    )


@transaction.atomic
def end_appointment(appointment: Appointment, *, on: date) -> None:
    """免职: the last day is the day before `on`. Raises PeopleError while other posts would lose their main post."""
    _lock(appointment.staff)
    if on < appointment.valid_from:
        raise PeopleError("免职日期早于任职日期。")
    if appointment.main:
        others = Appointment.objects.filter(staff=appointment.staff, main=False)
        if others.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).exists():
            raise PeopleError("该人员尚有兼任岗位，请先免去兼任岗位或者变更主要岗位。")
    _cut(appointment, on)


@transaction.atomic
def change_main_post(staff: Staff, unit: Unit, post: Post, *, on: date) -> Appointment:
    """调任: the main post becomes `post` in `unit` from `on`; concurrent posts go on."""
    _lock(staff)
    current = Appointment.objects.filter(staff=staff, main=True).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    for appointment in current:
        _cut(appointment, on)
    for appointment in Appointment.objects.filter(staff=staff, unit=unit, post=post, main=False).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    ):
        _cut(appointment, on)
    return _kept(Appointment.objects.create(staff=staff, unit=unit, post=post, main=True, valid_from=on))


@transaction.atomic
def dismiss(staff: Staff, *, on: date, status: StaffStatus | str = StaffStatus.LEFT) -> None:
    """离职: every post ends before `on`, deputies too."""
    _lock(staff)
    for appointment in Appointment.objects.filter(staff=staff).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)):
        _cut(appointment, on)
    for deputy in Deputy.objects.filter(Q(principal=staff) | Q(deputy=staff), valid_to__gt=on):
        end_deputy(deputy, on=on)
    if on <= clock.today():
        staff.status = StaffStatus(status)
        staff.save(update_fields=["status"])


@transaction.atomic
def deputize(
    principal: Staff, deputy: Staff, *, valid_from: date, valid_to: date, reason: str, approved_by: Staff
) -> Deputy:
    """请假期间代理职责 with dates. The approver is neither the deputy nor missing. Raises PeopleError."""
    if principal.pk == deputy.pk:
        raise PeopleError("不能由本人代理本人。")
    if approved_by.pk == deputy.pk:
        raise PeopleError("代理人不能批准自己的代理，请由其他负责人批准。")
    if valid_to <= valid_from:
        raise PeopleError("代理止期应晚于起期。")
    if not reason.strip():
        raise PeopleError("请填写代理事由。")
    _lock(principal)
    clash = Deputy.objects.filter(principal=principal, valid_from__lt=valid_to, valid_to__gt=valid_from).first()
    if clash is not None:
        raise PeopleError(f"{principal.name}在此期间已由{clash.deputy.name}代理。")
    return Deputy.objects.create(
        principal=principal,
        deputy=deputy,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip(),
        approved_by=approved_by,
        created_at=clock.now(),
    )


def end_deputy(deputy: Deputy, *, on: date) -> None:
    """提前结束代理: the last day is the day before `on`; a duty that has not begun is dropped."""
    if on <= deputy.valid_from:
        deputy.delete()
        return
    deputy.valid_to = min(on, deputy.valid_to)
    deputy.save(update_fields=["valid_to"])


def _kept(appointment: Appointment, *, gone: bool = False) -> Appointment:
    """Posts give roles: who got which post, and until when, is committed to in the ledger."""
    from xiezhi.kernel.ledger import services as ledger

    until = appointment.valid_to
    payload = {
        "appointment": appointment.pk, "staff": str(appointment.staff.uid), "unit": appointment.unit_id, "post": appointment.post_id,
        "from": appointment.valid_from.isoformat(), "to": until.isoformat() if until else None, "gone": gone,
    }  # fmt: skip
    ledger.append("permission", payload, object_type="people.appointment", object_id=str(appointment.pk))
    return appointment


def _lock(staff: Staff) -> None:
    Staff.objects.select_for_update().get(pk=staff.pk)


def _cut(appointment: Appointment, on: date) -> None:
    if on <= appointment.valid_from:
        _kept(appointment, gone=True)
        appointment.delete()
        return
    appointment.valid_to = on
    appointment.save(update_fields=["valid_to"])
    _kept(appointment)


def _covered(mains: list[Appointment], since: date, until: date | None) -> bool:
    """Whether main posts without a gap hold every day of [since, until)."""
    day = since
    for main in sorted(mains, key=lambda item: item.valid_from):
        if main.valid_from <= day:
            if main.valid_to is None:
                return True
            day = max(day, main.valid_to)
    return until is not None and day >= until and until - since > timedelta(0)
