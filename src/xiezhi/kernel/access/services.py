"""Accounts, locks, administrators, grants and service accounts. Every change leaves a line in the security log."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from xiezhi.kernel.access import purposes, roles
from xiezhi.kernel.access.journal import log_security as _log
from xiezhi.kernel.access.models import (
    Account,
    AccountKind,
    AdminRole,
    Reach,
    RoleGrant,
    SecurityEventKind,
    ServiceAccount,
)
from xiezhi.kernel.access.reading import Reading, record_reading, reveal
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import crypto
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.adapters import real_name_check
from xiezhi.kernel.people.models import IdType, Person, Staff
from xiezhi.kernel.units.models import Unit

__all__ = [
    "AccessError",
    "Reading",
    "account_of_token",
    "appoint_admin",
    "change_password",
    "create_staff_account",
    "grant_role",
    "is_locked",
    "issue_token",
    "record_failure",
    "record_reading",
    "record_success",
    "register_citizen",
    "reset_password",
    "reveal",
    "revoke_role",
    "revoke_token",
    "set_active",
    "terminal_of",
    "unlock",
]

GRANT_LIMIT = timedelta(days=366)
TOKEN_PREFIX = "xzt_"  # noqa: S105  # recognizable in logs and by secret scanners


class AccessError(ValueError):
    """A change of accounts or grants that is not allowed; the Chinese message says what to do."""


def max_failures() -> int:
    """Failed sign-ins before an account is locked."""
    return int(getattr(settings, "ACCESS_MAX_FAILURES", 5))


def lock_time() -> timedelta:
    return timedelta(minutes=int(getattr(settings, "ACCESS_LOCK_MINUTES", 15)))


def address_of(request: HttpRequest) -> str:
    """The caller's network address, empty where it is none."""
    address = request.META.get("REMOTE_ADDR", "")
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        # Behind our own proxy the last hop it wrote is the caller; earlier ones anybody can invent.
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")[-1].strip() or address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def terminal_of(request: HttpRequest | None) -> str:
    """Keyed hash of the caller's address: the same terminal is recognized without keeping where it stands."""
    address = address_of(request) if request is not None else ""
    return crypto.blind("access.terminal", address).hex()[:32] if address else ""


# Accounts


@transaction.atomic
def register_citizen(
    *,
    username: str,
    password: str,
    name: str,
    id_no: str,
    id_type: IdType | str = IdType.RESIDENT,
    phone: str = "",
    email: str = "",
    demo: bool = False,
    **details: Any,
) -> Account:
    """公众注册 with a real-name check. One account per person.

    Raises AccessError, PeopleError, InvalidNumber, AdapterUnavailable, ValidationError (password).
    """
    number = people.normalize_id(str(id_type), id_no)
    result = real_name_check().check(name.strip(), str(id_type), number)
    if not result.confirmed:
        raise AccessError(result.reason or "实名核验未通过，请核对姓名和证件号码。")
    person, _ = people.register_person(
        name=name, id_type=id_type, id_no=number, phone=phone, email=email, demo=demo or result.demo, **details
    )
    if Account.objects.filter(person=person, kind=AccountKind.CITIZEN).exists():
        raise AccessError("您已注册过账号，请直接登录；忘记密码的，请使用“找回密码”或者到窗口办理。")
    if person.verified_at is None:
        person.verified_at, person.verified_by = clock.now(), result.channel
        person.save(update_fields=["verified_at", "verified_by"])
    return _create(
        username,
        password,
        kind=AccountKind.CITIZEN,
        person=person,
        email=email,
        phone_hash=people.phone_hash(phone) if phone else None,
        demo=person.demo,
    )


@transaction.atomic
def create_citizen_account(person: Person, *, username: str, password: str, actor: Account | None = None) -> Account:
    """An account for a person registered at the counter; the password must be changed at first sign-in."""
    if Account.objects.filter(person=person, kind=AccountKind.CITIZEN).exists():
        raise AccessError("该当事人已有账号。")
    return _create(
        username,
        password,
        actor=actor,
        kind=AccountKind.CITIZEN,
        person=person,
        email=person.email,
        phone_hash=person.phone_hash,
        must_change_password=True,
        demo=person.demo,
    )


