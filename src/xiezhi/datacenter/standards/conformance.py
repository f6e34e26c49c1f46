"""The conformance table: values on which checks and normalizers must say the same in Python, in DuckDB and on Spark.

Absent and blank values, full-width writing, Chinese characters, look-alike signs, line breaks, formulas, numbers that
fail by one digit. Expectations come from the Python form; `tests/datacenter/standards` proves DuckDB against it and the
Spark run of the data center proves Spark. Known answers stand in those tests, not here.
"""

from __future__ import annotations

from dataclasses import dataclass

from xiezhi.datacenter.standards import checks, normal

__all__ = ["CASES", "VALUES", "Case", "cases"]

VALUES: tuple[str | None, ...] = (
    None, "", " ", "　", "NULL", "null", "N/A", "--", "-", "0",
    # names
    "张三", " 张 三 ", "张　三", "欧阳若兰", "阿依古丽•买买提", "阿依古丽.买买提", "阿依古丽 · 买买提", "ＪＯＨＮ　Ｓｍｉｔｈ", "John  Smith", "O'Brien", "张三3", "=cmd|' /C calc'!A1",
    "@SUM(1)", "-张三", "王", "张三\n", "张三\u2028", "\ufeff张三", "张\u200b三", "㐀一", "𠮷田", "é", "ß", "ı", "😀😀",
    # identity numbers
    "990000199001010017", "990000198512315029", "99000120000229003X", "990001200002290032", "99000019900101005X", "99000019900101005x", "990000199001010018", "990000199002300017",
    "990000190002290019", "990000209901010019", "９９００００１９９００１０１００１７", "990000 19900101 0017", "'990000199001010017", "990000-19900101-0017", "990000900101001", "990000900101001.0",
    "99000O199001010017", "110101199003070011", "81000019900101001X", "9.90000199001010E+17", "990000199001010000", "E12345678", "H01234567",
    # credit codes
    "31990000MD0000008D", "31990000MD0000008C", "3199 0000 md00 0000 8d", "11990000MB0000000J", "91350100M000100Y43", "I1990000MB0000000J", "11990000MB000000OJ", "31990000MD0000007D",
    # telephone numbers
    "13900001234", "139-0000-1234", "139 0000 1234", "+8613900001234", "+86 139 0000 1234", "8613900001234", "008613900001234", "13900001234.0", "12900001234", "1390000123",
    "(010)12345678", "（０１０）１２３４５６７８", "010-12345678", "0086-010-12345678", "12348", "400-800-1234", "13900001234\n",
    # days and moments
    "2026-03-05", "2026-3-5", "2026/3/5", "2026.3.5", "2026年3月5日", "２０２６年３月５日", "20260305", "46086", "46086.0", "2026-02-30", "2024-02-29", "1900-02-29", "2000-02-29", "2026-13-01", "0000-00-00",
    "2026-03-05 09:30:00", "2026-03-05T09:30:00+08:00", "2026-03-05T01:30:00Z", "2026-3-5 9:30", "2026/03/05 9:30:05.123", "2026-03-05 24:00:00", "2026年3月5日 9时",
    # figures, codes, places
    "1,234.50元", "￥1,234.5", "12", "12.0", "-3", "1e5", "007", "是", "否", "Ｙ", "√", "true", "01、03", "01;03;", "；01，03", "01;99", "990101000000", "990101001", "990101", "99010", "000000", "1", "2", "9", "男", " 女 ", "Ｍ", "f", "汉", "汉族", "身份证", "civil", "大学本科", "Upheld",
    # titles, addresses, the rest
    "云岭(省)律师事务所", "云岭 省律师 事务所", "云律证（2020）12号", "云律证(2020) 12号", "ａｂｃ＠ｘ．ｃｎ", "z@x.cn", "禾溪县望江路１２号 ３栋", "a\\b", "Ａ＼Ｂ", "a\tb", "a'b", 'a"b', "1999", "2026-03",
    "00000000-0000-0000-0000-000000000001", "中" * 60, "x" * 60,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One expression over column `x` and what it must yield for each of `VALUES`, in order."""

    kind: str
    name: str
    sql: str
    expected: tuple[bool | str | None, ...]


def cases() -> tuple[Case, ...]:
    """Every check, with and without the fictional province, every code set and every normalizer."""
    from xiezhi.datacenter.standards.declare import code_sets

    found = []
    for name, check in checks.CHECKS.items():
        for fictional in (True, False):
            expected = tuple(None if v is None else check.holds(v, fictional=fictional) for v in VALUES)
            found.append(Case("check", f"{name}/{fictional}", check.sql("x", fictional=fictional), expected))
    for held in code_sets.all():
        for repeated in (False, True):
            if one := checks.code(held.code, repeated=repeated):
                expected = tuple(None if v is None else one.holds(v, fictional=True) for v in VALUES)
                found.append(Case("code", one.name, one.sql("x", fictional=True), expected))
        meaning = normal.code(held.code)
        found.append(Case("normal", meaning.name, meaning.sql("x"), tuple(meaning.value(v) for v in VALUES)))
    for name, rule in normal.NORMAL.items():
        found.append(Case("normal", name, rule.sql("x"), tuple(rule.value(v) for v in VALUES)))
    return tuple(found)


CASES: tuple[Case, ...]


def __getattr__(name: str) -> tuple[Case, ...]:
    """`CASES`, made when first asked for, because code sets are registered when the application starts."""
    if name == "CASES":
        globals()["CASES"] = cases()
        return globals()["CASES"]  # type: ignore[no-any-return]
    raise AttributeError(name)
