"""Other words a scenario may use: titles, fields of the case file, entries by their event, dates with the weekday."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiezhi.kernel.procedures.scenario_yaml import ScenarioError, day_of, moment
from xiezhi.kernel.procedures.scenarios import run_files

WORDS = {
    "status": """
given: {status: IN_REVIEW, accepted_on: 2026-09-14}
expect: {status: 审理中, accepted_on: 2026-09-14, accepted_mode: DECIDED, closing_type: none}
""",
    "titles": """
events:
- 提出申请: {on: 2026-09-10}
- 收到申请: 2026-09-10
- 受理: {on: 2026-09-11, 适用程序: 普通程序}
  expect: {state: 已受理}
""",
    "fields of the act": """
events:
- filed: {on: 2026-09-21, service_method: DIRECT, served_on: 2026-08-04, told_remedy: true, method: POST}
  expect: {clocks: {RC-APPLY: 2026-10-08}, facts: {filing_method: POST}}
""",
    "days of the case file": """
given: {state: IN_REVIEW, accepted_on: 2026-07-06, complex: true}
events:
- suspended: {decided_on: 2026-08-03, ground: 8}
- resumed: {resumed_on: 2026-09-07}
  expect: {RC-DECIDE-ORD: {due_nominal: 2026-10-09, due_legal: 2026-10-09}}
""",
    "completion by post": """
events:
- receipt: {on: 2026-09-10}
- supplement_noticed: {on: 2026-09-11, received_on: 2026-09-14}
  expect: {RC_SUPP: 2026-09-28}
- supplemented: {on: 2026-09-30, postmarked_on: 2026-09-28}
""",
    "a code where text is asked": """
events:
- receipt: {on: 2026-09-10}
- refused: {on: 2026-09-11, reason: OUT_OF_SCOPE}
  expect: {facts: {refusal_reason: OUT_OF_SCOPE}}
""",
    "hearing": """
given: {state: IN_REVIEW, accepted_on: 2026-09-01}
events:
- hearing_noticed: {on: 2026-09-10, time: 2026-09-21, place: x, topics: y}
- hearing_held: {on: 2026-09-21, officers: [a, b], chair: c, clerk: d}
""",
    "what happens in the state": """
given: {state: IN_REVIEW, accepted_on: 2026-09-01, copy_received_on: 2026-09-03, replied_on: 2026-09-07}
expect: {clocks: {RC-REPLY-ORD: MET}}
""",
    "dates with words": """
given: {state: IN_REVIEW, accepted_on: 2026-09-01 (Tue)}
events:
- as_of: 2026年10月31日
  expect: {clocks: {RC-DECIDE-ORD: 2026-11-02 (Mon)}}
""",
    "who approved": """
given: {state: IN_REVIEW, accepted_on: 2026-09-01}
events:
- extended: {on: 2026-10-20, days: 20, extension_approved_by: organ_head, refused: NOT_ALLOWED}
- extended: {on: 2026-10-20, days: 20, extension_approved_by: office_head}
""",
    "an entry by its event": """
given: {state: IN_REVIEW, accepted_on: 2026-09-01, copy_sent_on: 2026-09-03}
events:
- copy_received: 2026-09-04
- corrected: {on: 2026-09-08, event: copy_received, new_on: 2026-09-07, reason: x}
  expect: {RC-REPLY-ORD: 2026-09-20}
""",
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(f"scenario: {name}\nprocedure: XZFY\n{WORDS[name].lstrip()}", encoding="utf-8")
    (result,) = run_files([path])
    assert result.ok, result.failures


def test_a_correction_of_what_did_not_happen_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        "scenario: x\nprocedure: XZFY\nevents:\n- filed: 2026-09-10\n"
        "- corrected: {event: served, new_on: 2026-09-09, reason: x}\n",
        encoding="utf-8",
    )
    (result,) = run_files([path])
    assert "还没有“served”的记录" in result.failures[0]


def test_days() -> None:
    assert day_of("2026年9月4日").isoformat() == day_of("2026-09-04（周五）").isoformat() == "2026-09-04"
    assert moment("2026-09-04 24:00").isoformat() == "2026-09-05T00:00:00+08:00"
    with pytest.raises(ScenarioError, match="不是日期"):
        day_of("9/14/2026")
