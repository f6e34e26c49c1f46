"""Rules: one declaration that answers both "may this subject do it with this object?" and "with which rows?".

A condition gives a Python predicate and a Q object. Both come from the same words, so lists and single objects cannot
disagree; a property test compares them over generated data. `q` answers True (all rows) or False (none) where it can:
branches that a subject cannot use disappear from the statement instead of slowing it down.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Manager, Model, Q

from xiezhi.kernel.access import roles
from xiezhi.kernel.access.subject import Subject

Filter = Q | bool


class Condition(ABC):
    """One condition. Combine with `|`, `&` and `~`."""

    @abstractmethod
    def test(self, subject: Subject, obj: Any) -> bool:
        """Whether the condition holds for `obj`."""

    @abstractmethod
    def q(self, subject: Subject, model: type[Model]) -> Filter:
        """Rows of `model` for which it holds."""

    @abstractmethod
    def possible(self, subject: Subject) -> bool:
        """Whether it could hold for some object: what a page's guard asks before any object is known."""

    @abstractmethod
    def text(self) -> str:
        """The condition for people, in Chinese."""

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((self, other))

    def __and__(self, other: Condition) -> Condition:
        return AllOf((self, other))

    def __invert__(self) -> Condition:
        return Not(self)


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one."""

    parts: tuple[Condition, ...]

    def test(self, subject: Subject, obj: Any) -> bool:
        return any(part.test(subject, obj) for part in self.parts)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        found = Q()
        for part in self.parts:
            one = part.q(subject, model)
            if one is True:
                return True
            if one is not False:
                found |= one
        return found or False

    def possible(self, subject: Subject) -> bool:
        return any(part.possible(subject) for part in self.parts)

    def text(self) -> str:
        return "，或者".join(part.text() for part in self.parts)


@dataclass(frozen=True)
class AllOf(Condition):
    """All of them."""

    parts: tuple[Condition, ...]

    def test(self, subject: Subject, obj: Any) -> bool:
        return all(part.test(subject, obj) for part in self.parts)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        found = Q()
        for part in self.parts:
            one = part.q(subject, model)
            if one is False:
                return False
            if one is not True:
                found &= one
        return found or True

    def possible(self, subject: Subject) -> bool:
        return all(part.possible(subject) for part in self.parts)

    def text(self) -> str:
        return "且".join(f"（{part.text()}）" if isinstance(part, AnyOf) else part.text() for part in self.parts)


@dataclass(frozen=True)
class Not(Condition):
    """The opposite; of a condition about the object it is always possible."""

    part: Condition

    def test(self, subject: Subject, obj: Any) -> bool:
        return not self.part.test(subject, obj)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        found = self.part.q(subject, model)
        return not found if isinstance(found, bool) else ~found

    def possible(self, subject: Subject) -> bool:
        return not isinstance(self.part, OfSubject) or not self.part.possible(subject)

    def text(self) -> str:
        return f"除外：{self.part.text()}"


class OfSubject(Condition):
    """A condition about the subject alone: all rows or none."""

    @abstractmethod
    def possible(self, subject: Subject) -> bool: ...

    def test(self, subject: Subject, obj: Any) -> bool:
        return self.possible(subject)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        return self.possible(subject)


@dataclass(frozen=True)
class Everybody(OfSubject):
    """Signed in or not."""

    def possible(self, subject: Subject) -> bool:
        return True

    def text(self) -> str:
        return "任何人"


@dataclass(frozen=True)
class SignedIn(OfSubject):
    """Anybody with an account."""

    def possible(self, subject: Subject) -> bool:
        return subject.signed_in

    def text(self) -> str:
        return "已登录"


class HasRole(OfSubject):
    """Holds one of the roles somewhere."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def possible(self, subject: Subject) -> bool:
        return subject.has(*self.codes)

    def text(self) -> str:
        return _titles(self.codes)


