"""The two sides of a clue: what is kept of them, sealed, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.datacenter.clues.engine import Hit, Span
from xiezhi.datacenter.clues.models import Clue
from xiezhi.datacenter.persons.kinds import RESTRICTED, title
from xiezhi.kernel.documents.layout import zh_date
from xiezhi.kernel.people import crypto, masking
from xiezhi.kernel.sealing import seal, unseal

__all__ = ["key_of", "opened", "period", "sealed", "side_key", "summary", "told"]

CONTEXT = "clues.sides"


def side_key(span: Span) -> str:
    """Keyed hash of what the side is, not of when: it is the same in every run."""
    return crypto.blind("clues.side", f"{span.kind}\0{span.holder}\0{span.license_no}").hex()


def key_of(rule: str, person: str, left: str, right: str, since: date, turn: int = 0) -> str:
    """Stable key of a clue. `turn` counts clues that came again after a lawful exception had ended."""
    return crypto.blind("clues.key", f"{rule}\0{person}\0{left}\0{right}\0{since.isoformat()}\0{turn}").hex()


def _side(span: Span, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": span.kind, "title": title(span.kind), "holder": span.holder, "holder_name": names.get(span.holder, ""), "license_no": span.license_no,
        "area": span.area, "since": span.since.isoformat() if span.since else None, "until": span.until.isoformat() if span.until else None,
        "records": list(span.records), "source": span.source,
    }  # fmt: skip


def sealed(hit: Hit, names: Mapping[str, str], person: Mapping[str, str]) -> bytes:
    """Both sides with name and masked number of the person, sealed."""
    return seal(
        {"left": _side(hit.left, names), "right": _side(hit.right, names), "person": dict(person)}, context=CONTEXT
    )


def opened(clue: Clue) -> dict[str, Any]:
    """What `sealed` kept, with days as days."""
    found: dict[str, Any] = unseal(clue.sides, context=CONTEXT)
    for side in ("left", "right"):
        for end in ("since", "until"):
            found[side][end] = date.fromisoformat(found[side][end]) if found[side][end] else None
    return found


def period(since: date | None, until: date | None) -> str:
    """A half-open period in words: 2026年3月1日至2026年6月1日（当日不含）."""
    return f"{zh_date(since) if since else '起始日不详'}至{zh_date(until) + '（当日不含）' if until else '今'}"


def told(side: Mapping[str, Any]) -> str:
    """One side in a sentence. What comes from crime or correction is not told."""
    if side["kind"] in RESTRICTED:
        return "另有限制查询的情况"
    where = f"（{side['holder_name']}）" if side["holder_name"] else ""
    number = f"，证号{side['license_no']}" if side["license_no"] else ""
    return f"{side['title']}{where}{number}，{period(side['since'], side['until'])}"


def summary(clue: Clue) -> str:
    """Both sides in a line, for the history of the matter."""
    found = opened(clue)
    return "；".join(told(found[s]) for s in ("left", "right"))


def someone(name: str) -> str:
    """A name in a letter to third parties: 柳*青."""
    return masking.name(name) if name else "有关人员"
