"""Background work of notices: send what is due, try again with growing pauses, give up visibly."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.notices import senders
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.sealing import Unreadable, unseal

log = logging.getLogger(__name__)

PAUSES = (1, 5, 30, 120, 720)  # minutes before the next try
BATCH = 50


def send_due() -> int:
    """Send up to BATCH messages whose time has come. Returns how many were taken.

    Rows are locked and skipped by other workers. A kill between sending and commit sends again: better twice than never.
    """
    now = clock.now()
    with transaction.atomic():
        rows = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(state__in=[Notice.QUEUED, Notice.FAILED], due_at__lte=now)
            .order_by("due_at")[:BATCH]
        )
        for row in rows:
            try:
                address = unseal(row.address, context="notice") if row.address else ""
                text = row.text
                if row.secret:
                    text = text.replace(Notice.LINK, str(unseal(row.secret, context="notice")))
                if row.channel == Notice.EMAIL:
                    senders.send_mail(str(address), row.title, text)
                elif row.channel == Notice.SMS:
                    senders.sms().send(str(address), text)
                row.state, row.sent_at, row.error, row.secret = Notice.SENT, now, "", None
            except (senders.SendError, Unreadable) as error:
                row.tries += 1
                over = row.tries > len(PAUSES)
                row.state = Notice.GAVE_UP if over else Notice.FAILED
                row.error = str(error)[:200]
                row.due_at = now + timedelta(minutes=PAUSES[min(row.tries, len(PAUSES)) - 1])
                log.warning("notice %s not sent (try %s)", row.pk, row.tries)
        Notice.objects.bulk_update(rows, ["state", "sent_at", "tries", "error", "due_at", "secret"])
    return len(rows)


@app.periodic(cron="* * * * *")
@app.task(name="notices.send", queue="notices", queueing_lock="notices.send")
def send(timestamp: int) -> None:
    """Empty the outbox."""
    for _ in range(200):
        if send_due() < BATCH:
            return


def retry(pk: int) -> bool:
    """Queue one given-up or failed message again; True when it was one."""
    changed = Notice.objects.filter(pk=pk, state__in=[Notice.FAILED, Notice.GAVE_UP]).update(
        state=Notice.QUEUED, tries=0, due_at=clock.now()
    )
    return bool(changed)
