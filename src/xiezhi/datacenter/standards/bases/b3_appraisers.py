"""B3 司法鉴定: appraisers, bodies and cases (platform.md 4, B3; legal-services.md 6). The acts of this field (人大常委会决定,
登记办法, 通则) are not in the index; what is cited is the procedural law that asks for qualified appraisers."""

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
)
from xiezhi.kernel.datasets.registry import Level

__all__ = ["TABLES"]

TABLES = (
    table(
        "std_appraiser", "司法鉴定人", "B3",
        (
            col("license_no", "执业证号", required=True, key=True, unique=True),
            *person_columns(name_level=Level.OPEN),
            col("body_usc", "鉴定机构", "usc", required=True, references="std_appraisal_body.usc"),
            col("body_name", "鉴定机构名称", "org_title"),
            col("classes", "执业类别", "appraisal_class", repeated=True, required=True),
            col("title", "职称", "title_rank"),
            col("education"),
            col("status", "状态", "practice_status", required=True),
            col("penalty"),
        ),
        "民事诉讼法 第79条；刑事诉讼法 第146条",
        share_basis="含证件号码、手机号码等个人信息，按履行法定职责的需要提供；名册另以公开数据集提供",
        rules=(
            *person_rules(),
            implies("ended", "注销、吊销有截止日", "status IN ('03', '04')", "valid_to IS NOT NULL", "已注销、吊销而没有有效期止"),
            check("prefix", "鉴定机构代码以34开头", "substr(body_usc, 1, 2) = '34'", "鉴定机构的信用代码前两位不是34", severity="WARNING"),
        ),
        person={**PERSON, "employer": "body_name", "license_no": "license_no"},
        description="登记的司法鉴定人，每证一行；只能在一个鉴定机构执业。", supplier="省司法厅司法鉴定管理机构", purpose="司法鉴定登记管理和公共法律服务", retention_days=3650,
    ),
    table(
        "std_appraisal_body", "司法鉴定机构", "B3",
        (
            col("usc", required=True, key=True, unique=True),
            col("name", "名称", "org_title", required=True),
            col("license_no", "许可证号"),
            col("classes", "业务类别", "appraisal_class", repeated=True),
            col("head", "负责人", "head_name"),
            col("appraisers", "鉴定人数", "staff_count"),
            col("founded", "设立日期", "founded_on"),
            col("address", "地址", "org_address"),
            col("phone", "电话", "org_phone"),
            col("status", "状态", "org_status", required=True),
        ),
        "民事诉讼法 第79条；刑事诉讼法 第146条",
        share=ShareType.UNCONDITIONAL, share_basis="名册属于依法公开的信息", open=True,
        rules=(check("prefix", "信用代码以34开头", "substr(usc, 1, 2) = '34'", "信用代码前两位不是34（司法鉴定机构）", severity="WARNING"),),
        description="登记的司法鉴定机构，每个信用代码一行。", supplier="省司法厅司法鉴定管理机构", purpose="司法鉴定登记管理和公共法律服务", retention_days=3650,
    ),
    table(
        "std_appraisal_case", "鉴定案件", "B3",
        (
            col("case_no", "鉴定案号", required=True, key=True, unique=True),
            col("body_usc", "鉴定机构", "usc", required=True, references="std_appraisal_body.usc"),
            col("class", "鉴定类别", "appraisal_class", required=True),
            col("principal_kind", required=True),
            col("received", "收到委托日", "received_on"),
            col("accepted", "受理日", "accepted_on", required=True),
            col("effective", "委托书生效日", "effective_on"),
            col("due", "到期日", "due_on"),
            col("issued", "出具日", "issued_on"),
            col("extended", "延长工作日数", "extended_days"),
            col("reappraisal_of", "重新鉴定的原案号", "origin_case_no"),
            col("testify", "出庭作证", "testified"),
            col("status", "状态", "appraisal_status", required=True),
        ),
        "民事诉讼法 第79条至第81条；刑事诉讼法 第146条",
        share_basis="涉及被鉴定人的健康、遗传等信息，限于办理案件所必需",
        rules=(
            order("received", "accepted", "收到委托日、受理日"), order("accepted", "effective", "受理日、委托书生效日"), order("effective", "issued", "委托书生效日、出具日"),
            implies("closed", "已出具意见有日期", "status = '03'", "issued IS NOT NULL", "已出具意见而没有出具日"),
            check("extended", "延长不超过三十个工作日", "extended BETWEEN 0 AND 30", "延长工作日数不在0至30之间", severity="WARNING"),
        ),
        description="鉴定机构受理的委托，每件一行，不含被鉴定人。", supplier="司法鉴定机构", purpose="司法鉴定质量监督和统计", retention_days=1095,
    ),
)  # fmt: skip
