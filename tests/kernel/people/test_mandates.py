"""委托和监护: both sides agree, either ends it, ages by the day, and nobody who can not act alone acts for others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from xiezhi.kernel.documents.models import StoredFile
from xiezhi.kernel.people import mandates
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.capacity import Capacity, adult_from, age_on, by_age
from xiezhi.kernel.people.mandates import By
from xiezhi.kernel.people.models import CapacityFinding, Mandate, MandateEvent, Person, Staff
from xiezhi.kernel.people.services import PeopleError
from xiezhi.kernel.units import ids

pytestmark = pytest.mark.django_db
NOW = "2026-10-12 10:00"
TODAY = date(2026, 10, 12)
UNTIL = date(2027, 10, 12)


def person(name: str, birth: str = "19800101", n: int = 1) -> Person:
    return people.register_person(name=name, id_no=ids.id18_complete(f"990000{birth}{n:03d}"), demo=True)[0]


def paper() -> StoredFile:
    return StoredFile.objects.get_or_create(sha256="0" * 64, defaults={"size": 1, "media_type": "application/pdf"})[0]


@pytest.fixture
def two(freeze: Any) -> tuple[Person, Person]:
    freeze(NOW)
    return person("周禾生", n=1), person("林远山", n=2)


@pytest.fixture
def clerk(freeze: Any) -> By:
    freeze(NOW)
    staff: Staff = people.create_staff("沈窗口", demo=True)
    return By(f"staff:{staff.uid}", "沈窗口（云岭县司法局）", staff)


def propose(principal: Person, agent: Person, side: str = "PRINCIPAL", **more: Any) -> Mandate:
    return mandates.propose(
        principal, agent, by=By("account:x"), side=side, **{"valid_from": TODAY, "valid_to": UNTIL, **more}
    )


def in_force(day: date = TODAY) -> int:
    return Mandate.objects.filter(mandates.in_force_q(day)).count()


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 10, 12), date(2026, 10, 12), 17),  # on the birthday itself not yet
        (date(2008, 10, 12), date(2026, 10, 13), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 19),
        (date(2026, 10, 12), date(2026, 10, 12), 0),
    ],
)
def test_ages(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_capacity_by_age() -> None:
    birth = date(2008, 10, 12)
    assert by_age(birth, date(2016, 10, 12)) is Capacity.NONE
    assert by_age(birth, date(2016, 10, 13)) is Capacity.LIMITED
    assert by_age(birth, date(2026, 10, 12)) is Capacity.LIMITED
    assert by_age(birth, adult_from(birth)) is Capacity.FULL
    assert by_age(None, TODAY) is Capacity.FULL


def test_both_sides_agree_before_it_counts(two: tuple[Person, Person]) -> None:
    principal, agent = two
    mandate = propose(principal, agent)
    assert in_force() == 0
    assert mandate.state_on(TODAY) == "WAITING_AGENT"
    with pytest.raises(PeopleError):
        mandates.accept(mandate, principal, By("account:x"))
    mandates.accept(mandate, agent, By("account:y"))
    assert in_force() == 1
    other = propose(principal, agent, side="AGENT")
    assert other.state_on(TODAY) == "WAITING_PRINCIPAL"
    with pytest.raises(PeopleError):
        mandates.confirm(other, agent, By("account:y"))
    mandates.confirm(other, principal, By("account:x"))
    assert [e.step for e in mandates.history(other)] == ["PROPOSED", "CONFIRMED"]
    assert in_force() == 2


def test_the_days_of_a_mandate(two: tuple[Person, Person]) -> None:
    principal, agent = two
    mandate = propose(principal, agent, valid_from=date(2026, 11, 1), valid_to=date(2026, 12, 1))
    mandate = mandates.accept(mandate, agent, By("account:y"))
    assert mandate.state_on(TODAY) == "FUTURE"
    assert [in_force(d) for d in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))] == [
        0,
        1,
        1,
        0,
    ]
    assert mandate.state_on(date(2026, 12, 1)) == "EXPIRED"


def test_either_side_ends_it_and_the_history_stays(two: tuple[Person, Person]) -> None:
    principal, agent = two
    first = mandates.accept(propose(principal, agent), agent, By("account:y"))
    with pytest.raises(PeopleError):
        mandates.revoke(first, agent, By("account:y"))
    mandates.revoke(first, principal, By("account:x"))
    assert in_force() == 0
    with pytest.raises(PeopleError):
        mandates.renounce(first, agent, By("account:y"))
    second = mandates.accept(propose(principal, agent), agent, By("account:y"))
    mandates.renounce(second, agent, By("account:y"))
    third = propose(principal, agent)
    mandates.decline(third, agent, By("account:y"))
    with pytest.raises(PeopleError):
        mandates.accept(third, agent, By("account:y"))
    assert [e.step for e in mandates.history(first)] == ["PROPOSED", "ACCEPTED", "REVOKED"]
    with pytest.raises(ProgrammingError), transaction.atomic():
        MandateEvent.objects.all().delete()
    with pytest.raises(ProgrammingError), transaction.atomic():
        MandateEvent.objects.update(reason="")
    assert principal.name not in str(list(MandateEvent.objects.values()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_to": TODAY}, {"valid_to": date(2030, 10, 12)}, {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 2, 1)},
        {"scope": "PROCEDURES"}, {"scope": "MATTER"}, {"powers": ["EVERYTHING"]},
    ],
)  # fmt: skip
def test_what_can_not_be_agreed(two: tuple[Person, Person], wrong: dict[str, Any]) -> None:
    with pytest.raises(PeopleError):
        propose(*two, **wrong)


def test_nobody_is_the_own_agent_and_children_neither_give_nor_take(two: tuple[Person, Person]) -> None:
    principal, _ = two
    child = person("周小禾", "20150601")
    for pair in ((principal, principal), (child, principal), (principal, child)):
        with pytest.raises(PeopleError):
            propose(*pair)


def test_a_counter_needs_the_paper(two: tuple[Person, Person], clerk: By) -> None:
    terms = {"valid_from": TODAY, "valid_to": UNTIL}
    with pytest.raises(PeopleError):
        mandates.record_mandate(*two, by=clerk, proof=None, proof_name="", **terms)
    with pytest.raises(PeopleError):
        mandates.record_mandate(*two, by=By("account:x"), proof=paper(), proof_name="委托书", **terms)
    done = mandates.record_mandate(*two, by=clerk, proof=paper(), proof_name="委托书", **terms)
    assert done.state_on(TODAY) == "IN_FORCE"
    assert {e.way for e in mandates.history(done)} == {"COUNTER"}
    mandates.end_at_counter(done, clerk, "委托人书面取消")
    assert in_force() == 0
    half = mandates.record_mandate(*two, by=clerk, proof=paper(), proof_name="委托书", accepted=False, **terms)
    assert half.state_on(TODAY) == "WAITING_AGENT"


def test_guardianship_ends_when_the_child_is_grown_up(two: tuple[Person, Person], clerk: By) -> None:
    parent, _ = two
    child = person("周小禾", "20081101")
    done = mandates.record_guardian(child, parent, by=clerk, ground="PARENT", valid_from=TODAY, proof=paper())
    assert done.valid_to == date(2026, 11, 2)
    assert [in_force(d) for d in (TODAY, date(2026, 11, 1), date(2026, 11, 2))] == [1, 1, 0]
    with pytest.raises(PeopleError):
        mandates.record_guardian(child, parent, by=clerk, ground="PARENT", valid_from=TODAY, proof=paper())
    for wrong in (mandates.revoke, mandates.renounce):
        with pytest.raises(PeopleError):
            wrong(done, child if wrong is mandates.revoke else parent, By("account:x"))
    mandates.end_at_counter(done, clerk, "法院撤销监护人资格")
    assert in_force() == 0


def test_a_grown_up_has_no_guardian_without_a_finding(two: tuple[Person, Person], clerk: By) -> None:
    adult, guardian = two
    with pytest.raises(PeopleError):
        mandates.record_guardian(adult, guardian, by=clerk, ground="LAW", valid_from=TODAY, proof=paper())
    given = mandates.accept(propose(guardian, adult), adult, By("account:y"))
    assert clerk.staff is not None
    mandates.record_capacity(
        adult, "LIMITED", ground="JUDGMENT", paper="（2026）云01民特3号", on=TODAY, staff=clerk.staff
    )
    given.refresh_from_db()
    assert given.ended_at is not None
    assert mandates.capacity_of(adult) is Capacity.LIMITED
    done = mandates.record_guardian(adult, guardian, by=clerk, ground="LAW", valid_from=TODAY, proof=paper())
    assert done.valid_to is None
    mandates.record_capacity(adult, "FULL", ground="RESTORED", paper="（2026）云01民特9号", on=TODAY, staff=clerk.staff)
    assert mandates.capacity_of(adult) is Capacity.FULL
    assert in_force() == 0, "who can act alone again has no guardian"
    assert CapacityFinding.objects.count() == 2


def test_sixteen_and_living_on_own_work(freeze: Any, clerk: By) -> None:
    assert clerk.staff is not None
    young, old = person("方十五", "20120101"), person("方十七", "20090101")
    with pytest.raises(PeopleError):
        mandates.record_capacity(young, "FULL", ground="OWN_INCOME", paper="劳动合同", on=TODAY, staff=clerk.staff)
    mandates.record_capacity(old, "FULL", ground="OWN_INCOME", paper="劳动合同", on=TODAY, staff=clerk.staff)
    assert mandates.capacity_of(old) is Capacity.FULL
