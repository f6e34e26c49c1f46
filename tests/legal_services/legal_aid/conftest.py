"""The world of legal aid, at a fixed moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.legal_services.legal_aid import world as worlds


@pytest.fixture
def world(db: None, freeze: Callable[[str], None]) -> worlds.World:
    """Built anew for each test."""
    freeze(worlds.NOW)
    return worlds.build()
