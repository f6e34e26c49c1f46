"""What this application registers when it is ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

__all__ = ["install"]


def install() -> None:
    """The errand on the home page, the offers on the answer page, the citations for the impact list."""
    from xiezhi.kernel.law import citing
    from xiezhi.ui import answering, plug

    from . import offers

    plug.add_entry(plug.Entry(
        "interviews", _("自助问答"), _("一步一步问，告诉您能不能要、最晚哪天、怎么办"), "route", "interviews:index",
        ("自助问答", "怎么办", "工伤", "辞退", "离婚", "抚养权", "遗产", "继承", "车祸", "借钱不还", "房东", "押金", "退款", "邻居", "漏水", "噪音", "guided"),
        errand=False,
    ))  # fmt: skip
    answering.add_source("interviews", offers.offered)
    citing.register("interviews", offers.cited)
