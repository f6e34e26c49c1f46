"""个人信息查阅、更正、删除申请: what a person may ask about the data held about them (个人信息保护法 第44条至第50条).

The law says 及时 and names no number of days; the days here are a promise of the platform in dated parameters. A refusal
says its reason and that the person may sue (第50条第2款).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
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
    SpellRule,
    State,
    Term,
    choice,
)
from xiezhi.kernel.procedures.walks import Move

from .tickets_procedure import GOVERNANCE, STEWARD

__all__ = ["APPLICANT", "CODE", "KINDS", "RightsRequest"]

CODE = "SJGZ"
PIPL = "个人信息保护法"
COPY, CORRECT, DELETE, KEEP = cite(PIPL, 45), cite(PIPL, 46), cite(PIPL, 47, 1), cite(PIPL, 47, 2)
ANSWER, SUE, MINIMUM = cite(PIPL, 50, 1), cite(PIPL, 50, 2), cite(PIPL, 19)
HOUSE = "实务"
_EVER = date(2021, 11, 1)

APPLICANT = Role("applicant", "申请人", Side.PARTY)
OFFICE = (STEWARD, CASE_OFFICER, OFFICE_HEAD)
DECIDES = (OFFICE_HEAD, ORGAN_HEAD)

KINDS = {"COPY": "查阅、复制", "CORRECT": "更正、补充", "DELETE": "删除"}
GROUNDS = {
    "PURPOSE": "处理目的已实现、无法实现或者不再必要", "ENDED": "已停止服务或者保存期限已满", "CONSENT": "本人撤回同意",
    "UNLAWFUL": "违反法律、行政法规或者约定处理", "OTHER_LAW": "法律、行政法规规定的其他情形",
}  # fmt: skip
REFUSALS = {
    "NOT_PROVEN": "身份未能核实，或者不是本人的信息", "NOT_HELD": "没有查到本人的信息", "RIGHT": "核实无误，原记载正确",
    "NO_GROUND": "不符合应当删除的情形，履行法定职责仍需要", "SECRET": "法律、行政法规规定应当保密或者告知将妨碍履行法定职责",
}  # fmt: skip
_REFUSE_BASIS = {
    "NOT_PROVEN": ANSWER,
    "NOT_HELD": ANSWER,
    "RIGHT": CORRECT,
    "NO_GROUND": DELETE,
    "SECRET": cite(PIPL, 45, 1),
}

FILED = State("已收到", initial=True, public="已收到", code="FILED")
CHECKING = State("核实中", public="正在核实", code="CHECKING")
SUPPLEMENT = State("待补充", public="请您补充", code="SUPPLEMENT")
EXECUTING = State("执行中", public="正在办理", code="EXECUTING")
CLOSED = State("已办结", closed=True, public="已办结", code="CLOSED")


def _param(name: str) -> Any:
    return lambda view: int(view.param(name))


def _kind(view: View) -> str:
    return str(view.facts.get("kind") or "COPY")


def _ground_needed(view: View, ask: Ask) -> str | None:
    if ask.data.get("kind") == "DELETE" and not ask.data.get("ground"):
        return "请选择要求删除的情形"
    return None


def _what_needed(view: View, ask: Ask) -> str | None:
    if ask.data.get("kind") == "CORRECT" and not str(ask.data.get("right_value") or "").strip():
        return "请填写正确的内容"
    return None


def _known(view: View, ask: Ask) -> str | None:
    if view.facts.get("identity") == "OK":
        return None
    return "还没有核实申请人身份，请先核实身份"


def _found(view: View, ask: Ask) -> str | None:
    return None if view.has("located") else "还没有查找本人的信息，请先查找并登记查到的行数"


def _grantable(view: View, ask: Ask) -> str | None:
    if int(view.facts.get("rows") or 0) == 0:
        return "没有查到本人的信息，请按不予办理告知"
    return None


def _keeps(view: View, ask: Ask) -> str | None:
    return None if _kind(view) == "DELETE" else "只有删除申请才能改为停止处理"


def _refusal_fits(view: View, ask: Ask) -> str | None:
    ground, kind = str(ask.data.get("ground_refused") or ""), _kind(view)
    if ground == "RIGHT" and kind != "CORRECT":
        return "“核实无误”只适用于更正申请"
    if ground == "NO_GROUND" and kind != "DELETE":
        return "“不符合应当删除的情形”只适用于删除申请"
    if ground == "SECRET" and kind != "COPY":
        return "“应当保密”只适用于查阅、复制申请"
    return None


def _proved(view: View, ask: Ask) -> str | None:
    return None if int(ask.data.get("remains") or 0) == 0 else "还有副本没有改好，请继续执行"


def _extension(view: View, ask: Ask) -> str | None:
    limit = int(view.param("extension_days"))
    if view.has("extended"):
        return "答复期限只能延长一次"
    return None if 0 < int(ask.data.get("days") or 0) <= limit else f"最多延长{limit}日"


def _filed_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"identity": "OK" if ask.data.get("verified") else None, "rows": None, "remains": None}


def _next(view: View) -> str:
    if view.state is None:
        return ""
    if view.state.code == "CHECKING":
        if view.facts.get("identity") != "OK":
            return "核实身份"
        return "决定" if view.has("located") else "查找本人的信息"
    return {"FILED": "开始核实", "SUPPLEMENT": "等申请人补充", "EXECUTING": "在全部副本中执行"}.get(view.state.code, "")


def _habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    state = view.state.code if view.state else ""
    if state == "":
        return [Move("filed", data={"kind": rng.choice(("COPY", "COPY", "CORRECT", "DELETE")), "ground": "PURPOSE",
                                    "right_value": "正确的内容", "verified": True})]  # fmt: skip
    if state == "FILED":
        return [Move("identity_checked", 6.0, (0, 2), {"result": "OK"})]
    if state == "CHECKING" and not view.has("located"):
        return [Move("located", 6.0, (0, 2), {"rows": 2})]
    if state == "CHECKING":
        if int(view.facts.get("rows") or 0) == 0:
            return [Move("refused", 5.0, (1, 4), {"ground_refused": "NOT_HELD"})]
        return [Move("granted", 5.0, (1, 4)), Move("refused", 1.0, (1, 4), {"ground_refused": "NOT_PROVEN"})]
    if state == "EXECUTING":
        return [Move("executed", 6.0, (0, 1), {"remains": 0})]
    if state == "SUPPLEMENT":
        return [Move("supplied", 5.0, (1, 5))]
    return []


class RightsRequest(CommonEvents, Procedure):
    """个人信息查阅、更正、删除申请."""

    code = CODE
    title = "个人信息查阅、更正、删除申请"
    title_en = "Copy, correction or deletion of one's own data"
    version = 1
    in_force_from = _EVER
    source = joined(COPY, CORRECT, cite(PIPL, 47), cite(PIPL, 50))
    app = "govern"
    roles = (APPLICANT, STEWARD, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, GOVERNANCE)
    role_aliases = {"office": ("data_steward", "case_officer", "office_head"), "system": ("governance",)}
    habits = staticmethod(_habits)
    step_of = staticmethod(_next)
    routes = {
        "FILED": ("filed",), "CHECKING": ("filed", "identity_checked"), "SUPPLEMENT": ("filed", "asked_more"),
        "EXECUTING": ("filed", "identity_checked", "located", "granted"),
        "CLOSED": ("filed", "identity_checked", "located", "granted", "executed"),
    }  # fmt: skip
    parameters = {
        "answer_days": Dated("答复期限（日）", ((_EVER, 30),), ANSWER, "promise"),
        "execute_days": Dated("决定后在全部副本中执行的期限（工作日）", ((_EVER, 5),), ANSWER, "promise"),
        "supply_days": Dated("补充材料期限（日）", ((_EVER, 15),), kind="practice"),
        "extension_days": Dated("答复期限最多延长（日）", ((_EVER, 15),), kind="practice"),
    }  # fmt: skip

    FILED, CHECKING, SUPPLEMENT, EXECUTING, CLOSED = FILED, CHECKING, SUPPLEMENT, EXECUTING, CLOSED

    REPLY = Term(
        "SJGZ-ANSWER", "答复期限", _param("answer_days"), CD, (Since("filed", "", "收到申请"),), ANSWER, cite("民法典", 203, 1),
        runs_in=(FILED, CHECKING, SUPPLEMENT), on_lapse="提醒上级督办，申请人可以依法起诉", todo="作出决定并告知",
        spells=(SpellRule("asked_more", ("supplied", "supply_lapsed"), "等申请人补充", ANSWER),),
        extends=(ExtendRule("extended", "days", ANSWER, CD),),
    )  # fmt: skip
    SUPPLY = Term(
        "SJGZ-SUPPLY", "补充期限", _param("supply_days"), CD, (Since("asked_more", "", "通知补充"),), ANSWER, cite("民法典", 203, 1),
        Side.PARTY, runs_in=(SUPPLEMENT,), on_lapse="按已有材料继续办理", alarm=False, todo="补充材料",
    )  # fmt: skip
    EXECUTE = Term(
        "SJGZ-EXECUTE", "执行期限", _param("execute_days"), WD, (Since("granted", "", "准予"), Since("restricted", "", "决定停止处理")), ANSWER,
        cite("民法典", 203, 2), runs_in=(EXECUTING,), on_lapse="提醒上级督办", todo="在全部副本中执行",
    )  # fmt: skip

    filed = Event(
        "申请", ((), FILED), by=(APPLICANT, *OFFICE), basis=joined(COPY, CORRECT, DELETE, ANSWER), sets=_filed_facts,
        requires=(Rule("GROUND", _ground_needed, DELETE, "ground"), Rule("WHAT", _what_needed, CORRECT, "right_value")),
        form=(
            choice("kind", "您要求什么", KINDS, required=True, fact=True, sample="CORRECT"),
            choice("ground", "要求删除的情形", GROUNDS, basis=DELETE, fact=True, sample="PURPOSE"),
            choice("column", "哪一项记错了", {
                "name": "姓名", "mobile": "手机号", "address": "住址", "birth_date": "出生日期", "employer": "工作单位", "other": "其他",
            }, fact=True, sample="mobile"),
            Field("wrong_value", "现在记的是什么", Kind.TEXT, personal=True, max_length=200, sample="13900000001"),
            Field("right_value", "正确的内容", Kind.TEXT, personal=True, max_length=200, sample="13900000002"),
            Field("what", "说明", Kind.LONGTEXT, personal=True, max_length=2000, sample="手机号换了，登记的还是旧的。"),
            Field("evidence", "证明材料", Kind.FILES),
            Field("verified", "实名认证账号提出", Kind.BOOL, office=True, default=False, sample=True),
        ),
        plain="您提出了个人信息方面的申请。", notifies=(APPLICANT,),
    )  # fmt: skip
    identity_checked = Event(
        "核实身份", ((FILED, CHECKING), CHECKING), by=OFFICE, basis=ANSWER, primary=True,
        form=(
            choice("result", "核实结果", {"OK": "是本人或者有权代为提出", "FAIL": "未能核实"}, required=True, fact="identity"),
            Field("how", "怎样核实", Kind.TEXT, required=True, max_length=200, sample="实名认证账号，与登记信息一致"),
        ),
    )  # fmt: skip
    asked_more = Event(
        "通知补充", ((FILED, CHECKING), SUPPLEMENT), by=OFFICE, basis=ANSWER, notifies=(APPLICANT,),
        form=(Field("what", "需要补充什么", Kind.LONGTEXT, required=True, personal=True, max_length=1000, sample="请提交变更手机号的证明。"),),
        plain="请您补充材料，补充期间不计入答复期限。",
    )  # fmt: skip
    supplied = Event(
        "补充材料", ((SUPPLEMENT,), CHECKING), by=(APPLICANT, *OFFICE), basis=ANSWER, meets=("SJGZ-SUPPLY",), primary=True,
        form=(
            Field("what", "补充说明", Kind.LONGTEXT, personal=True, max_length=2000, sample="附上运营商的证明。"),
            Field("files", "材料", Kind.FILES),
        ),
        plain="您补充了材料。",
    )  # fmt: skip
    supply_lapsed = Event(
        "没有补充", ((SUPPLEMENT,), CHECKING), by=(CLOCK,), basis=ANSWER, when="SJGZ-SUPPLY", notifies=(APPLICANT,),
        plain="您没有补充材料，我们按已有材料继续办理。",
    )  # fmt: skip
    located = Event(
        "查到的信息", ((CHECKING,), SAME), by=(GOVERNANCE, *OFFICE), basis=ANSWER, primary=True,
        requires=(Rule("IDENTITY", _known, ANSWER),),
        form=(
            Field("rows", "查到几行", Kind.INT, required=True, fact=True, sample=2),
            Field("tables", "在哪些数据表", Kind.TEXT, fact=True, max_length=400, sample="std_lawyer"),
        ),
    )  # fmt: skip
    granted = Event(
        "准予", ((CHECKING,), EXECUTING), by=DECIDES, basis=joined(COPY, CORRECT, DELETE), meets=("SJGZ-ANSWER",), primary=True,
        requires=(Rule("IDENTITY", _known, ANSWER), Rule("LOCATE", _found, ANSWER), Rule("NONE", _grantable, ANSWER)),
        form=(Field("reason", "决定的理由", Kind.LONGTEXT, required=True, fact="decision", max_length=2000, sample="申请属实，予以更正。",
                    help="不要写个人信息"),),
        plain="您的申请已经同意，正在办理。", notifies=(APPLICANT,), sets={"decided": "GRANTED"}, produces=("个人信息申请决定书",),
    )  # fmt: skip
    restricted = Event(
        "停止处理依法保存", ((CHECKING,), EXECUTING), by=DECIDES, basis=KEEP, meets=("SJGZ-ANSWER",),
        requires=(
            Rule("IDENTITY", _known, ANSWER), Rule("LOCATE", _found, ANSWER), Rule("NONE", _grantable, ANSWER),
            Rule("DELETE_ONLY", _keeps, KEEP),
        ),
        form=(
            Field("law", "规定保存期限的法律、行政法规", Kind.TEXT, required=True, fact="retention_law", max_length=200, sample="档案法 第21条"),
            Field("until", "保存到", Kind.DATE, fact="retention_until", sample="@0"),
            Field("reason", "决定的理由", Kind.LONGTEXT, required=True, fact="decision", max_length=2000, sample="法定保存期限没有届满。",
                  help="不要写个人信息"),
        ),
        sets={"decided": "RESTRICTED"}, notifies=(APPLICANT,), produces=("个人信息申请决定书",),
        plain="法律规定的保存期限还没有届满，不能删除；除保存以外不再使用您的信息。您可以依法向人民法院提起诉讼。",
    )  # fmt: skip
    refused = Event(
        "不予办理", ((CHECKING,), CLOSED), by=DECIDES, basis=joined(ANSWER, SUE), meets=("SJGZ-ANSWER",),
        requires=(Rule("FITS", _refusal_fits, ANSWER, "ground_refused"),),
        form=(
            choice("ground_refused", "不予办理的情形", REFUSALS, required=True, fact=True, sample="NOT_PROVEN"),
            Field("reason", "理由", Kind.LONGTEXT, required=True, fact="decision", max_length=2000, sample="提交的材料不能证明是本人。",
                  help="写清理由，不要写个人信息"),
        ),
        sets={"decided": "REFUSED", "closing_type": "REFUSED"}, notifies=(APPLICANT,), produces=("个人信息申请决定书",),
        plain="您的申请没有得到同意，理由见决定书。您可以依法向人民法院提起诉讼。",
    )  # fmt: skip
    executed = Event(
        "执行完毕", ((EXECUTING,), CLOSED), by=(GOVERNANCE,), basis=joined(COPY, CORRECT, DELETE), meets=("SJGZ-EXECUTE",),
        requires=(Rule("REMAINS", _proved, ANSWER, "remains"),),
        form=(
            Field("copies", "处理了几处副本", Kind.INT, required=True, fact=True, sample=3),
            Field("touched", "改动几行", Kind.INT, required=True, fact=True, sample=5),
            Field("remains", "还剩几行", Kind.INT, required=True, fact=True, sample=0),
        ),
        sets=lambda view, ask: {"closing_type": str(view.facts.get("decided") or "GRANTED")},
        plain="已经在全部副本中办理完毕。", notifies=(APPLICANT,),
    )  # fmt: skip
    withdrawn = Event(
        "撤回申请", ((FILED, CHECKING, SUPPLEMENT), CLOSED), by=(APPLICANT, *OFFICE), basis=HOUSE, rare=True, rateable=False,
        sets={"closing_type": "WITHDRAWN"}, plain="您撤回了申请。", power="WITHDRAW",
    )  # fmt: skip
    extended = Event(
        "延长答复期限", ((FILED, CHECKING), SAME), by=DECIDES, basis=HOUSE, rare=True, notifies=(APPLICANT,),
        requires=(Rule("EXTEND_ONCE", _extension, HOUSE, "days"),),
        form=(
            Field("days", "延长（日）", Kind.INT, required=True, sample=10),
            Field("reason", "理由", Kind.TEXT, required=True, max_length=200, sample="需要向原提供单位核实"),
        ),
        plain="答复期限延长，理由已经告诉您。",
    )  # fmt: skip
    guide = {
        "事项名称": "个人信息查阅、更正、删除申请",
        "首页": ("我的个人信息", "查阅、更正或者删除数据资源中心保存的您的信息", "shield-check"),
        "常用词": ("个人信息", "隐私", "更正", "删除我的信息", "查我的数据", "信息错了"),
        "办理机构": "数据资源管理机构",
        "服务对象": "信息被保存的本人，或者有权代为提出的人",
        "办理期限": (("30日内答复（平台承诺）", ANSWER), ("同意的，5个工作日内在全部副本中办完", ANSWER)),
        "您的权利": (("不同意的，告诉您理由", ANSWER), ("可以依法向人民法院提起诉讼", SUE)),
        "收费": ("不收费", HOUSE),
    }  # fmt: skip
