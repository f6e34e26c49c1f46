"""Reading `offenses/*.yaml` and `guidance/*.yaml`. A broken file names every fault at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .declare import (
    KINDS,
    NO,
    ROLES,
    YES,
    Clock,
    Defense,
    Element,
    Elsewhere,
    Offense,
    Said,
    Stage,
    Tier,
    Whole,
    Words,
)  # fmt: skip

__all__ = ["HERE", "Broken", "Problem", "read", "whole"]

HERE = Path(__file__).resolve().parent
PROSECUTION = {
    "公诉": ("国家追诉：向公安机关报案，由检察院起诉", "刑事诉讼法 第169条"),
    "监察": ("由监察机关调查，检察院起诉", "监察法 第11条"),
    "告诉": ("告诉才处理：要被害人自己到法院起诉（因受强制、威吓不能告诉等情形除外）", "刑事诉讼法 第210条第1项"),
    "转自诉": (
        "报案由国家追诉；有证据、提出过控告而公安或者检察院不追究的，被害人可以自己到法院起诉",
        "刑事诉讼法 第210条第3项",
    ),
    "轻微": ("可以报案由国家追诉；案情轻微、有证据的，被害人也可以自己到法院起诉", "刑事诉讼法 第210条第2项"),
}
UNITS = ("CD", "MO", "HR")


@dataclass(frozen=True)
class Problem:
    """A fault: `where` is file and place, `message` says it to a lawyer."""

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.code}: {self.message}"


class Broken(ValueError):
    """Files that cannot be used."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Unique(yaml.CSafeLoader):
    """Refuses a name written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key.value}”写了两次", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fault(self, code: str, where: str, message: str) -> None:
        self.problems.append(Problem(code, where, message))

    def text(self, raw: Mapping[str, Any], name: str, where: str, needed: bool = True) -> str:
        value = raw.get(name, "")
        if value is None or not isinstance(value, str) or (needed and not value.strip()):
            self.fault("text-missing", f"{where}.{name}", "要写一句话")
            return ""
        return value.strip()

    def known(self, raw: Any, names: Iterable[str], where: str) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self.fault("bad-form", where, "要写成“名字: 值”的样子")
            return {}
        for name in raw.keys() - set(names):
            self.fault("unknown-key", f"{where}.{name}", "没有这一项")
        return dict(raw)

    def list(self, raw: Any, where: str) -> list[Any]:
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.fault("bad-form", where, "要写成列表")
            return []
        return raw

    def names(self, raw: Any, where: str) -> tuple[str, ...]:
        return tuple(str(one) for one in self.list(raw, where))

    def said(self, raw: Any, where: str, cite: bool = True) -> tuple[Said, ...]:
        out = []
        for number, one in enumerate(self.list(raw, where), 1):
            here = f"{where}.{number}"
            one = self.known(one, ("say", "cite", "since", "roles", "doors"), here)
            since = one.get("since")
            if since is not None and not isinstance(since, date):
                self.fault("bad-date", here, "日期写成 2026-01-01 的样子")
                since = None
            roles = self.names(one.get("roles"), here)
            for role in roles:
                if role not in ROLES:
                    self.fault("bad-role", here, f"没有“{role}”这种身份")
            doors = self.names(one.get("doors"), here)
            out.append(Said(self.text(one, "say", here), self.text(one, "cite", here, cite), since, roles, doors))
        return tuple(out)

    def words(self, raw: Any, where: str) -> Words:
        one = self.known(raw or {}, ("sure", "maybe", "against"), where)
        if not one.get("sure"):
            self.fault("words-missing", where, "至少要有一个日常说法")
        return Words(*(self.names(one.get(name), where) for name in ("sure", "maybe", "against")))

    def element(self, raw: Any, shared: Mapping[str, Any], offense: str, where: str) -> Element | None:
        one = self.known(
            raw, ("id", "use", "kind", "short", "ask", "cite", "help", "met_by", "group", "missing", "leads"), where
        )
        if "use" in one:
            if one["use"] not in shared:
                self.fault("no-shared", where, f"共用问题里没有“{one['use']}”")
                return None
            one = {
                **shared[one["use"]],
                **{k: v for k, v in one.items() if k not in ("ask", "use")},
                "fact": one["use"],
            }
        else:
            one["fact"] = f"{offense}.{self.text(one, 'id', where)}"
        if one.get("kind") not in KINDS:
            self.fault("bad-kind", where, f"要件的种类只能是{'、'.join(KINDS)}")
        met_by = {True: YES, False: NO, None: YES}.get(one.get("met_by"), one.get("met_by"))
        if met_by not in (YES, NO):
            self.fault("bad-form", where, "met_by 只能是 yes 或者 no")
        return Element(
            one["fact"], str(one.get("kind", "")), self.text(one, "short", where), self.text(one, "ask", where),
            self.text(one, "cite", where), self.text(one, "help", where, False), str(met_by),
            self.text(one, "group", where, False), self.text(one, "missing", where, False), self.names(one.get("leads"), where),
        )  # fmt: skip

    def tier(self, raw: Any, where: str) -> Tier:
        one = self.known(raw, ("when", "cite", "prison", "other", "life", "death", "fine"), where)
        prison = one.get("prison", "none")
        low, high, held = 0.0, None, prison != "none"
        if held:
            try:
                first, _dash, last = str(prison).partition("-")
                low, high = float(first or 0), float(last) if last else None
            except ValueError:
                self.fault("bad-tier", where, "prison 写成 0-3、3-10 或者 10- 的样子")
        if held and not low and not high:
            self.fault("bad-tier", where, "prison 至少要有一头的年数")
        other = self.names(one.get("other"), where)
        if not held and not other and not one.get("life") and not one.get("death"):
            self.fault("bad-tier", where, "没有写明任何刑种")
        return Tier(
            self.text(one, "when", where), self.text(one, "cite", where), low, high, held, other,
            bool(one.get("life")), bool(one.get("death")), self.text(one, "fine", where, False),
        )  # fmt: skip

    def offense(self, raw: Any, shared: Mapping[str, Any], group: str, where: str) -> Offense | None:
        one = self.known(
            raw, ("key", "name", "plain", "cite", "chapter", "intent", "prosecution", "words", "elements", "tiers", "numbers",
                  "below", "look", "from_14", "danger"), where,
        )  # fmt: skip
        key = self.text(one, "key", where)
        where = f"{where}.{key}"
        if one.get("prosecution", "公诉") not in PROSECUTION:
            self.fault("bad-form", where, f"prosecution 只能是{'、'.join(PROSECUTION)}")
            return None
        if one.get("intent") not in ("故意", "过失"):
            self.fault("bad-form", where, "intent 只能是故意或者过失")
        if one.get("chapter") not in range(1, 11):
            self.fault("bad-form", where, "chapter 是刑法分则的章号")
        said, basis = PROSECUTION[one.get("prosecution", "公诉")]
        elements = [
            self.element(raw, shared, key, f"{where}.elements.{n}")
            for n, raw in enumerate(self.list(one.get("elements"), where), 1)
        ]
        tiers = [self.tier(raw, f"{where}.tiers.{n}") for n, raw in enumerate(self.list(one.get("tiers"), where), 1)]
        if not tiers:
            self.fault("no-tier", where, "没有写法定刑")
        return Offense(
            key, self.text(one, "name", where), self.text(one, "plain", where), self.text(one, "cite", where),
            int(one.get("chapter", 0)), str(one.get("intent")), said, basis, self.words(one.get("words"), where),
            tuple(e for e in elements if e is not None), tuple(tiers), self.said(one.get("numbers"), f"{where}.numbers"),
            self.said(one.get("below"), f"{where}.below"), self.said(one.get("look"), f"{where}.look"),
            bool(one.get("from_14")), bool(one.get("danger")), group,
        )  # fmt: skip

    def elsewhere(self, raw: Any, where: str) -> Elsewhere:
        one = self.known(raw, ("key", "name", "plain", "words", "why", "go", "doors"), where)
        return Elsewhere(
            self.text(one, "key", where), self.text(one, "name", where), self.text(one, "plain", where),
            self.words(one.get("words"), where), self.said(one.get("why"), where), self.said(one.get("go"), where, False),
            self.names(one.get("doors"), where),
        )  # fmt: skip

    def defense(self, raw: Any, where: str) -> Defense:
        one = self.known(raw, ("key", "short", "ask", "says", "cite", "roles", "only", "intent", "chapters"), where)
        return Defense(
            self.text(one, "key", where), self.text(one, "short", where), self.text(one, "ask", where),
            self.text(one, "says", where), self.text(one, "cite", where),
            self.names(one.get("roles"), where), self.names(one.get("only"), where), str(one.get("intent", "")),
            tuple(self.list(one.get("chapters"), where)),
        )  # fmt: skip

    def clock(self, raw: Any, where: str) -> Clock:
        one = self.known(raw, ("key", "title", "who", "start", "lengths", "cite", "custody", "roles", "note"), where)
        lengths = []
        for length in self.list(one.get("lengths"), where):
            if not (
                isinstance(length, list) and len(length) == 3 and isinstance(length[1], int) and length[2] in UNITS
            ):
                self.fault("bad-term", where, "期限写成 [一般, 3, CD] 的样子，单位是 CD、MO 或者 HR")
                continue
            lengths.append((str(length[0]), length[1], length[2]))
        return Clock(
            self.text(one, "key", where), self.text(one, "title", where), self.text(one, "who", where),
            self.text(one, "start", where), tuple(lengths),
            self.text(one, "cite", where), bool(one.get("custody")), self.names(one.get("roles"), where),
            self.text(one, "note", where, False),
        )  # fmt: skip

    def stage(self, raw: Any, where: str) -> Stage:
        one = self.known(raw, ("key", "title", "plain", "day", "clocks", "rights", "steps"), where)
        return Stage(
            self.text(one, "key", where), self.text(one, "title", where), self.text(one, "plain", where),
            self.text(one, "day", where, False), self.names(one.get("clocks"), where),
            self.said(one.get("rights"), f"{where}.rights"), self.said(one.get("steps"), f"{where}.steps", False),
        )  # fmt: skip


def _load(path: Path) -> dict[str, Any]:
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Unique)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise Broken([Problem("bad-yaml", path.name, str(error))]) from error
    if not isinstance(found, dict):
        raise Broken([Problem("bad-yaml", path.name, "文件里没有内容")])
    return found


def _keyed(reader: _Reader, things: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for thing in things:
        if thing is None:
            continue
        if thing.key in seen:
            reader.fault("twice", thing.key, "这个名字用了两次")
        seen.add(thing.key)
        yield thing.key, thing


def _implied(shared: Mapping[str, Any]) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    names = {True: YES, False: NO, YES: YES, NO: NO}
    return {
        (fact, names[answer]): tuple((other, names[value]) for other, value in found.items())
        for fact, one in shared.items()
        for answer, found in one.get("implies", {}).items()
    }


def read(folder: Path = HERE) -> Whole:
    """Everything in the folder. Raises Broken."""
    reader = _Reader()
    shared = _load(folder / "guidance/shared.yaml")
    plain = {fact: {k: v for k, v in one.items() if k != "implies"} for fact, one in shared.items()}
    offenses = []
    for path in sorted((folder / "offenses").glob("*.yaml")):
        raw = _load(path)
        for number, one in enumerate(raw.get("offenses", []), 1):
            offenses.append(reader.offense(one, plain, str(raw.get("title", "")), f"{path.name}.{number}"))
    parts = {name: _load(folder / f"guidance/{name}.yaml") for name in ("elsewhere", "defenses", "clocks", "stages")}

    def each(name: str, how: Any) -> dict[str, Any]:
        rows = parts[name].get(name, [])
        return dict(_keyed(reader, (how(one, f"{name}.{n}") for n, one in enumerate(rows, 1))))

    found = Whole(
        dict(_keyed(reader, offenses)), each("elsewhere", reader.elsewhere), each("defenses", reader.defense),
        each("clocks", reader.clock), each("stages", reader.stage), reader.said(parts["stages"].get("always"), "always"),
        reader.said(parts["stages"].get("minors"), "minors"), _implied(shared), parts["stages"]["reviewed"],
    )  # fmt: skip
    if reader.problems:
        raise Broken(reader.problems)
    return found


@cache
def whole() -> Whole:
    """What ships, read once by each process. Raises Broken."""
    return read()
