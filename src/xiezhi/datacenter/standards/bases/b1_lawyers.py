"""B1 律师: lawyers and law firms (platform.md 4, B1; legal-services.md 8)."""

from __future__ import annotations

from xiezhi.datacenter.standards.declare import ShareType
from xiezhi.datacenter.standards.declaring import (
    PERSON,
    check,
    col,
    implies,
    person_columns,
    person_rules,
    table,
)
from xiezhi.kernel.datasets.registry import Level

__all__ = ["TABLES"]

TABLES = (
    table(
        "std_lawyer", "律师", "B1",
        (
            col("license_no", "执业证号", "lawyer_license", required=True, key=True, unique=True),
            *person_columns(name_level=Level.OPEN),
            col("practice_kind", "执业类别", required=True),
            col("firm_usc", "执业机构", "usc", references="std_lawfirm.usc"),
            col("firm_name", "执业机构名称", "org_title"),
            col("qual_no", references="std_qualification.cert_no"),
            col("first_date"),
            col("status", "执业状态", "lawyer_status", required=True),
            col("education"),
            col("political_status"),
            col("assess"),
            col("penalty", description="公布以后的行政处罚为公开"),
        ),
        "律师法 第6条、第24条、第52条",
        share_basis="含证件号码、手机号码等个人信息，按履行法定职责的需要提供；执业信息另以公开数据集提供",
        rules=(
            *person_rules(),
            check("age", "执业年龄", "first_date IS NULL OR birth_date IS NULL OR year(first_date) - year(birth_date) >= 18", "首次执业时不满十八周岁"),
            implies("firm", "执业律师有执业机构", "status = '01' AND practice_kind IN ('01', '02')", "firm_usc IS NOT NULL", "执业中的专职、兼职律师没有执业机构", basis="律师法 第10条"),
            implies("ended", "注销、吊销有截止日", "status IN ('03', '04')", "valid_to IS NOT NULL", "已注销、吊销而没有有效期止"),
            implies("kind", "执业机构代码以31开头", "firm_usc IS NOT NULL AND practice_kind IN ('01', '02')", "substr(firm_usc, 1, 2) = '31'", "执业机构的信用代码不是律师执业机构", severity="WARNING"),
        ),
        person={**PERSON, "employer": "firm_name", "license_no": "license_no"},
        description="持有律师执业证的人，每证一行；转所、停止执业以有效期分段。",
        supplier="设区的市司法局律师工作机构", purpose="律师执业许可、监督管理和公共法律服务", retention_days=3650,
    ),
    table(
        "std_lawfirm", "律师事务所", "B1",
        (
            col("usc", required=True, key=True, unique=True),
            col("name", "名称", "org_title", required=True),
            col("org_kind", "组织形式", "firm_kind", required=True),
            col("license_no", "执业许可证号"),
            col("head", "负责人", "head_name"),
            col("partners", "合伙人数", "partner_count"),
            col("lawyers", "律师人数", "staff_count"),
            col("founded", "设立日期", "founded_on"),
            col("address", "住所", "org_address"),
            col("phone", "电话", "org_phone"),
            col("supervisor_usc", "主管司法行政机关", "usc"),
            col("status", "状态", "org_status", required=True),
        ),
        "律师法 第14条、第18条、第52条",
        share=ShareType.UNCONDITIONAL, share_basis="名称、执业许可证号、状态属于依法公开的信息", open=True,
        rules=(
            check("prefix", "信用代码以31开头", "substr(usc, 1, 2) = '31'", "信用代码前两位不是31（律师执业机构）", severity="WARNING"),
            implies("partners", "合伙所合伙人数", "org_kind = '01' AND partners IS NOT NULL AND status = '01'", "partners >= 3", "普通合伙律师事务所的合伙人少于三名", basis="律师法 第15条", severity="WARNING"),
        ),
        description="律师事务所及其分所，每个信用代码一行。", supplier="设区的市司法局律师工作机构", purpose="律师事务所监督管理和公共法律服务", retention_days=3650,
    ),
)  # fmt: skip
