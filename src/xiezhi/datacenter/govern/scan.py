"""One pass over a relation that tests every rule of a table.

The pass reads each row once: a filter that is true where any rule fails, and, for the rows that pass the filter, a bit for
every rule. Rules over several rows (uniqueness, existence in another table) first gather small sets of keys and are looked
up in the same pass. The text is SQL that DuckDB and Spark read alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
_NUMBER = r"TRY_CAST\(substr\(\"?\w+\"?, \d+, \d+\) AS \w+\)"
_SHARED = re.compile(rf"\({_NUMBER} // \d+ % \d+\)|{_NUMBER}|LENGTH\(\"?\w+\"?\)", re.IGNORECASE)
"""Pieces that checks repeat; they are computed once per row."""


@dataclass(frozen=True)
class Plan:
    """The statement of a scan (empty where `scan` has run it in steps). `rules` are in the order of their bits; `skipped`
    could not be tested and why."""

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


@dataclass(frozen=True)
class _Set:
    """Something that is gathered before the pass: its name, its query, and the rules (by number) that fail nothing where it
    is empty. `flags`: it has a column `_f<number>` for each of them; `between`: other sets are made from it."""

    name: str
    sql: str
    rules: tuple[int, ...] = ()
    flags: bool = False
    between: bool = False


def _row_fails(rule: CheckRule, number: int, places: Mapping[str, int]) -> str:
    if rule.form is Form.ROW:
        if _per_value(rule, places):
            return f"(g{places[rule.columns[0]]}._f{number})"
        return f"({rule.fails})"
    if rule.form is not Form.ROWS and rule.fails:
        return f"(j{number}._hit AND ({rule.fails}))"
    return f"(j{number}._hit)"


def _per_value(rule: CheckRule, places: Mapping[str, int]) -> bool:
    return rule.form is Form.ROW and rule.each and len(rule.columns) == 1 and rule.columns[0] in places


def _of_values(used: Sequence[CheckRule], places: Mapping[str, int], relation: str) -> Iterator[_Set]:
    """The different values of the columns of `places`, and those of them that fail a test."""
    for column, place in places.items():
        name = quoted(column)
        # MAX keeps the engine from asking a test of every row before it knows the different values.
        values = f"SELECT MAX({name}) AS _k FROM {relation} AS o{place} GROUP BY {name}"
        yield _Set(f"_v{place}", values, between=True)
        mine = [(n, r) for n, r in enumerate(used) if _per_value(r, places) and r.columns[0] == column]
        if mine:
            flags = ", ".join(f"COALESCE(({r.fails}), FALSE) AS _f{n}" for n, r in mine)
            tested = f"SELECT _k0, {flags} FROM (SELECT _k AS _k0, _k AS {name} FROM _v{place}) AS v{place}"
            wrong = f"SELECT * FROM ({tested}) AS f{place} WHERE {' OR '.join(f'_f{n}' for n, _ in mine)}"
            yield _Set(f"_g{place}", wrong, tuple(n for n, _ in mine), flags=True)


def _same(piece: str) -> str:
    """A piece whatever way its column is written."""
    return piece.replace('"', "").lower()


def _hoisted(relation: str, tests: list[str]) -> tuple[str, list[str]]:
    """Pieces that stand in the tests more than once become columns of the relation, so that they are computed once."""
    found: dict[str, int] = {}
    for test in tests:
        for piece in _SHARED.findall(test):
            found[_same(piece)] = found.get(_same(piece), 0) + 1
    shared = {piece: f"_s{i}" for i, piece in enumerate(sorted(p for p, n in found.items() if n > 1))}
    if not shared:
        return relation, tests
    columns = ", ".join(f"{piece} AS {name}" for piece, name in shared.items())
    made = [_SHARED.sub(lambda m: shared.get(_same(m.group(0)), m.group(0)), test) for test in tests]
    return f"(SELECT *, {columns} FROM {relation} AS h)", made


def _twice(rule: CheckRule, number: int, relation: str, beside: str, narrower: tuple[int, CheckRule] | None) -> str:
    """The values that come more than once. Where rows that agree in these columns agree in those of another rule, too, only
    rows that this one has found twice are looked at."""
    names = ", ".join(quoted(c) for c in rule.columns)
    conditions = [f"{quoted(c)} IS NOT NULL" for c in rule.columns] + ([f"({rule.fails})"] if rule.fails else [])
    if narrower is not None:
        other, base = narrower
        same = " AND ".join(f"n{other}._k{i} = u{number}.{quoted(c)}" for i, c in enumerate(base.columns))
        conditions.append(f"EXISTS (SELECT 1 FROM _d{other} AS n{other} WHERE {same})")
    where = " AND ".join(conditions)
    wanted = f"SELECT {names} FROM {relation} AS u{number} WHERE {where}"
    if beside:
        wanted += f" UNION ALL SELECT {names} FROM {beside} AS u{number} WHERE {where}"
    keys = ", ".join(f"{quoted(c)} AS _k{i}" for i, c in enumerate(rule.columns))
    return f"SELECT {keys}, TRUE AS _hit FROM ({wanted}) AS d{number} GROUP BY {names} HAVING COUNT(*) > 1"


def _narrower(rule: CheckRule, used: Sequence[CheckRule]) -> tuple[int, CheckRule] | None:
    """An unconditional rule of uniqueness over some of the columns of this one."""
    found = [
        (n, r)
        for n, r in enumerate(used)
        if r.form is Form.UNIQUE and not r.fails and r.columns and set(r.columns) < set(rule.columns)
    ]
    return min(found, key=lambda one: len(one[1].columns), default=None)


def _absent(rule: CheckRule, number: int, references: Mapping[str, str], places: Mapping[str, int]) -> str:
    """The values that do not stand in the other table."""
    table, _, column = rule.target.partition(".")
    where = f"{quoted(column)} IS NOT NULL" + (f" AND ({rule.among})" if rule.among else "")
    known = f"SELECT {quoted(column)} AS _r FROM {references[table]} WHERE {where}"
    mine = f"e{number}"
    return (
        f"SELECT {mine}._k AS _k0, TRUE AS _hit FROM _v{places[rule.columns[0]]} AS {mine} WHERE {mine}._k IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM ({known}) AS r{number} WHERE r{number}._r = {mine}._k)"
    )


def _sets(
    used: Sequence[CheckRule], places: Mapping[str, int], relation: str, beside: str, references: Mapping[str, str]
) -> list[_Set]:
    """All that is gathered before the pass, each after what it is made from."""
    out = list(_of_values(used, places, relation))
    for n, rule in sorted(enumerate(used), key=lambda one: len(one[1].columns)):
        if rule.form is Form.UNIQUE:
            out.append(_Set(f"_d{n}", _twice(rule, n, relation, beside, _narrower(rule, used)), (n,)))
        elif rule.form is Form.EXISTS:
            out.append(_Set(f"_m{n}", _absent(rule, n, references, places), (n,)))
        elif rule.form is Form.ROWS:
            wrong = rule.fails.format(**{name: references[name] for name in rule.reads})
            out.append(_Set(f"_r{n}", f"SELECT DISTINCT row_id AS _k0, TRUE AS _hit FROM ({wrong}) AS w{n}", (n,)))
    return out


def _joined(used: Sequence[CheckRule], places: Mapping[str, int], one: _Set, alias: str) -> str:
    """The set beside the rows."""
    if one.flags:
        column = next(c for c, place in places.items() if one.name == f"_g{place}")
        return f"LEFT JOIN {one.name} AS {one.name[1:]} ON {alias}.{quoted(column)} IS NOT DISTINCT FROM {one.name[1:]}._k0"
    (n,) = one.rules
    columns = ("row_id",) if used[n].form is Form.ROWS else used[n].columns
    on = " AND ".join(f"{alias}.{quoted(c)} = j{n}._k{i}" for i, c in enumerate(columns))
    return f"LEFT JOIN {one.name} AS j{n} ON {on}"


def _pass(
    relation: str, used: Sequence[CheckRule], places: Mapping[str, int], sets: Sequence[_Set], keep: Sequence[str],
    quiet: Collection[int] = (),
) -> str:  # fmt: skip
    """The pass itself. `quiet` are rules known to fail no row."""
    alias = "t"
    loud = [n for n in range(len(used)) if n not in quiet]
    read, said = _hoisted(relation, [_row_fails(used[n], n, places) for n in loud])
    tests = dict(zip(loud, said, strict=True))
    joins = [_joined(used, places, one, alias) for one in sets if not one.between and set(one.rules) - set(quiet)]
    masks = []
    for w in range(-(-len(used) // WORD)):
        bits = [
            f"CASE WHEN {test} THEN CAST({1 << n % WORD} AS BIGINT) ELSE 0 END"
            for n, test in tests.items()
            if n // WORD == w
        ]
        masks.append(f"{' + '.join(bits) or 'CAST(0 AS BIGINT)'} AS _w{w}")
    star = (
        f"{alias}.*"
        if read is relation
        else f"{alias}.* EXCLUDE ({', '.join(sorted(set(re.findall(r' AS (_s[0-9]+)', read))))})"
    )
    kept = ", ".join(star if k == "*" else f"{alias}.{quoted(k)}" for k in keep)
    return (
        f"SELECT {kept}, {', '.join(masks)} FROM {read} AS {alias} {' '.join(joins)} WHERE "
        f"{' OR '.join(tests.values()) or 'FALSE'}"
    )


def _prepared(
    relation: str, rules: Sequence[CheckRule], beside: str, references: Mapping[str, str], few: Collection[str]
) -> tuple[list[CheckRule], dict[str, str], dict[str, int], list[_Set]]:
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
    # The values of a column that must exist elsewhere are gathered anyway; then its other tests are asked of them, too.
    gathered = {r.columns[0] for r in used if r.form is Form.EXISTS}
    places = {c: i for i, c in enumerate(sorted(gathered | (_repeating(used) & set(few))))}
    return used, skipped, places, _sets(used, places, relation, beside, references)


def _repeating(rules: Sequence[CheckRule]) -> set[str]:
    """Columns with tests that are worth gathering their values."""
    return {r.columns[0] for r in rules if r.form is Form.ROW and r.each and r.costly and len(r.columns) == 1}


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
    checked. `references` gives the relation of each table that other rows must exist in. `few` are columns with few
    different values."""
    used, skipped, places, sets = _prepared(relation, rules, beside, references or {}, few)
    if not used:
        return Plan("", (), skipped, 0)
    first = ", ".join(f"{one.name} AS ({one.sql})" for one in sets)
    sql = f"{f'WITH {first} ' if first else ''}{_pass(relation, used, places, sets, keep)}"
    return Plan(sql, tuple(used), skipped, -(-len(used) // WORD))


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
    seldom = few(con, relation, rules, total) if total >= LOOK else []
    used, skipped, places, sets = _prepared(relation, rules, beside, references or {}, seldom)
    planned = Plan("", tuple(used), skipped, -(-len(used) // WORD))
    result = Result(total=total, skipped=dict(skipped), failed=into, plan=planned)
    result.counts = {rule.code: 0 for rule in used}
    if not used:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {relation} WHERE FALSE")
        return result
    try:
        quiet = _gather(con, sets)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {_pass(relation, used, places, sets, keep, quiet)}")
    finally:
        for one in sets:
            con.execute(f"DROP TABLE IF EXISTS {one.name}")
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


def _gather(con: Any, sets: Sequence[_Set]) -> set[int]:
    """Make the sets; the rules of those that stay empty need not be asked of any row, nor need their columns be read."""
    quiet: set[int] = set()
    for one in sets:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {one.name} AS {one.sql}")
        if one.between:
            continue
        said = ", ".join(f"COALESCE(BOOL_OR(_f{n}), FALSE)" for n in one.rules) if one.flags else "COUNT(*) > 0"
        found = con.execute(f"SELECT {said} FROM {one.name}").fetchone()
        quiet.update(n for n, hit in zip(one.rules, found, strict=True) if not hit)
    return quiet


def few(con: Any, relation: str, rules: Sequence[CheckRule], total: int) -> list[str]:
    """Columns of costly tests whose values repeat, judged by the first rows."""
    columns = sorted(_repeating(rules))
    if not columns:
        return []
    counts = ", ".join(f"COUNT({quoted(c)}), APPROX_COUNT_DISTINCT({quoted(c)})" for c in columns)
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
