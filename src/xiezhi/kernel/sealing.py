"""Sealed JSON: personal payloads at rest, by the column encryption of `people.crypto`.

`context` names the kind of payload (event, party, draft, notice); a value sealed for one does not open as another.
"""

from __future__ import annotations

from typing import Any

import orjson

from xiezhi.kernel.people import crypto
from xiezhi.kernel.people.crypto import Unreadable

__all__ = ["Unreadable", "seal", "unseal"]


def seal(value: Any, *, context: str) -> bytes:
    """Encrypt any JSON value."""
    return crypto.seal(f"payload.{context}", orjson.dumps(value).decode())


def unseal(sealed: bytes | memoryview, *, context: str) -> Any:
    """Decrypt. Raises Unreadable (wrong key, wrong context, or altered)."""
    return orjson.loads(crypto.unseal(f"payload.{context}", bytes(sealed)))
