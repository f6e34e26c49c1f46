"""B9 监狱罪犯: inmates, monthly scores, cycles, rewards and penalties, commutation (platform.md 4, B9; corrections.md A5, C-B).

The factbook names columns of a hash chain; here the ledger keeps tamper evidence, and rows carry `row_hash` alone. The base
lies in a network zone of its own and leaves it only as figures."""

from __future__ import annotations

from typing import Any

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

_SHARE = "限于刑事诉讼、检察监督、刑罚执行衔接所必需；未成年犯的犯罪记录依法封存（监狱法 第115条；刑事诉讼法 第286条）"
_MORE: dict[str, Any] = {"supplier": "监狱", "retention_days": 365}

TABLES = (
    table(
        "std_inmate", "罪犯", "B9",
        (
            col("inmate_no", required=True, key=True, unique=True),
            *person_columns(name_level=Level.PERSONAL, mobile=False),
            col("former_name", "曾用名", "former_names"),
            col("nation"),
            col("prison_usc", required=True),
            col("ward", "监区", "section"),
            col("crime", required=True),
            col("sentence_kind", required=True),
            col("sentence_start", "刑期起", "term_start", required=True),
            col("sentence_end", "刑期止", "term_end"),
            col("strict_category", repeated=True),
            col("labor_ability"),
            col("property_duty"),
            col("treatment_level"),
            col("admit_date", required=True),
            col("release_date"),
            col("status", "状态", "inmate_status", required=True),
        ),
        "监狱法 第14条、第35条",
        share_basis=_SHARE,
        rules=(
            *person_rules(),
            order("sentence_start", "sentence_end", "刑期起、刑期止"), order("admit_date", "release_date", "入监日期、释放日期"),
            check("born", "出生早于入监", "birth_date < admit_date", "出生日期不早于入监日期", kind="日期先后"),
            implies("term", "有期徒刑有刑期止", "sentence_kind IN ('1', '4')", "sentence_end IS NOT NULL", "有期徒刑、拘役没有刑期止"),
            implies("released", "已释放有释放日期", "status IN ('06', '07')", "release_date IS NOT NULL", "已释放而没有释放日期"),
        ),
        person={k: v for k, v in PERSON.items() if k != "phone"} | {"license_no": "inmate_no", "valid_from": "admit_date", "valid_to": "release_date"},
        description="罪犯，每次收监一行。", purpose="刑罚执行", **_MORE,
    ),
    table(
        "std_score_month", "月度计分", "B9",
        (
            col("inmate_no", required=True, key=True, references="std_inmate.inmate_no"),
            col("month", required=True, key=True),
            col("supervision", "监管改造分", "points"),
            col("education_points", "教育和文化改造分", "points"),
            col("labor_points", "劳动改造分", "points"),
            col("special", "专项加分", "points"),
            col("penalty_points", "处罚扣减", "points"),
            col("total", "当月总分", "points", required=True),
            col("balance", "累计结余", "points"),
            col("days_counted"),
            col("status", "计分状态", "score_status", required=True),
        ),
        "监狱法 第82条",
        share_basis=_SHARE,
        rules=(
            check("total", "总分等于各项之和", "total = coalesce(supervision, 0) + coalesce(education_points, 0) + coalesce(labor_points, 0) + coalesce(special, 0) + coalesce(penalty_points, 0)", "当月总分不等于各项之和", kind="勾稽"),
            check("special", "专项加分不为负", "special >= 0", "专项加分为负数"),
            check("penalty", "处罚扣减不为正", "penalty_points <= 0", "处罚扣减为正数"),
            check("days", "计分天数", "days_counted BETWEEN 0 AND 31", "计分天数不在0至31之间"),
        ),
        description="每名罪犯每月一行。", purpose="计分考核", **_MORE,
    ),
    table(
        "std_cycle", "考核周期", "B9",
        (
            col("inmate_no", required=True, key=True, references="std_inmate.inmate_no"),
            col("cycle_no", required=True, key=True),
            col("start_month", "开始月份", "cycle_month", required=True),
            col("end_month", "结束月份", "cycle_month", required=True),
            col("points_at_close", "周期总分", "points", required=True),
            col("grade", "等级", "score_grade", required=True),
            col("reward", "奖励", "cycle_reward"),
            col("carry", "结转分", "points"),
            col("decided", "评定日", "court_date"),
        ),
        "监狱法 第82条、第83条",
        share_basis=_SHARE,
        rules=(
            order("start_month", "end_month", "开始月份、结束月份"),
            check("carry", "结转等于总分减600", "carry = points_at_close - 600", "结转分不等于周期总分减600", kind="勾稽", severity="WARNING"),
        ),
        description="每满一个考核周期一行。", purpose="计分考核", **_MORE,
    ),
    table(
        "std_reward_penalty", "罪犯奖惩", "B9",
        (
            col("record_no", "奖惩编号", "event_no", required=True, key=True, unique=True),
            col("inmate_no", required=True, references="std_inmate.inmate_no"),
            col("kind", "种类", "reward_penalty", required=True),
            col("basis", "依据", "penalty_basis", required=True),
            col("decided", "决定日", "court_date", required=True),
            col("from_date", "执行开始日", "penalty_from"),
            col("to_date", "执行结束日", "penalty_to"),
            col("points", "加扣分"),
        ),
        "监狱法 第83条、第84条",
        share_basis=_SHARE,
        rules=(
            order("from_date", "to_date", "执行开始日、执行结束日"),
            implies("confinement", "禁闭写明起止", "kind = 'P3'", "from_date IS NOT NULL AND to_date IS NOT NULL", "禁闭没有起止日"),
            check("fifteen", "禁闭不超过十五日", "kind <> 'P3' OR from_date IS NULL OR to_date IS NULL OR from_date + 14 >= to_date", "禁闭超过十五日（首尾日均计算在内）", basis="监狱法 第84条"),
        ),
        description="奖励和处罚，每次一行。", purpose="刑罚执行", **_MORE,
    ),
    table(
        "std_commutation", "减刑假释", "B9",
        (
            col("case_no", "案号", "event_no", required=True, key=True, unique=True),
            col("inmate_no", required=True, references="std_inmate.inmate_no"),
            col("kind", "种类", "commutation_kind", required=True),
            col("proposed", "提请日", "court_date", required=True),
            col("proposed_months"),
            col("court", "裁定法院", "deciding_body"),
            col("ruling", "裁定结果", "commutation_ruling"),
            col("ruled", "裁定日", "court_date"),
            col("new_end", "变更后刑期止", "term_end"),
        ),
        "监狱法 第51条至第53条",
        share_basis=_SHARE,
        rules=(
            order("proposed", "ruled", "提请日、裁定日"),
            implies("closed", "有裁定日的有结果", "ruled IS NOT NULL", "ruling IS NOT NULL", "有裁定日而没有结果"),
            implies("months", "减刑写明幅度", "kind = '1'", "proposed_months IS NOT NULL AND proposed_months > 0", "提请减刑没有写明幅度", severity="WARNING"),
        ),
        description="减刑、假释案件，每件一行。", purpose="刑罚变更执行", **_MORE,
    ),
)  # fmt: skip
