"""法律援助: free legal service on application, on an organ's notice, or at once in an emergency. Source: 法律援助法 (2022)."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures.common import CommonEvents
from xiezhi.kernel.procedures.declare import Dated, Procedure

from .citations import A, joined
from .courses import PREPARES, ROUTES
from .events_aid import Aid
from .events_intake import Intake
from .events_remedy import Remedy
from .guide import GUIDE, step_of
from .habits import habits
from .roles import ALL_ROLES, FIELD_ALIASES, ROLE_ALIASES
from .states import States
from .terms import Terms

__all__ = ["LegalAid"]

_EVER = date(2022, 1, 1)


def _law_versions(on: date) -> dict[str, str]:
    """Which text governs a step: the act of 2022, before which this procedure does not exist."""
    return {"law_version": "2022"}


class LegalAid(CommonEvents, Remedy, Aid, Intake, Terms, States, Procedure):
    """法律援助."""

    code = "FLYZ"
    title = "法律援助"
    title_en = "Legal aid"
    version = 1
    in_force_from = _EVER
    source = "法律援助法"
    app = "legal_aid"
    roles = ALL_ROLES
    law_versions = staticmethod(_law_versions)
    step_of = staticmethod(step_of)
    guide = GUIDE
    role_aliases = ROLE_ALIASES
    field_aliases = FIELD_ALIASES
    routes = ROUTES
    prepares = PREPARES
    habits = staticmethod(habits)
    parameters = {
        "days_counted": Dated("法律援助法所称日（CALENDAR 自然日，末日顺延；WORKING 工作日）", ((_EVER, "CALENDAR"),), joined(A(36), A(43), A(49))),
        "supplement_time": Dated("补充材料的时间（EXCLUDED 不计入审查期限，COUNTED 计入，RESTART 补齐后重新计算）", ((_EVER, "EXCLUDED"),), A(43, 2)),
        "offer_hours": Dated("征询承办的答复时限（小时）", ((_EVER, 24),), A(16, 1), "practice"),
        "first_aid_appoint_days": Dated("先行提供后的指派时限（日）", ((_EVER, 1),), A(44, 1), "practice"),
        "reappoint_days": Dated("更换后另行指派的时限（日）", ((_EVER, 3),), A(55), "practice"),
        "meet_days": Dated("会见并签订委托协议的时限（日）", ((_EVER, 5),), A(46, 1), "practice"),
        "closing_days": Dated("提交结案材料的时限（日）", ((_EVER, 30),), A(50), "practice"),
        "subsidy_days": Dated("支付补贴的时限（日，自结案材料审查合格）", ((_EVER, 30),), A(52, 1), "practice"),
        "objection_days": Dated("提出异议的期限（日；0 为没有规定）", ((_EVER, 0),), A(49, 1), "practice"),
        "complaint_days": Dated("调查处理投诉的时限（日）", ((_EVER, 60),), A(56), "practice"),
    }  # fmt: skip
