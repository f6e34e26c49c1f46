"""B10 行政复议与行政执法 (platform.md 4, B10; enforcement.md)."""

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
        "std_review_case", "行政复议案件", "B10",
        (
            col("matter_no", "办件编号", "matter_uid", required=True, key=True, unique=True),
            col("case_no", "复议案号", unique=True),
            col("organ_usc", "复议机关", "usc"),
            col("organ_name", "复议机关名称", "organ_name", level=Level.OPEN),
            col("applicant_uid", "申请人标识", "person_uid"),
            col("respondent_usc", "被申请人", "usc"),
            col("respondent_name", "被申请人名称", "organ_name", level=Level.OPEN),
            col("act_type", required=True),
            col("knew", "知道日", "knew_on"),
            col("applied", "申请日", "applied_on"),
            col("received", "收到日", "received_on"),
            col("accepted", "受理日", "accepted_on"),
            col("procedure", "程序", "review_procedure"),
            col("due", "审理期限届满日", "due_on"),
            col("decided", "审结日", "decided_on"),
            col("decision", "结果", "review_decision"),
        ),
        "行政复议法 第4条、第8条、第79条",
        share_basis="含申请人标识和未生效的案件信息，按履行法定职责的需要提供；生效文书依法公开（行政复议法 第79条）",
        rules=(
            order("applied", "received", "申请日、收到日"), order("received", "accepted", "收到日、受理日"), order("accepted", "decided", "受理日、审结日"),
            order("knew", "applied", "知道日、申请日", severity="WARNING"),
            implies("closed", "已审结有结果", "decided IS NOT NULL", "decision IS NOT NULL", "已审结而没有结果"),
            implies("procedure", "已受理写明程序", "accepted IS NOT NULL AND decided IS NOT NULL AND decision NOT IN ('08', '09')", "procedure IS NOT NULL", "已审结而没有写明程序", basis="行政复议法 第49条、第53条", severity="WARNING"),
        ),
        description="每件行政复议申请一行。申请人只以标识出现。", supplier="行政复议机构", purpose="行政复议监督和统计", retention_days=1095,
    ),
    table(
        "std_enforcement_case", "行政执法案件", "B10",
        (
            col("enf_no", "执法案号", "case_no", required=True, key=True, unique=True),
            col("organ_usc", "执法机关", "usc", required=True),
            col("organ_name", "执法机关名称", "organ_name", level=Level.OPEN),
            col("officers"),
            col("party_is_person", "当事人是自然人"),
            col("facts"),
            col("law_refs", "依据", required=True),
            col("penalty_kind", "处罚种类", repeated=True),
            col("procedure", "程序", "enforcement_procedure", required=True),
            col("amount", "罚没金额"),
            col("opened", "立案日", "opened_on"),
            col("decided", "决定日", "decided_on"),
            col("served", "送达日", "served_on"),
            col("published", "公开日", "published_on"),
            col("performed", "履行日", "performed_on"),
        ),
        "行政处罚法 第39条、第48条、第54条、第60条",
        share_basis="含未公开的案件和当事人信息，按行政执法监督的需要提供；依法公开的决定另以公开数据集提供（行政处罚法 第48条）",
        rules=(
            order("opened", "decided", "立案日、决定日"), order("decided", "served", "决定日、送达日"), order("decided", "published", "决定日、公开日"), order("decided", "performed", "决定日、履行日"),
            implies("two", "普通程序有两名执法人员", "procedure = '2' AND officers IS NOT NULL", "strpos(officers, ';') > 0", "普通程序的执法人员少于两人", basis="行政处罚法 第42条"),
            implies("fine", "罚款有金额", "penalty_kind = '02' AND decided IS NOT NULL", "amount IS NOT NULL", "罚款、没收没有金额", severity="WARNING"),
            check("amount", "金额不为负", "amount >= 0", "罚没金额为负数"),
        ),
        description="行政处罚案件，每件一行，不含当事人姓名。", supplier="行政执法机关", purpose="行政执法监督和统计", retention_days=1095,
    ),
)  # fmt: skip
