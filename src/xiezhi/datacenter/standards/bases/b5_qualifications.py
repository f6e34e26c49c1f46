"""B5 法律职业资格: holders of legal professional qualifications (platform.md 4, B5; legal-services.md 10)."""

from __future__ import annotations

from xiezhi.datacenter.standards.declaring import (
    PERSON,
    check,
    col,
    implies,
    person_columns,
    person_rules,
    table,
)

__all__ = ["TABLES"]

TABLES = (
    table(
        "std_qualification", "法律职业资格", "B5",
        (
            col("cert_no", "证书号", "qual_no", required=True, key=True, unique=True),
            *person_columns(),
            col("exam_year"),
            col("class", "类别", "qualification_class", required=True),
            col("region", "适用地域", repeated=True),
            col("grant_date", required=True),
            col("education"),
            col("status", "状态", "qualification_status", required=True),
            col("archive_unit", "档案地", "organ_name"),
        ),
        "律师法 第5条；公证法 第18条；公务员法 第25条",
        share_basis="含证件号码和考试信息，限于执业许可、任职资格审查",
        rules=(
            *person_rules(),
            check("exam", "考试年度不晚于授予年度", "exam_year <= year(grant_date)", "考试年度晚于授予年度", kind="日期先后"),
            check("years", "考试年度", "exam_year BETWEEN 1986 AND 2099", "考试年度早于首次律师资格考试"),
            implies("region", "B、C类写明适用地域", "class IN ('B', 'C')", "region IS NOT NULL", "B、C类证书没有适用地域", severity="WARNING"),
            implies("ended", "撤销、注销有截止日", "status IN ('02', '03')", "valid_to IS NOT NULL", "已撤销、注销而没有有效期止"),
        ),
        person={**PERSON, "license_no": "cert_no"},
        description="持有法律职业资格证书（含律师资格凭证、司法考试证书）的人，每证一行。", supplier="设区的市司法局法律职业资格管理机构", purpose="执业许可和任职资格审查", retention_days=3650,
    ),
)  # fmt: skip
