"""An office of real processes for tests that break them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.faults.office import Office, pointed

SOAK = os.environ.get("XIEZHI_SOAK") == "1"


@pytest.fixture
def office(django_db_setup: None, django_db_blocker: Any, freeze: Callable[[str], None]) -> Iterator[Office]:
    """A migrated database of its own on disk; web and worker are started by the test."""
    yield from _office(Path(tempfile.mkdtemp(prefix="xiezhi-faults-")), django_db_blocker, freeze)


@pytest.fixture
def small_disk(django_db_setup: None, django_db_blocker: Any, freeze: Callable[[str], None]) -> Iterator[Office]:
    """The same on a disk of 224 MB."""
    home = Path(tempfile.mkdtemp(prefix="xiezhi-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=224m,mode=0755", "tmpfs", str(home)]
    try:
        mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        home.rmdir()
        pytest.skip("a small disk needs the right to mount")
    try:
        yield from _office(home, django_db_blocker, freeze)
    finally:
        subprocess.run(["umount", "-l", str(home)], check=False)
        shutil.rmtree(home, ignore_errors=True)


def _office(home: Path, blocker: Any, freeze: Callable[[str], None]) -> Iterator[Office]:
    found = Office(home)
    with blocker.unblock(), pointed(found.urls):
        try:
            freeze(factories.NOW)
            found.migrate()
            yield found
        finally:
            found.stop()
    shutil.rmtree(home, ignore_errors=True)
