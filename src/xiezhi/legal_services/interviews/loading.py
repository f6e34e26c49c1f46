"""Reading interviews from YAML. Every fault is a Problem with a name and a place, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import conditions, formulas
from .conditions import BadCondition, Condition
from .declare import KINDS, UNKNOWN, Computed, Evidence, Fact, Guide, Item, Outcome, Row, Rule, Shown, Value

__all__ = ["GUIDES", "Broken", "Problem", "all_guides", "get", "load", "paths", "read"]

GUIDES = Path(__file__).resolve().parent / "guides"
NAME = re.compile(r"[a-z][a-z0-9_]*")
UNITS = ("CD", "WD", "MO", "YR")
TRUTH, DATE = "truth", "date"


@dataclass(frozen=True)
class Problem:
    """One broken rule: `code` names the rule, `where` the place in the file."""

    guide: str
    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.guide}: {self.code}: {self.where}: {self.message}"


class Broken(ValueError):
    """A file that cannot be read as an interview; `problems` say why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class _Unique(yaml.CSafeLoader):
    """YAML in which a key that stands twice is a fault, not an overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{name}”写了两次", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


class _Reader:
    def __init__(self, key: str) -> None:
        self.key = key
        self.problems: list[Problem] = []
        self.shared: dict[str, Any] = {}

    def fault(self, code: str, where: str, message: str) -> None:
        self.problems.append(Problem(self.key, code, where, message))

    @contextmanager
    def at(self, code: str, where: str) -> Iterator[None]:
        try:
            yield
        except (BadCondition, formulas.BadFormula, ValueError, KeyError, TypeError, ArithmeticError) as error:
            self.fault(code, where, str(error))

    def text(self, raw: Mapping[str, Any], name: str, where: str, *, needed: bool = True) -> str:
        found = raw.get(name)
        if found is None or not str(found).strip():
            if needed:
                self.fault("text-missing", f"{where}.{name}", "这里要写一句话")
            return ""
        return " ".join(str(found).split())

    def known(self, raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
        for name in raw:
            if name not in allowed:
                self.fault("unknown-key", f"{where}.{name}", f"不认识“{name}”，可用：{'、'.join(sorted(allowed))}")

    def condition(self, raw: Any, where: str) -> Condition:
        with self.at("bad-condition", where):
            return conditions.read(raw)
        return conditions.ALWAYS

    def fact(self, key: str, raw: Mapping[str, Any], order: int) -> Fact:
        where = f"facts.{key}"
        self.known(
            raw,
            {"ask", "short", "kind", "why", "cite", "help", "options", "unit", "unknown", "min", "max", "past"},
            where,
        )
        kind = str(raw.get("kind", ""))
        if kind not in KINDS:
            self.fault("bad-kind", where, f"kind 要是 {'、'.join(KINDS)} 之一")
        options = {
            ("yes" if k is True else "no" if k is False else str(k)): str(v)
            for k, v in (raw.get("options") or {}).items()
        }
        if kind == "choice" and len(options) < 2:
            self.fault("options-missing", where, "选择题至少要有两个选项")
        if UNKNOWN in options:
            self.fault("bad-option", where, "“不知道”用 unknown: yes 写，不写成选项")
        unknown = raw.get("unknown", False)
        limits = [None if raw.get(n) is None else Decimal(str(raw[n])) for n in ("min", "max")]
        if kind in ("number", "money") and limits[0] is None:
            limits[0] = Decimal(0)
        return Fact(
            key, kind, self.text(raw, "ask", where), self.text(raw, "short", where), self.text(raw, "why", where),
            self.text(raw, "cite", where), self.text(raw, "help", where, needed=False), options,
            self.text(raw, "unit", where, needed=kind == "number"), "不知道" if unknown is True else str(unknown or ""),
            limits[0], limits[1], bool(raw.get("past", False)), order,
        )  # fmt: skip

    def computed(self, key: str, raw: Mapping[str, Any]) -> Computed | None:
        where = f"computed.{key}"
        self.known(raw, {"kind", "short", "cite", "shown", "formula", "truth", "from", "add", "roll", "note"}, where)
        kind = str(raw.get("kind", ""))
        if "truth" in raw:
            return Computed(key, TRUTH, self.text(raw, "short", where), truth=self.condition(raw["truth"], where))
        if kind not in ("number", "money", "date"):
            self.fault("bad-kind", where, "kind 要是 number、money 或 date")
            return None
        cite, note = self.text(raw, "cite", where, needed=False), self.text(raw, "note", where, needed=False)
        if kind == DATE and "from" in raw:
            length, _, unit = str(raw.get("add", "")).partition(" ")
            if not length.isdigit() or int(length) < 1 or unit not in UNITS:
                self.fault("bad-term", where, "add 要写成“1 YR”“30 CD”“6 MO”“15 WD”的样子")
                return None
            return Computed(
                key, kind, self.text(raw, "short", where), cite, start=str(raw["from"]), length=int(length), unit=unit,
                roll=bool(raw.get("roll", True)), note=note,
            )  # fmt: skip
        with self.at("bad-formula", where):
            return Computed(
                key, kind, self.text(raw, "short", where), cite, self.text(raw, "shown", where, needed=False),
                formulas.read(str(raw.get("formula", ""))), note=note,
            )  # fmt: skip
        return None

    def items(self, raw: Any, where: str) -> tuple[Item, ...]:
        out = []
        for number, one in enumerate(raw or (), 1):
            spot = f"{where}.{number}"
            key = ""
            if isinstance(one, str):
                key = one
                if one not in self.shared:
                    self.fault("undeclared-name", spot, f"shared 里没有“{one}”")
                    continue
                one = self.shared[one]
            elif isinstance(one, dict) and "use" in one:
                key = str(one["use"])
                if key not in self.shared:
                    self.fault("undeclared-name", spot, f"shared 里没有“{key}”")
                    continue
                one = {**self.shared[key], **{k: v for k, v in one.items() if k != "use"}}
            if not isinstance(one, dict):
                self.fault("bad-item", spot, "每一句要有 say 和 cite")
                continue
            self.known(one, {"say", "cite", "when", "term", "doors"}, spot)
            out.append(
                Item(
                    self.text(one, "say", spot), self.text(one, "cite", spot), self.condition(one.get("when"), spot),
                    self.text(one, "term", spot, needed=False), tuple(map(str, one.get("doors") or ())), key,
                )
            )  # fmt: skip
        return tuple(out)

    def evidence(self, raw: Any, where: str) -> tuple[Evidence, ...]:
        out = []
        for number, one in enumerate(raw or (), 1):
            spot = f"{where}.{number}"
            if isinstance(one, str):
                out.append(Evidence(" ".join(one.split()), conditions.ALWAYS))
            else:
                self.known(one, {"say", "when", "cite"}, spot)
                cite = self.text(one, "cite", spot, needed=False)
                out.append(Evidence(self.text(one, "say", spot), self.condition(one.get("when"), spot), cite))
        return tuple(out)

    def shown(self, raw: Any, where: str) -> tuple[Shown, ...]:
        out = []
        for number, one in enumerate(raw or (), 1):
            if isinstance(one, str):
                out.append(Shown(one, conditions.ALWAYS))
            else:
                self.known(one, {"show", "when"}, f"{where}.{number}")
                out.append(Shown(str(one.get("show", "")), self.condition(one.get("when"), f"{where}.{number}")))
        return tuple(out)

    def outcome(self, key: str, raw: Mapping[str, Any]) -> Outcome:
        where = f"outcomes.{key}"
        parts = {"title", "summary", "tone", "because", "steps", "warnings", "evidence", "amounts", "terms", "doors"}
        self.known(raw, parts, where)
        tone = str(raw.get("tone", "info"))
        if tone not in ("good", "info", "warn"):
            self.fault("bad-kind", where, "tone 要是 good、info 或 warn")
        found = {name: self.items(raw.get(name), f"{where}.{name}") for name in ("because", "steps", "warnings")}
        for name in ("because", "steps"):
            if not found[name]:
                self.fault("text-missing", f"{where}.{name}", "要说明为什么、下一步怎么办")
        return Outcome(
            key, self.text(raw, "title", where), self.text(raw, "summary", where), tone, found["because"], found["steps"],
            found["warnings"], self.evidence(raw.get("evidence"), f"{where}.evidence"),
            self.shown(raw.get("amounts"), f"{where}.amounts"), self.shown(raw.get("terms"), f"{where}.terms"),
            tuple(raw.get("doors") or ()),
        )  # fmt: skip

    def rules(self, raw: Any, hit: str) -> tuple[Rule, ...]:
        out = []
        for number, one in enumerate(raw or (), 1):
            where = f"rules.{number}"
            self.known(one, {"when", "then", "rank"}, where)
            rank = number if hit == "first" else int(one.get("rank", 100))
            out.append(Rule(number, self.condition(one.get("when"), where), str(one.get("then", "")), rank))
        return tuple(out)

    def row(self, number: int, raw: Mapping[str, Any], facts: Mapping[str, Fact]) -> Row:
        where = f"tests.{number}"
        self.known(raw, {"name", "today", "given", "expect", "values", "says", "silent"}, where)
        given: dict[str, Value] = {}
        for name, value in (raw.get("given") or {}).items():
            fact = facts.get(str(name))
            with self.at("bad-row", f"{where}.given.{name}"):
                given[str(name)] = conditions.value_of(value) if fact is None else fixed(fact, value)
        values: dict[str, Value | None] = {}
        for name, value in (raw.get("values") or {}).items():
            values[str(name)] = None if value is None else conditions.value_of(value)
        today = raw.get("today", date(2026, 11, 23))
        return Row(
            self.text(raw, "name", where), today, given, str(raw.get("expect", "")), values, tuple(raw.get("says") or ()),
            tuple(raw.get("silent") or ()),
        )  # fmt: skip

    def guide(self, raw: Mapping[str, Any]) -> Guide:
        top = {"title", "title_en", "summary", "summary_en", "scene", "icon", "reviewed", "words", "facts", "computed", "hit", "rules",
               "outcomes", "shared", "tests"}  # fmt: skip
        self.known(raw, top, "")
        for name in ("facts", "rules", "outcomes", "tests"):
            if not raw.get(name):
                self.fault("text-missing", name, "这一部分不能是空的")
        for group in ("facts", "computed", "outcomes"):
            for name in raw.get(group) or {}:
                if not isinstance(name, str) or not NAME.fullmatch(name):
                    self.fault(
                        "bad-name", f"{group}.{name}", "名字用小写英文字母、数字和下划线（on、yes、no 不能作名字）"
                    )
        if self.problems:
            raise Broken(self.problems)
        self.shared = dict(raw.get("shared") or {})
        facts = {k: self.fact(k, v, n) for n, (k, v) in enumerate(raw["facts"].items())}
        computed = {
            k: found for k, v in (raw.get("computed") or {}).items() if (found := self.computed(k, v)) is not None
        }
        hit = str(raw.get("hit", "unique"))
        if hit not in ("unique", "first"):
            self.fault("bad-kind", "hit", "hit 要是 unique（判定表）或 first（依次判断）")
        outcomes = {k: self.outcome(k, v) for k, v in raw["outcomes"].items()}
        reviewed = raw.get("reviewed")
        if not isinstance(reviewed, date):
            self.fault("text-missing", "reviewed", "要写明哪一天按当时的法律核对过，例如 2026-11-20")
            reviewed = date.min
        guide = Guide(
            self.key, self.text(raw, "title", ""), self.text(raw, "title_en", ""), self.text(raw, "summary", ""),
            self.text(raw, "summary_en", ""), self.text(raw, "scene", ""), str(raw.get("icon", "message-circle")), reviewed,
            tuple(map(str, raw.get("words") or ())), facts, computed, self.rules(raw["rules"], hit), outcomes,
            tuple(self.row(n, r, facts) for n, r in enumerate(raw["tests"], 1)),
        )  # fmt: skip
        if self.problems:
            raise Broken(self.problems)
        return guide


def fixed(fact: Fact, raw: Any) -> Value:
    """A value of this fact from YAML. Raises ValueError where it does not belong to the kind."""
    if raw == UNKNOWN:
        if not fact.unknown:
            raise ValueError(f"{fact.key} 不能答“不知道”")
        return UNKNOWN
    good = {
        "yesno": isinstance(raw, bool), "choice": isinstance(raw, str) and raw in fact.options,
        "date": isinstance(raw, date),
        "number": isinstance(raw, int | float) and not isinstance(raw, bool),
        "money": isinstance(raw, int | float) and not isinstance(raw, bool),
    }  # fmt: skip
    if not good[fact.kind]:
        raise ValueError(f"{fact.key}（{fact.kind}）没有这个值：{raw!r}")
    return conditions.value_of(raw)


def read(text: str, key: str) -> Guide:
    """Raises Broken with every problem found."""
    try:
        raw = yaml.load(text, Loader=_Unique)  # noqa: S506 - a SafeLoader that refuses double keys
    except yaml.YAMLError as error:
        raise Broken([Problem(key, "bad-yaml", "", str(error))]) from error
    if not isinstance(raw, dict):
        raise Broken([Problem(key, "bad-yaml", "", "文件里没有内容")])
    return _Reader(key).guide(raw)


def load(path: Path) -> Guide:
    return read(path.read_text(encoding="utf-8"), path.stem)


def paths() -> list[Path]:
    return sorted(GUIDES.glob("*.yaml"))


@cache
def all_guides() -> dict[str, Guide]:
    """The interviews that ship, by key, in the order in which scenes are listed."""
    found = [load(path) for path in paths()]
    return {g.key: g for g in sorted(found, key=lambda g: (SCENES.index(g.scene) if g.scene in SCENES else 99, g.key))}


SCENES = ("劳动", "家庭", "交通", "借钱", "租房", "消费", "邻里")


def get(key: str) -> Guide | None:
    return all_guides().get(key)
