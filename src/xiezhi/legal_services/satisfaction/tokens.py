"""Links and codes that let somebody rate: made here, kept only as hashes."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings

__all__ = ["address", "code", "code_digest", "digest", "token"]


def token() -> str:
    """An unguessable part of an address: 144 bits."""
    return secrets.token_urlsafe(18)


def code() -> str:
    """Eight digits for the counter's screen; lives for minutes and is tried a few times only."""
    return f"{secrets.randbelow(10**8):08d}"


def digest(value: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(f"satisfaction:{value}".encode()).digest()


def code_digest(value: str) -> bytes:
    """What is kept of a code. Few digits are easily tried, so the installation's key goes in."""
    return hashlib.blake2b(value.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=32).digest()


def address(value: str) -> str:
    """The short link, without anything personal in it."""
    return f"{settings.PUBLIC_URL}/r/{value}/"