@transaction.atomic
def create_staff_account(
    staff: Staff,
    *,
    username: str,
    password: str,
    actor: Account | None = None,
    must_change: bool = True,
    email: str = "",
) -> Account:
    """An office account. Only the system administrator makes one (`actor` None: installation and demo)."""
    _require_admin(actor, AdminRole.SYSTEM_ADMIN)
    if Account.objects.filter(staff=staff, kind=AccountKind.STAFF).exists():
        raise AccessError(f"{staff.name}已有账号。")
    return _create(
        username,
        password,
        actor=actor,
        kind=AccountKind.STAFF,
        staff=staff,
        email=email,
        must_change_password=must_change,
        demo=staff.demo,
    )


@transaction.atomic
def appoint_admin(
    role: AdminRole | str,
    *,
    username: str,
    password: str,
    staff: Staff | None = None,
    person: Person | None = None,
    actor: Account | None = None,
    must_change: bool = True,
    demo: bool = False,
) -> Account:
    """Make one of the three administrators: an account of its own for a human who holds no other of the three offices.

    The security administrator appoints (`actor` None: installation). Raises AccessError.
    """
    _require_admin(actor, AdminRole.SECURITY_ADMIN)
    role = AdminRole(role)
    if staff is None and person is None:
        raise AccessError("管理员账号须对应一名具体人员。")
    same = Q(staff=staff) if staff is not None else Q(person=person)
    human = person.pk if person is not None else staff.person_id if staff is not None else None
    if human is not None:
        same |= Q(person_id=human) | Q(staff__person_id=human)
    # Two appointments of one human at once wait for each other here.
    for model, pk in ((Staff, staff.pk if staff else None), (Person, human)):
        if pk is not None:
            model._default_manager.select_for_update().get(pk=pk)
    others = Account.objects.filter(same, kind=AccountKind.ADMIN, is_active=True)
    if others.exclude(admin_role=role).exists():
        raise AccessError("系统管理员、安全管理员、审计管理员须由不同人员担任，该人员已担任其中一项。")
    if actor is not None and _same_human(actor, staff, person):
        raise AccessError("不能任命本人为管理员。")
    return _create(
        username,
        password,
        actor=actor,
        event=SecurityEventKind.ADMIN_APPOINTED,
        kind=AccountKind.ADMIN,
        admin_role=role,
        staff=staff,
        person=person,
        must_change_password=must_change,
        demo=demo,
    )


def _create(
    username: str,
    password: str,
    *,
    actor: Account | None = None,
    event: SecurityEventKind = SecurityEventKind.ACCOUNT_CREATED,
    **columns: Any,
) -> Account:
    username = username.strip()
    if not 3 <= len(username) <= 60 or any(char.isspace() or char in "<>\"'\\/" for char in username):
        raise AccessError("用户名应为3至60个字符，不含空格和引号、斜杠、尖括号。")
    if Account.objects.filter(username__iexact=username).exists():
        raise AccessError("该用户名已被使用，请换一个。")
    validate_password(password, Account(username=username, email=columns.get("email", "")))
    account = Account.objects.create_user(username, password=password, password_changed_at=clock.now(), **columns)
    _log(event, account, actor, account_kind=account.kind, admin_role=account.admin_role)
    return account


def change_password(account: Account, password: str) -> None:
    """A password the owner chose. Raises ValidationError."""
    validate_password(password, account)
    if account.check_password(password):
        raise ValidationError("新密码不能与原密码相同。")
    account.set_password(password)
    account.save(update_fields=["password"])
    password_was_changed(account)


def password_was_changed(account: Account) -> None:
    """What follows from a new password, whoever stored it."""
    account.must_change_password, account.password_changed_at = False, clock.now()
    account.save(update_fields=["must_change_password", "password_changed_at"])
    _log(SecurityEventKind.PASSWORD_CHANGED, account, account)


@transaction.atomic
def reset_password(account: Account, password: str, *, actor: Account | None = None) -> None:
    """A new first password by the security administrator; it must be changed at the next sign-in."""
    _require_admin(actor, AdminRole.SECURITY_ADMIN)
    if actor is not None and actor.pk == account.pk:
        raise AccessError("不能为本人重置密码，请使用“修改密码”。")
    validate_password(password, account)
    account.set_password(password)
    account.must_change_password, account.password_changed_at = True, clock.now()
    account.save(update_fields=["password", "must_change_password", "password_changed_at"])
    _log(SecurityEventKind.PASSWORD_RESET, account, actor)


