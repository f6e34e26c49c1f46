"""What the exchange does for others: partners, keys, grants. Every change raises the policy's version in its transaction,
so that no gateway gives anything out under what was before."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger

from . import declare
from .models import (
    Caller,
    CallerKey,
    CallerState,
    Environment,
    Grant,
    GrantEvent,
    GrantState,
    KeyKind,
    Meter,
)

__all__ = [
    "ExchangeError", "add_key", "change", "grant", "issue_token", "raise_version", "record_obtained", "register_caller", "renew", "resume", "resume_caller",
    "revoke_key", "stop", "stop_caller", "suspend", "suspend_caller",
]  # fmt: skip

KEY_YEARS = 2
TOKEN_DAYS = 366


class ExchangeError(ValueError):
    """What was asked for cannot be; the text is shown to people as it is."""


def raise_version() -> None:
    """One more version of the policy. Wakes the gateways when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_policy (id, version) VALUES (1, 2) "
            "ON CONFLICT (id) DO UPDATE SET version = exchange_policy.version + 1"
        )


# Partners and their keys


@transaction.atomic
def register_caller(
    code: str, name: str, agency: str, *, usc: str = "", unit: Any = None, contact: str = "", contact_phone: str = "",
    address: str = "", demo: bool = False, by: str = "",
) -> Caller:  # fmt: skip
    """A system of a partner. The same code again gives the one that is there."""
    found = Caller.objects.filter(code=code).first()
    if found is not None:
        return found
    made = Caller.objects.create(
        code=code, name=name, agency=agency, usc=usc, unit=unit, contact=contact, contact_phone=contact_phone,
        address=address, demo=demo, created_at=clock.now(),
    )  # fmt: skip
    ledger.append(
        "exchange.caller", {"code": code, "agency": agency, "usc": usc, "by": by}, object_type="exchange.caller", object_id=str(made.pk)
    )  # fmt: skip
    raise_version()
    return made


@transaction.atomic
def add_key(
    caller: Caller, kind: KeyKind | str, public_key: str, *, environment: Environment | str = Environment.LIVE,
    not_before: datetime | None = None, not_after: datetime | None = None, by: str = "",
) -> CallerKey:  # fmt: skip
    """Register a partner's public key (PEM, or the 32 bytes of an Ed25519 key in base64). Raises ExchangeError, also where
    SM2 is asked for on a machine that cannot verify it."""
    from .signatures import algorithms

    try:
        verifier = algorithms.verifier(str(kind), public_key)
    except algorithms.KeyProblem as problem:
        raise ExchangeError(str(problem)) from None
    start = not_before or clock.now()
    key_id = f"{caller.code}:{verifier.thumbprint[:16]}" + ("" if environment == Environment.LIVE else ":sandbox")
    if CallerKey.objects.filter(key_id=key_id).exists():
        raise ExchangeError("这个公钥已经登记过；停用过的密钥不能再次启用。")
    made = CallerKey.objects.create(
        caller=caller, kind=KeyKind(kind), environment=Environment(environment), key_id=key_id,
        public_key=public_key.strip(), not_before=start, not_after=not_after or start + timedelta(days=365 * KEY_YEARS),
        created_at=clock.now(), created_by=by,
    )  # fmt: skip
    _key_logged(made, "added", by)
    return made


@transaction.atomic
def issue_token(
    caller: Caller, *, environment: Environment | str = Environment.LIVE, days: int = TOKEN_DAYS, by: str = ""
) -> tuple[CallerKey, str]:
    """A token for calls without signatures, shown once. Returns (key, token)."""
    token = "xze_" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    now = clock.now()
    made = CallerKey.objects.create(
        caller=caller, kind=KeyKind.TOKEN, environment=Environment(environment), key_id=f"{caller.code}:{token[4:12]}",
        token_hash=hashlib.sha256(token.encode()).digest(), not_before=now, not_after=now + timedelta(days=days),
        created_at=now, created_by=by,
    )  # fmt: skip
    _key_logged(made, "added", by)
    return made, token


@transaction.atomic
def revoke_key(key: CallerKey, *, by: str = "") -> CallerKey:
    """A key counts no more, from this transaction on."""
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        _key_logged(key, "revoked", by)
    return key


