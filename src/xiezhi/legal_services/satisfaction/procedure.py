"""差评回访: what follows a bad rating - a call, a finding, a measure, the answer to the person, and a second rating.

The right to be heard and the duty to look into it and not to punish it are law; the days are practice and promise of
this platform and stand in dated parameters that an installation may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, CommonEvents, cite, joined
from xiezhi.kernel.procedures.core import Ask, View
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
    State,
    Term,
    TermKind,
    choice,
)
from xiezhi.kernel.procedures.declare import YR as YEARS

from . import codes
from .habits import habits

__all__ = ["RATED_UNIT", "RATER", "Callback"]

LISTEN = cite("宪法", 27, 2)
"""Organs of state hear what people think and let themselves be supervised."""
ANSWER = cite("宪法", 41, 2)
"""They look into criticism and complaints, and nobody may suppress or retaliate."""
CHANNEL = cite("优化营商环境条例", 49)
MEASURED = cite("优化营商环境条例", 8, 1)
KEPT = "档案法 第21条"
HOUSE = "实务"
WORKDAYS = cite("民法典", 203, 2)

RATER = Role("rater", "评价人", Side.PARTY)
RATED_UNIT = Role("rated_unit", "被评价单位", Side.AUTHORITY)
REGISTER = Role("register", "评价系统", Side.SYSTEM)
"""The rating itself: it opens the call-back when it is given."""

OPENED = State("待回访", initial=True, public="我们会联系您", code="OPENED")
VERIFYING = State("核实中", public="正在核实", code="VERIFYING")
RECTIFYING = State("整改中", public="正在整改", code="RECTIFYING")
TELLING = State("待告知", public="正在核实", code="TELLING")
TOLD = State("待再评价", public="请您再评价", code="TOLD")
CLOSED = State("已办结", closed=True, public="已办结", code="CLOSED")
DESTROYED = State("已销毁", closed=True, public="已办结", code="DESTROYED")
WORKING = (OPENED, VERIFYING, RECTIFYING, TELLING)

OFFICE = (CASE_OFFICER, OFFICE_HEAD)
_EVER = date(2020, 1, 1)


def _param(name: str) -> Any:
    return lambda view: int(view.param(name))


def _once_a_day(view: View, ask: Ask) -> str | None:
    if any(r.on == ask.on for r in view.by_event.get("call_missed", ())):
        return "同一天没有打通的只记一次，请换一天再打"
    return None


def _tried_enough(view: View, ask: Ask) -> str | None:
    tried, need = len(view.by_event.get("call_missed", ())), int(view.param("call_attempts"))
    if tried < need:
        return f"要在不同的日子打过{need}次没有打通，才能按无法联系办理，现在记了{tried}次"
    return None


def _not_the_rated(view: View, ask: Ask) -> str | None:
    named = {str(s) for s in ask.data.get("officers") or ()} | {str(ask.data.get("to_officer") or "")}
    if named & {str(s) for s in view.facts.get("rated_officers") or ()}:
        return "被评价的工作人员不能办理对自己的回访，请指定其他人"
    return None


def _opened_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    """The officers who were rated are kept out of the call-back as recused ones are."""
    officers = [str(s) for s in ask.data.get("rated_officers") or ()]
    return {"rated_officers": officers, "recused": officers, "level_first": int(ask.data["level"])}


def _extended_once(view: View, ask: Ask) -> str | None:
    days, limit = int(ask.data.get("days") or 0), int(view.param("rectify_extension"))
    if view.has("extended"):
        return "整改期限只能延长一次"
    return f"最多延长{limit}个工作日" if not 0 < days <= limit else None


def _extended_soon(view: View, ask: Ask) -> str | None:
    return "已经逾期，不能再延长，请尽快完成整改" if view.has("rectify_overdue") else None


def _reached(view: View, ask: Ask) -> str | None:
    if view.facts.get("reached") is False:
        return None
    return "联系得上评价人的，应当告知结果，不能直接办结"


def _closing(result: str) -> Mapping[str, Any]:
    return {"closing_type": result}


def _rerated(view: View, ask: Ask) -> Mapping[str, Any]:
    level = int(ask.data["level"])
    return {"rerate_level": level, "closing_type": "RERATED_BAD" if codes.is_bad(level) else "RERATED_GOOD"}


_EVENT_LAW = joined(LISTEN, ANSWER)
_REASONS = {code: words for level in (3, 2, 1) for code, words in codes.REASONS[level].items()} | dict(
    codes.REASONS[5].items()
)


_STEPS: Mapping[str, str] = {
    "OPENED": "回访评价人", "VERIFYING": "核实并认定", "RECTIFYING": "等整改完成", "TELLING": "告知评价人",
    "TOLD": "等评价人再评价",
}  # fmt: skip


def _next_step(view: View) -> str:
    return _STEPS.get(view.state.code, "") if view.state else ""


class Callback(CommonEvents, Procedure):
    """差评回访."""

    code = "HCPHF"
    title = "差评回访"
    title_en = "Call-back on a bad rating"
    version = 1
    in_force_from = date(2020, 1, 1)
    source = joined("宪法", "优化营商环境条例")
    app = "satisfaction"
    roles = (RATER, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, RATED_UNIT, REGISTER)
    role_aliases = {"office": ("case_officer", "office_head"), "system": ("register",)}
    field_aliases = {"opened": {"rated_on": "on"}}
    habits = staticmethod(habits)
    routes = {
        "OPENED": ("opened",), "VERIFYING": ("opened", "called"), "RECTIFYING": ("opened", "called", "well_founded"),
        "TELLING": ("opened", "called", "not_founded"), "TOLD": ("opened", "called", "not_founded", "told"),
        "CLOSED": ("opened", "called", "not_founded", "told", "rerated"),
        "DESTROYED": ("opened", "called", "not_founded", "told", "rerated", "destroyed"),
    }  # fmt: skip
    prepares = {"called": ("opened",), "call_missed": ("opened",)}
    parameters = {
        "invite_days": Dated("评价邀请有效天数", ((_EVER, 30),), kind="practice"),
        "quiet_days": Dated("同一办件评价之后多少天内不再邀请", ((_EVER, 30),), kind="practice"),
        "change_days": Dated("评价之后多少天内可以修改", ((_EVER, 7),), kind="practice"),
        "code_minutes": Dated("窗口评价码有效分钟数", ((_EVER, 10),), kind="practice"),
        "call_days": Dated("回访期限（工作日）", ((_EVER, 3),), kind="promise"),
        "call_attempts": Dated("打不通几次可以按无法联系办理", ((_EVER, 2),), kind="practice"),
        "urge_days": Dated("逾期之后催办的期限（工作日）", ((_EVER, 1),), kind="practice"),
        "verify_days": Dated("核实期限（工作日）", ((_EVER, 5),), kind="promise"),
        "rectify_days": Dated("整改期限（工作日）", ((_EVER, 15),), kind="promise"),
        "rectify_extension": Dated("整改期限最多延长（工作日）", ((_EVER, 15),), kind="practice"),
        "tell_days": Dated("告知结果期限（工作日）", ((_EVER, 3),), kind="promise"),
        "rerate_days": Dated("再评价期限（日）", ((_EVER, 15),), kind="practice"),
        "retention_years": Dated("回访记录保管年限（0 为随被评价的办件）", ((_EVER, 3),), kind="practice"),
        "min_count": Dated("少于多少条评价不公布、不逐条显示", ((_EVER, 5),), kind="practice"),
        "min_officer": Dated("个人评价达到多少条单位负责人才能看", ((_EVER, 10),), kind="practice"),
        "min_public": Dated("对外公布满意度至少要有多少条评价", ((_EVER, 10),), kind="practice"),
        "callback_unit": Dated("回访机构（机构编号，空为上级司法行政机关）", ((_EVER, None),), kind="practice"),
    }  # fmt: skip

    OPENED, VERIFYING, RECTIFYING, TELLING, TOLD = OPENED, VERIFYING, RECTIFYING, TELLING, TOLD
    CLOSED, DESTROYED = CLOSED, DESTROYED

    CALL = Term(
        "HCP-CALL", "回访期限", _param("call_days"), WD, (Since("opened", "", "收到差评"),), _EVENT_LAW, WORKDAYS,
        runs_in=(OPENED,), on_lapse="提醒上级机构督办", todo="回访评价人",
    )  # fmt: skip
    CALL_URGE = Term(
        "HCP-CALL-URGE", "逾期回访催办", _param("urge_days"), WD, (Since("call_overdue", "", "回访逾期"),), ANSWER, WORKDAYS,
        runs_in=(OPENED,), on_lapse="计入逾期", todo="立即回访（已逾期）",
    )  # fmt: skip
    VERIFY = Term(
        "HCP-VERIFY", "核实期限", _param("verify_days"), WD,
        (Since("called", "", "已回访"), Since("call_given_up", "", "无法联系")), ANSWER, WORKDAYS,
        runs_in=(VERIFYING,), on_lapse="计入逾期", todo="核实并认定",
    )  # fmt: skip
    RECTIFY = Term(
        "HCP-RECTIFY", "整改期限", _param("rectify_days"), WD,
        (Since("well_founded", "", "认定属实"), Since("rectify_returned", "", "退回继续整改")), ANSWER, WORKDAYS,
        extends=(ExtendRule("extended", "days", CHANNEL, WD),), runs_in=(RECTIFYING,), on_lapse="提醒上级机构督办", todo="完成整改",
    )  # fmt: skip
    RECTIFY_URGE = Term(
        "HCP-RECTIFY-URGE", "逾期整改催办", _param("verify_days"), WD, (Since("rectify_overdue", "", "整改逾期"),), ANSWER,
        WORKDAYS, runs_in=(RECTIFYING,), on_lapse="计入逾期", todo="督促整改（已逾期）",
    )  # fmt: skip
    TELL = Term(
        "HCP-TELL", "告知结果期限", _param("tell_days"), WD,
        (Since("not_founded", "", "认定不属实"), Since("rectified", "", "整改完成")), ANSWER, WORKDAYS,
        runs_in=(TELLING,), on_lapse="计入逾期", todo="告知评价人结果",
    )  # fmt: skip
    RERATE = Term(
        "HCP-RERATE", "再评价期限", _param("rerate_days"), CD, (Since("told", "", "告知结果"),), LISTEN, cite("民法典", 203, 1), Side.PARTY,
        runs_in=(TOLD,), on_lapse="视为不再评价，办结", alarm=False, todo="再评价",
    )  # fmt: skip
    RETENTION = Term(
        "HCP-RETENTION", "保管期限", lambda view: int(view.param("retention_years")) or None, YEARS,
        (Since("rerated", "", "办结"), Since("rerate_lapsed", "", "办结"), Since("closed", "", "办结")), KEPT, WORKDAYS,
        kind=TermKind.WAIT, roll=False, runs_in=(CLOSED,), on_lapse="可以销毁", alarm=False,
    )  # fmt: skip

    opened = Event(
        "收到差评", ((), OPENED), by=(REGISTER,), basis=_EVENT_LAW, sets=_opened_facts, rateable=False,
        form=(
            choice("level", "评价", {"2": "不满意", "1": "非常不满意"}, required=True, fact=True, sample="1"),
            Field("rated_procedure", "办理的事项", Kind.TEXT, required=True, fact=True, sample="XZFY", max_length=16),
            Field("rated_event", "评价的环节", Kind.TEXT, required=True, fact=True, sample="served", max_length=40),
            Field("rated_unit", "被评价单位", Kind.UNIT, required=True, fact=True, sample="1"),
            Field("rated_officers", "被评价的工作人员", Kind.STAFFS, sample=["staff-z"]),
            Field("rated_on", "评价日期", Kind.DATE, required=True, sample="@0"),
            Field("reasons", "勾选的原因", Kind.CHOICES, choices=tuple(_REASONS.items()), fact=True, sample=["SLOW"]),
            Field("words", "评价人的话", Kind.LONGTEXT, personal=True, sample="打了几次电话都没有人接。", max_length=2000),
            Field("matter_no", "评价的办件", Kind.TEXT, personal=True, sample="禾溪府复〔2026〕9号", max_length=64),
        ),
        plain="我们收到了您的评价，会在承诺的时间内联系您。", notifies=(RATER,),
    )  # fmt: skip
    assigned = replace(
        CommonEvents.assigned, requires=(Rule("RATED_OFFICER", _not_the_rated, ANSWER, "officers"),), code=""
    )
    handed_over = replace(
        CommonEvents.handed_over,
        requires=(*CommonEvents.handed_over.requires, Rule("RATED_OFFICER", _not_the_rated, ANSWER, "to_officer")),
        code="",
    )
    call_missed = Event(
        "没有打通", ((OPENED,), SAME), by=OFFICE, basis=HOUSE, backdated=True,
        requires=(Rule("ONCE_A_DAY", _once_a_day, HOUSE),),
        form=(choice("why", "情况", codes.TRIED, required=True), Field("note", "说明", Kind.TEXT, personal=True, max_length=200)),
        hint="每打一次记一次，不同的日子分别记",
    )  # fmt: skip
    called = Event(
        "已回访", ((OPENED,), VERIFYING), by=OFFICE, basis=_EVENT_LAW, meets=("HCP-CALL", "HCP-CALL-URGE"), backdated=True, primary=True,
        sets={"reached": True},
        form=(
            choice("how", "方式", {"PHONE": "电话", "VISIT": "当面", "ONLINE": "网上"}, required=True),
            choice("said", "评价人的态度", {"EXPLAINS": "说明了情况", "DECLINES": "不愿多说", "WITHDRAWS": "表示已经解决"},
                   required=True, fact=True),
            Field("words", "回访记录", Kind.LONGTEXT, required=True, personal=True, sample="评价人说明办理中两次电话没有人接听。"),
        ),
        plain="我们已经和您联系，正在核实。", notifies=(RATER,),
    )  # fmt: skip
    call_given_up = Event(
        "无法联系", ((OPENED,), VERIFYING), by=OFFICE, basis=HOUSE, meets=("HCP-CALL", "HCP-CALL-URGE"), sets={"reached": False},
        requires=(Rule("TRY_AGAIN", _tried_enough, HOUSE),),
        form=(Field("note", "说明", Kind.TEXT, personal=True, max_length=200),),
        plain="我们几次联系您都没有接通，会按您写的情况核实。", notifies=(RATER,), hint="不同的日子打过规定的次数都没有打通",
    )  # fmt: skip
    rating_changed = Event(
        "评价人修改评价", ((*WORKING,), SAME), by=(REGISTER,), basis=LISTEN,
        form=(
            choice("level", "修改后的评价", codes.LEVEL_CHOICES, required=True, fact="level", sample="3"),
            Field("words", "评价人的话", Kind.LONGTEXT, personal=True, max_length=2000),
        ),
        plain="您修改了评价，回访照常进行。",
    )  # fmt: skip
    call_overdue = Event(
        "回访逾期", ((OPENED,), SAME), by=(CLOCK,), basis=ANSWER, when="HCP-CALL", sets={"call_late": True},
    )  # fmt: skip
    well_founded = Event(
        "认定属实", ((VERIFYING,), RECTIFYING), by=OFFICE, basis=ANSWER, meets=("HCP-VERIFY",), primary=True, sets={"founded": True},
        form=(
            Field("causes", "原因", Kind.CHOICES, choices=tuple(codes.CAUSES.items()), required=True, fact=True, sample=["DELAY"]),
            Field("finding", "核实情况", Kind.LONGTEXT, required=True, personal=True, sample="查明两次来电没有人接听，也没有回拨。"),
            Field("measure", "整改要求", Kind.LONGTEXT, required=True, fact=True, max_length=600, sample="值班电话无人接听时转接，当日回拨。",
                  help="会转给被评价单位，不要写评价人的姓名、电话和其他能认出本人的内容"),
        ),
        plain="经核实，您反映的情况属实，已经要求整改。", notifies=(RATER,),
    )  # fmt: skip
    not_founded = Event(
        "认定不属实", ((VERIFYING,), TELLING), by=OFFICE, basis=ANSWER, meets=("HCP-VERIFY",), sets={"founded": False},
        form=(Field("finding", "核实情况和理由", Kind.LONGTEXT, required=True, personal=True, sample="办理全程在期限之内，通话记录完整。"),),
        plain="我们核实了您反映的情况，会把结果告诉您。", notifies=(RATER,),
    )  # fmt: skip
    extended = Event(
        "延长整改期限", ((RECTIFYING,), SAME), by=(OFFICE_HEAD,), basis=HOUSE,
        requires=(Rule("EXTEND_ONCE", _extended_once, HOUSE, "days"), Rule("TOO_LATE", _extended_soon, HOUSE)),
        form=(Field("days", "延长（工作日）", Kind.INT, required=True, sample=5),
              Field("reason", "理由", Kind.TEXT, required=True, sample="需要更换电话系统", max_length=200)),
    )  # fmt: skip
    rectified = Event(
        "整改完成", ((RECTIFYING,), TELLING), by=(*OFFICE, RATED_UNIT), basis=ANSWER, meets=("HCP-RECTIFY", "HCP-RECTIFY-URGE"),
        backdated=True, primary=True,
        form=(Field("what", "整改情况", Kind.LONGTEXT, required=True, fact="rectification", max_length=600,
                    sample="值班电话已设转接和未接提醒。", help="会告知评价人，不要写个人信息"),),
        plain="被评价单位已经整改。", notifies=(RATER,),
    )  # fmt: skip
    rectify_returned = Event(
        "退回继续整改", ((TELLING,), RECTIFYING), by=OFFICE, basis=ANSWER,
        requires=(Rule("FOUNDED_ONLY", lambda view, ask: None if view.facts.get("founded") else "认定不属实的，没有要整改的事", ANSWER),),
        form=(Field("why", "退回原因", Kind.LONGTEXT, required=True, fact="returned_for", max_length=600, sample="只写了打算，没有做到。"),),
    )  # fmt: skip
    rectify_overdue = Event(
        "整改逾期", ((RECTIFYING,), SAME), by=(CLOCK,), basis=ANSWER, when="HCP-RECTIFY", sets={"rectify_late": True},
    )  # fmt: skip
    told = Event(
        "告知结果", ((TELLING,), TOLD), by=OFFICE, basis=ANSWER, meets=("HCP-TELL",), primary=True,
        form=(
            choice("how", "方式", {"PHONE": "电话", "VISIT": "当面", "ONLINE": "网上"}, required=True),
            Field("answer", "告知的内容", Kind.LONGTEXT, required=True, personal=True, sample="已经设转接和回拨，向您致歉。"),
        ),
        plain="我们把核实和整改的结果告诉了您，请您再评价一次。", notifies=(RATER,),
    )  # fmt: skip
    rerated = Event(
        "再次评价", ((TOLD,), CLOSED), by=(RATER,), basis=LISTEN, meets=("HCP-RERATE",), sets=_rerated, rateable=False, primary=True,
        form=(
            choice("level", "现在的评价", codes.LEVEL_CHOICES, required=True, sample="4"),
            Field("words", "想说的话", Kind.LONGTEXT, personal=True, max_length=2000),
        ),
        plain="您又评价了一次，回访办结。", hint="看看这一次做得怎么样",
    )  # fmt: skip
    rerate_lapsed = Event(
        "没有再评价", ((TOLD,), CLOSED), by=(CLOCK,), basis=LISTEN, when="HCP-RERATE", sets=_closing("NOT_RERATED"), rateable=False,
        plain="您没有再评价，回访办结。",
    )  # fmt: skip
    closed = Event(
        "办结", ((TELLING,), CLOSED), by=OFFICE, basis=HOUSE, sets=_closing("NOT_REACHED"), rateable=False,
        requires=(Rule("TELL_FIRST", _reached, ANSWER),), meets=("HCP-TELL",),
        form=(Field("note", "说明", Kind.TEXT, personal=True, max_length=200),),
        plain="没有联系上您，结果可以在本页查看。", notifies=(RATER,), hint="联系不上评价人时使用",
    )  # fmt: skip
    destroyed = Event(
        "销毁", ((CLOSED,), DESTROYED), by=(REGISTER,), basis=KEPT, rateable=False,
        form=(choice("why", "原因", {"FULL": "保管期满", "MATTER": "被评价的办件已销毁"}, required=True),),
    )  # fmt: skip
    guide = {
        "事项名称": "差评回访",
        "自动开始": True,
        "办理机构": "上级司法行政机关或者专门的回访机构",
        "服务对象": "对办理评价为“不满意”或者“非常不满意”的人，不用申请",
        "办理期限": (
            ("3个工作日内联系您", _EVENT_LAW), ("属实的，15个工作日内整改", ANSWER), ("结果告诉您，您可以再评价一次", ANSWER),
        ),
        "您的权利": (("评价匿名：被评价的单位和人员看不到是谁评的", ANSWER), ("任何人不得因为评价刁难您", ANSWER)),
        "收费": ("不收费", HOUSE),
    }  # fmt: skip
    step_of = staticmethod(_next_step)
