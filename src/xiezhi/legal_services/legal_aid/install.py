"""Everything legal aid registers when the platform starts, in one place."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

__all__ = ["install"]

OFFICE = ("case_officer", "office_head", "counter_clerk")
CODE = "FLYZ"


def install() -> None:
    """Register procedure, documents, hooks, datasets, figures and pages; called once by the AppConfig."""
    from xiezhi.kernel.procedures import registry
    from xiezhi.ui import figures, flow

    from . import datasets, documents, hooks  # noqa: F401 - documents register on import
    from .apply.flow import FLOW
    from .board import BOARD
    from .procedure import LegalAid

    registry.register(LegalAid)
    hooks.register()
    datasets.register()
    figures.register(BOARD)
    flow.register(FLOW)
    _pages()


def _pages() -> None:
    from xiezhi.ui import plug

    from . import panels

    group: Any = _("法律援助")
    items: tuple[tuple[str, Any, str, str, tuple[str, ...], str], ...] = (
        ("aid-home", _("待指派和征询"), "home", "gavel", OFFICE, CODE),
        ("aid-filing", _("登记申请"), "filing", "file-plus", OFFICE, CODE),
        ("aid-notice", _("登记通知辩护"), "notice", "mail", OFFICE, CODE),
        ("aid-rota", _("值班排班"), "rota", "calendar", OFFICE, CODE),
        ("aid-providers", _("法律援助人员"), "providers", "users", OFFICE, CODE),
        ("aid-subsidies", _("补贴发放"), "subsidies", "cash", OFFICE[:2], CODE),
        ("aid-quality", _("质量评查"), "quality", "star", OFFICE[:2], CODE),
        ("aid-notify", _("通知辩护"), "notify", "send", ("aid_notifier",), ""),
    )
    for key, label, url, icon, roles, procedure in items:
        plug.add_nav(
            plug.NavItem(
                key, group, label, f"legal_aid_desk:{url}", icon, roles, procedure=procedure, named=bool(procedure)
            )
        )
    plug.add_panel("legal-aid-desk", "desk", "legal_aid/panel_desk.html", panels.desk, procedures=[CODE], order=10)
    plug.add_panel(
        "legal-aid-portal", "portal", "legal_aid/panel_portal.html", panels.portal, procedures=[CODE], order=10
    )
