"""查阅日志: recording that somebody read personal records, and telling the person who it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest

from xiezhi.kernel import prepared
from xiezhi.kernel.access import purposes, roles
from xiezhi.kernel.access.models import ReadingAction, ReadingKey, ReadingLog
from xiezhi.kernel.access.subject import Held, Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.people.selectors import Known, key_hash
from xiezhi.kernel.units.models import Unit

REVEAL_SECONDS = 300
"""A revealed value hides itself after five minutes (platform.md 3.7)."""
_SALT = "xiezhi.access.reveal"


@dataclass(frozen=True, slots=True)
class Object:
    """What was read. `type` is a label ("procedures.matter"), `id` its public id."""

    type: str
    id: str = ""
    matter_id: int | None = None
    matter_no: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of "谁查阅过我的信息"."""

    at: datetime
    how: str
    unit: str
    role: str
    purpose: str
    purpose_text: str
    what: str
    matter_no: str
    own: bool


@transaction.atomic
def record_reading(
    subject: Subject,
    action: ReadingAction | str,
    obj: Object,
    persons: Iterable[Known],
    purpose: str,
    fields: Sequence[str] = (),
    *,
    role: str = "",
    unit: Unit | None = None,
    purpose_text: str = "",
    request: HttpRequest | None = None,
    result: str = "OK",
) -> ReadingLog:
    """Write one reading: a line, one key per person, one ledger entry, all in the caller's transaction.

    A list of forty names is one reading with forty keys. `role` is the role used, without it the first one held;
    `unit` is the unit of what is read, so that among several holdings the one that reaches it is named and its limits count.
    Raises PurposeError without a purpose, or where the grant by which the subject reads does not cover it.
    """
    from xiezhi.kernel.access.services import terminal_of
    from xiezhi.kernel.ledger import services as ledger

    reason = purposes.require(purpose, purpose_text)
    if reason.own and (subject.staff_id is not None or subject.held or subject.admin_role):
        # What is read as one's own is left out of the alerts: the office never reads under that name.
        raise purposes.PurposeError("工作人员查阅办件不适用“本人查询”，请选择查阅目的。")
    keys = sorted({key_hash(person) for person in persons})
    held = _used(subject, role, unit)
    if held is not None and held.purposes is not None and reason.code not in held.purposes:
        raise purposes.PurposeError(f"您的授权不包括查阅目的“{reason.title}”。")
    log = ReadingLog(
        at=clock.now(),
        account_id=subject.account_id,
        staff_label=subject.name,
        unit_id=held.unit_id if held else subject.main_unit_id,
        unit_name=held.unit_name if held else subject.main_unit_name,
        role=role or (held.role if held else next(iter(sorted(subject.roles)), "")),
        terminal=terminal_of(request),
        action=ReadingAction(action),
        object_type=obj.type,
        object_id=obj.id,
        matter_id=obj.matter_id,
        matter_no=obj.matter_no,
        count=len(keys),
        fields=list(fields),
        purpose=reason.code,
        purpose_text=purpose_text.strip(),
        result=result,
    )
    _write(log, keys)
    ledger.append("reading", _payload(log, keys), object_type="access.readinglog", object_id=str(log.pk))
    return log


_COLUMNS = (
    "at", "account_id", "staff_label", "unit_id", "unit_name", "role", "terminal", "action", "object_type", "object_id",
    "matter_id", "matter_no", "count", "fields", "purpose", "purpose_text", "result",
)  # fmt: skip
_INSERT = f"""
    WITH line AS (
        INSERT INTO access_readinglog ({", ".join(f'"{column}"' for column in _COLUMNS)})
        VALUES ({", ".join(["%s"] * len(_COLUMNS))}) RETURNING id
    ), keyed AS (
        INSERT INTO access_readingkey (reading_id, key_hash) SELECT line.id, key FROM line, unnest(%s::bytea[]) AS key
    )
    SELECT id FROM line
"""  # noqa: S608 - names of our own columns


def _write(log: ReadingLog, keys: Sequence[bytes]) -> None:
    """The line and its keys in one statement: a page with forty names waits for it."""
    values = [getattr(log, column) for column in _COLUMNS]
    values[_COLUMNS.index("action")] = str(log.action)
    with prepared.cursor() as cursor:
        cursor.execute(_INSERT, [*values, list(keys)])
        (log.pk,) = cursor.fetchone()
    log._state.adding = False


def _used(subject: Subject, role: str, unit: Unit | None) -> Held | None:
    """The holding by which a subject reads; the general role of staff only where nothing else fits."""
    fitting = [
        held for held in subject.held if (not role or held.role == role) and (unit is None or held.area.holds(unit))
    ]
    return next((held for held in fitting if held.role != roles.STAFF.code), fitting[0] if fitting else None)


def _payload(log: ReadingLog, keys: Sequence[bytes]) -> dict[str, Any]:
    """What the ledger commits to: all that the line says."""
    return {
        "at": log.at.astimezone(UTC).isoformat(),
        "account": [log.account_id, log.staff_label],
        "unit": [log.unit_id, log.unit_name],
        "terminal": log.terminal,
        "matter": [log.matter_id, log.matter_no],
        "role": log.role,
        "action": str(log.action),
        "object": [log.object_type, log.object_id],
        "keys": [key.hex() for key in keys],
        "fields": log.fields,
        "purpose": [log.purpose, log.purpose_text],
        "result": log.result,
    }


def payload_of(log: ReadingLog) -> dict[str, Any]:
    """The committed payload again, for verification."""
    keys = sorted(bytes(key) for key in log.keys.values_list("key_hash", flat=True))
    return _payload(log, keys)


