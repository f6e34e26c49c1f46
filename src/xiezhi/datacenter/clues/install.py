"""What this app registers when it is ready: the rules, the procedure with its letters, pages and panels."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Called once by the application."""
    from django.utils.translation import gettext_lazy as _

    from xiezhi.datacenter import roles
    from xiezhi.kernel.procedures import hooks, policies, registry
    from xiezhi.ui import plug

    from . import documents, panels, rules  # noqa: F401 - documents register on import
    from .hooks import HOOKS
    from .procedure import CODE, ClueCheck

    rules.load()
    registry.register(ClueCheck)
    hooks.register(CODE, HOOKS)
    policies.seat((CODE,), roles.CHECKER.code)
    readers = (roles.CHECKER.code, roles.STEWARD.code, "office_head", "leader", "supervisor")
    plug.add_nav(
        plug.NavItem(
            "data-clues", _("数据中心"), _("疑点核查"), "clues_desk:index", "user-question", readers, procedure=CODE
        )
    )
    plug.add_panel("clue", "desk", "clues/panel.html", panels.desk, procedures=(CODE,), order=5)
