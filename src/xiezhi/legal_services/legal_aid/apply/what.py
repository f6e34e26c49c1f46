"""What the aid is for: everyday words for claims, and what follows from each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.legal_services.legal_aid.codes import KINDS, MATTER_TYPES
from xiezhi.ui.flow import Answers

__all__ = ["CRIMINAL", "TOPICS", "claim_of", "details", "kind_of", "matter_type_of", "violence"]

# topic → claims in everyday words
TOPICS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "WORK": ("工作上的事", (
        ("PAY", "被拖欠工资、加班费、补偿金"), ("WORK_INJURY", "工伤赔偿"), ("LABOR_RELATION", "单位不承认我是员工（确认劳动关系）"),
    )),
    "INJURY": ("受到伤害要赔偿", (
        ("TRAFFIC_INJURY", "交通事故"), ("MEDICAL_INJURY", "看病治疗受到损害"), ("FOOD_DRUG_INJURY", "食品、药品造成的损害"),
        ("ENVIRONMENT", "环境污染、生态破坏造成的损害"), ("BRAVE_ACT", "见义勇为受到损失"),
    )),
    "FAMILY": ("家里的事", (
        ("ABUSE", "受到家庭暴力、虐待或者遗弃"), ("MAINTENANCE", "要赡养费、抚养费、扶养费"), ("CAPACITY", "认定家人能不能自己办事（民事行为能力）"),
    )),
    "BENEFIT": ("和政府有关的待遇、赔偿", (
        ("SOCIAL_BENEFIT", "社会保险、低保等社会救助"), ("PENSION", "抚恤金"), ("STATE_COMPENSATION", "国家赔偿"),
    )),
    "CRIMINAL": ("刑事案件", (
        ("SUSPECT", "被抓了、被告了，要律师辩护"), ("VICTIM", "我是被害人"), ("PRIVATE_PROSECUTOR", "我自己向法院告他犯罪（自诉）"),
        ("INCIDENTAL_PLAINTIFF", "在刑事案件里要求赔偿"),
    )),
    "OTHER": ("其他", (
        ("RETRIAL", "法院决定再审，或者检察院提出抗诉"), ("HERO_HONOR", "维护英雄烈士的名誉"), ("BY_LAW", "法律、法规规定的其他情形"),
        ("OUTSIDE", "不知道属于哪一种"),
    )),
}  # fmt: skip
CRIMINAL = ("SUSPECT", "VICTIM", "PRIVATE_PROSECUTOR", "INCIDENTAL_PLAINTIFF")
_KIND = {
    "PAY": "LABOR", "WORK_INJURY": "LABOR", "LABOR_RELATION": "LABOR", "SOCIAL_BENEFIT": "ADMIN", "PENSION": "ADMIN",
    "STATE_COMPENSATION": "STATE_COMPENSATION", **dict.fromkeys(CRIMINAL, "CRIMINAL"),
}  # fmt: skip
_TYPE = {
    "PAY": "LABOR", "LABOR_RELATION": "LABOR", "WORK_INJURY": "WORK_INJURY", "TRAFFIC_INJURY": "TRAFFIC", "MEDICAL_INJURY": "MEDICAL",
    "FOOD_DRUG_INJURY": "CONSUMER", "MAINTENANCE": "FAMILY", "ABUSE": "FAMILY", "CAPACITY": "FAMILY", "SOCIAL_BENEFIT": "ADMIN",
    "PENSION": "ADMIN", "STATE_COMPENSATION": "ADMIN", "ENVIRONMENT": "TORT", "BRAVE_ACT": "TORT", "HERO_HONOR": "TORT",
    **dict.fromkeys(CRIMINAL, "CRIMINAL"),
}  # fmt: skip
_ASKED = ("RETRIAL", "BY_LAW", "OUTSIDE")


def claims(answers: Answers) -> Sequence[Field]:
    """Claims of the topic chosen before."""
    topic = TOPICS.get(str(answers("topic")), TOPICS["OTHER"])
    return (Field("claim", "具体是哪一种？", Kind.CHOICE, required=True, choices=topic[1], basis="法律援助法 第31条"),)


def claim_of(answers: Answers) -> str:
    """The claim, where it still belongs to the topic."""
    known = {code for code, _ in TOPICS.get(str(answers("topic")), ("", ()))[1]}
    claim = str(answers("claim") or "")
    return claim if claim in known else ""


def asks_kind(answers: Answers) -> bool:
    """Whether the claim alone does not say what kind of case it is."""
    return claim_of(answers) in _ASKED


def kind_of(answers: Answers) -> str:
    """案件类别, from the claim where it says so."""
    claim = claim_of(answers)
    if claim in _ASKED:
        return str(answers("kind") or "CIVIL")
    return _KIND.get(claim, "CIVIL")


def matter_type_of(answers: Answers) -> str:
    """纠纷类型."""
    claim = claim_of(answers)
    return str(answers("matter_type") or "OTHER") if claim in _ASKED else _TYPE.get(claim, "OTHER")


def details(answers: Answers) -> Sequence[Field]:
    """Kind and type, where the claim does not say."""
    return (
        Field("kind", "案件类别", Kind.CHOICE, required=True, choices=tuple(KINDS.items()), help="不清楚的选“民事”，工作人员会核对"),
        Field("matter_type", "纠纷类型", Kind.CHOICE, required=True, choices=tuple(MATTER_TYPES.items())),
    )  # fmt: skip


def violence(answers: Answers) -> bool:
    """Whether the address needs protection and nobody's means matter."""
    return claim_of(answers) == "ABUSE"
