"""行政复议: review of an administrative act on application. Source: 行政复议法 (2023), 行政复议法实施条例 (2026)."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures.common import CommonEvents
from xiezhi.kernel.procedures.declare import Dated, Procedure

from .citations import L, R, joined
from .courses import PREPARES, ROUTES
from .events_decision import Decision
from .events_filing import Filing
from .events_review import Review
from .guide import GUIDE, step_of
from .habits import habits
from .roles import ALL_ROLES, FIELD_ALIASES, ROLE_ALIASES
from .states import States
from .terms import Terms

__all__ = ["Reconsideration"]

_EVER = date(2000, 1, 1)
_REGULATION_2026 = date(2026, 7, 1)


def _law_versions(on: date) -> dict[str, str]:
    """Which texts govern a step taken on a day: steps from 2026-07-01 follow the revised regulation (reading)."""
    return {"law": "2023", "regulation": "2026" if on >= _REGULATION_2026 else "2007"}


class Reconsideration(CommonEvents, Decision, Review, Filing, Terms, States, Procedure):
    """行政复议."""

    code = "XZFY"
    title = "行政复议"
    title_en = "Administrative reconsideration"
    version = 1
    in_force_from = date(2024, 1, 1)
    source = joined("行政复议法", "行政复议法实施条例")
    app = "reconsideration"
    roles = ALL_ROLES
    law_versions = staticmethod(_law_versions)
    step_of = staticmethod(step_of)
    guide = GUIDE
    duplicate_key = ("respondent_name", "act.doc_no")
    role_aliases = ROLE_ALIASES
    field_aliases = FIELD_ALIASES
    routes = ROUTES
    habits = staticmethod(habits)
    prepares = PREPARES
    parameters = {
        "suspension_interval": Dated("中止期间的计算（HALF_OPEN 不含恢复之日，CLOSED 含）", ((_EVER, "HALF_OPEN"),), L(39)),
        "court_time_interval": Dated("不计入申请期限的期间（HALF_OPEN 不含末日，CLOSED 含）", ((_EVER, "HALF_OPEN"),), R(26)),
        "chain_terms_on": Dated("前后相接的期限自何日起（NOMINAL 未顺延之日，LEGAL 顺延后之日）", ((_EVER, "NOMINAL"),), R(23)),
        "redo_starts_on": Dated("重作期限的起算（SERVED 送达，DECIDED 决定）", ((_EVER, "SERVED"),), R(58, 1)),
        "reply_after_conversion": Dated(
            "转为普通程序后答复期限（AS_NOTIFIED 按原通知，ORDINARY 按普通程序）", ((_EVER, "AS_NOTIFIED"),), L(55)
        ),
        "hearing_counts_as_views": Dated("举行听证视为听取意见", ((_EVER, True),), L(49)),
        "representatives": Dated(
            "推选代表人：超过人数、最少、最多", ((_EVER, (5, 1, 5)), (_REGULATION_2026, (10, 2, 5))), R(17, 1), "law"
        ),
        "officers_simplified": Dated("简易程序承办人最少人数", ((_EVER, 2), (_REGULATION_2026, 1)), R(39), "law"),
        "supplement_extension_days": Dated("延长补正期限的默认天数（工作日）", ((_EVER, 5),), L(31, 2), "practice"),
        "retention_years": Dated("保管年限（0 为永久）", ((_EVER, 30),), "档案法 第21条", "practice"),
        "case_number_pattern": Dated("案号格式", ((_EVER, "{code}复〔{year}〕{serial}号"),), kind="practice"),
        "refused_gets_case_number": Dated("不予受理的也编案号", ((_EVER, False),), kind="practice"),
        "correction_rate_includes_mediation": Dated("纠错率包含纠正了行政行为的调解、和解", ((_EVER, False),), kind="practice"),
    }  # fmt: skip
