"""One pass over a relation that tests every rule of a table.

The pass reads each row once: a filter that is true where any rule fails, and, for the rows that pass the filter, a bit for
every rule. Rules over several rows (uniqueness, existence in another table) first gather small sets of keys and are looked
up in the same pass. The text is SQL that DuckDB and Spark read alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .rules import CheckRule, Form, Severity, quoted, text_of

__all__ = ["Plan", "Result", "plan", "scan"]

WORD = 60
"""Rules per 64-bit word of the mask."""
SAMPLES = 5
LOOK, FEW = 100_000, 0.1
"""So many rows are looked at; where a column seems to have fewer different values than this share of all rows, its costly
tests run once per value."""
_SHARED = re.compile(r"TRY_CAST\(substr\(\"?\w+\"?, \d+, \d+\) AS \w+\)")
"""Pieces that checks repeat; they are computed once per row."""


@dataclass(frozen=True)
class Plan:
    """The statement of a scan. `rules` are in the order of their bits; `skipped` could not be tested and why."""

    sql: str
    rules: tuple[CheckRule, ...]
    skipped: Mapping[str, str]
    words: int

    def place(self, code: str) -> tuple[int, int]:
        """Word and bit of a rule."""
        n = next(i for i, r in enumerate(self.rules) if r.code == code)
        return divmod(n, WORD)


@dataclass
class Result:
    """What a scan found. `failed` names a relation of failing rows with `_words` masks; counts are rows per rule."""

    total: int = 0
    refused: int = 0
    marked: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: str = ""
    plan: Plan | None = None

    @property
    def passed(self) -> int:
        return self.total - self.refused


def _row_fails(rule: CheckRule, number: int, alias: str, places: Mapping[str, int]) -> str:
    if rule.form is Form.ROW:
        if _grouped(rule, places):
            return f"(g{places[rule.columns[0]]}._f{number})"
        return f"({rule.fails})"
    found = f"j{number}._hit"
    if rule.form is Form.ROWS:
        return f"({found})"
    if rule.form is Form.UNIQUE:
        return f"({found} AND ({rule.fails}))" if rule.fails else f"({found})"
    present = f"{alias}.{quoted(rule.columns[0])} IS NOT NULL AND {found} IS NULL"
    return f"({present} AND ({rule.fails}))" if rule.fails else f"({present})"


def _grouped(rule: CheckRule, places: Mapping[str, int]) -> bool:
    return rule.each and len(rule.columns) == 1 and rule.columns[0] in places


def _per_value(column: str, place: int, rules: Sequence[tuple[int, CheckRule]], relation: str, alias: str) -> str:
    """The different values of a column that fail a test of theirs."""
    name = quoted(column)
    flags = ", ".join(f"COALESCE(({r.fails}), FALSE) AS _f{n}" for n, r in rules)
    any_of = " OR ".join(f"_f{n}" for n, _ in rules)
    # MAX keeps the engine from asking the test of every row before it knows the different values.
    once = f"SELECT MAX({name}) AS {name} FROM {relation} AS o{place} GROUP BY {name}"
    values = f"SELECT {name} AS _k0, {flags} FROM ({once}) AS v{place}"
    return (
        f"LEFT JOIN (SELECT * FROM ({values}) AS f{place} WHERE {any_of}) AS g{place} ON {alias}.{name} = g{place}._k0"
    )


def _hoisted(relation: str, tests: list[str]) -> tuple[str, list[str]]:
    """Pieces that stand in the tests more than once become columns of the relation, so that they are computed once."""
    found: dict[str, int] = {}
    for test in tests:
        for piece in _SHARED.findall(test):
            found[piece] = found.get(piece, 0) + 1
    shared = {piece: f"_s{i}" for i, piece in enumerate(sorted(p for p, n in found.items() if n > 1))}
    if not shared:
        return relation, tests
    columns = ", ".join(f"{piece} AS {name}" for piece, name in shared.items())
    made = [_SHARED.sub(lambda m: shared.get(m.group(0), m.group(0)), test) for test in tests]
    return f"(SELECT *, {columns} FROM {relation} AS h)", made


def _join(rule: CheckRule, number: int, relation: str, beside: str, references: Mapping[str, str], alias: str) -> str:
    if rule.form is Form.UNIQUE:
        names = ", ".join(quoted(c) for c in rule.columns)
        conditions = [f"{quoted(c)} IS NOT NULL" for c in rule.columns] + ([f"({rule.fails})"] if rule.fails else [])
        wanted = f"SELECT {names} FROM {relation} WHERE {' AND '.join(conditions)}"
        if beside:
            wanted += f" UNION ALL SELECT {names} FROM {beside} WHERE {' AND '.join(conditions)}"
        keys = ", ".join(f"{quoted(c)} AS _k{i}" for i, c in enumerate(rule.columns))
        on = " AND ".join(f"{alias}.{quoted(c)} = j{number}._k{i}" for i, c in enumerate(rule.columns))
        twice = f"SELECT {keys}, TRUE AS _hit FROM ({wanted}) AS d{number} GROUP BY {names} HAVING COUNT(*) > 1"
        return f"LEFT JOIN ({twice}) AS j{number} ON {on}"
    if rule.form is Form.ROWS:
        wrong = rule.fails.format(**{name: references[name] for name in rule.reads})
        return (
            f"LEFT JOIN (SELECT DISTINCT row_id AS _k0, TRUE AS _hit FROM ({wrong}) AS w{number}) AS j{number} "
            f"ON {alias}.row_id = j{number}._k0"
        )
    table, _, column = rule.target.partition(".")
    where = f"{quoted(column)} IS NOT NULL" + (f" AND ({rule.among})" if rule.among else "")
    known = f"SELECT DISTINCT {quoted(column)} AS _k0, TRUE AS _hit FROM {references[table]} WHERE {where}"
    return f"LEFT JOIN ({known}) AS j{number} ON {alias}.{quoted(rule.columns[0])} = j{number}._k0"


def plan(
    relation: str,
    rules: Sequence[CheckRule],
    *,
    keep: Sequence[str] = ("*",),
    beside: str = "",
    references: Mapping[str, str] | None = None,
    few: Collection[str] = (),
) -> Plan:
    """The statement that returns every failing row: the columns `keep` and the words `_w0`, `_w1` ... of its mask.

        `relation` is text for FROM. `beside` is a relation with the same columns whose rows count for uniqueness but are not
        checked. `references` gives the relation of each table that other rows must exist in. `few` are columns with few different
    values."""
    references = references or {}
    alias = "t"
    used: list[CheckRule] = []
    skipped: dict[str, str] = {}
    for rule in rules:
        if rule.form is Form.TABLE:
            continue
        absent = [name for name in rule.needs if name not in references]
        if absent:
            skipped[rule.code] = f"所需的数据表 {'、'.join(absent)} 还没有数据"
            continue
        used.append(rule)
    if not used:
        return Plan("", (), skipped, 0)
    places = {
        c: i for i, c in enumerate(sorted({r.columns[0] for r in used if r.each and len(r.columns) == 1} & set(few)))
    }
    tests = [_row_fails(rule, n, alias, places) for n, rule in enumerate(used)]
    joins = [
        _join(r, n, relation, beside, references, alias)
        for n, r in enumerate(used)
        if r.form not in (Form.ROW, Form.TABLE)
    ]
    for column, place in places.items():
        mine = [(n, r) for n, r in enumerate(used) if _grouped(r, places) and r.columns[0] == column]
        joins.append(_per_value(column, place, mine, relation, alias))
    read, tests = _hoisted(relation, tests)
    words = -(-len(used) // WORD)
    masks = []
    for w in range(words):
        bits = [
            f"CASE WHEN {test} THEN CAST({1 << i} AS BIGINT) ELSE 0 END"
            for i, test in enumerate(tests[w * WORD : (w + 1) * WORD])
        ]
        masks.append(f"{' + '.join(bits)} AS _w{w}")
    star = (
        f"{alias}.*"
        if read is relation
        else f"{alias}.* EXCLUDE ({', '.join(sorted(set(re.findall(r' AS (_s[0-9]+)', read))))})"
    )
    kept = ", ".join(star if k == "*" else f"{alias}.{quoted(k)}" for k in keep)
    sql = f"SELECT {kept}, {', '.join(masks)} FROM {read} AS {alias} {' '.join(joins)} WHERE {' OR '.join(tests)}"
    return Plan(sql, tuple(used), skipped, words)


def mask_test(planned: Plan, codes: Iterable[str], alias: str = "") -> str:
    """SQL that is true where one of these rules failed."""
    bits: dict[int, int] = {}
    for code in codes:
        word, bit = planned.place(code)
        bits[word] = bits.get(word, 0) | (1 << bit)
    dot = f"{alias}." if alias else ""
    return " OR ".join(f"({dot}_w{w} & {b}) <> 0" for w, b in sorted(bits.items())) or "FALSE"


def reasons(planned: Plan, alias: str = "") -> str:
    """SQL for the codes of the failed rules of a row, separated by commas."""
    dot = f"{alias}." if alias else ""
    parts = []
    for n, rule in enumerate(planned.rules):
        word, bit = divmod(n, WORD)
        parts.append(f"CASE WHEN ({dot}_w{word} & {1 << bit}) <> 0 THEN {text_of(rule.code)} END")
    return f"CONCAT_WS(',', {', '.join(parts)})"


def errors_of(planned: Plan) -> list[str]:
    return [r.code for r in planned.rules if r.severity is Severity.ERROR]


def warnings_count(planned: Plan, alias: str = "") -> str:
    """SQL for the number of warnings of a row."""
    dot = f"{alias}." if alias else ""
    bits: dict[int, int] = {}
    for n, rule in enumerate(planned.rules):
        if rule.severity is Severity.WARNING:
            word, bit = divmod(n, WORD)
            bits[word] = bits.get(word, 0) | (1 << bit)
    return " + ".join(f"BIT_COUNT({dot}_w{w} & {b})" for w, b in sorted(bits.items())) or "0"


def scan(
    con: Any,
    relation: str,
    rules: Sequence[CheckRule],
    *,
    keep: Sequence[str] = ("*",),
    into: str = "scan_failed",
    beside: str = "",
    references: Mapping[str, str] | None = None,
    samples: int = SAMPLES,
    sample_columns: Sequence[str] = (),
    total: int | None = None,
) -> Result:
    """Test all rules over `relation` in one pass on a DuckDB connection. Failing rows stay in the temporary table `into`
    with their columns `keep` and masks. `sample_columns` (of `keep`) are given back for a few rows per rule."""
    if total is None:
        total = int(con.execute(f"SELECT COUNT(*) FROM {relation}").fetchone()[0])
    planned = plan(
        relation, rules, keep=keep, beside=beside, references=references, few=few(con, relation, rules, total)
    )
    result = Result(total=total, skipped=dict(planned.skipped), failed=into, plan=planned)
    result.counts = {rule.code: 0 for rule in planned.rules}
    if not planned.rules:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {relation} WHERE FALSE")
        return result
    con.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {planned.sql}")
    tally(con, result, into)
    if sample_columns and samples:
        names = ", ".join(quoted(c) for c in sample_columns)
        for code, count in result.counts.items():
            if count:
                test = mask_test(planned, [code])
                result.samples[code] = con.execute(
                    f"SELECT {names} FROM {into} WHERE {test} LIMIT {samples}"
                ).fetchall()
    return result


def few(con: Any, relation: str, rules: Sequence[CheckRule], total: int) -> list[str]:
    """Columns of costly tests whose values repeat, judged by the first rows."""
    columns = sorted({r.columns[0] for r in rules if r.each and len(r.columns) == 1})
    if not columns:
        return []
    counts = ", ".join(f"COUNT({quoted(c)}), COUNT(DISTINCT {quoted(c)})" for c in columns)
    names = ", ".join(quoted(c) for c in columns)
    found = con.execute(f"SELECT {counts} FROM (SELECT {names} FROM {relation} AS l LIMIT {LOOK}) AS m").fetchone()
    return [c for i, c in enumerate(columns) if _values(found[2 * i], found[2 * i + 1]) <= FEW * total]


def _values(drawn: int, different: int) -> float:
    """How many values there are when `drawn` rows showed `different` ones, were all equally frequent."""
    if different >= drawn:
        return float("inf") if drawn else 0.0
    low, high = float(different), 1e12
    for _ in range(60):
        middle = (low + high) / 2
        if middle * (1 - math.exp(-drawn / middle)) < different:
            low = middle
        else:
            high = middle
    return high


def tally(con: Any, result: Result, into: str) -> None:
    """Counts per rule from the masks: few different masks stand for many rows."""
    planned = result.plan
    assert planned is not None
    words = ", ".join(f"_w{w}" for w in range(planned.words))
    severe = [r.severity is Severity.ERROR for r in planned.rules]
    for *masks, rows in con.execute(f"SELECT {words}, COUNT(*) FROM {into} GROUP BY {words}").fetchall():
        refused = False
        for n, rule in enumerate(planned.rules):
            word, bit = divmod(n, WORD)
            if int(masks[word]) >> bit & 1:
                result.counts[rule.code] += rows
                refused = refused or severe[n]
        if refused:
            result.refused += rows
        else:
            result.marked += rows
