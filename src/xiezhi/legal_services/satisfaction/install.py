"""What this application registers when it is ready: its procedure, its ear for all others, its pages and figures."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Called once by the application."""
    from xiezhi.kernel.datasets import rollup
    from xiezhi.kernel.procedures import hooks, registry
    from xiezhi.ui import figures as boards
    from xiezhi.ui import plug

    from . import figures, panels, policies
    from .hooks import HOOKS
    from .invite import hear
    from .procedure import Callback

    registry.register(Callback)
    hooks.register(Callback.code, HOOKS)
    hooks.listen(hear)
    rollup.also(figures.COUNTS)
    boards.register(figures.BOARD)
    plug.add_nav(plug.NavItem(
        "satisfaction-callbacks", "好差评", "差评回访", "satisfaction_desk:callbacks", "phone-call", ("case_officer", "office_head"), procedure="HCPHF",
    ))  # fmt: skip
    plug.add_nav(plug.NavItem(
        "satisfaction-rectify", "好差评", "要我们整改的", "satisfaction_desk:rectify", "checklist", (*policies.HEADS, "organ_head"),
    ))  # fmt: skip
    plug.add_nav(plug.NavItem(
        "satisfaction-officers", "好差评", "个人评价", "satisfaction_desk:officers", "user-star", policies.HEADS,
    ))  # fmt: skip
    plug.add_panel("satisfaction-mine", "portal", "satisfaction/panel_portal.html", panels.portal, order=60)
    plug.add_panel("satisfaction-counter", "desk", "satisfaction/panel_desk.html", panels.desk, order=90)
    plug.add_panel("satisfaction-guide", "guide", "satisfaction/panel_guide.html", panels.guide)
    plug.add_entry(plug.Entry(
        "satisfaction", "满意度公开", "办过事的人怎么评价各单位；办完事请您评价", "mood-smile", "satisfaction:public",
        ("好差评", "评价", "差评", "好评", "满意度", "不满意", "服务态度", "rating", "satisfaction"),
    ))  # fmt: skip
