"""Sources of the demonstration: the registers of the fictional province, delivered as files, and the platform's own matters.

Declared where the deployment is a demonstration, so that they can be seen, collected and governed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.datacenter.collect.sources import Contract, Files, Mode, Own, Source, sources
from xiezhi.kernel.units.ids import org_code_check_char, usc_complete

__all__ = ["SOURCES", "department", "register"]


def department() -> str:
    """Credit code of the province's department of justice: the second unit that the province is built with."""
    body = f"{2:08d}"
    return usc_complete(f"11990000{body}{org_code_check_char(body)}")


_PERSON = {
    "name": "姓名", "id_type": "证件类型", "id_no": "证件号码", "sex": "性别", "birth_date": "出生日期", "mobile": "手机号码", "address": "联系地址",
    "valid_from": "起始日期", "valid_to": "截止日期", "division": "行政区划", "unit_usc": "报送单位代码",
}  # fmt: skip
_PLACE = {"division": "行政区划", "unit_usc": "报送单位代码"}


def _files(
    code: str, title: str, table: str, keys: tuple[str, ...], mapping: Mapping[str, str], *, id_columns: tuple[str, ...] = (), **more: Any
) -> Source:  # fmt: skip
    return Source(
        f"demo_{code}", title, "overview", Files(keep=False), table, dict(mapping), keys=keys, id_columns=id_columns,
        contract=Contract.QUARANTINE, unit=department(), system=f"demo-{code}"[:20], every="20 2 * * *", **more,
    )  # fmt: skip


_ID = ("证件号码",)

