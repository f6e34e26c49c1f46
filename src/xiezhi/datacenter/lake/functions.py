"""The SQL that both engines answer alike: functions proven equal by tests/datacenter/lake/test_engines.py, and how.

Transforms are written in DuckDB's dialect with nothing but these. Two engines differ where nobody looks: patterns (`$`
before a last line break, `.`), dates read from text, rounding, the place of NULL, the order in lists, letters outside
Latin. What is not here is refused at registration, not found out in a wrong figure.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ALLOWED", "REFUSED", "STRUCTURE", "Allowed"]


@dataclass(frozen=True)
class Allowed:
    """A function or operator. `node` is its class in SQLGlot, `note` what a writer must know, `example` is run on both
    engines over the edge data of the test (columns a, b text; n, m whole numbers; d, e dates; x decimal)."""

    node: str
    name: str
    example: str
    note: str = ""


_LIST = (
    Allowed("Length", "length", "length(a)", "characters, not bytes"),
    Allowed("Substring", "substr", "substr(a, 2, 3)", "start at 1 or later; an earlier start fails on Spark"),
    Allowed("Left", "left", "left(a, 2)"),
    Allowed("Right", "right", "right(a, 2)"),
    Allowed("Trim", "trim", "trim(a)", "spaces of every width, not tabs or line breaks"),
    Allowed("Replace", "replace", "replace(a, '国', 'x')", "what is sought must not be empty"),
    Allowed("Translate", "translate", "translate(a, '０１２中', '012国')"),
    Allowed("Pad", "lpad, rpad", "lpad(a, 5, '0')", "length and filling as literals"),
    Allowed("Concat", "concat", "concat(a, b)", "NULL counts as empty"),
    Allowed("ConcatWs", "concat_ws", "concat_ws('-', a, b)", "NULL is left out"),
    Allowed("StrPosition", "strpos", "strpos(a, '国')"),
    Allowed("StartsWith", "starts_with", "starts_with(a, '中')"),
    Allowed("EndsWith", "ends_with", "ends_with(a, 'X')"),
    Allowed("Contains", "contains", "contains(a, '国')", "text in text"),
    Allowed("SplitPart", "split_part", "split_part(a, ',', 2)", "number at 1 or later, as a literal"),
    Allowed("RegexpLike", "regexp_matches", "regexp_matches(a, '^[0-9]{3}$')", "pattern as a literal, see transpile"),
    Allowed("RegexpReplace", "regexp_replace", "regexp_replace(a, '[^0-9]', '', 'g')", "always 'g'; no groups"),
    Allowed("RegexpExtract", "regexp_extract", "regexp_extract(a, '([0-9]+)-([0-9]+)', 2)", "name the group"),
    Allowed("Chr", "chr", "chr(92)", "a literal below 128"),
    Allowed("MD5", "md5", "md5(a)"),
    Allowed("SHA2", "sha256", "sha256(a)"),
    Allowed("Coalesce", "coalesce", "coalesce(a, b, '无')"),
    Allowed("Nullif", "nullif", "nullif(a, '')"),
    Allowed("Greatest", "greatest", "greatest(n, m)", "NULL is left out"),
    Allowed("Least", "least", "least(a, b)", "NULL is left out"),
    Allowed("If", "if, CASE", "CASE WHEN n > 1 THEN 'x' WHEN a IS NULL THEN 'y' ELSE 'z' END"),
    Allowed("Case", "CASE", "CASE a WHEN '中国' THEN 1 END"),
    Allowed("Abs", "abs", "abs(n)"),
    Allowed("Year", "year", "year(d)"),
    Allowed("Month", "month", "month(d)"),
    Allowed("Day", "day", "day(d)"),
    Allowed("DateDiff", "date_diff", "date_diff('day', d, e)", "days between dates only"),
    Allowed("DateFromParts", "make_date", "make_date(year(d), 1, 2)", "fails on both for a date that is not"),
    Allowed("LastDay", "last_day", "last_day(d)"),
    Allowed("TimeToStr", "strftime", "strftime(d, '%Y%m%d')", "dates; %Y %m %d and signs"),
    Allowed("Count", "count", "count(a), count(DISTINCT a), count(*) FILTER (WHERE n > 1)"),
    Allowed("CountIf", "count_if", "count_if(n > 1)"),
    Allowed("Sum", "sum", "sum(n), sum(x)", "whole and decimal numbers"),
    Allowed("Min", "min", "min(a), min(d)"),
    Allowed("Max", "max", "max(a), max(x)"),
    Allowed("RowNumber", "row_number", "row_number() OVER (ORDER BY k)", "order by something that has no ties"),
    Allowed("Rank", "rank", "rank() OVER (ORDER BY n DESC)"),
    Allowed("DenseRank", "dense_rank", "dense_rank() OVER (PARTITION BY b ORDER BY n)"),
    Allowed("Lag", "lag", "lag(a) OVER (ORDER BY k)", "order by something that has no ties"),
    Allowed("Lead", "lead", "lead(a, 1) OVER (ORDER BY k)", "order by something that has no ties"),
    Allowed("Cast", "CAST", "CAST(n AS VARCHAR), CAST(n AS DECIMAL(18,2)), DATE '2026-03-05'", "see transpile"),
    Allowed("TryCast", "TRY_CAST", "TRY_CAST(substr(c, 1, 3) AS BIGINT)", "digits only: test the text by a pattern first"),
    Allowed("Div", "/", "n / 4, n / nullif(m, 0)", "by a literal or nullif(…, 0)"),
    Allowed("IntDiv", "//", "n // 4", "of numbers not below 0, by a literal or nullif(…, 0)"),
    Allowed("Mod", "%", "n % 7", "by a literal or nullif(…, 0)"),
    Allowed("Like", "LIKE", "a LIKE '中%_'", "no backslash"),
    Allowed("DPipe", "||", "a || b"),
)  # fmt: skip

ALLOWED: dict[str, Allowed] = {one.node: one for one in _LIST}

STRUCTURE = frozenset(
    [
        "Select",
        "From",
        "Join",
        "Where",
        "Group",
        "Having",
        "Order",
        "Ordered",
        "Limit",
        "Offset",
        "Distinct",
        "Subquery",
        "Table",
        "TableAlias",
        "Alias",
        "Column",
        "Identifier",
        "Star",
        "Literal",
        "Null",
        "Boolean",
        "And",
        "Or",
        "Not",
        "Paren",
        "EQ",
        "NEQ",
        "GT",
        "GTE",
        "LT",
        "LTE",
        "Is",
        "In",
        "Between",
        "Exists",
        "NullSafeEQ",
        "NullSafeNEQ",
        "Add",
        "Sub",
        "Mul",
        "Neg",
        "Union",
        "Intersect",
        "Except",
        "With",
        "CTE",
        "Window",
        "WindowSpec",
        "Filter",
        "Qualify",
        "DataType",
        "DataTypeParam",
        "Tuple",
        "Var",
        "Any",
        "All",
    ]
)
"""Parts of a statement that are no functions."""

REFUSED = {
    "ArrayAgg": "lists of an aggregate have no order on Spark",
    "GroupConcat": "text of an aggregate has no order on Spark",
    "Upper": "letters such as ß differ; use translate",
    "Lower": "letters such as İ differ; use translate",
    "Round": "binary fractions round differently; use decimals and //",
    "Avg": "adding in another order gives another figure; use sum and count",
    "Reverse": "joined characters differ",
    "StrToTime": "dates read from text differ; use patterns and make_date",
    "JarowinklerSimilarity": "counts bytes on one engine and characters on the other",
    "Levenshtein": "counts bytes on one engine and characters on the other",
    "AnyValue": "which value comes is chance",
    "First": "which value comes is chance",
    "Last": "which value comes is chance",
    "ArgMax": "among equals it is chance",
    "ArgMin": "among equals it is chance",
    "Rand": "chance",
    "CurrentDate": "the time comes from the platform's clock, as a literal",
    "CurrentTimestamp": "the time comes from the platform's clock, as a literal",
}
"""Reasons given for what people most often try."""
