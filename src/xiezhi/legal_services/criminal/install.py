"""What this application registers when it is ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

__all__ = ["install"]


def install() -> None:
    """The errand on the home page, the offer on the answer page, the citations for the impact list."""
    from xiezhi.kernel.law import citing
    from xiezhi.ui import answering, plug

    from . import offers

    plug.add_entry(plug.Entry(
        "criminal", _("刑事案件智能咨询"), _("被抓、报案、怀疑犯罪：逐条对照要件，算期限，知道权利"), "shield-half", "criminal:start",
        ("刑事案件", "刑事咨询", "罪名", "刑拘", "刑事拘留", "逮捕", "取保候审", "看守所", "立案", "报案", "criminal", "arrest"),
        errand=False,
    ))  # fmt: skip
    answering.add_source("criminal", offers.offered)
    citing.register("criminal", offers.cited)
