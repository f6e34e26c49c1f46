"""Who reads which piece of the file."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from xiezhi.desk import drafting
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.delivery import check
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.policies import may, pieces_for


def piece(**more: Any) -> Any:
    return SimpleNamespace(**({"folder": "FILE", "restricted": "", "kind": "DOC", "submitted_by": "account:a"} | more))


@pytest.mark.parametrize("kind", ["ID", "AUTHORIZATION"])
def test_the_other_side_never_reads_what_proves_who_somebody_is(kind: str) -> None:
    view = SimpleNamespace(by_event={"file_read": [SimpleNamespace(actor="account:b")]})
    mine = SimpleNamespace(ref="account:a", roles=frozenset({"applicant"}))
    other = SimpleNamespace(ref="account:b", roles=frozenset({"third_party"}))
    respondent = SimpleNamespace(ref="account:r", roles=frozenset({"respondent"}))
    paper, proof = piece(kind=kind), piece()
    rows: Any = [paper, proof]
    assert pieces_for(rows, view, mine) == [paper, proof]  # type: ignore[arg-type]
    assert pieces_for(rows, view, other) == [proof]  # type: ignore[arg-type]
    assert pieces_for(rows, view, respondent) == [proof]  # type: ignore[arg-type]


def test_one_place_says_what_may_be_done_with_a_document() -> None:
    """The desk asks the same rule as the API; a document that could not be made can be made again."""
    doc = SimpleNamespace(state=Document.ISSUED, render_state=Document.FAILED, drafted_by="account:a", title="通知")
    officer = SimpleNamespace(ref="account:b", roles=frozenset({"case_officer"}))
    at = SimpleNamespace(matter=SimpleNamespace(procedure="XZFY"), actor=officer)
    here: Any = may(doc, "XZFY", officer)  # type: ignore[arg-type]
    assert here.retry and not here.serve
    assert drafting.may(doc, at) == here  # type: ignore[arg-type]


def test_left_service_needs_witnesses_or_a_picture() -> None:
    day = date(2026, 3, 5)
    doc: Any = SimpleNamespace(state=Document.ISSUED, render_state=Document.DONE, issued_on=day)
    party: Any = SimpleNamespace(e_service=False, name="甲")
    with clock.frozen(datetime(2026, 3, 6, tzinfo=clock.SHANGHAI)):
        assert [p.field for p in check(doc, party, "LEFT", day, day, "拒收", "")] == ["witnesses"]
        assert check(doc, party, "LEFT", day, day, "拒收", "", proof=True) == []
