"""Which procedures exist. Apps register theirs in `apps.py`; without Django, `load_all` imports the declarations."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from datetime import date

from xiezhi.kernel.procedures.declare import DeclarationError, Procedure

__all__ = ["all_procedures", "get", "load_all", "register", "versions"]

_KNOWN: dict[tuple[str, int], type[Procedure]] = {}
_FUNCTION_AREAS = ("legislation", "enforcement", "corrections", "legal_services")


def register(procedure: type[Procedure]) -> type[Procedure]:
    """Make a procedure known. Registering the same class twice is harmless; usable as a decorator.

    Raises DeclarationError when another class has the same code and version, or when validity intervals overlap.
    """
    key = procedure.key()
    known = _KNOWN.get(key)
    if known is procedure:
        return procedure
    if known is not None and (known.__module__, known.__qualname__) != (procedure.__module__, procedure.__qualname__):
        raise DeclarationError(f"{key[0]} v{key[1]} is declared twice: {known.__module__} and {procedure.__module__}")
    for other in versions(procedure.code):
        if other.version != procedure.version and _overlap(other, procedure):
            raise DeclarationError(f"{procedure.code}: validity of v{other.version} and v{procedure.version} overlap")
    _KNOWN[key] = procedure
    return procedure


def _overlap(a: type[Procedure], b: type[Procedure]) -> bool:
    return a.in_force_from <= (b.in_force_to or date.max) and b.in_force_from <= (a.in_force_to or date.max)


def versions(code: str) -> list[type[Procedure]]:
    """Every registered version of a procedure, oldest first."""
    return sorted((p for (c, _), p in _KNOWN.items() if c == code), key=lambda p: p.version)


def get(code: str, version: int | None = None, on: date | None = None) -> type[Procedure]:
    """A procedure by code: that version, or the one in force on a day, or the newest.

    Raises LookupError naming the nearest known codes.
    """
    found = versions(code)
    if not found:
        load_all()
        found = versions(code)
    if version is not None:
        found = [p for p in found if p.version == version]
    elif on is not None:
        found = [p for p in found if p.in_force_from <= on <= (p.in_force_to or date.max)]
    if found:
        return found[-1]
    codes = sorted({c for c, _ in _KNOWN})
    near = difflib.get_close_matches(code, codes, 3) or codes
    raise LookupError(f"no procedure {code!r}{f' version {version}' if version else ''}; known: {', '.join(near)}")


def all_procedures() -> list[type[Procedure]]:
    """Every registered procedure, by code and version."""
    return [_KNOWN[key] for key in sorted(_KNOWN)]


def _declaring_modules() -> Iterator[str]:
    for area in _FUNCTION_AREAS:
        try:
            package = importlib.import_module(f"xiezhi.{area}")
        except ModuleNotFoundError:
            continue
        for info in pkgutil.iter_modules(package.__path__, f"xiezhi.{area}."):
            if info.ispkg and importlib.util.find_spec(f"{info.name}.procedure") is not None:
                yield f"{info.name}.procedure"


def load_all() -> list[type[Procedure]]:
    """Import every app's `procedure` module and register the procedures it exports. Needs no Django."""
    for name in _declaring_modules():
        module = importlib.import_module(name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Procedure) and value.code and value.__module__ == name:
                register(value)
    return all_procedures()
