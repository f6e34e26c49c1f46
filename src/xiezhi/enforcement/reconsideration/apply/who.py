"""谁来申请: the applicant, a group and its representatives, an organization, an agent (行政复议法 第14条至第17条)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.enforcement.reconsideration.apply import clock as timing
from xiezhi.enforcement.reconsideration.apply.common import LAW, RULES, declared, options
from xiezhi.kernel.people.models import Organization
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.ui.flow import Answers, Section, Step

__all__ = ["WHO", "applicants", "many", "representatives"]

ACTING = (
    ("SELF", "我本人"),
    ("GROUP", "我和其他人一起"),
    ("ORG", "我的单位（公司、个体工商户、合作社等）"),
    ("AGENT", "我是代理人，替别人办"),
)
ORG_KINDS = (
    "SOLE_TRADER",
    "LEGAL_PERSON",
    "OTHER_ORG",
    "PARTNERSHIP",
    "FARM_HOUSEHOLD",
    "OWNERS_COMMITTEE",
    "VILLAGE_COLLECTIVE",
)
ID_TYPES = (("ID", "居民身份证"), ("PASSPORT", "护照"), ("PERMIT", "居留或者通行证件"))
YES_NO = (("yes", "是"), ("no", "否"))


def _person_fields(answers: Answers) -> Sequence[Field]:
    """Contact and address; name and number only where the platform does not hold them."""
    own = (
        Field(
            "contact", "联系电话", required=True, help="办理进展会发到这个号码", basis=f"{RULES} 第27条", max_length=40
        ),
        Field(
            "service_address",
            "送达地址",
            required=True,
            help="能收到邮件的地址，写到门牌号",
            basis=f"{RULES} 第27条",
            max_length=200,
        ),
    )
    if answers.principal is not None or (answers.person is not None and answers("acting") in ("SELF", "GROUP", "")):
        return own
    return (
        Field("name", "姓名", required=True, max_length=100),
        Field("id_type", "证件种类", Kind.CHOICE, required=True, choices=ID_TYPES),
        Field("id_no", "证件号码", required=True, max_length=40, basis=f"{RULES} 第27条"),
        *own,
    )


def _acting_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    if answers.mandate is not None and values.get("acting") != "AGENT":
        said = f"您正在代{answers.mandate.principal.name}办理，请选“我是代理人”；为自己办理的，请先在页面上方换回本人"
        return [Problem("ACTING", said, "acting")]
    return []


def _person_start(answers: Answers) -> Mapping[str, Any]:
    person = answers.principal or answers.person
    if person is None or (answers.principal is None and answers("acting") in ("AGENT", "ORG")):
        return {}
    return {"contact": person.phone or "", "service_address": person.service_address or person.address or ""}


def _contact_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    digits = [c for c in str(values.get("contact", "")) if c.isdecimal()]
    if "@" not in str(values.get("contact", "")) and not 7 <= len(digits) <= 15:
        return [Problem("PHONE", "联系电话请填手机号或带区号的座机号，例如13800002046", "contact")]
    return []


def _org_fields(answers: Answers) -> Sequence[Field]:
    kinds = dict(options("applicant_kind"))
    return (
        Field("org_name", "单位名称", required=True, help="和营业执照、登记证书上的一样", max_length=150),
        Field(
            "org_kind",
            "单位类型",
            Kind.CHOICE,
            required=True,
            choices=tuple((k, kinds[k]) for k in ORG_KINDS if k in kinds),
        ),
        Field("uscc", "统一社会信用代码", required=True, help="营业执照上的18位代码", max_length=18),
        Field("legal_rep", "法定代表人或者负责人", required=True, max_length=100),
        Field("contact", "联系电话", required=True, basis=f"{RULES} 第27条", max_length=40),
        Field("service_address", "送达地址", required=True, basis=f"{RULES} 第27条", max_length=200),
    )


KIND_OF = {
    "COMPANY": "LEGAL_PERSON", "COOPERATIVE": "LEGAL_PERSON", "INSTITUTION": "LEGAL_PERSON", "INDIVIDUAL_BUSINESS": "SOLE_TRADER",
    "VILLAGE": "VILLAGE_COLLECTIVE",
}  # fmt: skip


def _org_start(answers: Answers) -> Mapping[str, Any]:
    """What the register holds of the organization the account's person heads, and how to reach that person."""
    person = answers.person
    if person is None:
        return {}
    out = {"contact": person.phone or "", "service_address": person.service_address or person.address or ""}
    found = list(Organization.objects.filter(legal_rep_person=person).order_by("id")[:2])
    if len(found) != 1:
        return out
    one = found[0]
    known = {
        "org_name": one.name, "org_kind": KIND_OF.get(one.kind, ""), "uscc": one.usc or "", "legal_rep": one.legal_rep or person.name,
        "contact": one.phone or out["contact"], "service_address": one.service_address or one.address or out["service_address"],
    }  # fmt: skip
    return {k: v for k, v in known.items() if v}


def _agent_start(answers: Answers) -> Mapping[str, Any]:
    return {"agent_contact": answers.person.phone or ""} if answers.person is not None else {}


def _limits() -> tuple[int, int, int]:
    """(more than this many applicants, at least, at most) representatives today."""
    found = declared().parameters["representatives"].at(timing.today())
    return int(found[0]), int(found[1]), int(found[2])


