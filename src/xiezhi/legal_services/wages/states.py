"""状态 of a wage matter (legal-services.md 4)."""

from __future__ import annotations

from xiezhi.kernel.procedures.declare import State

REPORTED = State("已求助", initial=True, public="已收到您的求助", code="REPORTED")
TRIAGED = State("已分流", public="正在选择讨薪办法", code="TRIAGED")
AID = State("法律援助", public="律师免费帮您", code="AID")
MEDIATION = State("调解", public="正在调解", code="MEDIATION")
INSPECTION = State("劳动监察", public="劳动监察部门正在查处", code="INSPECTION")
ARBITRATION = State("劳动仲裁", public="正在劳动仲裁", code="ARBITRATION")
PAYMENT_ORDER = State("支付令", public="法院正在办理支付令", code="PAYMENT_ORDER")
RECOVERED = State("全部追回", public="工资全部追回", code="RECOVERED")
PARTIAL = State("部分追回", public="工资部分追回", code="PARTIAL")
FAILED = State("未能追回", public="暂时没有追回", code="FAILED")
FOLLOWED = State("已回访办结", closed=True, public="已办结", code="FOLLOWED")
WITHDRAWN = State("已撤回", closed=True, public="您已撤回", code="WITHDRAWN")
REDIRECTED = State("已转其他渠道", closed=True, public="已转其他渠道", code="REDIRECTED")

ROUTES = (AID, MEDIATION, INSPECTION, ARBITRATION, PAYMENT_ORDER)
"""A way to the money is being taken."""
WORKING = (TRIAGED, *ROUTES)
RESULTS = (RECOVERED, PARTIAL, FAILED)
UNPAID = (REPORTED, *WORKING, PARTIAL, FAILED)
"""Money is still owed: limitation runs, another way may be taken."""
OPEN = (REPORTED, *WORKING, *RESULTS)


class States:
    """The states as members of the procedure class."""

    REPORTED = REPORTED
    TRIAGED = TRIAGED
    AID = AID
    MEDIATION = MEDIATION
    INSPECTION = INSPECTION
    ARBITRATION = ARBITRATION
    PAYMENT_ORDER = PAYMENT_ORDER
    RECOVERED = RECOVERED
    PARTIAL = PARTIAL
    FAILED = FAILED
    FOLLOWED = FOLLOWED
    WITHDRAWN = WITHDRAWN
    REDIRECTED = REDIRECTED