@transaction.atomic
def set_active(account: Account, active: bool, *, actor: Account | None = None, reason: str = "") -> None:
    """Disable or enable an account. The security administrator for administrators, else the system's."""
    _require_admin(actor, AdminRole.SECURITY_ADMIN if account.kind == AccountKind.ADMIN else AdminRole.SYSTEM_ADMIN)
    if actor is not None and actor.pk == account.pk:
        raise AccessError("不能停用或者启用本人的账号。")
    account.is_active = active
    account.save(update_fields=["is_active"])
    kind = SecurityEventKind.ACCOUNT_ENABLED if active else SecurityEventKind.ACCOUNT_DISABLED
    _log(kind, account, actor, reason=reason)


# Locks


def is_locked(username: str) -> bool:
    """Whether the account with this user name is locked now."""
    return Account.objects.filter(username__iexact=username, locked_until__gt=clock.now()).exists()


@transaction.atomic
def record_failure(username: str, *, terminal: str = "") -> bool:
    """A failed sign-in. Locks after `max_failures` in a row. Returns False where no such account is."""
    account = Account.objects.select_for_update().filter(username__iexact=username).first()
    if account is None:
        return False
    now = clock.now()
    stale = account.failed_at is None or now - account.failed_at > lock_time()
    account.failed_count = 1 if stale else account.failed_count + 1
    account.failed_at = now
    _log(SecurityEventKind.SIGN_IN_FAILED, account, None, terminal=terminal, count=account.failed_count)
    if account.failed_count >= max_failures():
        account.locked_until = now + lock_time()
        account.failed_count = 0
        _log(SecurityEventKind.LOCKED, account, None, terminal=terminal, until=account.locked_until.isoformat())
    account.save(update_fields=["failed_count", "failed_at", "locked_until"])
    return True


def record_success(account: Account, *, terminal: str = "") -> None:
    """A sign-in that went through all its stages."""
    if account.failed_count or account.locked_until is not None:
        Account.objects.filter(pk=account.pk).update(failed_count=0, failed_at=None, locked_until=None)
    Account.objects.filter(pk=account.pk).update(last_login=clock.now())
    _log(SecurityEventKind.SIGNED_IN, account, account, terminal=terminal)


def record_sign_out(account: Account, *, terminal: str = "") -> None:
    _log(SecurityEventKind.SIGNED_OUT, account, account, terminal=terminal)


@transaction.atomic
def unlock(account: Account, *, actor: Account | None) -> None:
    """解锁 by the security administrator, never one's own account."""
    _require_admin(actor, AdminRole.SECURITY_ADMIN)
    if actor is not None and actor.pk == account.pk:
        raise AccessError("不能为本人的账号解锁。")
    account.failed_count, account.failed_at, account.locked_until = 0, None, None
    account.save(update_fields=["failed_count", "failed_at", "locked_until"])
    _log(SecurityEventKind.UNLOCKED, account, actor)


# Grants


@transaction.atomic
def grant_role(
    grantee: Account,
    role: str,
    unit: Unit,
    *,
    approved_by: Account,
    reason: str,
    purposes_: Iterable[str],
    reach: Reach | str = Reach.OWN,
    data_level_max: int = 3,
    valid_from: datetime | None = None,
    valid_to: datetime,
) -> RoleGrant:
    """授权 by the security administrator, with purposes and an end within a year. Raises AccessError."""
    _require_admin(approved_by, AdminRole.SECURITY_ADMIN)
    since = valid_from or clock.now()
    if grantee.pk == approved_by.pk or _same_human(approved_by, grantee.staff, grantee.person):
        raise AccessError("不能为本人授权，请由其他安全管理员批准。")
    if grantee.kind not in (AccountKind.STAFF, AccountKind.SERVICE):
        raise AccessError("只能向工作人员账号或者服务账号授权；管理员不参与办件。")
    if not roles.known(role) or roles.get(role).kind is not roles.RoleKind.POST:
        raise AccessError("该角色不能通过授权取得。")
    if not reason.strip():
        raise AccessError("请填写授权事由。")
    if not since < valid_to:
        raise AccessError("授权止期应晚于起期。")
    if valid_to - since > GRANT_LIMIT:
        raise AccessError("授权期限最长一年，到期后可以重新授权。")
    codes = sorted(set(purposes_))
    if not codes:
        raise AccessError("请选择授权的查阅目的。")
    for code in codes:
        purposes.get(code)
    grant = RoleGrant.objects.create(
        grantee=grantee,
        role=role,
        unit=unit,
        reach=Reach(reach),
        data_level_max=data_level_max,
        purposes=codes,
        valid_from=since,
        valid_to=valid_to,
        reason=reason.strip(),
        approved_by=approved_by,
        created_at=clock.now(),
    )
    _log(
        SecurityEventKind.ROLE_GRANTED, grantee, approved_by, grant=grant.pk, role=role, unit=unit.pk, reach=str(reach)
    )
    return grant


