"""What recognition finds: a stretch of text that names an act or a place in one."""

from __future__ import annotations

from dataclasses import dataclass

from xiezhi.kernel.law.identifiers import Locator

__all__ = ["BARE", "NAME", "RELATIVE", "SELF", "TITLE", "Mention"]

TITLE, NAME, SELF, RELATIVE, BARE = "title", "name", "self", "relative", "bare"
"""How the act is named: 《…》; its title without 《》; 本法 or 该法; 前款, 本条; not at all (第三条 after another, or alone)."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` names this place. Zero means the level is not named; `article` 0 is the act as a whole. A range
    (第二条至第五条) is one mention: `until` is the last number of the deepest level named. `edition` is a year that stands
    with the title (2023年修订). `act` is the canonical title where known, else the title as written without
    中华人民共和国; empty where nothing says which act is meant."""

    start: int
    end: int
    act: str
    article: int = 0
    inserted: int = 0
    paragraph: int = 0
    item: int = 0
    item_inserted: int = 0
    point: int = 0
    until: int = 0
    until_inserted: int = 0
    kind: str = TITLE
    edition: str = ""

    @property
    def locator(self) -> Locator | None:
        """The place as an identifier, a range by its first member; None without an act. Levels that an identifier
        cannot hold are left out."""
        if not self.act or "/" in self.act:
            return None
        item = self.item if self.article else 0
        return Locator(
            self.act,
            self.edition,
            self.article,
            self.inserted if self.article else 0,
            self.paragraph if self.article else 0,
            item,
            self.item_inserted if item else 0,
            self.point if item else 0,
        )

    @property
    def articles(self) -> range:
        """The article numbers named: several for a range of articles."""
        if self.until and not self.paragraph and not self.item:
            return range(self.article, max(self.until, self.article) + 1)
        return range(self.article, self.article + 1)
