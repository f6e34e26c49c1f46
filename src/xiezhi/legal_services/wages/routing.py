"""走哪条路: from the facts of a case to the ways to the money, the best first. Pure.

Legal aid is offered to everybody and never depends on poverty: a migrant worker's claim for pay is one of the cases in
which means are not checked (法律援助法 第42条第3项). Every way here is free of charge.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from .citations import CPL, PM, A, M, S, W, civil, joined
from .codes import DANGER_CODES, LOST

__all__ = ["Facts", "Way", "ways"]


@dataclass(frozen=True)
class Facts:
    """What routing needs to know. `days_left` is None while no limit runs; `tried` maps a way to its outcome."""

    labor: bool = True
    employed: bool = False
    days_left: int | None = None
    evidence: Collection[str] = field(default_factory=tuple)
    owed: Decimal = Decimal(0)
    workers: int = 1
    engineering: bool = False
    threat: str = "NONE"
    fled: bool = False
    tried: dict[str, str] = field(default_factory=dict)
    agreement_broken: bool = False
    final_award_ceiling: Decimal | None = None


@dataclass(frozen=True)
class Way:
    """One way: a code of ROUTES, why it fits, the article, cost, time, what is needed; `urgent` for a limit that ends."""

    code: str
    title: str
    why: tuple[str, ...]
    basis: str
    cost: str
    takes: str
    needs: tuple[str, ...]
    urgent: bool = False
    done: str = ""


FREE = "不收费"


def ways(facts: Facts) -> list[Way]:
    """Recommended ways in order. A way that was tried and lost is left out; one that is under way is not repeated."""
    proof = bool(set(facts.evidence) - {"NONE"})
    scored: list[tuple[int, Way]] = [(_aid_score(facts), _aid(facts))]
    limit_close = facts.days_left is not None and 0 <= facts.days_left <= 30
    passed = facts.days_left is not None and facts.days_left < 0
    if facts.labor:
        why = ["对工资有争议、对方不认账，仲裁委来裁"]
        if limit_close:
            why.insert(0, f"申请仲裁的期限只剩{facts.days_left}天，先去申请")
        if passed:
            why.insert(0, "一年时效可能已过，律师先看有没有要过工资的证据")
        if facts.workers >= 10:
            why.append("10人以上可以推举代表参加")
        score = 95 if limit_close else 30 if passed else 60 + (15 if facts.tried.get("MEDIATION") in LOST else 0)
        if facts.tried.get("INSPECTION") in LOST:
            score += 15
        scored.append((score, Way("ARBITRATION", "劳动仲裁", tuple(why), joined(M(5), M(27, 4), M(53)), FREE,
                                  "5日内决定受理，45日内裁决，最多延长15日", ("申请书（可以口头说，由工作人员记）", "身份证", "有什么证据带什么"),
                                  urgent=limit_close)))  # fmt: skip
    if facts.agreement_broken or "IOU" in facts.evidence:
        said = "达成了调解协议到期没付" if facts.agreement_broken else "有对方签字的欠条、结算单，数额没有争议"
        scored.append((85 if facts.agreement_broken else 58, Way(
            "PAYMENT_ORDER", "支付令", (said, "比打官司快，对方15日内不付也不提异议就能执行"), joined(M(16), CPL(225), CPL(227)), "申请费由对方承担",
            "5日内通知是否受理，15日内发出", ("调解协议或者欠条原件", "身份证"))))  # fmt: skip
    inspect = ["劳动监察可以查账、责令支付，不付的申请法院执行"]
    score = 55
    if facts.engineering:
        inspect.append("工地上能查专用账户和保证金，让总包先清偿")
        score += 12
    if facts.fled or facts.threat == "FLED":
        inspect.append("老板跑了的，可以移送公安，政府可以用应急周转金先垫一部分")
        score += 15
    if facts.workers >= 10 or facts.threat in DANGER_CODES:
        inspect.append("人多或者有风险，需要多个部门一起处理")
        score += 18
    scored.append((score, Way("INSPECTION", "劳动监察", tuple(inspect), joined(W(10, 1), S(11, 0, 6), W(63)), FREE,
                              "立案后60个工作日，可以延长30个工作日", ("哪个工地、哪家公司", "名单和数额"))))  # fmt: skip
    if facts.threat != "FLED" and not facts.fled:
        why = ["对方认账、只是拖着，调解最快"]
        score = 50 + (12 if facts.employed else 0) + (6 if facts.owed <= 20000 else 0) - (10 if not proof else 0)
        if facts.employed:
            why.append("您还在这家干，先谈不伤和气")
        scored.append(
            (
                score,
                Way(
                    "MEDIATION",
                    "调解",
                    tuple(why),
                    joined(PM(4), M(14, 3)),
                    FREE,
                    "15日，谈不成马上可以仲裁",
                    ("双方到场或者视频",),
                ),
            )
        )
    done = facts.tried
    found = [(s, w) for s, w in scored if done.get(w.code) not in LOST and not (w.code in done and w.code != "AID")]
    if done.get("AID") == "RUNNING":
        found = [(s, w) for s, w in found if w.code != "AID"]
    found.sort(key=lambda pair: -pair[0])
    return [w for _, w in found]


def _aid_score(facts: Facts) -> int:
    """Legal aid comes first when time is short, the case is hard, or another way was lost; it is always in the list."""
    if facts.days_left is not None and facts.days_left < 30:
        return 100
    if any(o in LOST for o in facts.tried.values()) or not (set(facts.evidence) - {"NONE"}) or not facts.labor:
        return 90
    return 70


def _aid(facts: Facts) -> Way:
    why = ["律师免费帮您写材料、开庭、要钱", "农民工讨薪不查家庭经济状况"]
    basis = joined(W(45, 1), A(31, 0, 5), A(42, 0, 3))
    urgent = facts.days_left is not None and 0 <= facts.days_left < 7
    if urgent:
        why.insert(0, "期限不到7天，可以先派律师、后补材料")
        basis = joined(basis, A(44, 1, 1))
    if not facts.labor:
        why.append("没有用人单位的，律师帮您直接起诉，三年内都行")
        basis = joined(basis, civil(188))
    return Way(
        "AID",
        "法律援助",
        tuple(why),
        basis,
        FREE,
        "当日答复，3日内派律师",
        ("身份证", "不要任何经济困难证明"),
        urgent=urgent,
    )
