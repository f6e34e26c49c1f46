"""Masking: the table of the factbook, and that what is hidden stays hidden."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.kernel.people import masking


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (masking.name("李明"), "李*"),
        (masking.name("王小明"), "王*明"),
        (masking.name("王小明", strict=True), "王**"),
        (masking.name("欧阳小明"), "欧阳**"),
        (masking.name(""), ""),
        (masking.id_no("990000199001010017"), "990***********0017"),
        (masking.id_no("990000199001010017", strict=True), "9****************7"),
        (masking.mobile("13800001234"), "138****1234"),
        (masking.landline("010-12345678"), "010-******78"),
        (masking.address("云岭省青川市临江区人民路1号"), "云岭省青川市临江区***"),
        (masking.address("云岭省青川市临江区和平街道1号", town=True), "云岭省青川市临江区和平街道***"),
        (masking.address("人民路1号"), "***"),
        (masking.bank_card("6222000012341234"), "****1234"),
        (masking.email("zhang@x.cn"), "z***@x.cn"),
        (masking.plate("京A12341"), "京A****1"),
        (masking.passport("E12345689"), "E1*****89"),
        (masking.birth_date(date(1990, 1, 1)), "1990-**-**"),
        (masking.birth_date(None), ""),
        (masking.document_no("PASSPORT", "E12345689"), "E1*****89"),
    ],
)
def test_examples(masked: str, shown: str) -> None:
    assert masked == shown


def test_case_text_names_become_parts() -> None:
    text = "王小明（990000199001010017，13800001234）与王小明之子王小不服。"
    shown = masking.text(text, {"王小明": "申请人A", "王小": "第三人B"})
    assert shown == f"申请人A（{'*' * 18}，{'*' * 11}）与申请人A之子第三人B不服。"


@given(st.text(alphabet="0123456789X", min_size=1, max_size=24))
def test_length_stays_and_something_is_hidden(number: str) -> None:
    for shown in (masking.id_no(number), masking.id_no(number, strict=True), masking.mobile(number)):
        assert len(shown) == len(number) and "*" in shown


@given(st.text(max_size=40))
def test_nothing_breaks_masking(text: str) -> None:
    for mask in (masking.name, masking.address, masking.email, masking.phone, masking.plate, masking.bank_card):
        assert isinstance(mask(text), str)
    if len(text) > 1:
        assert masking.name(text) != text or set(text) <= {"*", text[0], text[-1]}
