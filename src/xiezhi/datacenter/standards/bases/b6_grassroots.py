"""B6 基层法律服务: workers of the grass-roots legal service (platform.md 4, B6; legal-services.md 9). Their ministry rules are not
in the index; what is cited is the procedural law under which they may act for parties."""

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
from xiezhi.kernel.datasets.registry import Level

__all__ = ["TABLES"]

TABLES = (
    table(
        "std_grass_worker", "基层法律服务工作者", "B6",
        (
            col("license_no", "执业证号", required=True, key=True, unique=True),
            *person_columns(name_level=Level.OPEN),
            col("office_usc", "基层法律服务所", "usc", required=True),
            col("office_name", "基层法律服务所名称", "org_title"),
            col("practice_from", "执业起始日"),
            col("practice_county", "执业区域", "division", required=True),
            col("education"),
            col("assess"),
            col("status", "状态", "practice_status", required=True),
        ),
        "民事诉讼法 第61条",
        share_basis="含证件号码、手机号码等个人信息，按履行法定职责的需要提供",
        rules=(
            *person_rules(),
            implies("ended", "注销、吊销有截止日", "status IN ('03', '04')", "valid_to IS NOT NULL", "已注销、吊销而没有有效期止"),
            check("prefix", "服务所代码以33开头", "substr(office_usc, 1, 2) = '33'", "基层法律服务所的信用代码前两位不是33", severity="WARNING"),
        ),
        person={**PERSON, "employer": "office_name", "license_no": "license_no"},
        description="持有基层法律服务工作者执业证的人，每证一行。他们不是律师（律师法 第13条）。", supplier="县级司法局", purpose="基层法律服务监督管理", retention_days=3650,
    ),
)  # fmt: skip
