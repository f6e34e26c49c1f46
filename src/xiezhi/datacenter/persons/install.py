"""What this app registers when it is ready: its pages, its place among those that hold copies of personal data."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Called once by the application."""
    from django.utils.translation import gettext_lazy as _

    from xiezhi.datacenter import roles
    from xiezhi.datacenter.standards import copies
    from xiezhi.ui import plug

    from .holding import HOLDER

    readers = (*roles.READERS, roles.LINKER.code, roles.CHECKER.code)
    plug.add_nav(plug.NavItem("data-persons", _("数据中心"), _("人员主题库"), "persons_desk:index", "users", readers))
    plug.add_nav(
        plug.NavItem(
            "data-persons-review",
            _("数据中心"),
            _("关联复核"),
            "persons_desk:review",
            "arrows-join",
            (roles.LINKER.code,),
        )
    )
    copies.register(HOLDER)
