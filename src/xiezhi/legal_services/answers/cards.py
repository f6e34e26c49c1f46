"""问答卡: frequent questions answered in our own words, each sentence with the article it stands on.

One file a life scene, `cards/<scene>.yaml`; the format and its rules are told in docs/law/answers.md. Reading is strict:
what a file says beside the format is an error with a name, and a card with an error is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

__all__ = ["Card", "CardError", "Library", "Scene", "Sentence", "Step", "library", "read"]


class CardError(ValueError):
    """Something wrong in a file of cards. `where` is the file or the card, the class is the name of the rule."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.where}: {self.args[0]}"


class UnreadableFile(CardError):
    """The file is not YAML, or not a scene with cards."""


class UnknownKey(CardError):
    """A key the format does not have."""


class MissingKey(CardError):
    """A key the format asks for is absent or empty."""


class WrongKind(CardError):
    """A value of another kind than the format asks for."""


class DuplicateCard(CardError):
    """Two cards of one id."""


class DuplicateQuestion(CardError):
    """Two cards of the same wording."""


class MissingCitation(CardError):
    """A sentence of an answer without `by`, and not marked `plain: true`."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer. `by` is a citation (several joined by ；); `plain` says that it needs none."""

    say: str
    by: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: `do` in a few words, `how` in a sentence, `term` the time it takes."""

    do: str
    how: str = ""
    by: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """生活场景."""

    key: str
    title: str
    summary: str
    icon: str
    order: int


@dataclass(frozen=True, slots=True)
class Card:
    """问答卡. `doors` lead on: codes of procedures, keys of errands or interviews, or addresses of this platform."""

    id: str
    scene: Scene
    q: str
    also: tuple[str, ...]
    answer: tuple[Sentence, ...]
    steps: tuple[Step, ...]
    doors: tuple[str, ...]
    evidence: tuple[str, ...]
    words: tuple[str, ...]
    checked: date

    @property
    def citations(self) -> tuple[str, ...]:
        """Every citation of the answer and its steps, in order, once."""
        said = [part.by for part in self.answer] + [step.by for step in self.steps]
        return tuple(dict.fromkeys(by for by in said if by))


@dataclass(frozen=True)
class Library:
    """All scenes and cards that were read without error, and the errors of the others."""

    scenes: tuple[Scene, ...]
    cards: tuple[Card, ...]
    errors: tuple[CardError, ...] = ()
    by_id: Mapping[str, Card] = field(default_factory=dict)

    def of(self, scene: str) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.scene.key == scene)

    def scene(self, key: str) -> Scene | None:
        return next((scene for scene in self.scenes if scene.key == key), None)


_TOP = {"scene", "cards"}
_SCENE = {"key": str, "title": str, "summary": str, "icon": str, "order": int}
_CARD = {
    "id": str, "q": str, "also": list, "answer": list, "steps": list, "doors": list, "evidence": list, "words": list,
    "checked": date,
}  # fmt: skip
_NEEDED = ("id", "q", "answer", "checked")
_SENTENCE = {"say": str, "by": str, "plain": bool}
_STEP = {"do": str, "how": str, "by": str, "term": str}


class _Reader:
    """Reads one file and gathers what is wrong in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.errors: list[CardError] = []

    def _fits(self, row: Any, kinds: Mapping[str, type], needed: tuple[str, ...], where: str) -> bool:
        """Whether a mapping has the keys of the format and values of their kind."""
        before = len(self.errors)
        if not isinstance(row, dict):
            self.errors.append(WrongKind(where, f"应当是键值，却是：{str(row)[:40]}"))
            return False
        self.errors += [UnknownKey(where, f"格式里没有“{key}”") for key in row if key not in kinds]
        self.errors += [MissingKey(where, f"缺少“{key}”") for key in needed if row.get(key) in (None, "", [])]
        for key, value in row.items():
            kind = kinds.get(key)
            if kind is not None and value is not None and (type(value) is not kind):
                self.errors.append(WrongKind(where, f"“{key}”应当是{_KINDS[kind]}"))
        return len(self.errors) == before

    def _texts(self, values: Any, where: str, key: str) -> tuple[str, ...]:
        found = values or []
        if not all(isinstance(value, str) and value.strip() for value in found):
            self.errors.append(WrongKind(where, f"“{key}”里应当都是文字"))
            return ()
        return tuple(value.strip() for value in found)

    def scene(self, row: Any) -> Scene | None:
        if not self._fits(row, _SCENE, ("key", "title", "icon"), self.name):
            return None
        return Scene(row["key"], row["title"], row.get("summary") or "", row["icon"], row.get("order") or 0)

    def card(self, row: Any, scene: Scene) -> Card | None:
        where = str(row.get("id", self.name)) if isinstance(row, dict) else self.name
        before = len(self.errors)
        if not self._fits(row, _CARD, _NEEDED, where):
            return None
        answer = [self._sentence(part, where) for part in row["answer"]]
        steps = [self._step(part, where) for part in row.get("steps") or []]
        lists = {key: self._texts(row.get(key), where, key) for key in ("also", "doors", "evidence", "words")}
        if len(self.errors) > before:
            return None
        return Card(
            row["id"], scene, row["q"].strip(), lists["also"], tuple(s for s in answer if s), tuple(s for s in steps if s),
            lists["doors"], lists["evidence"], lists["words"], row["checked"],
        )  # fmt: skip

    def _sentence(self, row: Any, where: str) -> Sentence | None:
        if not self._fits(row, _SENTENCE, ("say",), where):
            return None
        if not row.get("by") and not row.get("plain"):
            self.errors.append(MissingCitation(where, f"“{row['say'][:20]}…”没有写依据"))
            return None
        return Sentence(row["say"].strip(), (row.get("by") or "").strip(), bool(row.get("plain")))

    def _step(self, row: Any, where: str) -> Step | None:
        if not self._fits(row, _STEP, ("do",), where):
            return None
        return Step(*((row.get(key) or "").strip() for key in ("do", "how", "by", "term")))


