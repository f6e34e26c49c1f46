"""Abandoned drafts: their owner hears of it, then they are forgotten with their uploads."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.kernel import world as w
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.models import Attachment, StoredFile
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import stale
from xiezhi.kernel.procedures.models import Draft, Parameter
from xiezhi.kernel.sealing import seal

pytestmark = pytest.mark.django_db


def draft(code: str, days: int, account: Any = None, procedure: str = "XZFY") -> Draft:
    made = Draft.objects.create(
        code=code, account=account, procedure=procedure, event="filed", sealed=seal({}, context="draft")
    )
    Draft.objects.filter(pk=made.pk).update(updated_at=clock.now() - timedelta(days=days))
    return made


def codes() -> set[str]:
    return set(Draft.objects.values_list("code", flat=True))


def test_the_owner_is_told_once_and_two_weeks_later_the_draft_is_gone(freeze: Any) -> None:
    freeze("2026-10-12 10:00")
    account = w.citizen(w.person("周禾生"))
    old = draft("OLD", 170, account)
    draft("NEW", 3, account)
    file = StoredFile.objects.create(sha256="0" * 64, size=1, media_type="application/pdf")
    piece = Attachment.objects.create(
        draft=old, file=file, name="证据.pdf", submitted_role="applicant", submitted_on=date(2026, 4, 1)
    )
    assert (stale.warn(), stale.warn(), stale.expire()) == (1, 0, 0)
    told = Notice.objects.get(account=account)
    assert "OLD" in told.text and "2026年10月22日" in told.text
    freeze("2026-10-27 10:00")
    assert stale.expire() == 1 and codes() == {"NEW"}
    piece.refresh_from_db()
    assert piece.draft is None and piece.withdrawn_at is not None


def test_nothing_ends_before_its_owner_was_told(freeze: Any) -> None:
    freeze("2026-10-12 10:00")
    draft("FORGOTTEN", 400, w.citizen(w.person("周禾生")))
    draft("NOBODYS", 400)
    assert stale.expire() == 1 and codes() == {"FORGOTTEN"}
    assert stale.warn() == 1 and stale.expire() == 0
    freeze("2026-10-26 10:00")
    assert stale.expire() == 1


def test_how_long_is_a_dated_parameter(freeze: Any) -> None:
    freeze("2026-10-12 10:00")
    draft("A", 60)
    assert stale.days_kept("XZFY", date(2026, 10, 12)) == 180
    Parameter.objects.create(
        procedure="XZFY", name="draft_days", valid_from=date(2026, 10, 1), value=30, reason="试行", set_by="test"
    )
    assert stale.days_kept("XZFY", date(2026, 9, 30)) == 180
    assert stale.expire() == 1 and codes() == set()
