"""值校验: what a single value must satisfy, by name, in Python and as SQL text that says the same.

Checks judge normalized values (`standards.normal` comes first). An absent value satisfies every check, since whether it
may be absent is another rule: `holds(None)` is True, the SQL of NULL is NULL. Numbers of the fictional province 99 pass
only where the deployment is a demonstration (`ALLOW_FICTIONAL_IDS`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from xiezhi.datacenter.standards import sqltext as sql
from xiezhi.datacenter.standards.declare import CodeSet, Table, code_sets
from xiezhi.kernel.units.ids import FICTIONAL_PROVINCE, PROVINCES

__all__ = ["CHECKS", "TODAY", "Check", "code", "dated", "fictional_allowed", "of", "today"]


TODAY = "{today}"
"""Stands in SQL text for today as a number (20261123) by the platform's clock: engines' own clocks are not asked."""


def fictional_allowed() -> bool:
    """Whether this deployment takes codes of province 99 (platform.md 2.1, 9.15)."""
    from django.conf import settings

    return bool(getattr(settings, "ALLOW_FICTIONAL_IDS", False))


def today() -> date:
    from xiezhi.kernel.calendar import clock

    return clock.today()


@dataclass(frozen=True)
class Check:
    """A check. `message` tells the unit that supplied the value what is wrong with it."""

    name: str
    title: str
    message: str
    python: Callable[[str, bool], bool] = field(repr=False)
    text: Callable[[str, bool], str] = field(repr=False)
    severity: str = "ERROR"

    def holds(self, value: str | None, *, fictional: bool | None = None) -> bool:
        """Whether the value satisfies the check. `fictional` None: as the deployment is set."""
        return value is None or self.python(value, fictional_allowed() if fictional is None else fictional)

    def sql(self, column: str, *, fictional: bool | None = None) -> str:
        """A boolean expression over the column (or expression) of type text; NULL where it is NULL."""
        return dated(self.text(column, fictional_allowed() if fictional is None else fictional))


CHECKS: dict[str, Check] = {}


def dated(text: str) -> str:
    """SQL text with today put in."""
    return text.replace(TODAY, f"{today():%Y%m%d}") if TODAY in text else text


def _add(name: str, title: str, message: str, severity: str = "ERROR") -> Callable[[type], type]:
    def put(form: type) -> type:
        CHECKS[name] = Check(name, title, message, form.python, form.sql, severity)  # type: ignore[attr-defined]
        return form

    return put


def _provinces(fictional: bool) -> list[str]:
    return sorted({*PROVINCES, *([FICTIONAL_PROVINCE] if fictional else [])})


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@_add("id_no", "公民身份号码", "公民身份号码不正确：应为18位，出生日期真实，校验位相符（GB 11643）")
class _IdNo:
    """18 characters, known province, a real day of birth after 1900 and not in the future, check digit."""

    PATTERN = re.compile(r"[0-9]{17}[0-9X]")
    WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        if not _IdNo.PATTERN.fullmatch(x) or x[:2] not in _provinces(fictional):
            return False
        year, month, day = int(x[6:10]), int(x[10:12]), int(x[12:14])
        if year <= 1900 or not _is_date(year, month, day) or date(year, month, day) > today():
            return False
        return "10X98765432"[sum(int(c) * w for c, w in zip(x, _IdNo.WEIGHTS, strict=False)) % 11] == x[17]

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        n = f"TRY_CAST(substr({x}, 1, 17) AS BIGINT)"
        day = f"({n} // 1000 % 100000000)"
        provinces = ", ".join(str(int(p)) for p in _provinces(fictional))
        # 17 characters read as a number of 17 digits are 17 digits: a sign, blank, point or stroke among them would leave a shorter
        # number, and powers of ten or hexadecimal digits are named by a letter or begin with 0. A pattern costs three times as much.
        digits = f"({n} IS NOT NULL OR {x} IS NULL) AND {x} > '1' AND strpos({x}, 'e') = 0 AND strpos({x}, 'E') = 0"
        return (
            f"(length({x}) = 18 AND {digits} AND ("
            f"({n} // {10**15}) IN ({provinces}) AND {day} > 19010000 AND {day} <= {TODAY} AND "
            f"{sql.real_date(f'({day} // 10000)', f'({day} // 100 % 100)', f'({day} % 100)')} AND {sql.check_char(n)} = substr({x}, 18, 1)))"
        )


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USC = "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"


@_add("usc", "统一社会信用代码", "统一社会信用代码不正确：应为18位，不用I、O、S、V、Z，校验位相符（GB 32100）")
class _Usc:
    """18 characters of the alphabet, six digits of a division, check character (outer check)."""

    PATTERN = re.compile(_USC[1:-1])

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        if not _Usc.PATTERN.fullmatch(x) or (x[2:4] == FICTIONAL_PROVINCE and not fictional):
            return False
        total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(x[:17]))
        return _ALPHABET[(31 - total % 31) % 31] == x[17]

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        parts = [
            f"(strpos({sql.literal(_ALPHABET)}, substr({x}, {i + 1}, 1)) - 1) * {pow(3, i, 31)}"
            for i in range(17)
            if not 2 <= i <= 7
        ]
        middle = sql.digits_sum(f"TRY_CAST(substr({x}, 3, 6) AS BIGINT)", [pow(3, i, 31) for i in range(7, 1, -1)], 31)
        total = f"(({' + '.join(parts)} + {middle}) % 31)"
        real = "" if fictional else f" AND substr({x}, 3, 2) <> {sql.literal(FICTIONAL_PROVINCE)}"
        return (
            f"(length({x}) = 18 AND {sql.matches(x, _USC)}{real} AND ("
            f"substr({sql.literal(_ALPHABET)}, CAST((31 - {total}) % 31 AS INTEGER) + 1, 1) = substr({x}, 18, 1)))"
        )


@_add("usc_inner", "组织机构代码校验位", "信用代码第9至17位的组织机构代码校验位不符，请核对（GB 11714）", "WARNING")
class _UscInner:
    """Check of the organization code inside a credit code: a warning, because some old codes do not satisfy it."""

    WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        if not _Usc.PATTERN.fullmatch(x):
            return False
        value = 11 - sum(int(c, 36) * w for c, w in zip(x[8:16], _UscInner.WEIGHTS, strict=True)) % 11
        return {10: "X", 11: "0"}.get(value, str(value)) == x[16]

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        total = " + ".join(
            f"(strpos({sql.literal(letters)}, substr({x}, {9 + i}, 1)) - 1) * {w}"
            for i, w in enumerate(_UscInner.WEIGHTS)
        )
        return (
            f"(length({x}) = 18 AND {sql.matches(x, _USC)} AND "
            f"substr('0X987654321', CAST(({total}) % 11 AS INTEGER) + 1, 1) = substr({x}, 17, 1))"
        )


def _pattern(name: str, title: str, message: str, low: int, high: int, pattern: str, severity: str = "ERROR") -> None:
    """A check of length and of a pattern over the whole value."""
    compiled = re.compile(pattern)
    CHECKS[name] = Check(
        name,
        title,
        message,
        lambda x, fictional: low <= len(x) <= high and compiled.fullmatch(x) is not None,
        lambda x, fictional: f"({sql.between(x, low, high)} AND {sql.whole(x, pattern)})",
        severity,
    )


_pattern("mobile", "手机号码", "手机号码应为11位，以1开头", 11, 11, "1[3-9][0-9]{9}")
_pattern("phone", "联系电话", "联系电话应为手机号码或者带区号的固定电话", 5, 18, "1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|[1-9][0-9]{4,7}|[48]00-?[0-9]{3}-?[0-9]{4}")  # fmt: skip
_pattern("email", "电子邮箱", "电子邮箱格式不正确", 6, 100, "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+")
_pattern("lawyer_license", "律师执业证号", "律师执业证号应为17位数字", 17, 17, "[0-9]{17}")
_pattern("document_no", "证件号码", "证件号码应为5至20位数字、字母或者连字符", 5, 20, "[0-9A-Z-]+")
_pattern("year", "年份", "年份应为1900至2099之间的4位数字", 4, 4, "(19|20)[0-9]{2}")
_pattern("month", "月份", "月份应写成2026-03的样子", 7, 7, "(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_pattern("decimal", "数值", "不是数值", 1, 40, "-?[0-9]{1,20}([.][0-9]{1,10})?")
_pattern("integer", "整数", "不是整数", 1, 20, "-?[0-9]{1,18}")
_pattern("boolean", "是否", "应为是或者否", 4, 5, "true|false")
_pattern("uuid", "标识", "不是规范的标识", 36, 36, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_pattern("digest", "摘要", "摘要应为64位十六进制数", 64, 64, "[0-9a-f]{64}")


@_add("certificate_no", "证书编号", "证书编号含有不应出现的字符，或者长度不在4至40之间")
class _Certificate:
    """4 to 40 characters without blanks and signs; brackets, strokes and Chinese characters may stand (云律证字（2020）12号)."""

    BAD = "[\t\n\r !-&*+,:-@^_`{-~]"
    WRONG = re.compile(BAD)

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        return 4 <= len(x) <= 40 and _Certificate.WRONG.search(x) is None

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        return f"(length({x}) BETWEEN 4 AND 40 AND NOT {sql.matches(x, _Certificate.BAD)})"


@_add("name", "姓名", "姓名应为2至50个字符，不含数字和符号")
class _Name:
    """2 to 50 characters; no digits, no signs (a formula begins with = + - @); · . - ' and blanks between words may stand."""

    BAD = "[\t\n\r0-9!-&*+,/:-@^_`{-~]"
    WRONG = re.compile(BAD)

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        return 2 <= len(x) <= 50 and x[0] != "-" and _Name.WRONG.search(x) is None

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        return f"(length({x}) BETWEEN 2 AND 50 AND substr({x}, 1, 1) <> '-' AND NOT {sql.matches(x, _Name.BAD)})"