class InReach(Condition):
    """One of the roles reaches the object's unit. `unit` is the path to it ("" where the object is the unit itself).

    `level` is the sensitivity of what is read (platform.md 3.6): holdings below it do not count.
    """

    def __init__(self, *codes: str, unit: str = "", level: int = 1) -> None:
        self.codes, self.unit, self.level = codes, unit, level

    def test(self, subject: Subject, obj: Any) -> bool:
        areas = subject.areas(*self.codes, level=self.level)
        return bool(areas) and any(area.holds(unit) for unit in _values(obj, self.unit) for area in areas)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        found = Q()
        for area in subject.areas(*self.codes, level=self.level):
            found |= area.q(f"{self.unit}__" if self.unit else "")
        if not found:
            return False
        return _once(model, self.unit, found)

    def possible(self, subject: Subject) -> bool:
        return bool(subject.areas(*self.codes, level=self.level))

    def text(self) -> str:
        return f"{_titles(self.codes)}（管辖范围内）"


class Linked(Condition):
    """The object leads by `path` to the subject itself (`as_`: person_id, staff_id or account_id)."""

    words = "与本人有关"

    def __init__(self, path: str, as_: str = "person_id") -> None:
        self.path, self.as_ = path, as_

    def test(self, subject: Subject, obj: Any) -> bool:
        mine = getattr(subject, self.as_)
        return mine is not None and any(_key(value) == mine for value in _values(obj, self.path))

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        mine = getattr(subject, self.as_)
        return False if mine is None else _once(model, self.path, Q(**{self.path: mine}))

    def possible(self, subject: Subject) -> bool:
        return getattr(subject, self.as_) is not None

    def text(self) -> str:
        return self.words


class OwnParty(Linked):
    """The subject is a party, or acts for one. `path` leads to a person."""

    words = "本人是当事人或者其代理人"


class Assigned(Linked):
    """The subject is assigned to the object. `path` leads to staff."""

    words = "本人承办"

    def __init__(self, path: str) -> None:
        super().__init__(path, "staff_id")


class FieldIs(Condition):
    """A field of the object has one of the values; says nothing about the subject."""

    def __init__(self, path: str, *values: Any, words: str = "") -> None:
        self.path, self.values, self.words = path, values, words

    def test(self, subject: Subject, obj: Any) -> bool:
        return any(_key(value) in self.values for value in _values(obj, self.path))

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        return _once(model, self.path, Q(**{f"{self.path}__in": self.values}))

    def possible(self, subject: Subject) -> bool:
        return True

    def text(self) -> str:
        return self.words or f"{self.path}为{'、'.join(map(str, self.values))}"


class PublicRecord(FieldIs):
    """The record is marked public."""

    def __init__(self, path: str = "public") -> None:
        super().__init__(path, True, words="已公开的记录")


def _titles(codes: Iterable[str]) -> str:
    return "、".join(roles.title(code) for code in codes)


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def _values(obj: Any, path: str) -> Iterator[Any]:
    """Every value at the end of a lookup path, through relations to one and to many; missing ones are left out."""
    if obj is None:
        return
    if not path:
        yield obj
        return
    name, _, rest = path.partition("__")
    try:
        found = getattr(obj, _accessor(obj, name))
    except ObjectDoesNotExist:
        return
    for value in found.all() if isinstance(found, Manager) else [found]:
        yield from _values(value, rest)


def _accessor(obj: Any, name: str) -> str:
    """Attribute for a lookup name: they differ for reverse relations without related_name."""
    if isinstance(obj, Model):
        for relation in obj._meta.related_objects:
            if relation.name == name:
                return relation.get_accessor_name() or name
    return name


def _once(model: type[Model], path: str, found: Q) -> Q:
    """A path through a relation to many would repeat rows: ask for the keys instead."""
    current: Any = model
    for name in path.split("__") if path else []:
        try:
            field = current._meta.get_field(name)
        except FieldDoesNotExist:
            field = current._meta.get_field(name.removesuffix("_id"))
        if field.many_to_many or field.one_to_many:
            return Q(pk__in=model._default_manager.filter(found).values("pk"))
        if not field.is_relation:
            break
        current = field.related_model
    return found
