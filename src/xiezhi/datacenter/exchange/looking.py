"""Look-up keys: the one way a value becomes the hash it is found by, in serving copies and in requests alike."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from xiezhi.datacenter.standards import declare as standards

__all__ = ["identity", "key_of", "keyed", "normal", "slots_of"]


def normal(text: str) -> str:
    """Full-width forms, case and blanks do not matter."""
    return unicodedata.normalize("NFKC", text).strip().upper().replace(" ", "")


@lru_cache(maxsize=1)
def _secret() -> str:
    return str(settings.INDEX_KEY)


@lru_cache(maxsize=4096)
def _state(purpose: str, secret: str) -> Any:
    state = hmac.new(secret.encode(), digestmod="sha256")
    state.update(f"{purpose}\0".encode())
    return state


def keyed(purpose: str, text: str) -> bytes:
    """Keyed hash (32 bytes), the same as `people.crypto.blind`, with the part that never changes computed once."""
    state = _state(purpose, _secret()).copy()
    state.update(text.encode())
    return bytes(state.digest())


def key_of(table: str, columns: tuple[str, ...], values: Mapping[str, Any]) -> UUID | None:
    """The key of a row or a request: 128 bits over table, columns and values. None where a value is missing."""
    parts = []
    for name in columns:
        value = values.get(name)
        if value is None or not (text := normal(_canonical(table, name, str(value)))):
            return None
        parts.append(text)
    return UUID(bytes=keyed(f"exchange.{table}.{'+'.join(columns)}", "\x1f".join(parts))[:16])


@lru_cache(maxsize=1024)
def _is_identity(table: str, name: str) -> bool:
    return standards.tables.get(table).element_of(name).mask is standards.Mask.ID_NO


def _canonical(table: str, name: str, text: str) -> str:
    """Fifteen digits of an old identity number are the eighteen of the new one."""
    if not _is_identity(table, name):
        return text
    text = normal(text)
    return _eighteen(text) if len(text) == 15 and text.isdigit() else text


def _eighteen(text: str) -> str:
    body = f"{text[:6]}19{text[6:]}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def identity(id_type: str, number: str) -> bytes | None:
    """Blind index of a person as the platform's own register has it, so that they find who asked about them."""
    text = normal(number)
    if not text:
        return None
    if len(text) == 15 and text.isdigit():
        text = _eighteen(text)
    return keyed("people.identity", f"{_ID_TYPES.get(normal(id_type), normal(id_type))}:{text}")


_ID_TYPES = {
    "": "RESIDENT", "111": "RESIDENT", "112": "RESIDENT", "113": "RESIDENT", "114": "OFFICER", "414": "PASSPORT",
    "511": "TW_PERMIT", "516": "HM_PERMIT", "553": "HMT_RESIDENCE", "554": "HMT_RESIDENCE", "558": "FOREIGN_RESIDENCE",
    "990": "OTHER",
}  # fmt: skip
"""Kinds of documents of the exchange (code set id_type) as the platform's own register names them."""


def slots_of(keys: list[tuple[str, ...]], slots: list[list[str]]) -> list[list[str]]:
    """Columns of each slot: those a table has stay where they are, new ones follow. Raises ValueError beyond four."""
    out = list(slots)
    for key in keys:
        if list(key) not in out:
            out.append(list(key))
    if len(out) > 4:
        raise ValueError("a served table has at most four look-up keys")
    return out
