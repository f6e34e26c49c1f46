"""Figures by unit from the rollup, the smallest cell, and what nobody may learn."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest

from tests.legal_services.satisfaction import world
from xiezhi.kernel.access import permissions
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.models import RollupCount
from xiezhi.kernel.procedures import policies as matters
from xiezhi.kernel.procedures import services as events
from xiezhi.kernel.procedures.models import Matter
from xiezhi.legal_services.satisfaction import figures, policies, selectors, services
from xiezhi.legal_services.satisfaction.models import Invitation, Rating
from xiezhi.ui.figures import periods

pytestmark = pytest.mark.django_db
SEPTEMBER = (date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def made(freeze: Callable[[str], None]) -> world.World:
    freeze(world.NOW)
    return world.build()


def rate_many(made: world.World, levels: list[int]) -> list[Matter]:
    out = []
    for level in levels:
        asked = made.asked()
        reasons = {5: ["FAST"], 1: ["SLOW"], 2: ["SLOW"]}.get(level, [])
        services.rate(asked.pk, str(level), reasons, f"第{level}级的话", "LINK")
        out.append(asked.matter)
    return out


def test_counts_follow_what_happens(made: world.World) -> None:
    rate_many(made, [5, 5, 4, 3, 1])
    made.asked()
    rollup.refresh()
    office, city = made.province.units["office"], made.province.units["city"]
    for unit in (office, city):
        own = rollup.figures(unit.pk, figures.CODE, *SEPTEMBER)
        assert own.total("invited") == 6 and own.total("answered") == 5
        assert dict(own.buckets("level")) == {5: 2, 4: 1, 3: 1, 1: 1}
        assert figures.average(own, None) == pytest.approx(3.6)
        assert figures.good(own, None) == pytest.approx(0.8) and figures.bad(own, None) == pytest.approx(0.2)
        assert own.total("cb:all") == 1 and own.total("cb:on_time") == 0
    asked = Invitation.objects.filter(rating__level=5).first()
    assert asked is not None
    services.change(asked.pk, "2", ["SLOW"], "")
    row = made.callback(asked.matter)
    made.call(row, "called", {"how": "PHONE", "said": "EXPLAINS", "words": "说明。"})
    made.call(row, "well_founded", {"causes": ["DELAY"], "finding": "属实。", "measure": "改。"})
    made.call(row, "rectified", {"what": "改了。"})
    rollup.refresh()
    own = rollup.figures(office.pk, figures.CODE, *SEPTEMBER)
    assert dict(own.buckets("level")) == {5: 1, 4: 1, 3: 1, 2: 1, 1: 1}
    assert (own.total("cb:on_time"), own.total("cb:founded"), own.total("cb:rectified_on_time")) == (1, 1, 1)
    before = sorted(RollupCount.objects.filter(n__gt=0).values_list("unit_id", "month", "metric", "bucket", "n"))
    rollup.refresh()
    rollup.rebuild()
    assert (
        sorted(RollupCount.objects.filter(n__gt=0).values_list("unit_id", "month", "metric", "bucket", "n")) == before
    )


def test_the_board_hides_small_numbers(made: world.World) -> None:
    rate_many(made, [5, 5, 1, 2])
    rollup.refresh()
    office = made.province.units["office"]
    head = of_account(made.province.accounts["office_head"])
    period = periods(clock.today(), "year", "year")
    page = figures.build(head, office, period)
    shown = {f.key: f.value for f in page.figures}
    assert shown["invited"] == "4" and shown["average"] == shown["good"] == shown["bad"] == "—" and page.results == []
    rate_many(made, [4])
    rollup.refresh()
    page = figures.build(head, office, period)
    shown = {f.key: f.value for f in page.figures}
    assert shown["average"] == "3.40" and shown["bad"] == "40.0"
    assert [(t, n) for t, n, _s, _h in page.results] == [
        ("非常满意", 2),
        ("满意", 1),
        ("基本满意", 0),
        ("不满意", 1),
        ("非常不满意", 1),
    ]


def test_a_list_of_few_is_not_a_list(made: world.World) -> None:
    rate_many(made, [5, 5, 5, 5, 1])
    office = made.province.units["office"]
    bad = selectors.said(office, *SEPTEMBER, levels=(1, 2))
    assert (bad.total, bad.shown, list(bad.rows), list(bad.reasons)) == (1, False, [], [])
    every = selectors.said(office, *SEPTEMBER)
    assert every.shown and len(every.rows) == 5
    assert not every.reasons, "four ticks of one reason are fewer than the smallest cell"
    assert {r.month for r in every.rows} == {date(2026, 9, 1)}


def test_a_row_says_nothing_of_person_or_matter(made: world.World) -> None:
    found = rate_many(made, [5, 4, 3, 2, 1])
    cell = selectors.said(made.province.units["office"], *SEPTEMBER)
    text = repr(cell)
    for matter in found:
        assert matter.number not in text and str(matter.public_id) not in text
    assert "陈晓岚" not in text and "14" not in text.replace("2026, 9, 1", ""), "no day either"


def test_officers_only_from_ten_and_for_their_head(made: world.World) -> None:
    rate_many(made, [5] * 9)
    office = made.province.units["office"]
    assert selectors.officers(office, *SEPTEMBER) == []
    rate_many(made, [1])
    (row,) = selectors.officers(office, *SEPTEMBER)
    assert (row.staff.pk, row.total, row.average, row.bad) == (
        made.province.accounts["case_officer"].staff_id, 10, pytest.approx(4.6), pytest.approx(0.1),
    )  # fmt: skip
    may = {
        name for name, account in made.province.accounts.items()
        if policies.RATING_OFFICERS.test(of_account(account), office)
    }  # fmt: skip
    assert may == {"office_head"}, "not the leader, not the colleague, not the head elsewhere"


def test_no_permission_opens_a_rating_to_staff(made: world.World) -> None:
    rate_many(made, [1])
    rated, asked = Rating.objects.get(), Invitation.objects.get()
    staff = [a for n, a in made.province.accounts.items() if n not in ("citizen", "other_citizen")]
    for account in staff:
        subject = of_account(account)
        assert not policies.RATING_OWN.test(subject, asked)
        assert not policies.RATING_OWN.filter(subject, Invitation.objects.all()).exists()
    for permission in permissions.every():
        if permission.code.startswith("rating."):
            assert permission.code in {"rating.own", "rating.figures", "rating.officers", "rating.rectify"}
    assert policies.RATING_OWN.test(of_account(made.province.accounts["citizen"]), asked)
    assert not policies.RATING_OWN.test(of_account(made.province.accounts["other_citizen"]), asked)
    assert rated.level == 1


def test_those_who_were_rated_do_not_reach_the_call_back(made: world.World) -> None:
    (matter,) = rate_many(made, [1])
    row = made.callback(matter)
    for name in (
        "case_officer",
        "case_officer_2",
        "office_head",
        "counter_clerk",
        "archivist",
        "sealer",
        "organ_head",
        "statistician",
    ):
        subject = of_account(made.province.accounts[name])
        assert not matters.may_read(subject, row.matter), name
        assert not Matter.objects.filter(matters.reach_q(subject), pk=row.matter_id).exists(), name
    assert matters.may_read(of_account(made.caller), row.matter)


@pytest.mark.parametrize("seed", range(3))
def test_predicates_equal_filters(made: world.World, seed: int) -> None:
    """One declaration, two answers: the single test and the list agree for everybody."""
    rate_many(made, [1, 5])
    row = made.callback(
        Matter.objects.get(pk=Invitation.objects.filter(rating__level=1).values_list("matter_id", flat=True)[0])
    )
    made.call(row, "called", {"how": "PHONE", "said": "EXPLAINS", "words": "说明。"})
    made.call(row, "well_founded", {"causes": ["DELAY"], "finding": "属实。", "measure": "改。"})
    accounts = list(made.province.accounts.values())
    random.Random(seed).shuffle(accounts)
    for account in accounts:
        subject = of_account(account)
        for permission, rows in (
            (policies.RATING_OWN, Invitation.objects.all()), (policies.RATING_RECTIFY, type(row).objects.all()),
            (policies.RATING_OFFICERS, type(made.upper).objects.all()), (policies.RATING_FIGURES, type(made.upper).objects.all()),
        ):  # fmt: skip
            listed = set(permission.filter(subject, rows).values_list("pk", flat=True))
            assert listed == {r.pk for r in rows if permission.test(subject, r)}, (permission.code, account)
            if listed:
                assert permission.possible(subject)
    head = of_account(made.province.accounts["office_head"])
    assert [r.pk for r in selectors.rectifying(head)] == [row.pk]
    assert selectors.rectifying(of_account(made.province.accounts["other_head"])) == []


def test_the_public_sees_enough_ratings_only(made: world.World) -> None:
    rate_many(made, [5] * 8 + [1])
    rollup.refresh()
    assert selectors.public_units() == [] and selectors.public_of("XZFY") == []
    rate_many(made, [4])
    rollup.refresh()
    (found,) = selectors.public_units()
    assert (found.unit.pk, found.total, found.good) == (made.province.units["office"].pk, 10, pytest.approx(0.9))
    assert selectors.public_of("XZFY")[0].total == 10
    assert selectors.public_of("HCPHF") == []


def test_the_list_behind_a_number_of_call_backs_is_the_number(made: world.World, freeze: Callable[[str], None]) -> None:
    rate_many(made, [1, 2])
    freeze("2026-09-18 09:00")
    events.lapse_due()
    rollup.refresh()
    office = made.province.units["office"]
    own = rollup.figures(office.pk, figures.CODE, *SEPTEMBER)
    for metric in ("all", "late"):
        caller = of_account(made.caller)
        rows, _words = figures.callbacks(metric, office, *SEPTEMBER, matters.reach_q(caller))
        assert rows.count() == own.total(f"cb:{metric}") == 2
        mine, _words = figures.callbacks(
            metric, office, *SEPTEMBER, matters.reach_q(of_account(made.province.accounts["office_head"]))
        )
        assert mine.count() == 0
