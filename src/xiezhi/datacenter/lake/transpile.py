"""A statement of DuckDB's dialect for Spark, or a refusal that says why (see `functions`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xiezhi.datacenter.lake.functions import ALLOWED, REFUSED, STRUCTURE

__all__ = ["Refused", "check", "to_spark"]

_TYPES = {"VARCHAR", "TEXT", "BIGINT", "INT", "DECIMAL", "DATE", "DOUBLE", "BOOLEAN"}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_STRFTIME = re.compile(r"(%[Ymd]|[-/. ])+")


class Refused(ValueError):
    """The statement holds something whose result is not proven equal on both engines."""


def check(sql: str) -> None:
    """Raises Refused. For registration of transforms: says at once what a Spark run would trip over."""
    to_spark(sql)


def to_spark(sql: str) -> str:
    """The statement in Spark's dialect. Raises Refused."""
    import sqlglot
    from sqlglot.errors import ErrorLevel, SqlglotError

    try:
        trees = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        raise Refused(f"not understood: {error}") from None
    if len(trees) != 1 or trees[0] is None:
        raise Refused("one statement at a time")
    tree = trees[0]
    problems = sorted(set(_problems(tree)))
    if problems:
        raise Refused("; ".join(problems))
    _rewrite(tree)
    try:
        return str(tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE))
    except SqlglotError as error:
        raise Refused(f"no equal in Spark: {error}") from None


def _problems(tree: Any) -> Iterator[str]:
    from sqlglot import exp

    if not isinstance(tree, (exp.Query, exp.Condition)):
        yield "only queries and expressions"
    for node in tree.walk():
        kind = type(node).__name__
        if kind == "Anonymous":
            yield f"function {node.name.lower()} is not proven equal"
        elif kind in ALLOWED:
            look = _CONDITIONS.get(kind)
            if look is not None:
                yield from look(node)
        elif kind not in STRUCTURE:
            yield f"{kind} is not proven equal" + (f": {REFUSED[kind]}" if kind in REFUSED else "")


def _literal(node: Any) -> str | None:
    from sqlglot import exp

    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def _number(node: Any) -> int | None:
    from sqlglot import exp

    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        return int(node.this)
    return None


def _pattern_problems(node: Any) -> Iterator[str]:
    pattern = _literal(node.expression)
    if pattern is None:
        yield "a pattern must be a literal"
        return
    try:
        java(pattern)
    except ValueError as error:
        yield f"pattern {pattern!r}: {error}"


def _like(node: Any) -> Iterator[str]:
    yield from _pattern_problems(node)
    if node.args.get("flag") is not None:
        yield "a pattern takes no options"


def _replace_all(node: Any) -> Iterator[str]:
    yield from _pattern_problems(node)
    new, options = _literal(node.args.get("replacement")), _literal(node.args.get("modifiers"))
    if new is None or "\\" in new or "$" in new:
        yield "regexp_replace needs plain text as a literal to put in"
    if options != "g":
        yield "regexp_replace needs the option 'g'"


def _extract(node: Any) -> Iterator[str]:
    yield from _pattern_problems(node)
    if _number(node.args.get("group")) is None:
        yield "regexp_extract must name its group"
    if node.args.get("parameters") is not None:
        yield "a pattern takes no options"


def _divisor(node: Any) -> Iterator[str]:
    from sqlglot import exp

    by = node.expression.unnest()
    nothing = isinstance(by, exp.Nullif) and _number(by.expression) == 0
    if not nothing and not _number(by):
        yield "divide by a whole number or by nullif(…, 0)"


def _cast(node: Any) -> Iterator[str]:
    kind = node.to.this.value if hasattr(node.to.this, "value") else str(node.to.this)
    text = _literal(node.this)
    if kind not in _TYPES or (kind == "DECIMAL" and not node.to.expressions):
        yield f"cast to {kind} is not proven equal"
    elif kind == "DATE" and not (text and _ISO.fullmatch(text)):
        yield "cast to DATE is for literals; use make_date"
    elif kind in ("DOUBLE", "BOOLEAN") and text is None and type(node).__name__ == "TryCast":
        yield f"cast of text to {kind} is not proven equal"


def _from_one(name: str, argument: str) -> Any:
    def look(node: Any) -> Iterator[str]:
        given = node.args.get(argument)
        if given is not None and given.is_number and not (_number(given) or 0) >= 1:
            yield f"{name} counts from 1"

    return look


