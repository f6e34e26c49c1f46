"""SQL text of the pieces that checks and normalizers share. DuckDB's dialect, kept to what Spark says the same.

No backslashes in literals (Spark reads them as escapes), no classes like \\d in patterns (engines differ on them), lengths
tested before patterns (`$` matches before a line feed in some engines). Integer arithmetic instead of a function per
character: a check digit over a BIGINT costs a third of one over seventeen substrings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["ascii_only", "between", "check_char", "codes", "digits_sum", "literal", "matches", "real_date", "whole"]

_CLASS = re.compile(r"\[([^\]\[^]+)\](?:\+|\{\d+\})")


def literal(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def codes(values: Iterable[str]) -> str:
    """A list for IN."""
    return "(" + ", ".join(literal(v) for v in values) + ")"


def matches(x: str, pattern: str) -> str:
    """Whether `x` matches a pattern that is anchored by its writer."""
    return f"regexp_matches({x}, {literal(pattern)})"


def whole(x: str, pattern: str) -> str:
    """Whether all of `x`, which is not empty and whose length is tested beside, matches. Signs of one class alone are told by
    the absence of any other sign, which costs less. (`$` is the end of the text and nothing else: Spark's text says so too.)"""
    one = _CLASS.fullmatch(pattern)
    return f"(NOT {matches(x, f'[^{one.group(1)}]')})" if one else matches(x, f"^({pattern})$")


def ascii_only(x: str) -> str:
    """Printable ASCII alone. Beside a pattern of open length: Java's `$` matches before a line terminator at the end."""
    return f"(NOT {matches(x, '[^ -~]')})"


def between(x: str, low: int, high: int) -> str:
    """Length of `x` in characters from `low` to `high`."""
    return f"(length({x}) = {low})" if low == high else f"(length({x}) BETWEEN {low} AND {high})"


def digits_sum(number: str, weights: list[int], modulus: int) -> str:
    """Σ weight × digit, modulo `modulus`, of a BIGINT expression; `weights` from the last digit on.

    A digit is n div 10^k − 10 × (n div 10^(k+1)), so the sum needs one division a digit: the weight of n div 10^k is
    w(k) − 10 × w(k−1). Coefficients lie below the modulus, so that 17 digits stay within 64 bits. Terms of one coefficient are
    multiplied once, and what has the coefficient modulus − c is taken off those of c: the first of such a group is at
    least ten times the next one, so that no group falls below 0.
    """
    before = 0
    groups: dict[int, list[str]] = {}
    for k, weight in enumerate(weights):
        factor = (weight - 10 * before) % modulus
        before = weight
        if factor:
            term = number if k == 0 else f"({number} // {10**k})"
            if factor not in groups and modulus - factor in groups:
                groups[modulus - factor].append(f" - {term}")
            else:
                groups.setdefault(factor, []).append(f" + {term}")
    parts = [f"({''.join(terms)[3:]})" + (f" * {factor}" if factor > 1 else "") for factor, terms in groups.items()]
    return f"(({' + '.join(parts)}) % {modulus})"


def check_char(number: str) -> str:
    """Check character of a resident identity number from its first 17 digits as BIGINT (ISO 7064 MOD 11-2)."""
    total = digits_sum(number, [pow(2, k + 1, 11) for k in range(17)], 11)
    return f"substr('10X98765432', CAST({total} AS INTEGER) + 1, 1)"


def real_date(year: str, month: str, day: str) -> str:
    """Whether three integers are a day of the calendar."""
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    # A day up to the 28th is one of every month: the rest is asked of one row in ten.
    last = (
        f"CASE WHEN {day} <= 28 THEN TRUE WHEN {month} = 2 THEN {day} = 29 AND {leap} "
        f"WHEN {month} IN (4, 6, 9, 11) THEN {day} <= 30 ELSE {day} <= 31 END"
    )
    return f"({month} BETWEEN 1 AND 12 AND {day} >= 1 AND {last})"
