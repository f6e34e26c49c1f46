"""表单 of the filing events: the application, its parties and the act under review (行政复议法实施条例 第27条)."""

from __future__ import annotations

from xiezhi.kernel.procedures.declare import Field, Kind, choice

from . import codes
from .citations import CPL, L, R

__all__ = ["ACT", "APPLICATION", "choices", "day", "files", "text", "yes_no"]


def yes_no(name: str, label: str, **kwargs: object) -> Field:
    """A BOOL field."""
    return Field(name, label, Kind.BOOL, **kwargs)  # type: ignore[arg-type]


def day(name: str, label: str, **kwargs: object) -> Field:
    """A DATE field."""
    return Field(name, label, Kind.DATE, **kwargs)  # type: ignore[arg-type]


def text(name: str, label: str, sample: str = "", **kwargs: object) -> Field:
    """Free text: kept beside the history, because people write names into it."""
    kwargs.setdefault("personal", True)
    return Field(name, label, Kind.LONGTEXT, sample=sample or "详见案卷。", **kwargs)  # type: ignore[arg-type]


def choices(name: str, label: str, options: object, **kwargs: object) -> Field:
    """A CHOICES field from code → label."""
    return Field(name, label, Kind.CHOICES, choices=tuple(options.items()), **kwargs)  # type: ignore[attr-defined, arg-type]


def files(name: str = "attachments", label: str = "附件", **kwargs: object) -> Field:
    """References to uploaded files."""
    return Field(name, label, Kind.FILES, **kwargs)  # type: ignore[arg-type]


ACT = Field(
    "act", "被申请的行政行为", Kind.RECORD, required=True, fact=True, basis=L(22, 4),
    sample={"type": "行政处罚决定", "made_on": "@-20", "service_method": "DIRECT", "served_on": "@-15", "told_remedy": True},
    fields=(
        Field("type", "行为种类", help="例如行政处罚决定", max_length=100),
        Field("doc_no", "文号", max_length=100),
        day("made_on", "作出日期"),
        choice("service_method", "送达方式", codes.SERVICE_METHODS, basis=R(23)),
        day("served_on", "送达日（公告送达填公告之日）", basis=R(23)),
        day("notice_on", "公告之日"),
        Field("notice_days", "公告期限（日）", Kind.INT, help="不填按30日", basis=CPL(95)),
        yes_no("told_remedy", "已告知复议权利、机关和期限", basis=L(20, 3)),
        day("told_remedy_on", "补充告知之日", basis=R(23, 1, 6)),
        Field("told_organ", "告知的复议机关", max_length=100),
        Field("told_period", "告知的期限", max_length=100),
        day("content_known_on", "知道行为内容之日", basis=L(20)),
        day("known_proven_on", "证据证明知道之日", basis=R(23, 2)),
        yes_no("is_inaction", "属于不履行职责", basis=R(24)),
        day("request_received_on", "行政机关收到履职申请之日", basis=R(24)),
        Field("performance_limit", "法定履行期限（日）", Kind.INT, help="没有规定的不填，按60日", basis=R(24)),
        day("performance_due_on", "法定履行期限届满之日", basis=R(24)),
        yes_no("urgent", "紧急情况下请求保护", basis=R(24, 2)),
        yes_no("immovable", "因不动产提出", basis=L(21)),
        Field("longer_period_days", "法律规定更长的申请期限（日）", Kind.INT, basis=L(20, 1)),
        day("suit_filed_on", "先行起诉之日", basis=R(26)),
        day("suit_dismissal_served_on", "驳回起诉裁定送达之日", basis=R(26)),
        day("obstacle_from", "障碍发生之日", basis=L(20, 2)),
        day("obstacle_until", "障碍消除之日", basis=L(20, 2)),
        day("penalty_organ_submitted_on", "向处罚机关提交之日", basis=R(38, 2)),
        day("penalty_organ_told_on", "处罚机关告知之日", basis=R(38, 2)),
        Field("amount", "涉及款额（元）", Kind.MONEY, basis=L(53, 1, 3)),
    ),
)  # fmt: skip

