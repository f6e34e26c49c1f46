"""What the operations of the law library give. Texts are verbatim from the library, with version and days."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Field, Schema

State = Literal["in_force", "not_yet", "superseded", "repealed", "not_installed"]
Standing = Literal["text", "not_installed", "not_in_force", "no_such_place", "unknown_act"]


class LawPiece(Schema):
    text: str
    marked: bool = Field(description="Whether this is what was looked for. Pieces joined give the text")


class LawAct(Schema):
    """An act as it was found. `state` is that of the version named by `label` on the day asked for."""

    name: str = Field(description="Short title; identifies the act")
    full: str
    kind: str
    region: str
    state: State
    label: str = Field(description="Version; empty where the text is not installed")
    promulgated: date | None
    since: date | None = Field(description="First day in force")
    ended: date | None = Field(description="First day on which it is no longer law")
    replaced_by: str
    articles: int
    url: str


class LawFound(Schema):
    act: str
    kind: str
    region: str
    label: str
    place: str = Field(description="第30条; empty for text outside articles")
    number: int
    inserted: int
    headings: list[str]
    state: State
    since: date | None
    ended: date | None
    replaced_by: str
    extract: list[LawPiece]
    score: float
    url: str


class LawExact(Schema):
    """The place that a citation in the query names."""

    citation: str
    state: Standing
    label: str
    text: str = Field(description="Verbatim. With not_in_force: as it was on its last day")
    message: str = Field(description="For people: why there is no text, or since when it is not law")
    since: date | None
    ended: date | None
    replaced_by: str
    url: str


class LawFacet(Schema):
    value: str
    count: int
    chosen: bool


class LawResults(Schema):
    query: str
    on: date
    exact: list[LawExact]
    acts: list[LawAct]
    found: list[LawFound]
    total: int = Field(description="Provisions found")
    page: int
    pages: int
    facets: dict[str, list[LawFacet]] = Field(description="By kind, act and region")
    suggestions: list[str] = Field(description="Queries perhaps meant")
    corrected: str = Field(description="The spelling that was searched instead")
    within: str = Field(description="The act with whose title the query began; only it was searched")
    relaxed: bool = Field(description="No provision has all the words")
    missing: list[str] = Field(description="Words that stand nowhere")
    notices: list[str]


class LawVersionShort(Schema):
    label: str
    state: State
    promulgated: date | None
    since: date | None
    ended: date | None
    ended_by: str
    articles: int
    url: str


class LawActPage(Schema):
    items: list[LawAct]
    total: int
    page: int
    pages: int


class LawActDetail(LawAct):
    aliases: list[str]
    versions: list[LawVersionShort] = Field(description="The newest first")


class LawHeading(Schema):
    kind: str
    number: int
    inserted: int
    title: str


class LawProvision(Schema):
    kind: str = Field(description="article, preamble, block or annex")
    number: int
    inserted: int
    place: str
    eid: str = Field(description="Akoma Ntoso eId")
    headings: list[LawHeading]
    title: str
    text: str
    effective: date | None = Field(description="Where another first day holds for this provision")


class LawVersion(LawVersionShort):
    act: str
    full: str
    history: list[str]
    source: str
    provisions: list[LawProvision] = Field(description="One page of them, in the order of the text")
    total: int
    page: int
    pages: int


class LawQuote(Schema):
    """The words of a place as they are law on a day; `text` is empty unless state is text."""

    citation: str
    formal: str
    act: str
    label: str
    place: str
    state: Standing
    text: str
    message: str
    since: date | None
    ended: date | None
    url: str
    eid: str


class LawCiting(Schema):
    act: str
    kind: str
    label: str
    places: list[str]
    urls: list[str]
