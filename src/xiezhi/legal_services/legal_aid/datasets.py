"""What legal aid declares to the data center: one dataset of matters without persons, and its indicators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from xiezhi.kernel.datasets.registry import (
    Column,
    ColumnType,
    Dataset,
    Direction,
    Indicator,
    Level,
    datasets,
    indicators,
)

from . import contributions
from .statistics import METRICS, RATES

__all__ = ["register"]

OWNER = "legal_aid"
_COLUMNS = (
    Column("public_id", "办件公开编号", required=True), Column("case_no", "案号"), Column("agency", "法律援助机构"),
    Column("division", "行政区划", ColumnType.CODE, "GB/T 2260"), Column("kind", "案件类别", ColumnType.CODE),
    Column("route", "途径", ColumnType.CODE), Column("matter_type", "事项", ColumnType.CODE),
    Column("hardship_not_required", "不受经济困难条件限制", ColumnType.BOOL),
    Column("hardship_check_waived", "免予核查经济困难", ColumnType.BOOL), Column("received_on", "收到日", ColumnType.DATE),
    Column("decided_on", "决定日", ColumnType.DATE), Column("decision", "决定", ColumnType.CODE),
    Column("reason", "不予援助的理由", ColumnType.CODE), Column("appointed_on", "指派日", ColumnType.DATE),
    Column("ended_on", "办结日", ColumnType.DATE), Column("outcome", "结果", ColumnType.CODE),
    Column("quality", "质量评分", ColumnType.INT), Column("changes", "更换次数", ColumnType.INT),
    Column("decided_in_time", "按期决定", ColumnType.BOOL), Column("appointed_in_time", "按期指派", ColumnType.BOOL),
)  # fmt: skip


def case_rows(since: date, until: date, **filters: Any) -> Iterator[Mapping[str, Any]]:
    """Matters received in [since, until), without anything about persons."""
    from .models import AidCase

    found = AidCase.objects.filter(received_on__gte=since, received_on__lt=until).filter(**filters)
    for case in found.select_related("matter__handling_unit__division").order_by("pk").iterator(chunk_size=2000):
        unit = case.matter.handling_unit
        yield {
            "public_id": str(case.matter.public_id), "case_no": case.matter.case_no, "agency": unit.name,
            "division": unit.division.code if unit.division else "",
            **{c.name: getattr(case, c.name) for c in _COLUMNS[4:]},
        }  # fmt: skip


class Count:
    """Number of a metric as the registry calls it: a period and filters, `unit` (a unit or its id) among them."""

    def __init__(self, metric: str) -> None:
        self.metric = metric

    def __call__(self, since: date, until: date, **filters: Any) -> int:
        from xiezhi.kernel.units.models import Unit

        from . import selectors

        unit = filters.pop("unit", None)
        if isinstance(unit, int):
            unit = Unit.objects.get(pk=unit)
        return selectors.cases(self.metric, unit, since, until, filters).count()


DATASET = Dataset(
    "legal_aid.cases", "法律援助案件", _COLUMNS, Level.INTERNAL, ("public_id",), OWNER, "每件法律援助申请或者通知一行，不含个人信息。",
    "法律援助法 第58条", case_rows,
)  # fmt: skip
COUNTS = (
    "received",
    "applied",
    "notified",
    "granted",
    "refused",
    "appointed",
    "ended",
    "pending",
    "changed",
    "complained",
)


def _indicators() -> Iterator[Indicator]:
    for code in COUNTS:
        metric = METRICS[code]
        yield Indicator(
            f"legal_aid.{code}",
            f"法律援助{metric.title}",
            f"统计期内{metric.title}的案件数",
            "件",
            Direction.NONE,
            OWNER,
            Count(code),
        )
    for rate in RATES.values():
        yield Indicator(
            f"legal_aid.{rate.code}", f"法律援助{rate.title}", f"{rate.why} × 100%", "%", Direction(rate.better), OWNER,
            Count(rate.part), Count(rate.whole), 100,
        )  # fmt: skip


_registered = False


def register() -> None:
    """Register the dataset, the indicators and the contributions once."""
    global _registered
    if _registered:
        return
    datasets.register(DATASET)
    for indicator in _indicators():
        indicators.register(indicator)
    contributions.register()
    _registered = True
