"""What reconsideration declares to the data center: one dataset of cases without persons, and its indicators."""

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

__all__ = ["register"]

OWNER = "reconsideration"

_COLUMNS = (
    Column("public_id", "办件公开编号", required=True), Column("case_no", "案号"), Column("organ", "行政复议机关"),
    Column("division", "行政区划", ColumnType.CODE, "GB/T 2260"), Column("respondent", "被申请人"),
    Column("matter_code", "复议事项", ColumnType.CODE), Column("statistics_code", "统计类别", ColumnType.CODE),
    Column("filing_method", "申请方式", ColumnType.CODE), Column("procedure", "适用程序", ColumnType.CODE),
    Column("received_on", "收到日", ColumnType.DATE), Column("accepted_on", "受理日", ColumnType.DATE),
    Column("concluded_on", "审结日", ColumnType.DATE), Column("closing_type", "结案方式", ColumnType.CODE),
    Column("concluded_in_time", "按期审结", ColumnType.BOOL), Column("hearing", "举行听证", ColumnType.BOOL),
    Column("views_heard", "听取意见", ColumnType.BOOL), Column("mediated", "调解", ColumnType.BOOL),
    Column("norm_review", "附带审查", ColumnType.BOOL), Column("applicant_count", "申请人数", ColumnType.INT),
    Column("extension_days", "延期天数", ColumnType.INT), Column("suspended_days", "中止天数", ColumnType.INT),
)  # fmt: skip


def case_rows(since: date, until: date, **filters: Any) -> Iterator[Mapping[str, Any]]:
    """Cases received in [since, until), without anything about persons."""
    from .models import ReconsiderationCase

    found = ReconsiderationCase.objects.filter(received_on__gte=since, received_on__lt=until).select_related(
        "matter__organ__division"
    )
    for name, value in filters.items():
        found = found.filter(**{name: value})
    for case in found.order_by("pk").iterator(chunk_size=2000):
        organ = case.matter.organ
        yield {
            "public_id": str(case.matter.public_id), "case_no": case.matter.case_no, "organ": organ.name if organ else "",
            "division": organ.division.code if organ and organ.division else "", "respondent": case.respondent_name,
            "matter_code": case.matter_code, "statistics_code": case.statistics_code, "filing_method": case.filing_method,
            "procedure": case.procedure, "received_on": case.received_on, "accepted_on": case.accepted_on,
            "concluded_on": case.concluded_on, "closing_type": case.closing_type,
            "concluded_in_time": case.concluded_in_time, "hearing": case.hearing_held_on is not None,
            "views_heard": case.views_heard_on is not None, "mediated": case.closing_type == "MEDIATED" or case.settled,
            "norm_review": case.norm_review, "applicant_count": case.applicant_count,
            "extension_days": case.extension_days, "suspended_days": case.suspended_days,
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
    "reconsideration.cases", "行政复议案件", _COLUMNS, Level.INTERNAL, ("public_id",), OWNER,
    "每件行政复议申请一行，不含个人信息。", "行政复议法 第85条", case_rows,
)  # fmt: skip

COUNTS = (
    "received",
    "accepted",
    "concluded",
    "pending",
    "overdue",
    "refused",
    "mediated_or_settled",
    "corrected",
    "norm_review",
    "sued",
)


def _indicators() -> Iterator[Indicator]:
    from .selectors import METRICS, RATES

    for code in COUNTS:
        metric = METRICS[code]
        yield Indicator(
            f"reconsideration.{code}", f"行政复议{metric.title}", f"统计期内{metric.title}的案件数", "件",
            Direction.DOWN if code == "overdue" else Direction.NONE, OWNER, Count(code),
        )  # fmt: skip
    for rate in RATES.values():
        part, whole = METRICS[rate.part].title, METRICS[rate.whole].title
        yield Indicator(
            f"reconsideration.{rate.code}", f"行政复议{rate.title}", f"{part} ÷ {whole} × 100%", "%", Direction(rate.better), OWNER,
            Count(rate.part), Count(rate.whole), 100,
        )  # fmt: skip


_registered = False


def register() -> None:
    """Register the dataset and the indicators once."""
    global _registered
    if _registered:
        return
    datasets.register(DATASET)
    for indicator in _indicators():
        indicators.register(indicator)
    contributions.register()
    _registered = True
