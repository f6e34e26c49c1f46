"""The open data sets of a justice department."""

from __future__ import annotations

__all__ = ["register"]


def register() -> None:
    """Make the sets known."""
