"""Short words for declaring tables: columns by the name of their element, rules that come up in every base."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiezhi.datacenter.standards import checks
from xiezhi.datacenter.standards.declare import COMMON, Column, Element, Layer, Rule, ShareType, Table
from xiezhi.datacenter.standards.elements import ELEMENTS, code_of
from xiezhi.kernel.datasets.registry import Level

__all__ = [
    "PERSON",
    "RANK",
    "DatedRule",
    "check",
    "col",
    "highest",
    "implies",
    "number",
    "order",
    "person_columns",
    "person_rules",
    "table",
    "years",
]

RANK = {level: n for n, level in enumerate((Level.OPEN, Level.INTERNAL, Level.SENSITIVE, Level.PERSONAL, Level.CORE))}
_ELEMENTS: dict[str, Element] = {e.code: e for e in ELEMENTS}


def highest(levels: Iterable[Level]) -> Level:
    """The strictest of several levels (就高从严)."""
    return max(levels, key=lambda level: RANK[level], default=Level.OPEN)


def col(name: str, title: str = "", element: str = "", **more: Any) -> Column:
    """A column; title and element follow its name where they are left out."""
    code = code_of(element or name)
    return Column(name, title or _ELEMENTS[code].title, code, **more)


class DatedRule(Rule):
    """A rule that speaks of today: `holds` is made anew by the platform's clock whenever it is read."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return checks.dated(value) if name == "holds" else value


def _rule(code: str, title: str, kind: str, holds: str, message: str, severity: str, basis: str) -> Rule:
    form = DatedRule if checks.TODAY in holds else Rule
    return form(code, title, kind, holds, message, severity, basis)


def order(first: str, second: str, titles: str, *, basis: str = "", severity: str = "ERROR") -> Rule:
    """`first` does not lie after `second`. `titles`: 受理日、办结日"""
    a, b = titles.split("、")
    return Rule(
        f"order.{first}.{second}", f"{a}不晚于{b}", "日期先后", f"{first} <= {second}", f"{a}晚于{b}", severity, basis
    )


def implies(
    code: str, title: str, condition: str, then: str, message: str, *, basis: str = "", severity: str = "ERROR"
) -> Rule:
    """Where `condition` is true, `then` must be true."""
    holds = f"(NOT coalesce(({condition}), FALSE)) OR coalesce(({then}), FALSE)"
    return _rule(code, title, "条件", holds, message, severity, basis)


def check(
    code: str, title: str, holds: str, message: str, *, basis: str = "", severity: str = "ERROR", kind: str = "取值"
) -> Rule:
    """`holds` must not be false; NULL counts as holding."""
    return _rule(code, title, kind, holds, message, severity, basis)


def person_columns(*, name_level: Level | None = None, mobile: bool = True, address: bool = True) -> tuple[Column, ...]:
    """Who a person is. A row without an identity number is taken and marked, since linking may still find whose it is; a wrong
    number is refused. `name_level` OPEN where the name stands in a public roll."""
    found = [
        col("name", "姓名", "person_name", required=True, level=name_level),
        col("id_type"),
        col("id_no"),
        col("sex"),
        col("birth_date"),
    ]
    if mobile:
        found.append(col("mobile"))
    if address:
        found.append(col("address"))
    return tuple(found)


def number(day: str) -> str:
    """A DATE expression as a number like 20261123, so that years between two days are one subtraction."""
    return f"CAST(replace(CAST({day} AS VARCHAR), '-', '') AS INTEGER)"


def years(first: str, last: str) -> str:
    """Full years from one DATE expression to another; both must not be NULL."""
    return f"(({last if last == checks.TODAY else number(last)} - {number(first)}) // 10000)"


def person_rules() -> tuple[Rule, ...]:
    """What identity numbers say must be right and must agree with the other columns (platform.md 2.2)."""
    resident = "coalesce(id_type, '111') = '111'"
    id_check = checks.CHECKS["id_no"].text("id_no", checks.fictional_allowed())
    return (
        DatedRule("id.resident", "公民身份号码", "证件号码", f"(NOT {resident}) OR {id_check}", checks.CHECKS["id_no"].message, basis="居民身份证法 第3条"),
        check(
            "id.given", "有证件号码", "id_no IS NOT NULL AND id_type IS NOT NULL", "没有证件类型、号码，只能与其他记录比对", kind="证件号码", severity="WARNING",
        ),
        implies(
            "id.birth", "出生日期与身份号码一致", f"{resident} AND length(id_no) = 18 AND birth_date IS NOT NULL",
            "strftime(birth_date, '%Y%m%d') = substr(id_no, 7, 8)", "出生日期与公民身份号码第7至14位不一致", severity="WARNING",
        ),
        _rule(
            "id.sex", "性别与身份号码一致", "条件",
            f"NOT coalesce({resident} AND length(id_no) = 18 AND strpos(CASE sex WHEN '1' THEN '02468' WHEN '2' THEN '13579' END, substr(id_no, 17, 1)) > 0, FALSE)",
            "性别与公民身份号码第17位不一致", "WARNING", "",
        ),
    )  # fmt: skip


PERSON = {
    "name": "name", "id_type": "id_type", "id_no": "id_no", "sex": "sex", "birth_date": "birth_date", "phone": "mobile",
    "division": "division", "address": "address", "valid_from": "valid_from", "valid_to": "valid_to",
}  # fmt: skip
"""The roles of a person record under their usual names; `employer` and `license_no` are each table's own."""


def table(
    code: str, title: str, base: str, columns: Iterable[Column], basis: str, *, share_basis: str,
    rules: Iterable[Rule] = (), layer: Layer = Layer.STANDARD, share: ShareType = ShareType.CONDITIONAL, **more: Any,
) -> Table:  # fmt: skip
    """A table. Its level is the highest of its columns; every table gets the rule that a period ends after it begins.

    `share_basis` is the reason for the share type; for NONE it cites the law that forbids (政务数据共享条例 第14条、第15条).
    """
    held = tuple(columns)
    level = highest(c.level or _ELEMENTS[c.element].level for c in (*COMMON, *held) if c.element in _ELEMENTS)
    period = check("period", "有效期先后", "valid_from < valid_to", "有效期止不晚于有效期起", kind="日期先后")
    return Table(
        code, title, base, layer, held, level, basis, share, share_basis, (period, *rules), **more
    )  # fmt: skip
