"""Where public numbers and verification codes are drawn from: the operating system, except in a made-up world that must
come out the same again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random
from typing import TypeVar
from uuid import UUID, uuid4

__all__ = ["choice", "drawn_from", "public_id"]

_source: ContextVar[Random | None] = ContextVar("chance", default=None)
T = TypeVar("T")


@contextmanager
def drawn_from(rng: Random) -> Iterator[None]:
    """Inside, numbers come from `rng`. Only demonstrations and tests use this; what it draws is no secret."""
    token = _source.set(rng)
    try:
        yield
    finally:
        _source.reset(token)


def public_id() -> UUID:
    """A public number."""
    rng = _source.get()
    return uuid4() if rng is None else UUID(int=rng.getrandbits(128), version=4)


def choice(of: Sequence[T]) -> T:
    """One of a sequence."""
    rng = _source.get()
    return secrets.choice(of) if rng is None else rng.choice(of)
