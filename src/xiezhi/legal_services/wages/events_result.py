"""事件 of the money: payments, advances from the emergency fund, results, call-back, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import SAME, Event, Field, Meets, choice

from . import codes
from . import states as S
from .citations import PRACTICE, W, joined
from .fields import day, files, money, text, title, yes_no
from .roles import OFFICE, OFFICE_HEAD, WORKERS
from .rules import FAILED, PAID, PARTLY, RECOVERED, REPAID, rate_of

__all__ = ["Results"]


def _paid(view: View, ask: Ask) -> Mapping[str, Any]:
    total = Decimal(str(view.facts.get("recovered") or 0)) + Decimal(str(ask.data["amount"]))
    first = view.facts.get("first_paid_on") or ask.data.get("paid_on") or ask.on.isoformat()
    rate = rate_of(Decimal(str(view.facts.get("owed") or 0)), total)
    return {"recovered": str(total), "rate": rate, "first_paid_on": first}


def _advance(view: View, ask: Ask) -> Mapping[str, Any]:
    total = Decimal(str(view.facts.get("advanced") or 0)) + Decimal(str(ask.data["amount"]))
    first = view.facts.get("first_paid_on") or ask.on.isoformat()
    return {"advanced": str(total), "first_paid_on": first}


def _repay(view: View, ask: Ask) -> Mapping[str, Any]:
    return {
        "advance_repaid": str(Decimal(str(view.facts.get("advance_repaid") or 0)) + Decimal(str(ask.data["amount"])))
    }


class Results:
    """Money and ends."""

    paid = Event(
        "到账", (S.UNPAID, SAME), by=(*OFFICE, *WORKERS), basis=joined(W(11), W(16)), requires=PAID, sets=_paid, backdated=True,
        meets=(Meets("QX-PROMISE", "paid_on"),), notifies=WORKERS,
        form=(
            money("amount", "到账多少（元）", required=True, sample="3000"),
            day("paid_on", "哪天到账", required=True, sample="@0"),
            choice("payer", "谁付的", codes.PAYERS, required=True),
            title("payer_name", "付款单位"),
            Field("payer_person", "付款的个人", personal=True, max_length=60),
            choice("way", "怎么付的", {"BANK": "银行转账", "CASH": "现金", "ACCOUNT": "工资专用账户代发", "COURT": "法院发放"}, sample="BANK"),
            files("proof", "到账凭证"),
        ),
        plain="有工资到账了。",
    )  # fmt: skip
    advanced = Event(
        "应急周转金垫付", (S.UNPAID, SAME), by=(OFFICE_HEAD,), basis=W(63), requires=PAID, sets=_advance, notifies=WORKERS,
        form=(
            money("amount", "垫付多少（元）", required=True, sample="2000"),
            choice("ground", "原因", {"CANNOT": "用人单位一时难以支付", "FLED": "用人单位逃匿"}, required=True),
            choice("covers", "垫付什么", {"WAGE": "部分工资", "LIVING": "基本生活费"}, sample="LIVING"),
        ),
        plain="政府先给您垫付了一部分，以后向欠薪单位追回。",
    )  # fmt: skip
    advance_repaid = Event(
        "追回垫付款", (S.OPEN, SAME), by=OFFICE, basis=W(63), requires=REPAID, sets=_repay,
        form=(money("amount", "追回多少（元）", required=True, sample="500"), title("payer_name", "谁付的")),
    )  # fmt: skip
    recovered = Event(
        "全部追回", ((S.REPORTED, *S.WORKING, S.PARTIAL, S.FAILED), S.RECOVERED), by=OFFICE, basis=W(16), requires=RECOVERED,
        notifies=WORKERS, sets={"result": "RECOVERED"}, plain="您的工资全部追回来了。", primary=True, meets=("QX-TRIAGE",),
    )  # fmt: skip
    partly = Event(
        "部分追回", (S.WORKING, S.PARTIAL), by=OFFICE, basis=W(16), requires=PARTLY, notifies=WORKERS, sets={"result": "PARTIAL"},
        form=(text("reason", "剩下的为什么没有追回", required=True, sample="对方没有可供执行的财产。"),),
        plain="追回了一部分。剩下的以后有线索还可以继续追。",
    )  # fmt: skip
    failed = Event(
        "未能追回", (S.WORKING, S.FAILED), by=OFFICE, basis=W(16), requires=FAILED, notifies=WORKERS, sets={"result": "FAILED"},
        form=(text("reason", "为什么没有追回", required=True, sample="对方下落不明，没有财产线索。"),),
        plain="暂时没有追回。有新线索随时可以再来。",
    )  # fmt: skip
    followed = Event(
        "回访办结", (S.RESULTS, S.FOLLOWED), by=OFFICE, basis=W(45, 2), meets=("QX-FOLLOW",),
        form=(
            choice("answer", "工友怎么说", codes.FOLLOW_UPS, required=True, fact="follow_up"),
            yes_no("other_routes_told", "没有全部拿到的，已告知其他办法", sample=True), text("note", "记录"),
        ),
        plain="工作人员回访了您，这件事办结。", primary=True,
    )  # fmt: skip
    reopened = Event(
        "重新办理", ((S.FOLLOWED, S.WITHDRAWN), S.TRIAGED), by=(*OFFICE, *WORKERS), basis=W(10, 1),
        form=(text("reason", "为什么", required=True, sample="说好的钱没有给。"),), notifies=WORKERS, sets={"result": ""},
        plain="您的求助重新办理。",
    )  # fmt: skip
    withdrawn = Event(
        "撤回求助", (S.OPEN, S.WITHDRAWN), by=(*WORKERS, *OFFICE), basis=PRACTICE,
        form=(
            choice("why", "为什么", {"PAID": "钱已经拿到了", "OTHER_WAY": "自己另想办法", "NO_MORE": "不想再追了", "PRESSED": "有人让我撤回"},
                   required=True, fact="withdrawal_reason"),
            text("note", "想说的话"),
        ),
        plain="您撤回了求助，以后随时可以重新办理。",
    )  # fmt: skip
