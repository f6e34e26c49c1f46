"""What every installation begins with, put in after each migration where it is missing."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

SEEDS = ["xiezhi.kernel.calendar.services:ensure_seeded"]
"""Functions without arguments that may be called again and again. They work as the application role."""


def seed() -> None:
    """Call every seed."""
    for entry in SEEDS:
        module, _, name = entry.partition(":")
        function: Callable[[], object] = getattr(import_module(module), name)
        function()
