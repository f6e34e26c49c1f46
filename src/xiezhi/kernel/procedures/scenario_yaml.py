"""Reading scenario files: YAML without its traps (`on`, `no` and 20:00 stay text), with line numbers for every mapping."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.calendar.days import DayKind
from xiezhi.kernel.calendar.published import SEED_YEARS, calendar_from_chinesecalendar
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.forms import Bad, parse_date

__all__ = ["Mapped", "ScenarioError", "calendar_of", "day_of", "load", "moment", "only"]


class ScenarioError(ValueError):
    """A scenario cannot be read; the message says where and what to write instead."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Mapped(dict[str, Any]):
    """A mapping that knows the line it began on (from 1)."""

    line: int = 0


class _Loader(yaml.SafeLoader):
    """SafeLoader with the plain scalars of YAML 1.2, so that `on:` is a key and not True."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:timestamp", re.compile(r"^\d{4}-\d{2}-\d{2}$"), list("0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Iterator[Mapped]:
    found = Mapped()
    found.line = node.start_mark.line + 1
    yield found
    loader.flatten_mapping(node)
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in seen and key_node.start_mark.line >= node.start_mark.line:
            raise ScenarioError(f"“{key}”在同一处写了两次，只保留一处", key_node.start_mark.line + 1)
        seen.add(key)
        found[key] = loader.construct_object(value_node, deep=True)


def _timestamp(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> date:
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        raise ScenarioError(f"{node.value} 不是真实存在的日期", node.start_mark.line + 1) from None


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def load(path: Path) -> list[Mapped]:
    """Every scenario of a file: one mapping, a list of them, or several documents. Raises ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"不能读取文件：{error}") from None
    found: list[Mapped] = []
    try:
        for document in yaml.load_all(text, Loader=_Loader):
            if isinstance(document, Mapped) and isinstance(document.get("scenarios"), list):
                document = document["scenarios"]
            for item in document if isinstance(document, list) else [document]:
                if item is None:
                    continue
                if not isinstance(item, Mapped):
                    raise ScenarioError("每个情景应当是一组键值，例如 scenario: 名称")
                found.append(item)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ScenarioError(f"YAML 写法有误：{error.problem}", line) from None
    if not found:
        raise ScenarioError("文件里没有情景")
    return found


_NOTE = re.compile(r"\s*[（(][^）)]*[）)]\s*$")  # 2026-10-08 (Thu)
_TIME = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
NOON = time(12)


def _clock_time(text: str) -> tuple[int, int, int]:
    hit = _TIME.match(text.strip())
    if hit is None:
        raise ScenarioError(f"“{text}”不是时间，请写成 20:00")
    hour, minute, second = int(hit[1]), int(hit[2]), int(hit[3] or 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise ScenarioError(f"“{text}”不是时间，请写成 20:00，最晚 24:00")
    return hour, minute, second


def day_of(value: Any) -> date:
    """A day from a date, ISO text or 2026年9月14日, with or without the weekday behind it in brackets. Raises ScenarioError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return parse_date(_NOTE.sub("", str(value)))
    except Bad:
        raise ScenarioError(f"“{value}”不是日期，请写成 2026-09-14") from None


def moment(value: Any, on: date | None = None) -> datetime:
    """A moment in Asia/Shanghai: a day means its noon, `2026-11-12 24:00` its end, `20:00` that time of day `on`."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, NOON, SHANGHAI)
    text = _NOTE.sub("", str(value)).strip().replace("T", " ")
    if _TIME.match(text) and on is not None:
        day, clock = on, text
    else:
        head, _, clock = text.partition(" ")
        day = day_of(head)
        if not clock:
            return datetime.combine(day, NOON, SHANGHAI)
        clock = clock.split("+")[0]
    hour, minute, second = _clock_time(clock)
    start = datetime.combine(day, time(), SHANGHAI)
    return start + timedelta(hours=hour, minutes=minute, seconds=second)


def only(item: Mapping[str, Any], allowed: set[str], what: str) -> None:
    """Refuse keys that mean nothing here, naming the nearest one. Raises ScenarioError."""
    for key in item:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            hint = f"，是否想写 {near[0]}" if near else f"，可以写：{'、'.join(sorted(allowed))}"
            raise ScenarioError(f"{what}里没有“{key}”{hint}", getattr(item, "line", 0))


_CALENDARS: dict[str, Calendar] = {}


def calendar_of(spec: Any) -> Calendar:
    """The published years 2024 to 2026, later ones guessed; a mapping adds years, holidays and make-up days."""
    key = repr(spec)
    found = _CALENDARS.get(key)
    if found is not None:
        return found
    if spec in (None, "default", "default-2026"):
        found = calendar_from_chinesecalendar(SEED_YEARS).provisional()
    elif isinstance(spec, Mapping):
        only(spec, {"published", "holidays", "workdays", "strict"}, "calendar")
        base = calendar_from_chinesecalendar(
            tuple(int(y) for y in spec.get("published", SEED_YEARS) if int(y) in SEED_YEARS)
        )
        days = dict(base.exceptions)
        for kind, name in ((DayKind.HOLIDAY, "holidays"), (DayKind.MAKEUP, "workdays")):
            for value in spec.get(name) or ():
                days[day_of(value)] = (kind, "假日" if kind is DayKind.HOLIDAY else "调休")
        years = frozenset(int(y) for y in spec.get("published", SEED_YEARS)) | {d.year for d in days}
        found = Calendar(days, years)
        found = found if spec.get("strict") else found.provisional()
    else:
        raise ScenarioError(f"calendar: “{spec}”不能识别，请删去或者写 holidays、workdays")
    _CALENDARS[key] = found
    return found
