"""The scenario runner: forgiving where it may be, precise where something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiezhi.kernel.procedures.scenarios import exit_status, report, run_files


def run(tmp_path: Path, text: str) -> tuple[int, str]:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    results = run_files([path])
    return exit_status(results), report(results)


HEAD = "scenario: s\nprocedure: XZFY\n"
BROKEN = [
    (HEAD + "events:\n  - acepted: {on: 2026-09-14}\n", "accepted"),
    (HEAD + "events:\n  - receipt: {on: 2026-02-30}\n", "2026-02-30"),
    (HEAD + "evnts: []\n", "events"),
    (HEAD + "events:\n  - receipt:\n", "on"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14, by: nobody}\n", "nobody"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14, colour: red}\n", "colour"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14}\n  - as_of: 2026-09-13\n", "倒退"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14}\n    expect: {state: ACEPTED}\n", "ACCEPTED"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14}\n    expect: {clocks: {RC-ADMITT: 2026-09-21}}\n", "RC-ADMIT"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14}\n    expect: {clocks: {RC-ADMIT: 2026-09-22}}\n", "2026-09-20"),
    (HEAD + "events:\n  - receipt: {on: 2026-09-14, refused: true}\n", "应当被拒绝"),
    (
        HEAD + "events:\n  - receipt: {on: 2026-09-14}\n  - decided: {on: 2026-09-15, refused: VIEWS_NOT_HEARD}\n",
        "WRONG_STATE",
    ),
    (HEAD + "given: {state: ACCEPTED, accepted_on: 2026-09-14, colour: red}\n", "colour"),
    (HEAD + "given: {state: ACCEPTED}\n", "accepted_on"),
    ("scenario: s\nevents: []\n", "procedure"),
    ("scenario: s\nprocedure: NOPE\n", "NOPE"),
    ("scenario: s\nscenario: t\n", "两次"),
    ("a: [1\n", "YAML"),
    ("count: {start: 2026-09-14, length: 60, unit: XX}\n", "CD"),
    (HEAD + "events:\n  - deemed_accepted: {on: 2026-09-14}\n", "没有发生"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    status, told = run(tmp_path, text)
    assert status == 1
    assert said in told


GOOD = [
    HEAD
    + "events:\n  - accepted: 2026-09-14\n    expect: {state: 已受理, accepted_on: 2026-09-14, procedure: ORDINARY}\n",
    HEAD
    + "events:\n  - {event: accepted, on: 2026-09-14, procedure: 普通程序}\n  - copy_sent:\n  - expect: {state: IN_REVIEW}\n",
    HEAD
    + "events:\n  - receipt: {on: 2026-11-05}\n  - deemed_accepted: {on: 2026-11-12}\n  - copy_sent: {on: 2026-11-16}\n",
    HEAD + "events:\n  - receipt: {on: 2026-11-05}\n  - accepted: {on: 2026-11-13}\n    refused: WRONG_STATE\n",
    "- " + HEAD.replace("\n", "\n  ") + "given: {state: IN_REVIEW, accepted_on: 2026-09-14}\n"
    "  expect:\n    available: {office_head: [extended]}\n    not_available: {case_officer: [extended], office_head: [decided]}\n",
    "count: {start: 2026-08-04, length: 60, unit: CD}\nexpect: 2026-10-08\n",
    "count: {start: 2026-08-04 09:00, length: 24, unit: HR, expect: 2026-08-05 09:00}\n",
    HEAD + "calendar: {published: [2026, 2027], holidays: [2027-02-08]}\nevents:\n  - receipt: {on: 2027-02-05}\n"
    "    expect: {RC-ADMIT: 2027-02-15}\n",
]


@pytest.mark.parametrize("text", GOOD)
def test_short_forms(tmp_path: Path, text: str) -> None:
    status, told = run(tmp_path, text)
    assert status == 0, told


def test_nothing_to_run(tmp_path: Path) -> None:
    assert exit_status(run_files([tmp_path])) == 2
    assert exit_status(run_files([tmp_path / "missing.yaml"])) == 1
