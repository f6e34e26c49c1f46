"""B8 社区矫正: subjects and events (platform.md 4, B8; corrections.md E3, C-B). Everything about the person is of the highest level."""

from __future__ import annotations

from xiezhi.datacenter.standards.declaring import (
    PERSON,
    col,
    implies,
    number,
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
        "std_cc_subject", "社区矫正对象", "B8",
        (
            col("subject_no", required=True, key=True, unique=True),
            *person_columns(name_level=Level.PERSONAL),
            col("cc_type", required=True),
            col("crime"),
            col("deciding_body", required=True),
            col("doc_no"),
            col("effective_date", "裁判生效日", "term_start"),
            col("term_start", required=True),
            col("term_end", required=True),
            col("exec_division", required=True),
            col("minor_flag", required=True),
            col("status", "状态", "cc_status", required=True),
        ),
        "社区矫正法 第20条、第22条",
        share_basis="限于社区矫正相关部门之间依法共享（社区矫正法 第5条）；未成年对象的身份和档案信息除司法机关办案需要或者国家规定的查询外不得提供（社区矫正法 第54条）",
        rules=(
            *person_rules(),
            order("term_start", "term_end", "矫正期限起、矫正期限止"), order("effective_date", "term_start", "裁判生效日、矫正期限起", severity="WARNING"),
            implies("control", "管制不超过三年", "cc_type = '1'", f"({number('term_end')} - {number('term_start')}) <= 30000", "管制期限超过三年", basis="刑法 第38条、第69条", severity="WARNING"),
            implies("probation", "缓刑不超过五年", "cc_type = '2'", f"({number('term_end')} - {number('term_start')}) <= 50000", "缓刑考验期超过五年", basis="刑法 第73条", severity="WARNING"),
            implies("minor", "未成年标志与出生日期一致", "birth_date IS NOT NULL AND minor_flag", f"{years('birth_date', 'term_start')} < 18", "标为未成年，而矫正开始时已满十八周岁", basis="社区矫正法 第52条至第58条"),
        ),
        person={**PERSON, "license_no": "subject_no", "valid_from": "term_start", "valid_to": "term_end"},
        description="社区矫正对象，每次列管一行。未成年标志在开始时确定，不因成年而改。", supplier="县级社区矫正机构", purpose="社区矫正监督管理和教育帮扶", retention_days=1095,
    ),
    table(
        "std_cc_event", "社区矫正事件", "B8",
        (
            col("event_no", required=True, key=True, unique=True),
            col("subject_no", required=True, references="std_cc_subject.subject_no"),
            col("event_code", "事件", "cc_event", required=True),
            col("at", "时间", "event_at", required=True),
            col("by", "经办人", "handled_by"),
            col("doc", "文书号", "doc_no"),
        ),
        "社区矫正法 第22条、第26条、第28条",
        share_basis="限于社区矫正相关部门之间依法共享（社区矫正法 第5条）",
        rules=(implies("document", "处罚类事件有文书", "event_code IN ('05', '06', '07', '10', '11', '12', '13')", "doc IS NOT NULL", "训诫、警告、提请、解除、终止没有文书号", severity="WARNING"),),
        description="报到、外出、变更、奖惩、定位、解除等，每次一行。", supplier="县级社区矫正机构", purpose="社区矫正监督管理", retention_days=365,
    ),
)  # fmt: skip