def _split_part(node: Any) -> Iterator[str]:
    if not _literal(node.args.get("delimiter")) or (_number(node.args.get("part_index")) or 0) < 1:
        yield "split_part needs a separator and a number from 1 as literals"


def _pad(node: Any) -> Iterator[str]:
    if _number(node.expression) is None or not _literal(node.args.get("fill_pattern")):
        yield "lpad and rpad need length and filling as literals"


def _chr(node: Any) -> Iterator[str]:
    code = _number(node.expressions[0]) if node.expressions else None
    if code is None or not 0 < code < 128:
        yield "chr needs a literal below 128"


def _plain_like(node: Any) -> Iterator[str]:
    pattern = _literal(node.expression)
    if pattern is None or "\\" in pattern:
        yield "LIKE needs a literal without backslash"


def _days(node: Any) -> Iterator[str]:
    if str(node.args.get("unit") or "").upper() != "DAY":
        yield "date_diff counts days only"


def _format(node: Any) -> Iterator[str]:
    if not _STRFTIME.fullmatch(_literal(node.args.get("format")) or ""):
        yield "strftime knows %Y, %m, %d and signs between them"


def _plain_trim(node: Any) -> Iterator[str]:
    if node.expression is not None and node.expression.sql():
        yield "trim removes spaces only"


_CONDITIONS: dict[str, Any] = {
    "RegexpLike": _like,
    "RegexpReplace": _replace_all,
    "RegexpExtract": _extract,
    "Div": _divisor,
    "IntDiv": _divisor,
    "Mod": _divisor,
    "Cast": _cast,
    "TryCast": _cast,
    "Substring": _from_one("substr", "start"),
    "SplitPart": _split_part,
    "Pad": _pad,
    "Chr": _chr,
    "Like": _plain_like,
    "DateDiff": _days,
    "TimeToStr": _format,
    "Trim": _plain_trim,
}


def java(pattern: str) -> str:
    """A pattern of RE2 that Java reads alike. Raises ValueError for what the two read differently or is not looked at:
    classes by name, borders, look-around, flags, classes within classes."""
    out, at, inside = [], 0, False
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            following = pattern[at + 1 : at + 2]
            if following == "d":
                out.append("0-9" if inside else "[0-9]")
            elif following in ("n", "t", "r") or (following and not following.isalnum() and following.isascii()):
                out.append(sign + following)
            else:
                raise ValueError(f"\\{following} is not proven equal")
            at += 2
            continue
        if inside:
            if sign == "[" or pattern.startswith("&&", at):
                raise ValueError("a class within a class")
            inside = sign != "]"
            out.append(sign)
        elif sign == "[":
            inside = True
            out.append(sign)
            if pattern.startswith("^", at + 1):
                out.append("^")
                at += 1
            if pattern.startswith("]", at + 1):
                raise ValueError("] at the beginning of a class")
        elif sign == "(" and pattern.startswith("?", at + 1) and not pattern.startswith("?:", at + 1):
            raise ValueError("(? is not proven equal")
        else:
            out.append({"$": r"\z", ".": r"[^\n]"}.get(sign, sign))
        at += 1
    if inside:
        raise ValueError("a class without end")
    return "".join(out)


_SPACES = "".join(map(chr, (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))
"""What DuckDB's trim removes: separators of Unicode, without tabs and line breaks."""


def _rewrite(tree: Any) -> None:
    """Patterns as Java reads them, spaces as DuckDB sees them, a loud failure where a computed start of substr is below 1."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Trim)):
        node.set("expression", exp.Literal.string(_SPACES))

    for node in list(tree.find_all(exp.RegexpLike, exp.RegexpReplace, exp.RegexpExtract)):
        node.set("expression", exp.Literal.string(java(str(node.expression.this))))
    for node in list(tree.find_all(exp.Substring)):
        start = node.args.get("start")
        if start is None or start.is_number:
            continue
        said = exp.Anonymous(this="raise_error", expressions=[exp.Literal.string("substr counts from 1")])
        safe = exp.Case(
            ifs=[exp.If(this=exp.LT(this=start.copy(), expression=exp.Literal.number(1)), true=said)],
            default=start.copy(),
        )
        node.set("start", safe)
