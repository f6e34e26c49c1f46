"""What a search gives. Plain values: faces show them, the API and the command print them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from xiezhi.kernel.law.identifiers import Locator

__all__ = ["Act", "Exact", "Facet", "Found", "IndexState", "Piece", "Results"]

IN_FORCE, NOT_YET, SUPERSEDED, REPEALED, FACTS = "in_force", "not_yet", "superseded", "repealed", "not_installed"
STATES = {
    IN_FORCE: "现行有效",
    NOT_YET: "尚未施行",
    SUPERSEDED: "已被修改",
    REPEALED: "已废止",
    FACTS: "条文未导入",
}
"""Standing of a text on the day asked for; the last: only title and dates of the act are known."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of original text; `marked` where it is what was looked for. Pieces joined give the text."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """An act found by its name or number. `since` and `ended` are those of the version shown (`label`); `replaced_by` says
    what repealed or replaced it."""

    name: str
    full: str
    kind: str
    region: str
    state: str
    label: str = ""
    promulgated: date | None = None
    since: date | None = None
    ended: date | None = None
    replaced_by: str = ""
    articles: int = 0
    versions: int = 0
    title: tuple[Piece, ...] = ()
    why: str = ""
    """title, alias, number or similar."""

    @property
    def url(self) -> str:
        return Locator(self.name).url

    @property
    def state_text(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Found:
    """A provision found by its words. `pieces` are an extract of the original text, not the whole."""

    provision: int
    act: str
    full: str
    kind: str
    region: str
    label: str
    number: int
    inserted: int
    headings: tuple[str, ...]
    title: str
    state: str
    since: date | None
    ended: date | None
    replaced_by: str
    pieces: tuple[Piece, ...]
    score: float

    @property
    def locator(self) -> Locator:
        """The place, with its version where that is not the one in force."""
        label = "" if self.state == IN_FORCE else self.label
        return Locator(self.act, label, self.number, self.inserted)

    @property
    def place(self) -> str:
        return self.locator.place

    @property
    def url(self) -> str:
        return self.locator.url

    @property
    def state_text(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Exact:
    """What a citation in the query leads to. `state` as in `library.Quote`; `text` is verbatim. With `not_in_force` the
    text is that of the last day it was law, and `message` says since when it is not and what came instead."""

    locator: Locator
    full: str
    state: str
    text: str = ""
    message: str = ""
    since: date | None = None
    ended: date | None = None
    replaced_by: str = ""
    last: Locator | None = None
    """The last article, where the one asked for does not exist."""

    @property
    def live(self) -> bool:
        return self.state == "text"

    @property
    def url(self) -> str:
        return self.locator.url

    @property
    def formal(self) -> str:
        return self.locator.formal(self.full)


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of what was found belong to `value`; `chosen` where the search is limited to it."""

    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """Everything for one page of results. `total` counts provisions; `relaxed` says that none has all the words;
    `within` is the act with
    whose title the query began, which alone was searched (with `verbatim` all are); `missing` are words that stand nowhere and were left out, `corrected` is the query that was searched instead (with
    `verbatim` it is not), `suggestions` are queries that were perhaps meant."""

    query: str
    on: date
    exact: tuple[Exact, ...] = ()
    acts: tuple[Act, ...] = ()
    found: tuple[Found, ...] = ()
    total: int = 0
    page: int = 1
    pages: int = 0
    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    corrected: str = ""
    relaxed: bool = False
    missing: tuple[str, ...] = ()
    within: str = ""
    notices: tuple[str, ...] = ()
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexState:
    """Whether there is an index and what is in it. `behind` counts versions of the library that the index lacks or has in
    an older form, and those it has too many; None where that was not asked."""

    built: bool
    generation: int = 0
    provisions: int = 0
    acts: int = 0
    versions: int = 0
    size: int = 0
    behind: int | None = None
