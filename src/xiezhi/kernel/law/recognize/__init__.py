"""引用识别: finds the citations in running text - statutes, decisions, letters, questions - and says what each names.

Pure: no database, no clock. Time grows with the length of the text, whatever stands in it. What a citation leads to on
a day is another question: `xiezhi.kernel.law.references.resolve_mentions`.
"""

from __future__ import annotations

from collections.abc import Mapping

from xiezhi.kernel.law.recognize.abbreviations import definitions, titles
from xiezhi.kernel.law.recognize.mention import BARE, NAME, RELATIVE, SELF, TITLE, Mention
from xiezhi.kernel.law.recognize.names import Names, joined, key, known
from xiezhi.kernel.law.recognize.reader import Reader

__all__ = [
    "BARE",
    "NAME",
    "RELATIVE",
    "SELF",
    "TITLE",
    "Mention",
    "Names",
    "abbreviations",
    "joined",
    "key",
    "known",
    "recognize",
]


def recognize(
    text: str,
    *,
    act: str = "",
    article: tuple[int, int] = (0, 0),
    names: Names | None = None,
    aliases: Mapping[str, str] | None = None,
    previous: tuple[int, int] | None = None,
) -> list[Mention]:
    """The citations in `text`, in its order; they do not overlap. Never raises.

    `act` and `article` (number, inserted) say what is being read, for 本法, 前款 and 第三条 without an act; leave them out
    for texts that are no statute. `names`: the acts one may meet, those of the index by default. `aliases`: what the act
    being read calls others (see `abbreviations`). `previous`: the article before this one, where known (前条).

    本法 alone is no citation; with a place it is. Parts and chapters are not places: of 民法典第二编 the act is found."""
    canonical = names or known()
    own = canonical.get(act) or act if act else ""
    return Reader(text, canonical, own, article, aliases or {}, previous).run()


def abbreviations(text: str, names: Names | None = None) -> dict[str, str]:
    """What a text says it will call acts (以下简称…): name to canonical title."""
    out: dict[str, str] = {}
    definitions(text, titles(text), names or known(), out)
    return out
