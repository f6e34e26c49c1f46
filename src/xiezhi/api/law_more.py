"""The law library: two versions compared, and articles for a question in plain words."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from xiezhi.api.common import Text
from xiezhi.api.law import CALLS, NAME, SECONDS, limited
from xiezhi.api.paper_schemas import DAY
from xiezhi.api.problems import ERRORS, answer
from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.law import compare, library, retrieval
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.structure import Provision

router = Router(tags=["法规"])


class LawSpan(Schema):
    op: Literal["same", "cut", "new"] = Field(description="cut: only in the old text; new: only in the new")
    text: str


class LawRow(Schema):
    """One article in both versions; empty places where it stands in one alone."""

    kind: Literal["same", "moved", "changed", "added", "removed"]
    before: str
    after: str
    kin: str = Field(description="Of an article in one version alone: where most of its words stand in the other")
    numbers_only: bool
    spans: list[LawSpan] = Field(description="Word-level difference; empty where the words are the same")


class LawComparison(Schema):
    act: str
    before: str
    after: str
    counts: dict[str, int]
    rows: list[LawRow]


class LawQuestion(Schema):
    """Stands in the body, so that what somebody asks is in no address and no log of addresses."""

    question: Text = Field(min_length=1, max_length=2000)
    on: DAY | None = None
    limit: int = Field(10, ge=1, le=50)


class LawHit(Schema):
    act: str
    label: str
    place: str
    score: float = Field(description="0 to 1: how the ranking shares its confidence among the articles it looked at")
    text: str
    url: str


class LawAnswer(Schema):
    """Found by machine; no advice. `state` says what searched."""

    on: date
    encoder: str = Field(description="none, learned or model; empty where nothing can be searched")
    problem: str
    hits: list[LawHit]


def _place(provision: Provision | None, act: str) -> str:
    return Locator(act, "", provision.number, provision.inserted).place if provision and provision.number else ""


@router.get(
    "/law/acts/{name}/compare", response={200: LawComparison, **ERRORS}, operation_id="compare_versions", auth=None
)
@guard(PUBLIC)
@limited
def compare_versions(
    request: HttpRequest,
    name: Text = NAME,
    before: Text = Query(
        "", max_length=20, description="Label of the older version; the one before `after` without it"
    ),
    after: Text = Query("", max_length=20, description="Label of the newer version; the newest without it"),
    unchanged: bool = Query(False, description="Also articles whose words did not change"),
) -> dict[str, Any]:
    """新旧对照. Two versions of an act article by article, matched through renumbering."""
    act = library.find_act(name)
    if act is None:
        raise Http404
    held = library.versions(act)
    new = library.version(act, after) if after else next(iter(held), None)
    old = library.version(act, before) if before else None
    if not before and new is not None:
        at = [v.pk for v in held].index(new.pk)
        old = held[at + 1] if at + 1 < len(held) else None
    if new is None or old is None:
        raise Http404
    found = compare.compare(library.document(old).provisions, library.document(new).provisions)
    rows = found.rows if unchanged else found.of(compare.CHANGED, compare.ADDED, compare.REMOVED)
    return {
        "act": act.name,
        "before": old.label,
        "after": new.label,
        "counts": found.counts,
        "rows": [
            {
                "kind": row.kind,
                "before": _place(row.old, act.name),
                "after": _place(row.new, act.name),
                "kin": _place(row.kin, act.name),
                "numbers_only": row.numbers_only,
                "spans": [{"op": span.op, "text": span.text} for span in row.spans],
            }
            for row in rows
        ],
    }


@router.post("/law/ask", response={200: LawAnswer, **ERRORS}, operation_id="ask_law", auth=None)
@guard(PUBLIC)
def ask_law(request: HttpRequest, asked: LawQuestion) -> Any:
    """问法. The articles that speak to a question in plain words, of the law in force on a day. Nothing is kept."""
    if exceeded(request, "law-api", CALLS, SECONDS):
        return answer(429, "too-many", "请求过于频繁", "请稍后再试")
    on = asked.on or wall.today()
    state = retrieval.state()
    hits = retrieval.ask(asked.question, on, asked.limit)
    places = [Locator(h.act, h.label, h.article, h.inserted) for h in hits]
    quotes = library.quotes(places, on)
    return {
        "on": on,
        "encoder": state.encoder if state.ready else "",
        "problem": state.problem,
        "hits": [
            {"act": h.act, "label": h.label, "place": p.place, "score": h.score, "text": q.text, "url": p.url}
            for h, p, q in zip(hits, places, quotes, strict=True)
            if q.state == library.TEXT
        ],
    }
