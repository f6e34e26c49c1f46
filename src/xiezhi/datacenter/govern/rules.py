"""质量规则: everything that can be checked about a table, made from its declaration (platform.md 4, App. P-A dq_rule).

A rule is text: a boolean SQL expression that is true where a row *fails*, or the columns of a test over several rows.
`scan` runs all of them in one pass. Nothing here touches a database.

Relations that are checked have the declared columns, typed. A *staged* relation (a batch on its way into the standard
table) also has the normalized text of a column `x` that is not text as `n_x`, so that what could not be read is told from
what was not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from xiezhi.datacenter.standards import declare
from xiezhi.datacenter.standards.declare import Column, Element, Table
from xiezhi.kernel.datasets.registry import ColumnType

__all__ = ["CheckRule", "Form", "Kind", "Severity", "by_code", "of", "quoted", "text_of"]

EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 1, 1)
"""Days outside are typing errors, whatever the column says."""
VOLUME = 0.20
"""How far today's number of rows may be from yesterday's (platform.md 4: within ± 20 %)."""
STALE_AFTER = {"实时": 1, "每日": 2, "每周": 9, "每月": 35, "每季": 100, "每年": 380, "不定期": 0}
"""Days after which data of an update cycle are stale; 0: never."""


class Kind(StrEnum):
    """质量维度."""

    COMPLETE = "完整性"
    VALID = "规范性"
    UNIQUE = "唯一性"
    CONSISTENT = "一致性"
    TIMELY = "及时性"
    ACCURATE = "准确性"


class Severity(StrEnum):
    """ERROR refuses the row, WARNING marks it."""

    ERROR = "ERROR"
    WARNING = "WARNING"

    @property
    def label(self) -> str:
        return {"ERROR": "拒收", "WARNING": "提示"}[self.value]


class Form(StrEnum):
    """How a rule is tested."""

    ROW = "row"  # from the columns of the row alone
    UNIQUE = "unique"  # no other row has the same values
    EXISTS = "exists"  # the value stands in another table
    ROWS = "rows"  # a query over several rows or tables names the rows that fail
    TABLE = "table"  # about the whole delivery: row count, age


@dataclass(frozen=True)
class CheckRule:
    """One rule. `message` names the column and says what to do. `fails` is SQL, true where the row fails (ROW), or the
        condition under which a row takes part (UNIQUE, EXISTS); NULL counts as holding. `target` is "table.column" of an EXISTS
        rule and `among` narrows its rows. ROWS: `fails` is a SELECT of the row_id of failing rows in which {name} stands for the
    relation of each of `reads`. `source` is where the rule comes from: standard, article or declaration."""

    code: str
    kind: Kind
    severity: Severity
    title: str
    message: str
    columns: tuple[str, ...]
    form: Form = Form.ROW
    fails: str = ""
    target: str = ""
    among: str = ""
    source: str = ""
    reads: tuple[str, ...] = ()
    each: bool = False
    """The test looks at nothing but its one column: what it says of a value it says of every row that has it."""
    costly: bool = False
    """A test of `each` that is worth gathering the different values first, where values repeat."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Tables this rule looks into beside its own rows."""
        return self.reads if self.form is Form.ROWS else ((self.target.partition(".")[0],) if self.target else ())


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_of(value: object) -> str:
    """A text for SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def of(table: Table | str, *, day: date | None = None, staged: bool = False) -> tuple[CheckRule, ...]:
    """All rules of a declared table, in order of its columns. `day` decides which codes are in force (default: today);
    `staged` adds what can only be told while the original text is at hand. Raises LookupError for an unknown table."""
    table = declare.tables.get(table) if isinstance(table, str) else table
    if day is None:
        from xiezhi.kernel.calendar import clock

        day = clock.today()
    found: list[CheckRule] = []
    for column in table.all_columns:
        if column.name in MADE:
            continue
        found += _of_column(table, column, day, staged)
    found += _periods(table)
    found += _declared(table)
    found += _over_rows(table)
    found += _of_table(table)
    return tuple(found)


def by_code(table: Table | str, **kwargs: Any) -> dict[str, CheckRule]:
    """The rules of a table by code."""
    return {rule.code: rule for rule in of(table, **kwargs)}


TYPED = frozenset({ColumnType.INT, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.DATETIME, ColumnType.BOOL})
MADE = frozenset({"row_id", "src_system", "src_key", "updated_at", "dq_score", "row_hash", "batch_id"})
"""Common columns the center fills itself."""


def _element(column: Column) -> Element | None:
    return declare.elements.get(column.element) if column.element in declare.elements else None


def _of_column(table: Table, column: Column, day: date, staged: bool) -> Iterator[CheckRule]:
    name, title, element = column.name, column.title, _element(column)
    x, label = quoted(name), f"“{column.title}”（{column.name}）"
    typed = element is not None and element.type in TYPED
    given = quoted(f"n_{name}") if staged and typed else x
    basis = element.source if element is not None and element.source else table.basis

    def rule(
        part: str, kind: Kind, fails: str, message: str, severity: Severity = Severity.ERROR, **more: Any
    ) -> CheckRule:
        return CheckRule(f"{name}.{part}", kind, severity, f"{title}{PARTS[part]}", message, (name,), fails=fails,
                         source=more.pop("source", basis), **more)  # fmt: skip

    if column.required or column.key:
        yield rule(
            "required", Kind.COMPLETE, f"{given} IS NULL", f"{label}没有填写，请补齐后重新报送。", source=table.basis, each=given == x
        )  # fmt: skip
    if element is None:
        return
    if staged and typed:
        yield rule(
            "format", Kind.VALID, f"{x} IS NULL AND {given} IS NOT NULL",
            f"{label}无法识别为{element.type.label}（{element.format}），请按规定格式重新填写。",
        )  # fmt: skip
    if column.repeated:
        yield from _repeated(rule, x, label, element)
        return
    yield from _length(rule, x, label, element)
    if element.type is ColumnType.DATE or element.type is ColumnType.DATETIME:
        day_of = x if element.type is ColumnType.DATE else f"make_date(year({x}), month({x}), day({x}))"
        yield rule(
            "range", Kind.ACCURATE, f"{day_of} < DATE '{EARLIEST}' OR {day_of} >= DATE '{LATEST}'",
            f"{label}不在{EARLIEST.year}年至{LATEST.year - 1}年之间，请核对年份。", each=True,
        )  # fmt: skip
        if not _may_be_future(name):
            yield rule(
                "future", Kind.ACCURATE, f"{day_of} > DATE '{day}'", f"{label}晚于今天，请核对。", Severity.WARNING, each=True
            )  # fmt: skip
    if element.code_set:
        yield from _codes(rule, x, label, element, day)
    if element.check and not typed:
        yield from _checks(rule, x, label, element)
    if column.unique:
        # The same key from another source system is two deliveries of one thing: told, but nobody's row is refused for it.
        yield rule(
            "unique", Kind.UNIQUE, "", f"{label}与其他行重复，请核实后只保留正确的一行。",
            Severity.WARNING if column.key else Severity.ERROR, form=Form.UNIQUE,
        )  # fmt: skip
    if column.references:
        other = column.references.partition(".")[0]
        known = declare.tables.get(other).title if other in declare.tables else other
        yield rule(
            "reference", Kind.CONSISTENT, f"{x} IS NOT NULL", f"{label}在“{known}”中查不到，请核对，或者先报送被引用的数据。",
            Severity.WARNING, form=Form.EXISTS, target=column.references,
        )  # fmt: skip


PARTS = {
    "required": "必填", "format": "格式", "length": "长度", "range": "日期合理", "future": "不晚于今天", "code": "代码有效",
    "code_day": "代码在用", "check": "校验", "inner": "内层校验", "unique": "不重复", "reference": "存在",
}  # fmt: skip


def _may_be_future(name: str) -> bool:
    ends = ("_to", "_end", "_due", "due", "_until", "expires", "valid_from", "term_end", "_expiry")
    return name.endswith(ends) or name.startswith(("due_", "next_"))


def _length(rule: Any, x: str, label: str, element: Element) -> Iterator[CheckRule]:
    """From the format: C17 is exactly 17 characters, C..50 at most 50, N12,2 below 10^10."""
    form = element.format
    if form.startswith("C..") and form[3:].isdecimal():
        n = int(form[3:])
        yield rule("length", Kind.VALID, f"LENGTH({x}) > {n}", f"{label}超过{n}个字符，请核对。", each=True)
    elif form.startswith("C") and form[1:].isdecimal() and not element.code_set and not element.check:
        n = int(form[1:])
        yield rule("length", Kind.VALID, f"LENGTH({x}) <> {n}", f"{label}应为{n}个字符，请核对。", each=True)
    elif form.startswith("N"):
        digits, _, places = form[1:].partition(",")
        if digits.isdecimal() and element.type in (ColumnType.INT, ColumnType.DECIMAL):
            whole = int(digits) - (int(places) if places.isdecimal() else 0)
            if 0 < whole < 18:
                yield rule(
                    "length",
                    Kind.VALID,
                    f"{x} >= {10**whole} OR {x} <= -{10**whole}",
                    f"{label}超过{whole}位整数，请核对。",
                    each=True,
                )


def _codes(rule: Any, x: str, label: str, element: Element, day: date) -> Iterator[CheckRule]:
    if element.code_set not in declare.code_sets:
        return
    known = declare.code_sets.get(element.code_set)
    if not known.items:
        return
    source = f"{known.standard} {known.version}".strip()
    every = sorted({item.code for item in known.items})
    yield rule(
        "code", Kind.VALID, f"{x} NOT IN ({', '.join(map(text_of, every))})",
        f"{label}的值不在代码集“{known.title}”中，请填写代码。", source=source, each=True, costly=True,
    )  # fmt: skip
    ended = [i for i in known.items if (i.valid_to and i.valid_to <= day) or (i.valid_from and i.valid_from > day)]
    live = {i.code for i in known.items if i not in ended}
    gone = [i for i in ended if i.code not in live]
    if gone:
        # A closed row may carry a code of its own time: what counts is the last day on which the row says it is true.
        last = f"LEAST(COALESCE(\"valid_to\" - INTERVAL 1 DAY, DATE '{day}'), DATE '{day}')"
        tests = []
        for item in gone:
            sides = []
            if item.valid_to:
                sides.append(f"{last} >= DATE '{item.valid_to}'")
            if item.valid_from:
                sides.append(f"{last} < DATE '{item.valid_from}'")
            tests.append(f"({x} = {text_of(item.code)} AND ({' OR '.join(sides)}))")
        yield rule(
            "code_day", Kind.VALID, " OR ".join(tests), f"{label}使用了“{known.title}”中当日不在用的代码，请改用现行代码。",
            source=source,
        )  # fmt: skip


def _repeated(rule: Any, x: str, label: str, element: Element) -> Iterator[CheckRule]:
    """Several values joined by ";"."""
    from xiezhi.datacenter.standards import checks

    found = checks.code(element.code_set, repeated=True) if element.code_set in declare.code_sets else None
    if found is not None:
        known = declare.code_sets.get(element.code_set)
        yield rule(
            "code", Kind.VALID, f"NOT ({found.sql(x)})", f"{label}的值不全在代码集“{known.title}”中，请填写代码，以分号隔开。",
            source=f"{known.standard} {known.version}".strip(), each=True, costly=True,
        )  # fmt: skip


def _checks(rule: Any, x: str, label: str, element: Element) -> Iterator[CheckRule]:
    from xiezhi.datacenter.standards import checks

    check = checks.CHECKS.get(element.check)
    if check is None:
        return
    yield rule(
        "check", Kind.VALID, f"NOT ({check.sql(x)})", f"{label}：{check.message}。请按证照原件核对后重新报送。", Severity(check.severity),
        source=element.source, each=True, costly=True,
    )  # fmt: skip
    inner = checks.CHECKS.get(f"{element.check}_inner")
    if inner is not None:
        yield rule(
            "inner", Kind.VALID, f"NOT ({inner.sql(x)})", f"{label}：{inner.message}。", Severity(inner.severity), source=element.source, each=True, costly=True,
        )  # fmt: skip


PAIRS = (("_from", "_to"), ("_start", "_end"), ("start_", "end_"), ("begin_", "end_"))


def _periods(table: Table) -> Iterator[CheckRule]:
    """Columns that are the two ends of a period stand in order."""
    days = {
        c.name: c
        for c in table.all_columns
        if (e := _element(c)) is not None and e.type in (ColumnType.DATE, ColumnType.DATETIME)
    }
    told = " ".join(rule.holds for rule in table.rules)
    for name, column in days.items():
        for begin, end in PAIRS:
            other = (
                name.removesuffix(begin) + end
                if begin.startswith("_") and name.endswith(begin)
                else end + name.removeprefix(begin)
                if not begin.startswith("_") and name.startswith(begin)
                else ""
            )
            if other in days and f"{name} < {other}" not in told and f"{name} <= {other}" not in told:
                yield CheckRule(
                    f"{name}.order", Kind.CONSISTENT, Severity.ERROR, f"{column.title}不晚于{days[other].title}",
                    f"“{column.title}”（{name}）晚于“{days[other].title}”（{other}），请核对两个日期。", (name, other),
                    fails=f"{quoted(name)} > {quoted(other)}", source=table.basis,
                )  # fmt: skip


OF_WORDS = {"取值": Kind.VALID, "必填": Kind.COMPLETE, "重复": Kind.UNIQUE, "时效": Kind.TIMELY}
"""Other words declarations use for a dimension."""


def _told(table: Table, message: str, columns: tuple[str, ...]) -> str:
    """A declared message says what is wrong; which columns it is about and what to do is the same everywhere."""
    said = message.rstrip("。")
    own = [c for c in columns if c in {k.name for k in table.all_columns}]
    if own and not any(c in said for c in own):
        said += f"（{'、'.join(f'{table.column(c).title} {c}' for c in own)}）"
    return f"{said}。" if "请" in said else f"{said}，请核对源数据后重新报送。"


def _declared(table: Table) -> Iterator[CheckRule]:
    for rule in table.rules:
        kind = Kind(rule.kind) if rule.kind in set(Kind) else OF_WORDS.get(rule.kind, Kind.CONSISTENT)
        severity = Severity(rule.severity)
        source = rule.basis or table.basis
        unique, exists = tuple(getattr(rule, "unique", ())), getattr(rule, "exists", "")
        if unique:
            yield CheckRule(rule.code, Kind.UNIQUE, severity, rule.title, _told(table, rule.message, unique), unique, Form.UNIQUE,
                            f"({rule.holds})" if rule.holds else "", source=source)  # fmt: skip
        elif exists:
            name, _, target = exists.partition("=")
            yield CheckRule(
                rule.code, kind, severity, rule.title, _told(table, rule.message, _named(table, f"{rule.holds} {rule.exists}")), (name.strip(),), Form.EXISTS,
                f"({rule.holds})" if rule.holds else "", target.strip(), getattr(rule, "among", ""), source,
            )  # fmt: skip
        else:
            names = _named(table, rule.holds)
            yield CheckRule(rule.code, kind, severity, rule.title, _told(table, rule.message, _named(table, f"{rule.holds} {rule.exists}")), names,
                            fails=f"NOT ({rule.holds})", source=source, each=len(names) == 1)  # fmt: skip


def _over_rows(table: Table) -> Iterator[CheckRule]:
    """Rules in words over several rows and tables, and due days against the calendar."""
    from xiezhi.datacenter.standards import cross

    for one in cross.of(table.code):
        yield CheckRule(
            f"{one.code}", Kind.CONSISTENT, Severity(one.severity), one.title, _told(table, one.message, _named(table, one.violations)), _named(table, one.violations), Form.ROWS,
            one.violations, source=one.basis or table.basis, reads=one.reads,
        )  # fmt: skip
    for clock in cross.CLOCKS:
        if clock.table != table.code:
            continue
        name = clock_relation(clock.start, clock.due, clock.length)
        yield CheckRule(
            f"{clock.due}.clock{clock.length}", Kind.CONSISTENT, Severity.WARNING, clock.title,
            f"“{table.column(clock.due).title}”（{clock.due}）早于按{table.column(clock.start).title}推算的日期，请核对期限的起算日和到期日。",
            (clock.start, clock.due), Form.ROWS,
            f"SELECT a.row_id FROM {{{table.code}}} AS a JOIN {{{name}}} AS b ON a.{quoted(clock.start)} = b.start "
            f"WHERE a.{quoted(clock.due)} < b.due AND NOT ({clock.unless})",
            source=clock.basis or table.basis, reads=(table.code, name),
        )  # fmt: skip


def clock_relation(start: str, due: str, length: int) -> str:
    """Name of the relation of days by which a stored due day is proved."""
    return f"days_{start}_{due}_{length}"


def _named(table: Table, sql: str) -> tuple[str, ...]:
    """Columns an expression names."""
    import re

    words = set(re.findall(r"[a-z_][a-z0-9_]*", sql))
    return tuple(c.name for c in table.all_columns if c.name in words)


def _of_table(table: Table) -> Iterator[CheckRule]:
    yield CheckRule(
        "key.unique", Kind.UNIQUE, Severity.ERROR, "主键不重复", f"主键（{'、'.join(table.keys)}）与其他行重复，请只保留最新的一行。",
        ("src_system", *table.keys), Form.UNIQUE, source=table.basis,
    )  # fmt: skip
    yield CheckRule(
        "rows.volume", Kind.COMPLETE, Severity.WARNING, "行数在合理范围", f"本次行数与上次相差超过{VOLUME:.0%}，请核对是否漏报或者重复报送。",
        (), Form.TABLE, source="数据质量要求",
    )  # fmt: skip
    if STALE_AFTER.get(table.update_cycle, 0):
        yield CheckRule(
            "rows.fresh", Kind.TIMELY, Severity.WARNING, "按周期更新",
            f"超过更新周期（{table.update_cycle}）没有新数据，请联系提供单位。", (), Form.TABLE, source="数据质量要求",
        )  # fmt: skip


def last_day(cycle: str, since: date) -> date | None:
    """The last day on which data of this update cycle are fresh."""
    days = STALE_AFTER.get(cycle, 0)
    return since + timedelta(days=days) if days else None
