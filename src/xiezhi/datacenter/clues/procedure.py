"""疑点核查: what follows a clue - somebody checks it, asks, decides, and hands a true one to the organ that is competent.

The platform finds and reminds; it decides nothing. A decision names the person who made it, the rule and model with their
versions, what it rests on, and how to object (个人信息保护法 第24条). Days are practice of this platform in dated parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from xiezhi.datacenter.clues import codes
from xiezhi.kernel.procedures.common import OFFICE_HEAD, ORGAN_HEAD, CommonEvents, cite, joined
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import (
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

from .habits import habits

__all__ = ["CHECKER", "CODE", "ClueCheck"]

CODE = "YDSY"
DUTY = cite("个人信息保护法", 34)
"""Organs of state handle personal data within their duties and no further."""
NOT_BY_MACHINE = cite("个人信息保护法", 24, 3)
PUT_RIGHT = cite("个人信息保护法", 46)
HEAR = cite("行政许可法", 61, 1)
"""Supervision of who holds a license, by checking records."""
WORKDAYS = cite("民法典", 203, 2)
KEPT = "档案法 第21条"
HOUSE = "实务"
_EVER = date(2020, 1, 1)

CHECKER = Role("clue_checker", "疑点核查员", Side.OFFICE)
REGISTER = Role("register", "疑点比对", Side.SYSTEM)
OFFICE = (CHECKER, OFFICE_HEAD)

FOUND = State("待核查", initial=True, code="FOUND")
CHECKING = State("核查中", code="CHECKING")
INQUIRED = State("已发函询", code="INQUIRED")
DECIDED = State("已认定", code="DECIDED")
CLOSED = State("已办结", closed=True, code="CLOSED")
DESTROYED = State("已销毁", closed=True, code="DESTROYED")
WORKING = (FOUND, CHECKING, INQUIRED)


def _param(name: str) -> Any:
    return lambda view: int(view.param(name))


def _reply_days(view: View) -> int | None:
    asked = view.last("inquired")
    return int(asked.data.get("days") or view.param("reply_days")) if asked else None


def _days(view: View, ask: Ask) -> str | None:
    low, high = int(view.param("reply_least")), int(view.param("reply_most"))
    days = ask.data.get("days")
    if days is None or low <= int(days) <= high:
        return None
    return f"答复期限为{low}至{high}个工作日"


def _heard(view: View, ask: Ask) -> str | None:
    if view.has("inquired") or ask.data.get("without_inquiry"):
        return None
    return "认定属实以前，应当向本人或者所在机构核实；不需要核实的，写明理由"


def _another(view: View, ask: Ask) -> str | None:
    if not view.has("objected"):
        return None
    before = [r for name in ("confirmed", "dismissed") for r in view.by_event.get(name, ())]
    if before and max(before, key=lambda r: r.seq).actor == ask.actor.ref:
        return "本人提出异议后，由另一名人员认定"
    return None


def _exemption(view: View, ask: Ask) -> str | None:
    if ask.data.get("why") != "LAWFUL":
        return None
    if not ask.data.get("exception") or not ask.data.get("until"):
        return "认定有合法例外的，写明是哪一种例外、到哪一天"
    until = ask.data["until"]
    day: date = date.fromisoformat(until) if isinstance(until, str) else until
    most = int(view.param("exempt_years"))
    if day <= ask.on:
        return "例外的截止日应当在今天以后"
    if day.year - ask.on.year > most:
        return f"例外一次最长{most}年，到期再核"
    return None


def _outcome(value: str) -> Any:
    def sets(view: View, ask: Ask) -> Mapping[str, Any]:
        return {"outcome": value, "decided_by": ask.actor.label, "why": str(ask.data.get("why") or "")}

    return sets


def _decided(value: str) -> Any:
    def test(view: View, ask: Ask) -> str | None:
        if view.facts.get("outcome") == value:
            return None
        return "认定不属实的，直接办结" if value == "CONFIRMED" else "认定属实的，移送有权机关后办结"

    return test


def _once(view: View, ask: Ask) -> str | None:
    return "只能延长一次" if view.has("extended") else None


_STEPS: Mapping[str, str] = {
    "FOUND": "开始核查", "CHECKING": "核实并认定", "INQUIRED": "等待答复", "DECIDED": "移送或者办结",
}  # fmt: skip


def _next_step(view: View) -> str:
    if view.state is None:
        return ""
    if view.state.code == "DECIDED":
        return "移送有权机关" if view.facts.get("outcome") == "CONFIRMED" else "办结"
    return _STEPS.get(view.state.code, "")


class ClueCheck(Procedure):
    """疑点核查."""

    code = CODE
    title = "疑点核查"
    title_en = "Checking a clue"
    version = 1
    in_force_from = date(2020, 1, 1)
    source = "个人信息保护法"
    app = "clues"
    roles = (CHECKER, OFFICE_HEAD, ORGAN_HEAD, REGISTER)
    role_aliases = {"office": ("clue_checker", "office_head"), "system": ("register",), "checker": ("clue_checker",)}
    field_aliases = {"found": {"found_on": "on"}}
    habits = staticmethod(habits)
    routes = {
        "FOUND": ("found",), "CHECKING": ("found", "started"), "INQUIRED": ("found", "started", "inquired"),
        "DECIDED": ("found", "started", "inquired", "answered", "confirmed"), "CLOSED": ("found", "started", "dismissed", "closed"),
        "DESTROYED": ("found", "started", "dismissed", "closed", "destroyed"),
    }  # fmt: skip
    prepares = {
        "confirmed": ("found", "started", "inquired", "answered"), "transferred": ("found", "started", "inquired", "answered", "confirmed"),
        "closed": ("found", "started", "dismissed"), "objected": ("found", "started", "dismissed", "closed"),
        "result_told": ("found", "started", "inquired", "answered", "confirmed", "transferred"),
    }  # fmt: skip
    parameters = {
        "start_days": Dated("开始核查的期限（工作日）", ((_EVER, 5),), kind="promise"),
        "check_days": Dated("核查期限（工作日）", ((_EVER, 30),), kind="promise"),
        "check_extension": Dated("核查期限最多延长（工作日）", ((_EVER, 20),), kind="practice"),
        "reply_days": Dated("函询答复期限（工作日）", ((_EVER, 10),), kind="practice"),
        "reply_least": Dated("函询答复期限最短（工作日）", ((_EVER, 5),), kind="practice"),
        "reply_most": Dated("函询答复期限最长（工作日）", ((_EVER, 20),), kind="practice"),
        "transfer_days": Dated("认定后移送、办结的期限（工作日）", ((_EVER, 5),), kind="promise"),
        "exempt_years": Dated("合法例外一次最长（年）", ((_EVER, 3),), kind="practice"),
        "look_back_years": Dated("重叠结束多少年以后不再提示", ((_EVER, 2),), basis="行政处罚法 第36条第1款", kind="reading"),
        "precision_least": Dated("规则准确率低于多少提请修改（百分比）", ((_EVER, 30),), kind="practice"),
        "precision_count": Dated("认定达到多少件才计算准确率", ((_EVER, 10),), kind="practice"),
        "retention_years": Dated("核查记录保管年限", ((_EVER, 3),), kind="practice"),
        "clue_unit": Dated("核查机构（机构编号，空为省级司法行政机关）", ((_EVER, None),), kind="practice"),
    }  # fmt: skip

    FOUND, CHECKING, INQUIRED, DECIDED, CLOSED, DESTROYED = FOUND, CHECKING, INQUIRED, DECIDED, CLOSED, DESTROYED

    START = Term(
        "YD-START", "开始核查期限", _param("start_days"), WD, (Since("found", "", "发现疑点"),), DUTY, WORKDAYS, runs_in=(FOUND,),
        on_lapse="计入逾期", todo="开始核查",
    )  # fmt: skip
    CHECK = Term(
        "YD-CHECK", "核查期限", _param("check_days"), WD, (Since("started", "", "开始核查"), Since("objected", "", "提出异议")), DUTY, WORKDAYS,
        extends=(ExtendRule("extended", "days", DUTY, WD),), runs_in=(CHECKING, INQUIRED), on_lapse="计入逾期", todo="核实并认定",
    )  # fmt: skip
    REPLY = Term(
        "YD-REPLY", "函询答复期限", _reply_days, WD, (Since("inquired", "", "发出核查函"),), HEAR, WORKDAYS, Side.AUTHORITY,
        runs_in=(INQUIRED,), on_lapse="没有答复的，按现有材料继续核查", todo="等待答复",
    )  # fmt: skip
    TRANSFER = Term(
        "YD-TRANSFER", "移送、办结期限", _param("transfer_days"), WD,
        (Since("confirmed", "", "认定属实"), Since("dismissed", "", "认定不属实")), DUTY, WORKDAYS, runs_in=(DECIDED,), on_lapse="计入逾期",
        todo="移送或者办结",
    )  # fmt: skip
    RETENTION = Term(
        "YD-RETENTION", "保管期限", _param("retention_years"), YEARS,
        (Since("transferred", "", "移送"), Since("closed", "", "办结"), Since("result_told", "", "收到处理结果")), KEPT, WORKDAYS, kind=TermKind.WAIT,
        roll=False, runs_in=(CLOSED,), on_lapse="可以销毁", alarm=False,
    )  # fmt: skip

    # Events of the house, as far as a matter without parties has them, by the roles of those who check.
    assigned = replace(CommonEvents.assigned, by=(OFFICE_HEAD,), code="")
    handed_over = replace(CommonEvents.handed_over, by=(OFFICE_HEAD,), code="")
    noted = replace(CommonEvents.noted, by=OFFICE, code="")
    corrected = replace(CommonEvents.corrected, by=(OFFICE_HEAD,), code="")
    recused = replace(CommonEvents.recused, by=(OFFICE_HEAD, ORGAN_HEAD), plain="", code="")
    papers_added = replace(CommonEvents.papers_added, by=OFFICE, code="")

    found = Event(
        "发现疑点", ((), FOUND), by=(REGISTER,), basis=DUTY, rateable=False,
        form=(
            Field("rule", "规则", required=True, fact=True, sample="lawyer.two-firms", max_length=60),
            Field("rule_version", "规则版本", Kind.INT, required=True, fact=True, sample=1),
            Field("model_version", "关联模型版本", fact=True, sample="link-1", max_length=40),
            Field("person", "人员编号", required=True, fact=True, sample="00000000-0000-4000-8000-000000000001", max_length=36),
            Field("since", "重叠起", Kind.DATE, required=True, fact=True, sample="@0"),
            Field("until", "重叠止", Kind.DATE, fact=True),
            Field("restricted", "限制查询", Kind.BOOL, fact=True, sample=False),
            Field("summary", "两个身份", Kind.LONGTEXT, required=True, personal=True, sample="甲所专职律师；乙所专职律师"),
        ),
    )  # fmt: skip
    overlap_ended = Event(
        "重叠已经结束", ((*WORKING, DECIDED), SAME), by=(REGISTER,), basis=DUTY,
        form=(Field("ended_on", "结束日", Kind.DATE, required=True, fact=True, sample="@0"),
              choice("how", "怎样知道", {"PERIOD": "期间届满", "GONE": "数据中已不存在"}, required=True)),
        hint="只记下来，是否属实仍由核查员认定",
    )  # fmt: skip
    overlap_back = Event(
        "重叠再次出现", ((*WORKING, DECIDED), SAME), by=(REGISTER,), basis=DUTY, sets={"ended_on": None},
    )  # fmt: skip
    started = Event(
        "开始核查", ((FOUND,), CHECKING), by=OFFICE, basis=DUTY, meets=("YD-START",), primary=True,
        form=(Field("note", "说明", Kind.TEXT, personal=True, max_length=200),),
    )  # fmt: skip
    inquired = Event(
        "发出核查函", ((CHECKING,), INQUIRED), by=OFFICE, basis=HEAR, requires=(Rule("REPLY_DAYS", _days, HOUSE, "days"),),
        produces=("核查函",), primary=True,
        form=(
            choice("asked", "向谁核实", codes.ASKED, required=True, fact="asked", sample="UNIT"),
            Field("to", "主送", Kind.TEXT, required=True, personal=True, sample="云岭明理律师事务所", max_length=120),
            Field("questions", "请说明的事项", Kind.LONGTEXT, required=True, personal=True, max_length=2000,
                  sample="聘用合同的起止日期；同期是否在其他机构执业。", help="不写犯罪、健康和其他与核实无关的信息"),
            Field("days", "答复期限（工作日）", Kind.INT, sample=10),
        ),
        hint="向本人、所在机构或者有关机关核实，写明答复期限",
    )  # fmt: skip
    answered = Event(
        "收到答复", ((INQUIRED, CHECKING), CHECKING), by=OFFICE, basis=HEAR, meets=("YD-REPLY",), backdated=True, primary=True,
        form=(
            choice("said", "答复", codes.FINDINGS, required=True, fact="said", sample="EXPLAINS"),
            Field("words", "答复内容", Kind.LONGTEXT, required=True, personal=True, max_length=4000, sample="本人已于三月转所，原所没有办理手续。"),
            Field("files", "材料", Kind.FILES),
        ),
    )  # fmt: skip
    not_answered = Event(
        "逾期没有答复", ((INQUIRED,), CHECKING), by=(CLOCK,), basis=HEAR, when="YD-REPLY", sets={"reply_late": True},
    )  # fmt: skip
    extended = Event(
        "延长核查期限", ((CHECKING, INQUIRED), SAME), by=(OFFICE_HEAD,), basis=HOUSE, requires=(Rule("EXTEND_ONCE", _once, HOUSE),),
        form=(Field("days", "延长（工作日）", Kind.INT, required=True, sample=10), Field("reason", "理由", required=True, sample="等待外省答复", max_length=200)),
    )  # fmt: skip
    confirmed = Event(
        "认定属实", ((CHECKING,), DECIDED), by=(OFFICE_HEAD,), basis=joined(DUTY, NOT_BY_MACHINE), meets=("YD-CHECK",),
        sets=_outcome("CONFIRMED"), requires=(Rule("HEAR_FIRST", _heard, HEAR), Rule("ANOTHER", _another, NOT_BY_MACHINE)), primary=True,
        form=(
            Field("finding", "查明的事实", Kind.LONGTEXT, required=True, personal=True, max_length=4000, sample="查明两段执业重叠三个月，均有收案。"),
            Field("evidence", "依据的材料", Kind.LONGTEXT, required=True, personal=True, max_length=2000, sample="聘用合同、收案登记、社保记录。"),
            Field("organ", "移送给", required=True, fact=True, sample="云州市司法局", max_length=120),
            Field("without_inquiry", "没有函询的理由", Kind.TEXT, personal=True, max_length=400),
        ),
        hint="只是认定线索属实，不是处罚；由有权机关依法处理",
    )  # fmt: skip
    dismissed = Event(
        "认定不属实", ((CHECKING, FOUND), DECIDED), by=OFFICE, basis=joined(DUTY, NOT_BY_MACHINE), meets=("YD-CHECK", "YD-START"),
        sets=_outcome("FALSE"), requires=(Rule("EXCEPTION", _exemption, HOUSE, "until"), Rule("ANOTHER", _another, NOT_BY_MACHINE)), primary=True,
        form=(
            choice("why", "原因", codes.FALSE_REASONS, required=True, sample="NOT_HELD"),
            Field("finding", "查明的事实", Kind.LONGTEXT, required=True, personal=True, max_length=4000, sample="原所已注销登记，数据没有更新。"),
            Field("exception", "哪一种例外", fact=True, max_length=24),
            Field("until", "例外到哪一天（当日不含）", Kind.DATE, fact=True),
        ),
    )  # fmt: skip
    transferred = Event(
        "移送有权机关", ((DECIDED,), CLOSED), by=OFFICE, basis=DUTY, meets=("YD-TRANSFER",), rateable=False, primary=True,
        requires=(Rule("CONFIRMED_ONLY", _decided("CONFIRMED"), DUTY),), produces=("线索移送函",), sets={"closing_type": "TRANSFERRED"},
        form=(Field("note", "说明", Kind.TEXT, personal=True, max_length=400),),
    )  # fmt: skip
    closed = Event(
        "办结", ((DECIDED,), CLOSED), by=OFFICE, basis=DUTY, meets=("YD-TRANSFER",), rateable=False, primary=True,
        requires=(Rule("FALSE_ONLY", _decided("FALSE"), DUTY),), produces=("疑点核查处理单",), sets={"closing_type": "FALSE"},
        form=(Field("note", "说明", Kind.TEXT, personal=True, max_length=400),),
    )  # fmt: skip
    result_told = Event(
        "收到处理结果", ((CLOSED,), SAME), by=OFFICE, basis=DUTY, backdated=True,
        requires=(Rule("CONFIRMED_ONLY", _decided("CONFIRMED"), DUTY),),
        form=(choice("result", "结果", codes.RESULTS, required=True, fact=True), Field("words", "说明", Kind.LONGTEXT, personal=True, max_length=2000)),
    )  # fmt: skip
    objected = Event(
        "本人提出异议", ((CLOSED, DECIDED), CHECKING), by=OFFICE, basis=joined(NOT_BY_MACHINE, PUT_RIGHT), backdated=True,
        sets={"outcome": "", "why": "", "closing_type": ""},
        form=(Field("words", "异议内容", Kind.LONGTEXT, required=True, personal=True, max_length=4000, sample="认为两段执业没有重叠，附转所证明。"),),
        hint="本人对认定有异议的，重新核查，由另一名人员办理",
    )  # fmt: skip
    destroyed = Event(
        "销毁", ((CLOSED,), DESTROYED), by=(REGISTER,), basis=KEPT, rateable=False,
        form=(choice("why", "原因", {"FULL": "保管期满"}, required=True),),
    )  # fmt: skip
    guide = {
        "事项名称": "疑点核查", "自动开始": True, "办理机构": "司法行政机关的数据资源中心", "服务对象": "由数据比对发起，不用申请",
        "办理期限": (("开始核查后30个工作日内认定", DUTY), ("函询一般给10个工作日答复", HEAR)),
        "您的权利": (("比对结果只是线索，由工作人员核实后认定，不会自动处罚", NOT_BY_MACHINE), ("认为信息有误的，可以要求更正", PUT_RIGHT)),
        "收费": ("不收费", HOUSE),
    }  # fmt: skip
    step_of = staticmethod(_next_step)
