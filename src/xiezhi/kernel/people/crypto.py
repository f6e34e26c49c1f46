"""Encryption of single columns and blind indexes for searching them.

Each column has its own key, derived from a master key; the column's name is authenticated with the value, so a value
copied into another column does not open. Master keys come from settings: `FIELD_KEYS` (separated by commas, the first
encrypts, all decrypt: put a new key in front to rotate) and `INDEX_KEY` (changing it means recomputing indexes).
`FIELD_CIPHER` is AES-256-GCM or SM4-GCM; values of both can stand side by side.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

AES, SM4_GCM = b"\x01", b"\x02"
_SUITES = {"AES-256-GCM": AES, "SM4-GCM": SM4_GCM}
_KEY_BYTES = {AES: 32, SM4_GCM: 16}
NONCE, TAG, KEY_ID = 12, 16, 4


class Unreadable(ValueError):
    """A sealed value that no configured key opens: wrong key, wrong column, or tampered with."""


def _masters() -> tuple[str, ...]:
    keys = tuple(part.strip() for part in str(settings.FIELD_KEYS).split(",") if part.strip())
    if not keys:
        raise ValueError("FIELD_KEYS is empty: personal columns cannot be encrypted without a key.")
    return keys


def _key_id(master: str) -> bytes:
    return hashlib.sha256(b"xiezhi field key id:" + master.encode()).digest()[:KEY_ID]


@lru_cache(maxsize=256)
def _column_key(master: str, column: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"xiezhi field {column}".encode()).derive(master.encode())


def seal(column: str, text: str) -> bytes:
    """Encrypt `text` for `column` (e.g. "people.person.id_no")."""
    suite = _SUITES[getattr(settings, "FIELD_CIPHER", "AES-256-GCM")]
    master = _masters()[0]
    key, nonce, data, extra = (
        _column_key(master, column, _KEY_BYTES[suite]),
        os.urandom(NONCE),
        text.encode(),
        column.encode(),
    )
    if suite == AES:
        body = AESGCM(key).encrypt(nonce, data, extra)
    else:
        encryptor = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(extra)
        body = encryptor.update(data) + encryptor.finalize()
        body += encryptor.tag
    return suite + _key_id(master) + nonce + body


def unseal(column: str, sealed: bytes) -> str:
    """Decrypt what `seal` made for the same column. Raises Unreadable."""
    data = bytes(sealed)
    suite, key_id, nonce, body = data[:1], data[1:5], data[5:17], data[17:]
    for master in _masters():
        if _key_id(master) != key_id or suite not in _KEY_BYTES:
            continue
        key, extra = _column_key(master, column, _KEY_BYTES[suite]), column.encode()
        try:
            if suite == AES:
                return AESGCM(key).decrypt(nonce, body, extra).decode()
            decryptor = Cipher(SM4(key), modes.GCM(nonce, body[-TAG:])).decryptor()
            decryptor.authenticate_additional_data(extra)
            return (decryptor.update(body[:-TAG]) + decryptor.finalize()).decode()
        except InvalidTag:
            break
    raise Unreadable(f"A value of {column} cannot be decrypted with the configured keys.")


def blind(purpose: str, text: str) -> bytes:
    """Keyed hash (HMAC-SHA-256, 32 bytes) for equality search; `purpose` keeps different columns apart."""
    return hmac.new(str(settings.INDEX_KEY).encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).digest()


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text in Python, sealed bytes in the database. Cannot be searched: search its blind index."""

    description = "Encrypted text"

    def __init__(self, *args: Any, column: str, **kwargs: Any) -> None:
        self.sealed_column = column
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["column"] = self.sealed_column
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else unseal(self.sealed_column, value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = seal(self.sealed_column, value) if value else None
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        """Serializers get the value in clear, as for any other field."""
        return str(self.value_from_object(obj) or "")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted; search by its blind index.")
