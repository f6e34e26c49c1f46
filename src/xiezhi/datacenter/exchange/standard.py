"""接口目录: the interfaces the product brings, over the standard tables. An operator declares more in the same way."""

from __future__ import annotations

from .declare import Delay, Interface, Kind, Purpose, interfaces

__all__ = ["INTERFACES", "register"]

TRIAL = Purpose("TRIAL", "审理、执行案件", "民事诉讼法 第70条；刑事诉讼法 第54条")
INVESTIGATION = Purpose("INVESTIGATION", "侦查、检察、监察办案", "刑事诉讼法 第54条；监察法 第18条")
LICENSING = Purpose("LICENSING", "办理行政许可和登记", "行政许可法 第33条、第34条")
SUPERVISION = Purpose("SUPERVISION", "监督检查", "行政许可法 第61条")
INSURANCE = Purpose("INSURANCE", "核验社会保险参保和待遇", "社会保险法 第77条、第79条")
SERVICE = Purpose("SERVICE", "政务服务中核验身份和资格", "政务数据共享条例 第19条", needs_case=False)
AID = Purpose("AID", "法律援助审查和办理", "法律援助法 第41条、第42条")
CROSS_CHECK = Purpose("CROSS_CHECK", "一人多证、一人多职核查", "律师法 第11条、第13条；公证法 第23条")

WITHHELD = Delay(frozenset({"INVESTIGATION"}), 180, "个人信息保护法 第18条第1款、第35条")
"""Told at once, somebody under investigation would know of it."""
IDENTITY = ("id_type", "id_no")

