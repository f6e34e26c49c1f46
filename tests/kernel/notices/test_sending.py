"""Messages leave once, failures are tried again with growing pauses and end visibly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.notices import senders, tasks
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.sealing import seal


class Broken:
    demo = False

    def send(self, address: str, text: str) -> str:
        raise senders.SendError("短信平台没有应答")


def queued() -> Notice:
    return Notice.objects.create(
        channel=Notice.SMS, template="event", title="t", text="您的办件有新进展", address=seal("13900000000", context="notice"),
        due_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip


@pytest.mark.django_db
def test_sent_once(freeze: Any) -> None:
    freeze("2026-11-22 09:00")
    row = queued()
    assert tasks.send_due() == 1
    assert tasks.send_due() == 0
    row.refresh_from_db()
    assert row.state == Notice.SENT and bytes(row.address) != b"13900000000"


@pytest.mark.django_db
def test_failure_waits_longer_each_time_and_gives_up(freeze: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "sms", lambda: Broken())
    freeze("2026-11-22 09:00")
    row = queued()
    pauses = []
    for _ in range(6):
        assert tasks.send_due() == 1
        row.refresh_from_db()
        pauses.append(row.due_at - clock.now())
        freeze(row.due_at)
    assert pauses[:5] == [timedelta(minutes=m) for m in tasks.PAUSES]
    assert row.state == Notice.GAVE_UP and "短信平台" in row.error
    assert tasks.send_due() == 0
    assert tasks.retry(row.pk) and not tasks.retry(row.pk)