@_add("division", "行政区划代码", "行政区划代码应为6位数字，前两位为省级代码（GB/T 2260）")
class _Division:
    """Six digits under a known province. Whether the division exists on a day is the table of divisions' matter."""

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        return re.fullmatch("[0-9]{6}", x) is not None and x[:2] in _provinces(fictional)

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        known = sql.codes(_provinces(fictional))
        return f"(length({x}) = 6 AND {sql.matches(x, '^[0-9]{6}$')} AND substr({x}, 1, 2) IN {known})"


@_add("divisions", "行政区划代码（多个）", "应为以分号隔开的6位行政区划代码（GB/T 2260）")
class _Divisions:
    """Divisions joined by ; as a repeated column holds them."""

    FORM = "[0-9]{6}(;[0-9]{6})*"

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        return re.fullmatch(_Divisions.FORM, x) is not None and all(
            p[:2] in _provinces(fictional) for p in x.split(";")
        )

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        known = "|".join(_provinces(fictional))
        return f"({sql.matches(x, f'^({known})[0-9]{{4}}(;({known})[0-9]{{4}})*$')})"


@_add("date", "日期", "不是真实的日期，应写成2026-03-05的样子")
class _Date:
    """A day of the calendar from 1850 to 2199, as 2026-03-05."""

    PATTERN = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        if not re.fullmatch(_Date.PATTERN, x) or not 1850 <= int(x[:4]) <= 2199:
            return False
        return _is_date(int(x[:4]), int(x[5:7]), int(x[8:10]))

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        year, month, day = (f"TRY_CAST(substr({x}, {at}, {n}) AS INTEGER)" for at, n in ((1, 4), (6, 2), (9, 2)))
        return (
            f"(length({x}) = 10 AND {sql.matches(x, f'^{_Date.PATTERN}$')} AND ({year} BETWEEN 1850 AND 2199"
            f" AND {sql.real_date(year, month, day)}))"
        )


