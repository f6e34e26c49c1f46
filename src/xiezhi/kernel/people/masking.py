"""脱敏: masking of personal values on the server (platform.md 3.7). Pure.

A masked value cannot be turned back. `strict` is for data of level L4 and for small places, where the last four digits,
a birth year and a surname point at one person.
"""

from __future__ import annotations

import re
from datetime import date

STAR = "*"

COMPOUND_SURNAMES = frozenset([
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛",
    "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容",
    "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马",
    "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐",
    "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "梁丘", "左丘", "东门", "西门", "第五",
])  # fmt: skip


def name(text: str, *, strict: bool = False) -> str:
    """李明 → 李*; 王小明 → 王*明, strict 王**; 欧阳某某 → 欧阳**."""
    if not text:
        return ""
    if text[:2] in COMPOUND_SURNAMES and len(text) > 2:
        return text[:2] + STAR * (len(text) - 2)
    if len(text) == 1:
        return STAR
    if strict or len(text) == 2:
        return text[0] + STAR * (len(text) - 1)
    return text[0] + STAR * (len(text) - 2) + text[-1]


def _ends(text: str, first: int, last: int) -> str:
    """Keep `first` and `last` characters where at least as many stay hidden; hide everything otherwise."""
    hidden = len(text) - first - last
    if hidden < 1:
        return STAR * len(text)
    return text[:first] + STAR * hidden + (text[-last:] if last else "")


def id_no(text: str, *, strict: bool = False) -> str:
    """Identity number: 3 + 4, strict 1 + 1; the length stays."""
    return _ends(text, 1, 1) if strict else _ends(text, 3, 4)


def mobile(text: str) -> str:
    """138****1234."""
    return _ends(text, 3, 4)


def landline(text: str) -> str:
    """010-12345678 → 010-******78."""
    area, dash, rest = text.partition("-")
    return area + dash + _ends(rest, 0, 2) if dash else _ends(text, 0, 2)


def phone(text: str) -> str:
    """Mobile or landline by form."""
    return mobile(text) if re.fullmatch(r"1\d{10}", text) else landline(text)


_UP_TO_COUNTY = re.compile(r"^(.*?(?:省|自治区|特别行政区|市))?(.*?(?:市|自治州|地区|盟))?(.*?(?:区|县|旗|市))")
_UP_TO_TOWN = re.compile(r"^(.*?(?:街道|镇|乡|苏木))")


def address(text: str, *, town: bool = False) -> str:
    """Address down to the county, or the town; then ***. Without a division in it nothing is shown."""
    if not text:
        return ""
    if town and (found := _UP_TO_TOWN.match(text)):
        return found.group(1) + STAR * 3
    found = _UP_TO_COUNTY.match(text)
    return (found.group(0) if found else "") + STAR * 3


def bank_card(text: str) -> str:
    """Last four."""
    return STAR * 4 + text[-4:] if len(text) > 4 else STAR * len(text)


def email(text: str) -> str:
    """z***@x.cn."""
    user, at, host = text.partition("@")
    return f"{user[:1]}***{at}{host}" if at and user else STAR * 3 if text else ""


def plate(text: str) -> str:
    """京A12341 → 京A****1."""
    return _ends(text, 2, 1)


def passport(text: str) -> str:
    """E12345689 → E1*****89."""
    return _ends(text, 2, 2)


def birth_date(value: date | None) -> str:
    """1990-**-**."""
    return f"{value.year}-**-**" if value else ""


def document_no(id_type: str, text: str, *, strict: bool = False) -> str:
    """Number of an identity document by its type."""
    if id_type in ("PASSPORT", "HM_PERMIT", "TW_PERMIT", "OFFICER"):
        return _ends(text, 1, 1) if strict else passport(text)
    return id_no(text, strict=strict)


_NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1[3-9]\d{9}|\d{16,19})(?!\d)")


def text(content: str, names: dict[str, str]) -> str:
    """Case text: names become their parts (申请人A), identity, phone and card numbers become stars."""
    for real in sorted(names, key=len, reverse=True):
        if real:
            content = content.replace(real, names[real])
    return _NUMBERS.sub(lambda found: STAR * len(found.group(0)), content)
