"""Reading the environment. Every variable the platform knows is read here or in settings.py, nowhere else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

REPOSITORY = Path(__file__).resolve().parents[3]


def home() -> Path:
    """Data directory: XIEZHI_HOME, or `.xiezhi` in the checkout."""
    return Path(os.environ.get("XIEZHI_HOME") or REPOSITORY / ".xiezhi").expanduser().resolve()


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    return default if value is None or value == "" else value.lower() in ("1", "true", "yes", "on")


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or blanks."""
    return os.environ.get(name, default).replace(",", " ").split()


def database(address: str) -> dict[str, Any]:
    """Django's settings of a `postgresql://user:password@host:port/name?option=value` address."""
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"A database address begins with postgresql:// , this one with {parts.scheme or 'nothing'}://")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or (unquote(parts.hostname) if parts.hostname else "")
    port = options.pop("port", None) or parts.port or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port),
        "OPTIONS": dict(options),
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
    }


def secret(name: str, variable: str) -> str:
    """A secret from the environment, or from a file in the data directory that is made on first use (mode 0600)."""
    if os.environ.get(variable):
        return os.environ[variable]
    path = home() / "secrets" / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    temporary = path.with_name(f".{name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(secrets.token_urlsafe(50))
    try:
        os.link(temporary, path)  # the first of several processes wins
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()