def reveal(
    subject: Subject,
    obj: Object,
    person: Person,
    field: str,
    purpose: str,
    *,
    role: str = "",
    unit: Unit | None = None,
    purpose_text: str = "",
    request: HttpRequest | None = None,
) -> tuple[str, str]:
    """显示隐藏信息: the value in clear after its reading is recorded, with a ticket that lasts five minutes.

    The caller has checked the permission. Returns (value, ticket); the page asks `still_revealed` before showing again.
    """
    if field not in ("id_no", "phone", "address", "service_address", "birth_date", "email", "name"):
        raise ValueError(f"not a field to reveal: {field}")
    record_reading(
        subject,
        ReadingAction.SHOW,
        obj,
        [person],
        purpose,
        [field],
        role=role,
        unit=unit,
        purpose_text=purpose_text,
        request=request,
    )
    value = getattr(person, field)
    ticket = signing.dumps([subject.account_id, str(person.uid), field, clock.now().timestamp()], salt=_SALT)
    return "" if value is None else str(value), ticket


def still_revealed(ticket: str, subject: Subject, person: Person, field: str) -> bool:
    """Whether a ticket still shows this field of this person to this subject."""
    try:
        account, uid, name, at = signing.loads(ticket, salt=_SALT)
    except signing.BadSignature:
        return False
    same = (account, uid, name) == (subject.account_id, str(person.uid), field)
    return bool(same and 0 <= clock.now().timestamp() - at <= REVEAL_SECONDS)


def readings_of_person(person: Person, *, limit: int = 200, own: bool = True) -> list[Reading]:
    """谁查阅过我的信息, newest first: unit, role, purpose and time; a file opened reads 查阅, a list 列表中出现.

    Readers' names stay inside the office, for the audit administrator. Without `own`, one's own readings are left out.
    """
    rows = ReadingLog.objects.filter(keys__key_hash=key_hash(person)).order_by("-id")
    if not own:
        rows = rows.exclude(purpose="OWN")
    return [
        Reading(
            at=row.at,
            how=str(ReadingAction(row.action).label),
            unit=row.unit_name or ("本人" if row.purpose == "OWN" else ""),
            role=roles.title(row.role),
            purpose=purposes.CATALOGUE[row.purpose].title if row.purpose in purposes.CATALOGUE else row.purpose,
            purpose_text=row.purpose_text,
            what=row.object_type,
            matter_no=row.matter_no,
            own=row.purpose == "OWN",
        )
        for row in rows[:limit]
    ]


@dataclass(frozen=True, slots=True)
class Alert:
    """A pattern of readings that somebody should look at (platform.md 7)."""

    rule: str
    title: str
    account_id: int | None
    label: str
    count: int


def alerts(since: datetime | None = None, *, now: datetime | None = None) -> list[Alert]:
    """Patterns in the readings since `since` (default: the last day). For the audit administrator."""
    until = now or clock.now()
    begin = since or until - timedelta(days=1)
    found: list[Alert] = []
    rows = ReadingLog.objects.filter(at__gte=begin, at__lte=until).exclude(purpose="OWN")
    found += _many_listed(rows.filter(action__in=["LIST", "EXPORT"]))
    for row in rows.filter(action="EXPORT"):
        hour = row.at.astimezone(clock.SHANGHAI).hour
        if hour >= 22 or hour < 6:
            found.append(Alert("NIGHT_EXPORT", "夜间导出", row.account_id, row.staff_label, row.count))
    without = (
        rows.filter(action__in=["READ", "SHOW"], matter_id__isnull=True)
        .values("account_id", "staff_label")
        .order_by("account_id")
        .annotate(total=Sum("count"))
    )
    found += [
        Alert("NO_MATTER", "无办件查阅个人信息", line["account_id"], line["staff_label"], line["total"])
        for line in without
        if line["total"]
    ]
    found += _many_units(begin, until)
    return found


LISTED_LIMIT, LISTED_WINDOW = 50, timedelta(minutes=10)
UNITS_LIMIT = 3


def _many_listed(rows: Any) -> list[Alert]:
    """More than 50 persons listed by one account within ten minutes (a sliding window)."""
    worst: dict[int | None, tuple[int, str]] = {}
    windows: dict[int | None, list[tuple[datetime, int]]] = {}
    for account, label, at, count in rows.order_by("at").values_list("account_id", "staff_label", "at", "count"):
        window = windows.setdefault(account, [])
        window.append((at, count))
        while at - window[0][0] > LISTED_WINDOW:
            window.pop(0)
        total = sum(number for _, number in window)
        if total > LISTED_LIMIT and total > worst.get(account, (0, ""))[0]:
            worst[account] = (total, label)
    return [Alert("MANY_LISTED", "十分钟内列出超过50人", account, label, n) for account, (n, label) in worst.items()]


def _many_units(begin: datetime, until: datetime) -> list[Alert]:
    """The same person read by three units or more in a day; the person stays a key."""
    units: dict[tuple[bytes, Any], set[int]] = {}
    keys = ReadingKey.objects.filter(
        reading__at__gte=begin,
        reading__at__lte=until,
        reading__action__in=["READ", "SHOW"],
        reading__unit__isnull=False,
    ).values_list("key_hash", "reading__unit_id", "reading__at")
    for key, unit, at in keys.iterator():
        units.setdefault((bytes(key), at.astimezone(clock.SHANGHAI).date()), set()).add(unit)
    return [
        Alert("MANY_UNITS", "同一人一日内被三个以上单位查阅", None, key.hex()[:12], len(found))
        for (key, _), found in units.items()
        if len(found) >= UNITS_LIMIT
    ]