@_add("datetime", "日期时间", "不是真实的时间，应写成2026-03-05 09:30:00的样子")
class _Moment:
    """A day and a time of day, as 2026-03-05 09:30:00, in Asia/Shanghai."""

    CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

    @staticmethod
    def python(x: str, fictional: bool) -> bool:
        return (
            re.fullmatch(f"{_Date.PATTERN} {_Moment.CLOCK}", x) is not None and len(x) == 19 and _Date.python(x[:10], fictional)
        )  # fmt: skip

    @staticmethod
    def sql(x: str, fictional: bool) -> str:
        whole = f"^{_Date.PATTERN} {_Moment.CLOCK}$"
        return f"(length({x}) = 19 AND {sql.matches(x, whole)} AND {_Date.sql(f'substr({x}, 1, 10)', fictional)})"


@cache
def _code(held: CodeSet, repeated: bool) -> Check:
    known = tuple(item.code for item in held.items)
    message = f"不在代码集“{held.title}”中"
    if not repeated:
        return Check(
            f"code:{held.code}", held.title, message, lambda x, fictional: x in known,
            lambda x, fictional: f"({x} IN {sql.codes(known)})",
        )  # fmt: skip
    one = "|".join(re.escape(c) for c in known)
    pattern = f"({one})(;({one}))*"
    compiled = re.compile(pattern)
    return Check(
        f"codes:{held.code}", held.title, message, lambda x, fictional: compiled.fullmatch(x) is not None,
        lambda x, fictional: f"({sql.whole(x, pattern)})",
    )  # fmt: skip


def code(set_code: str, *, repeated: bool = False) -> Check | None:
    """The check of a code set, None where its codes live in a table of their own. `repeated`: codes joined by ;"""
    held = code_sets.get(set_code)
    return _code(held, repeated) if held.items else None


def of(table: Table, column: str) -> Check | None:
    """The check a column's text must satisfy before it is cast: the code set's, else the element's, else the type's."""
    declared, element = table.column(column), table.element_of(column)
    if element.code_set and (found := code(element.code_set, repeated=declared.repeated)):
        return found
    if element.check:
        return CHECKS["divisions" if declared.repeated and element.check == "division" else element.check]
    return CHECKS.get({"DATE": "date", "DATETIME": "datetime", "INT": "integer", "DECIMAL": "decimal", "BOOL": "boolean"}.get(element.type.value, ""))  # fmt: skip
