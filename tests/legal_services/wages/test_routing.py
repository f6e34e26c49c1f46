"""Routing, limitation and alarm: tables of facts with what the worker is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.law.citations import resolve
from xiezhi.legal_services.wages import codes, groups, limitation
from xiezhi.legal_services.wages.limitation import Restart
from xiezhi.legal_services.wages.routing import Facts, ways

CALENDAR = calendar_from_chinesecalendar()
TODAY = date(2026, 3, 2)

FIRST = [
    (Facts(evidence=("SLIP",)), "AID"),
    (Facts(evidence=("SLIP",), days_left=5), "AID"),
    (Facts(evidence=("SLIP",), days_left=20), "AID"),
    (Facts(evidence=("SLIP",), engineering=True, workers=30), "INSPECTION"),
    (Facts(evidence=("SLIP",), engineering=True, threat="FLED", fled=True), "INSPECTION"),
    (Facts(evidence=("IOU",), agreement_broken=True), "PAYMENT_ORDER"),
    (Facts(evidence=()), "AID"),
    (Facts(labor=False, evidence=("IOU",)), "AID"),
]


@pytest.mark.parametrize(("facts", "first"), FIRST, ids=[f"{i}-{f}" for i, (_, f) in enumerate(FIRST)])
def test_the_best_way_comes_first(facts: Facts, first: str) -> None:
    assert ways(facts)[0].code == first


def test_legal_aid_is_always_offered_free_and_without_poverty() -> None:
    for labor, days, evidence, workers, threat in product(
        (True, False), (None, -3, 3, 90), ((), ("IOU",), ("NONE",)), (1, 12), ("NONE", "FLED", "HEIGHT")
    ):
        found = ways(Facts(labor=labor, days_left=days, evidence=evidence, workers=workers, threat=threat))
        aid = [w for w in found if w.code == "AID"]
        assert len(aid) == 1
        assert aid[0].cost == "不收费"
        assert "法律援助法 第42条第3项" in aid[0].basis
        assert "不要任何经济困难证明" in aid[0].needs
        assert len({w.code for w in found}) == len(found)
        for way in found:
            assert resolve(way.basis)
            assert way.why and way.takes and way.needs and way.cost
            assert way.code in codes.ROUTES


def test_no_arbitration_without_employment() -> None:
    assert "ARBITRATION" not in [w.code for w in ways(Facts(labor=False))]


def test_a_lost_way_is_not_proposed_again() -> None:
    found = [w.code for w in ways(Facts(evidence=("SLIP",), tried={"MEDIATION": "FAILED", "AID": "RUNNING"}))]
    assert "MEDIATION" not in found
    assert "AID" not in found
    assert found[0] == "ARBITRATION"


def test_seven_days_before_the_end_aid_comes_before_papers() -> None:
    aid = ways(Facts(days_left=6))[0]
    assert aid.code == "AID"
    assert aid.urgent
    assert "法律援助法 第44条第1款第1项" in aid.basis
    assert not ways(Facts(days_left=7))[0].urgent


@pytest.mark.parametrize(
    ("given", "last"),
    [
        ({"ended_on": date(2025, 8, 31)}, date(2026, 8, 31)),
        ({"ended_on": date(2025, 10, 3)}, date(2026, 10, 8)),
        ({"ended_on": date(2024, 2, 29)}, date(2025, 2, 28)),
        ({"ended_on": date(2025, 8, 31), "restarts": [Restart(date(2026, 1, 5), "ASKED_PAYER")]}, date(2027, 1, 5)),
        ({"ended_on": date(2024, 1, 1), "restarts": [Restart(date(2026, 1, 5), "ASKED_PAYER")]}, date(2025, 1, 2)),
        ({"ended_on": date(2025, 8, 31), "restarts": [Restart(date(2025, 8, 1), "ASKED_PAYER")]}, date(2026, 8, 31)),
        ({"ended_on": date(2025, 8, 31), "labor": False}, date(2028, 8, 31)),
        ({"ended_on": None, "labor": False, "due_on": date(2024, 5, 31)}, date(2027, 5, 31)),
    ],
)
def test_limitation(given: dict[str, object], last: date) -> None:
    found = limitation.find(employed=False, today=TODAY, calendar=CALENDAR, **given)  # type: ignore[arg-type]
    assert found.last == last
    assert found.days_left == (last - TODAY).days
    assert found.passed is (last < TODAY)
    assert resolve(found.basis)
    assert f"{last.year}年{last.month}月{last.day}日" in found.said


def test_no_limit_while_employed_and_none_without_a_day() -> None:
    found = limitation.find(employed=True, ended_on=None, today=TODAY, calendar=CALENDAR)
    assert not found.running
    assert found.last is None
    assert not limitation.find(employed=False, ended_on=None, today=TODAY, calendar=CALENDAR).running


@pytest.mark.parametrize(
    ("workers", "owed", "threat", "others", "wanted"),
    [
        (9, "99999.99", "NONE", (0, "0"), []),
        (10, "1", "NONE", (0, "0"), ["WORKERS"]),
        (1, "100000", "NONE", (0, "0"), ["OWED"]),
        (1, "1", "HEIGHT", (0, "0"), ["THREAT"]),
        (1, "1", "FLED", (0, "0"), []),
        (4, "20000", "NONE", (6, "30000"), ["PROJECT_WORKERS"]),
        (4, "40000", "NONE", (2, "60000"), ["PROJECT_OWED"]),
        (12, "150000", "GATHER", (9, "90000"), ["WORKERS", "OWED", "THREAT"]),
    ],
)
def test_alarm(workers: int, owed: str, threat: str, others: tuple[int, str], wanted: list[str]) -> None:
    found = groups.reasons(
        workers=workers, owed=Decimal(owed), threat=threat, limit_workers=10, limit_owed=Decimal(100000),
        project_workers=others[0], project_owed=Decimal(others[1]),
    )  # fmt: skip
    assert [code for code, _ in found] == wanted
