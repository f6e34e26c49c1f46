"""表单 of the beginning: application, transfer from custody, notice of an organ (法律援助法 第36条至第42条)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xiezhi.kernel.procedures.declare import Field, Kind, choice

from . import codes
from .citations import A, joined

__all__ = ["ANSWERS", "APPLICATION", "CUSTODY", "NOTICE", "choices", "day", "files", "moment", "text", "yes_no"]


def yes_no(name: str, label: str, **kwargs: Any) -> Field:
    """A BOOL field."""
    return Field(name, label, Kind.BOOL, **kwargs)


def day(name: str, label: str, **kwargs: Any) -> Field:
    """A DATE field."""
    return Field(name, label, Kind.DATE, **kwargs)


def moment(name: str, label: str, **kwargs: Any) -> Field:
    """A DATETIME field, for limits in hours."""
    return Field(name, label, Kind.DATETIME, **kwargs)


def text(name: str, label: str, sample: str = "", **kwargs: Any) -> Field:
    """Free text: kept beside the history, because people write names and troubles into it."""
    kwargs.setdefault("personal", True)
    return Field(name, label, Kind.LONGTEXT, sample=sample or "详见案卷。", **kwargs)


def choices(name: str, label: str, options: Mapping[str, str], **kwargs: Any) -> Field:
    """A CHOICES field from code → label."""
    return Field(name, label, Kind.CHOICES, choices=tuple(options.items()), **kwargs)


def files(name: str = "attachments", label: str = "附件", **kwargs: Any) -> Field:
    """References to uploaded files."""
    return Field(name, label, Kind.FILES, **kwargs)


_OPEN = frozenset((
    "kind", "matter_type", "channel", "received_on", "first_filed_on", "applied_at", "transferor_kind", "transferor_name", "case_organ",
    "case_organ_name", "case_organ_no", "in_custody", "life_or_death", "represented",
))  # fmt: skip
"""What other organs that take part may read of an application; poverty, health, abuse and addresses are none of it."""
_ASKED = frozenset(("claim", "applied_by", "applicant", "facts_reasons"))
"""What a person must answer on a screen; a history without it is lawful."""


def _closed(form: tuple[Field, ...]) -> tuple[Field, ...]:
    """The form with everything else closed to them."""
    asked = (replace(f, required_on_screen=True) if f.name in _ASKED else f for f in form)
    return tuple(f if f.name in _OPEN else replace(f, confidential=True) for f in asked)


_PERSON = (
    Field("name", "姓名", required=True, sample="梁秋禾", max_length=100),
    choice("sex", "性别", {"F": "女", "M": "男"}),
    day("birth_date", "出生日期"),
    choice("id_type", "证件种类", {"ID": "居民身份证", "PASSPORT": "护照", "PERMIT": "居留或者通行证件", "OTHER": "其他"}),
    Field("id_no", "证件号码", max_length=40),
    Field("ethnicity", "民族", max_length=20),
    Field("mobile", "联系电话", max_length=40),
    Field("domicile", "户籍地址", max_length=200),
    Field("address", "住址或者通信地址", max_length=200),
    Field("employer", "工作单位", max_length=100),
    Field("contact_person", "其他联系人和电话", max_length=100),
)  # fmt: skip

APPLICANT = Field(
    "applicant", "申请人", Kind.RECORD, personal=True, fields=_PERSON, sample={"name": "梁秋禾"}, basis=A(38)
)
AGENT = Field(
    "agent", "代为申请的人", Kind.RECORD, personal=True, basis=A(40), sample=None,
    fields=(*_PERSON[:7], choice("relation", "与申请人的关系",
            {"GUARDIAN": "法定代理人", "OTHER_GUARDIAN": "其他法定代理人", "KIN": "近亲属", "ENTRUSTED": "受委托人"})),
)  # fmt: skip
OTHER_PARTY = Field(
    "other_party", "对方当事人", Kind.RECORDS, personal=True, help="用于利益冲突审查，没有的不填",
    fields=(Field("name", "姓名或者名称", required=True, sample="临川宏远建筑有限公司", max_length=100),
            Field("address", "住所", max_length=200), Field("contact", "联系方式", max_length=100),
            Field("representative", "代理人和所属机构", max_length=200)),
)  # fmt: skip

ANSWERS = (
    choice("claim", "申请事项", codes.CLAIMS, fact=True, basis=joined(A(24), A(29), A(31), A(32), A(33)), sample="MAINTENANCE"),
    choices("groups", "申请人属于", codes.GROUPS, fact=True, basis=A(42, 0, 1)),
    yes_no("no_stable_income", "没有固定生活来源", fact=True, basis=A(42, 0, 1)),
    choices("statuses", "救助、优抚身份", codes.STATUSES, fact=True, basis=joined(A(42, 0, 2), "社会救助法 第13条")),
    choice("no_limit_ground", "不受经济困难条件限制的情形",
           {k: v for k, v in codes.NO_LIMIT.items() if k != "NOTIFIED"}, fact=True, basis=A(32), sample=None),
    choice("status_proof", "身份材料", codes.PROOFS, fact=True, basis=A(42), sample=None,
           help="免予核查的，只需证明身份；能由信息共享查得的不用提交"),
)  # fmt: skip
"""The answers from which both exemptions follow; `rules_hardship.hardship` reads them."""

MEANS = (
    yes_no("promise", "作个人诚信承诺", fact=True, basis=A(41, 2), help="也可以由机构通过信息共享查询；不需要开具任何证明"),
    Field("household_size", "共同生活人数", Kind.INT, personal=True, basis=A(41, 1)),
    Field("income_declared", "家庭人均月收入（元）", Kind.MONEY, personal=True, basis=A(41, 1)),
    text("means_statement", "经济状况说明", "无工作，靠子女接济。", basis=A(41, 1)),
)  # fmt: skip

_SENSITIVE = (
    text("health_detail", "健康状况（需要照顾的）", "无。"),
    text("abuse_detail", "受侵害的情况", "无。", basis=A(32, 0, 4)),
    yes_no("hide_address", "对外不显示我的地址", fact=True, help="遭受家庭暴力的，地址只有法律援助机构和承办人员可见"),
    text("safe_contact", "安全的联系方式和时间", "工作日白天，只打手机。"),
)  # fmt: skip

_WISHES = (
    Field("wish_provider", "希望由谁承办", fact=True, max_length=40, help="法律援助机构尽量安排，不是必须"),
    Field("wish_language", "需要的语言或者手语", fact=True, max_length=40, basis=A(45)),
    choice("wish_sex", "希望承办人员的性别", {"F": "女", "M": "男"}, fact=True, sample=None),
    yes_no("wish_barrier_free", "需要无障碍服务", fact=True, basis=A(45, 1)),
)  # fmt: skip

_MATTER = (
    choice("kind", "案件类别", codes.KINDS, required=True, fact=True, basis=A(22)),
    choice("matter_type", "纠纷类型", codes.MATTER_TYPES, fact=True, sample="FAMILY"),
    text("facts_reasons", "事实和理由", "请求支付拖欠的赡养费。"),
    Field("claim_amount", "请求金额（元）", Kind.MONEY, fact=True),
    OTHER_PARTY,
    Field("case_organ", "办案机关或者争议处理机关", Kind.UNIT, fact=True, basis=A(38)),
    Field("case_organ_name", "办案机关名称", fact=True, max_length=100, basis=A(38)),
    Field("case_organ_no", "办案机关的案号", fact=True, max_length=100),
    day("limitation_on", "时效或者期限届满之日", fact=True, basis=A(44, 1, 1)),
    yes_no("urgent_measure", "需要立即申请保全或者先予执行", fact=True, basis=A(44, 1, 2)),
    yes_no("represented", "已经委托代理人或者辩护人", fact=True, basis=joined(A(24), A(31))),
    yes_no("in_custody", "当事人在押", fact=True),
    yes_no("life_or_death", "可能判处无期徒刑、死刑", fact=True, basis=A(26)),
)  # fmt: skip

APPLICATION = _closed((
    choice("channel", "申请渠道", codes.CHANNELS, fact=True),
    day("received_on", "收到日", fact="application_received_on", help="收到与登记不在同一天的填写", basis=A(43, 1)),
    day("first_filed_on", "最初提出申请之日", fact=True, help="由其他机构转来的，保留最初申请的日期"),
    APPLICANT, AGENT,
    choice("applied_by", "由谁提出", {"SELF": "本人", "GUARDIAN": "法定代理人", "KIN": "近亲属", "AGENT": "受委托人"}, fact=True, basis=A(40)),
    *_MATTER, *ANSWERS, *MEANS, *_SENSITIVE, *_WISHES, files(),
))  # fmt: skip

CUSTODY = _closed((
    choice("transferor_kind", "收到申请的单位或者人员", codes.CUSTODY_KINDS, required=True, fact=True, basis=A(39)),
    Field("transferor_name", "名称", fact=True, max_length=100, sample="临川市看守所"),
    moment("applied_at", "提出申请的时刻", help="与登记时刻不同的填写；二十四小时自此刻起算", basis=A(39)),
    choice("applied_by", "由谁提出", {"SELF": "本人", "GUARDIAN": "法定代理人", "KIN": "近亲属", "AGENT": "受委托人"}, fact=True, basis=A(40, 2)),
    APPLICANT, AGENT, *(f for f in _MATTER if f.name != "in_custody"), *ANSWERS, *MEANS, *_SENSITIVE, *_WISHES, files(),
))  # fmt: skip

NOTICE = (
    choice("notice_kind", "通知的种类", codes.NOTICE_KINDS, required=True, fact=True, basis=joined(A(25), A(28))),
    choice("notice_ground", "应当通知的情形", codes.NOTICE_GROUNDS, fact=True, basis=A(25, 1)),
    choice("organ_kind", "通知机关", codes.ORGAN_KINDS, required=True, fact=True, basis=joined(A(25), A(36))),
    Field("case_organ", "通知机关（单位）", Kind.UNIT, fact=True),
    Field("case_organ_name", "通知机关名称", fact=True, max_length=100, sample="临川市人民检察院"),
    Field("notice_no", "通知文号", fact=True, max_length=100, sample="临检援通〔2026〕8号"),
    Field("case_organ_no", "案号", fact=True, max_length=100),
    day("found_on", "发现应当通知情形之日", fact=True, basis=A(36)),
    day("noticed_on", "发出通知之日", fact=True, basis=A(36)),
    day("received_on", "收到通知之日", fact="notice_received_on", help="收到与登记不在同一天的填写", basis=A(36)),
    choice("stage", "诉讼阶段", codes.STAGES, fact=True, sample="PROSECUTION"),
    Field("charge", "涉嫌罪名", fact=True, max_length=100, sample="盗窃"),
    yes_no("in_custody", "当事人在押", fact=True),
    Field("custody_place_name", "羁押场所", fact=True, max_length=100),
    Field("recipient", "犯罪嫌疑人、被告人或者被申请人", Kind.RECORD, personal=True, fields=_PERSON, sample={"name": "高小舟"}),
    text("case_summary", "案情摘要", "涉嫌盗窃，正在审查起诉。"),
    choices("groups", "当事人属于", codes.GROUPS, fact=True),
    files(),
)  # fmt: skip
