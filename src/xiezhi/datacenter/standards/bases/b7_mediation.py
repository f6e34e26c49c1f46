"""B7 人民调解: committees, mediators and cases (platform.md 4, B7; legal-services.md 7)."""

from __future__ import annotations

from xiezhi.datacenter.standards.declare import ShareType
from xiezhi.datacenter.standards.declaring import (
    PERSON,
    check,
    col,
    implies,
    order,
    person_columns,
    person_rules,
    table,
    years,
)
from xiezhi.kernel.datasets.registry import Level

__all__ = ["TABLES"]

TABLES = (
    table(
        "std_committee", "人民调解委员会", "B7",
        (
            col("committee_id", required=True, key=True, unique=True),
            col("name", "名称", "org_title", required=True),
            col("kind", "类别", "committee_kind", required=True),
            col("members", "委员人数", "member_count"),
            col("founded", "设立日期", "founded_on"),
            col("term_to", "任期届满日", "valid_to"),
            col("address", "地址", "org_address"),
            col("phone", "电话", "org_phone"),
            col("status", "状态", "org_status", required=True),
        ),
        "人民调解法 第8条、第10条、第34条",
        share=ShareType.UNCONDITIONAL, share_basis="设立和人员组成情况依法通报、公布（人民调解法 第10条）", open=True,
        rules=(check("members", "委员三至九人", "members BETWEEN 3 AND 9", "委员人数不在三至九人之间", basis="人民调解法 第8条", severity="WARNING"),),
        description="人民调解委员会，每个一行。", supplier="县级司法局", purpose="人民调解指导和统计", retention_days=3650,
    ),
    table(
        "std_mediator", "人民调解员", "B7",
        (
            col("mediator_id", "调解员编号", "mediator_no", required=True, key=True, unique=True),
            *person_columns(name_level=Level.OPEN),
            col("committee_id", "调解委员会", "committee_id", required=True, references="std_committee.committee_id"),
            col("committee_name", "调解委员会名称", "org_title"),
            col("kind", "类别", "mediator_kind", required=True),
            col("level", "等级", "mediator_level"),
            col("appointed", "聘任日", "appoint_date"),
            col("status", "状态", "practice_status", required=True),
        ),
        "人民调解法 第10条、第13条、第14条",
        share_basis="含证件号码、手机号码等个人信息，按履行法定职责的需要提供；名单依法通报人民法院（人民调解法 第10条）",
        rules=(
            *person_rules(),
            check("adult", "调解员是成年人", f"birth_date IS NULL OR appointed IS NULL OR {years('birth_date', 'appointed')} >= 18", "聘任时不满十八周岁", basis="人民调解法 第14条"),
        ),
        person={**PERSON, "employer": "committee_name", "license_no": "mediator_id"},
        description="人民调解员，每个委员会聘任的每人一行。", supplier="县级司法局", purpose="人民调解指导和统计", retention_days=3650,
    ),
    table(
        "std_mediation_case", "人民调解案件", "B7",
        (
            col("case_no", "纠纷编号", required=True, key=True, unique=True),
            col("committee_id", "调解委员会", "committee_id", required=True, references="std_committee.committee_id"),
            col("mediator_id", "调解员", "mediator_no", references="std_mediator.mediator_id"),
            col("dispute_type", required=True),
            col("source", "来源", "dispute_source", required=True),
            col("accepted", "受理日", "accepted_on", required=True),
            col("ended", "终结日", "closed_on"),
            col("result", "结果", "mediation_result"),
            col("agreement_kind"),
            col("effective_at", "协议生效日", "agreement_effective_on"),
            col("amount", "涉及金额", "amount"),
            col("performed"),
            col("confirm_applied", "申请司法确认日", "confirm_applied_on"),
            col("confirm_result"),
        ),
        "人民调解法 第10条、第27条",
        share_basis="调解内容涉及当事人隐私，限于办理案件、统计所必需（人民调解法 第15条）",
        rules=(
            order("accepted", "ended", "受理日、终结日"), order("effective_at", "confirm_applied", "协议生效日、申请司法确认日"),
            implies("closed", "已终结有结果", "ended IS NOT NULL", "result IS NOT NULL", "已终结而没有结果"),
            implies("agreed", "达成协议写明形式", "result = '01'", "agreement_kind IN ('1', '2')", "达成协议而没有写明协议形式", basis="人民调解法 第28条"),
            implies("confirm", "司法确认以达成协议为前提", "confirm_applied IS NOT NULL OR confirm_result IS NOT NULL", "result = '01'", "没有达成协议而有司法确认", basis="人民调解法 第33条"),
            check("amount", "金额不为负", "amount >= 0", "涉及金额为负数"),
        ),
        description="人民调解委员会受理的纠纷，每件一行，不含当事人。", supplier="人民调解委员会", purpose="人民调解指导和统计", retention_days=1095,
    ),
)  # fmt: skip
