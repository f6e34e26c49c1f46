"""Code lists of sharing: code → what people read."""

from __future__ import annotations

SHARE_TYPES = {"UNCONDITIONAL": "无条件共享", "CONDITIONAL": "有条件共享"}
WAYS = {"INTERFACE": "服务接口", "BATCH": "批量交换", "FILE": "文件下载"}
KINDS = {"LOOKUP": "查询", "VERIFY": "核验（只答是否一致）", "BATCH": "批量", "PUSH": "推送"}
BREACHES = {
    "LATE_REPLY": "未按时答复共享申请", "LATE_SUPPLY": "未按时共享数据", "ADDED_CONDITIONS": "擅自增设条件", "ENDED": "擅自终止或者变更服务",
    "LATE_CORRECTION": "未按时核实、更正", "CATALOG": "未按要求编制、更新目录", "NO_RETURN": "未按规定回流下级数据",
    "BEYOND_PURPOSE": "超出使用范围、共享目的使用", "THIRD_PARTY": "擅自提供给第三方", "NO_DISPOSAL": "未按要求处置", "NO_RECORDS": "未按规定保存使用记录",
    "COLLECTED_AGAIN": "重复收集可以共享取得的数据",
}  # fmt: skip
BY_PROVIDER = ("LATE_REPLY", "LATE_SUPPLY", "ADDED_CONDITIONS", "ENDED", "LATE_CORRECTION", "CATALOG", "NO_RETURN")
"""Breaches of who supplies (政务数据共享条例 第39条); the others are of who uses (第40条)."""
MISUSES = {"BEYOND_PURPOSE": "超出使用范围、共享目的", "THIRD_PARTY": "提供给第三方"}
REFUSALS = {
    "NOT_DUTY": "与履行职责无关", "NOT_NEEDED": "申请的数据项超出必要", "NOT_SHARED": "依法不予共享", "CONDITION": "不符合目录列明的共享条件",
    "NOT_OURS": "不是本部门的数据", "UNSAFE": "不具备安全保障能力",
}  # fmt: skip
DISPUTES = {
    "REFUSED": "不同意共享", "LATE": "逾期不答复、不提供", "CONDITIONS": "增设条件", "SUSPENDED": "暂停、终止共享", "QUALITY": "数据质量", "OTHER": "其他",
}  # fmt: skip
ENDINGS = {"ACHIEVED": "共享目的已实现", "IMPOSSIBLE": "共享目的无法实现", "UNNECESSARY": "不再必要"}
DISPOSALS = {
    "DELETE": "删除并清除备份",
    "RETURN": "交回提供部门",
    "ARCHIVE": "依法归档",
    "ANONYMIZE": "匿名化后保留统计结果",
}
CHANGES = {"LAW": "法律、行政法规、国务院决定调整", "DUTY": "部门职责变化"}
WRONGS = {"INACCURATE": "不准确", "INCOMPLETE": "不完整"}
