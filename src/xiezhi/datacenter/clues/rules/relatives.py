"""任职回避: spouses of judges and prosecutors. These look-ups touch a second person; they are asked only for partners of firms."""

from __future__ import annotations

from datetime import date

from xiezhi.datacenter.clues.declare import ClueRule, Exception_, Join
from xiezhi.kernel.procedures.common import cite

_FROM = date(2019, 10, 1)
_NOTE = "只核实婚姻关系存续期间和任职地点、起止日期，不收集其他家庭信息。"

RULES = (
    ClueRule(
        "spouse.judge", "法官的配偶在其任职法院辖区内担任律师事务所合伙人、设立人", ("PARTNER",), ("SPOUSE_JUDGE",), (cite("法官法", 24, 0, 1),), _FROM,
        check=_NOTE, organ="有关人民法院", join=Join.SAME_AREA, lookups=("MARRIAGE", "POSTS"),
        exceptions=(Exception_("RECUSED", "法官已经实行任职回避"), Exception_("DIVORCED", "婚姻关系已经终止")),
    ),
    ClueRule(
        "spouse.prosecutor", "检察官的配偶在其任职检察院辖区内担任律师事务所合伙人、设立人", ("PARTNER",), ("SPOUSE_PROSECUTOR",),
        (cite("检察官法", 25, 0, 1),), _FROM, check=_NOTE, organ="有关人民检察院", join=Join.SAME_AREA, lookups=("MARRIAGE", "POSTS"),
        exceptions=(Exception_("RECUSED", "检察官已经实行任职回避"), Exception_("DIVORCED", "婚姻关系已经终止")),
    ),
)  # fmt: skip
