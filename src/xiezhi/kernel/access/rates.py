"""计数: how often one terminal did something within a window, in one table for all web processes."""

from __future__ import annotations

import hashlib

from django.db import connection, models

__all__ = ["RateCount", "count", "counted", "forget_old"]


class RateCount(models.Model):
    """One counter and the moment it ends. The key is a digest: the table names no terminal and nobody."""

    key = models.CharField("计数对象", max_length=64, primary_key=True)
    hits = models.PositiveIntegerField("次数", default=1)
    until = models.DateTimeField("到")

    class Meta:
        app_label = "access"
        verbose_name = verbose_name_plural = "访问计数"
        indexes = [models.Index(fields=["until"], name="access_rate_until")]


_COUNT = """
    INSERT INTO access_ratecount AS r (key, hits, until)
    VALUES (%s, 1, clock_timestamp() + %s * interval '1 second')
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN r.until <= clock_timestamp() THEN 1 ELSE r.hits + 1 END,
        until = CASE WHEN r.until <= clock_timestamp() THEN EXCLUDED.until ELSE r.until END
    RETURNING hits
"""


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def count(name: str, seconds: int) -> int:
    """Count one try under this name; returns how many there are in its window, this one included. One statement.

    Windows are real time: a platform whose day stands still (a demonstration) limits all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_key(name), seconds])
        row = cursor.fetchone()
    return int(row[0])


def counted(name: str) -> int:
    """How many tries stand under this name now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hits FROM access_ratecount WHERE key = %s AND until > clock_timestamp()", [_key(name)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def forget_old() -> int:
    """Drop counters whose window is over. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_ratecount WHERE until <= clock_timestamp()")
        return int(cursor.rowcount)
