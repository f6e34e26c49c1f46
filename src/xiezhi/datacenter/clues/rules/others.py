"""司法鉴定人、基层法律服务工作者."""

from __future__ import annotations

from datetime import date

from xiezhi.datacenter.clues.declare import ClueRule, Exception_, Join
from xiezhi.kernel.procedures.common import cite

_MOVING = Exception_("MOVING", "变更执业机构手续交叉，实际没有同时执业")
_DECISION = "全国人民代表大会常务委员会关于司法鉴定管理问题的决定"
_GRASS = "基层法律服务工作者管理办法（司法部令第138号）"

RULES = (
    ClueRule(
        "appraiser.two-bodies", "司法鉴定人同时在两个以上鉴定机构执业", ("APPRAISER",), ("APPRAISER",), (), date(2005, 10, 1),
        check="向两个鉴定机构核实劳动关系和在各机构出具鉴定意见的情况，核对变更登记的日期。",
        organ="省、自治区、直辖市人民政府司法行政部门", join=Join.OTHER_HOLDER, min_days=2, severity="HIGH",
        elsewhere=f"{_DECISION}第8条第2款", doubt="该决定不在条文库中，条款号凭记忆，使用前核对。", exceptions=(_MOVING,),
    ),
    ClueRule(
        "grass.two-offices", "基层法律服务工作者同时在两个以上基层法律服务所执业", ("GRASS",), ("GRASS",), (), date(2018, 2, 1),
        check="向两个服务所核实劳动关系和办案情况，核对变更手续的日期。", organ="县级或者设区的市级司法行政机关",
        join=Join.OTHER_HOLDER, min_days=2, elsewhere=_GRASS, doubt="该办法不在条文库中，条号和施行日期（2018-02-01）使用前核对。",
        exceptions=(_MOVING,),
    ),
    ClueRule(
        "grass.civil-servant", "公务员兼任基层法律服务工作者", ("GRASS",), ("CIVIL_SERVANT",), (cite("公务员法", 59, 0, 16),),
        date(2019, 6, 1), check="向任免机关核实是否为在编公务员、起止日期。",
        organ="公务员任免机关；县级司法行政机关", lookups=("POSTS",), elsewhere=_GRASS,
        doubt="公务员法第59条第16项以营利性为要件；管理办法的禁止性条文未经库内核对。",
        exceptions=(Exception_("NOT_CIVIL_SERVANT", "不是公务员", cite("公务员法", 2, 1)),),
    ),
    ClueRule(
        "appraiser.civil-servant", "公务员兼任司法鉴定人", ("APPRAISER",), ("CIVIL_SERVANT",), (cite("公务员法", 59, 0, 16),),
        date(2019, 6, 1), check="核实是否侦查机关内设鉴定机构人员，是否经批准兼职、是否领取报酬。",
        organ="公务员任免机关；省级司法行政部门", lookups=("POSTS",),
        doubt="侦查机关因侦查需要设立的鉴定机构不受此限；以营利性为要件。",
        exceptions=(
            Exception_("INVESTIGATION", "侦查机关内设鉴定机构人员"),
            Exception_("APPROVED", "经批准兼职且不领取报酬", cite("公务员法", 44)),
        ),
    ),
)  # fmt: skip
