"""Units through time."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel import world as w
from xiezhi.kernel.units import selectors, services, tasks
from xiezhi.kernel.units.models import LEVEL_COLUMNS, Level, Unit, UnitPeriod

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, freeze) -> w.World:
    freeze("2026-03-05 09:00")
    return w.build()


def test_ancestors_by_level(world) -> None:
    office = world["甲东所"]
    assert office.prov_id == world["省府"].pk
    assert office.city_id == world["甲市府"].pk
    assert office.county_id == world["甲东县府"].pk
    assert office.town_id == office.pk
    assert world["甲市局"].city_id == world["甲市府"].pk and not world["甲市局"].is_head
    assert [unit.short_name for unit in selectors.ancestors(office)] == ["甲东县局", "甲东县府", "甲市府", "省府"]


def test_subtree_of_a_head_is_one_equality(world) -> None:
    assert selectors.subtree_q(world["甲市府"], "handling_unit__").children == [
        ("handling_unit__city_id", world["甲市府"].pk)
    ]


def test_subtree_of_every_unit_equals_the_tree(world) -> None:
    roots = selectors.tree_as_of(date(2026, 3, 5))
    for root in roots:
        for node in root.walk():
            unit = selectors.get(node.unit_id)
            assert set(Unit.objects.filter(selectors.subtree_q(unit)).values_list("id", flat=True)) == node.ids()
            assert set(selectors.subtree_ids(unit)) == node.ids()


def test_territory_of_a_bureau_is_its_government(world) -> None:
    found = set(Unit.objects.filter(selectors.territory_q(world["甲市局"])).values_list("short_name", flat=True))
    assert "甲东所" in found and "甲市府" in found and "乙市府" not in found
    assert selectors.in_territory(world["甲市局"], world["甲西县局"])
    assert not selectors.in_territory(world["甲市局"], world["乙西县局"])


def test_rename_keeps_the_past(world) -> None:
    unit = world["甲东县局"]
    services.rename_unit(unit, "云岭省甲东区司法局", on=date(2026, 1, 1), reason="撤县设区")
    assert unit.name == "云岭省甲东区司法局"
    assert selectors.names_on(date(2025, 12, 31))[unit.pk] == "云岭省甲东县局"
    assert selectors.names_on(date(2026, 1, 1))[unit.pk] == "云岭省甲东区司法局"
    assert selectors.period_on(unit, date(2019, 12, 31)) is None


def test_future_change_waits_for_its_day(world, freeze) -> None:
    unit = world["甲东县局"]
    services.rename_unit(unit, "将来的名称", on=date(2026, 4, 1))
    assert unit.name == "云岭省甲东县局"
    freeze("2026-04-01 00:01")
    tasks.refresh(0)
    unit.refresh_from_db()
    assert unit.name == "将来的名称"
    assert services.refresh_current() == 0


def test_move_carries_everything_below(world) -> None:
    services.move_unit(world["甲东县府"], world["乙市府"], on=date(2026, 2, 1))
    office = selectors.get(world["甲东所"].pk)
    assert office.city_id == world["乙市府"].pk
    before = selectors.tree_as_of(date(2026, 1, 31), world["甲市府"])[0].ids()
    after = selectors.tree_as_of(date(2026, 2, 1), world["甲市府"])[0].ids()
    assert office.pk in before and office.pk not in after


def test_no_circles(world) -> None:
    with pytest.raises(services.UnitError, match="下级"):
        services.move_unit(world["省府"], world["省厅"], on=date(2026, 2, 1))
    with pytest.raises(services.UnitError, match="层级低于"):
        services.create_unit(name="错位", level="PROV", kind="JUSTICE", parent=world["甲市府"])


def test_merge_hands_over(world) -> None:
    day = date(2026, 2, 1)
    services.merge_units([world["甲东县局"]], world["甲西县局"], on=day, reason="机构改革")
    old = selectors.get(world["甲东县局"].pk)
    assert old.status == "MERGED"
    assert selectors.successors(old) == [world["甲西县局"]]
    assert selectors.get(world["甲东所"].pk).parent_id == world["甲西县局"].pk
    assert old.pk not in selectors.names_on(day) and old.pk in selectors.names_on(date(2026, 1, 31))
    with pytest.raises(services.UnitError, match="不存续"):
        services.rename_unit(old, "不可能", on=date(2026, 3, 1))


def test_successors_follow_the_chain(world) -> None:
    services.merge_units([world["甲东所"]], world["甲西所"], on=date(2026, 1, 1))
    services.merge_units([world["甲西所"]], world["乙西所"], on=date(2026, 2, 1))
    assert selectors.successors(selectors.get(world["甲东所"].pk)) == [selectors.get(world["乙西所"].pk)]


def test_closing_needs_an_empty_house(world) -> None:
    with pytest.raises(services.UnitError, match="下级机构"):
        services.close_unit(world["甲市府"], on=date(2026, 2, 1))
    services.close_unit(world["甲东所"], on=date(2026, 2, 1), successors=[world["甲东县局"]])
    assert selectors.get(world["甲东所"].pk).status == "CLOSED"


def test_the_database_refuses_overlapping_periods(world) -> None:
    unit = world["甲东所"]
    with pytest.raises(IntegrityError, match="units_period_no_overlap"), transaction.atomic():
        UnitPeriod.objects.create(unit=unit, name="重叠", valid_from=date(2025, 1, 1), valid_to=date(2025, 2, 1))
    with pytest.raises(IntegrityError, match="units_period_not_empty"), transaction.atomic():
        UnitPeriod.objects.create(unit=unit, name="空", valid_from=date(2019, 1, 1), valid_to=date(2019, 1, 1))
    UnitPeriod.objects.create(unit=unit, name="此前", valid_from=date(2019, 1, 1), valid_to=date(2020, 1, 1))


def test_search(world) -> None:
    assert world["甲东所"] in selectors.search("甲东")
    assert world["甲东所"] in selectors.search("yun ling sheng jia dong suo")
    assert list(selectors.search(" ")) == []
    assert selectors.by_name("甲市局") == world["甲市局"]


def test_divisions(db) -> None:
    province = services.create_division("990000", "云岭省", Level.PROV, valid_from=date(2000, 1, 1))
    city = services.create_division("990100", "甲市", Level.CITY, province, valid_from=date(2000, 1, 1))
    county = services.create_division("990121", "东县", Level.COUNTY, city, valid_from=date(2000, 1, 1))
    district = services.create_division("990102", "东区", Level.COUNTY, city, valid_from=date(2026, 1, 1))
    services.replace_division(county, [district], on=date(2026, 1, 1))
    assert selectors.division("990121", date(2025, 12, 31)) == county
    assert selectors.division("990121", date(2026, 1, 1)) is None
    with pytest.raises(services.UnitError):
        services.create_division("980101", "别处", Level.COUNTY, city, valid_from=date(2000, 1, 1))


MOVES = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=6)


@given(MOVES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_agree_with_the_tree_after_any_moves(db, moves) -> None:
    from datetime import timedelta

    with transaction.atomic():
        built = list(w.build().units.values())
        day = date(2021, 1, 1)
        for child, parent in moves:
            day += timedelta(days=1)
            try:
                with transaction.atomic():
                    services.move_unit(
                        selectors.get(built[child % len(built)].pk),
                        selectors.get(built[parent % len(built)].pk),
                        on=day,
                    )
            except services.UnitError:
                continue
        everything = Unit.objects.in_bulk()
        for unit in everything.values():
            chain, node = [unit], unit.parent_id
            while node:
                chain.append(everything[node])
                node = everything[node].parent_id
            for level, column in zip(Level, LEVEL_COLUMNS, strict=False):
                tops = [member.pk for member in chain if member.level == level]
                assert getattr(unit, column) == (tops[-1] if tops else None)
        transaction.set_rollback(True)