def _key_logged(key: CallerKey, what: str, by: str) -> None:
    payload = {
        "key": key.key_id, "caller": key.caller_id, "what": what, "kind": str(key.kind), "environment": str(key.environment),
        "until": key.not_after.isoformat(), "public_key": key.public_key, "by": by,
    }  # fmt: skip
    ledger.append("exchange.key", payload, object_type="exchange.key", object_id=str(key.pk))
    raise_version()


@transaction.atomic
def suspend_caller(caller: Caller, *, reason: str, by: str = "") -> Caller:
    """Nothing goes out to this system until it is resumed (政务数据共享条例 第27条)."""
    return _set_caller(caller, CallerState.SUSPENDED, reason, by)


@transaction.atomic
def resume_caller(caller: Caller, *, reason: str = "", by: str = "") -> Caller:
    return _set_caller(caller, CallerState.ACTIVE, reason, by)


@transaction.atomic
def stop_caller(caller: Caller, *, reason: str, by: str = "") -> Caller:
    """The system is out for good."""
    return _set_caller(caller, CallerState.STOPPED, reason, by)


def _set_caller(caller: Caller, state: CallerState, reason: str, by: str) -> Caller:
    caller = Caller.objects.select_for_update().get(pk=caller.pk)
    if caller.state == CallerState.STOPPED and state != CallerState.STOPPED:
        raise ExchangeError("该系统已停止接入，不能恢复；需要时重新登记。")
    if state != CallerState.ACTIVE and not reason.strip():
        raise ExchangeError("请写明理由。")
    caller.state, caller.reason = state, reason.strip()
    caller.save(update_fields=["state", "reason"])
    ledger.append(
        "exchange.caller", {"code": caller.code, "state": str(state), "reason": caller.reason, "by": by},
        object_type="exchange.caller", object_id=str(caller.pk),
    )  # fmt: skip
    raise_version()
    return caller


# Grants


@transaction.atomic
def grant(
    caller: Caller, interface: str, *, fields: Sequence[str], purposes: Sequence[str], valid_to: datetime,
    valid_from: datetime | None = None, row_filter: Mapping[str, Sequence[str]] | None = None, per_minute: int | None = None,
    per_day: int | None = None, per_month: int | None = None, matter_id: int | None = None, matter_no: str = "",
    by: str = "", reason: str = "",
) -> Grant:  # fmt: skip
    """Let a system call an interface. Raises ExchangeError where the interface does not offer a field or a purpose, or where
    an open grant for it exists (change that one)."""
    made = Grant(
        caller=caller, interface=interface, fields=list(fields), purposes=list(purposes),
        row_filter={k: list(v) for k, v in (row_filter or {}).items()}, per_minute=per_minute, per_day=per_day,
        per_month=per_month, valid_from=valid_from or clock.now(), valid_to=valid_to, matter_id=matter_id,
        matter_no=matter_no, reason=reason, changed_at=clock.now(),
    )  # fmt: skip
    _check(made)
    if Grant.objects.filter(caller=caller, interface=interface).exclude(state=GrantState.STOPPED).exists():
        raise ExchangeError("该系统已有这一接口的授权，请变更原授权。")
    made.save(force_insert=True)
    _log_grant(made, "GRANTED", by, reason)
    return made


_CHANGEABLE = (
    "fields", "purposes", "row_filter", "per_minute", "per_day", "per_month", "valid_from", "valid_to", "matter_id", "matter_no",
)  # fmt: skip


@transaction.atomic
def change(of: Grant, *, by: str = "", reason: str = "", **values: Any) -> Grant:
    """Another scope under the same grant, as a new version. `values` are those of `grant`."""
    found = _open(of)
    for name, value in values.items():
        if name not in _CHANGEABLE:
            raise TypeError(f"no such part of a grant: {name}")
        setattr(found, name, value)
    _check(found)
    return _save(found, "CHANGED", by, reason)


@transaction.atomic
def renew(of: Grant, valid_to: datetime, *, by: str = "", reason: str = "") -> Grant:
    """A later end."""
    found = _open(of)
    if valid_to <= found.valid_to:
        raise ExchangeError("新的截止时间应当晚于原截止时间。")
    found.valid_to = valid_to
    return _save(found, "RENEWED", by, reason)


