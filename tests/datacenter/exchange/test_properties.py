"""Whatever was granted and asked: nobody gets a row, a field or a value beyond it. Against a policy written out by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datacenter.exchange.conftest import Gateway, Partner, lawyer, partner, serve_rows
from xiezhi import pg
from xiezhi.datacenter.exchange import services
from xiezhi.datacenter.exchange.models import CallLog
from xiezhi.kernel.calendar import clock

ROWS = 12
DIVISIONS = ("990101", "990102", "990201", "9901", "99", "88")
PURPOSES = ("TRIAL", "INVESTIGATION", "LICENSING", "SUPERVISION", "CROSS_CHECK")
FIELDS = ("license_no", "name", "status", "mobile", "id_no", "assess", "sex")
CLEAR = {"TRIAL": {"mobile"}, "INVESTIGATION": {"mobile", "id_no"}}


@pytest.fixture(scope="module")
def partners(exchange_db: pg.Urls) -> list[Partner]:
    serve_rows([lawyer(n) for n in range(ROWS)])
    return [
        partner("one", "云岭省高级人民法院", fields=["name"], purposes=["TRIAL"]),
        partner("two", "云岭省人力资源和社会保障厅", fields=["status"], purposes=["LICENSING"]),
    ]


scopes = st.fixed_dictionaries({
    "fields": st.lists(st.sampled_from(FIELDS), min_size=1, unique=True),
    "purposes": st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True),
    "row_filter": st.one_of(
        st.just({}), st.lists(st.sampled_from(DIVISIONS), min_size=1, max_size=2, unique=True).map(lambda d: {"division": d})
    ),
})  # fmt: skip
asks = st.fixed_dictionaries({
    "who": st.integers(0, 1), "row": st.integers(0, ROWS + 1), "purpose": st.sampled_from(PURPOSES),
    "fields": st.lists(st.sampled_from((*FIELDS, "penalty", "unit_usc")), max_size=3, unique=True),
    "case": st.sampled_from(["", "2026-1"]), "state": st.sampled_from(["go", "go", "go", "suspended", "past", "future"]),
})  # fmt: skip


def expected(scope: dict[str, Any], ask: dict[str, Any]) -> Any:
    """What must come back: a code, or rows."""
    if ask["state"] == "suspended":
        return "GRANT_SUSPENDED"
    if ask["state"] in ("past", "future"):
        return "GRANT_ENDED"
    if ask["purpose"] not in scope["purposes"]:
        return "PURPOSE_NOT_GRANTED"
    if not ask["case"]:
        return "CASE_NEEDED"
    if any(name not in scope["fields"] for name in ask["fields"]):
        return "FIELD_NOT_GRANTED"
    row = lawyer(ask["row"])
    if ask["row"] >= ROWS:
        return []
    if scope["row_filter"] and not any(row["division"].startswith(d) for d in scope["row_filter"]["division"]):
        return []
    out = {}
    for name in ask["fields"] or scope["fields"]:
        value = row[name]
        if name in ("mobile", "id_no") and name not in CLEAR.get(ask["purpose"], ()):
            value = value[:3] + "*" * 4 + value[-4:] if name == "mobile" else value[0] + "*" * 16 + value[-1]
        out[name] = value
    return [out]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(scopes, scopes), st.lists(asks, min_size=2, max_size=5))
def test_nothing_beyond_the_grant(
    gateway: Gateway, partners: list[Partner], scope: tuple[dict[str, Any], ...], asked: list[dict[str, Any]]
) -> None:
    now = clock.now()
    usual = {"valid_from": now - timedelta(days=1), "valid_to": now + timedelta(days=1)}
    for who, granted in zip(partners, scope, strict=True):
        services.resume(who.grant)
        services.change(who.grant, **granted, **usual)
    for ask in asked:
        who = partners[ask["who"]]
        match ask["state"]:
            case "suspended":
                services.suspend(who.grant, reason="核查")
            case "past":
                services.change(who.grant, valid_from=now - timedelta(days=9), valid_to=now - timedelta(days=1))
            case "future":
                services.change(who.grant, valid_from=now + timedelta(days=1), valid_to=now + timedelta(days=9))
        said = {
            "purpose": ask["purpose"],
            "case": ask["case"],
            "keys": {"license_no": lawyer(ask["row"])["license_no"]},
        }
        if ask["fields"]:
            said["fields"] = ask["fields"]
        before = CallLog.objects.count()
        found = gateway.post("lawyer-license", said, who)
        wanted = expected(scope[ask["who"]], ask)
        if isinstance(wanted, str):
            assert found.code == wanted and "rows" not in found.json
        else:
            assert found.status == 200 and found.json["rows"] == wanted, (scope, ask)
        assert CallLog.objects.count() == before + 1
        if ask["state"] == "suspended":
            services.resume(who.grant)
        if ask["state"] != "go":
            services.change(who.grant, **usual)
