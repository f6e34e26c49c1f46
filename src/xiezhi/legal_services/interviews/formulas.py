"""Sums in an interview: a small language of numbers, read with Python's grammar and walked node by node.

Names of facts and computed values, + - * /, comparisons, `a if b else c`, `known(x)` (whether x was answered with anything
but 不知道), and the functions below. Nothing else is let in,
nothing is executed as code. Money and numbers are Decimal; an unknown input makes the result unknown.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from xiezhi.kernel.calendar.counting import add_months

from .declare import UNKNOWN, Value

__all__ = ["FUNCTIONS", "BadFormula", "Formula", "Unknowable", "evaluate", "names", "read"]


class BadFormula(ValueError):
    """A formula that is not of this language."""


class Unknowable(Exception):
    """An input is not known, so the result is not."""


@dataclass(frozen=True)
class Formula:
    """A formula as written and its tree."""

    text: str
    tree: ast.expr

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and other.text == self.text


def months(first: date, last: date) -> Decimal:
    """Whole months from one day to another; 0 where the second is not later."""
    if last <= first:
        return Decimal(0)
    found = (last.year - first.year) * 12 + last.month - first.month
    while found > 0 and add_months(first, found) > last:
        found -= 1
    return Decimal(found)


def days(first: date, last: date) -> Decimal:
    """Days from one day to another, negative where the second is earlier."""
    return Decimal((last - first).days)


def severance(first: date, last: date) -> Decimal:
    """Months of pay for a time of work: one for each full year, one for a rest of six months or more, half for less
    (劳动合同法 第47条第1款). The last day of work counts."""
    after = last + timedelta(days=1)
    whole = months(first, after)
    years, rest = divmod(int(whole), 12)
    left = rest > 0 or add_months(first, int(whole)) < after
    return Decimal(years) + (Decimal(1) if rest >= 6 else Decimal("0.5") if left else Decimal(0))


def later(day: date, more: Decimal) -> date:
    """The day so many months after."""
    return add_months(day, int(more))


def next_day(day: date) -> date:
    return day + timedelta(days=1)


def day(year: Decimal, month: Decimal, number: Decimal) -> date:
    """A fixed day, such as the one on which an act began."""
    return date(int(year), int(month), int(number))


def up(number: Decimal) -> Decimal:
    """To the next whole number."""
    return number.to_integral_value(ROUND_CEILING)


def cents(number: Decimal) -> Decimal:
    """To the cent, half up."""
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min, "max": max, "months": months, "days": days, "severance": severance, "later": later, "day": day,
    "next_day": next_day, "up": up, "cents": cents,
}  # fmt: skip
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


def read(text: str) -> Formula:
    """Raises BadFormula."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise BadFormula(f"算式“{text}”写法不对") from error
    _allowed(tree, text)
    return Formula(text.strip(), tree)


def _allowed(node: ast.expr, text: str) -> None:
    match node:
        case ast.Constant(value=bool() | int() | float() | str()) | ast.Name():
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            parts = [left, right]
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=inner):
            parts = [inner]
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            parts = [left, right]
        case ast.BoolOp(values=values):
            parts = list(values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            parts = [test, body, orelse]
        case ast.Call(func=ast.Name(id="known"), args=[ast.Name()], keywords=[]):
            return
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            parts = list(args)
        case _:
            raise BadFormula(f"算式“{text}”里有不认识的写法：{ast.unparse(node)}")
    for part in parts:
        _allowed(part, text)


def names(formula: Formula) -> list[str]:
    """Facts and computed values it uses, in order of appearance; `today` among them."""
    called = {id(n.func) for n in ast.walk(formula.tree) if isinstance(n, ast.Call)}
    found = [n for n in ast.walk(formula.tree) if isinstance(n, ast.Name) and id(n) not in called]
    found.sort(key=lambda n: (n.lineno, n.col_offset))
    return list(dict.fromkeys(n.id for n in found))


def evaluate(formula: Formula, look: Callable[[str], Value]) -> Value:
    """The value. Only the branch taken is looked at. Raises Unknowable where an input is unknown, and whatever `look`
    raises for what has not been asked yet."""
    found = _value(formula.tree, look)
    assert isinstance(found, bool | Decimal | date)
    return found


def _value(node: ast.expr, look: Callable[[str], Value]) -> Any:
    match node:
        case ast.Constant(value=value):
            return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
        case ast.Name(id=name):
            known = look(name)
            if known == UNKNOWN:
                raise Unknowable(name)
            return known
        case ast.BinOp(left=left, op=op, right=right):
            try:
                return _BINARY[type(op)](_value(left, look), _value(right, look))
            except ZeroDivisionError as error:
                raise Unknowable("0") from error
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _value(inner, look)
        case ast.UnaryOp(operand=inner):
            return -_value(inner, look)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _COMPARE[type(op)](_value(left, look), _value(right, look))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(v, look) for v in values)
        case ast.BoolOp(values=values):
            return any(_value(v, look) for v in values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test, look) else orelse, look)
        case ast.Call(func=ast.Name(id="known"), args=[ast.Name(id=name)]):
            return look(name) != UNKNOWN
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(_value(a, look) for a in args))
    raise BadFormula(ast.unparse(node))
