"""Everything legal aid registers when the platform starts, in one place."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Register procedure, documents, hooks, datasets and figures; called once by the AppConfig."""
    from xiezhi.kernel.procedures import registry
    from xiezhi.ui import figures

    from . import datasets, documents, hooks  # noqa: F401 - documents register on import
    from .board import BOARD
    from .procedure import LegalAid

    registry.register(LegalAid)
    hooks.register()
    datasets.register()
    figures.register(BOARD)
