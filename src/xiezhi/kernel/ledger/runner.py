"""The process that keeps the log: sequence as soon as something waits, publish about every second when the log grew."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, connections
from django.db.utils import Error, InterfaceError, OperationalError

from xiezhi.kernel.ledger import publisher, sequencer

__all__ = ["Status", "run", "status"]

LOG = logging.getLogger("xiezhi.ledger")
POLL = 0.2
EVERY = 1.0
AGAIN = 2.0
"""Seconds between two tries for the lock of the one publisher, or for the database."""
HELD_EVERY = 5.0
"""How often a checkpoint without quorum is offered again; entries are sequenced meanwhile."""


def run(stop: threading.Event, *, poll: float = POLL, every: float = EVERY, again: float = AGAIN) -> None:
    """Until `stop` is set. Waits for the lock where another process publishes; starts over when the database was away.

    Raises publisher.Refused when the log must not publish: somebody has to decide (docs/howto/recover-the-ledger.md).
    """
    while not stop.is_set():
        try:
            _hold(stop, poll, every, again)
        except (OperationalError, InterfaceError) as error:
            LOG.warning("the database is away (%s); trying again", type(error).__name__)
            connections.close_all()
            stop.wait(again)
    connections.close_all()


def _hold(stop: threading.Event, poll: float, every: float, again: float) -> None:
    with connection.cursor() as cursor:
        while not publisher.hold_alone(cursor):
            if stop.wait(again):
                return
    try:
        _keep(stop, poll, every)
    finally:
        with suppress(Error), connection.cursor() as cursor:  # a pooled connection outlives this; its lock must not
            cursor.execute("SELECT pg_advisory_unlock_all()")


def _keep(stop: threading.Event, poll: float, every: float) -> None:
    ledger = publisher.open_ledger()
    due, held = 0.0, ""
    while not stop.is_set():
        if sequencer.waiting():
            for _ in sequencer.drain():
                if stop.is_set():
                    break
        if time.monotonic() >= due:
            done = ledger.publish()
            due = time.monotonic() + (HELD_EVERY if done is not None and done.held else every)
            if done is not None and done.held != held:
                held = done.held
                if held:
                    LOG.error("the ledger goes on taking entries but publishes nothing: %s", held)
                else:
                    LOG.warning("the ledger publishes again")
        stop.wait(poll)


@dataclass(frozen=True)
class Status:
    """How the log stands. `waiting` entries have no index yet; `unseen` have one but are not published."""

    origin: str
    size: int
    published: int
    published_at: datetime | None
    waiting: int
    oldest: datetime | None

    @property
    def unseen(self) -> int:
        return self.size - self.published


def status() -> Status | None:
    """None while the log has not begun."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.origin, s.size, coalesce(c.size, 0), c.published_at, w.n, w.oldest
            FROM ledger_logstate s
            LEFT JOIN LATERAL (
                SELECT size, published_at FROM ledger_logcheckpoint WHERE published_at IS NOT NULL ORDER BY size DESC LIMIT 1
            ) c ON true
            CROSS JOIN LATERAL (
                SELECT count(*) AS n, min(created_at) AS oldest FROM (
                    SELECT p.created_at FROM ledger_pendingentry p
                    LEFT JOIN LATERAL (SELECT e.idx FROM ledger_logentry e WHERE e.entry_id = p.id LIMIT 1) placed ON true
                    WHERE (p.xid, p.id) > (s.low_xid, s.low_id) AND placed.idx IS NULL
                    ORDER BY p.xid, p.id LIMIT 10000
                ) few
            ) w
            WHERE s.id = 1
            """
        )
        row = cursor.fetchone()
    return None if row is None else Status(*row)
