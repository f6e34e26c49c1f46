"""身份种类: what a person can be over a period, as the rules name it. Pure.

A kind is a license, a post, or a fact that bears on one (a penalty, an age, a death). `restricted` kinds come from
crime and correction: who may not see those sees neither the clue nor that there is one.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "LAWYERS", "LICENSES", "POSTS", "RESTRICTED", "Kind", "title"]


@dataclass(frozen=True)
class Kind:
    """`group`: LICENSE (执业证), QUALIFICATION (资格), POST (职务), FACT (影响执业的事实), CASE (办理的案件)."""

    code: str
    title: str
    group: str
    restricted: bool = False


KINDS: dict[str, Kind] = {
    k.code: k
    for k in (
        Kind("LAWYER_FULL", "专职律师", "LICENSE"),
        Kind("LAWYER_PART", "兼职律师", "LICENSE"),
        Kind("LAWYER_PUBLIC", "公职律师", "LICENSE"),
        Kind("LAWYER_COMPANY", "公司律师", "LICENSE"),
        Kind("LAWYER_AID", "法律援助律师", "LICENSE"),
        Kind("LAWYER_MILITARY", "军队律师", "LICENSE"),
        Kind("LAWYER", "律师（执业类别不明）", "LICENSE"),
        Kind("NOTARY", "公证员", "LICENSE"),
        Kind("APPRAISER", "司法鉴定人", "LICENSE"),
        Kind("GRASS", "基层法律服务工作者", "LICENSE"),
        Kind("QUALIFIED", "法律职业资格持有人", "QUALIFICATION"),
        Kind("MEDIATOR", "人民调解员", "POST"),
        Kind("ARBITRATOR", "仲裁员", "POST"),
        Kind("JUROR", "人民陪审员", "POST"),
        Kind("CIVIL_SERVANT", "公务员", "POST"),
        Kind("JUDGE", "法官", "POST"),
        Kind("PROSECUTOR", "检察官", "POST"),
        Kind("SUPERVISOR", "监察官", "POST"),
        Kind("PARTNER", "律师事务所合伙人、设立人", "POST"),
        Kind("SPOUSE_JUDGE", "配偶任法官", "FACT"),
        Kind("SPOUSE_PROSECUTOR", "配偶任检察官", "FACT"),
        Kind("LEFT_BENCH", "从法院、检察院离任未满二年", "FACT"),
        Kind("LEFT_SUPERVISION", "从监察机关离任未满三年", "FACT"),
        Kind("STOPPED_LAWYER", "律师停止执业处罚期", "FACT"),
        Kind("STOPPED_NOTARY", "公证员停止执业处罚期", "FACT"),
        Kind("BARRED_PARTNER", "停止执业处罚期满未逾三年", "FACT"),
        Kind("REVOKED_LAWYER", "被吊销律师执业证书", "FACT"),
        Kind("REVOKED_NOTARY", "被吊销公证员执业证书", "FACT"),
        Kind("UNIT_ENDED", "执业机构已经终止", "FACT"),
        Kind("DEAD", "已经死亡", "FACT"),
        Kind("MINOR", "未满十八周岁", "FACT"),
        Kind("UNDER_25", "未满二十五周岁", "FACT"),
        Kind("OVER_65", "年满六十五周岁", "FACT"),
        Kind("HANDLES_CASE", "承办诉讼法律援助案件", "CASE"),
        Kind("AIDED", "因经济困难接受法律援助", "CASE"),
        Kind("ESTATE", "名下有不动产", "FACT"),
        Kind("IN_PRISON", "正在服刑", "FACT", restricted=True),
        Kind("IN_CORRECTION", "正在接受社区矫正", "FACT", restricted=True),
    )
}
RESTRICTED = frozenset(k.code for k in KINDS.values() if k.restricted)
LICENSES = tuple(k.code for k in KINDS.values() if k.group == "LICENSE")
POSTS = tuple(k.code for k in KINDS.values() if k.group == "POST")
LAWYERS = ("LAWYER_FULL", "LAWYER_PART", "LAWYER")
"""Lawyers in the sense of 执业律师 in a law firm (律师法 第10条、第14条); public, company, aid and military lawyers stay apart."""


def title(code: str) -> str:
    """Title for people."""
    return KINDS[code].title if code in KINDS else code
