"""B4 法律援助: matters of legal aid (platform.md 4, B4; legal-services.md 3)."""

from __future__ import annotations

from xiezhi.datacenter.standards.declaring import (
    check,
    col,
    implies,
    order,
    table,
)
from xiezhi.kernel.datasets.registry import Level

__all__ = ["TABLES"]

TABLES = (
    table(
        "std_aid_case", "法律援助案件", "B4",
        (
            col("matter_no", "办件编号", "matter_uid", required=True, key=True, unique=True),
            col("case_no", "援助案号", unique=True),
            col("agency_usc", "法律援助机构", "usc"),
            col("agency_name", "法律援助机构名称", "org_title"),
            col("recipient_uid", "受援人标识", "person_uid", level=Level.PERSONAL),
            col("kind", "案件类型", "aid_kind", required=True),
            col("route", "启动方式", "aid_route", required=True),
            col("matter", "事由", "aid_matter"),
            col("hardship_not_required"),
            col("hardship_check_waived"),
            col("group", "特殊群体", "special_group", repeated=True),
            col("applied", "申请日", "applied_on"),
            col("decided", "决定日", "decided_on"),
            col("assigned", "指派日", "assigned_on"),
            col("closed", "结案日", "closed_on"),
            col("provider_license", "承办人执业证号", "license_no", level=Level.INTERNAL),
            col("result", "结果", "aid_result"),
            col("recovered", "挽回金额", "amount"),
            col("subsidy"),
        ),
        "法律援助法 第43条、第51条、第58条",
        share_basis="含受援人信息和经济状况，限于法律援助法规定的信息共享和工作协同（法律援助法 第41条、第51条）",
        rules=(
            order("applied", "decided", "申请日、决定日"), order("decided", "assigned", "决定日、指派日"), order("applied", "closed", "申请日、结案日"),
            implies("closed", "已结案有结果", "closed IS NOT NULL", "result IS NOT NULL", "已结案而没有结果"),
            implies("open", "有结果的已结案", "result IS NOT NULL", "closed IS NOT NULL", "有结果而没有结案日"),
            implies("waived", "免予核查限于所列事由或者群体", "hardship_check_waived AND hardship_not_required", "FALSE", "同时标为不受限制和免予核查，两者是不同的情形", basis="法律援助法 第32条、第42条", severity="WARNING"),
            check("amounts", "金额不为负", "coalesce(recovered, 0) >= 0 AND coalesce(subsidy, 0) >= 0", "挽回金额或者补贴为负数"),
        ),
        description="每件法律援助申请或者通知一行。受援人只以标识出现。", supplier="法律援助机构", purpose="法律援助监督、统计和工作协同", retention_days=1095,
    ),
)  # fmt: skip
