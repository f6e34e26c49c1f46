"""Every rule an interview can break has a name, and a file that breaks it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from click.testing import CliRunner

from tests.legal_services.interviews.broken import BROKEN, SOUND
from xiezhi.legal_services.interviews import checks, loading

TODAY = date(2026, 11, 23)


def codes(text: str) -> set[str]:
    try:
        guide = loading.read(text, "umbrella")
    except loading.Broken as error:
        return {p.code for p in error.problems}
    return {p.code for p in checks.check(guide, TODAY)}


def test_the_sound_one_is_sound() -> None:
    assert codes(SOUND) == set()


@pytest.mark.parametrize("code", BROKEN)
def test_each_rule_is_found_broken(code: str) -> None:
    old, new = BROKEN[code]
    assert old in SOUND
    found = codes(SOUND.replace(old, new, 1))
    assert code in found, found


def test_every_named_error_has_its_fixture() -> None:
    named = set(re.findall(r"^    ([a-z-]+)  ", str(checks.__doc__), re.M))
    named |= set(re.findall(r"[a-z]+-[a-z]+", str(checks.__doc__).split("Faults of form")[1]))
    assert named == set(BROKEN)


def test_repealed_law_is_no_basis() -> None:
    """合同法 ended when the 民法典 began; 噪声污染防治法 when the 生态环境法典 did."""
    for gone in ("侵权责任法 第6条", "噪声污染防治法 第2条"):
        found = codes(SOUND.replace("cite: 民法典 第188条第1款", f"cite: {gone}"))
        assert found == {"bad-citation"}, gone


def test_the_proof_reports_which_answers_lead_nowhere() -> None:
    old, new = BROKEN["no-outcome"]
    guide = loading.read(SOUND.replace(old, new), "umbrella")
    found = [p.message for p in checks.check(guide, TODAY) if p.code == "no-outcome"]
    assert any("天数＝30" in message for message in found)
    assert any("天数＝不知道" in message for message in found)


def test_the_command_names_what_is_broken(tmp_path: object) -> None:
    from xiezhi.commands.interviews import interviews

    path = tmp_path / "umbrella.yaml"  # type: ignore[operator]
    path.write_text(SOUND.replace(*BROKEN["overlap"]), encoding="utf-8")
    done = CliRunner().invoke(interviews, ["check", str(path)])
    assert done.exit_code == 1 and "overlap" in done.output
    path.write_text(SOUND, encoding="utf-8")
    assert CliRunner().invoke(interviews, ["check", str(path)]).exit_code == 0
    assert "3 rows, 0 failed" in CliRunner().invoke(interviews, ["test", str(path)]).output
