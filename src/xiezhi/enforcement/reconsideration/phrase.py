"""One line for lists: what is challenged, without a person's name."""

from __future__ import annotations

from collections.abc import Mapping

from xiezhi.kernel.procedures.core import View

from . import codes
from .case_text import zh

__all__ = ["phrase"]


def phrase(view: View) -> str:
    """不服某机关2026年9月18日作出的行政处罚决定."""
    act = view.facts.get("act")
    made = zh(act.get("made_on")) if isinstance(act, Mapping) else ""
    kind = str(act.get("type") or "") if isinstance(act, Mapping) else ""
    words = kind or codes.MATTERS.get(str(view.facts.get("matter_code") or ""), "行政行为")
    respondent = view.facts.get("respondent_name") or "被申请人"
    if isinstance(act, Mapping) and act.get("is_inaction"):
        return f"认为{respondent}不履行法定职责"
    return f"不服{respondent}{made}作出的{words}" if made else f"不服{respondent}{words}"