_PERSON = (
    Field("name", "姓名或者名称", required=True, sample="林晓云", max_length=100),
    choice("kind", "类别", codes.PARTY_KINDS),
    choice("sex", "性别", {"F": "女", "M": "男"}),
    choice("id_type", "证件种类", {"ID": "居民身份证", "PASSPORT": "护照", "PERMIT": "居留或者通行证件", "USCC": "统一社会信用代码"}),
    Field("id_no", "证件号码", max_length=40),
    Field("uscc", "统一社会信用代码", max_length=18),
    Field("domicile", "住所", max_length=200),
    Field("service_address", "送达地址", max_length=200, basis=R(27)),
    Field("contact", "联系方式", max_length=100, basis=R(27)),
    yes_no("e_service_consent", "同意电子送达", basis=CPL(90)),
    Field("e_service_system", "接收电子送达的系统或者地址", max_length=200),
    Field("legal_rep", "法定代表人或者主要负责人", max_length=100),
    Field("legal_rep_post", "职务", max_length=100),
)  # fmt: skip

AGENT_KINDS = {
    "LAWYER": "律师", "LEGAL_WORKER": "基层法律服务工作者", "RELATIVE": "近亲属", "STAFF": "工作人员", "OTHER": "其他",
}  # fmt: skip

AGENT_FIELDS = (
    Field("name", "姓名", required=True, sample="周承", max_length=100),
    choice("kind", "类别", AGENT_KINDS),
    Field("id_no", "证件号码", max_length=40),
    Field("contact", "联系方式", max_length=100),
    choice("powers", "权限", {"GENERAL": "一般授权", "SPECIAL": "特别授权"}),
    Field("period", "期限", max_length=100),
    yes_no("is_staff", "是被申请人的工作人员", basis=R(18, 2)),
)

APPLICATION = (
    choice("filing_method", "申请方式", codes.FILING_METHODS, fact=True, basis=L(22)),
    day("postmarked_on", "邮戳日", fact=True, basis=CPL(85, 4), help="邮寄的，以邮戳日判断是否逾期"),
    day("received_on", "收到日", help="收到与提出不在同一天的填写"),
    ACT,
    choice("matter_code", "复议事项", codes.MATTERS, fact=True, required_on_screen=True, basis=L(11)),
    Field("respondent_name", "被申请人", required=True, fact=True, sample="临川市市场监督管理局", max_length=100),
    Field("respondent_unit", "被申请人（单位）", Kind.UNIT, fact=True),
    choice("respondent_kind", "被申请人的类别", codes.RESPONDENT_KINDS, fact=True, basis=L(24)),
    Field("organ", "复议机关", Kind.UNIT, fact=True, basis=L(24)),
    choices("claims", "复议请求", codes.CLAIMS, required=True, fact=True, sample=["QUASH"], basis=L(30, 1, 3)),
    text("facts_and_reasons", "主要事实和理由", "处罚认定的事实与实际不符。", required=True, basis=R(27)),
    Field("applicants", "申请人", Kind.RECORDS, required=True, personal=True, fields=_PERSON, basis=R(27),
          sample=[{"name": "林晓云", "kind": "CITIZEN", "contact": "13900000000", "service_address": "临川市望江路18号"}]),
    Field("agents", "代理人", Kind.RECORDS, personal=True, fields=AGENT_FIELDS, basis=L(17, 1)),
    Field("applicant_count", "申请人数", Kind.INT, fact=True, sample=1, basis=R(17)),
    Field("representative_count", "代表人数", Kind.INT, fact=True, basis=R(17)),
    choice("applicant_kind", "申请人类别", codes.PARTY_KINDS, fact=True, basis=L(14)),
    yes_no("e_service_consent", "同意电子送达", fact=True, basis=CPL(90)),
    Field("act_count", "申请中的行政行为数", Kind.INT, fact=True, basis=L(22, 4)),
    yes_no("norm_review_requested", "一并申请审查规范性文件", fact=True, basis=L(13)),
    text("norm_documents", "申请审查的规范性文件", personal=False),
    yes_no("compensation_claim", "一并请求行政赔偿", fact=True, basis=L(72, 1)),
    Field("compensation_amount", "请求赔偿数额（元）", Kind.MONEY, fact=True, basis=L(72, 1)),
    Field("amount", "案件涉及款额（元）", Kind.MONEY, fact=True, basis=L(53, 1, 3)),
    yes_no("mandatory_first", "属于复议前置", fact=True, basis=L(23, 1)),
    yes_no("own_act", "对本机关行为不服（原级复议）", fact=True, basis=L(24, 2)),
    choice("prior_application", "以前就同一行为申请过复议",
           {"NONE": "没有", "WITHDRAWN": "申请后撤回", "UNWILLING": "撤回，但违背真实意愿", "DECIDED": "已经受理或者决定"},
           fact=True, basis=L(74, 2)),
    yes_no("court_accepted", "人民法院已经受理同一行为的起诉", fact=True, basis=L(29, 2)),
    text("evidence_list", "证据清单"),
    files(),
)  # fmt: skip
