"""Counting how open data is used: one number per set, day and way. Nothing about who."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import connection
from django.db.models import Sum

from xiezhi.datacenter.opendata.models import Use
from xiezhi.kernel.calendar import clock

__all__ = ["WAYS", "count", "totals"]

WAYS = {"view": "浏览", "lookup": "查询", "query": "接口调用", "download": "下载"}


def count(code: str, what: str) -> None:
    """One more use of a set."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO opendata_use (set_code, day, what, n) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT (set_code, day, what) DO UPDATE SET n = opendata_use.n + 1",
            [code, clock.today(), what],
        )


def totals(code: str = "", days: int = 0) -> Mapping[str, int]:
    """Uses by way: of one set or all, ever or in the last `days`."""
    found = Use.objects.all()
    if code:
        found = found.filter(set_code=code)
    if days:
        found = found.filter(day__gt=clock.today() - timedelta(days=days))
    return {r["what"]: r["n"] for r in found.values("what").annotate(n=Sum("n"))}
