"""Every identifier of a registered procedure can be looked up, and the glossary's sources exist."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from xiezhi.kernel import law
from xiezhi.kernel.procedures import registry, render
from xiezhi.kernel.procedures.declare import Procedure

DOCS = Path(__file__).resolve().parents[3] / "docs"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| ---", "| 中文"))
]
LISTED = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])}


def test_rows_are_whole() -> None:
    assert len(ROWS) >= 150
    assert all(len(row) == 4 and all(row) for row in ROWS)


def test_sources_exist() -> None:
    for zh, _, _, source in ROWS:
        if source != "—":
            assert law.resolve(source, date(2026, 9, 1)), zh


@pytest.mark.parametrize("procedure", registry.load_all(), ids=lambda p: p.code)
def test_states_roles_and_terms_are_in_the_glossary(procedure: type[Procedure]) -> None:
    wanted = {*procedure.states, *procedure.terms, *(r.code for r in procedure.roles)}
    assert wanted - LISTED == set()


@pytest.mark.parametrize("procedure", registry.load_all(), ids=lambda p: p.code)
def test_events_are_in_the_glossary_or_the_reference(procedure: type[Procedure]) -> None:
    page = (DOCS / f"procedures/{render.file_name(procedure)}.md").read_text(encoding="utf-8")
    assert [c for c in procedure.events if c not in LISTED and f"`{c}`" not in page] == []
