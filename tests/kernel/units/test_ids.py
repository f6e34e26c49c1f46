"""Identity numbers, credit codes, phones and pinyin; the worked numbers of the factbook."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.kernel.units import ids

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("number", "sex", "born"),
    [
        ("990000199001010017", "1", date(1990, 1, 1)),
        ("990000198512315029", "2", date(1985, 12, 31)),
        ("990001200002290032", "1", date(2000, 2, 29)),
        ("99000019900101005X", "1", date(1990, 1, 1)),
        (" ９９０００019900101005x ", "1", date(1990, 1, 1)),
    ],
)
def test_valid_numbers(number: str, sex: str, born: date) -> None:
    identity = ids.id18_check(number, today=TODAY, fictional=True)
    assert (identity.sex, identity.birth_date, identity.fictional) == (sex, born, True)
    assert len(identity.number) == 18


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("990000199001010018", "校验位"),
        ("990000199002300017", "出生日期"),
        ("990000209901010011", "出生日期"),
        ("990000900101001", "15位"),
        ("99000019900101", "18位"),
        ("9900001990010100A7", "X"),
        ("000000199001010017", "地区"),
        ("", "18位"),
    ],
)
def test_invalid_numbers_say_why(number: str, says: str) -> None:
    with pytest.raises(ids.InvalidNumber, match=says):
        ids.id18_check(number, today=TODAY, fictional=True)


def test_fictional_province_is_refused_outside_the_demo() -> None:
    with pytest.raises(ids.InvalidNumber, match="99"):
        ids.id18_check("990000199001010017", today=TODAY)
    with pytest.raises(ids.InvalidNumber, match="99"):
        ids.usc_check("31990000MD0000008D")


@given(
    st.integers(0, 9999),
    st.dates(date(1901, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_every_single_digit_error_is_found(place: int, born: date, serial: int, at: int, plus: int) -> None:
    number = ids.id18_complete(f"99{place:04d}{born:%Y%m%d}{serial:03d}")
    identity = ids.id18_check(number, today=TODAY, fictional=True)
    assert identity.birth_date == born and identity.sex == ("1" if serial % 2 else "2")
    wrong = number[:at] + str((int(number[at]) + plus) % 10) + number[at + 1 :]
    with pytest.raises(ids.InvalidNumber):
        ids.id18_check(wrong, today=TODAY, fictional=True)


@pytest.mark.parametrize("number", ["31990000MD0000008D", "11990000MB0000000J", "91350100M000100Y43"])
def test_credit_codes(number: str) -> None:
    code = ids.usc_check(number.lower(), fictional=True)
    assert code.number == number and code.inner_ok


def test_credit_code_of_a_collective_may_begin_with_a_letter() -> None:
    inner = "MF000001"
    number = ids.usc_complete("N2990000" + inner + ids.org_code_check_char(inner))
    assert ids.usc_check(number, fictional=True).inner_ok


def test_inner_check_is_only_a_warning() -> None:
    number = ids.usc_complete("31990000MD0000009")
    assert not ids.usc_check(number, fictional=True).inner_ok


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("31990000MD0000008C", "校验位"),
        ("3199000OMD0000008D", "字母O"),
        ("31990000MD000000", "18位"),
        ("31AB0000MD0000008D", "格式"),
    ],
)
def test_wrong_credit_codes(number: str, says: str) -> None:
    with pytest.raises(ids.InvalidNumber, match=says):
        ids.usc_check(number, fictional=True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 0000 1234", "13800001234"),
        ("+86 138-0000-1234", "13800001234"),
        ("（010）12345678", "010-12345678"),
        ("0871-6543210", "0871-6543210"),
        ("12348", "12348"),
    ],
)
def test_phones(typed: str, stored: str) -> None:
    assert ids.phone_check(typed) == stored


@pytest.mark.parametrize("typed", ["", "1380000123", "12800001234", "abc", "138000012345"])
def test_wrong_phones(typed: str) -> None:
    with pytest.raises(ids.InvalidNumber, match="11位"):
        ids.phone_check(typed)


def test_pinyin_of_surnames() -> None:
    assert ids.sort_key("单小明", person=True) == "shan xiao ming"
    assert ids.sort_key("云岭省司法厅") == "yun ling sheng si fa ting"
    assert ids.initials("云岭省") == "yls"
    names = ["赵一", "钱二", "李三"]
    assert sorted(names, key=lambda name: ids.sort_key(name, person=True)) == ["李三", "钱二", "赵一"]


@given(st.text(max_size=300))
def test_no_input_breaks_the_checks(text: str) -> None:
    for check in (
        lambda: ids.id18_check(text, today=TODAY, fictional=True),
        lambda: ids.usc_check(text, fictional=True),
        lambda: ids.phone_check(text),
    ):
        try:
            check()
        except ids.InvalidNumber as error:
            assert str(error)
    assert len(ids.sort_key(text, person=True)) <= 255


@given(st.dates(date(1902, 1, 1), TODAY))
def test_nobody_is_born_tomorrow(born: date) -> None:
    number = ids.id18_complete(f"990000{born:%Y%m%d}001")
    with pytest.raises(ids.InvalidNumber):
        ids.id18_check(number, today=born - timedelta(days=1), fictional=True)
