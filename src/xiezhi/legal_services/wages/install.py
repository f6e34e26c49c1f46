"""Everything the wage channel registers when the platform starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

__all__ = ["install"]


def install() -> None:
    """Register procedure, documents, hooks, the listener to legal aid, pages, panels and figures."""
    from xiezhi.kernel.procedures import hooks, registry, retention
    from xiezhi.ui import drafts, plug
    from xiezhi.ui import figures as boards

    from . import documents, figures, panels  # noqa: F401 - documents register on import
    from .hooks import AID, CODE, HOOKS, hear_aid
    from .models import WageWorker
    from .procedure import WageHelp

    registry.register(WageHelp)
    hooks.register(CODE, HOOKS)
    hooks.listen(hear_aid, procedures=(AID,), events=("granted", "first_aid_granted", "refused"))
    drafts.FOR_PRINCIPAL.add(CODE)
    retention.forget_also(WageWorker)
    figures.register()
    boards.register(figures.BOARD)
    plug.add_entry(plug.Entry(
        "wages", _("公司欠我工资"), _("一页填完，当天有人管；不收费，不查家庭情况"), "coin-yuan", "wages:report",
        ("欠薪", "工资", "讨薪", "欠我工资", "公司欠我工资", "老板不给钱", "拖欠工资", "包工头", "工钱", "农民工", "打工没给钱", "unpaid wages"), first=True,
    ))  # fmt: skip
    plug.add_entry(plug.Entry(
        "wages-follow", _("查欠薪求助进展"), _("没有账号的，凭求助编号和查询码"), "search", "wages:follow", ("欠薪进展", "讨薪进展", "查询码"),
    ))  # fmt: skip
    readers = ("case_officer", "office_head", "organ_head", "leader", "counter_clerk", "supervisor")
    for key, label, icon, roles in (
        ("queue", _("欠薪分流"), "urgent", readers), ("groups", _("群体性欠薪"), "users-group", ("case_officer", "office_head", "organ_head", "leader")),
        ("projects", _("欠薪项目"), "building-skyscraper", readers), ("board", _("欠薪情况"), "chart-bar", boards.ROLES),
    ):  # fmt: skip
        plug.add_nav(
            plug.NavItem(f"wages-{key}", _("欠薪求助"), label, f"wages_desk:{key}", icon, roles, procedure=CODE)
        )
    for event in ("workers_added", "worker_left"):
        plug.add_event_page(CODE, event, "wages:crew")
    plug.add_panel("wages-worker", "portal", "wages/panel_portal.html", panels.portal, procedures=(CODE,), order=20)
    plug.add_panel("wages-origin", "portal", "wages/panel_origin.html", panels.portal_elsewhere, order=20)
    plug.add_panel("wages-case", "desk", "wages/panel_desk.html", panels.desk, procedures=(CODE,), order=10)
