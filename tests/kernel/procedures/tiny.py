"""A small procedure for kernel tests: filing, acceptance within five working days or by lapse, decision, end."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures.common import CommonEvents
from xiezhi.kernel.procedures.core import ON, Ask, View
from xiezhi.kernel.procedures.declare import (
    CD,
    CLOCK,
    SAME,
    WD,
    Dated,
    Event,
    ExtendRule,
    Field,
    Kind,
    Procedure,
    Role,
    Rule,
    Side,
    Since,
    SpellRule,
    State,
    Term,
)

officer = Role("case_officer", "承办人", Side.OFFICE)
head = Role("office_head", "机构负责人", Side.OFFICE)
applicant = Role("applicant", "申请人", Side.PARTY)


def _has_view(view: View, ask: Ask) -> str | None:
    return None if view.has("heard") else "请先听取意见"


class Small(CommonEvents, Procedure):
    """测试程序."""

    code, title, version = "TEST", "测试程序", 1
    in_force_from = date(2024, 1, 1)
    source = "行政复议法"
    roles = (officer, head, applicant)
    parameters = {"days": Dated("天数", ((date(2024, 1, 1), 60),), "行政复议法 第62条", "law")}

    RECEIVED = State("已收到", initial=True)
    ACCEPTED = State("已受理")
    HELD = State("中止")
    DONE = State("已办结", closed=True)

    ADMIT = Term(
        "T-ADMIT", "受理审查", 5, WD, (Since("filed"),), "行政复议法 第30条", runs_in=(RECEIVED,), on_lapse="视为受理"
    )
    DECIDE = Term(
        "T-DECIDE", "决定", lambda v: int(v.param("days")), CD, (Since("accepted"), Since("deemed")), "行政复议法 第62条",
        runs_in=(ACCEPTED, HELD), spells=(SpellRule("suspended", ("resumed",), "中止", "行政复议法 第39条"),),
        extends=(ExtendRule("extended", "days", "行政复议法 第62条"),), on_lapse="可以起诉",
    )  # fmt: skip

    filed = Event(
        "提出",
        ((), RECEIVED),
        (applicant, officer),
        "行政复议法 第20条",
        plain="已收到您的申请",
        backdated=True,
        form=(
            Field("story", "经过", Kind.LONGTEXT, personal=True, sample="经过"),
            Field("amount", "金额", Kind.MONEY, fact=True, sample="10"),
        ),
    )
    accepted = Event(
        "受理",
        ((RECEIVED,), ACCEPTED),
        (officer,),
        "行政复议法 第30条",
        meets=("T-ADMIT",),
        sets={"accepted_on": ON},
        notifies=(applicant,),
        plain="已受理",
    )
    deemed = Event(
        "视为受理", ((RECEIVED,), ACCEPTED), (CLOCK,), "行政复议法 第30条", when="T-ADMIT", sets={"accepted_on": ON}
    )
    suspended = Event("中止", ((ACCEPTED,), HELD), (officer,), "行政复议法 第39条")
    resumed = Event("恢复", ((HELD,), ACCEPTED), (officer,), "行政复议法 第39条")
    extended = Event(
        "延期",
        ((ACCEPTED,), SAME),
        (head,),
        "行政复议法 第62条",
        repeatable=False,
        form=(Field("days", "天数", Kind.INT, required=True, sample=30),),
    )
    heard = Event("听取意见", ((ACCEPTED,), SAME), (officer,), "行政复议法 第49条")
    decided = Event(
        "决定",
        ((ACCEPTED,), DONE),
        (head,),
        "行政复议法 第61条",
        meets=("T-DECIDE",),
        requires=(Rule("NOT_HEARD", _has_view, "行政复议法 第49条"),),
    )
