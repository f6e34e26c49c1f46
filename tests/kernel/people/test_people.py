"""Persons, posts and deputies."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction

from tests.kernel import world as w
from xiezhi.kernel.people import adapters, selectors, services
from xiezhi.kernel.people.models import Appointment, Deputy, Person
from xiezhi.kernel.units import ids

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 5)


@pytest.fixture
def world(db, freeze) -> w.World:
    freeze("2026-03-05 09:00")
    return w.build()


def test_a_person_is_an_identity_number_not_a_name(world) -> None:
    first, created = services.register_person(name="王小明", id_no="990000199001010017", phone="138 0000 1234")
    again, created_again = services.register_person(name="王小明", id_no=" 990000199001010017 ")
    other = w.person("王小明")
    assert created and not created_again and first.pk == again.pk != other.pk
    assert first.birth_date == date(1990, 1, 1) and first.sex == "1"
    with pytest.raises(services.PeopleError, match="另一个姓名"):
        services.register_person(name="李四", id_no="990000199001010017")


def test_numbers_are_sealed_at_rest_and_found_by_index(world) -> None:
    person, _ = services.register_person(name="王小明", id_no="990000199001010017", phone="13800001234", address="甲市")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_no, phone, address, id_hash FROM people_person WHERE id = %s", [person.pk])
        stored = b"".join(bytes(value) for value in cursor.fetchone())
    assert b"990000199001010017" not in stored and b"13800001234" not in stored and "甲市".encode() not in stored
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.id_no, fresh.phone, fresh.address) == ("990000199001010017", "13800001234", "甲市")
    assert selectors.find_person("RESIDENT", "99000019900101001７") == person
    assert list(selectors.persons_by_phone("138-0000-1234")) == [person]
    with pytest.raises(FieldError, match="encrypted"):
        Person.objects.filter(id_no="990000199001010017").exists()


def test_production_refuses_fictional_numbers(world, settings) -> None:
    settings.ALLOW_FICTIONAL_IDS = False
    with pytest.raises(ids.InvalidNumber, match="99"):
        services.register_person(name="王小明", id_no="990000199001010017")


def test_other_documents_and_none(world) -> None:
    foreigner, _ = services.register_person(name="Ann Lee", id_type="PASSPORT", id_no="e1234 5689")
    assert foreigner.id_no == "E12345689"
    first, _ = services.register_person(name="无名")
    second, _ = services.register_person(name="无名")
    assert first.pk != second.pk


def test_contact_data_changes(world) -> None:
    person = w.person(phone="13800001234")
    services.update_person(person, phone="13900001234", service_address="甲市1号")
    assert list(selectors.persons_by_phone("13900001234")) == [person]
    assert not selectors.persons_by_phone("13800001234").exists()
    with pytest.raises(TypeError):
        services.update_person(person, name="改名")


def test_organizations(world) -> None:
    made, _ = services.register_organization(name="云岭某公司", usc="31990000MD0000008D")
    again, created = services.register_organization(name="云岭某公司", usc="31990000md0000008d")
    assert made.pk == again.pk and not created
    with pytest.raises(services.PeopleError, match="云岭某公司"):
        services.register_organization(name="别的公司", usc="31990000MD0000008D")


def test_demo_real_name_check(world, settings) -> None:
    settings.DEMO = True
    person = w.person("王小明")
    check = adapters.real_name_check()
    assert check.check("王小明", "RESIDENT", person.id_no).confirmed
    wrong = check.check("李四", "RESIDENT", person.id_no)
    assert not wrong.confirmed and wrong.demo and "不一致" in wrong.reason
    assert not check.check("王小明", "RESIDENT", "110101199001010015").confirmed
    assert services.verify_identity(person) and person.verified_by == "演示实名核验"


def test_without_a_service_nobody_pretends(world, settings) -> None:
    settings.DEMO = False
    with pytest.raises(adapters.AdapterUnavailable, match="窗口"):
        services.verify_identity(w.person())
    with pytest.raises(adapters.AdapterUnavailable):
        adapters.residence_lookup().find("RESIDENT", "990000199001010017")


def test_demo_residence(world, settings) -> None:
    from xiezhi.kernel.units.services import create_division

    settings.DEMO = True
    division = create_division("990000", "云岭省", "PROV", valid_from=w.SINCE)
    person = w.person(division=division, address="甲市1号")
    found = adapters.residence_lookup().find("RESIDENT", person.id_no)
    assert found is not None and found.division == "990000" and found.demo
    assert adapters.residence_lookup().find("RESIDENT", "990000199001010017") is None


def test_exactly_one_main_post(world) -> None:
    officer, clerk = w.post("officer", "case_officer"), w.post("clerk", "counter_clerk")
    member = w.staff(unit=world["甲市局"], role_post=officer)
    concurrent = services.appoint(member, world["甲东县局"], clerk, valid_from=DAY)
    assert not concurrent.main
    with pytest.raises(services.PeopleError, match="一个主要岗位"):
        services.appoint(member, world["甲西县局"], clerk, valid_from=DAY, main=True)
    with pytest.raises(services.PeopleError, match="已任该岗位"):
        services.appoint(member, world["甲东县局"], clerk, valid_from=DAY)
    main = Appointment.objects.get(staff=member, main=True)
    with pytest.raises(services.PeopleError, match="兼任"):
        services.end_appointment(main, on=date(2026, 4, 1))
    moved = services.change_main_post(member, world["甲西县局"], officer, on=date(2026, 4, 1))
    assert [a.unit for a in selectors.appointments_on(member, DAY)] == [world["甲市局"], world["甲东县局"]]
    assert [a.unit for a in selectors.appointments_on(member, date(2026, 4, 1))] == [moved.unit, world["甲东县局"]]


def test_the_database_refuses_two_main_posts_and_none(world) -> None:
    officer = w.post("officer", "case_officer")
    member = w.staff(unit=world["甲市局"], role_post=officer)
    with pytest.raises(IntegrityError, match="people_one_main_post"), transaction.atomic():
        Appointment.objects.create(staff=member, unit=world["甲东县局"], post=officer, main=True, valid_from=DAY)
    other = w.staff("无主")
    with pytest.raises(IntegrityError, match="people_main_post_covers"), transaction.atomic():
        Appointment.objects.create(staff=other, unit=world["甲东县局"], post=officer, main=False, valid_from=DAY)
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_deputies(world) -> None:
    head = w.post("head", "office_head")
    chief, vice, boss = w.staff("主任", world["甲市局"], head), w.staff("副手", world["甲市局"]), w.staff("局长")
    with pytest.raises(services.PeopleError, match="不能批准自己"):
        services.deputize(chief, vice, valid_from=DAY, valid_to=date(2026, 3, 9), reason="休假", approved_by=vice)
    duty = services.deputize(chief, vice, valid_from=DAY, valid_to=date(2026, 3, 9), reason="休假", approved_by=boss)
    assert [d.principal for d in selectors.acting_for(vice, date(2026, 3, 8))] == [chief]
    assert not selectors.acting_for(vice, date(2026, 3, 9)).exists()
    assert set(selectors.who_holds(world["甲市局"], DAY, role="office_head")) == {chief, vice}
    assert selectors.who_holds(world["甲市局"], DAY, role="office_head", deputies=False) == [chief]
    with pytest.raises(services.PeopleError, match="副手代理"):
        services.deputize(chief, boss, valid_from=DAY, valid_to=date(2026, 4, 1), reason="休假", approved_by=chief)
    services.end_deputy(duty, on=DAY)
    assert not Deputy.objects.exists()


def test_whoever_leaves_leaves_everything(world) -> None:
    member = w.staff(unit=world["甲市局"])
    services.dismiss(member, on=DAY)
    assert not selectors.appointments_on(member, DAY).exists()
    assert selectors.appointments_on(member, date(2026, 3, 4)).exists()
    assert selectors.who_holds(world["甲市局"], DAY, role="case_officer") == []
    with pytest.raises(services.PeopleError, match="不在职"):
        services.appoint(member, world["甲市局"], w.post("officer", "case_officer"))


def test_search(world) -> None:
    person = w.person("单小明")
    assert list(selectors.search_persons("shan xiao")) == [person]
    member = w.staff("陈一", world["甲市局"])
    assert member in selectors.search_staff("chen", world["甲市局"], day=DAY)
    assert selectors.main_unit(member, DAY) == world["甲市局"]
