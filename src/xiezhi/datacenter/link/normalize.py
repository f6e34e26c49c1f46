"""Phones, dates, places and names of employers as files write them, brought to one form each. Pure functions over one text.

Each gives None for what says nothing: blanks, 无, 不详, 0000. What was written is kept elsewhere; these forms only serve comparing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from xiezhi.datacenter.link.identity import JUNK

_DATE = re.compile(r"^(\d{4})[-/.年\s](\d{1,2})[-/.月\s](\d{1,2})(?:\D.*)?$")
_TIME = re.compile(r"[T\s]+\d{1,2}:\d{2}.*$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIRM_TAIL = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|\(普通合伙\)|\(特殊普通合伙\)|\(个人\))+$"
)
EMPTY_DATES = frozenset({"19000101", "00010101", "99991231", "00000000", "19000100", "29991231"})
_REGION = re.compile(
    r"^(?:中国)?(?:[^省市区县\d]{2,8}?(?:省|自治区|特别行政区))?(?:[^省市区县\d]{1,8}?(?:自治州|地区|市|盟))?"
    r"([^省市路街\d]{1,8}?(?:自治县|自治旗|(?<![小社])区|县|市|旗))?"
)
_NUMBERS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_TOWN = re.compile(r"^[^\d路]{1,7}?(?:镇|乡|街道|苏木)(?=[^\d])")
_NUMBER = re.compile(r"\d+[A-Z]?|[A-Z](?=\d|座|栋|幢|$)")
_PLACE_AND_HOUSE = re.compile(r"([一-鿋]{2,})([0-9][0-9A-Z一-鿋-]*)")
_ROAD = re.compile(r"([^\d\W]{1,9}(?:大道|路|街|巷|弄|村|里|胡同|小区|新村|花园|家园|苑|组|屯|寨|庄))")


def plain(raw: str | None) -> str:
    """The text with full-width forms, blanks and control characters put right; empty for what says nothing."""
    if raw is None:
        return ""
    text = unicodedata.normalize("NFKC", raw).strip()
    text = re.sub(r"[\s\u200b-\u200f\ufeff\x00-\x1f]+", " ", text).strip()
    return "" if text.upper() in JUNK or not text.strip("0-/.*?") else text


def phone(raw: str | None) -> str | None:
    """The digits of a phone: a mobile's eleven where there is one, else a line's with its area code."""
    text = plain(raw)
    digits = re.sub(r"^0086(?=\d{10,12}$)", "", re.sub(r"\D", "", text))
    if len(digits) < 7 or len(set(digits)) == 1:
        return None
    for part in (digits, *re.split(r"[/,;、，；]| {2,}", text)):
        only = re.sub(r"\D", "", part)
        only = re.sub(r"^(?:00|0)?86(?=1[3-9]\d{9}$)|^0(?=1[3-9]\d{9}$)", "", only)
        if _MOBILE.fullmatch(only):
            return None if len(set(only[3:])) == 1 else only
    found = _MOBILE.search(digits) if len(digits) > 13 else None
    return found.group() if found else digits[:13]


@lru_cache(maxsize=200_000)
def day(raw: str | None) -> str | None:
    """A date as eight digits. A day the calendar does not have is kept, so that a slip of one digit can still be seen."""
    text = plain(raw)
    if not text:
        return None
    text = _TIME.sub("", text)
    found = _DATE.match(text)
    if found:
        year, month, of_month = found.groups()
    elif re.fullmatch(r"\d{8}(?:\d{6})?", text):
        year, month, of_month = text[:4], text[4:6], text[6:8]
    elif re.fullmatch(r"\d{5}(?:\.0)?", text) and 3_654 <= int(text[:5]) <= 73_000:
        moment = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        return moment.strftime("%Y%m%d")
    else:
        found = _DAY_FIRST.match(text)
        if not found:
            return None
        of_month, month, year = found.groups()
        if int(month) > 12 >= int(of_month):
            of_month, month = month, of_month
    made = f"{year}{int(month):02}{int(of_month):02}"
    return None if made in EMPTY_DATES else made


def sex(raw: str | None) -> str | None:
    """'1' male, '2' female (GB/T 2261.1), None for unknown or not stated."""
    text = plain(raw).upper()
    if text in {"1", "男", "男性", "M", "MALE", "01"}:
        return "1"
    return "2" if text in {"2", "女", "女性", "F", "FEMALE", "02"} else None


def division(raw: str | None) -> str | None:
    """The six digits of a division's code, or its name where no code is given."""
    text = plain(raw)
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 6:
        return digits[:6]
    return re.sub(r"\W", "", text).upper() or None


