"""Answers of a visitor, in the session and nowhere else: they go with it, or at once when asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiezhi.kernel.calendar import clock

from .declare import UNKNOWN, Answers, Fact, Guide, Value

__all__ = ["EARLIEST", "forget", "keep", "parse", "recall", "typed"]

SESSION = "interviews"
EARLIEST = date(1949, 10, 1)
MOST = Decimal(10) ** 12


def recall(request: HttpRequest, guide: Guide) -> dict[str, Value]:
    """The answers given so far; what no longer fits the interview is left out."""
    out: dict[str, Value] = {}
    for key, raw in dict(request.session.get(SESSION, {})).get(guide.key, {}).items():
        fact = guide.facts.get(key)
        value = _read(fact, raw) if fact is not None else None
        if value is not None:
            out[key] = value
    return out


def keep(request: HttpRequest, guide: Guide, answers: Answers) -> None:
    kept = dict(request.session.get(SESSION, {}))
    kept[guide.key] = {key: value if isinstance(value, bool | str) else str(value) for key, value in answers.items()}
    request.session[SESSION] = kept


def forget(request: HttpRequest, guide: Guide) -> None:
    kept = dict(request.session.get(SESSION, {}))
    kept.pop(guide.key, None)
    request.session[SESSION] = kept


def _read(fact: Fact, raw: Any) -> Value | None:
    if raw == UNKNOWN:
        return UNKNOWN if fact.unknown else None
    try:
        match fact.kind:
            case "yesno":
                return raw if isinstance(raw, bool) else None
            case "choice":
                return raw if raw in fact.options else None
            case "date":
                return date.fromisoformat(str(raw))
        return Decimal(str(raw))
    except (ValueError, InvalidOperation):
        return None


def typed(fact: Fact, posted: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, to show again."""
    names = ("y", "m", "d") if fact.kind == "date" else ("value",)
    return {name: str(posted.get(name, ""))[:20] for name in names}


def parse(fact: Fact, posted: Mapping[str, Any]) -> tuple[Value | None, str]:
    """(the answer, what to correct): one of them says something."""
    entered = {k: unicodedata.normalize("NFKC", v).strip() for k, v in typed(fact, posted).items()}
    unknown = bool(fact.unknown) and posted.get("unknown") == "1"
    if fact.choices:
        for value, _label in fact.choices:
            if entered["value"] == code_of(value):
                return value, ""
        return None, _("请选一个")
    if unknown and not any(entered.values()):
        return UNKNOWN, ""
    return _day(fact, entered) if fact.kind == "date" else _number(fact, entered["value"])


def code_of(value: Value) -> str:
    """The value of a radio button."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _day(fact: Fact, entered: Mapping[str, str]) -> tuple[Value | None, str]:
    if not all(entered.values()):
        return None, _("请填写年、月、日；记不清的，可以选下面的选项") if fact.unknown else _("请填写年、月、日")
    try:
        found = date(int(entered["y"]), int(entered["m"]), int(entered["d"]))
    except ValueError:
        return None, _("请填写真实存在的日期，例如2026年3月5日")
    today = clock.today()
    if fact.past and found > today:
        return None, _("这一天还没有到，请检查年份")
    if not EARLIEST <= found <= today + timedelta(days=36525):
        return None, _("请检查年份")
    return found, ""


def _number(fact: Fact, entered: str) -> tuple[Value | None, str]:
    text = (
        entered.replace(",", "").replace("，", "").replace(" ", "").removesuffix("元").removesuffix(fact.unit or "\0")
    )
    if not text:
        return None, _("请填写数字；说不清的，可以选下面的选项") if fact.unknown else _("请填写数字")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None, _("请只填数字，例如5000")
    if not found.is_finite() or abs(found) > MOST:
        return None, _("请只填数字，例如5000")
    if fact.least is not None and found < fact.least:
        return None, _("不能小于%(n)s") % {"n": fact.least}
    if fact.most is not None and found > fact.most:
        return None, _("不能大于%(n)s") % {"n": fact.most}
    return found, ""
