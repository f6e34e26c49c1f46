"""What this application registers when it is ready."""

from __future__ import annotations

__all__ = ["install"]


def install() -> None:
    """Called once by the application."""
    from django.utils.translation import gettext_lazy as _

    from xiezhi.kernel.law import citing
    from xiezhi.ui import answering, plug

    from . import errands, people, sources

    answering.add_source("answers.cards", sources.cards)
    answering.add_source("answers.services", errands.offered)
    answering.add_source("answers.people", people.offered)
    citing.register("answers.cards", sources.cited)
    plug.add_entry(plug.Entry(
        "ask", _("问法"), _("用自己的话问，给出法条、怎么办、找谁"), "message-question", "answers:ask",
        ("问法", "法律问题", "咨询", "法条", "合法吗", "怎么办", "ask", "question", "law"),
        errand=False,
    ))  # fmt: skip
    plug.add_nav(plug.NavItem(
        "answers-votes", _("问法"), _("问答反馈"), "answers_desk:votes", "message-report",
        ("office_head", "organ_head", "leader", "statistician"),
    ))  # fmt: skip
