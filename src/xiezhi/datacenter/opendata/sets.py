"""The open data sets of a justice department: registers that the law makes public, and statistics of its work.

Basis of opening: 数据安全法 第41条、第42条; each register by the rule that makes it public.
"""

from __future__ import annotations

from xiezhi.datacenter.opendata.declare import Dimension, Kind, Measure, OpenSet, open_sets

__all__ = ["SETS", "register"]

YEAR = "substr(CAST({0} AS VARCHAR), 1, 4)"
CITY = Dimension("city", "市", "substr(division, 1, 4)")


def _year(column: str, title: str = "年度") -> Dimension:
    return Dimension("year", title, YEAR.format(column))


def _register(code: str, title: str, description: str, table: str, columns: str, lookups: str, charts: str, *words: str, basis: str, where: str = "") -> OpenSet:  # fmt: skip
    return OpenSet(
        code, title, description, table, Kind.REGISTER, "名录", columns=tuple(columns.split()), order=(columns.split()[0],),
        lookups=tuple(lookups.split()), charts=tuple(charts.split()), keywords=words, where=where, update_cycle="每日", basis=basis,
    )  # fmt: skip


def _figures(code: str, title: str, description: str, table: str, by: tuple[Dimension, ...], *words: str, measures: tuple[Measure, ...] = (), where: str = "") -> OpenSet:  # fmt: skip
    return OpenSet(
        code, title, description, table, Kind.STATISTICS, "业务统计", by=by, measures=measures, keywords=words, where=where,
        basis="数据安全法 第41条",
    )  # fmt: skip


SETS = (
    _register(
        "lawfirms", "律师事务所名录", "在册律师事务所的名称、执业许可证号、负责人、住所和状态。", "std_lawfirm",
        "usc name org_kind license_no head partners lawyers founded address phone status division", "name usc", "org_kind status",
        "律师事务所", "律所", basis="律师法 第14条",
    ),
    _register(
        "lawyers", "律师执业名录", "律师姓名、执业证号、执业类别、执业机构和执业状态，用来核对一个人是不是律师。", "std_lawyer",
        "license_no name practice_kind firm_name firm_usc first_date status division", "name license_no firm_name", "practice_kind status",
        "律师", "执业证", basis="律师法 第6条",
    ),
    _register(
        "notary-offices", "公证机构名录", "公证处的名称、负责人、地址和电话。", "std_notary_office",
        "usc name license_no head notaries founded address phone status division", "name", "status", "公证处", "公证", basis="公证法 第6条",
    ),
    _register(
        "notaries", "公证员名录", "公证员姓名、执业证号、公证机构和任职状态。", "std_notary",
        "license_no name office_name office_usc appoint_date foreign_ok status division", "name license_no office_name", "status", "公证员",
        basis="公证法 第16条",
    ),
    _register(
        "appraisal-bodies", "司法鉴定机构名录", "司法鉴定机构的名称、许可证号、业务类别、地址和电话。", "std_appraisal_body",
        "usc name license_no classes head appraisers founded address phone status division", "name classes", "status", "司法鉴定",
        basis="全国人民代表大会常务委员会关于司法鉴定管理问题的决定 第3条",
    ),
    _register(
        "appraisers", "司法鉴定人名录", "司法鉴定人姓名、执业证号、机构和执业类别。", "std_appraiser",
        "license_no name body_name body_usc classes status division", "name license_no body_name", "status", "鉴定人",
        basis="全国人民代表大会常务委员会关于司法鉴定管理问题的决定 第3条",
    ),
    _register(
        "grassroots", "基层法律服务工作者名录", "基层法律服务工作者姓名、执业证号、服务所和执业区县。", "std_grass_worker",
        "license_no name office_name office_usc practice_from practice_county status division", "name license_no office_name", "status",
        "基层法律服务", basis="",
    ),
    _register(
        "committees", "人民调解委员会名录", "人民调解委员会的名称、类型、人数、地址和电话。", "std_committee",
        "committee_id name kind members founded term_to address phone status division", "name", "kind status", "人民调解", "调委会",
        basis="人民调解法 第8条",
    ),
    _figures(
        "aid-cases", "法律援助案件统计", "各年度、各类型、各市的法律援助案件数，启动方式和挽回金额合计。", "std_aid_case",
        (_year("applied", "申请年度"), Dimension("kind", "案件类型", code_set="aid_kind"), CITY), "法律援助",
        measures=(Measure("recovered", "挽回金额", "recovered", "元"),),
    ),
    _figures(
        "mediation-cases", "人民调解案件统计", "各年度、各纠纷类型、各市的调解案件数和涉案金额合计。", "std_mediation_case",
        (_year("accepted", "受理年度"), Dimension("dispute_type", "纠纷类型", code_set="dispute_type"), CITY), "人民调解", "纠纷",
        measures=(Measure("amount", "涉案金额", "amount", "元"),),
    ),
    _figures(
        "notary-cases", "公证事项统计", "各年度、各公证事项的办理数量。", "std_notary_case",
        (_year("accepted", "受理年度"), Dimension("matter", "公证事项", code_set="notary_matter"), Dimension("status", "状态", code_set="notary_case_status")),
        "公证",
    ),
    _figures(
        "review-cases", "行政复议案件统计", "各年度、各类行政行为、各种复议结果的案件数。", "std_review_case",
        (_year("received", "收到年度"), Dimension("act_type", "行政行为类型", code_set="act_type"), Dimension("decision", "结果", code_set="review_decision")),
        "行政复议",
    ),
    _figures(
        "enforcement-cases", "行政处罚案件统计", "各年度、各处罚种类、各程序的案件数和罚没金额合计。", "std_enforcement_case",
        (_year("decided", "决定年度"), Dimension("penalty_kind", "处罚种类", code_set="penalty_kind"), Dimension("procedure", "程序", code_set="enforcement_procedure")),
        "行政处罚", "行政执法", measures=(Measure("amount", "罚没金额", "amount", "元"),), where="decided IS NOT NULL",
    ),
    _figures(
        "practitioners", "法律服务人员统计", "各类法律服务人员的人数和状态。", "sb_practitioner",
        (Dimension("role", "人员类别", code_set="role_kind"), Dimension("status", "状态", code_set="practice_status"), CITY), "律师", "公证员", "鉴定人",
    ),
)  # fmt: skip


def register() -> None:
    """Make the sets known."""
    for one in SETS:
        open_sets.register(one)
