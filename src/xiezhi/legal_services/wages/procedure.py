"""农民工欠薪求助: from a report of unpaid wages to the money (legal-services.md 4)."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures.common import CommonEvents
from xiezhi.kernel.procedures.declare import Dated, Procedure

from .citations import M, S, W, joined
from .courses import PREPARES, ROUTES
from .events_report import Report
from .events_result import Results
from .events_route import Routes
from .guide import GUIDE, step_of
from .habits import habits
from .roles import ALL_ROLES, FIELD_ALIASES, ROLE_ALIASES
from .states import States
from .terms import Terms

__all__ = ["WageHelp"]

_EVER = date(2020, 5, 1)


class WageHelp(CommonEvents, Results, Routes, Report, Terms, States, Procedure):
    """农民工欠薪求助."""

    code = "QXWQ"
    title = "农民工欠薪求助"
    title_en = "Unpaid wages of migrant workers"
    version = 1
    in_force_from = date(2020, 5, 1)
    source = joined("保障农民工工资支付条例", "劳动争议调解仲裁法")
    app = "wages"
    roles = ALL_ROLES
    step_of = staticmethod(step_of)
    guide = GUIDE
    duplicate_key = ("employer_name", "project_name")
    role_aliases = ROLE_ALIASES
    field_aliases = FIELD_ALIASES
    routes = ROUTES
    habits = staticmethod(habits)
    prepares = PREPARES
    parameters = {
        "triage_days": Dated("求助后几日内分流（1 为当日）", ((_EVER, 1),), W(10, 3), "promise"),
        "aid_days": Dated("移交后几日内决定法律援助（1 为当日）", ((_EVER, 1),), W(45, 1), "promise"),
        "alarm_days": Dated("群体性欠薪几日内报告（1 为当日）", ((_EVER, 1),), joined(W(10, 3), S(14, 4)), "practice"),
        "group_workers": Dated("达到几人为群体性欠薪", ((_EVER, 10),), joined(W(10, 3), M(7)), "practice"),
        "group_owed": Dated("达到多少元为群体性欠薪", ((_EVER, 100000),), W(10, 3), "practice"),
        "inspect_accept_days": Dated("劳动监察几个工作日内反馈是否立案", ((_EVER, 5),), W(10, 3), "practice"),
        "follow_days": Dated("登记结果后几日内回访", ((_EVER, 30),), W(45, 2), "promise"),
        "referral_interrupts": Dated(
            "移送劳动监察即视为向有关部门请求救济，时效中断（从严：否，须另行登记证据）", ((_EVER, False),), M(27, 2)
        ),
        "repeat_months": Dated("统计屡次欠薪回看几个月", ((_EVER, 24),), W(48), "practice"),
        "repeat_count": Dated("同一用人单位第几次被求助为屡次", ((_EVER, 3),), W(48), "practice"),
        "retention_years": Dated("保管年限（0 为永久）", ((_EVER, 10),), "档案法 第21条", "practice"),
    }
