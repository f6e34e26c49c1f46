"""事件 along the ways to the money: legal aid, mediation, labor inspection, arbitration, payment order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import CLOCK, SAME, Event, Field, choice

from . import codes
from . import states as S
from .citations import CPL, PM, A, M, W, joined
from .citations import S as SI
from .fields import day, files, money, number, text, title, yes_no
from .roles import ARBITRATOR, COURT, INSPECTORATE, LEGAL_AID, MEDIATOR, OFFICE, PLATFORM, WORKERS
from .rules import (
    ARBITRATION,
    AWARD,
    ENFORCEABLE,
    EXTEND_AWARD,
    EXTEND_INSPECTION,
    ISSUED,
    MEDIATED,
    ORDERED,
    PAYMENT_ORDER,
    PROMISED,
    REFERRED_AID,
    ROUTE,
)

__all__ = ["Routes"]

Sets = Callable[[View, Ask], Mapping[str, Any]]
_FROM = (*S.WORKING, S.PARTIAL, S.FAILED)
_STILL = (*S.WORKING, S.PARTIAL)


def _begin(route: str) -> Sets:
    def sets(view: View, ask: Ask) -> Mapping[str, Any]:
        known = list(view.facts.get("routes") or [])
        return {
            "routes": [*known, {"route": route, "on": ask.on.isoformat(), "unit": str(ask.data.get("unit_name") or "")}]
        }

    return sets


def _end(route: str, outcome: str = "", **more: Any) -> Sets:
    """The outcome of the last going of this way. Without a fixed outcome the form's `outcome` counts."""

    def sets(view: View, ask: Ask) -> Mapping[str, Any]:
        known = [dict(r) for r in view.facts.get("routes") or []]
        for found in reversed(known):
            if found["route"] == route:
                found["outcome"] = outcome or str(ask.data.get("outcome") or "CLOSED")
                found["ended"] = ask.on.isoformat()
                found.update(more)
                break
        return {"routes": known}

    return sets


def _awarded(view: View, ask: Ask) -> Mapping[str, Any]:
    lost = ask.data.get("result") == "REJECTED"
    found = dict(_end("ARBITRATION", "REJECTED" if lost else "AWARDED")(view, ask))
    return {**found, "awarded": "0.00" if lost else str(ask.data.get("amount") or "0.00")}


def _ending(name: str, label: str, picks: tuple[str, ...]) -> Field:
    return choice(name, label, {c: codes.OUTCOMES[c] for c in picks}, required=True)


_UNIT = title("unit_name", "单位", required=True, fact=False, sample="禾溪县有关单位")
_SUM = money("amount", "支付多少（元）", required=True, sample="12000")
_BY = day("pay_by", "最晚哪天付", sample="@+10")


