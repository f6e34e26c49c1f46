"""The two exemptions and the other pure rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.legal_services.legal_aid import codes
from xiezhi.legal_services.legal_aid.rules_hardship import CHECK, NOTHING, STATUS_PROOF, hardship, limitation_days_left

ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "route": st.sampled_from(list(codes.ROUTES)),
        "claim": st.sampled_from(list(codes.CLAIMS)),
        "no_limit_ground": st.sampled_from([*codes.NO_LIMIT, None]),
        "groups": st.lists(st.sampled_from(list(codes.GROUPS)), unique=True),
        "no_stable_income": st.one_of(st.none(), st.booleans()),
        "statuses": st.lists(st.sampled_from(list(codes.STATUSES)), unique=True),
    },
)


@given(ANSWERS)
def test_both_exemptions_name_their_ground(answers: dict[str, Any]) -> None:
    found = hardship(answers)
    assert found.not_required == bool(found.not_required_basis) and found.check_waived == bool(found.waiver_basis)
    assert found.not_required_basis in ("", *codes.NO_LIMIT)
    assert found.waiver_basis in ("", *codes.WAIVERS)
    assert found.asks == (NOTHING if found.not_required else STATUS_PROOF if found.check_waived else CHECK)


@given(ANSWERS, st.sampled_from(["PAY", "WORK_INJURY"]))
def test_migrant_workers_claiming_pay_are_waived_never_unlimited(answers: dict[str, Any], claim: str) -> None:
    groups = [*{*answers.get("groups", ()), "MIGRANT_WORKER"}]
    found = hardship({**answers, "route": "APPLY", "claim": claim, "groups": groups})
    assert found.check_waived and found.waiver_basis == "MIGRANT_WORKER"
    assert not found.not_required


@given(ANSWERS)
def test_notice_never_asks_for_means(answers: dict[str, Any]) -> None:
    found = hardship({**answers, "route": "NOTIFY"})
    assert found.not_required and found.not_required_basis == "NOTIFIED" and found.asks == NOTHING


@pytest.mark.parametrize("status", list(codes.SOCIAL_ASSISTANCE))
def test_all_eight_kinds_of_social_assistance_waive(status: str) -> None:
    assert len(codes.SOCIAL_ASSISTANCE) == 8
    assert hardship({"claim": "MAINTENANCE", "statuses": [status]}).waiver_basis == "SOCIAL_ASSISTANCE"


@pytest.mark.parametrize(
    ("answers", "unlimited", "waived"),
    [
        ({"claim": "MAINTENANCE"}, "", ""),
        ({"claim": "ABUSE"}, "ABUSED", ""),
        ({"claim": "MAINTENANCE", "no_limit_ground": "ABUSED"}, "ABUSED", ""),
        ({"claim": "BRAVE_ACT", "groups": ["AGED"], "no_stable_income": True}, "BRAVE_ACT", "NO_STABLE_INCOME"),
        ({"claim": "MEDICAL_INJURY", "no_limit_ground": "BRAVE_ACT"}, "BRAVE_ACT", ""),
        ({"claim": "STATE_COMPENSATION", "no_limit_ground": "ACQUITTED"}, "ACQUITTED", ""),
        ({"claim": "MAINTENANCE", "no_limit_ground": "ACQUITTED"}, "", ""),
        ({"claim": "PAY", "groups": ["AGED"]}, "", ""),
        ({"claim": "PAY", "groups": ["WOMAN"], "no_stable_income": True}, "", ""),
        ({"claim": "PAY", "groups": ["MINOR"], "no_stable_income": True}, "", "NO_STABLE_INCOME"),
        ({"claim": "PENSION", "statuses": ["PREFERENTIAL"]}, "", "PREFERENTIAL"),
        ({"claim": "VICTIM", "statuses": ["JUDICIAL_AID"]}, "", "JUDICIAL_AID"),
        ({"claim": "RETRIAL", "statuses": ["WAIVED_BY_LAW"]}, "", "OTHER_BY_LAW"),
    ],
)
def test_cases(answers: dict[str, Any], unlimited: str, waived: str) -> None:
    found = hardship(answers)
    assert (found.not_required_basis, found.waiver_basis) == (unlimited, waived)


def test_the_start_day_is_not_counted_towards_the_limitation() -> None:
    assert limitation_days_left(date(2026, 5, 20), date(2026, 5, 14)) == 6
    assert limitation_days_left(date(2026, 5, 20), date(2026, 5, 13)) == 7
