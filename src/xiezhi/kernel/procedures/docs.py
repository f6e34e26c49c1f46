"""Generated documentation of procedures, for `xiezhi docs`."""

from __future__ import annotations

from xiezhi.kernel.procedures import registry, scenarios
from xiezhi.kernel.procedures.render import files


def generate() -> dict[str, str]:
    """Path in the repository -> text it should have."""
    references = {
        f"docs/procedures/{p.code}-reference.md": scenarios.reference(p) for p in registry.all_procedures() if p.app
    }
    return files() | references
