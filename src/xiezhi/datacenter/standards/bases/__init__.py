"""数据表 of the ten business standard bases and the five subject bases, one file a base."""

from __future__ import annotations

from xiezhi.datacenter.standards.declare import Table

__all__ = ["BASES", "all_tables"]

BASES = {
    "B1": "律师", "B2": "公证", "B3": "司法鉴定", "B4": "法律援助", "B5": "法律职业资格", "B6": "基层法律服务",
    "B7": "人民调解", "B8": "社区矫正", "B9": "监狱罪犯", "B10": "行政复议与行政执法", "SB1": "人口", "SB2": "法律服务机构",
    "SB3": "法律服务人员", "SB4": "案件事项", "SB5": "时空与监管场所",
}  # fmt: skip
"""Bases by code, in their order."""


def all_tables() -> tuple[Table, ...]:
    """Every table, in the order of the bases."""
    from xiezhi.datacenter.standards.bases import (
        b1_lawyers,
        b2_notaries,
        b3_appraisers,
        b4_legal_aid,
        b5_qualifications,
        b6_grassroots,
        b7_mediation,
        b8_community,
        b9_prisons,
        b10_review,
        subjects,
    )  # fmt: skip

    parts = (
        b1_lawyers, b2_notaries, b3_appraisers, b4_legal_aid, b5_qualifications, b6_grassroots, b7_mediation, b8_community,
        b9_prisons, b10_review, subjects,
    )  # fmt: skip
    return tuple(t for part in parts for t in part.TABLES)