@transaction.atomic
def revoke_role(grant: RoleGrant, *, actor: Account, reason: str = "") -> None:
    """撤销授权 at once."""
    _require_admin(actor, AdminRole.SECURITY_ADMIN)
    if grant.revoked_at is not None:
        return
    grant.revoked_at, grant.revoked_by = clock.now(), actor
    grant.save(update_fields=["revoked_at", "revoked_by"])
    _log(SecurityEventKind.ROLE_REVOKED, grant.grantee, actor, grant=grant.pk, role=grant.role, reason=reason)


# Service accounts


@transaction.atomic
def issue_token(
    *,
    name: str,
    unit: Unit,
    scopes: Iterable[str],
    expires_at: datetime,
    actor: Account,
    purposes_: Iterable[str] = (),
    contact: str = "",
) -> tuple[ServiceAccount, str]:
    """A service account and its token, which is shown this once. Raises AccessError."""
    _require_admin(actor, AdminRole.SECURITY_ADMIN)
    now = clock.now()
    if not now < expires_at <= now + GRANT_LIMIT:
        raise AccessError("令牌有效期应在今天之后、一年之内。")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    account = Account.objects.create_user(f"service-{secrets.token_hex(8)}", kind=AccountKind.SERVICE)
    service = ServiceAccount.objects.create(
        account=account,
        name=name.strip(),
        unit=unit,
        contact=contact,
        token_hash=_token_hash(token),
        token_hint=token[:10],
        scopes=sorted(set(scopes)),
        purposes=sorted(set(purposes_)),
        created_at=now,
        created_by=actor,
        expires_at=expires_at,
    )
    _log(SecurityEventKind.TOKEN_ISSUED, account, actor, service=service.pk, name=name, unit=unit.pk)
    return service, token


@transaction.atomic
def revoke_token(service: ServiceAccount, *, actor: Account, reason: str = "") -> None:
    """吊销令牌 at once."""
    _require_admin(actor, AdminRole.SECURITY_ADMIN)
    if service.revoked_at is None:
        service.revoked_at = clock.now()
        service.save(update_fields=["revoked_at"])
        _log(SecurityEventKind.TOKEN_REVOKED, service.account, actor, service=service.pk, reason=reason)


def account_of_token(token: str) -> Account | None:
    """The account behind a token that is known, not expired and not revoked. Notes its use once a minute."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    now = clock.now()
    service = (
        ServiceAccount.objects.select_related("account", "unit")
        .filter(token_hash=_token_hash(token), revoked_at__isnull=True, expires_at__gt=now, account__is_active=True)
        .first()
    )
    if service is None:
        return None
    if service.last_used_at is None or now - service.last_used_at > timedelta(minutes=1):
        ServiceAccount.objects.filter(pk=service.pk).update(last_used_at=now)
    service.account.service = service
    return service.account


def _token_hash(token: str) -> bytes:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode()).digest()


# How it is done


def _require_admin(actor: Account | None, role: AdminRole) -> None:
    """`actor` None means the installation itself (first start, demo); screens always pass the signed-in account."""
    if actor is not None and not (actor.is_active and actor.kind == AccountKind.ADMIN and actor.admin_role == role):
        raise AccessError(f"只有{role.label}可以进行此操作。")


def _same_human(actor: Account, staff: Staff | None, person: Person | None) -> bool:
    if staff is not None and actor.staff_id == staff.pk:
        return True
    mine = {actor.person_id, actor.staff.person_id if actor.staff else None} - {None}
    theirs = {person.pk if person else None, staff.person_id if staff else None} - {None}
    return bool(mine & theirs)
