"""公证员."""

from __future__ import annotations

from datetime import date

from xiezhi.datacenter.clues.declare import ClueRule, Exception_, Join
from xiezhi.datacenter.persons.kinds import LAWYERS
from xiezhi.kernel.procedures.common import cite

_LAW = date(2006, 3, 1)
_BUREAU = "省、自治区、直辖市或者设区的市人民政府司法行政部门"
_PAID = Exception_("UNPAID", "没有报酬，或者没有实际从业", cite("公证法", 23, 0, 2))

RULES = (
    ClueRule(
        "notary.two-offices", "公证员同时在二个以上公证机构执业", ("NOTARY",), ("NOTARY",),
        (cite("公证法", 23, 0, 1), cite("公证法", 41, 0, 3)), _LAW,
        check="核对任命、变更执业机构的文件和在两个机构出具公证书的情况。",
        organ=_BUREAU, join=Join.OTHER_HOLDER, min_days=2, severity="HIGH",
        exceptions=(Exception_("MOVING", "变更执业机构手续交叉，实际没有同时执业"),),
    ),
    ClueRule(
        "notary.other-profession", "公证员从事有报酬的其他职业", ("NOTARY",),
        (*LAWYERS, "LAWYER_COMPANY", "GRASS", "APPRAISER"), (cite("公证法", 23, 0, 2), cite("公证法", 41, 0, 4)), _LAW,
        check="核实另一职业是否实际从业、是否有报酬，两个身份的起止日期。", organ=_BUREAU, min_days=2, severity="HIGH",
        exceptions=(_PAID, Exception_("CHANGED", "已转任公证员，原执业证未及时注销", cite("公证法", 19))),
    ),
    ClueRule(
        "notary.civil-servant", "公证员同时为公务员", ("NOTARY",), ("CIVIL_SERVANT",),
        (cite("公证法", 23, 0, 2), cite("公务员法", 59, 0, 16)), date(2019, 6, 1),
        check="核实公证机构的体制和本人编制，是否已经离开原工作岗位。", organ=f"{_BUREAU}；公务员任免机关", lookups=("POSTS",),
        doubt="行政体制公证机构的公证员兼有公务员身份，是否违反第23条第2项有不同意见，逐件核实。",
        exceptions=(Exception_("OLD_SYSTEM", "所在公证机构仍为行政体制"), Exception_("LEFT_OFFICE", "已经离开原岗位，登记没有更新", cite("公证法", 19))),
    ),
    ClueRule(
        "notary.over-age", "公证员年满六十五周岁未免职", ("NOTARY",), ("OVER_65",), (cite("公证法", 24, 0, 2), cite("公证法", 18, 0, 2)), _LAW,
        check="核对出生日期和免职手续的进展。", organ="所在地的司法行政部门（报请免职）",
        exceptions=(Exception_("IN_PROCESS", "免职手续正在办理"),),
    ),
    ClueRule(
        "notary.under-age", "任公证员时未满二十五周岁", ("NOTARY",), ("UNDER_25",), (cite("公证法", 18, 0, 2),), _LAW,
        check="核对出生日期和任命日期，多为录入错误。", organ=_BUREAU,
    ),
)  # fmt: skip
