"""Who reads which piece of the file."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from xiezhi.kernel.documents.policies import pieces_for


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
