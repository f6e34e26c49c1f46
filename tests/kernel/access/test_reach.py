"""Subjects and rules: what follows from posts, deputies and grants; predicate and filter always agree."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel import world as w
from xiezhi.kernel.access import permissions, roles, rules, services
from xiezhi.kernel.access.models import Reach
from xiezhi.kernel.access.permissions import Forbidden, NotFoundForYou, Permission
from xiezhi.kernel.access.subject import ANONYMOUS, Area, Held, Subject, of_account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Appointment, Organization, Staff
from xiezhi.kernel.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, freeze) -> w.World:
    freeze("2026-03-05 09:00")
    return w.build()


def test_reach_follows_the_post(world) -> None:
    leader = w.account(w.staff("市长", world["甲市府"], w.post("mayor", "leader", reach="SUBTREE")))
    subject = of_account(leader)
    assert subject.areas("leader") == (Area("city_id", frozenset([world["甲市府"].pk])),)
    assert subject.reaches(world["甲东所"], "leader") and not subject.reaches(world["乙东所"], "leader")
    assert not subject.reaches(world["甲东所"], "case_officer")
    assert subject.main_unit_name == "云岭省甲市府" and subject.label.startswith("市长（")


def test_reach_of_a_bureau(world) -> None:
    own = of_account(w.account(w.staff("一", world["甲东县局"], w.post("p1", "case_officer"))))
    below = of_account(w.account(w.staff("二", world["甲东县局"], w.post("p2", "case_officer", reach="SUBTREE"))))
    whole = of_account(w.account(w.staff("三", world["甲东县局"], w.post("p3", "case_officer", reach="TERRITORY"))))
    office, government = world["甲东所"], world["甲东县府"]
    assert [s.reaches(office, "case_officer") for s in (own, below, whole)] == [False, True, True]
    assert [s.reaches(government, "case_officer") for s in (own, below, whole)] == [False, False, True]


def test_three_statements_whatever_is_held(world, django_assert_max_num_queries) -> None:
    member = w.staff("忙人", world["省厅"], w.post("busy", "leader", "case_officer", reach="SUBTREE"))
    for n, unit in enumerate(("甲市局", "乙市局", "监狱局")):
        people.appoint(member, world[unit], w.post(f"extra{n}", "archivist", reach="SUBTREE"), valid_from=w.SINCE)
    account = w.account(member)
    boss, colleague = w.staff("局长"), w.staff("同事", world["一监"], w.post("warden", "office_head", reach="SUBTREE"))
    people.deputize(
        colleague, member, valid_from=date(2026, 3, 1), valid_to=date(2026, 4, 1), reason="休假", approved_by=boss
    )
    security = w.admin("SECURITY_ADMIN")
    for unit in ("甲市局", "乙市府"):
        services.grant_role(
            account, "supervisor", world[unit], approved_by=security, reason="检查", purposes_=["SUPERVISE"],
            reach="SUBTREE", valid_to=clock.now() + timedelta(days=9),
        )  # fmt: skip
    from xiezhi.kernel.access.backends import AccountBackend

    loaded = AccountBackend().get_user(account.pk)
    with django_assert_max_num_queries(3):
        subject = of_account(loaded)
    assert subject.reaches(world["一监"], "office_head") and subject.reaches(world["乙东所"], "supervisor")


def test_deputies_carry_duties_for_their_days_only(world, freeze) -> None:
    chief = w.staff("主任", world["甲市局"], w.post("head", "office_head"))
    vice = w.staff("副手", world["乙市局"])
    people.deputize(
        chief, vice, valid_from=date(2026, 3, 6), valid_to=date(2026, 3, 8), reason="休假", approved_by=w.staff("局长")
    )
    account = w.account(vice)
    assert not of_account(account).has("office_head")
    freeze("2026-03-06 00:00")
    subject = of_account(account)
    held = subject.held_at(world["甲市局"], "office_head")
    assert held is not None and held.acting_for == chief.pk and held.acting_for_name == "主任"
    assert subject.main_unit_id == world["乙市局"].pk
    # a deputy of a deputy carries nothing further
    third = w.staff("第三人")
    people.deputize(
        vice, third, valid_from=date(2026, 3, 6), valid_to=date(2026, 3, 8), reason="休假", approved_by=w.staff("局长")
    )
    assert not of_account(w.account(third)).has("office_head")
    freeze("2026-03-08 00:00")
    assert not of_account(account).has("office_head")


def test_whoever_left_has_nothing(world) -> None:
    member = w.staff("离开", world["甲市局"])
    account = w.account(member)
    assert of_account(account).has("case_officer")
    people.dismiss(member, on=date(2026, 3, 5))
    account.refresh_from_db()
    account.staff.refresh_from_db()
    assert of_account(account).roles == frozenset()


def test_posts_cannot_make_administrators(world) -> None:
    sneaky = w.account(w.staff("甲", world["甲市局"], w.post("sneaky", "SECURITY_ADMIN", "service", "case_officer")))
    assert of_account(sneaky).roles == {"staff", "case_officer"}


def test_office_accounts_do_not_open_own_affairs(world) -> None:
    person = w.person()
    member = w.staff("陈一", world["甲市局"])
    account = w.account(member)
    account.person = person
    account.save()
    assert of_account(account).person_id is None
    assert of_account(w.citizen(person)).person_id == person.pk


def test_levels_narrow_the_reach(world) -> None:
    low = of_account(w.account(w.staff("低", world["甲市府"], w.post("low", "leader", reach="SUBTREE", level=2))))
    assert low.reaches(world["甲东所"], "leader", level=2) and not low.reaches(world["甲东所"], "leader", level=4)


def test_require_tells_outsiders_nothing(world) -> None:
    read = Permission("t.read", "查阅", rules.InReach("case_officer", "leader"))
    decide = Permission("t.decide", "决定", rules.InReach("leader"))
    officer = of_account(w.account(w.staff("办案", world["甲市局"])))
    with pytest.raises(Forbidden, match="没有“决定”的权限"):
        permissions.require(officer, decide, world["甲市局"], visible=read)
    with pytest.raises(NotFoundForYou) as outside:
        permissions.require(officer, decide, world["乙市局"], visible=read)
    with pytest.raises(NotFoundForYou) as nothing:
        permissions.require(ANONYMOUS, read, world["甲市局"])
    assert str(outside.value) == str(nothing.value)
    permissions.require(officer, read, world["甲市局"])
    with pytest.raises(Forbidden):
        permissions.require(officer, decide)


def test_codes_are_unique() -> None:
    made = permissions.register(Permission("t.unique", "唯一", rules.Everybody()))
    assert permissions.get("t.unique") is made
    with pytest.raises(ValueError, match="twice"):
        permissions.register(Permission("t.unique", "又一个", rules.Everybody()))
    with pytest.raises(ValueError, match="twice"):
        roles.register(roles.Role("staff", "别的意思"))
    del permissions._PERMISSIONS["t.unique"]


def test_branches_nobody_can_use_leave_the_statement(world) -> None:
    rule = rules.InReach("case_officer", unit="unit") | rules.Linked("staff__person", "person_id")
    assert rule.q(ANONYMOUS, Appointment) is False
    citizen = Subject(account_id=1, kind="CITIZEN", person_id=7, roles=frozenset(["citizen"]))
    assert "unit" not in str(rule.q(citizen, Appointment))
    assert (rule | rules.Everybody()).q(citizen, Appointment) is True


def test_a_token_opens_only_its_scopes(world) -> None:
    read = Permission("matter.read", "查阅", rules.Everybody())
    narrow = Subject(account_id=1, kind="SERVICE", scopes=frozenset(["person.read"]), roles=frozenset(["service"]))
    assert not read.test(narrow, world["省府"]) and not read.filter(narrow, Unit.objects.all()).exists()


CODES = ["case_officer", "leader", "archivist"]


@st.composite
def conditions(draw, depth: int = 2) -> rules.Condition:
    """Any rule over appointments: by unit, by staff, by person through staff, by deputies (to many), by fields."""
    simple = st.one_of(
        st.builds(
            lambda codes, level: rules.InReach(*codes, unit="unit", level=level),
            st.lists(st.sampled_from(CODES), min_size=1, unique=True),
            st.integers(1, 4),
        ),
        st.just(rules.Assigned("staff")),
        st.just(rules.OwnParty("staff__person")),
        st.just(rules.Assigned("staff__deputies__deputy")),
        st.just(rules.InReach("leader", unit="staff__appointments__unit")),
        st.just(rules.FieldIs("main", True)),
        st.just(rules.FieldIs("post__code", "p0", "p1")),
        st.just(rules.PublicRecord("acting")),
        st.sampled_from([rules.Everybody(), rules.SignedIn(), rules.HasRole("leader"), rules.HasRole("archivist")]),
    )
    if depth == 0 or draw(st.booleans()):
        return draw(simple)
    kind = draw(st.sampled_from(["or", "and", "not"]))
    first = draw(conditions(depth=depth - 1))
    if kind == "not":
        return ~first
    second = draw(conditions(depth=depth - 1))
    return first | second if kind == "or" else first & second


@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_predicate_and_filter_agree(world, data) -> None:
    """Generated people, posts, deputies, subjects and rules: a list never shows what the object's page refuses."""
    with transaction.atomic():
        units = sorted(Unit.objects.all(), key=lambda unit: unit.pk)
        posts = [w.post(f"p{n}", code) for n, code in enumerate(CODES)]
        members: list[Staff] = []
        for n in range(data.draw(st.integers(1, 4))):
            member = w.staff(f"员{n}")
            if data.draw(st.booleans()):
                member.person = w.person()
                member.save()
            members.append(member)
            for post in data.draw(st.lists(st.sampled_from(posts), unique=True, max_size=3)):
                people.appoint(
                    member, data.draw(st.sampled_from(units)), post, valid_from=w.SINCE, acting=data.draw(st.booleans())
                )
        boss = w.staff("批准人")
        if len(members) > 1 and data.draw(st.booleans()):
            people.deputize(
                members[0], members[1], valid_from=w.SINCE, valid_to=date(2027, 1, 1), reason="休假", approved_by=boss
            )
        me = data.draw(st.sampled_from(members))
        held = tuple(
            Held(
                data.draw(st.sampled_from(CODES)), unit.pk, unit.name, _area(unit, data.draw(st.sampled_from(Reach.values))),
                data.draw(st.integers(1, 4)),
            )
            for unit in data.draw(st.lists(st.sampled_from(units), max_size=3))
        )  # fmt: skip
        subject = data.draw(
            st.sampled_from(
                [
                    ANONYMOUS,
                    Subject(
                        account_id=1, kind="STAFF", staff_id=me.pk, held=held, roles=frozenset(h.role for h in held)
                    ),
                    Subject(account_id=2, kind="CITIZEN", person_id=me.person_id, roles=frozenset(["citizen"])),
                ]
            )
        )
        permission = Permission("t.any", "任意", data.draw(conditions()))
        rows = list(permission.filter(subject, Appointment.objects.order_by("pk")))
        one_by_one = [row for row in Appointment.objects.order_by("pk") if permission.test(subject, row)]
        assert rows == one_by_one
        assert not rows or permission.possible(subject)
        transaction.set_rollback(True)


def _area(unit: Unit, reach: str) -> Area:
    from xiezhi.kernel.access.subject import area_of
    from xiezhi.kernel.units.selectors import subtree_ids

    return area_of(unit, reach, {unit.pk: subtree_ids(unit)})


def test_missing_relations_are_simply_not_reached(world) -> None:
    organization = Organization.objects.create(name="某公司", created_at=clock.now())
    rule = rules.Linked("legal_rep_person", "person_id")
    subject = Subject(account_id=1, kind="CITIZEN", person_id=1)
    assert not rule.test(subject, organization) and not rule.test(subject, None)
    assert not Organization.objects.filter(rule.q(subject, Organization)).exists()
    assert not rules.InReach("leader", unit="unit").test(subject, SimpleNamespace(unit=None))
