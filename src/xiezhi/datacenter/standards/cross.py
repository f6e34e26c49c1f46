"""跨表规则: what one row cannot tell. Existence of what a column references and uniqueness follow from the columns; here stand
the rules that need words: the firm of an active lawyer is active, nobody holds two active licenses of a kind, stored due
days are what the calendar says (platform.md 4, "Quality rules per base").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CLOCKS", "CROSS", "Clock", "CrossRule", "due_days", "of"]


@dataclass(frozen=True)
class CrossRule:
    """A rule over several rows. `violations` is a SELECT that returns `row_id` of rows of `table` that break it; {name} stands
    for the relation of a table (`lake.tables.get(...).sql()`). `reads` are the tables it needs. Functions as in `Rule`."""

    code: str
    table: str
    title: str
    violations: str
    reads: tuple[str, ...]
    message: str
    severity: str = "WARNING"
    basis: str = ""

    def sql(self, relations: dict[str, str]) -> str:
        """The SELECT with the relations put in. Raises KeyError where one is missing."""
        return self.violations.format(**{name: relations[name] for name in self.reads})


def _twice(code: str, table: str, title: str, key: str, active: str, message: str, basis: str) -> CrossRule:
    """Two active rows of one identity document under different numbers. Both are named, neither is refused."""
    return CrossRule(
        code,
        table,
        title,
        f"SELECT a.row_id FROM {{{table}}} AS a JOIN (SELECT id_type, id_no FROM {{{table}}} WHERE {active} AND id_no IS NOT NULL"
        f" GROUP BY id_type, id_no HAVING count(DISTINCT {key}) > 1) AS b ON a.id_type = b.id_type AND a.id_no = b.id_no WHERE a.{active}",
        (table,),
        message,
        basis=basis,
    )


def _body(code: str, table: str, body: str, key: str, active: str, title: str, message: str) -> CrossRule:
    """The body of an active practitioner is itself active."""
    return CrossRule(
        code,
        table,
        title,
        f"SELECT a.row_id FROM {{{table}}} AS a JOIN {{{body}}} AS b ON a.{key} = b.usc WHERE a.{active} AND b.status <> '01'",
        (table, body),
        message,
    )


CROSS: tuple[CrossRule, ...] = (
    _body("firm.active", "std_lawyer", "std_lawfirm", "firm_usc", "status = '01'", "执业律师的机构正常", "执业中的律师所在的律师事务所不是正常状态"),
    _body("office.active", "std_notary", "std_notary_office", "office_usc", "status = '01'", "在任公证员的机构正常", "在任公证员所在的公证机构不是正常状态"),
    _body("body.active", "std_appraiser", "std_appraisal_body", "body_usc", "status = '01'", "在业鉴定人的机构正常", "在业司法鉴定人所在的鉴定机构不是正常状态"),
    _twice("license.twice", "std_lawyer", "没有两个有效律师执业证", "license_no", "status = '01'", "同一证件号码有两个执业中的律师执业证", "律师法 第10条"),
    _twice("license.twice", "std_notary", "没有两个有效公证员执业证", "license_no", "status = '01'", "同一证件号码有两个在任的公证员执业证", "公证法 第23条"),
    _twice("license.twice", "std_appraiser", "没有两个有效鉴定人执业证", "license_no", "status = '01'", "同一证件号码有两个在业的鉴定人执业证", ""),
    _twice("license.twice", "std_grass_worker", "没有两个有效基层执业证", "license_no", "status = '01'", "同一证件号码有两个在业的基层法律服务工作者执业证", ""),
    _twice("listed.twice", "std_cc_subject", "没有两次同时列管", "subject_no", "status IN ('02', '03', '04')", "同一证件号码有两个在矫的对象编号", "社区矫正法 第22条"),
    _twice("held.twice", "std_inmate", "没有两次同时在押", "inmate_no", "status = '01'", "同一证件号码有两个在押的罪犯编号", "监狱法 第35条"),
    CrossRule(
        "qualification.void", "std_lawyer", "执业律师的资格有效",
        "SELECT a.row_id FROM {std_lawyer} AS a JOIN {std_qualification} AS b ON a.qual_no = b.cert_no WHERE a.status = '01' AND b.status <> '01'",
        ("std_lawyer", "std_qualification"), "执业中的律师的法律职业资格已撤销或者注销", basis="律师法 第5条",
    ),
    CrossRule(
        "committee.active", "std_mediator", "在业调解员的委员会正常",
        "SELECT a.row_id FROM {std_mediator} AS a JOIN {std_committee} AS b ON a.committee_id = b.committee_id WHERE a.status = '01' AND b.status <> '01'",
        ("std_mediator", "std_committee"), "在业人民调解员的委员会不是正常状态",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """A due day stored in `due` that must be what the calendar says from `start`: `length` working or calendar days.

    `unless` is a condition under which suspensions or extensions move it, so that nothing is said."""

    table: str
    start: str
    due: str
    length: int
    working: bool
    basis: str
    unless: str = "FALSE"
    title: str = field(default="存储的到期日与日历推算一致")


CLOCKS: tuple[Clock, ...] = (
    Clock("std_notary_case", "accepted", "due", 15, True, "公证法 第30条", "status = '03'"),
    Clock("std_appraisal_case", "effective", "due", 30, True, "", "coalesce(extended, 0) > 0"),
    Clock("std_review_case", "accepted", "due", 60, False, "行政复议法 第62条", "coalesce(procedure, '1') <> '1'"),
    Clock("std_review_case", "accepted", "due", 30, False, "行政复议法 第62条", "coalesce(procedure, '1') <> '2'"),
)
"""Clocks of the bases that store a due day. An earlier day than computed is wrong for certain; a later one may come from a
suspension the row does not tell, so the rule marks only days before it."""


def of(table: str) -> tuple[CrossRule, ...]:
    """Rules about rows of this table."""
    return tuple(rule for rule in CROSS if rule.table == table)


def due_days(clock: Clock, first: date, last: date) -> pa.Table:
    """Columns `start` and `due` for every day between the two, by the published calendar, for a join in the engine. Days the
    calendar does not reach are left out. Raises nothing."""
    import pyarrow as pa

    from xiezhi.kernel.calendar import services as calendars
    from xiezhi.kernel.calendar.counting import Unit, count
    from xiezhi.kernel.calendar.days import CalendarNotPublished

    calendar = calendars.load()
    unit = Unit.WD if clock.working else Unit.CD
    starts, dues = [], []
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        try:
            due = count(day, clock.length, unit, calendar)
        except CalendarNotPublished:
            continue
        if not due.provisional:
            starts.append(day)
            dues.append(due.legal)
    return pa.table({"start": pa.array(starts, pa.date32()), "due": pa.array(dues, pa.date32())})
