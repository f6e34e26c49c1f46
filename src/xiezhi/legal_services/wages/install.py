"""Everything the wage channel registers when the platform starts."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Register procedure, documents, hooks and the listener to legal aid."""
    from xiezhi.kernel.procedures import hooks, registry

    from . import documents  # noqa: F401 - documents register on import
    from .hooks import AID, CODE, HOOKS, hear_aid
    from .procedure import WageHelp

    registry.register(WageHelp)
    hooks.register(CODE, HOOKS)
    hooks.listen(hear_aid, procedures=(AID,), events=("granted", "first_aid_granted", "refused"))
