"""Old reconsideration records: which columns they have, and which lawful events stand for an old state."""

from __future__ import annotations

from .adapter import ADAPTER

__all__ = ["ADAPTER"]
