"""B2 公证: notaries, notary offices and cases (platform.md 4, B2; legal-services.md 5)."""

from __future__ import annotations

from xiezhi.datacenter.standards.checks import TODAY
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
        "std_notary", "公证员", "B2",
        (
            col("license_no", "公证员执业证号", "notary_license", required=True, key=True, unique=True),
            *person_columns(name_level=Level.OPEN),
            col("office_usc", "公证机构", "usc", required=True, references="std_notary_office.usc"),
            col("office_name", "公证机构名称", "org_title"),
            col("appoint_date", required=True),
            col("remove_date"),
            col("foreign_ok"),
            col("status", "状态", "notary_status", required=True),
            col("qual_no", references="std_qualification.cert_no"),
            col("education"),
            col("assess"),
            col("penalty"),
        ),
        "公证法 第18条、第21条、第24条",
        share_basis="含证件号码、手机号码等个人信息，按履行法定职责的需要提供",
        rules=(
            *person_rules(),
            order("appoint_date", "remove_date", "任命日期、免职日期"),
            check("age", "任职年龄", f"birth_date IS NULL OR appoint_date IS NULL OR {years('birth_date', 'appoint_date')} BETWEEN 25 AND 65", "任命时不满二十五周岁或者超过六十五周岁", basis="公证法 第18条"),
            implies("retire", "年满六十五周岁免职", "status = '01' AND birth_date IS NOT NULL", f"{years('birth_date', TODAY)} < 65", "年满六十五周岁而仍在任", basis="公证法 第24条", severity="WARNING"),
            implies("removed", "免职有日期", "status IN ('03', '04')", "remove_date IS NOT NULL", "已免职、吊销而没有免职日期"),
            check("prefix", "公证机构代码以32开头", "substr(office_usc, 1, 2) = '32'", "公证机构的信用代码前两位不是32", severity="WARNING"),
        ),
        person={**PERSON, "employer": "office_name", "license_no": "license_no"},
        description="经任命的公证员，每证一行。", supplier="设区的市司法局公证工作机构", purpose="公证员任免、监督和公共法律服务", retention_days=3650,
    ),
    table(
        "std_notary_office", "公证机构", "B2",
        (
            col("usc", required=True, key=True, unique=True),
            col("name", "名称", "org_title", required=True),
            col("license_no", "执业证号"),
            col("head", "负责人", "head_name"),
            col("notaries", "公证员人数", "staff_count"),
            col("founded", "设立日期", "founded_on"),
            col("address", "办公场所", "org_address"),
            col("phone", "电话", "org_phone"),
            col("status", "状态", "org_status", required=True),
        ),
        "公证法 第7条、第8条、第9条",
        share=ShareType.UNCONDITIONAL, share_basis="名称、地址、状态属于依法公开的信息", open=True,
        rules=(
            check("prefix", "信用代码以32开头", "substr(usc, 1, 2) = '32'", "信用代码前两位不是32（公证机构）", severity="WARNING"),
            implies("notaries", "公证员人数", "status = '01' AND notaries IS NOT NULL", "notaries >= 2", "公证员少于二名", basis="公证法 第8条", severity="WARNING"),
        ),
        description="公证机构，每个信用代码一行。", supplier="设区的市司法局公证工作机构", purpose="公证机构监督管理和公共法律服务", retention_days=3650,
    ),
    table(
        "std_notary_case", "公证事项", "B2",
        (
            col("case_no", "公证案号", required=True, key=True, unique=True),
            col("office_usc", "公证机构", "usc", required=True, references="std_notary_office.usc"),
            col("notary_license", references="std_notary.license_no"),
            col("matter", "公证事项", "notary_matter", required=True),
            col("applied", "申请日", "applied_on"),
            col("accepted", "受理日", "accepted_on", required=True),
            col("due", "到期日", "due_on"),
            col("issued", "出证日", "issued_on"),
            col("cert_no", "公证书编号"),
            col("status", "状态", "notary_case_status", required=True),
            col("use_country"),
            col("fee"),
            col("reduce", "收费减免", "fee_reduce"),
        ),
        "公证法 第27条、第30条",
        share_basis="公证事项涉及当事人隐私和商业秘密，限于办理案件、事项所必需（公证法 第23条）",
        rules=(
            order("applied", "accepted", "申请日、受理日"), order("accepted", "issued", "受理日、出证日"),
            implies("closed", "已出证有证书和日期", "status = '04'", "issued IS NOT NULL AND cert_no IS NOT NULL", "已出证而没有公证书编号或者出证日"),
            implies("open", "未出证没有出证日", "status IN ('01', '02', '03')", "issued IS NULL", "尚未出证而有出证日"),
            check("fee", "收费不为负", "fee >= 0", "收费为负数"),
        ),
        description="公证机构受理的公证事项，每件一行，不含当事人。", supplier="公证机构", purpose="公证质量监督和统计", retention_days=1095,
    ),
)  # fmt: skip
