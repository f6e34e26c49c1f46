"""Numbers and names that identify: identity numbers, credit codes, phones, pinyin. Pure; no database, no Django.

Every check returns the normalized value or raises `InvalidNumber`, whose message tells a citizen what to do.
A number with a valid check digit proves nothing about who uses it (platform.md 9, item 14).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

FICTIONAL_PROVINCE = "99"
"""Unassigned in GB/T 2260, so a number in it can never be a real person's. Allowed in demo and tests only."""

PROVINCES = frozenset([
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43",
    "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
])  # fmt: skip
"""First two digits of identity numbers: GB/T 2260 provinces, and 83 of the residence permits of Taiwan residents."""

ID18 = re.compile(r"\d{17}[\dX]")
USC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")
SERVICE_PHONE = re.compile(r"(12\d{3}|95\d{3,4}|[48]00\d{7})")


class InvalidNumber(ValueError):
    """A number that cannot be right; the message is in Chinese and names the remedy."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number says. `division` is where it was first registered, never where the person lives."""

    number: str
    division: str
    birth_date: date
    sex: str  # GB/T 2261.1: 1 male, 2 female

    @property
    def fictional(self) -> bool:
        return self.number.startswith(FICTIONAL_PROVINCE)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A checked credit code. `inner_ok` is False where only the organization code inside fails: a warning (P-B)."""

    number: str
    inner_ok: bool

    @property
    def fictional(self) -> bool:
        return self.number[2:4] == FICTIONAL_PROVINCE


def normalize(text: str) -> str:
    """Full-width to half-width, no blanks, upper case: what people type becomes what is stored."""
    return re.sub(r"[\s\u00b7.]", "", unicodedata.normalize("NFKC", text)).upper()


def id18_check(text: str, *, today: date, fictional: bool = False) -> Identity:
    """Check an 18-digit resident identity number (GB 11643). Raises InvalidNumber.

    `fictional` allows province 99. 15-digit numbers are history and are refused with the reason.
    """
    number = normalize(text).replace("-", "")
    if len(number) == 15 and number.isdigit():
        raise InvalidNumber("这是15位旧号码，请填写现行18位公民身份号码。")
    if len(number) != 18:
        raise InvalidNumber(f"公民身份号码应为18位，现为{len(number)}位，请核对。")
    if not ID18.fullmatch(number):
        raise InvalidNumber("公民身份号码前17位应为数字，最后一位为数字或者X，请核对。")
    province = number[:2]
    if province == FICTIONAL_PROVINCE:
        if not fictional:
            raise InvalidNumber("号码前两位99不是有效的地区代码，请核对。")
    elif province not in PROVINCES:
        raise InvalidNumber(f"号码前两位{province}不是有效的地区代码，请核对。")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidNumber("号码中的出生日期（第7至14位）不存在，请核对。") from None
    if born.year <= 1900 or born > today:
        raise InvalidNumber("号码中的出生日期（第7至14位）不合理，请核对。")
    if mod_11_2.checksum(number) != 1:
        raise InvalidNumber("公民身份号码校验位不正确，请逐位核对。")
    return Identity(number, number[:6], born, "1" if int(number[16]) % 2 else "2")


def id18_complete(first17: str) -> str:
    """The number with its check digit. For invented persons."""
    if not re.fullmatch(r"\d{17}", first17):
        raise ValueError("17 digits are needed")
    return first17 + mod_11_2.calc_check_digit(first17)


def usc_check(text: str, *, fictional: bool = False) -> CreditCode:
    """Check an 18-character unified social credit code (GB 32100). Raises InvalidNumber."""
    number = normalize(text).replace("-", "")
    if len(number) != 18:
        raise InvalidNumber(f"统一社会信用代码应为18位，现为{len(number)}位，请核对。")
    if bad := sorted(set(number) & set("IOSVZ")):
        raise InvalidNumber(f"统一社会信用代码不使用字母{'、'.join(bad)}，请核对是否与数字混淆（如字母O与数字0）。")
    if not USC.fullmatch(number):
        raise InvalidNumber("统一社会信用代码格式不正确：第3至8位应为数字，其余为数字或者大写字母。")
    # stdnum's validate() refuses codes that begin with a letter (N1 to N3: collective economy): only its arithmetic.
    if uscc.calc_check_digit(number[:17]) != number[17]:
        raise InvalidNumber("统一社会信用代码校验位不正确，请逐位核对。")
    if number[2:4] == FICTIONAL_PROVINCE and not fictional:
        raise InvalidNumber("代码第3、4位99不是有效的地区代码，请核对。")
    return CreditCode(number, org_code_check_char(number[8:16]) == number[16])


def usc_complete(first17: str) -> str:
    """The code with its check character. For invented organizations."""
    return first17 + str(uscc.calc_check_digit(first17))


def org_code_check_char(first8: str) -> str:
    """Check character of the organization code inside a credit code (GB 11714)."""
    total = sum(weight * int(char, 36) for weight, char in zip((3, 7, 9, 10, 5, 8, 4, 2), first8, strict=True))
    value = 11 - total % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def phone_check(text: str) -> str:
    """Normalize a telephone number: mobile, landline with area code, or service number. Raises InvalidNumber."""
    number = normalize(text).replace("(", "").replace(")", "-").replace("--", "-")
    number = re.sub(r"^(\+|00)86-?", "", number)
    mobile = number.replace("-", "")
    if MOBILE.fullmatch(mobile):
        return mobile
    if LANDLINE.fullmatch(number) or SERVICE_PHONE.fullmatch(mobile):
        return number
    raise InvalidNumber("请填写11位手机号码，或者带区号的固定电话号码（如010-12345678）。")


def is_mobile(number: str) -> bool:
    return MOBILE.fullmatch(number) is not None


SURNAMES = {"单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "区": "ou", "任": "ren", "华": "hua",
            "朴": "piao", "盖": "ge", "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "乐": "yue", "翟": "zhai",
            "覃": "qin", "繁": "po", "缪": "miao", "宁": "ning", "种": "chong", "员": "yun", "黑": "he"}  # fmt: skip
"""Surnames read otherwise than the same character in a word."""


@lru_cache(maxsize=65536)
def sort_key(text: str, *, person: bool = False) -> str:
    """Pinyin for sorting and searching, lower case, syllables joined by a blank; at most 255 characters.

    The database has no Chinese collation (design, "Facts that bite"): lists sort by this column.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    head: list[str] = []
    if person:
        for length in (2, 1):
            if reading := SURNAMES.get(text[:length]):
                head, text = [reading], text[length:]
                break
    return " ".join([*head, *(part.strip().lower() for part in lazy_pinyin(text) if part.strip())])[:255]


def initials(text: str) -> str:
    """First letters of the pinyin, for searching by 拼音首字母."""
    return "".join(part[:1].lower() for part in lazy_pinyin(text, style=Style.NORMAL) if part.strip())