class Routes:
    """Ways to the money."""

    aid_referred = Event(
        "移交法律援助", (_FROM, S.AID), by=OFFICE, basis=joined(W(45, 1), A(31, 0, 5), A(42, 0, 3)), sets=_begin("AID"),
        form=(_UNIT, text("note", "给律师的话")), produces=("法律援助移交函",), notifies=(*WORKERS, LEGAL_AID),
        plain="已经替您申请法律援助，免费，不查家庭经济状况。",
        hint="劳动报酬属于援助事项，农民工免予核查经济困难状况",
    )  # fmt: skip
    aid_granted = Event(
        "给予法律援助", (_STILL, SAME), by=(LEGAL_AID, PLATFORM, *OFFICE), basis=A(43, 1), meets=("QX-AID",), requires=REFERRED_AID,
        form=(title("aid_no", "援助案号"), Field("lawyer", "律师", personal=True, max_length=60)), notifies=WORKERS, sets={"aid": "GRANTED"},
        plain="法律援助机构决定免费派律师帮您。",
    )  # fmt: skip
    aid_declined = Event(
        "不予法律援助", (_STILL, SAME), by=(LEGAL_AID, PLATFORM, *OFFICE), basis=A(43, 1), meets=("QX-AID",), requires=REFERRED_AID,
        form=(text("reason", "理由", required=True),), sets=_end("AID", "REFUSED"), notifies=WORKERS,
        plain="法律援助机构没有给予援助，您可以提出异议，其他路还可以走。",
    )  # fmt: skip
    mediation_referred = Event(
        "移交调解", (_FROM, S.MEDIATION), by=OFFICE, basis=joined(M(10, 1), PM(4)), requires=ROUTE, sets=_begin("MEDIATION"),
        form=(_UNIT, day("received_on", "调解组织收到之日", required=True, sample="@0")), produces=("调解移交函",),
        notifies=(*WORKERS, MEDIATOR), plain="请调解员找对方谈，不收费，最多15日。",
    )  # fmt: skip
    mediation_agreed = Event(
        "达成调解协议", (_STILL, SAME), by=(MEDIATOR, *OFFICE), basis=joined(M(14, 2), PM(31, 1)), requires=(*MEDIATED, *PROMISED),
        form=(_SUM, _BY, files("agreement", "协议书")), sets=_end("MEDIATION", "AGREED", agreed=True), notifies=WORKERS,
        plain="双方达成了调解协议。到期不付的，可以向法院申请支付令。",
    )  # fmt: skip
    mediation_failed = Event(
        "调解不成", ((S.MEDIATION,), SAME), by=(MEDIATOR, *OFFICE), basis=joined(M(5), PM(23)), sets=_end("MEDIATION"),
        form=(_ending("outcome", "结果", ("FAILED", "LEFT")),), notifies=WORKERS, plain="没有谈成，可以马上申请劳动仲裁。",
    )  # fmt: skip
    mediation_expired = Event(
        "调解期满", ((S.MEDIATION,), SAME), by=(CLOCK,), when="QX-MEDIATE", basis=M(14, 3), sets=_end("MEDIATION", "EXPIRED"),
        notifies=WORKERS, plain="调解满15日没有达成协议，您可以申请劳动仲裁。",
    )  # fmt: skip
    inspection_referred = Event(
        "移送劳动监察", (_FROM, S.INSPECTION), by=OFFICE, basis=joined(W(10, 1), M(9), SI(11, 0, 6)), requires=ROUTE,
        form=(_UNIT, text("note", "说明")), sets=_begin("INSPECTION"), produces=("劳动监察移送函",), notifies=(*WORKERS, INSPECTORATE),
        plain="已经把您的情况送到劳动监察部门查处，不收费。",
    )  # fmt: skip
    inspection_accepted = Event(
        "劳动监察立案", (_STILL, SAME), by=(INSPECTORATE, *OFFICE), basis=SI(14, 2), meets=("QX-INSPECT-ACCEPT",), form=(title("file_no", "立案号"),),
        requires=(), notifies=WORKERS, plain="劳动监察部门已经立案，60个工作日内有结果。", backdated=True,
    )  # fmt: skip
    inspection_extended = Event(
        "劳动监察延期", (_STILL, SAME), by=(INSPECTORATE, *OFFICE), basis=SI(17), requires=EXTEND_INSPECTION,
        form=(number("extension_days", "延长的工作日", required=True, sample=10),), plain="劳动监察部门延长了查处时间。",
    )  # fmt: skip
    inspection_ordered = Event(
        "责令支付", (_STILL, SAME), by=(INSPECTORATE, *OFFICE), basis=joined(SI(18, 1, 2), W(42)), meets=("QX-INSPECT", "QX-INSPECT-ACCEPT"),
        requires=(*ORDERED, *PROMISED), form=(_SUM, _BY), sets=_end("INSPECTION", "ORDERED"), notifies=WORKERS,
        plain="劳动监察部门责令对方付钱。对方不付的，可以申请法院强制执行。",
    )  # fmt: skip
    inspection_ended = Event(
        "劳动监察没有结果", (_STILL, SAME), by=(INSPECTORATE, *OFFICE), basis=SI(21, 2), meets=("QX-INSPECT", "QX-INSPECT-ACCEPT"),
        form=(_ending("outcome", "结果", ("REFUSED", "CLOSED")), text("reason", "理由")), sets=_end("INSPECTION"), notifies=WORKERS,
        plain="劳动监察部门没有处理，可以申请劳动仲裁。",
    )  # fmt: skip
    arbitration_filed = Event(
        "申请劳动仲裁", (_FROM, S.ARBITRATION), by=OFFICE, basis=joined(M(5), M(53)), requires=ARBITRATION,
        meets=("QX-ARB-LIMIT",), sets=_begin("ARBITRATION"), produces=("仲裁申请转交函",), notifies=(*WORKERS, ARBITRATOR),
        form=(_UNIT, yes_no("limit_told", "时效已过的，已告知工友对方可能抗辩")), plain="已经帮您向仲裁委提出申请，不收费，5日内告诉您是否受理。",
    )  # fmt: skip
    arbitration_accepted = Event(
        "仲裁受理", ((*S.ROUTES,), SAME), by=(ARBITRATOR, *OFFICE), basis=M(29), meets=("QX-ARB-ACCEPT",), form=(title("file_no", "仲裁案号"),),
        notifies=WORKERS, plain="仲裁委受理了，45日内裁决，最多延长15日。", backdated=True,
    )  # fmt: skip
    arbitration_refused = Event(
        "仲裁不予受理", ((*S.ROUTES,), SAME), by=(ARBITRATOR, *OFFICE), basis=M(29), meets=("QX-ARB-ACCEPT",),
        form=(text("reason", "理由", required=True),), sets=_end("ARBITRATION", "REFUSED"), notifies=WORKERS,
        plain="仲裁委没有受理，您可以向法院起诉，律师会帮您。",
    )  # fmt: skip
    award_extended = Event(
        "仲裁延期", (_STILL, SAME), by=(ARBITRATOR, *OFFICE), basis=M(43, 1), requires=EXTEND_AWARD,
        form=(number("extension_days", "延长几日", required=True, sample=15),), plain="仲裁委延长了裁决时间，最多15日。",
    )  # fmt: skip
    advance_execution = Event(
        "裁决先予执行", (_STILL, SAME), by=(ARBITRATOR, *OFFICE), basis=M(44), requires=AWARD,
        form=(_SUM,), notifies=WORKERS, plain="仲裁庭决定让对方先付一部分，不用您提供担保。",
    )  # fmt: skip
    awarded = Event(
        "仲裁裁决", (_STILL, SAME), by=(ARBITRATOR, *OFFICE), basis=joined(M(43, 1), M(47, 1)), meets=("QX-ARB-AWARD",),
        requires=(*AWARD, *PROMISED), sets=_awarded, notifies=WORKERS,
        form=(
            choice("result", "结果", {"SUPPORTED": "全部支持", "PARTLY": "部分支持", "REJECTED": "没有支持"}, required=True),
            money("amount", "支付多少（元）", sample="12000"), yes_no("final", "终局裁决", basis=M(47, 1)),
            day("served_on", "工友收到裁决书之日", sample="@0"), _BY,
        ),
        plain="仲裁委作出了裁决。不服的，收到裁决书15日内可以起诉。",
    )  # fmt: skip
    payment_order_filed = Event(
        "申请支付令", (_FROM, S.PAYMENT_ORDER), by=OFFICE, basis=joined(M(16), CPL(225)), requires=PAYMENT_ORDER,
        form=(_UNIT, yes_no("debt_confirmed", "有对方签字确认的欠条、结算单", sample=True), files("proof", "协议、欠条")),
        sets=_begin("PAYMENT_ORDER"), produces=("支付令申请转交函",), notifies=(*WORKERS, COURT), plain="已经帮您向法院申请支付令。",
    )  # fmt: skip
    payment_order_accepted = Event(
        "法院受理支付令", ((S.PAYMENT_ORDER, S.AID), SAME), by=(COURT, *OFFICE), basis=CPL(226), meets=("QX-PO-ACCEPT",),
        notifies=WORKERS, plain="法院受理了支付令申请，15日内发出。",
    )  # fmt: skip
    payment_order_issued = Event(
        "发出支付令", ((S.PAYMENT_ORDER, S.AID), SAME), by=(COURT, *OFFICE), basis=joined(M(16), CPL(227, 1)), meets=("QX-PO-ISSUE",),
        requires=(*ISSUED, *PROMISED), form=(_SUM, day("served_on", "对方收到之日", sample="@0"), _BY), sets=_end("PAYMENT_ORDER", "ISSUED"),
        notifies=WORKERS, plain="法院发出了支付令，对方15日内要付钱或者提出异议。",
    )  # fmt: skip
    payment_order_ended = Event(
        "支付令失效或者被驳回", ((S.PAYMENT_ORDER, S.AID), SAME), by=(COURT, *OFFICE), basis=joined(CPL(227, 1), CPL(228)),
        meets=("QX-PO-ACCEPT", "QX-PO-ISSUE", "QX-PO-OBJECT"), form=(_ending("outcome", "结果", ("OBJECTED", "REFUSED")),),
        sets=_end("PAYMENT_ORDER"), notifies=WORKERS, plain="支付令没有走通，可以转为诉讼，律师会帮您。",
    )  # fmt: skip
    enforcement_asked = Event(
        "申请强制执行", (_STILL, SAME), by=OFFICE, basis=joined(M(51), W(42)), requires=ENFORCEABLE, notifies=WORKERS,
        form=(_UNIT,), plain="已经帮您申请法院强制执行。",
    )  # fmt: skip
