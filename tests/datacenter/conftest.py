"""What tests of the data center share: a lake of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def lake(db: None, tmp_path: Path, settings: pytest.FixtureRequest) -> Iterator[Path]:
    """An empty lake: a warehouse folder (given) and a name in the catalog of this test alone.

    Commits of the lake are beside Django's transaction and stay in the worker's database, where nothing else of the
    catalog's name looks for them.
    """
    from xiezhi.datacenter.lake import catalog

    settings.LAKE_WAREHOUSE = str(tmp_path / "lake")  # type: ignore[attr-defined]
    settings.LAKE_CATALOG = f"test-{uuid.uuid4().hex}"  # type: ignore[attr-defined]
    settings.LAKE_THREADS = 1  # type: ignore[attr-defined]
    yield tmp_path / "lake"
    catalog.forget()
