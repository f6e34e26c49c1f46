"""`xiezhi law import`, `list` and `show`, as an operator types them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import Freeze
from xiezhi.commands import law as commands
from xiezhi.commands.law import import_, list_, show
from xiezhi.demo import regulations
from xiezhi.kernel.law import library
from xiezhi.kernel.law.importing import follow
from xiezhi.kernel.law.models import ImportNote, Version


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, db: None, freeze: Freeze) -> None:
    monkeypatch.setattr(follow, "AFTER", {})
    for module in (import_, list_, show):
        monkeypatch.setattr(module, "ready", lambda: None)
    freeze("2026-11-23 09:00")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.law, arguments, catch_exceptions=False)


def test_import_list_show(tmp_path: Path) -> None:
    folder = Path(regulations.__file__).parent / "data"
    done = run("import", str(folder), "--report", str(tmp_path / "odd.csv"))
    assert done.exit_code == 0, done.output
    assert "7 acts in 13 versions" in done.output
    with (tmp_path / "odd.csv").open(encoding="utf-8-sig") as handle:
        assert next(csv.reader(handle)) == ["act", "version", "code", "where", "detail", "source"]
    assert "云岭省法律援助条例" in run("list").output
    versions = run("list", "云岭省公共法律服务条例").output
    assert "not yet in force" in versions and "in force" in versions
    assert "repealed by" in run("list", "云岭省行政执法责任制规定").output
    shown = run("show", "云岭省法律援助条例第一条").output
    assert "2025年文本" in shown and "第一条" in shown
    assert "2019年文本" in run("show", "云岭省法律援助条例第一条", "--on", "2024-05-01").output
    assert "Not law on" in run("show", "云岭省法律援助条例 第1条", "--version", "2019").output
    assert run("show", "云岭省法律援助条例", "--akn", str(tmp_path / "a.xml")).exit_code == 0
    assert (tmp_path / "a.xml").read_bytes().startswith(b"<?xml")
    assert run("show", "云岭省法律援助条例第九十九条").exit_code == 1
    assert "已于2026年6月1日废止" in run("show", "云岭省行政执法责任制规定第一条").output


def test_what_can_not_be_read(tmp_path: Path) -> None:
    assert "Can not read" in run("import", str(tmp_path / "nothing")).output
    assert run("import", "git://example.com/x").exit_code == 1
    assert run("list", "无此法").exit_code == 1
    assert run("show", "第三条").exit_code == 1
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    refused = run("import", str(tmp_path / "a.pdf"))
    assert refused.exit_code == 0 and "refused:" in refused.output


def test_regulations_of_the_province() -> None:
    assert regulations.load() == 13
    assert regulations.load() == 0
    odd = set(ImportNote.objects.values_list("code", flat=True)) - {"not_text"}
    assert not odd
    counts = Version.objects.exclude(act__name="云岭省行政执法责任制规定").values_list("articles", flat=True)
    assert all(20 <= count <= 45 for count in counts)
    for version in Version.objects.all():
        assert all(p.text for p in library.provisions(version))