INTERFACES = (
    Interface(
        code="lawyer-license", title="律师执业信息查询", kind=Kind.LOOKUP, table="std_lawyer",
        keys=(("license_no",), ("id_type", "id_no")),
        fields=("license_no", "name", "practice_kind", "firm_usc", "firm_name", "first_date", "status", "assess", "penalty", "sex", "mobile", "id_type", "id_no", "valid_from", "valid_to"),
        purposes={p.code: p for p in (TRIAL, INVESTIGATION, LICENSING, SUPERVISION, CROSS_CHECK)},
        clear={"TRIAL": ("mobile",), "INVESTIGATION": ("mobile", "id_no")},
        person=IDENTITY, delay=WITHHELD, basis="律师法 第24条、第52条；政务数据共享条例 第20条",
        description="按执业证号或者身份证件查询律师的执业机构、执业状态和处罚情况",
    ),
    Interface(
        code="lawyer-verify", title="律师身份核验", kind=Kind.VERIFY, table="std_lawyer", keys=(("license_no",), ("id_type", "id_no")),
        fields=("name", "license_no", "firm_name", "firm_usc", "status", "practice_kind"),
        purposes={p.code: p for p in (TRIAL, SERVICE, LICENSING)}, person=IDENTITY,
        basis="律师法 第28条、第33条；政务数据共享条例 第19条",
        description="只回答是或者否：所报的姓名、执业机构、状态是否与登记一致",
    ),
    Interface(
        code="law-firm", title="律师事务所信息查询", kind=Kind.LOOKUP, table="std_lawfirm", keys=(("usc",), ("name",), ("license_no",)),
        fields=("usc", "name", "org_kind", "license_no", "head", "founded", "address", "phone", "status", "valid_from", "valid_to"),
        purposes={p.code: p for p in (SERVICE, LICENSING, TRIAL, SUPERVISION)}, basis="律师法 第18条；政务数据共享条例 第14条",
        description="依法公开的律师事务所登记信息",
    ),
    Interface(
        code="notary", title="公证员任职信息查询", kind=Kind.LOOKUP, table="std_notary", keys=(("license_no",), ("id_type", "id_no")),
        fields=("license_no", "name", "office_usc", "office_name", "appoint_date", "remove_date", "status", "penalty", "id_type", "id_no"),
        purposes={p.code: p for p in (TRIAL, INVESTIGATION, LICENSING, CROSS_CHECK)}, clear={"INVESTIGATION": ("id_no",)}, person=IDENTITY,
        delay=WITHHELD, basis="公证法 第21条、第24条；政务数据共享条例 第20条", description="公证员的任职机构、任免和状态",
    ),
    Interface(
        code="appraiser", title="司法鉴定人登记信息查询", kind=Kind.LOOKUP, table="std_appraiser", keys=(("license_no",), ("id_type", "id_no")),
        fields=("license_no", "name", "body_usc", "body_name", "classes", "title", "status", "penalty", "valid_from", "valid_to"),
        purposes={p.code: p for p in (TRIAL, INVESTIGATION, LICENSING, CROSS_CHECK)}, person=IDENTITY, delay=WITHHELD,
        basis="民事诉讼法 第79条；刑事诉讼法 第146条；政务数据共享条例 第20条", description="鉴定人的执业类别、机构和状态，供委托鉴定前核对",
    ),
    Interface(
        code="qualification-verify", title="法律职业资格核验", kind=Kind.VERIFY, table="std_qualification", keys=(("cert_no",), ("id_type", "id_no")),
        fields=("name", "cert_no", "class", "exam_year", "grant_date", "status"),
        purposes={p.code: p for p in (LICENSING, SERVICE)}, person=IDENTITY, basis="律师法 第5条；公务员法 第25条；政务数据共享条例 第19条",
        description="只回答是或者否，不再收取纸质资格证书",
    ),
    Interface(
        code="mediator", title="人民调解员名单查询", kind=Kind.LOOKUP, table="std_mediator", keys=(("mediator_id",), ("id_type", "id_no")),
        fields=("mediator_id", "name", "committee_id", "committee_name", "kind", "level", "appointed", "status", "id_type", "id_no"),
        purposes={p.code: p for p in (TRIAL, INSURANCE, CROSS_CHECK)}, clear={"INSURANCE": ("id_no",)}, person=IDENTITY,
        basis="人民调解法 第10条；政务数据共享条例 第20条", description="供法院委派、委托调解和核验调解员保障待遇",
    ),
    Interface(
        code="aid-case", title="法律援助案件办理情况查询", kind=Kind.LOOKUP, table="std_aid_case", keys=(("case_no",),),
        fields=("case_no", "agency_usc", "agency_name", "kind", "route", "matter", "applied", "decided", "assigned", "closed", "provider_license", "result"),
        purposes={p.code: p for p in (TRIAL, AID, SUPERVISION)}, clear={"TRIAL": ("matter",), "AID": ("matter",)},
        basis="法律援助法 第43条、第58条；政务数据共享条例 第20条", description="援助案件的受理、指派和办结情况，不含受援人身份",
    ),
    Interface(
        code="correction-status", title="社区矫正对象在矫状态核查", kind=Kind.VERIFY, table="std_cc_subject", keys=(("id_type", "id_no"),),
        fields=("name", "status", "exec_division"), purposes={p.code: p for p in (TRIAL, INVESTIGATION)}, person=IDENTITY, delay=WITHHELD,
        scopes=("division", "exec_division"), batch=False,
        basis="社区矫正法 第5条、第54条；政务数据共享条例 第20条", description="只回答某人是否在矫；不提供罪名、裁判和档案，不支持批量",
    ),
    Interface(
        code="review-case", title="行政复议案件办理情况查询", kind=Kind.LOOKUP, table="std_review_case", keys=(("case_no",),),
        fields=("case_no", "organ_usc", "organ_name", "respondent_usc", "respondent_name", "act_type", "accepted", "due", "decided"),
        purposes={p.code: p for p in (TRIAL, SUPERVISION)}, scopes=("division", "organ_usc", "respondent_usc"),
        basis="行政复议法 第86条；行政诉讼法 第26条", description="供法院核对是否经过复议和复议结果的作出日期",
    ),
)  # fmt: skip


def register() -> None:
    """Make the standard interfaces known. Raises RegistryError where one does not fit its table."""
    for interface in INTERFACES:
        interfaces.register(interface)
