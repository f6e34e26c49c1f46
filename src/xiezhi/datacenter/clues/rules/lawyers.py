"""律师."""

from __future__ import annotations

from datetime import date

from xiezhi.datacenter.clues.declare import ClueRule, Exception_, Join
from xiezhi.datacenter.persons.kinds import LAWYERS
from xiezhi.kernel.procedures.common import cite

_LAW = date(2008, 6, 1)
"""律师法 in the numbering of its 2007 revision."""
_BUREAU = "设区的市级或者直辖市的区人民政府司法行政部门"
_MOVING = Exception_("MOVING", "变更执业机构手续交叉，实际没有同时执业", cite("律师法", 10, 1))
_PRACTICE = Exception_("NO_PRACTICE", "只保留证件，期间没有以该身份执业，已补办注销")

RULES = (
    ClueRule(
        "lawyer.two-firms", "律师同时在两个以上律师事务所执业", LAWYERS, LAWYERS,
        (cite("律师法", 10, 1), cite("律师法", 47, 0, 1)), _LAW,
        check="向两个律师事务所分别核实聘用、收案、社会保险和年度考核情况；核对转所手续的日期。",
        organ=_BUREAU, join=Join.OTHER_HOLDER, min_days=2, exceptions=(_MOVING,), severity="HIGH",
    ),
    ClueRule(
        "lawyer.two-licenses", "同一人持有两本以上有效律师执业证", LAWYERS, LAWYERS, (cite("律师法", 10, 1),), _LAW,
        check="核对两个证号是否为换发前后的同一证书；旧证是否已收回注销。",
        organ=_BUREAU, join=Join.OTHER_LICENSE, exceptions=(Exception_("REISSUED", "换发、补发证书，旧证号未及时注销"),),
    ),
    ClueRule(
        "lawyer.civil-servant", "公务员兼任执业律师", LAWYERS, ("CIVIL_SERVANT",),
        (cite("律师法", 11, 1), cite("公务员法", 59, 0, 16)), date(2019, 6, 1),
        check="向任免机关核实是否为在编公务员、起止日期；公职律师、参照管理人员分别认定。",
        organ="省、自治区、直辖市人民政府司法行政部门；公务员任免机关", lookups=("POSTS",), severity="HIGH",
        exceptions=(
            Exception_("PUBLIC_LAWYER", "实为公职律师，执业类别登记有误"),
            Exception_("NOT_CIVIL_SERVANT", "不是公务员（工勤、聘用、事业单位人员）", cite("公务员法", 2, 1)),
            Exception_("LEFT_OFFICE", "已经辞去公职，登记没有更新"),
        ),
    ),
    ClueRule(
        "lawyer.grass-roots", "律师同时为基层法律服务工作者", (*LAWYERS,), ("GRASS",), (cite("律师法", 10, 1),), _LAW,
        check="核实取得律师执业证后基层法律服务工作者执业证是否已注销，期间以哪一身份办案。",
        organ=_BUREAU, min_days=2, elsewhere="基层法律服务工作者管理办法（司法部令第138号）",
        doubt="基层法律服务工作者管理办法的条号未经库内核对；律师法第10条第1款只规定律师事务所。",
        exceptions=(_MOVING, _PRACTICE),
    ),
    ClueRule(
        "lawyer.juror", "律师、公证员、仲裁员、基层法律服务工作者担任人民陪审员",
        (*LAWYERS, "NOTARY", "ARBITRATOR", "GRASS"), ("JUROR",), (cite("人民陪审员法", 6, 0, 2),), date(2018, 4, 27),
        check="向基层人民法院核实任命和免除的日期。", organ="任命机关和有关人民法院", lookups=("POSTS",),
        exceptions=(Exception_("REMOVED", "已免除陪审员职务，登记没有更新"),),
    ),
    ClueRule(
        "lawyer.barred-partner", "停止执业处罚期满未逾三年担任合伙人", ("PARTNER",), ("BARRED_PARTNER",),
        (cite("律师法", 53, 1),), _LAW,
        check="核对处罚决定书的种类、期限和期满日期，以及合伙人登记日期。", organ=_BUREAU,
        exceptions=(Exception_("NOT_PARTNER", "登记为合伙人但未经核准或者已退伙"),),
    ),
    ClueRule(
        "lawyer.company-firm", "公司律师、公职律师同时在律师事务所执业", LAWYERS, ("LAWYER_PUBLIC", "LAWYER_COMPANY"),
        (cite("律师法", 10, 1),), _LAW,
        check="核实哪一类别是现行有效的执业类别；变更类别时旧证是否注销。", organ=_BUREAU, min_days=2,
        elsewhere="公职律师管理办法、公司律师管理办法（司法部2018年）",
        doubt="公职律师、公司律师两个管理办法的条号未经库内核对。", exceptions=(_MOVING, _PRACTICE),
    ),
)  # fmt: skip
