"""What the exchange registers: interfaces, its copies of personal data, its pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import copies
from xiezhi.ui import plug

__all__ = ["install"]


def install() -> None:
    """Raises ValueError or RegistryError where something is declared twice or does not fit."""
    from . import standard

    standard.register()
    copies.register(copies.Holder("exchange.served", "交换服务副本", _apply, _remains, order=60))
    group = _("数据中心")
    plug.add_nav(
        plug.NavItem("data-exchange", group, _("数据交换"), "exchange_desk:index", "arrows-exchange", roles.READERS)
    )
    auditors = ("AUDIT_ADMIN", roles.HEAD.code, roles.AUTHORITY.code, "supervisor")
    plug.add_nav(
        plug.NavItem("data-exchange-calls", group, _("调用记录"), "exchange_desk:calls", "list-search", auditors)
    )


def _apply(change: copies.Change) -> int:
    from . import serving

    return serving.apply_change(change)


def _remains(change: copies.Change) -> int:
    from . import serving

    return serving.remains(change)
