"""Words of checking a clue. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["ASKED", "FALSE_REASONS", "FINDINGS", "RESULTS", "TEACHES"]

FALSE_REASONS: Final[Mapping[str, str]] = {
    "OTHER_PERSON": "不是同一人（同名、号码被他人使用）", "DATA_ERROR": "来源数据有误", "LAWFUL": "有法律允许的例外", "NOT_HELD": "实际没有任职或者执业",
    "RULE_ERROR": "规则本身不妥当",
}  # fmt: skip
TEACHES: Final[Mapping[str, str]] = {
    "OTHER_PERSON": "两条记录送关联复核", "DATA_ERROR": "向数据提供单位发出质量整改", "LAWFUL": "登记例外，到期以前不再提示", "NOT_HELD": "计入规则准确率",
    "RULE_ERROR": "计入规则准确率，并提请修改规则",
}  # fmt: skip
"""What follows of each reason."""
ASKED: Final[Mapping[str, str]] = {"PERSON": "本人", "UNIT": "所在机构", "ORGAN": "有关机关"}
FINDINGS: Final[Mapping[str, str]] = {
    "HOLDS": "承认重叠存在",
    "DENIES": "否认",
    "EXPLAINS": "说明情况",
    "CORRECTED": "已经改正",
}
RESULTS: Final[Mapping[str, str]] = {
    "PUNISHED": "依法处理", "CORRECTED": "已经改正，不予处理", "RETURNED": "认为不属实，退回", "OTHER": "其他",
}  # fmt: skip