def license_number(raw: str | None) -> str | None:
    """Letters and digits of a license's number."""
    text = re.sub(r"\W|_", "", plain(raw)).upper()
    return text if len(text) >= 4 and len(set(text)) > 1 else None


NO_EMPLOYER = frozenset(
    [
        "无业",
        "待业",
        "个体",
        "个体户",
        "农民",
        "务农",
        "种地",
        "自由职业",
        "自由职业者",
        "退休",
        "离休",
        "学生",
        "家务",
        "在家",
        "无单位",
        "无固定职业",
        "无工作",
        "失业",
        "灵活就业",
        "打工",
        "务工",
    ]
)


@lru_cache(maxsize=100_000)
def employer(raw: str | None) -> str | None:
    """An employer's name without signs, blanks and the words for its legal form."""
    text = re.sub(r"[^\w()]", "", plain(raw)).upper()
    short = re.sub(r"[()]", "", _FIRM_TAIL.sub("", text))
    return None if text in NO_EMPLOYER else (short if len(short) >= 2 else text) or None


def address(raw: str | None) -> tuple[str | None, str | None, str | None]:
    """(whole, road, county): the address without its region and measure words, its road or village, its county or district.

    云岭省安平市东城区中山路12号3单元502室 and 东城区中山路１２号3-502 both give ("中山路12-3-502", "中山路", "东城区").
    Most addresses are a place of which many write (up to the first digit) and a house; each place is read once.
    """
    found = _PLACE_AND_HOUSE.fullmatch(raw) if raw else None
    if found and raw not in JUNK:
        known = place(found.group(1))
        if known is not None:
            road, county = known
            return f"{road}{'-'.join(_NUMBER.findall(found.group(2)))}", road, county
    return _any_address(raw)


@lru_cache(maxsize=200_000)
def place(head: str) -> tuple[str, str | None] | None:
    """(road, county) of an address up to its first digit, or None where the rest has a say in it."""
    region = _REGION.match(head)
    rest = _TOWN.sub("", head[region.end() :] if region else head)
    roads = _ROAD.findall(rest)
    if not roads or rest.translate(_NUMBERS) != rest:
        return None
    return roads[0], region.group(1) if region else None


def _any_address(raw: str | None) -> tuple[str | None, str | None, str | None]:
    text = re.sub(r"[^\w-]", "", plain(raw)).upper()
    if not text:
        return None, None, None
    if text.isascii():
        letters = re.sub(r"[\d_-]+", "", text)
        return (text, letters, None) if len(letters) >= 4 else (None, None, None)
    region = _REGION.match(text)
    county = region.group(1) if region else None
    rest = _TOWN.sub("", text[region.end() :] if region else text).translate(_NUMBERS)
    numbers = _NUMBER.findall(rest)
    roads = _ROAD.findall(re.split(r"\d", rest, maxsplit=1)[0]) or _ROAD.findall(rest)
    road = roads[0] if roads else re.sub(r"[\d-]+.*$", "", rest)[:8]
    if not road:
        return (f"{county}{'-'.join(numbers)}" if county and numbers else None), None, county
    return f"{road}{'-'.join(numbers)}", road, county
