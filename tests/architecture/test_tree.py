"""What the tree promises: import contracts, file sizes, nothing of one machine in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 520
REGISTRY_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "registry.yarnpkg" + ".com")


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would know, those of the patterns where given."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in found.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    data = path.read_bytes()
    return None if b"\0" in data[:8000] else data.decode("utf-8", errors="replace")


def test_imports_point_down_only() -> None:
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_functions_meet_through_services_and_selectors_only() -> None:
    """A face imports from a function only what the function offers to others."""
    offered = {"services", "selectors", "procedure", "forms", "policies", "models", "urls", "api"}
    wrong = []
    for path in tracked("src/xiezhi/portal/*.py", "src/xiezhi/desk/*.py"):
        for found in re.finditer(r"^\s*from xiezhi\.enforcement\.\w+\.(\w+)", path.read_text(encoding="utf-8"), re.M):
            if found.group(1) not in offered:
                wrong.append(f"{path.relative_to(ROOT)}: {found.group(0).strip()}")
    assert not wrong, "\n".join(wrong)


def test_python_files_stay_readable() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in tracked("*.py")
        if "migrations" not in path.parts and (lines := path.read_text(encoding="utf-8").count("\n")) > MOST_LINES
    }
    assert not long, f"split by noun: {long}"


def test_no_registry_is_named() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked()
        if (text := text_of(path)) is not None
        for host in REGISTRY_HOSTS
        if host in text
    ]
    assert not found, "\n".join(found)


def test_no_path_of_this_machine_is_named() -> None:
    paths = {f"{ROOT.parent}/", f"{Path.home()}/"} - {"/", "//", "/tmp/", "/home/", "/srv/", "/app/"}
    found = [
        f"{path.relative_to(ROOT)}: {here}"
        for path in tracked()
        if path.suffix != ".svg" and (text := text_of(path)) is not None
        for here in paths
        if here in text
    ]
    assert not found, "\n".join(found)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_scripts_can_be_run() -> None:
    for path in [*tracked("tools/*.sh", ".ci/run", "requirements/compile.sh")]:
        assert path.stat().st_mode & 0o111, f"chmod +x {path.relative_to(ROOT)}"


def test_locks_hold_hashes_and_no_address() -> None:
    for path in tracked("requirements/*.txt"):
        text = path.read_text()
        assert "://" not in text, path.name
        pins = re.findall(r"^[a-z0-9][^ \n]*==", text, re.M)
        assert pins, path.name
        blocks = re.split(r"(?m)^(?=[a-z0-9])", text)
        assert all("--hash=sha256:" in block for block in blocks if "==" in block.split("\n")[0]), path.name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
