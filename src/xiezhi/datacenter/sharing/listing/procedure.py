"""政务数据目录更新: ten working days after a change of law or duty, reviewed and published within two."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import (
    SAME,
    WD,
    Event,
    ExtendRule,
    Meets,
    Procedure,
    Rule,
    Side,
    Since,
    State,
    Term,
    choice,
)

from .. import codes
from ..citations import PLAIN, PRACTICE, P, R, joined
from ..fields import day, number, short, words, yes_no
from ..house import House
from ..roles import AUTHORITY, HEAD, OFFICE, ROLE_ALIASES, ROLES

__all__ = ["CODE", "Listing"]

CODE = "MLGX"
MOST = 5
CHANGED = State("待更新", initial=True, code="CHANGED")
REPORTED = State("待审核发布", code="REPORTED")
RETURNED = State("退回修改", code="RETURNED")
PUBLISHED = State("已发布", closed=True, code="PUBLISHED")
VOID = State("无需更新", closed=True, code="VOID")
MAKING = (CHANGED, RETURNED)
OPEN = (*MAKING, REPORTED)


def _extend(view: View, ask: Ask) -> str | None:
    total = sum(int(r.data.get("extension_days") or 0) for r in view.by_event.get("extended", ()))
    days = int(ask.data.get("extension_days") or 0)
    return None if days >= 1 and total + days <= MOST else f"延长累计不得超过{MOST}个工作日"


def _consent(view: View, ask: Ask) -> str | None:
    if "data_authority" in ask.actor.roles or ask.data.get("consent_no"):
        return None
    return "延长要经同级政务数据主管部门同意，请填写同意文号"


def _assessed(view: View, ask: Ask) -> str | None:
    if not ask.data.get("secrecy_assessed"):
        return "编制目录要先评估保密风险"
    return None if ask.data.get("head_agreed") else "目录要经部门负责人审核同意"


def _impact(view: View, ask: Ask) -> str | None:
    if ask.data.get("personal") and not ask.data.get("impact_assessed"):
        return "含有个人信息的，要先作个人信息保护影响评估"
    return None


def _conditions(view: View, ask: Ask) -> str | None:
    if ask.data.get("share_type") == "CONDITIONAL" and not ask.data.get("share_conditions"):
        return "有条件共享的，要列明共享范围、使用用途等条件"
    return None


def _share(view: View, ask: Ask) -> str | None:
    kind = ask.data.get("share_type")
    if kind == "NONE" and not ask.data.get("share_basis"):
        return "不予共享的，要写明理由和法律、行政法规、国务院决定依据"
    if kind == "UNCONDITIONAL" and ask.data.get("share_conditions"):
        return "无条件共享的，不得列出条件"
    return None


def _changed(view: View, ask: Ask) -> str | None:
    on = ask.date("changed_on")
    return "变化发生之日不能晚于今天" if on is not None and on > ask.at.date() else None


def step_of(view: View) -> str:
    """下一步."""
    steps = {"CHANGED": "更新目录并报送", "RETURNED": "修改后再报送", "REPORTED": "审核并发布"}
    return steps.get(view.state.code if view.state else "", "")


class Listing(House, Procedure):
    """政务数据目录更新."""

    code = CODE
    title = "政务数据目录更新"
    title_en = "Update of the data catalog"
    version = 1
    in_force_from = date(2025, 8, 1)
    source = "政务数据共享条例"
    app = "sharing"
    roles = ROLES
    role_aliases = ROLE_ALIASES
    step_of = staticmethod(step_of)
    routes = {
        "CHANGED": ("noticed",), "REPORTED": ("noticed", "reported"), "RETURNED": ("noticed", "reported", "returned"),
        "PUBLISHED": ("noticed", "reported", "published"), "VOID": ("noticed", "voided"),
    }  # fmt: skip
    prepares = {"published": ("reported",)}
    guide = {
        "事项名称": "政务数据目录更新",
        "办理机构": "编制目录的部门和同级政务数据主管部门",
        "受理条件": (("法律、行政法规、国务院决定调整，或者部门职责变化", R(17, 2)),),
        "办理期限": (
            ("变化之日起10个工作日内更新，经同意可以延长5个工作日", R(17, 2)),
            ("收到后2个工作日内审核发布", R(17, 3)),
        ),
        "收费": ("不收费",),
        "结果": ("目录发布",),
    }

    CHANGED, REPORTED, RETURNED, PUBLISHED, VOID = CHANGED, REPORTED, RETURNED, PUBLISHED, VOID

    UPDATE = Term(
        "ML-UPDATE", "更新目录并报送", 10, WD, (Since("noticed", "changed_on", "调整、变化"),), R(17, 2), PLAIN,
        extends=(ExtendRule("extended", "extension_days", R(17, 2), WD),), runs_in=OPEN, todo="更新目录并报送",
        on_lapse="未按要求更新目录，列入通报，主管部门可以责令改正（第39条第1项）",
    )  # fmt: skip
    REVIEW = Term(
        "ML-REVIEW", "审核并发布", 2, WD, (Since("reported"),), R(17, 3), PLAIN, side=Side.AUTHORITY, runs_in=(REPORTED,), todo="审核并发布",
        on_lapse="主管部门逾期没有发布，提醒主管部门",
    )  # fmt: skip

    noticed = Event(
        "登记调整、变化", ((), CHANGED), by=OFFICE, basis=R(17, 2), backdated=True, primary=True,
        form=(
            short("resource", "数据资源", required=True, fact=True, sample="std_lawyer"), short("resource_title", "数据资源名称", fact=True, sample="律师执业信息"),
            choice("change", "因什么", codes.CHANGES, required=True, fact=True), short("change_basis", "哪个文件、哪一条", required=True, fact=True, sample="律师法"),
            day("changed_on", "发生之日", required=True, fact=True, sample="@0"), words("what", "变化内容", "增加一个数据项。", required=True, fact=True),
        ),
        requires=(Rule("CHANGED_LATER", _changed, R(17, 2), "changed_on"),),
    )  # fmt: skip
    extended = Event(
        "延长更新期限", (MAKING, SAME), by=(AUTHORITY, HEAD), basis=R(17, 2),
        form=(
            number("extension_days", "延长几个工作日", required=True, sample=5), short("consent_no", "主管部门同意文号", sample="禾溪数〔2026〕2号"),
            words("special_reason", "特殊原因", "涉及多个部门。", required=True),
        ),
        requires=(Rule("EXTEND_MAX_5", _extend, R(17, 2), "extension_days"), Rule("EXTEND_CONSENT", _consent, R(17, 2), "consent_no")),
        notifies=OFFICE,
    )  # fmt: skip
    reported = Event(
        "更新并报送审核", (MAKING, REPORTED), by=(HEAD, *OFFICE[:1]), basis=joined(R(13), R(16, 1), R(17, 2)), meets=(Meets("ML-UPDATE"),), primary=True,
        form=(
            choice("share_type", "共享属性", {**codes.SHARE_TYPES, "NONE": "不予共享"}, required=True, fact=True, sample="CONDITIONAL", basis=R(14)),
            words("share_conditions", "共享范围、使用用途等条件", "用于履行法定职责的核查。", fact=True, basis=R(15, 2)),
            words("share_basis", "不予共享的理由和依据", "", fact=True, basis=R(15, 2)),
            yes_no("secrecy_assessed", "已评估保密风险", required=True, sample=True, basis=R(13, 1)), yes_no("personal", "含有个人信息", required=True, sample=True),
            yes_no("impact_assessed", "已作个人信息保护影响评估", sample=True, basis=joined(R(13, 1), P(55))),
            yes_no("head_agreed", "部门负责人审核同意", required=True, sample=True, basis=R(13, 1)),
        ),
        requires=(
            Rule("ASSESSED", _assessed, R(13, 1)), Rule("IMPACT_MISSING", _impact, joined(R(13, 1), P(55)), "impact_assessed"),
            Rule("CONDITIONS_MISSING", _conditions, R(15, 2), "share_conditions"), Rule("SHARE_TYPE", _share, R(15, 2), "share_type"),
        ),
        notifies=(AUTHORITY,),
    )  # fmt: skip
    returned = Event(
        "退回修改", ((REPORTED,), RETURNED), by=(AUTHORITY, *OFFICE), basis=R(16, 1), meets=("ML-REVIEW",),
        form=(words("reason", "要改什么", "列明共享条件。", required=True),), notifies=OFFICE,
    )  # fmt: skip
    published = Event(
        "审核通过并发布", ((REPORTED,), PUBLISHED), by=(AUTHORITY, *OFFICE), basis=joined(R(16, 1), R(17, 3)), meets=("ML-REVIEW",), notifies=OFFICE,
        form=(day("published_on", "发布日期", required=True, sample="@0", fact=True),), primary=True,
    )  # fmt: skip
    voided = Event(
        "无需更新", (MAKING, VOID), by=(HEAD,), basis=PRACTICE, meets=("ML-UPDATE",), form=(words("reason", "理由", "目录内容不受影响。", required=True),),
    )  # fmt: skip