@transaction.atomic
def suspend(of: Grant, *, reason: str, by: str = "") -> Grant:
    """Nothing goes out under this grant until it is resumed (政务数据共享条例 第27条)."""
    if not reason.strip():
        raise ExchangeError("请写明理由。")
    found = _open(of)
    found.state = GrantState.SUSPENDED
    return _save(found, "SUSPENDED", by, reason)


@transaction.atomic
def resume(of: Grant, *, reason: str = "", by: str = "") -> Grant:
    found = _open(of)
    found.state = GrantState.ACTIVE
    return _save(found, "RESUMED", by, reason)


@transaction.atomic
def stop(of: Grant, *, reason: str, by: str = "") -> Grant:
    """The grant ends for good. Stopping twice is harmless."""
    if not reason.strip():
        raise ExchangeError("请写明理由。")
    found = Grant.objects.select_for_update().get(pk=of.pk)
    if found.state == GrantState.STOPPED:
        return found
    found.state = GrantState.STOPPED
    return _save(found, "STOPPED", by, reason)


def _open(of: Grant) -> Grant:
    found = Grant.objects.select_for_update().get(pk=of.pk)
    if found.state == GrantState.STOPPED:
        raise ExchangeError("授权已停止，不能再变更；需要时重新申请。")
    return found


def _save(found: Grant, action: str, by: str, reason: str) -> Grant:
    found.version += 1
    found.reason, found.changed_at = reason.strip(), clock.now()
    found.save()
    _log_grant(found, action, by, reason)
    return found


def _log_grant(found: Grant, action: str, by: str, reason: str) -> None:
    content = found.content()
    GrantEvent.objects.create(
        grant=found, at=found.changed_at, action=action, by=by, reason=reason.strip(), content=content
    )
    payload = {**content, "action": action, "by": by, "reason": reason.strip()}
    ledger.append(
        "exchange.grant", payload, object_type="exchange.grant", object_id=f"{found.public_id}:{found.version}"
    )
    raise_version()


def _check(found: Grant) -> None:
    """What is granted must be on offer (政务数据共享条例 第20条: what, for which scene, in which scope)."""
    if found.interface not in declare.interfaces:
        raise ExchangeError(f"没有名为“{found.interface}”的接口。")
    interface = declare.interfaces.get(found.interface)
    if beyond := [name for name in found.fields if name not in interface.fields]:
        raise ExchangeError(f"接口“{interface.title}”不提供这些字段：{'、'.join(beyond)}。")
    if beyond := [code for code in found.purposes if code not in interface.purposes]:
        raise ExchangeError(f"接口“{interface.title}”不可用于这些目的：{'、'.join(beyond)}。")
    if not found.purposes:
        raise ExchangeError("请至少写明一个使用目的。")
    if not found.fields and interface.kind not in (declare.Kind.VERIFY, declare.Kind.PUSH):
        raise ExchangeError("请至少选择一个字段。")
    for column, values in found.row_filter.items():
        if column not in interface.scopes:
            raise ExchangeError(f"接口“{interface.title}”不能按“{column}”划定数据范围。")
        if not values or not all(isinstance(value, str) and value for value in values):
            raise ExchangeError("数据范围的取值不能为空。")
    if found.valid_to <= found.valid_from:
        raise ExchangeError("截止时间应当晚于开始时间。")
    for amount in (found.per_minute, found.per_day, found.per_month):
        if amount is not None and amount < 1:
            raise ExchangeError("次数上限应当大于零。")


# What we obtain from others


@transaction.atomic
def record_obtained(
    partner: Caller,
    interface: str,
    *,
    calls: int = 1,
    asked: int = 1,
    rows: int = 0,
    sent_bytes: int = 0,
    refused: int = 0,
) -> None:
    """Count what a partner gave us, in the month of today."""
    month = clock.today().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Meter._meta.db_table} AS m (partner_id, direction, interface, month, calls, refused, asked, rows, bytes) "
            "VALUES (%s, 'OBTAINED', %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (partner_id, direction, interface, month) DO UPDATE SET calls = m.calls + excluded.calls, "
            "refused = m.refused + excluded.refused, asked = m.asked + excluded.asked, rows = m.rows + excluded.rows, "
            "bytes = m.bytes + excluded.bytes",
            [partner.pk, interface, month, calls, refused, asked, rows, sent_bytes],
        )
