"""What a decision says before its officer has worded it: the facts the file shows, and named gaps for the rest."""

from __future__ import annotations

from xiezhi.kernel.documents.services import TO_FILL
from xiezhi.kernel.procedures.core import as_date

from . import codes
from .case_source import Source
from .case_text import zh

__all__ = ["UNRECORDED", "drafting", "fill", "found", "reasoning", "result"]

UNRECORDED = "（未记载）"
"""A record says so where nothing was said, or what was said has been erased."""


def drafting(s: Source) -> bool:
    """Whether the event is still to come: its document is being drafted."""
    return s.rec.seq > s.view.seq


def fill(s: Source, what: str) -> str:
    """In a draft: a gap the drafter has to close before 送审. In an issued record nobody drafted: nothing was recorded."""
    return f"{TO_FILL}{what}】" if drafting(s) else UNRECORDED


def found(s: Source) -> str:
    """认定的事实: what the file itself shows, and in a draft the place for the rest."""
    filed = as_date(s.facts.get("filed_on"))
    when = f"，于{zh(filed)}申请行政复议" if filed else ""
    inaction = (s.facts.get("act") or {}).get("is_inaction")
    shown = f"申请人{'要求' if inaction else '不服'}{s.case.respondent}{'履行职责' if inaction else s.case.act}{when}。"
    return shown + fill(s, "查明的事实") if drafting(s) else shown


def reasoning(s: Source, ground: str) -> str:
    """理由: the ground in the words of the law, and in a draft the place for the rest."""
    words = codes.DECISION_GROUNDS.get(ground, ("", ()))[0]
    shown = f"被申请的行政行为{words}。" if words else ""
    if not drafting(s):
        return shown or "案卷所列事实、证据和依据已经审查。"
    return shown + fill(s, "理由")


def result(s: Source, kind: str) -> str:
    """主文: what the chosen decision does, or the gap."""
    words = codes.DECISIONS.get(kind)
    return f"{words}{s.case.respondent}{s.case.act}。" if words else fill(s, "决定主文")
