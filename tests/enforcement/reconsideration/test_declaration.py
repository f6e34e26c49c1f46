"""The declaration speaks the factbook's language, and the checked-in reference is fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xiezhi.enforcement.reconsideration.jurisdiction import Level, mandatory_first, out_of_scope, propose
from xiezhi.enforcement.reconsideration.procedure import Reconsideration as P
from xiezhi.kernel.procedures.scenarios import reference

ROOT = Path(__file__).parents[3]
EVENTS = [
    "filed",
    "receipt",
    "supplement_noticed",
    "supplemented",
    "supplement_lapsed",
    "accepted",
    "deemed_accepted",
    "refused",
    "via_penalty_organ",
    "forwarded",
    "self_corrected",
    "rejected",
    "copy_sent",
    "replied",
    "no_reply",
    "file_read",
    "views_heard",
    "hearing_noticed",
    "hearing_held",
    "committee_consulted",
    "converted",
    "suspended",
    "resumed",
    "terminated",
    "norm_review_started",
    "norm_issuer_notified",
    "norm_issuer_replied",
    "norm_handled",
    "norm_transferred",
    "transferee_answered",
    "extended",
    "elevated",
    "mediated",
    "settled",
    "decided",
    "served",
    "copied",
    "published",
    "opinion_letter_sent",
    "opinion_letter_answered",
    "ordered_to_perform",
    "redone",
    "enforced",
    "closed",
    "archived",
    "assigned",
    "handed_over",
    "recused",
    "corrected",
    "noted",
]
TERMS = [
    "RC-APPLY",
    "RC-APPLY-UNTOLD",
    "RC-APPLY-ABS",
    "RC-INACTION-START",
    "RC-ADMIT",
    "RC-SUPP-NOTICE",
    "RC-SUPP",
    "RC-FWD-PENALTY",
    "RC-SELF-FIX",
    "RC-COPY-ORD",
    "RC-COPY-SIM",
    "RC-REPLY-ORD",
    "RC-REPLY-SIM",
    "RC-HEAR-NOTICE",
    "RC-DECIDE-ORD",
    "RC-DECIDE-SIM",
    "RC-NORM-NOTIFY",
    "RC-NORM-REPLY",
    "RC-NORM-HANDLE",
    "RC-NORM-TRANSFER",
    "RC-NORM-ANSWER",
    "RC-ELEVATE-MOVE",
    "RC-TERM-60",
    "RC-OPINION",
    "RC-REDO",
    "RC-SUE",
    "RC-SUE-SILENCE",
]
STATES = [
    "RECEIVED",
    "ADMISSION_REVIEW",
    "SUPPLEMENT_PENDING",
    "NOT_ACCEPTED",
    "ABANDONED",
    "ACCEPTED",
    "IN_REVIEW",
    "SUSPENDED",
    "DRAFTING",
    "APPROVING",
    "DECIDED",
    "SERVED",
    "PERFORMING",
    "REJECTED",
    "TERMINATED",
    "MEDIATED",
    "CLOSED",
    "ARCHIVED",
    "AT_PENALTY_ORGAN",
    "DESTROYED",
]
CITATION = re.compile(r"^\w+ 第\d+条(之.)?(第\d+款)?(第\d+项)?$")


def test_identifiers() -> None:
    assert set(EVENTS) <= set(P.events)
    assert set(TERMS) <= set(P.terms)
    assert set(STATES) == set(P.states)


def test_every_citation_has_the_agreed_form() -> None:
    found = [(e.code, e.basis) for e in P.events.values()] + [(t.id, t.basis) for t in P.terms.values()]
    found += [(r.code, r.basis) for e in P.events.values() for r in e.requires]
    found += [(f.name, f.basis) for e in P.events.values() for f in e.form]
    bad = [(who, one) for who, basis in found if basis for one in basis.split("；") if not CITATION.match(one)]
    assert not bad


def test_reference_is_fresh() -> None:
    path = ROOT / "docs/procedures/XZFY-reference.md"
    assert path.read_text(encoding="utf-8") == reference(P), "write it anew with `xiezhi docs`"


@pytest.mark.parametrize(
    ("kind", "level", "relations"),
    [
        ("DEPARTMENT", Level.COUNTY, ["OWN_GOVERNMENT"]), ("LOWER_GOVERNMENT", Level.COUNTY, ["UPPER_GOVERNMENT"]),
        ("LOWER_GOVERNMENT", Level.PROVINCE, ["ITSELF"]), ("TAX", Level.COUNTY, ["UPPER_DEPARTMENT"]),
        ("JUSTICE_OFFICE", Level.CITY, ["OWN_GOVERNMENT", "UPPER_DEPARTMENT"]),
        ("STATE_COUNCIL_DEPARTMENT", Level.NATIONAL, ["ITSELF"]), ("DISPATCHED_BODY", Level.COUNTY, ["OWN_GOVERNMENT"]),
    ],
)  # fmt: skip
def test_jurisdiction(kind: str, level: Level, relations: list[str]) -> None:
    assert [p.relation for p in propose(kind, level)] == relations


def test_branch_by_district_gives_a_choice() -> None:
    assert [p.choice for p in propose("DISPATCHED_BODY", Level.CITY, branch_by_district=True)] == [False, True]


def test_mandatory_first() -> None:
    assert mandatory_first(duty_silence=True)
    assert mandatory_first(duty_silence=True, express_refusal=True) is None
    assert mandatory_first(info_refused_under=15)
    assert mandatory_first(info_refused_under=20) is None
    with pytest.raises(LookupError):
        out_of_scope("X")
