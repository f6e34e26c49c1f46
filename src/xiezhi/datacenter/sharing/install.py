"""Everything sharing registers when the platform starts."""

from __future__ import annotations

from functools import partial

__all__ = ["install"]


def install() -> None:
    """Register procedures, documents, hooks and seats."""
    from xiezhi.datacenter import roles as platform
    from xiezhi.kernel.procedures import hooks, policies, registry

    from . import documents  # noqa: F401 - documents register on import
    from .corrections.procedure import Correction
    from .hooks import CORRECTION, LISTING, REQUEST
    from .listing.procedure import Listing
    from .requests.procedure import Request

    for declared, hook in ((Request, REQUEST), (Correction, CORRECTION), (Listing, LISTING)):
        registry.register(declared)
        hooks.register(declared.code, hook)
    codes = (Request.code, Correction.code, Listing.code)
    policies.seat(codes, platform.SHARER.code, platform.HEAD.code)
    policies.part_of_unit("requester", platform.SHARER.code)
    policies.part_of_unit("requester_head", platform.HEAD.code)
    policies.part_of_unit(platform.AUTHORITY.code, platform.AUTHORITY.code)
    _interfaces()
    _copies()
    _pages()


def _interfaces() -> None:
    """One interface for every standard table, by which another deployment pushes rows of it to this one."""
    from xiezhi.datacenter.exchange.declare import Interface, Kind, Purpose, interfaces
    from xiezhi.datacenter.standards import declare as standards

    from .citations import R
    from .push import flows, receiving

    purposes = {
        p.code: p for p in (Purpose("REPORT", "向上级归集", R(19, 2)), Purpose("RETURN", "向下级回流", R(24, 1)))
    }
    for table in standards.tables.all():
        interfaces.register(Interface(
            code=flows.interface_of(table.code), title=f"推送接收：{table.title}", kind=Kind.PUSH, table=table.code, purposes=purposes,
            fields=tuple(c.name for c in table.all_columns), basis=R(22, 2), receive=partial(receiving.receive, table.code), owner="sharing",
            description=f"上级或者下级司法行政部门的平台推送{table.title}，按标准校验，给出签名回执",
        ))  # fmt: skip


def _copies() -> None:
    """What a person's correction or deletion has to reach here, and how rows that others pushed are found."""
    from xiezhi.datacenter.govern import rights as persons
    from xiezhi.datacenter.standards import copies

    from .push import rights, walking

    copies.register(walking.HOLDER)
    copies.register(rights.HOLDER)
    persons.register_finder(walking.find)


def _pages() -> None:
    """Entries of the desk's navigation, and what a matter's page shows besides."""
    from django.utils.translation import gettext_lazy as _

    from xiezhi.datacenter import roles as platform
    from xiezhi.ui import plug

    from . import panels
    from .roles import DESK

    group = _("数据中心")
    for key, label, url, icon, roles in (
        ("data-sharing", _("数据共享"), "sharing_desk:queue", "arrows-exchange", DESK),
        ("data-partners", _("共享伙伴"), "sharing_desk:partners", "users-group", DESK),
        ("data-meters", _("供给与获取"), "sharing_desk:meters", "chart-bar", DESK),
        ("data-push", _("上报与回流"), "sharing_desk:push", "upload", (*DESK, platform.STEWARD.code)),
    ):
        plug.add_nav(plug.NavItem(key, group, label, url, icon, roles))
    plug.add_panel("share-request", "desk", "sharing/panel.html", panels.desk, procedures=("SJGX",), order=10)
