"""事件 from the report to the choice of a way: filing, crew, evidence, triage, alarm."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import SAME, Event, Field, Kind, choice

from . import codes
from . import states as S
from .citations import PRACTICE, A, M, W, civil, joined
from .citations import S as SI
from .fields import REPORT, WORKER_ROWS, choices, day, files, money, number, text, title, yes_no
from .roles import APPLICANT, OFFICE, OFFICE_HEAD, ORGAN_HEAD, PLATFORM, REPRESENTATIVE, WORKERS
from .rules import ALARM, FILING, INTERRUPTED, LEFT, MORE_WORKERS, OBSTACLE, TRIAGE, VERIFIED, rate_of

__all__ = ["Report"]


def _filed(view: View, ask: Ask) -> Mapping[str, Any]:
    return {
        "reported_on": ask.on.isoformat(), "first_filed_on": ask.data.get("first_filed_on") or ask.on.isoformat(),
        "recovered": "0.00", "rate": "0.00", "advanced": "0.00", "advance_repaid": "0.00", "routes": [], "interruptions": [],
        "confirmed_count": 0, "priority": "NORMAL", "repeat_count": 0,
    }  # fmt: skip


def _added(view: View, ask: Ask) -> Mapping[str, Any]:
    owed = Decimal(str(view.facts.get("owed") or 0)) + Decimal(str(ask.data["added_owed"]))
    count = int(view.facts.get("worker_count") or 1) + int(ask.data["added_count"])
    return {"owed": str(owed), "worker_count": count, "rate": _rate(view, owed)}


def _rate(view: View, owed: Decimal) -> str:
    return rate_of(owed, Decimal(str(view.facts.get("recovered") or 0)))


def _verified(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"rate": _rate(view, Decimal(str(ask.data["owed"])))}


def _left(view: View, ask: Ask) -> Mapping[str, Any]:
    owed = Decimal(str(view.facts.get("owed") or 0)) - Decimal(str(ask.data.get("left_owed") or 0))
    return {"owed": str(owed), "worker_count": int(view.facts.get("worker_count") or 1) - 1, "rate": _rate(view, owed)}


def _confirmed(view: View, ask: Ask) -> Mapping[str, Any]:
    seen = {r.data.get("worker_no") for r in view.by_event.get("worker_confirmed", ())} | {ask.data.get("worker_no")}
    return {"confirmed_count": len(seen)}


def _triaged(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"triaged_on": ask.on.isoformat(), "priority": ask.data.get("priority") or "NORMAL"}


def _interrupted(view: View, ask: Ask) -> Mapping[str, Any]:
    known = list(view.facts.get("interruptions") or [])
    return {"interruptions": [*known, {"on": ask.data["happened_on"], "kind": ask.data.get("kind") or "ASKED_PAYER"}]}


def _ended(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"employed": False, "ended_on": ask.data["stopped_on"]}


def _flagged(view: View, ask: Ask) -> Mapping[str, Any]:
    return {
        "repeat_count": int(ask.data.get("earlier") or 0),
        "priority": "URGENT" if view.facts.get("priority") == "URGENT" else "HIGH",
    }


class Report:
    """Report, crew, evidence and triage."""

    filed = Event(
        "提出欠薪求助", ((), S.REPORTED), by=(APPLICANT, REPRESENTATIVE, *OFFICE), basis=joined(W(10, 1), W(45, 1)),
        form=REPORT, requires=FILING, sets=_filed, primary=True, backdated=True, produces=("欠薪求助回执",),
        plain="您提出了欠薪求助，今天就有人办理。", hint="不收费，不用开任何证明，不查家庭经济状况",
    )  # fmt: skip
    workers_added = Event(
        "增加工友", (S.UNPAID, SAME), by=(*WORKERS, *OFFICE), basis=M(7),
        form=(
            Field("workers", "工友名单", Kind.RECORDS, personal=True, fields=WORKER_ROWS),
            number("added_count", "增加几个人", required=True, sample=2),
            money("added_owed", "这些人一共欠多少（元）", required=True, sample="16000"),
        ),
        requires=MORE_WORKERS, sets=_added, plain="又有工友加入了这次求助。",
    )  # fmt: skip
    worker_confirmed = Event(
        "工友确认", (S.OPEN, SAME), by=(PLATFORM, *OFFICE), basis=PRACTICE,
        form=(
            number("worker_no", "名单序号", required=True, sample=1),
            choice("way", "确认方式", {"LINK": "短信链接", "DESK": "当面", "PHONE": "电话"}, required=True),
            yes_no("amount_agreed", "数额无误", sample=True),
            money("own_amount", "本人说的数额（元）"),
        ),
        sets=_confirmed,
    )  # fmt: skip
    worker_left = Event(
        "工友退出", (S.UNPAID, SAME), by=(PLATFORM, REPRESENTATIVE, *OFFICE), basis=M(7),
        form=(
            number("worker_no", "名单序号", required=True, sample=1),
            money("left_owed", "减去的欠薪（元）", required=True, sample="1000"),
            choice("why", "原因", {"OWN_WISH": "本人不参加", "PAID": "单独付清了", "NOT_WORKER": "名单有误"}, required=True),
        ),
        requires=LEFT, sets=_left,
    )  # fmt: skip
    evidence_added = Event(
        "补充证据", (S.UNPAID, SAME), by=(*WORKERS, *OFFICE), basis=joined(W(50), M(6)),
        form=(choices("evidence_kinds", "补充了什么", codes.EVIDENCE, required=True, sample=["IOU"]), files(),
              text("note", "说明")),
        plain="您补充了证据。",
    )  # fmt: skip
    employment_ended = Event(
        "离开用人单位", (S.UNPAID, SAME), by=(*WORKERS, *OFFICE), basis=M(27, 4), backdated=True,
        form=(day("stopped_on", "哪天不干的", required=True, sample="@-1"),), sets=_ended,
        plain="登记了您离开的日子，申请仲裁的一年从这天算起。",
    )  # fmt: skip
    interrupted = Event(
        "时效中断", (S.UNPAID, SAME), by=OFFICE, basis=joined(M(27, 2), civil(195)), sets=_interrupted, requires=INTERRUPTED,
        form=(
            choice("kind", "事由", codes.INTERRUPTIONS, required=True),
            day("happened_on", "发生在哪天", required=True, sample="@-3"),
            files("proof", "证据"),
        ),
        hint="有证据证明要过工资、投诉过或者对方答应付款的，时效重新计算",
    )  # fmt: skip
    obstacle = Event(
        "时效中止", (S.UNPAID, SAME), by=OFFICE, basis=M(27, 3),
        form=(
            text("reason", "不可抗力或者其他正当理由", required=True, sample="住院治疗。"),
            day("obstacle_from", "自", required=True, sample="@-20"), day("obstacle_until", "至", sample="@-10"),
        ),
        requires=OBSTACLE,
    )  # fmt: skip
    owed_verified = Event(
        "核定欠薪", (S.UNPAID, SAME), by=OFFICE, basis=joined(W(50), M(6)), requires=VERIFIED, sets=_verified,
        form=(
            money("owed", "核定的欠薪（元）", required=True, fact=True, sample="12000"),
            choice("on_what", "根据", {"LEDGER": "工资台账、考勤", "SETTLEMENT": "结算单、欠条", "BOTH_SIDES": "双方对账", "NO_RECORDS": "用人单位不提供材料，以工友所说为准"},
                   required=True),
            text("note", "说明"),
        ),
        plain="核定了欠您的工资数额。",
    )  # fmt: skip
    triaged = Event(
        "分流", ((S.REPORTED,), S.TRIAGED), by=OFFICE, basis=joined(W(10, 3), W(45, 1)), meets=("QX-TRIAGE",), requires=TRIAGE,
        form=(
            choice("priority", "轻重缓急", codes.PRIORITIES, required=True),
            yes_no("aid_offered", "已告知可以免费申请法律援助，不查经济状况", required=True, sample=True, basis=A(42, 0, 3)),
            choices("chain", "用工链条", codes.CHAIN, fact=True),
            choices("proposed", "建议的办法", codes.ROUTES, required=True, fact=True, sample=["AID"]),
            choice("threat", "风险", codes.THREATS, fact=True),
            text("note", "和工友怎么说的"),
        ),
        sets=_triaged, notifies=WORKERS, plain="工作人员看过您的求助，告诉了您可以走哪些路。", primary=True,
    )  # fmt: skip
    redirected = Event(
        "转其他渠道", ((S.REPORTED, S.TRIAGED), S.REDIRECTED), by=OFFICE, basis=W(10, 3), meets=("QX-TRIAGE",),
        form=(
            choice("why", "原因", codes.REDIRECTS, required=True, fact="redirect_reason"),
            title("to_unit", "转到哪里", required=True, sample="项目所在地公共法律服务中心"),
            text("note", "告诉工友的话"),
        ),
        produces=("转办告知书",), notifies=WORKERS, plain="这件事由其他单位办理，已经替您转过去，求助日期不变。",
    )  # fmt: skip
    alarmed = Event(
        "报告群体性欠薪", (S.UNPAID, SAME), by=(PLATFORM, *OFFICE), basis=joined(W(10, 3), SI(14, 4)), meets=("QX-ALARM",),
        form=(Field("grounds", "理由", max_length=400, sample=""),), requires=ALARM, produces=("群体性欠薪报告",), sets={"alarmed": True},
        hint="10人以上、10万元以上或者有人员安全风险的，当日报告县级负责人",
    )  # fmt: skip
    alarm_answered = Event(
        "负责人批示", (S.OPEN, SAME), by=(ORGAN_HEAD, OFFICE_HEAD), basis=joined(W(10, 3), SI(14, 4)),
        form=(
            text("instruction", "批示", required=True, sample="请劳动监察、住建部门今天到工地。"),
            choices("asked", "请哪些部门到场", {"HRSS": "人力资源社会保障", "HOUSING": "住房城乡建设", "TRANSPORT": "交通运输", "WATER": "水利", "POLICE": "公安", "TOWN": "乡镇街道"}),
        ),
        sets={"alarm_answered": True},
    )  # fmt: skip
    repeat_flagged = Event(
        "标记屡次欠薪", (S.OPEN, SAME), by=(PLATFORM, *OFFICE), basis=W(48), sets=_flagged,
        form=(number("earlier", "以前被求助的次数", required=True, sample=2),),
    )  # fmt: skip
    called_back = Event(
        "联系工友", (S.OPEN, SAME), by=OFFICE, basis=PRACTICE, backdated=True,
        form=(
            choice("reached", "联系上没有", {"YES": "联系上了", "NO": "没有接通"}, required=True),
            text("said", "说了什么"),
        ),
        plain="工作人员给您打过电话。",
    )  # fmt: skip
