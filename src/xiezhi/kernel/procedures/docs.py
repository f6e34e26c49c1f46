"""Generated documentation of procedures, for `xiezhi docs`."""

from __future__ import annotations

from xiezhi.kernel.procedures.render import files


def generate() -> dict[str, str]:
    """Path in the repository -> text it should have."""
    return files()
