"""The ten bases: who stands in them, which columns they fill, and how they write dates, phones and sex."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["BASES", "COUNTS", "MIXES", "Base", "column"]


@dataclass(frozen=True)
class Base:
    """Shares are of records that have the column at all, before accidental gaps."""

    code: str
    title: str
    key: str
    """Letter that record ids begin with."""
    birth: float
    phone: float
    address: float
    employer: float
    license: float
    registered: float
    """Share of addresses that are the registered one (户籍地址)."""
    date_format: int
    phone_format: int
    sex_format: int
    address_format: int
    id_weight: float
    """How much more often than elsewhere the number is missing."""
    prefix: str = ""
    """Head of its license or certificate numbers."""


BASES = (
    Base("lawyer", "律师", "L", 0.78, 0.99, 0.65, 0.97, 0.98, 0.1, 0, 0, 0, 0, 0.5, "1"),
    Base("notary", "公证员", "N", 0.8, 0.98, 0.55, 0.98, 0.98, 0.1, 1, 0, 1, 1, 0.5, "2"),
    Base("appraiser", "司法鉴定人", "F", 0.75, 0.97, 0.55, 0.96, 0.98, 0.1, 2, 1, 0, 1, 0.6, "3"),
    Base("aid", "法律援助受援人", "A", 0.92, 0.98, 0.98, 0.30, 0.0, 0.3, 3, 2, 1, 0, 1.6),
    Base("qualification", "法律职业资格", "Q", 0.99, 0.85, 0.65, 0.35, 0.98, 0.6, 1, 0, 0, 2, 0.4, "A"),
    Base("grassroots", "基层法律服务工作者", "G", 0.8, 0.97, 0.65, 0.95, 0.97, 0.2, 4, 1, 1, 0, 0.8, "5"),
    Base("mediator", "人民调解员", "M", 0.75, 0.95, 0.88, 0.40, 0.0, 0.2, 3, 3, 2, 3, 2.0),
    Base("correction", "社区矫正对象", "C", 1.0, 0.98, 1.0, 0.30, 0.0, 0.4, 0, 0, 1, 0, 0.5),
    Base("inmate", "监狱罪犯", "P", 1.0, 0.0, 1.0, 0.15, 0.0, 0.9, 1, 0, 1, 2, 0.6),
    Base("party", "行政复议与行政执法当事人", "R", 0.72, 0.98, 0.96, 0.35, 0.0, 0.1, 3, 2, 2, 1, 1.3),
)

COUNTS = np.array([0.45, 0.25, 0.14, 0.08, 0.05, 0.03])
"""Shares of persons with one to six records."""
MIXES = np.array(
    [
        # lawyer notary appr. aid  qual. grass med. corr. inm. party
        [0.340, 0.035, 0.045, 0.03, 0.330, 0.070, 0.070, 0.005, 0.005, 0.070],
        [0.010, 0.002, 0.004, 0.34, 0.012, 0.004, 0.160, 0.095, 0.073, 0.300],
    ]
)
"""Where a record of a person in a legal profession lies, and one of anybody else."""


def column(name: str) -> np.ndarray:
    """One attribute of all bases, in their order."""
    return np.array([getattr(base, name) for base in BASES])
