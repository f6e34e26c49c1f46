"""What `xiezhi docs` writes for access control."""

from __future__ import annotations

from xiezhi.kernel.access import table


def generate() -> dict[str, str]:
    """Path in the repository and text."""
    return {"docs/access.md": table.render()}
