"""Metrics of legal aid (legal-services.md 3): filters over the case row, with the day each is about. Pure declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

__all__ = ["AMOUNTS", "METRICS", "RATES", "Amount", "Metric", "Rate"]


@dataclass(frozen=True)
class Metric:
    """A countable set of matters: `when` is the column of the day the period is about; `where` what belongs to it."""

    code: str
    title: str
    where: Q
    when: str = "received_on"
    at_end: bool = False


@dataclass(frozen=True)
class Rate:
    """A share of two metrics, in percent; `why` is its formula in words."""

    code: str
    title: str
    part: str
    whole: str
    why: str
    better: str = "UP"


@dataclass(frozen=True)
class Amount:
    """A sum or a distribution over a column of the row, counted at the day `when`."""

    code: str
    title: str
    column: str
    when: str
    unit: str = "元"


_RECEIVED, _DECIDED = Q(received_on__isnull=False), Q(decided_on__isnull=False)
METRICS: Mapping[str, Metric] = {
    m.code: m
    for m in (
        Metric("received", "收到申请和通知", _RECEIVED),
        Metric("applied", "收到申请", _RECEIVED & ~Q(route="NOTIFY")),
        Metric("notified", "收到办案机关通知", _RECEIVED & Q(route="NOTIFY")),
        Metric("decided", "作出决定", _DECIDED & Q(decision__in=("GRANT", "REFUSE", "FIRST_AID")), "decided_on"),
        Metric("granted", "给予援助", _DECIDED & Q(decision__in=("GRANT", "FIRST_AID")), "decided_on"),
        Metric("first_aid", "先行提供", _DECIDED & Q(first_aid=True), "decided_on"),
        Metric("refused", "不予援助", _DECIDED & Q(decision="REFUSE"), "decided_on"),
        Metric("no_limit", "不受经济困难条件限制", _RECEIVED & Q(hardship_not_required=True)),
        Metric("waived", "免予核查经济困难", _RECEIVED & Q(hardship_check_waived=True)),
        Metric("appointed", "已指派", Q(appointed_on__isnull=False), "appointed_on"),
        Metric("ended", "办结", Q(ended_on__isnull=False), "ended_on"),
        Metric("decided_timed", "有审查期限的决定", Q(decided_in_time__isnull=False), "decided_on"),
        Metric("decided_in_time", "按期决定", Q(decided_in_time=True), "decided_on"),
        Metric("decided_late", "逾期决定", Q(decided_in_time=False), "decided_on"),
        Metric("appointed_timed", "有指派期限的案件", Q(appointed_in_time__isnull=False), "appointed_on"),
        Metric("appointed_in_time", "按期指派", Q(appointed_in_time=True), "appointed_on"),
        Metric("appointed_late", "逾期指派", Q(appointed_in_time=False), "appointed_on"),
        Metric("told_timed", "应当通知办案机关", Q(organ_told_in_time__isnull=False), "received_on"),
        Metric("told_in_time", "按期通知办案机关", Q(organ_told_in_time=True), "received_on"),
        Metric("forwarded_timed", "应当转交的申请", Q(forwarded_in_time__isnull=False), "received_on"),
        Metric("forwarded_in_time", "24小时内转交", Q(forwarded_in_time=True), "received_on"),
        Metric("changed", "更换承办人员", Q(changes__gt=0), "appointed_on"),
        Metric("objected", "提出异议", Q(objected_on__isnull=False), "objected_on"),
        Metric("complained", "被投诉", _RECEIVED & Q(complaints__gt=0)),
        Metric("wage_cases", "追回劳动报酬的案件", Q(wages__gt=0), "ended_on"),
        Metric("reviewed", "已评查", Q(quality__isnull=False, ended_on__isnull=False), "ended_on"),
        Metric("good", "评查良好以上", Q(quality__gte=75, ended_on__isnull=False), "ended_on"),
        Metric("paid", "已支付补贴", Q(paid_on__isnull=False), "paid_on"),
        Metric("pending", "在办", Q(matter__open=True, ended_on__isnull=True) & ~Q(decision="REFUSE"), "received_on", True),
        Metric("unassigned", "等待指派", Q(matter__state__in=("GRANTED", "NOTICE_RECEIVED", "FIRST_AID", "CHANGED")), "received_on", True),
    )
}  # fmt: skip

RATES: Mapping[str, Rate] = {
    r.code: r
    for r in (
        Rate("decide_rate", "7日内决定", "decided_in_time", "decided_timed", "审查期限内作出决定 ÷ 作出决定"),
        Rate("appoint_rate", "3日内指派", "appointed_in_time", "appointed_timed", "指派期限内指派 ÷ 已指派"),
        Rate("tell_rate", "3日内告知办案机关", "told_in_time", "told_timed", "收到通知后3日内指派并告知 ÷ 收到通知"),
        Rate("forward_rate", "24小时内转交", "forwarded_in_time", "forwarded_timed", "24小时内转交 ÷ 在押人员的申请"),
        Rate("grant_rate", "给予援助率", "granted", "decided", "给予援助（含先行提供） ÷ 作出决定", "NONE"),
        Rate("change_rate", "更换率", "changed", "appointed", "更换过承办人员 ÷ 已指派", "DOWN"),
        Rate("complaint_rate", "投诉率", "complained", "received", "被投诉 ÷ 收到", "DOWN"),
        Rate("good_rate", "评查良好率", "good", "reviewed", "75分以上 ÷ 已评查"),
    )
}

AMOUNTS: Mapping[str, Amount] = {
    a.code: a
    for a in (
        Amount("recovered", "挽回损失或者取得利益", "recovered", "ended_on"),
        Amount("wages", "追回劳动报酬", "wages", "ended_on"),
        Amount("subsidy", "补贴", "subsidy", "paid_on"),
        Amount("quality", "质量评分", "quality", "ended_on", "分"),
    )
}
