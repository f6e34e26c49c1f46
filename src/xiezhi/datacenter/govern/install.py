"""Everything governance registers when the platform starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

__all__ = ["install"]

GROUP = _("数据中心")


def install() -> None:
    """Procedures, documents, pages. Nothing heavy is imported here."""
    from xiezhi.datacenter import roles
    from xiezhi.datacenter.standards import copies
    from xiezhi.kernel.procedures import hooks, policies, registry
    from xiezhi.ui import flow, plug

    from . import documents, panels  # noqa: F401 - documents register on import
    from .apply import FLOW
    from .holding import ISSUES, STANDARD
    from .hooks import RIGHTS, TICKETS
    from .rights_procedure import RightsRequest
    from .tickets_procedure import Rectification

    registry.register(Rectification)
    registry.register(RightsRequest)
    hooks.register(Rectification.code, TICKETS)
    hooks.register(RightsRequest.code, RIGHTS)
    flow.register(FLOW)
    for holder in (STANDARD, ISSUES):
        copies.register(holder)
    policies.seat((Rectification.code, RightsRequest.code), roles.STEWARD.code)
    policies.part_of_unit("supplier", roles.SUPPLIER.code)
    for key, label, url, icon, who in (
        ("quality", _("数据质量"), "govern_desk:quality", "checklist", roles.READERS),
        ("tables", _("数据表"), "govern_desk:tables", "table", roles.READERS),
        ("tickets", _("质量问题整改"), "govern_desk:tickets", "clipboard-list", (*roles.READERS, roles.SUPPLIER.code)),
        ("grading", _("分类分级"), "govern_desk:grading", "shield-check", roles.READERS),
    ):
        plug.add_nav(plug.NavItem(f"data-{key}", GROUP, label, url, icon, who))
    plug.add_panel(
        "govern-ticket", "desk", "govern/panel_ticket.html", panels.ticket, procedures=(Rectification.code,), order=10
    )
    plug.add_panel(
        "govern-rights", "desk", "govern/panel_rights.html", panels.rights, procedures=(RightsRequest.code,), order=10
    )
    plug.add_panel(
        "govern-copy", "portal", "govern/panel_copy.html", panels.own_copy, procedures=(RightsRequest.code,), order=10
    )
