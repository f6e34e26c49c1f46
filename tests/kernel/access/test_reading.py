"""The reading log and what a person sees of it."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.kernel import world as w
from xiezhi.kernel.access import purposes, reading, services
from xiezhi.kernel.access.models import ReadingKey, ReadingLog
from xiezhi.kernel.access.reading import Object, record_reading
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.people.selectors import key_hash

pytestmark = pytest.mark.django_db
MATTER = Object("procedures.matter", "abc", 7, "云岭府复〔2026〕1号")


@pytest.fixture
def world(db, freeze) -> w.World:
    freeze("2026-03-05 09:00")
    return w.build()


@pytest.fixture
def officer(world):
    return of_account(w.account(w.staff("陈一", world["甲市局"])))


def test_a_file_opened_and_a_list_shown(officer) -> None:
    people = [w.person(f"人{n}") for n in range(40)]
    opened = record_reading(officer, "READ", MATTER, people[:1], "HANDLE", ["name", "id_no"])
    listed = record_reading(officer, "LIST", Object("procedures.queue"), people, "HANDLE")
    assert (opened.count, listed.count) == (1, 40) and ReadingKey.objects.filter(reading=listed).count() == 40
    mine = reading.readings_of_person(people[0])
    assert [line.how for line in mine] == ["列表中出现", "查阅"]
    assert mine[1].unit == "云岭省甲市局" and mine[1].role == "承办人员" and mine[1].purpose == "办理本案"
    assert mine[1].matter_no == "云岭府复〔2026〕1号"
    assert [line.how for line in reading.readings_of_person(people[39])] == ["列表中出现"]
    assert reading.readings_of_person(w.person("外人")) == []
    assert "陈一" not in str(mine)


def test_no_reading_without_purpose(officer) -> None:
    with pytest.raises(purposes.PurposeError, match="选择查阅目的"):
        record_reading(officer, "READ", MATTER, [w.person()], "")
    with pytest.raises(purposes.PurposeError, match="具体事由"):
        record_reading(officer, "READ", MATTER, [w.person()], "SUPERVISE")
    assert not ReadingLog.objects.exists()


def test_the_office_never_reads_as_the_person_itself(officer) -> None:
    with pytest.raises(purposes.PurposeError, match="本人查询"):
        record_reading(officer, "READ", MATTER, [w.person()], "OWN")


def test_a_grant_reads_only_for_its_purposes(world) -> None:
    from datetime import timedelta

    from xiezhi.kernel.calendar import clock

    account = w.account(w.staff("检查", None))
    services.grant_role(
        account, "supervisor", world["甲市府"], approved_by=w.admin("SECURITY_ADMIN"), reason="检查",
        purposes_=["SUPERVISE"], valid_to=clock.now() + timedelta(days=9),
    )  # fmt: skip
    subject = of_account(account)
    with pytest.raises(purposes.PurposeError, match="不包括"):
        record_reading(subject, "READ", MATTER, [w.person()], "STATISTICS", role="supervisor")
    record_reading(subject, "READ", MATTER, [w.person()], "SUPERVISE", role="supervisor", purpose_text="年度检查")


def test_the_limits_of_the_holding_that_reaches_the_unit_count(world) -> None:
    from datetime import timedelta

    from xiezhi.kernel.calendar import clock

    account = w.account(w.staff("检查", world["乙市府"], w.post("inspector", "supervisor")))
    services.grant_role(
        account, "supervisor", world["甲市府"], approved_by=w.admin("SECURITY_ADMIN"), reason="检查",
        purposes_=["SUPERVISE"], valid_to=clock.now() + timedelta(days=9),
    )  # fmt: skip
    subject = of_account(account)
    log = record_reading(subject, "READ", MATTER, [w.person()], "STATISTICS", unit=world["乙市府"])
    assert (log.role, log.unit_name) == ("supervisor", "云岭省乙市府")
    with pytest.raises(purposes.PurposeError, match="不包括"):
        record_reading(subject, "READ", MATTER, [w.person()], "STATISTICS", unit=world["甲市府"])


def test_the_ledger_commits_to_the_line(officer) -> None:
    from xiezhi.kernel.ledger import services as ledger
    from xiezhi.kernel.ledger.models import PendingEntry

    log = record_reading(officer, "READ", MATTER, [w.person(), w.person()], "HANDLE", ["phone"])
    entry = PendingEntry.objects.get(salt__object_type="access.readinglog", salt__object_id=str(log.pk))
    said = reading.payload_of(ReadingLog.objects.get(pk=log.pk))
    assert ledger.verify("reading", said, bytes(entry.salt.salt), bytes(entry.commitment))
    assert not ledger.verify("reading", said | {"role": "leader"}, bytes(entry.salt.salt), bytes(entry.commitment))


def test_reading_and_ledger_stand_or_fall_together(officer, monkeypatch) -> None:
    from xiezhi.kernel.ledger import services as ledger

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no ledger")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(RuntimeError):
        record_reading(officer, "READ", MATTER, [w.person()], "HANDLE")
    assert not ReadingLog.objects.exists() and not ReadingKey.objects.exists()


def test_nobody_rewrites_the_log(officer) -> None:
    record_reading(officer, "READ", MATTER, [w.person()], "HANDLE")
    for change in (
        ReadingLog.objects.all()._raw_delete,
        ReadingKey.objects.all()._raw_delete,
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change("default")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ReadingLog.objects.update(purpose="OWN")


def test_reveal_is_recorded_and_ends_after_five_minutes(officer, freeze) -> None:
    person = w.person(phone="13800001234")
    value, ticket = reading.reveal(officer, MATTER, person, "phone", "HANDLE")
    assert value == "13800001234" and reading.still_revealed(ticket, officer, person, "phone")
    assert reading.readings_of_person(person)[0].how == "显示隐藏信息"
    assert not reading.still_revealed(ticket, officer, person, "id_no")
    assert not reading.still_revealed(ticket, officer, w.person(), "phone")
    assert not reading.still_revealed(ticket + "x", officer, person, "phone")
    freeze("2026-03-05 09:05:01")
    assert not reading.still_revealed(ticket, officer, person, "phone")
    with pytest.raises(ValueError, match="not a field"):
        reading.reveal(officer, MATTER, person, "password", "HANDLE")


def test_alerts(officer, world, freeze) -> None:
    people = [w.person(f"人{n}") for n in range(30)]
    freeze("2026-03-05 09:00")
    record_reading(officer, "LIST", Object("q"), people, "HANDLE")
    freeze("2026-03-05 09:20")
    record_reading(officer, "LIST", Object("q"), people, "HANDLE")
    assert [alert.rule for alert in reading.alerts()] == []
    freeze("2026-03-05 09:25")
    record_reading(officer, "LIST", Object("q"), people, "HANDLE")
    assert [(alert.rule, alert.count) for alert in reading.alerts()] == [("MANY_LISTED", 60)]
    freeze("2026-03-05 23:30")
    record_reading(officer, "EXPORT", Object("q"), people[:1], "HANDLE")
    record_reading(officer, "READ", Object("people.person", "x"), people[:1], "HANDLE")
    for unit in ("乙市局", "省厅"):
        other = of_account(w.account(w.staff("他", world[unit])))
        record_reading(other, "READ", MATTER, people[:1], "HANDLE")
    assert {alert.rule for alert in reading.alerts()} == {"MANY_LISTED", "NIGHT_EXPORT", "NO_MATTER", "MANY_UNITS"}


def test_a_persons_view_uses_the_index(officer) -> None:
    people = [w.person(f"人{n}") for n in range(20)]
    for n in range(60):
        record_reading(officer, "LIST", Object("q"), people[: 1 + n % 20], "HANDLE")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM access_readinglog l JOIN access_readingkey k ON k.reading_id = l.id "
            "WHERE k.key_hash = %s ORDER BY l.id DESC LIMIT 200",
            [key_hash(people[0])],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "access_reading_key_person" in plan and "Seq Scan" not in plan
