"""政务数据校核: a user of shared data finds them wrong; verified, mended and told within ten working days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import SAME, WD, Event, Procedure, Rule, Started, State, Term, choice

from .. import codes
from ..citations import PLAIN, PRACTICE, P, R, joined
from ..fields import day, files, number, short, text, words, yes_no
from ..house import House
from ..roles import AUTHORITY, HEAD, OFFICE, REQUESTER, REQUESTER_HEAD, ROLE_ALIASES, ROLES, SHARER, USERS

__all__ = ["CODE", "Correction"]

CODE = "SJJZ"
FILED = State("待核实", initial=True, code="FILED")
VERIFIED = State("已核实待更正", code="VERIFIED")
MENDED = State("已更正", closed=True, code="MENDED")
RIGHT = State("核实无误", closed=True, code="RIGHT")
WITHDRAWN = State("已撤回", closed=True, code="WITHDRAWN")
OPEN = (FILED, VERIFIED)


def _received(view: View) -> Started | None:
    filed = view.first("filed")
    if filed is None:
        return None
    return Started(filed.date("received_on") or filed.on, "收到校核申请", R(26, 2), filed.seq)


def _which(view: View, ask: Ask) -> str | None:
    rows, words_ = str(ask.data.get("rows") or "").strip(), str(ask.data.get("wrong") or "").strip()
    return None if rows or words_ else "请写明哪些数据不准确或者不完整"


def _not_later(view: View, ask: Ask) -> str | None:
    on = ask.date("received_on")
    return "收到之日不能晚于今天，请改日期" if on is not None and on > ask.at.date() else None


def _filed(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"received_on": ask.data.get("received_on") or ask.on.isoformat()}


def step_of(view: View) -> str:
    """下一步."""
    return {"FILED": "核实", "VERIFIED": "更正并反馈"}.get(view.state.code if view.state else "", "")


class Correction(House, Procedure):
    """政务数据校核."""

    code = CODE
    title = "政务数据校核"
    title_en = "Correction of shared data"
    version = 1
    in_force_from = date(2025, 8, 1)
    source = "政务数据共享条例"
    app = "sharing"
    roles = ROLES
    role_aliases = ROLE_ALIASES
    step_of = staticmethod(step_of)
    routes = {
        "FILED": ("filed",), "VERIFIED": ("filed", "verified"), "MENDED": ("filed", "verified", "mended"), "RIGHT": ("filed", "found_right"),
        "WITHDRAWN": ("filed", "withdrawn"),
    }  # fmt: skip
    prepares = {"mended": ("verified",)}
    guide = {
        "事项名称": "政务数据校核",
        "办理机构": "数据提供部门的政务数据共享工作机构",
        "服务对象": "使用共享数据的部门",
        "受理条件": (("发现共享数据不准确或者不完整", R(26, 2)),),
        "申请材料": (("哪些数据、错在哪里，有依据的附上", R(26, 2)),),
        "收费": ("不收费",),
        "办理期限": (("10个工作日内核实、更正并反馈", R(26, 2)),),
        "结果": ("更正并反馈", "核实无误"),
    }

    FILED, VERIFIED, MENDED, RIGHT, WITHDRAWN = FILED, VERIFIED, MENDED, RIGHT, WITHDRAWN

    TEN = Term(
        "JZ-TEN", "核实、更正并反馈", 10, WD, _received, R(26, 2), PLAIN, runs_in=OPEN, todo="核实、更正并反馈",
        on_lapse="未按时核实、更正，列入通报，主管部门可以责令改正（第39条第6项）",
    )  # fmt: skip

    filed = Event(
        "提出校核申请", ((), FILED), by=(REQUESTER, REQUESTER_HEAD, *OFFICE), basis=R(26, 2), primary=True, backdated=True, notifies=OFFICE, sets=_filed,
        form=(
            short("resource", "数据资源", required=True, fact=True, sample="std_lawyer"), short("resource_title", "数据资源名称", fact=True, sample="律师执业信息"),
            choice("kind", "问题", codes.WRONGS, required=True, fact=True), words("fields", "哪些数据项", "license_no", required=True, fact=True),
            number("row_count", "涉及几行", sample=1, fact=True),
            text("rows", "哪些行（行标识或者证号）", sample="行标识见附件。"), text("wrong", "错在哪里", sample="执业证号与证件不一致。"),
            short("requester_name", "需求部门", fact=True, sample="甲东县人力资源和社会保障局"), short("provider_name", "提供部门", fact=True, sample="甲东县司法局"),
            day("received_on", "收到之日（书面申请）", sample=None, office=True), files(label="依据"),
        ),
        requires=(Rule("ROWS_MISSING", _which, R(26, 2), "rows"), Rule("RECEIVED_LATER", _not_later, PRACTICE, "received_on")),
    )  # fmt: skip
    passed_on = Event(
        "转数源部门核实", ((FILED,), SAME), by=OFFICE, basis=joined(R(19, 2), R(26, 2)),
        form=(short("to_unit", "数源部门", required=True, sample="甲东县公安局"),), hint="期限照算，由提供部门负责反馈",
    )  # fmt: skip
    verified = Event(
        "核实有误", ((FILED,), VERIFIED), by=(SHARER, HEAD), basis=R(26, 2), form=(words("found", "核实情况", "录入有误。", required=True),),
    )  # fmt: skip
    mended = Event(
        "更正并反馈", ((VERIFIED,), MENDED), by=OFFICE, basis=joined(R(26, 2), P(46)), meets=("JZ-TEN",), produces=("校核结果反馈函",), notifies=USERS,
        form=(
            words("result", "更正结果", "已按证件更正。", required=True, fact=True), number("mended_rows", "更正几行", required=True, sample=1, fact=True),
            yes_no("copies_told", "其他使用部门和各处副本已同步", required=True, sample=True),
        ),
        primary=True,
    )  # fmt: skip
    found_right = Event(
        "核实无误并反馈", ((FILED,), RIGHT), by=OFFICE, basis=R(26, 2), meets=("JZ-TEN",), produces=("校核结果反馈函",), notifies=USERS,
        form=(words("result", "核实结果和依据", "与证件档案一致。", required=True, fact=True),),
    )  # fmt: skip
    withdrawn = Event(
        "撤回校核申请", (OPEN, WITHDRAWN), by=(*USERS, *OFFICE), basis=PRACTICE, form=(words("reason", "原因", "核对有误。", required=True),),
    )  # fmt: skip
    ordered = Event(
        "责令改正、通报", ((FILED, VERIFIED, MENDED, RIGHT), SAME), by=(AUTHORITY,), basis=joined(R(29, 1), R(39, 0, 6)), notifies=OFFICE,
        form=(words("text", "要求", "请立即核实、更正。", required=True),),
    )  # fmt: skip