SOURCES = (
    _files("lawfirm", "律师事务所名册", "std_lawfirm", ("统一社会信用代码",), {
        "usc": "统一社会信用代码", "name": "名称", "org_kind": "组织形式", "license_no": "许可证号", "head": "负责人", "partners": "合伙人数", "lawyers": "律师人数",
        "founded": "设立日期", "address": "住所", "phone": "电话", "status": "状态", **_PLACE}),
    _files("lawyer", "律师执业许可", "std_lawyer", ("执业证号",), {
        "license_no": "执业证号", **_PERSON, "practice_kind": "执业类别", "firm_usc": "执业机构代码", "firm_name": "执业机构", "qual_no": "资格证号", "first_date": "首次执业日期",
        "status": "执业状态", "education": "学历", "political_status": "政治面貌"}, id_columns=_ID),
    _files("notary_office", "公证机构名册", "std_notary_office", ("usc",), {
        "usc": "usc", "name": "name", "license_no": "license_no", "head": "head", "notaries": "notaries", "founded": "founded", "address": "address", "phone": "phone",
        "status": "status", "division": "division", "unit_usc": "unit_usc"}),
    _files("notary", "公证员任免登记", "std_notary", ("执业证号",), {
        "license_no": "执业证号", **_PERSON, "office_usc": "公证机构代码", "office_name": "公证机构", "appoint_date": "任命日期", "remove_date": "免职日期", "foreign_ok": "涉外资格",
        "status": "状态", "qual_no": "资格证号"}, id_columns=_ID),
    _files("notary_case", "公证办证系统", "std_notary_case", ("case_no",), {
        n: n for n in ("case_no", "office_usc", "notary_license", "matter", "applied", "accepted", "due", "issued", "cert_no", "status", "use_country", "fee", "reduce", "division", "unit_usc")}),
    _files("appraisal_body", "司法鉴定机构名册", "std_appraisal_body", ("usc",), {
        n: n for n in ("usc", "name", "license_no", "classes", "head", "appraisers", "founded", "address", "phone", "status", "division", "unit_usc")}),
    _files("appraiser", "司法鉴定人登记", "std_appraiser", ("执业证号",), {
        "license_no": "执业证号", **_PERSON, "body_usc": "鉴定机构代码", "body_name": "鉴定机构", "classes": "执业类别", "title": "职称", "status": "状态"}, id_columns=_ID),
    _files("appraisal_case", "司法鉴定管理系统", "std_appraisal_case", ("case_no",), {
        n: n for n in ("case_no", "body_usc", "class", "principal_kind", "received", "accepted", "effective", "due", "issued", "extended", "reappraisal_of", "testify", "status", "division", "unit_usc")}),
    _files("qualification", "法律职业资格证书管理", "std_qualification", ("证书号",), {
        "cert_no": "证书号", **{k: v for k, v in _PERSON.items() if k != "valid_from"}, "valid_from": "授予日期", "exam_year": "考试年度", "class": "类别", "grant_date": "授予日期",
        "education": "学历", "status": "状态", "archive_unit": "档案地"}, id_columns=_ID),
    _files("grass_worker", "基层法律服务工作者登记", "std_grass_worker", ("执业证号",), {
        "license_no": "执业证号", **_PERSON, "office_usc": "服务所代码", "office_name": "基层法律服务所", "practice_from": "执业起始日", "practice_county": "执业区域", "education": "学历",
        "status": "状态"}, id_columns=_ID),
    _files("committee", "人民调解委员会名册", "std_committee", ("committee_id",), {
        n: n for n in ("committee_id", "name", "kind", "members", "founded", "term_to", "address", "phone", "status", "division", "unit_usc")}),
    _files("mediator", "人民调解员名册", "std_mediator", ("调解员编号",), {
        "mediator_id": "调解员编号", **_PERSON, "committee_id": "调委会编码", "committee_name": "调委会", "kind": "类别", "level": "等级", "appointed": "起始日期", "status": "状态"}, id_columns=_ID),
    _files("mediation_case", "人民调解案件", "std_mediation_case", ("case_no",), {
        n: n for n in ("case_no", "committee_id", "mediator_id", "dispute_type", "source", "accepted", "ended", "result", "agreement_kind", "effective_at", "amount", "performed",
                       "confirm_applied", "confirm_result", "division", "unit_usc")}),
    _files("cc_subject", "社区矫正对象登记", "std_cc_subject", ("对象编号",), {
        "subject_no": "对象编号", **{k: v for k, v in _PERSON.items() if k not in ("valid_from", "valid_to")}, "cc_type": "矫正类别", "crime": "罪名", "deciding_body": "决定机关",
        "doc_no": "文书号", "effective_date": "裁判生效日", "term_start": "期限起", "term_end": "期限止", "exec_division": "行政区划", "minor_flag": "是否未成年", "status": "状态"}, id_columns=_ID),
    _files("cc_event", "社区矫正事件", "std_cc_event", ("event_no",), {
        n: n for n in ("event_no", "subject_no", "event_code", "at", "by", "doc", "division", "unit_usc")}),
    _files("inmate", "监狱罪犯信息", "std_inmate", ("inmate_no",), {
        n: n for n in ("inmate_no", "name", "id_type", "id_no", "sex", "birth_date", "address", "nation", "prison_usc", "ward", "crime", "sentence_kind", "sentence_start", "sentence_end",
                       "labor_ability", "property_duty", "treatment_level", "admit_date", "release_date", "status", "division", "unit_usc")}, id_columns=("id_no",)),
    _files("score_month", "计分考核月度", "std_score_month", ("inmate_no", "month"), {
        n: n for n in ("inmate_no", "month", "supervision", "education_points", "labor_points", "special", "penalty_points", "total", "balance", "days_counted", "status")}),
    _files("reward_penalty", "罪犯奖惩", "std_reward_penalty", ("奖惩编号",), {
        "record_no": "奖惩编号", "inmate_no": "罪犯编号", "kind": "种类", "basis": "依据", "decided": "决定日", "from_date": "开始日", "to_date": "结束日", "points": "加扣分"}),
    _files("enforcement", "行政执法案件", "std_enforcement_case", ("执法案号",), {
        "enf_no": "执法案号", "organ_usc": "执法机关代码", "organ_name": "执法机关", "officers": "执法人员", "party_is_person": "当事人是自然人", "law_refs": "依据", "penalty_kind": "处罚种类",
        "procedure": "程序", "amount": "罚没金额", "opened": "立案日", "decided": "决定日", "served": "送达日", "published": "公开日", "performed": "履行日", **_PLACE}),
    Source(
        "own_legal_aid", "法律援助办案（本平台）", "overview", Own("legal_aid.cases"), "std_aid_case",
        {
            "matter_no": "public_id", "case_no": "case_no", "agency_name": "agency", "division": "division", "kind": "kind", "route": "route",
            "hardship_not_required": "hardship_not_required", "hardship_check_waived": "hardship_check_waived", "applied": "received_on", "decided": "decided_on",
            "assigned": "appointed_on", "closed": "ended_on", "result": "outcome",
        },
        mode=Mode.FULL, keys=("public_id",), unit=department(), system="xiezhi", every="40 2 * * *",
    ),
    Source(
        "own_reconsideration", "行政复议办案（本平台）", "overview", Own("reconsideration.cases"), "std_review_case",
        {
            "matter_no": "public_id", "case_no": "case_no", "organ_name": "organ", "division": "division", "respondent_name": "respondent", "act_type": "matter_code",
            "received": "received_on", "accepted": "accepted_on", "procedure": "procedure", "decided": "concluded_on", "decision": "closing_type",
        },
        mode=Mode.FULL, keys=("public_id",), unit=department(), system="xiezhi", every="40 2 * * *",
    ),
)  # fmt: skip


def register() -> None:
    """Declare the sources. Doing it twice is harmless."""
    for source in SOURCES:
        if source.code not in sources:
            sources.register(source)
