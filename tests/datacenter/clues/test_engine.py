"""Overlaps in SQL against a count of days by hand; rules that ship stand and cite what exists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.clues.declare import ClueRule, Join
from xiezhi.datacenter.clues.engine import FOREVER, find
from xiezhi.datacenter.clues.rules import load
from xiezhi.datacenter.persons.kinds import KINDS

DAY0 = date(2020, 1, 1)
TODAY = date(2020, 2, 10)
Role = tuple[str, str, str, str, str, str, date | None, date | None, str]


def _rule(join: Join, left: tuple[str, ...], right: tuple[str, ...], days: int = 1, **more: object) -> ClueRule:
    values = {"in_force_from": date(2019, 1, 1), "check": "x", "organ": "y"} | more
    return ClueRule("x.y", "z", left, right, ("律师法 第10条第1款",), join=join, min_days=days, **values)  # type: ignore[arg-type]


TWO_FIRMS = _rule(Join.OTHER_HOLDER, ("LAWYER_FULL", "LAWYER_PART"), ("LAWYER_FULL", "LAWYER_PART"))
BOTH = _rule(Join.ANY, ("LAWYER_FULL",), ("NOTARY",), 3)
CLIPPED = _rule(Join.ANY, ("LAWYER_FULL",), ("NOTARY",), in_force_from=date(2020, 1, 15), in_force_to=date(2020, 1, 25))


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(":memory:", config={"threads": 1})
    made.execute(
        "CREATE TABLE roles (person_uid VARCHAR, kind VARCHAR, holder VARCHAR, license_no VARCHAR, area VARCHAR, record_id VARCHAR,"
        " valid_from DATE, valid_to DATE, source VARCHAR)"
    )
    return made


def run(
    con: duckdb.DuckDBPyConnection, roles: Sequence[Role], rule: ClueRule, back: date = date(2000, 1, 1)
) -> list[tuple[object, ...]]:
    con.execute("DELETE FROM roles")
    if roles:
        con.executemany("INSERT INTO roles VALUES (?,?,?,?,?,?,?,?,?)", roles)
    hits = find(con, "roles", [rule], today=TODAY, back=back)
    return [(h.person_uid, h.left.kind, h.left.holder, h.right.kind, h.right.holder, h.since, h.until) for h in hits]


def role(person: str, kind: str, holder: str, since: date | None, until: date | None, number: int = 0) -> Role:
    return (person, kind, holder, "", "", f"r{number}", since, until, "std")


def by_hand(roles: Sequence[Role], rule: ClueRule, back: date) -> list[tuple[object, ...]]:
    """Day by day over the year around; what is open at an end goes on."""
    days = [DAY0 + timedelta(n) for n in range(-400, 400)]
    first, last = days[0], days[-1]
    held: dict[tuple[str, str, str], set[date]] = {}
    for person, kind, holder, _l, _a, _r, f, t, _s in roles:
        held.setdefault((person, kind, holder), set()).update(
            d for d in days if (f is None or f <= d) and (t is None or d < t)
        )

    def pieces(found: set[date]) -> list[tuple[date, date | None]]:
        out: list[list[date]] = []
        for d in sorted(found):
            if out and out[-1][-1] == d - timedelta(1):
                out[-1][-1] = d
            else:
                out.append([d, d])
        return [(p[0], None if p[-1] == last else p[-1] + timedelta(1)) for p in out]

    def overlap(a: tuple[date, date | None], b: tuple[date, date | None]) -> tuple[date, date | None] | None:
        low = max(a[0], b[0], rule.in_force_from if rule.in_force_from > first else first)
        high = min(a[1] or FOREVER, b[1] or FOREVER, rule.in_force_to or FOREVER)
        return (low, None if high == FOREVER else high) if low < high else None

    found: list[tuple[object, ...]] = []
    keys = sorted(held)
    for i, k1 in enumerate(keys):
        for j, k2 in enumerate(keys):
            if k1[0] != k2[0] or (rule.join is Join.OTHER_HOLDER and k1[2] == k2[2]) or (rule.mirrored and i >= j):
                continue
            if k1[1] not in rule.left or k2[1] not in rule.right:
                continue
            for a in pieces(held[k1]):
                for b in pieces(held[k2]):
                    both = overlap(a, b)
                    if both is None or ((both[1] or FOREVER) - both[0]).days < rule.min_days:
                        continue
                    if both[0] > TODAY or (both[1] or FOREVER) <= back:
                        continue
                    found.append((k1[0], k1[1], k1[2], k2[1], k2[2], *both))
    return sorted(found, key=repr)


ends = st.one_of(st.none(), st.integers(-20, 60).map(lambda n: DAY0 + timedelta(n)))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from(["LAWYER_FULL", "LAWYER_PART", "NOTARY"]), st.sampled_from("AB"), ends, ends), max_size=7),
    st.sampled_from([TWO_FIRMS, BOTH, CLIPPED]),
    st.integers(-10, 50).map(lambda n: DAY0 + timedelta(n)),
)  # fmt: skip
def test_the_same_as_day_by_day(con: duckdb.DuckDBPyConnection, drawn: list[tuple[str, str, str, date | None, date | None]], rule: ClueRule, back: date) -> None:  # fmt: skip
    roles = [role(p, k, h, f, t, n) for n, (p, k, h, f, t) in enumerate(drawn)]
    mine = sorted(run(con, roles, rule, back), key=repr)
    expected = by_hand(roles, rule, back)
    # Two open beginnings meet where the rule begins; by hand that is the first day looked at.
    first = DAY0 + timedelta(-400)
    shown = [(*m[:5], max(m[5], first), m[6]) for m in mine]  # type: ignore[type-var]
    expected = [(*e[:5], max(e[5], first), e[6]) for e in expected]  # type: ignore[type-var]
    assert sorted(shown, key=repr) == sorted(expected, key=repr)


def test_touching_days_do_not_overlap(con: duckdb.DuckDBPyConnection) -> None:
    a = role("p", "LAWYER_FULL", "A", date(2020, 1, 1), date(2020, 1, 10), 1)
    assert run(con, [a, role("p", "LAWYER_FULL", "B", date(2020, 1, 10), None, 2)], TWO_FIRMS) == []
    assert len(run(con, [a, role("p", "LAWYER_FULL", "B", date(2020, 1, 9), None, 2)], TWO_FIRMS)) == 1


def test_renewals_are_one_period_and_gaps_two(con: duckdb.DuckDBPyConnection) -> None:
    notary = role("p", "NOTARY", "N", None, None, 9)
    renewed = [
        role("p", "LAWYER_FULL", "A", date(2020, 1, 1), date(2020, 1, 10), 1),
        role("p", "LAWYER_FULL", "A", date(2020, 1, 10), None, 2),
    ]
    assert len(run(con, [notary, *renewed], BOTH)) == 1
    gap = [renewed[0], role("p", "LAWYER_FULL", "A", date(2020, 1, 12), None, 2)]
    assert len(run(con, [notary, *gap], BOTH)) == 2


def test_a_license_without_unit_and_empty_periods_say_nothing(con: duckdb.DuckDBPyConnection) -> None:
    empty = role("p", "LAWYER_FULL", "A", date(2020, 1, 5), date(2020, 1, 5), 1)
    assert run(con, [empty, role("p", "NOTARY", "N", None, None, 2)], BOTH) == []


def test_area_of_the_court(con: duckdb.DuckDBPyConnection) -> None:
    rule = _rule(Join.SAME_AREA, ("PARTNER",), ("SPOUSE_JUDGE",))
    partner = ("p", "PARTNER", "A", "", "990102", "r1", None, None, "std")
    for area, hits in (("990102", 1), ("9901", 1), ("990103", 0), ("", 0)):
        assert len(run(con, [partner, ("p", "SPOUSE_JUDGE", "C", "", area, "r2", None, None, "x")], rule)) == hits


def test_what_ships_stands() -> None:
    found = load()
    assert len(found) >= 20
    assert len({r.code for r in found}) == len(found)
    for rule in found:
        assert not list(rule.problems())
        assert rule.check
        assert rule.organ
        assert rule.restricted == any(KINDS[k].restricted for k in (*rule.left, *rule.right))


def test_articles_of_what_ships_exist() -> None:
    from xiezhi.kernel.law.citations import resolve

    for rule in load():
        for text in (*rule.basis, *(e.basis for e in rule.exceptions if e.basis)):
            assert resolve(text), text
        assert rule.basis or rule.doubt, (
            f"{rule.code}: an article that is not in the catalog must be said to be in doubt"
        )