_KINDS = {str: "文字", int: "整数", list: "清单", date: "日期", bool: "true或者false"}


def read(files: Mapping[str, str]) -> Library:
    """Cards of files, by name. Raises nothing: what is wrong stands in `errors`, and its card is left out."""
    scenes: list[Scene] = []
    cards: list[Card] = []
    errors: list[CardError] = []
    seen: dict[str, str] = {}
    for name in sorted(files):
        reader = _Reader(name)
        errors_here = reader.errors
        try:
            content = yaml.load(files[name], Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            errors.append(UnreadableFile(name, f"不是可读的YAML：{str(error)[:200]}"))
            continue
        if not isinstance(content, dict) or not isinstance(content.get("cards"), list):
            errors.append(UnreadableFile(name, "应当有scene和cards"))
            continue
        errors_here += [UnknownKey(name, f"格式里没有“{key}”") for key in content if key not in _TOP]
        scene = reader.scene(content.get("scene"))
        if scene is not None:
            if scene.key != name.removesuffix(".yaml"):
                errors_here.append(WrongKind(name, f"场景的键“{scene.key}”应当与文件名一致"))
            scenes.append(scene)
            for row in content["cards"]:
                card = reader.card(row, scene)
                if card is not None:
                    cards.append(card)
        errors += errors_here
    return _unique(scenes, cards, errors, seen)


def _unique(scenes: list[Scene], cards: list[Card], errors: list[CardError], seen: dict[str, str]) -> Library:
    kept: dict[str, Card] = {}
    for card in cards:
        if card.id in kept:
            errors.append(DuplicateCard(card.id, f"编号在“{card.scene.title}”和“{kept[card.id].scene.title}”里重复"))
            continue
        kept[card.id] = card
        for wording in (card.q, *card.also):
            other = seen.setdefault(wording, card.id)
            if other != card.id:
                errors.append(DuplicateQuestion(card.id, f"问法“{wording}”与{other}相同"))
    order = sorted(scenes, key=lambda scene: (scene.order, scene.key))
    rank = {scene.key: number for number, scene in enumerate(order)}
    known = sorted(kept.values(), key=lambda card: rank[card.scene.key])
    return Library(tuple(order), tuple(known), tuple(errors), {card.id: card for card in known})


def _files() -> Iterator[tuple[str, str]]:
    folder = resources.files("xiezhi.legal_services.answers").joinpath("cards")
    if folder.is_dir():
        for entry in folder.iterdir():
            if entry.name.endswith(".yaml"):
                yield entry.name, entry.read_text(encoding="utf-8")


@cache
def library() -> Library:
    """The cards that come with the platform. Read once."""
    return read(dict(_files()))
