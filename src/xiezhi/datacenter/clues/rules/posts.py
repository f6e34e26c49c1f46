"""法官、检察官、监察官 and those who left these posts."""

from __future__ import annotations

from datetime import date

from xiezhi.datacenter.clues.declare import ClueRule, Exception_
from xiezhi.datacenter.persons.kinds import LAWYERS
from xiezhi.kernel.procedures.common import cite

_LEFT = Exception_("LEFT_OFFICE", "已经离任，登记没有更新")
_OTHERS = (*LAWYERS, "LAWYER_COMPANY", "NOTARY", "ARBITRATOR")
_COURTS = date(2019, 10, 1)

RULES = (
    ClueRule(
        "judge.other-post", "法官兼任律师、公证员、仲裁员", _OTHERS, ("JUDGE",), (cite("法官法", 22),), _COURTS,
        check="向有关人民法院核实任职和离任的日期。", organ="有关人民法院；司法行政部门", lookups=("POSTS",), severity="HIGH", exceptions=(_LEFT,),
    ),
    ClueRule(
        "prosecutor.other-post", "检察官兼任律师、公证员、仲裁员", _OTHERS, ("PROSECUTOR",), (cite("检察官法", 23),), _COURTS,
        check="向有关人民检察院核实任职和离任的日期。", organ="有关人民检察院；司法行政部门", lookups=("POSTS",), severity="HIGH",
        exceptions=(_LEFT,),
    ),
    ClueRule(
        "supervisor.other-post", "监察官兼任执业律师、公证员、仲裁员、人民陪审员", (*_OTHERS, "JUROR"), ("SUPERVISOR",),
        (cite("监察官法", 22, 1),), date(2022, 1, 1),
        check="向有关监察机关核实任职和离任的日期。", organ="有关监察机关；司法行政部门", lookups=("POSTS",), severity="HIGH",
        exceptions=(_LEFT, Exception_("APPROVED", "按照管理权限批准的兼职", cite("监察官法", 22, 2))),
    ),
    ClueRule(
        "bench.left-two-years", "从法院、检察院离任未满二年担任诉讼代理人、辩护人", ("HANDLES_CASE",), ("LEFT_BENCH",),
        (cite("律师法", 41), cite("律师法", 47, 0, 4), cite("法官法", 36, 1), cite("检察官法", 37, 1)), _COURTS,
        check="核实离任日期，以及承办的是否为诉讼代理或者辩护。", organ="设区的市级或者直辖市的区人民政府司法行政部门",
        lookups=("POSTS",), severity="HIGH",
        exceptions=(
            Exception_("RELATIVE", "作为当事人的监护人、近亲属代理", cite("法官法", 36, 2)),
            Exception_("NOT_LITIGATION", "承办的不是诉讼代理或者辩护"),
        ),
    ),
    ClueRule(
        "supervision.left-three-years", "监察官离任未满三年从事律师职业", (*LAWYERS, "LAWYER_COMPANY", "NOTARY"), ("LEFT_SUPERVISION",),
        (cite("监察官法", 49, 1),), date(2022, 1, 1),
        check="核实离任日期，从事的职业是否与监察和司法工作相关联且可能发生利益冲突。", organ="原任职监察机关；司法行政部门",
        lookups=("POSTS",), doubt="是否可能发生利益冲突须逐件判断，不是凡执业即违反。",
        exceptions=(Exception_("NO_CONFLICT", "经认定不可能发生利益冲突"),),
    ),
)  # fmt: skip
