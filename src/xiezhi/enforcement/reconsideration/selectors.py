"""What leaders ask (reconsideration.md 8.1): every figure is a set of matters, so every figure opens its list.

A metric is a filter over `ReconsiderationCase`. `rows` gives the matters behind a figure, `figure` the count or the
rate; both use the same filter, so a number and its list cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import LEVEL_COLUMNS, Level, Unit

from .codes import CLOSING_TYPES, FILING_METHODS, MATTERS, PROCEDURES
from .models import ReconsiderationCase
from .statistics import CATEGORIES, CORRECTED, NOT_A_REVIEW

__all__ = [
    "BREAKDOWNS", "CATEGORIES", "CLOSING_TYPES", "DAYS", "METRICS", "RATES", "WITHIN", "Metric", "Rate", "average_days",
    "breakdown", "figure", "rows", "unit_q",
]  # fmt: skip

DAYS = "days"
"""Metric of the roll-up whose buckets are the days from acceptance to conclusion without suspensions."""
WITHIN = 30
"""Days within which an office wants most cases concluded."""

REVIEWED = Q(concluded_on__isnull=False) & ~Q(closing_type__in=("", *NOT_A_REVIEW))


@dataclass(frozen=True)
class Metric:
    """A countable set of cases: `when` is the date the period is about; `where` what belongs to it."""

    code: str
    title: str
    where: Q
    when: str = "received_on"
    at_end: bool = False  # counts as of the last day of the period instead of within it


@dataclass(frozen=True)
class Rate:
    """A share of two metrics, in percent."""

    code: str
    title: str
    part: str
    whole: str
    better: str = "UP"


def _metrics(*found: Metric) -> Mapping[str, Metric]:
    return {m.code: m for m in found}


ORDINARY = Q(procedure="ORDINARY")
METRICS: Mapping[str, Metric] = _metrics(
    Metric("received", "收到申请", Q(received_on__isnull=False)),
    Metric("online", "网上申请", Q(filing_method="ONLINE", received_on__isnull=False)),
    Metric("accepted", "受理", Q(accepted_on__isnull=False), "accepted_on"),
    Metric("deemed_accepted", "视为受理", Q(accepted_mode="DEEMED"), "accepted_on"),
    Metric("simplified", "适用简易程序", Q(accepted_on__isnull=False, procedure="SIMPLIFIED"), "accepted_on"),
    Metric("refused", "不予受理", Q(closing_type="NOT_ACCEPTED"), "concluded_on"),
    Metric("abandoned", "视为放弃", Q(closing_type="ABANDONED"), "concluded_on"),
    Metric("concluded", "审结", REVIEWED, "concluded_on"),
    Metric("concluded_ordinary", "审结（普通程序）", REVIEWED & ORDINARY, "concluded_on"),
    Metric("concluded_in_time", "法定期限内审结", REVIEWED & Q(concluded_in_time=True), "concluded_on"),
    Metric("concluded_late", "超期审结", REVIEWED & Q(concluded_in_time=False), "concluded_on"),
    Metric("corrected", "纠正行政行为", Q(closing_type__in=CORRECTED), "concluded_on"),
    Metric("upheld", "维持", Q(closing_type="UPHELD"), "concluded_on"),
    Metric("mediated", "调解结案", Q(closing_type="MEDIATED"), "concluded_on"),
    Metric("settled", "和解撤回", Q(settled=True), "concluded_on"),
    Metric("mediated_or_settled", "调解、和解", Q(closing_type="MEDIATED") | Q(settled=True), "concluded_on"),
    Metric("corrected_wide", "纠正行政行为（含调解、和解）",
           Q(closing_type__in=CORRECTED) | Q(closing_type="MEDIATED") | Q(settled=True), "concluded_on"),
    Metric("decided", "作出决定", Q(closing_type__in=(*CORRECTED, "UPHELD", "CLAIM_REJECTED", "AGREEMENT_REMEDY", "COMPENSATION")),
           "concluded_on"),
    Metric("hearing", "举行听证", REVIEWED & Q(hearing_held_on__isnull=False), "concluded_on"),
    Metric("head_present", "被申请人负责人参加听证", Q(respondent_head_present=True), "hearing_held_on"),
    Metric("hearings", "听证", Q(hearing_held_on__isnull=False), "hearing_held_on"),
    Metric("views_heard", "听取意见（普通程序）", REVIEWED & ORDINARY & (Q(views_heard_on__isnull=False) | Q(hearing_held_on__isnull=False)),
           "concluded_on"),
    Metric("committee", "提请复议委员会咨询", Q(committee_consulted_on__isnull=False), "committee_consulted_on"),
    Metric("norm_review", "附带审查", Q(norm_review=True)),
    Metric("no_reply", "被申请人逾期未答复", Q(no_reply=True), "accepted_on"),
    Metric("extended", "延长审理期限", Q(extension_days__gt=0), "accepted_on"),
    Metric("opinion_letters", "制发意见书的案件", Q(opinion_letters__gt=0), "concluded_on"),
    Metric("opinion_answered", "意见书已反馈的案件", Q(opinion_letters__gt=0, opinion_answered__gte=F("opinion_letters")), "concluded_on"),
    Metric("proposal_letters", "制发建议书的案件", Q(proposal_letters__gt=0), "concluded_on"),
    Metric("to_perform", "应当履行", Q(performance_due_on__isnull=False), "performance_due_on"),
    Metric("performed", "已经履行", Q(performance_due_on__isnull=False, performed_on__isnull=False), "performance_due_on"),
    Metric("unperformed", "逾期未履行", Q(performance_due_on__isnull=False, performed_on__isnull=True), "performance_due_on"),
    Metric("opinion_unanswered", "意见书未反馈的案件", Q(opinion_letters__gt=F("opinion_answered")), "concluded_on"),
    Metric("sued", "复议后起诉", Q(sued_on__isnull=False), "sued_on"),
    Metric("pending", "未结", Q(concluded_on__isnull=True, matter__open=True), "received_on", at_end=True),
    Metric("overdue", "逾期未结", Q(concluded_on__isnull=True, matter__open=True), "received_on", at_end=True),
)  # fmt: skip

RATES: Mapping[str, Rate] = {
    r.code: r
    for r in (
        Rate("in_time_rate", "按期审结率", "concluded_in_time", "concluded"),
        Rate("correction_rate", "纠错率", "corrected", "concluded", "NONE"),
        Rate("mediation_rate", "调解和解率", "mediated_or_settled", "concluded"),
        Rate("hearing_rate", "听证率", "hearing", "concluded_ordinary"),
        Rate("views_rate", "听取意见率", "views_heard", "concluded_ordinary"),
        Rate("simplified_rate", "简易程序适用率", "simplified", "accepted", "NONE"),
        Rate("online_rate", "网上申请率", "online", "received"),
        Rate("acceptance_rate", "受理率", "accepted", "received", "NONE"),
        Rate("performance_rate", "履行率", "performed", "to_perform"),
        Rate("answer_rate", "意见书反馈率", "opinion_answered", "opinion_letters"),
        Rate("head_rate", "负责人参加听证率", "head_present", "hearings"),
        Rate("suit_rate", "复议后起诉率", "sued", "decided", "DOWN"),
    )
}

BREAKDOWNS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "matter": ("复议事项", "matter_code", MATTERS),
    "statistics": ("统计类别", "statistics_code", CATEGORIES),
    "outcome": ("结案方式", "closing_type", CLOSING_TYPES),
    "procedure": ("适用程序", "procedure", PROCEDURES),
    "channel": ("申请方式", "filing_method", FILING_METHODS),
    "respondent": ("被申请人", "respondent_name", {}),
    "organ": ("复议机关", "matter__organ__name", {}),
    "unit": ("承办机构", "matter__handling_unit__name", {}),
}
"""Ways to split a metric: title, column, and words for its codes."""


def unit_q(unit: Unit | None) -> Q:
    """Cases of the territory of a unit, or all of them."""
    if unit is None:
        return Q()
    column = Level(unit.level).column
    head = getattr(unit, column) if column in LEVEL_COLUMNS and column else None
    if column and head:
        return Q(**{f"matter__{column}": head})
    return Q(matter__handling_unit_id=unit.pk) | Q(matter__organ_id=unit.pk)


def cases(
    metric: str, unit: Unit | None, since: date, until: date, filters: Mapping[str, Any] | None = None
) -> QuerySet[ReconsiderationCase]:
    """Cases of a metric in [since, until). Raises KeyError naming an unknown metric."""
    found = METRICS[metric]
    where = found.where & unit_q(unit)
    if found.at_end:
        where &= Q(**{f"{found.when}__lt": until})
    else:
        where &= Q(**{f"{found.when}__gte": since, f"{found.when}__lt": until})
    if metric == "overdue":
        where &= Q(
            matter__due_term__in=("RC-DECIDE-ORD", "RC-DECIDE-SIM"), matter__due_legal__lt=min(until, wall.today())
        )
    for name, value in (filters or {}).items():
        column = BREAKDOWNS[name][1] if name in BREAKDOWNS else name
        where &= Q(**{column: value})
    return ReconsiderationCase.objects.filter(where)


def rows(
    metric: str,
    unit: Unit | None,
    since: date,
    until: date,
    *,
    reach: Q | None = None,
    filters: Mapping[str, Any] | None = None,
) -> QuerySet[Matter]:
    """The matters behind a figure, newest first. `reach` limits them to what the reader may open."""
    found = Matter.objects.filter(pk__in=cases(metric, unit, since, until, filters).values("pk"))
    if reach is not None:
        found = found.filter(reach)
    return found.select_related("handling_unit", "organ", "reconsideration").order_by("-opened_on", "-id")


def figure(
    metric: str, unit: Unit | None, since: date, until: date, *, filters: Mapping[str, Any] | None = None
) -> int | float | None:
    """A count, or a rate in percent with one decimal; None where the whole is empty."""
    if metric in METRICS:
        return cases(metric, unit, since, until, filters).count()
    rate = RATES[metric]
    whole = cases(rate.whole, unit, since, until, filters).count()
    if not whole:
        return None
    return round(100 * cases(rate.part, unit, since, until, filters).count() / whole, 1)


def breakdown(
    metric: str, by: str, unit: Unit | None, since: date, until: date, *, filters: Mapping[str, Any] | None = None
) -> list[tuple[str, str, int]]:
    """(code, words, count) of a metric split by one of `BREAKDOWNS`, largest first."""
    _, column, words = BREAKDOWNS[by]
    found = cases(metric, unit, since, until, filters).values(column).annotate(n=Count("pk")).order_by("-n", column)
    return [(str(r[column] or ""), words.get(str(r[column] or ""), str(r[column] or "未填")), r["n"]) for r in found]


def average_days(unit: Unit | None, since: date, until: date) -> float | None:
    """Average days from acceptance to conclusion, suspensions not counted."""
    found = cases("concluded", unit, since, until).filter(accepted_on__isnull=False)
    value = found.annotate(days=F("concluded_on") - F("accepted_on")).aggregate(
        d=Avg("days"), s=Avg("suspended_days")
    )  # fmt: skip
    if value["d"] is None:
        return None
    days = value["d"].total_seconds() / 86400 if hasattr(value["d"], "total_seconds") else float(value["d"])
    return round(days - float(value["s"] or 0), 1)


def repeat_applicants(unit: Unit | None, since: date, until: date, *, least: int = 3) -> Sequence[tuple[str, int]]:
    """Applicants with at least `least` applications, as blind keys with counts; the list opens by the key."""
    found = (
        cases("received", unit, since, until).exclude(applicant_key="").values("applicant_key")
        .annotate(n=Count("pk")).filter(n__gte=least).order_by("-n")
    )  # fmt: skip
    return [(r["applicant_key"], r["n"]) for r in found[:100]]
