"""What people challenge: acts by kind of department, with numbers, reasons and claims in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

__all__ = ["Act", "choose", "described", "inaction_due"]


@dataclass(frozen=True)
class Act:
    """One kind of act. `number` is the pattern of its document number; empty for inaction."""

    matter: str
    type: str
    number: str
    reasons: str
    claims: tuple[str, ...] = ("QUASH",)
    weight: int = 10
    amount: tuple[int, int] | None = None
    simplified: str = ""
    mandatory: bool = False
    penalty: bool = False

    @property
    def inaction(self) -> bool:
        return self.matter == "11"


_INFO = Act("14", "政府信息公开申请答复书", "{s}{d}依申请告〔{y}〕{n}号", "答复称信息不存在，没有说明检索过程，也没有告知获取方式。", weight=6,
            simplified="INFO_DISCLOSURE")  # fmt: skip
_SILENT = Act("11", "履行法定职责申请", "", "收到申请后一直没有处理，也没有书面答复。", ("ORDER_PERFORM",), weight=4)
_OTHER = Act(
    "15", "举报处理告知书", "{s}{d}举告〔{y}〕{n}号", "告知书没有回应举报的主要事实，处理结果没有依据。", weight=4
)

ACTS: dict[str, tuple[Act, ...]] = {
    "police": (
        Act("1", "行政处罚决定书", "{s}公行罚决字〔{y}〕{n}号", "处罚认定的事实与当时情形不符，现场视频没有调取，陈述申辩没有记录。", weight=22,
            amount=(200, 5000)),
        Act("1", "公安交通管理简易程序处罚决定书", "{s}公交决字〔{y}〕{n}号", "当时该路段标线被遮挡，电子监控照片不能证明违法。", weight=12,
            amount=(100, 500), simplified="LE_3000", penalty=True),
        Act("2", "扣押决定书", "{s}公扣字〔{y}〕{n}号", "扣押的车辆与案件无关，超过期限没有返还。", weight=4), _SILENT, _INFO,
    ),
    "market": (
        Act("1", "行政处罚决定书", "{s}市监处罚〔{y}〕{n}号", "进货票据在检查次日已经提交，决定书没有写明采纳与否，处罚过重。", ("QUASH", "CHANGE"), 22,
            (2000, 80000)),
        Act("1", "当场行政处罚决定书", "{s}市监当罚〔{y}〕{n}号", "现场已经改正，仍作处罚，没有说明理由。", weight=6, amount=(100, 3000),
            simplified="LE_3000", penalty=True),
        Act("15", "举报处理告知书", "{s}市监举告〔{y}〕{n}号", "告知书没有回应举报的主要事实，不予立案没有依据。", weight=14),
        Act("3", "不予行政许可决定书", "{s}市监不许〔{y}〕{n}号", "提交的材料符合规定，不予许可的理由与事实不符。", weight=4), _INFO,
    ),
    "labor": (
        Act("7", "认定工伤决定书", "{s}人社工认〔{y}〕{n}号", "受伤不在工作时间和工作场所，认定依据的证言前后矛盾。", weight=14),
        Act("7", "不予认定工伤决定书", "{s}人社不工认〔{y}〕{n}号", "下班途中受伤，路线合理，不予认定没有依据。", weight=12),
        Act("12", "停发养老保险待遇通知书", "{s}人社养停〔{y}〕{n}号", "停发没有事先告知，计算的年限有误。", weight=4), _SILENT, _INFO,
    ),
    "land": (
        Act("4", "土地权属争议处理决定书", "{s}自然权决〔{y}〕{n}号", "争议地一直由本户耕种，处理决定没有采信承包合同。", weight=8, mandatory=True),
        Act("1", "行政处罚决定书", "{s}自然资罚〔{y}〕{n}号", "建房有审批手续，认定面积与实测不符。", weight=7, amount=(3000, 60000)),
        Act("14", "政府信息公开申请答复书", "{s}自然依申请告〔{y}〕{n}号", "申请的征地批准文件应当公开，答复以过程性信息为由不予公开。", weight=9,
            simplified="INFO_DISCLOSURE"), _SILENT,
    ),
    "housing": (
        Act("5", "房屋征收补偿决定书", "{s}住建征补〔{y}〕{n}号", "评估时点有误，没有给予产权调换的选择。", ("QUASH", "CHANGE"), 9),
        Act("1", "行政处罚决定书", "{s}住建罚〔{y}〕{n}号", "施工手续由总包单位办理，处罚对象错误。", weight=6, amount=(5000, 100000)), _INFO, _SILENT,
    ),
    "traffic": (
        Act("1", "交通运输行政处罚决定书", "{s}交罚〔{y}〕{n}号", "车辆没有从事营运，询问笔录不是本人陈述。", weight=10, amount=(500, 30000)),
        Act("2", "扣押车辆凭证", "{s}交扣〔{y}〕{n}号", "扣押超过三十日没有处理决定。", weight=3), _INFO,
    ),
    "environment": (
        Act("1", "行政处罚决定书", "{s}环罚〔{y}〕{n}号", "采样不符合规范，监测报告不能作为依据。", weight=10, amount=(20000, 300000)), _INFO, _SILENT,
    ),
    "farming": (
        Act("8", "农村土地承包经营权登记告知书", "{s}农登〔{y}〕{n}号", "登记地块与承包合同不一致，没有实地测量。", weight=8),
        Act("1", "行政处罚决定书", "{s}农罚〔{y}〕{n}号", "产品检验报告与涉案批次不符。", weight=4, amount=(1000, 20000)), _INFO,
    ),
    "health": (
        Act("1", "行政处罚决定书", "{s}卫罚〔{y}〕{n}号", "诊所已经整改，处罚裁量没有说明理由。", weight=8, amount=(2000, 50000)), _INFO, _OTHER,
    ),
    "education": (_INFO, _OTHER, _SILENT),
    "tax": (
        Act("1", "税务行政处罚决定书", "{s}税罚〔{y}〕{n}号", "申报错误由系统升级引起，已经补报，不应处罚。", weight=8, amount=(200, 50000)),
        Act("10", "税务事项通知书", "{s}税通〔{y}〕{n}号", "加收的滞纳金起算日有误。", weight=5, mandatory=True), _INFO,
    ),
    "customs": (Act("1", "行政处罚决定书", "{s}关缉罚字〔{y}〕{n}号", "申报归类有争议，不属于违规。", weight=8, amount=(5000, 90000)),),
    "government": (
        Act("5", "征收土地补偿安置公告", "{s}政征〔{y}〕{n}号", "补偿标准没有按最新公布的标准执行。", weight=6),
        Act("4", "山林权属处理决定书", "{s}政林决〔{y}〕{n}号", "决定没有采信历史权属凭证。", weight=6, mandatory=True),
        Act("2", "责令限期拆除决定书", "{s}政责拆〔{y}〕{n}号", "房屋建于规划实施之前，没有听取陈述。", weight=7), _INFO, _SILENT,
    ),
    "station": (
        Act("1", "当场处罚决定书", "{s}当罚决字〔{y}〕{n}号", "只是口头争执，给予警告没有依据。", weight=8, amount=(50, 200), simplified="ON_SPOT",
            penalty=True),
        _SILENT,
    ),
}  # fmt: skip

_WORDS = {
    "police": "公", "market": "市监", "labor": "人社", "land": "自然", "housing": "住建", "traffic": "交", "environment": "环",
    "farming": "农", "health": "卫", "education": "教", "tax": "税", "customs": "关", "government": "政", "station": "公",
}  # fmt: skip


def choose(rng: Random, key: str) -> Act:
    """An act of this kind of department, by weight."""
    found = ACTS[key]
    return rng.choices(found, [a.weight for a in found])[0]


def described(rng: Random, act: Act, key: str, short: str, filed: date, *, late: bool) -> dict[str, Any]:
    """The act as the application states it: kind, number, days, amount."""
    if act.inaction:
        asked = filed - timedelta(days=rng.randint(64, 85))
        return {"type": act.type, "is_inaction": True, "request_received_on": asked.isoformat()}
    ago = rng.randint(75, 140) if late else rng.randint(4, 50)
    served = filed - timedelta(days=ago)
    on_spot = act.simplified == "ON_SPOT" or act.penalty
    made = served if on_spot else served - timedelta(days=rng.randint(0, 5))
    out: dict[str, Any] = {
        "type": act.type, "doc_no": act.number.format(s=short, d=_WORDS[key], y=made.year, n=rng.randint(1, 4200)),
        "made_on": made.isoformat(), "service_method": "ON_SPOT" if on_spot else rng.choice(("DIRECT", "DIRECT", "POST", "ELECTRONIC")),
        "served_on": served.isoformat(), "told_remedy": True,
    }  # fmt: skip
    if act.amount:
        low, high = act.amount
        out["amount"] = str(rng.randint(low // 50, high // 50) * 50)
    return out


def inaction_due(described_act: dict[str, Any]) -> date | None:
    """Last day of the 60 days an organ has to act, where the matter is about inaction."""
    asked = described_act.get("request_received_on")
    return date.fromisoformat(asked) + timedelta(days=60) if asked else None
