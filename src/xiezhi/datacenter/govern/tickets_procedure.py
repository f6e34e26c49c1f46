"""数据质量问题整改: what a supplying unit is asked to put right after a batch, and by when (政务数据共享条例 第18条).

The days are an internal rule in dated parameters. Where somebody who uses the data reported the error, the ten working days
of the sharing regulation count (政务数据共享条例 第26条). A row is never corrected here: the source system corrects, and the
corrected delivery closes the ticket by itself (platform.md 3.1).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, CommonEvents, cite
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
    SpellRule,
    State,
    Term,
    choice,
)
from xiezhi.kernel.procedures.walks import Move

__all__ = ["CODE", "GOVERNANCE", "STEWARD", "SUPPLIER", "Rectification"]

CODE = "SJZL"
CORRECT = cite("政务数据共享条例", 26)
QUALITY = cite("政务数据共享条例", 18)
HOUSE = "实务"
WORKDAYS = cite("民法典", 203, 2)
_EVER = date(2020, 1, 1)

STEWARD = Role("data_steward", "数据管理员", Side.OFFICE)
SUPPLIER = Role("supplier", "数据提供单位", Side.AUTHORITY)
GOVERNANCE = Role("governance", "数据治理系统", Side.SYSTEM)
OFFICE = (STEWARD, CASE_OFFICER, OFFICE_HEAD)

NOTIFIED = State("已通知", initial=True, code="NOTIFIED")
ACKNOWLEDGED = State("整改中", code="ACKNOWLEDGED")
CORRECTED = State("待重新报送", code="CORRECTED")
DISPUTED = State("有异议", code="DISPUTED")
CLOSED = State("已办结", closed=True, code="CLOSED")
AT_SUPPLIER = (NOTIFIED, ACKNOWLEDGED, CORRECTED)

ORIGINS = {"CHECK": "系统校验发现", "USER": "数据使用单位提出校核", "PERSON": "本人提出更正"}
CLOSINGS = {
    "REDELIVERED": "重新报送通过",
    "WITHDRAWN": "问题数据已撤回",
    "RULE_WRONG": "规则有误",
    "BY_HAND": "核实后办结",
}


def _param(name: str) -> Any:
    return lambda view: int(view.param(name))


def _by_check(view: View) -> bool:
    return str(view.facts.get("origin") or "CHECK") == "CHECK"


def _asked(view: View) -> bool:
    return not _by_check(view)


def _extension(view: View, ask: Ask) -> str | None:
    limit = int(view.param("extension_days"))
    if view.has("extended"):
        return "整改期限只能延长一次"
    return None if 0 < int(ask.data.get("days") or 0) <= limit else f"最多延长{limit}个工作日"


def _in_time(view: View, ask: Ask) -> str | None:
    return "已经逾期，不能再延长，请尽快更正并重新报送" if view.has("overdue") else None


def _only_checks(view: View, ask: Ask) -> str | None:
    return None if _by_check(view) else "校核申请的期限由法规规定，不能延长"


def _all_passed(view: View, ask: Ask) -> str | None:
    left = int(ask.data.get("remaining") or 0)
    return None if left == 0 else f"还有{left}行没有通过，不能办结"


def _some_left(view: View, ask: Ask) -> str | None:
    return None if int(ask.data.get("remaining") or 0) > 0 else "没有剩余问题行，请按重新报送通过办结"


def _left(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"remaining": int(ask.data.get("remaining") or 0), "last_batch": str(ask.data.get("batch") or "")}


def _next(view: View) -> str:
    steps = {
        "NOTIFIED": "提供单位签收",
        "ACKNOWLEDGED": "提供单位更正源数据",
        "CORRECTED": "等重新报送的批次",
        "DISPUTED": "核定异议",
    }
    return steps.get(view.state.code, "") if view.state else ""


def _habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    state = view.state.code if view.state else ""
    if state == "":
        return [Move("opened", data={"origin": rng.choice(("CHECK", "CHECK", "USER"))})]
    if state == "NOTIFIED":
        return [Move("acknowledged", 6.0, (0, 2)), Move("disputed", 0.5, (0, 2))]
    if state == "ACKNOWLEDGED":
        return [Move("fixed", 5.0, (1, 4)), Move("passed", 3.0, (1, 5))]
    if state == "CORRECTED":
        return [Move("passed", 6.0, (1, 3)), Move("still_wrong", 1.0, (1, 2), {"remaining": 2})]
    if state == "DISPUTED":
        return [Move("dispute_refused", 3.0, (1, 3)), Move("dispute_granted", 1.0, (1, 3))]
    return []


class Rectification(CommonEvents, Procedure):
    """数据质量问题整改."""

    code = CODE
    title = "数据质量问题整改"
    title_en = "Putting right what a delivery of data got wrong"
    version = 1
    in_force_from = _EVER
    source = QUALITY
    app = "govern"
    roles = (SUPPLIER, STEWARD, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, GOVERNANCE)
    role_aliases = {"office": ("data_steward", "case_officer", "office_head"), "system": ("governance",)}
    habits = staticmethod(_habits)
    step_of = staticmethod(_next)
    routes = {
        "NOTIFIED": ("opened",), "ACKNOWLEDGED": ("opened", "acknowledged"), "CORRECTED": ("opened", "acknowledged", "fixed"),
        "DISPUTED": ("opened", "disputed"), "CLOSED": ("opened", "passed"),
    }  # fmt: skip
    parameters = {
        "fix_days": Dated("系统校验发现的问题整改期限（工作日）", ((_EVER, 5),), kind="practice"),
        "asked_days": Dated("使用单位提出校核的更正期限（工作日）", ((_EVER, 10),), CORRECT, "law"),
        "ack_days": Dated("签收期限（工作日）", ((_EVER, 1),), kind="practice"),
        "urge_days": Dated("逾期后催办的期限（工作日）", ((_EVER, 2),), kind="practice"),
        "decide_days": Dated("核定异议期限（工作日）", ((_EVER, 3),), kind="practice"),
        "extension_days": Dated("整改期限最多延长（工作日）", ((_EVER, 5),), kind="practice"),
    }  # fmt: skip

    NOTIFIED, ACKNOWLEDGED, CORRECTED, DISPUTED, CLOSED = NOTIFIED, ACKNOWLEDGED, CORRECTED, DISPUTED, CLOSED

    ACK = Term(
        "SJZL-ACK", "签收期限", _param("ack_days"), WD, (Since("opened", "", "发出通知"),), QUALITY, WORKDAYS, Side.AUTHORITY,
        runs_in=(NOTIFIED,), on_lapse="计入逾期", todo="签收整改通知", alarm=False,
    )  # fmt: skip
    FIX = Term(
        "SJZL-FIX", "整改期限", _param("fix_days"), WD, (Since("opened", "", "发出通知"),), QUALITY, WORKDAYS, Side.AUTHORITY,
        applies=_by_check, runs_in=(*AT_SUPPLIER, DISPUTED), on_lapse="提醒数据管理员督办，计入质量评价", todo="更正并重新报送",
        spells=(SpellRule("disputed", ("dispute_refused", "dispute_granted"), "异议核定期间", QUALITY),),
        extends=(ExtendRule("extended", "days", QUALITY, WD),),
    )  # fmt: skip
    ASKED = Term(
        "SJZL-ASKED", "校核更正期限", _param("asked_days"), WD, (Since("opened", "", "收到校核申请"),), CORRECT, WORKDAYS, Side.AUTHORITY,
        applies=_asked, runs_in=(*AT_SUPPLIER, DISPUTED), on_lapse="提醒数据管理员督办；未按时更正的依法处理", todo="核实、更正并反馈",
    )  # fmt: skip
    DECIDE = Term(
        "SJZL-DECIDE", "核定异议期限", _param("decide_days"), WD, (Since("disputed", "", "提出异议"),), QUALITY, WORKDAYS,
        runs_in=(DISPUTED,), on_lapse="计入逾期", todo="核定异议",
    )  # fmt: skip
    URGE = Term(
        "SJZL-URGE", "逾期催办", _param("urge_days"), WD, (Since("overdue", "", "整改逾期"),), QUALITY, WORKDAYS, Side.AUTHORITY,
        runs_in=AT_SUPPLIER, on_lapse="计入质量评价", todo="立即更正（已逾期）",
    )  # fmt: skip

    opened = Event(
        "发出整改通知", ((), NOTIFIED), by=(GOVERNANCE, *OFFICE), basis=QUALITY, rateable=False,
        produces=("数据质量问题通知单",), notifies=(SUPPLIER,),
        form=(
            choice("origin", "怎样发现", ORIGINS, required=True, fact=True),
            Field("table", "数据表", Kind.TEXT, required=True, fact=True, sample="std_lawyer", max_length=40),
            Field("source", "数据源", Kind.TEXT, required=True, fact=True, sample="lawyers", max_length=80),
            Field("batch", "批次", Kind.TEXT, required=True, fact=True, sample="lawyers-20260914", max_length=200),
            Field("supplier_unit", "数据提供单位", Kind.UNIT, fact=True, sample="1"),
            Field("rows", "批次行数", Kind.INT, required=True, fact=True, sample=1200),
            Field("refused", "拒收行数", Kind.INT, required=True, fact=True, sample=17),
            Field("marked", "提示行数", Kind.INT, fact=True, sample=4),
            Field("summary", "问题汇总", Kind.LONGTEXT, required=True, fact=True, max_length=4000,
                  sample="身份证件号码校验不通过12行；执业证号没有填写5行",
                  help="只写规则和行数，不写个人信息；逐行明细在问题清单中查看"),
        ),
        sets={"remaining": None},
    )  # fmt: skip
    acknowledged = Event(
        "签收", ((NOTIFIED,), ACKNOWLEDGED), by=(SUPPLIER, *OFFICE), basis=QUALITY, meets=("SJZL-ACK",), primary=True,
        office_title="登记签收",
        form=(Field("contact", "联系人", Kind.TEXT, personal=True, max_length=60, sample="信息科"),),
        hint="确认收到，开始核对源数据",
    )  # fmt: skip
    fixed = Event(
        "源数据已更正", ((NOTIFIED, ACKNOWLEDGED), CORRECTED), by=(SUPPLIER, *OFFICE), basis=QUALITY, meets=("SJZL-ACK",), primary=True,
        office_title="登记源数据已更正",
        form=(Field("how", "更正情况", Kind.LONGTEXT, required=True, fact=True, max_length=600, sample="已按证照原件更正。",
                    help="不要写个人信息"),),
        hint="在本单位的系统里改好，等下一批报送",
    )  # fmt: skip
    still_wrong = Event(
        "重新报送仍有问题", ((*AT_SUPPLIER,), ACKNOWLEDGED), by=(GOVERNANCE,), basis=QUALITY, sets=_left, meets=("SJZL-ACK",),
        requires=(Rule("NONE_LEFT", _some_left, QUALITY, "remaining"),), notifies=(SUPPLIER,),
        form=(
            Field("batch", "批次", Kind.TEXT, required=True, sample="lawyers-20260916", max_length=200),
            Field("remaining", "还没有通过的行数", Kind.INT, required=True, sample=3),
        ),
    )  # fmt: skip
    passed = Event(
        "重新报送通过", ((*AT_SUPPLIER, DISPUTED), CLOSED), by=(GOVERNANCE,), basis=QUALITY, rateable=False,
        meets=("SJZL-ACK", "SJZL-FIX", "SJZL-ASKED", "SJZL-URGE", "SJZL-DECIDE"), notifies=(SUPPLIER,),
        requires=(Rule("ROWS_LEFT", _all_passed, QUALITY, "remaining"),),
        form=(
            Field("batch", "批次", Kind.TEXT, required=True, sample="lawyers-20260917", max_length=200),
            Field("remaining", "还没有通过的行数", Kind.INT, default=0, sample=0),
        ),
        sets=lambda view, ask: {**_left(view, ask), "closing_type": "REDELIVERED"},
    )  # fmt: skip
    disputed = Event(
        "提出异议", ((NOTIFIED, ACKNOWLEDGED), DISPUTED), by=(SUPPLIER, *OFFICE), basis=QUALITY, meets=("SJZL-ACK",),
        office_title="登记异议",
        form=(
            Field("rules", "对哪些规则有异议", Kind.TEXT, required=True, fact="disputed_rules", max_length=400, sample="license_no.length"),
            Field("why", "理由", Kind.LONGTEXT, required=True, fact="dispute", max_length=2000, sample="旧证号为十五位，至今有效。",
                  help="不要写个人信息"),
        ),
        hint="认为数据没有错、规则不对时使用；核定期间不计入整改期限",
    )  # fmt: skip
    dispute_refused = Event(
        "异议不成立", ((DISPUTED,), ACKNOWLEDGED), by=OFFICE, basis=HOUSE, meets=("SJZL-DECIDE",), notifies=(SUPPLIER,),
        form=(Field("why", "理由", Kind.LONGTEXT, required=True, fact="decision", max_length=2000, sample="旧证应当换发，按现行编码报送。"),),
    )  # fmt: skip
    dispute_granted = Event(
        "异议成立", ((DISPUTED,), CLOSED), by=OFFICE, basis=HOUSE, meets=("SJZL-DECIDE",), notifies=(SUPPLIER,), rateable=False,
        form=(Field("why", "怎样修改规则", Kind.LONGTEXT, required=True, fact="decision", max_length=2000, sample="规则改为十五位或者十七位。"),),
        sets={"closing_type": "RULE_WRONG"}, hint="规则有误：改规则，不改数据；下一批按新规则检查",
    )  # fmt: skip
    extended = Event(
        "延长整改期限", ((*AT_SUPPLIER,), SAME), by=OFFICE, basis=HOUSE, rare=True, notifies=(SUPPLIER,),
        requires=(
            Rule("BY_LAW", _only_checks, CORRECT), Rule("EXTEND_ONCE", _extension, HOUSE, "days"), Rule("TOO_LATE", _in_time, HOUSE),
        ),
        form=(
            Field("days", "延长（工作日）", Kind.INT, required=True, sample=3),
            Field("reason", "理由", Kind.TEXT, required=True, sample="源系统升级", max_length=200),
        ),
    )  # fmt: skip
    overdue = Event(
        "整改逾期", ((*AT_SUPPLIER,), SAME), by=(CLOCK,), basis=QUALITY, when="SJZL-FIX", also_when=("SJZL-ASKED",),
        sets={"late": True}, notifies=(SUPPLIER,),
    )  # fmt: skip
    urged = Event(
        "督办", ((*AT_SUPPLIER,), SAME), by=OFFICE, basis=QUALITY, rare=True, notifies=(SUPPLIER,),
        form=(Field("text", "督办意见", Kind.TEXT, required=True, max_length=400, sample="请三日内报送更正后的数据。"),),
    )  # fmt: skip
    ended = Event(
        "核实后办结", ((*AT_SUPPLIER,), CLOSED), by=OFFICE, basis=HOUSE, rare=True, rateable=False,
        meets=("SJZL-ACK", "SJZL-FIX", "SJZL-ASKED", "SJZL-URGE"),
        form=(
            choice("closing_type", "原因", {"WITHDRAWN": "问题数据已撤回", "BY_HAND": "核实后办结"}, required=True, fact=True),
            Field("why", "说明", Kind.TEXT, required=True, fact=True, max_length=400, sample="该批数据为测试数据，已撤回。"),
        ),
    )  # fmt: skip
    guide = {
        "事项名称": "数据质量问题整改",
        "自动开始": True,
        "办理机构": "数据资源管理机构",
        "服务对象": "向数据资源中心提供数据的单位",
        "办理期限": (("系统校验发现的，5个工作日内更正并重新报送", HOUSE), ("使用单位提出校核的，10个工作日内核实、更正并反馈", CORRECT)),
        "收费": ("不收费", HOUSE),
    }  # fmt: skip