def _group_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field("others", "其他申请人", Kind.RECORDS, required=True, help="除您以外的每一位都写上", fields=(
            Field("name", "姓名", required=True, max_length=100),
            Field("id_no", "居民身份证号码", required=True, max_length=40),
            Field("contact", "联系电话", required=True, max_length=40),
            Field("service_address", "送达地址", required=True, max_length=200),
        )),
    )  # fmt: skip


def many(answers: Answers) -> bool:
    return answers("acting") == "GROUP" and len(answers("others", []) or []) + 1 > _limits()[0]


def _representative_fields(answers: Answers) -> Sequence[Field]:
    more, low, high = _limits()
    return (
        Field("representatives", "代表人", Kind.CHOICES, required=True, basis=f"{RULES} 第17条",
              help=f"申请人超过{more}人，应当推选{low}至{high}名代表人",
              choices=tuple((str(i), str(row["name"])) for i, row in enumerate(applicants(answers)) if row.get("name"))),
    )  # fmt: skip


def _representatives_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    _more, low, high = _limits()
    n = len(values.get("representatives", []))
    if not low <= n <= high:
        return [Problem("REPRESENTATIVES", f"请推选{low}至{high}名代表人，现在填了{n}名", "representatives")]
    return []


def _agent_fields(answers: Answers) -> Sequence[Field]:
    kinds = next(f for f in declared().events["filed"].form if f.name == "agents").fields
    choices = {f.name: f.choices for f in kinds}
    mine = () if answers.person is not None else (Field("agent_name", "您的姓名", required=True, max_length=100),)
    contact = Field("agent_contact", "您的联系电话", required=True, max_length=40)
    if answers.mandate is not None and answers.mandate.by_law:
        return (contact,)
    if answers.mandate is not None:
        # Powers and proof stand in the recorded mandate; nobody is asked for them again.
        kind = Field(
            "agent_kind",
            "您是申请人的什么人",
            Kind.CHOICE,
            required=True,
            choices=choices["kind"],
            basis=f"{LAW} 第17条",
        )
        return (kind, contact)
    return (
        *mine,
        Field(
            "agent_kind",
            "您是申请人的什么人",
            Kind.CHOICE,
            required=True,
            choices=choices["kind"],
            basis=f"{LAW} 第17条",
        ),
        Field("agent_powers", "代理权限", Kind.CHOICE, required=True, choices=choices["powers"]),
        Field("agent_contact", "您的联系电话", required=True, max_length=40),
        Field(
            "authority",
            "授权委托书",
            Kind.FILES,
            required=True,
            help="申请人签名的授权委托书，拍照或者扫描",
            basis=f"{LAW} 第17条",
        ),
    )


WHO = Section("谁来申请", (
    Step("who", "您替谁申请？", (Field("acting", "您替谁申请？", Kind.CHOICE, required=True, choices=ACTING),),
         start=lambda a: {"acting": "AGENT"} if a.mandate is not None else {}, check=_acting_check,
         why="申请人是认为自己的权益受到侵犯的人或者单位；请人代办的，需要授权委托书。", basis=f"{LAW} 第14条、第17条"),
    Step("applicant", "申请人的身份和联系方式", _person_fields, applies=lambda a: a("acting") != "ORG", start=_person_start,
         check=_contact_check, panel="portal/apply/known.html", why="通知、文书要送到您手里，才能保护您的权利。", basis=f"{RULES} 第27条"),
    Step("organization", "单位的情况", _org_fields, applies=lambda a: a("acting") == "ORG", start=_org_start, check=_contact_check,
         why="以单位的名义申请，文书写单位的名称。", basis=f"{LAW} 第14条"),
    Step("agent", "您的代理人身份", _agent_fields, applies=lambda a: a("acting") == "AGENT", start=_agent_start,
         why="申请人可以委托一至二名代理人。", basis=f"{LAW} 第17条"),
    Step("group", "和您一起申请的人", _group_fields, applies=lambda a: a("acting") == "GROUP",
         why="几个人对同一个决定不服，可以一起申请。", basis=f"{LAW} 第15条"),
    Step("representatives", "推选代表人", _representative_fields, applies=many, check=_representatives_check,
         why="人数多的，由代表人参加复议；代表人变更请求、撤回申请，要经被代表的人同意。", basis=f"{RULES} 第17条"),
))  # fmt: skip


def applicants(a: Answers) -> list[dict[str, Any]]:
    consent = a("e_service") == "yes"
    common = {"contact": a("contact"), "service_address": a("service_address"), "e_service_consent": consent}
    if a("acting") == "ORG":
        return [
            {
                "name": a("org_name"),
                "kind": a("org_kind"),
                "id_type": "USCC",
                "uscc": a("uscc"),
                "legal_rep": a("legal_rep"),
                **common,
            }
        ]
    if a.principal is not None and a("acting") == "AGENT":
        first = {"name": a.principal.name, "kind": "CITIZEN", **common}
    elif a.person is not None and a("acting") != "AGENT":
        first = {"name": a.person.name, "kind": "CITIZEN", **common}
    else:
        first = {"name": a("name"), "kind": "CITIZEN", "id_type": a("id_type"), "id_no": a("id_no"), **common}
    others = a("others", []) if a("acting") == "GROUP" else []
    return [first, *({**row, "kind": "CITIZEN", "id_type": "ID"} for row in others)]


def representatives(a: Answers) -> list[dict[str, Any]]:
    """代表人 chosen among the applicants; name and telephone stand there already."""
    people, chosen = applicants(a), {str(v) for v in a("representatives", [])}
    return [{"name": r["name"], "contact": r.get("contact", "")} for i, r in enumerate(people) if str(i) in chosen]
