"""规范化: from what sources write to what the standards ask for, by name, in Python and as SQL text that says the same.

A normalizer changes the writing, never the meaning (platform.md 3.1): full width to half, blanks, dots of minority names,
15-digit numbers to 18, dates of all hands to 2026-03-05, serial days of Excel. What it cannot read it leaves as it is, so
that the check refuses it with the original in sight. Absent, blank and "NULL" become None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from xiezhi.datacenter.standards import sqltext as sql
from xiezhi.datacenter.standards.declare import CodeSet, Table, code_sets

__all__ = ["NORMAL", "Normal", "code", "of"]


@dataclass(frozen=True)
class Normal:
    """A normalizer."""

    name: str
    title: str
    python: Callable[[str], str] = field(repr=False)
    text: Callable[[str], str] = field(repr=False)
    wide: bool = True
    """Whether full-width letters, digits and signs become half-width first."""
    plain: tuple[int, int, str, str] | None = None
    """Values that are in order as they are, nearly all of them: length from, to, characters (inside of a class), first
    character (empty: any). SQL asks this before anything else."""

    def value(self, text: str | None) -> str | None:
        """The normalized value, None for nothing."""
        if text is None:
            return None
        clean = _clean(text, self.wide)
        if clean in _NOTHING:
            return None
        return self.python(clean) or None

    def sql(self, column: str) -> str:
        """An expression of type text over a column (or expression) of type text."""
        clean = _clean_sql(column, self.wide)
        plain = ""
        if self.plain:
            low, high, characters, first = self.plain
            start = f" AND substr({column}, 1, 1) = {sql.literal(first)}" if first else ""
            plain = f"WHEN {sql.between(column, low, high)} AND NOT {sql.matches(column, f'[^{characters}]')}{start} THEN {column} "
        return f"CASE {plain}WHEN {clean} IN {sql.codes(_NOTHING)} THEN NULL ELSE nullif({self.text(clean)}, '') END"


_NOTHING = ("", "NULL", "null", "Null", "N/A", "#N/A", "NaN", "nan", "None", "--")
_BLANKS = "\t\n\x0b\x0c\r\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_NONE = "\ufeff\u200b\u200c\u200d\u2060"
_WIDE = "".join(chr(c) for c in range(0xFF01, 0xFF5F))
_HALF = "".join(chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F))


def _clean(text: str, wide: bool) -> str:
    table = {ord(c): " " for c in _BLANKS} | {ord(c): None for c in _NONE}
    if wide:
        table |= {ord(w): h for w, h in zip(_WIDE, _HALF, strict=True)}
    return text.translate(table).strip(" ")


def _clean_sql(x: str, wide: bool) -> str:
    """Only rows with anything beyond printable ASCII pay for the translation."""
    source, target = (_WIDE if wide else "") + _BLANKS + _NONE, (_HALF if wide else "") + " " * len(_BLANKS)
    return f"trim(CASE WHEN {sql.matches(x, '[^ -~]')} THEN {_translate(x, source, target)} ELSE {x} END)"


def _translate(x: str, source: str, target: str) -> str:
    """A backslash is written as chr(92), because Spark reads one in a literal as an escape."""
    if "\\" in target:
        before, after = target.split("\\", 1)
        text = f"{sql.literal(before)} || chr(92) || {sql.literal(after)}"
    else:
        text = sql.literal(target)
    return f"translate({x}, {sql.literal(source)}, {text})"


NORMAL: dict[str, Normal] = {}


def _add(
    name: str, title: str, *, wide: bool = True, plain: tuple[int, int, str, str] | None = None
) -> Callable[[type], type]:
    def put(form: type) -> type:
        NORMAL[name] = Normal(name, title, form.python, form.sql, wide, plain)  # type: ignore[attr-defined]
        return form

    return put


_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TO_UPPER = str.maketrans(_LOWER, _UPPER)


def _upper(x: str) -> str:
    """ASCII letters only: upper() of others differs between engines."""
    return f"CASE WHEN {sql.matches(x, '[a-z]')} THEN {_translate(x, _LOWER, _UPPER)} ELSE {x} END"


def _without(x: str, signs: str) -> str:
    """`signs` as the inside of a character class."""
    return f"regexp_replace({x}, {sql.literal(f'[{signs}]')}, '', 'g')"


@_add("text", "文本", wide=False, plain=(5, 100_000, "!-~一-鿿，。；：、（）", ""))
class _Text:
    """Blanks at the ends and invisible characters go; full-width punctuation of Chinese text stays."""

    @staticmethod
    def python(x: str) -> str:
        return x

    @staticmethod
    def sql(x: str) -> str:
        return x


@_add("code", "代码、编号", plain=(1, 40, "0-9", ""))
class _Code:
    """Half-width, no blanks, upper-case letters."""

    @staticmethod
    def python(x: str) -> str:
        return x.replace(" ", "").translate(_TO_UPPER)

    @staticmethod
    def sql(x: str) -> str:
        return _upper(f"replace({x}, ' ', '')")


_DOTS = "•・‧∙⋅．｡●"


@_add("name", "姓名", plain=(1, 60, "一-鿿", ""))
class _Name:
    """One middle dot for all its look-alikes; no blanks where Chinese characters stand, single ones between words."""

    @staticmethod
    def python(x: str) -> str:
        x = x.translate({ord(c): "·" for c in _DOTS})
        if re.search("[一-鿿㐀-䶿]", x):
            return x.replace(" ", "").replace(".", "·")
        return re.sub(" +", " ", x)

    @staticmethod
    def sql(x: str) -> str:
        dotted = f"CASE WHEN {sql.matches(x, f'[{_DOTS}]')} THEN {_translate(x, _DOTS, '·' * len(_DOTS))} ELSE {x} END"
        spaced = f"CASE WHEN {sql.matches(x, '  ')} THEN regexp_replace({dotted}, ' +', ' ', 'g') ELSE {dotted} END"
        han = f"CASE WHEN {sql.matches(x, '[ .]')} OR {sql.matches(x, f'[{_DOTS}]')} THEN replace(replace({dotted}, ' ', ''), '.', '·') ELSE {x} END"  # fmt: skip
        return f"CASE WHEN {sql.matches(x, '[一-鿿㐀-䶿]')} THEN {han} ELSE {spaced} END"


@_add("title", "机构名称", plain=(5, 200, "一-鿿0-9A-Za-z", ""))
class _Title:
    """Full-width brackets in names of organizations with Chinese characters; no blanks there."""

    @staticmethod
    def python(x: str) -> str:
        return x.replace(" ", "").replace("(", "（").replace(")", "）") if re.search("[一-鿿]", x) else x

    @staticmethod
    def sql(x: str) -> str:
        text = f"replace(replace(replace({x}, ' ', ''), '(', '（'), ')', '）')"
        return f"CASE WHEN {sql.matches(x, '[一-鿿]')} THEN {text} ELSE {x} END"


@_add("address", "地址", plain=(5, 400, "一-鿿0-9A-Za-z-", ""))
class _Address:
    """No blanks, half-width digits and letters."""

    @staticmethod
    def python(x: str) -> str:
        return x.replace(" ", "")

    @staticmethod
    def sql(x: str) -> str:
        return f"replace({x}, ' ', '')"


@_add("id_no", "证件号码", plain=(18, 18, "0-9X", ""))
class _IdNo:
    """No blanks and strokes, upper-case X, the apostrophe of spreadsheets and a decimal part gone, 15 digits to 18."""

    WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

    @staticmethod
    def python(x: str) -> str:
        x = re.sub("[-' ]", "", x.translate(_TO_UPPER))
        if re.fullmatch("[0-9]{15}[.]0", x):
            x = x[:15]
        if re.fullmatch("[0-9]{15}", x):
            head = f"{x[:6]}19{x[6:]}"
            x = head + "10X98765432"[sum(int(c) * w for c, w in zip(head, _IdNo.WEIGHTS, strict=True)) % 11]
        return x

    @staticmethod
    def sql(x: str) -> str:
        bare = _without(x, chr(45) + chr(39) + " ")
        number = f"TRY_CAST(substr({bare}, 1, 15) AS BIGINT)"
        # 1 × 2 + 9 × 1 of the inserted 19 is 11, nothing modulo 11: the sum over the fifteen digits is that of the seventeen
        weights = [w for i, w in enumerate(_IdNo.WEIGHTS) if i not in (6, 7)][::-1]
        check = f"substr('10X98765432', CAST({sql.digits_sum(number, weights, 11)} AS INTEGER) + 1, 1)"
        longer = f"substr({bare}, 1, 6) || '19' || substr({bare}, 7, 9) || {check}"
        short = f"(length({bare}) IN (15, 17) AND {sql.matches(bare, '^[0-9]{15}([.]0)?$')})"
        return f"CASE WHEN {short} THEN {longer} ELSE {_upper(bare)} END"


@_add("usc", "统一社会信用代码", plain=(18, 18, "0-9A-Z", ""))
class _Usc:
    """No blanks and strokes, upper case."""

    @staticmethod
    def python(x: str) -> str:
        return re.sub("[- ]", "", x.translate(_TO_UPPER))

    @staticmethod
    def sql(x: str) -> str:
        return _without(_upper(x), "- ")


@_add("phone", "电话号码", plain=(11, 11, "0-9", "1"))
class _Phone:
    """No blanks and brackets, no country code of China; no strokes in mobile numbers."""

    @staticmethod
    def python(x: str) -> str:
        x = re.sub("[(]|[.]0$", "", x.replace(" ", "")).replace(")", "-")
        bare = x.replace("-", "")
        if re.fullmatch("([+]86|0086|86)?1[3-9][0-9]{9}", bare):
            return bare[-11:]
        return re.sub("^([+]86|0086)-?", "", x)

    @staticmethod
    def sql(x: str) -> str:
        plain = sql.matches(x, "^1[0-9]{10}$")
        loose = f"replace(regexp_replace(replace({x}, ' ', ''), '[(]|[.]0$', '', 'g'), ')', '-')"
        bare = f"replace({loose}, '-', '')"
        found = f"({sql.matches(bare, '^([+]86|0086|86)?1[3-9][0-9]{9}$')} AND {sql.ascii_only(bare)})"
        other = f"regexp_replace({loose}, '^([+]86|0086)-?', '', 'g')"
        return (
            f"CASE WHEN length({x}) = 11 AND {plain} THEN {x} WHEN {found}"
            f" THEN substr({bare}, length({bare}) - 10, 11) ELSE {other} END"
        )


_DAY = "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_EPOCH = date(1899, 12, 30)


@_add("date", "日期", plain=(10, 10, "0-9-", ""))
class _Date:
    """2026-3-5, 2026/03/05, 2026.3.5, 2026年3月5日, 20260305, 46086 (serial day of Excel), with or without a time after it."""

    @staticmethod
    def python(x: str) -> str:
        bare = x.translate(
            {ord("年"): "-", ord("月"): "-", ord("/"): "-", ord("."): "-", ord("日"): None, ord(" "): "T"}
        )
        if found := re.fullmatch(f"{_DAY}(T[T0-9:+-]*)?", bare):
            return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
        if re.fullmatch("[0-9]{8}", bare):
            return f"{bare[:4]}-{bare[4:6]}-{bare[6:]}"
        if re.fullmatch("[1-7][0-9]{4}(-0)?", bare):
            return (_EPOCH + timedelta(int(bare[:5]))).isoformat()
        return x

    @staticmethod
    def sql(x: str) -> str:
        bare = f"translate({x}, '年月/. 日', '----T')"
        form = f"^{_DAY}(T[T0-9:+-]*)?$"
        year, month, day = (f"regexp_extract({bare}, {sql.literal(form)}, {n})" for n in (1, 2, 3))
        serial = f"CAST(CAST('{_EPOCH}' AS DATE) + TRY_CAST(substr({bare}, 1, 5) AS INTEGER) AS VARCHAR)"
        return (
            f"CASE WHEN length({x}) = 10 AND {sql.matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')} THEN {x}"
            f" WHEN {sql.matches(bare, form)} AND {sql.ascii_only(bare)} THEN {year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
            f" WHEN length({bare}) = 8 AND {sql.matches(bare, '^[0-9]{8}$')}"
            f" THEN substr({bare}, 1, 4) || '-' || substr({bare}, 5, 2) || '-' || substr({bare}, 7, 2)"
            f" WHEN length({bare}) IN (5, 7) AND {sql.matches(bare, '^[1-7][0-9]{4}(-0)?$')} THEN {serial} ELSE {x} END"
        )


@_add("datetime", "日期时间")
class _Moment:
    """2026-03-05 09:30:00 in Asia/Shanghai; a day alone is its first moment. Other zones than +08:00 are left as they are."""

    FORM = f"{_DAY}[T ]+([0-9]{{1,2}}):([0-9]{{2}})(:([0-9]{{2}}))?([.][0-9]+)?([+]08:?00)?"

    @staticmethod
    def python(x: str) -> str:
        bare = x.replace("/", "-")
        if found := re.fullmatch(_Moment.FORM, bare):
            return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2} {found[4]:0>2}:{found[5]}:{found[7] or '':0>2}"
        day = _Date.python(x)
        return f"{day} 00:00:00" if day != x or re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", x) else x

    @staticmethod
    def sql(x: str) -> str:
        bare, form = f"replace({x}, '/', '-')", f"^{_Moment.FORM}$"
        part = [f"regexp_extract({bare}, {sql.literal(form)}, {n})" for n in range(8)]
        built = (
            f"{part[1]} || '-' || lpad({part[2]}, 2, '0') || '-' || lpad({part[3]}, 2, '0') || ' ' || lpad({part[4]}, 2, '0')"
            f" || ':' || {part[5]} || ':' || lpad({part[7]}, 2, '0')"
        )
        day = _Date.sql(x)
        plain = f"(length({x}) = 10 AND {sql.matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')})"
        return (
            f"CASE WHEN {sql.matches(bare, form)} AND {sql.ascii_only(bare)} THEN {built}"
            f" WHEN {plain} OR {day} <> {x} THEN {day} || ' 00:00:00' ELSE {x} END"
        )


@_add("integer", "整数", plain=(1, 18, "0-9", ""))
class _Integer:
    """No blanks and thousands separators, no empty decimal part."""

    @staticmethod
    def python(x: str) -> str:
        return re.sub("[ ,]|[.]0+$", "", x)

    @staticmethod
    def sql(x: str) -> str:
        return f"CASE WHEN {sql.matches(x, '[ ,.]')} THEN regexp_replace({x}, '[ ,]|[.]0+$', '', 'g') ELSE {x} END"


@_add("decimal", "数值", plain=(1, 30, "0-9.", ""))
class _Decimal:
    """No blanks, thousands separators and signs of yuan."""

    @staticmethod
    def python(x: str) -> str:
        return re.sub("[ ,元¥￥]", "", x)

    @staticmethod
    def sql(x: str) -> str:
        return f"CASE WHEN {sql.matches(x, '[^0-9.-]')} THEN {_without(x, ' ,元¥￥')} ELSE {x} END"


_YES = ("是", "有", "Y", "y", "YES", "Yes", "yes", "T", "TRUE", "True", "true", "1", "1.0", "√", "✓")
_NO = ("否", "无", "N", "n", "NO", "No", "no", "F", "FALSE", "False", "false", "0", "0.0", "×", "✗")


@_add("boolean", "是否")
class _Boolean:
    """What people write for yes and no becomes true and false."""

    @staticmethod
    def python(x: str) -> str:
        return "true" if x in _YES else "false" if x in _NO else x

    @staticmethod
    def sql(x: str) -> str:
        return f"CASE WHEN {x} IN {sql.codes(_YES)} THEN 'true' WHEN {x} IN {sql.codes(_NO)} THEN 'false' ELSE {x} END"


@_add("codes", "多个代码", plain=(1, 40, "0-9", ""))
class _Codes:
    """Several codes joined by one sign: 01;03."""

    @staticmethod
    def python(x: str) -> str:
        x = re.sub("[、,/|;]+", ";", x.replace(" ", "").translate(_TO_UPPER))
        return re.sub("^;|;$", "", x)

    @staticmethod
    def sql(x: str) -> str:
        plain = _upper(f"replace({x}, ' ', '')")
        text = f"regexp_replace(regexp_replace({plain}, '[、,/|;]+', ';', 'g'), '^;|;$', '', 'g')"
        return f"CASE WHEN {sql.matches(x, '[^0-9A-Z]')} THEN {text} ELSE {x} END"


@_add("division", "行政区划代码", plain=(6, 6, "0-9", ""))
class _Division:
    """The first six of the nine and twelve digits of the statistical extension (platform.md 2.1)."""

    @staticmethod
    def python(x: str) -> str:
        x = x.replace(" ", "")
        return x[:6] if re.fullmatch("[0-9]{9}|[0-9]{12}", x) else x

    @staticmethod
    def sql(x: str) -> str:
        bare = f"replace({x}, ' ', '')"
        longer = f"(length({bare}) IN (9, 12) AND {sql.matches(bare, '^([0-9]{9}|[0-9]{12})$')})"
        return f"CASE WHEN {longer} THEN substr({bare}, 1, 6) ELSE {bare} END"


_BY_CHECK = {
    "id_no": "id_no", "document_no": "id_no", "usc": "usc", "usc_inner": "usc", "mobile": "phone", "phone": "phone", "name": "name",
    "division": "division", "lawyer_license": "code", "certificate_no": "code", "year": "integer", "month": "code",
}  # fmt: skip
_BY_TYPE = {
    "DATE": "date", "DATETIME": "datetime", "INT": "integer", "DECIMAL": "decimal", "BOOL": "boolean", "CODE": "code",
    "TEXT": "text", "JSON": "text",
}  # fmt: skip


@cache
def _code(held: CodeSet) -> Normal:
    codes = {item.code for item in held.items}
    meanings: dict[str, set[str]] = {}
    for item in held.items:
        for writing in (item.name, *item.maps_to):
            meanings.setdefault(_Code.python(_clean(writing, True)), set()).add(item.code)
    known = {
        w: next(iter(found))
        for w, found in sorted(meanings.items())
        if len(found) == 1 and w not in codes and not set("|=") & set(w)
    }
    digits = NORMAL["code"].plain if not any(re.fullmatch("[0-9]+", w) for w in known) else None
    return Normal(
        f"code:{held.code}",
        held.title,
        lambda x: known.get(_Code.python(x), _Code.python(x)),
        lambda x: _looked_up(_Code.sql(x), known),
        plain=digits,
    )


def _looked_up(x: str, known: dict[str, str]) -> str:
    """`known[x]`, else `x`. One search in one literal: a CASE with a branch for each writing repeats the expression for each
    and takes the engine half a second to plan for the countries of the world."""
    if not known:
        return x
    width = max(len(c) for c in known.values())
    book = sql.literal("|" + "".join(f"{w}={c:<{width}}|" for w, c in known.items()))
    at = f"strpos({book}, '|' || {x} || '=')"
    # a writing that itself holds a sign of the book could reach over two entries
    return (
        f"CASE WHEN {at} > 0 AND NOT {sql.matches(x, '[|=]')}"
        f" THEN trim(substr({book}, CAST({at} + length({x}) + 2 AS INTEGER), {width})) ELSE {x} END"
    )


def code(set_code: str) -> Normal:
    """The normalizer of a code set: names and other writings of its sources (男, 汉族, M) become codes. A writing with two
    meanings is left as it is."""
    return _code(code_sets.get(set_code))


def of(table: Table, column: str) -> Normal:
    """The normalizer of a column: by its element's check and mask, else by its type."""
    declared, element = table.column(column), table.element_of(column)
    if declared.repeated:
        return NORMAL["codes"]
    if element.type.value == "CODE" and code_sets.get(element.code_set).items:
        return code(element.code_set)
    if element.type.value == "CODE" and element.check in _BY_CHECK:
        return NORMAL[_BY_CHECK[element.check]]
    if element.type.value == "TEXT":
        if name := _BY_CHECK.get(element.check):
            return NORMAL[name]
        if element.mask.value == "address":
            return NORMAL["address"]
        if element.name.endswith("_title"):
            return NORMAL["title"]
    return NORMAL[_BY_TYPE[element.type.value]]
