"""Sealed columns and blind indexes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.kernel.people import crypto


@given(st.text())
def test_round_trip(text: str) -> None:
    assert crypto.unseal("t.c", crypto.seal("t.c", text)) == text


def test_same_text_never_looks_the_same() -> None:
    assert crypto.seal("t.c", "一样") != crypto.seal("t.c", "一样")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(crypto.Unreadable):
        crypto.unseal("t.other", crypto.seal("t.c", "x"))


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_flipped_byte_is_found(at: int, change: int) -> None:
    sealed = bytearray(crypto.seal("t.c", "990000199001010017"))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(crypto.Unreadable):
        crypto.unseal("t.c", bytes(sealed))


def test_keys_rotate(settings) -> None:
    settings.FIELD_KEYS = "old"
    sealed = crypto.seal("t.c", "早先")
    settings.FIELD_KEYS = "new,old"
    assert crypto.unseal("t.c", sealed) == "早先"
    fresh = crypto.seal("t.c", "后来")
    settings.FIELD_KEYS = "new"
    assert crypto.unseal("t.c", fresh) == "后来"
    with pytest.raises(crypto.Unreadable):
        crypto.unseal("t.c", sealed)


def test_chinese_cipher_stands_beside(settings) -> None:
    plain = crypto.seal("t.c", "甲")
    settings.FIELD_CIPHER = "SM4-GCM"
    sealed = crypto.seal("t.c", "乙")
    assert sealed[:1] == crypto.SM4_GCM
    assert (crypto.unseal("t.c", plain), crypto.unseal("t.c", sealed)) == ("甲", "乙")
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(crypto.Unreadable):
        crypto.unseal("t.c", broken)


def test_without_key_nothing_is_written(settings) -> None:
    settings.FIELD_KEYS = ""
    with pytest.raises(ValueError, match="FIELD_KEYS"):
        crypto.seal("t.c", "x")


def test_blind_indexes_are_apart_by_purpose() -> None:
    assert crypto.blind("a", "1") == crypto.blind("a", "1") != crypto.blind("b", "1")
