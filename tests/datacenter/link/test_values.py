"""Identity numbers, names, phones, dates and places in one form each."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.link import identity, names, normalize

BIRTHS = st.dates(date(1900, 1, 1), date(2020, 12, 31))
NUMBERS = st.builds(
    lambda place, birth, serial: (lambda first: first + identity.check_digit(first))(f"99{place:04}{birth:%Y%m%d}{serial:03}"),
    st.integers(0, 9999), BIRTHS, st.integers(0, 999),
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "kind", "text", "state"),
    [
        ("990000199001010017", None, "990000199001010017", "ok"),
        ("９９００００１９９００１０１００１７", "居民身份证", "990000199001010017", "ok"),
        ("990000 19900101 005x", "01", "99000019900101005X", "ok"),
        ("99000019900101005×", None, "99000019900101005X", "ok"),
        ("99OOOOl99OOlOlOOl7", "身份证", "990000199001010017", "ok"),
        ("990000900101001", None, "990000199001010017", "ok"),
        ("990000199001010018", None, "990000199001010018", "bad"),
        ("990000199002300017", None, "990000199002300017", "bad"),
        ("990000********0017", None, "990000********0017", "part"),
        ("E12345678", "护照", "E12345678", "other"),
        ("无", None, None, None),
        ("000000000000000000", None, None, None),
        ("", None, None, None),
        (None, None, None, None),
    ],
)
def test_a_number_has_one_form(raw: str | None, kind: str | None, text: str | None, state: str | None) -> None:
    found = identity.canonical(raw, kind)
    assert (found.text, found.state) == (text, state)


@given(NUMBERS)
def test_number_tells_birth_and_sex(number: str) -> None:
    found = identity.canonical(number)
    assert found == ("R", number, "ok", number[6:14], "1" if int(number[16]) % 2 else "2")
    assert identity.canonical(found.text) == found


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_seen(number: str, place: int, more: int) -> None:
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert not identity.valid(wrong)


@given(NUMBERS, st.integers(0, 15))
def test_swapped_digits_are_seen(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert identity.valid(swapped) == (swapped == number)


@given(NUMBERS.filter(lambda number: number[6:8] == "19"))
def test_fifteen_digits_become_eighteen(number: str) -> None:
    assert identity.canonical(number[:6] + number[8:17]).text == number


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(NUMBERS, st.text(max_size=20), st.none(), st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True)),
        max_size=30,
    )
)
def test_in_bulk_as_one_by_one(numbers: list[str | None]) -> None:
    got = identity.canonical_batch(pa.array(numbers, pa.string()), pa.nulls(len(numbers), pa.string()))
    assert [tuple(row.values()) for row in got.to_pylist()] == [tuple(identity.canonical(number)) for number in numbers]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_taken_and_stays_as_it_became(raw: str) -> None:
    for function in (normalize.phone, normalize.division, normalize.license_number, normalize.employer, names.clean):
        once = function(raw)
        assert once is None or once
        assert function is normalize.employer or once is None or function(once) in (once, None)
    identity.canonical(raw)
    normalize.address(raw)
    normalize.day(raw)
    named = names.describe(raw)
    assert all(part is None or part.isascii() for part in (named.sound, named.tone, named.family, named.given))


@pytest.mark.parametrize(
    "raw",
    [
        "1990-01-02",
        "19900102",
        "1990/1/2",
        "1990年1月2日",
        "1990.01.02",
        "１９９０-01-02",
        "1990-01-02 00:00:00",
        "32875",
    ],
)
def test_dates(raw: str) -> None:
    assert normalize.day(raw) == "19900102"


@pytest.mark.parametrize("raw", ["不详", "0000", "1900-01-01", "abc", "", None])
def test_no_date(raw: str | None) -> None:
    assert normalize.day(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "13812345678",
        "+86 138-1234-5678",
        "8613812345678",
        "0086 13812345678",
        "１３８１２３４５６７８",
        "013812345678",
        "13812345678/0871-6512345",
    ],
)
def test_phones(raw: str) -> None:
    assert normalize.phone(raw) == "13812345678"


@pytest.mark.parametrize("raw", ["0000", "无", "11111111111", "123", None])
def test_no_phone(raw: str | None) -> None:
    assert normalize.phone(raw) is None


def test_addresses_meet_however_written() -> None:
    whole = normalize.address("云岭省安平市东城区中山路12号3单元502室")
    assert whole == normalize.address("东城区中山路１２号3-502") == ("中山路12-3-502", "中山路", "东城区")
    assert normalize.address("无") == (None, None, None)


def test_employers_without_their_legal_form() -> None:
    assert normalize.employer("云岭（安平）明德律师事务所 ") == normalize.employer("云岭(安平)明德律师事务所")
    assert normalize.employer("云岭建工有限责任公司") == normalize.employer("云岭建工有限公司")


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("仇英", "qiu"),
        ("解晓东", "xie"),
        ("查良镛", "zha"),
        ("单雄信", "shan"),
        ("任伟", "ren"),
        ("尉迟恭敬", "yuchi"),
        ("单于飞", "chanyu"),
        ("欧阳明", "ouyang"),
    ],
)
def test_surnames_are_read_as_surnames(name: str, family: str) -> None:
    assert names.describe(name).family == family


def test_names_meet_however_written() -> None:
    one = names.describe("阿布都热依木•买买提")
    assert one == names.describe("阿布都热依木·买买提") == names.describe("阿布都热依木 · 买买提")
    assert names.describe("張偉").name == names.describe("张 伟").name == names.describe("张伟先生").name == "张伟"
    assert names.describe("张三（曾用名李四）").name == "张三"
    assert names.describe("杨军").look == names.describe("扬军").look
    assert names.describe("Zhang Wei").sound == names.describe("张伟").sound
    assert names.describe("无").name is None
