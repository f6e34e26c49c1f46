"""提出申请 and 通知: from what people answer to a matter that is received, online, at the counter, by an organ or by referral.

Nothing is asked that the platform holds: who somebody is, their telephone and address and whether they belong to a
group the law protects come from the person record. Questions about means are asked only where neither exemption
applies (法律援助法 第32条、第42条), and no certificate of poverty is ever among them (第41条).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from xiezhi.kernel.access import acting as standing_in
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import IdType, Person
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.declare import Procedure
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Draft, Matter, MatterEvent, MatterLink
from xiezhi.kernel.procedures.services import Outcome, PartyInput
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit

from . import agencies
from .assignment import blind_name, blind_person
from .codes import GROUPS
from .models import AidAgency, AidCase, AidSide
from .own import FROM_RECORD, groups_of, known_of, known_of_person
from .owning import ensure_owner
from .rules_hardship import CHECK, hardship
from .sides import record_sides

__all__ = ["CODE", "Checked", "Duplicate", "asks_means", "check", "duplicates", "file", "notify"]

CODE = "FLYZ"
APPLIED, IN_CUSTODY, NOTIFIED = "applied", "asked_in_custody", "defence_notified"
ID_TYPES = {"ID": IdType.RESIDENT, "PASSPORT": IdType.PASSPORT, "PERMIT": IdType.HM_PERMIT}
STAFF_ROLES = frozenset({"case_officer", "office_head", "counter_clerk"})
OWN_CHANNELS = ("WEB", "APP", "WECHAT", "KIOSK")
ROLE_OF = {"SELF": "applicant", "GUARDIAN": "guardian", "KIN": "agent", "AGENT": "agent"}
LABELS = {"applicant": "申请人", "guardian": "法定代理人", "agent": "代为申请的人"}
MEANS = ("promise", "household_size", "income_declared", "means_statement")
"""Answers about means: dropped where an exemption applies, so that they are neither asked nor kept."""


@dataclass(frozen=True)
class Duplicate:
    """An open matter of the same person about the same thing."""

    matter: Matter


@dataclass
class Checked:
    """Answers that passed, and what follows from them."""

    data: dict[str, Any]
    parties: list[PartyInput]
    agency: AidAgency | None
    problems: list[Problem]
    note: str = ""
    duplicates: list[Duplicate] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)


def _declared(on: date) -> type[Procedure]:
    return registry.get(CODE, on=on)


def asks_means(answers: Mapping[str, Any]) -> bool:
    """Whether the applicant's means matter at all with these answers."""
    return hardship(answers).asks == CHECK


def _unit(value: Any) -> Unit | None:
    text = str(value or "").strip()
    return Unit.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None


def _rows(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, Mapping):
        return [dict(value)] if any(v not in (None, "") for v in value.values()) else []
    return [dict(v) for v in value if isinstance(v, Mapping)] if isinstance(value, (list, tuple)) else []


class _Reader:
    """Turns answers into parties and persons, collecting every problem on the way."""

    def __init__(self, account: Account | None, answers: Mapping[str, Any]) -> None:
        self.account, self.answers = account, answers
        self.mandate = standing_in.for_account(account, answers.get("mandate"), CODE)
        self.problems: list[Problem] = []
        self.parties: list[PartyInput] = []
        self.persons: list[Person] = []

    def bad(self, code: str, message: str, name: str, basis: str = "") -> None:
        self.problems.append(Problem(code, message, name, basis))

    def person(self, row: Mapping[str, Any], where: str, *, own: bool) -> Person | None:
        """The person record of somebody named: one's own account's, or found by document number."""
        if own and self.account is not None and self.account.person is not None:
            return self.account.person
        number, name = str(row.get("id_no") or "").strip(), str(row.get("name") or "").strip()
        if not number:
            return None
        try:
            found, _ = people.register_person(
                name=name, id_type=ID_TYPES.get(str(row.get("id_type") or "ID"), IdType.OTHER), id_no=number,
                sex={"F": "2", "M": "1"}.get(str(row.get("sex") or ""), ""), demo=people.fictional_allowed(),
            )  # fmt: skip
        except (people.PeopleError, ids.InvalidNumber) as error:
            self.bad("IDENTITY", str(error), f"{where}.id_no", "法律援助法 第38条")
            return None
        return found

    def enter(
        self, role: str, row: Mapping[str, Any], person: Person | None, *, own: bool, acts_for: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        contact = str(row.get("mobile") or "").strip()
        sealed = {k: v for k, v in row.items() if k not in ("name",) and v not in (None, "")}
        if contact:
            sealed["contact"] = contact
        if row.get("address"):
            sealed["service_address"] = row["address"]
        self.parties.append(PartyInput(
            role, str(row["name"]).strip(), "CITIZEN", person_id=person.pk if person else None,
            account_id=self.account.pk if own and self.account else None, acts_for=acts_for, sealed=sealed,
            e_service=bool(own and self.account), detail=dict(detail or {}),
        ))  # fmt: skip
        if person is not None and acts_for is None:
            self.persons.append(person)


def check(
    account: Account | None,
    answers: Mapping[str, Any],
    *,
    channel: str,
    event: str = APPLIED,
    staff: bool = False,
    at: datetime | None = None,
) -> Checked:
    """Everything that can be told before sending. Persons named with a valid number are known afterwards, which is undone
    with the transaction of a refused filing."""
    at = at or wall.now()
    form = _declared(at.date()).events[event].form
    names = {f.name for f in form}
    data = {k: v for k, v in answers.items() if k in names and v not in (None, "", [], {})}
    if "channel" in names:
        data["channel"] = channel
    reader = _Reader(account, answers)
    if event == NOTIFIED:
        _notified_person(reader, data)
    else:
        _applicants(reader, data, staff)
        data = _without_means(data)
    agency, note = _competent(reader, answers, data)
    checked = Checked(data, reader.parties, agency, reader.problems, note, persons=reader.persons)
    checked.duplicates = duplicates(reader.persons, data)
    if checked.duplicates and not staff:
        found = checked.duplicates[0].matter
        reader.bad(
            "DUPLICATE", f"您就同一事项已经提出申请（{found.number}），正在办理，可以在“我的办件”中查看，不需要重复提交", "claim",
            "法律援助法 第43条",
        )  # fmt: skip
    return checked


def _applicants(reader: _Reader, data: dict[str, Any], staff: bool) -> None:
    """申请人, whoever applies for them, and further recipients of the same matter."""
    by = str(data.get("applied_by") or "SELF")
    own_is_applicant = by == "SELF" and reader.account is not None
    rows = _rows(data.get("applicant"))
    row = rows[0] if rows else {}
    if own_is_applicant:
        row = {**known_of(reader.account), **{k: v for k, v in row.items() if v not in (None, "")}}
    principal = reader.mandate.principal if reader.mandate is not None and by != "SELF" else None
    if principal is not None:
        row = {
            **known_of_person(principal),
            **{k: v for k, v in row.items() if v not in (None, "")},
            "name": principal.name,
        }
    if not str(row.get("name") or "").strip():
        reader.bad("REQUIRED", "请填写申请人的姓名", "applicant.name", "法律援助法 第38条")
        return
    if not str(row.get("mobile") or "").strip() and by == "SELF" and not data.get("in_custody"):
        reader.bad("REQUIRED", "请填写联系电话，便于通知您办理进展", "applicant.mobile", "法律援助法 第43条")
    person = principal or reader.person(row, "applicant", own=own_is_applicant)
    reader.enter("applicant", row, person, own=own_is_applicant)
    if person is not None and (own_is_applicant or principal is not None):
        _groups(data, person)
    data["applicant"] = _kept(row, "applicant")
    if by != "SELF":
        _agent(reader, data, by)
    for i, other in enumerate(_rows(reader.answers.get("co_recipients"))):
        if not str(other.get("name") or "").strip():
            reader.bad("REQUIRED", "请填写其他受援人的姓名", f"co_recipients.{i}.name")
            continue
        reader.enter("recipient", other, reader.person(other, f"co_recipients.{i}", own=False), own=False)


def _agent(reader: _Reader, data: dict[str, Any], by: str) -> None:
    rows = _rows(data.get("agent"))
    row = rows[0] if rows else {}
    own = reader.account is not None
    if own:
        row = {**known_of(reader.account), **{k: v for k, v in row.items() if v not in (None, "")}}
    if not str(row.get("name") or "").strip():
        reader.bad("REQUIRED", "请填写代为申请的人的姓名", "agent.name", "法律援助法 第40条")
        return
    row.setdefault("relation", {"GUARDIAN": "GUARDIAN", "KIN": "KIN"}.get(by, "ENTRUSTED"))
    person = reader.person(row, "agent", own=own)
    detail = {} if reader.mandate is None else {"mandate": reader.mandate.number}
    if reader.mandate is not None and not reader.mandate.by_law:
        detail["powers"] = "SPECIAL" if reader.mandate.powers else "GENERAL"
    reader.enter(ROLE_OF[by], row, person, own=own, acts_for=0, detail=detail)
    data["agent"] = _kept(row, "agent")


def _kept(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    from . import fields

    allowed = {f.name for f in {"applicant": fields.APPLICANT, "agent": fields.AGENT}[name].fields}
    return {k: v for k, v in row.items() if k in allowed and v not in (None, "")}


def _groups(data: dict[str, Any], person: Person) -> None:
    """Groups the person record knows of are added to what was answered; nobody has to prove them again."""
    known = groups_of(person, wall.today())
    said = [g for g in data.get("groups") or () if g in GROUPS]
    data["groups"] = [*said, *(g for g in known if g not in said)]
    if not data["groups"]:
        data.pop("groups")
    if set(known) & FROM_RECORD and not data.get("status_proof"):
        data["status_proof"] = "SHARED"


def _without_means(data: dict[str, Any]) -> dict[str, Any]:
    return data if asks_means(data) else {k: v for k, v in data.items() if k not in MEANS}


def _notified_person(reader: _Reader, data: dict[str, Any]) -> None:
    rows = _rows(data.get("recipient"))
    if not rows or not str(rows[0].get("name") or "").strip():
        reader.bad("REQUIRED", "请填写犯罪嫌疑人、被告人或者被申请人的姓名", "recipient.name", "法律援助法 第36条")
        return
    reader.enter("recipient", rows[0], reader.person(rows[0], "recipient", own=False), own=False)


def _competent(reader: _Reader, answers: Mapping[str, Any], data: dict[str, Any]) -> tuple[AidAgency | None, str]:
    """By the organ that handles the case; where there is none, the agency chosen for the place of the matter."""
    organ = _unit(data.get("case_organ"))
    chosen = (
        agencies.agency_of(int(str(answers.get("agency")))) if str(answers.get("agency") or "").isdecimal() else None
    )
    if organ is None:
        data.pop("case_organ", None)
    else:
        data["case_organ"] = str(organ.pk)
        data.setdefault("case_organ_name", organ.name)
        reader.parties.append(PartyInput("case_organ", organ.name, "AUTHORITY", unit_id=organ.pk))
        found = agencies.competent(organ)
        if found is not None:
            if chosen is not None and chosen.pk != found.agency.pk:
                return found.agency, f"{found.note}，申请由它办理"
            return found.agency, found.note
    if chosen is None:
        reader.bad("AGENCY", "请选择事情发生地或者处理机关所在地的法律援助机构", "agency", "法律援助法 第38条")
    return chosen, ""


def duplicates(persons: Sequence[Person], data: Mapping[str, Any]) -> list[Duplicate]:
    """Open matters of these people of the same kind and claim (the procedure's `duplicate_key`)."""
    keys = [blind_person(p.uid) for p in persons]
    if not keys:
        return []
    rows = AidCase.objects.filter(
        matter__aid_sides__key__in=keys, matter__aid_sides__side=AidSide.RECIPIENT, matter__open=True,
        matter_type=str(data.get("matter_type") or ""), kind=str(data.get("kind") or ("CRIMINAL" if data.get("notice_kind") else "")),
    ).select_related("matter").distinct().order_by("-pk")  # fmt: skip
    against = {blind_name(str(o["name"])) for o in _rows(data.get("other_party")) if str(o.get("name") or "").strip()}
    same = [r for r in rows[:20] if _same(r.matter, data) and _same_opponent(r.matter, against)]
    return [Duplicate(r.matter) for r in same[:3]]


def _same_opponent(matter: Matter, against: set[str]) -> bool:
    """Two claims against different people are two matters; where one side is not known they may be one."""
    known = set(AidSide.objects.filter(matter=matter, side=AidSide.OPPONENT).values_list("key", flat=True))
    return not known or not against or bool(known & against)


def _same(matter: Matter, data: Mapping[str, Any]) -> bool:
    key = _declared(matter.opened_on).duplicate_key or ("claim",)
    return all(str(matter.facts.get(n) or "") == str(data.get(n) or "") for n in key if n in data or n in matter.facts)


def file(
    account: Account | None,
    answers: Mapping[str, Any],
    files: Iterable[Any] = (),
    *,
    channel: str,
    request_key: str | None,
    staff_actor: Any = None,
    staff_units: Collection[int] | None = None,
    draft: Draft | None = None,
    at: datetime | None = None,
    event: str = APPLIED,
    origin: Matter | None = None,
) -> Outcome:
    """File an application; one transaction. `answers` carry the fields of the event's form, `agency` (the unit of the
    agency chosen where no organ handles the case) and `co_recipients`. `origin` is the matter of another procedure it
    is referred from: its first filing date stays. Raises Refused with every problem; then nothing is stored.
    The same `request_key` gives the first answer again."""
    at = at or wall.now()
    channel = "WEB" if channel == "ONLINE" else channel
    with transaction.atomic():
        known = _known(request_key)
        if known is not None:
            return Outcome(known, None, repeated=True)
        checked = check(account, answers, channel=channel, event=event, staff=staff_actor is not None, at=at)
        if account is None and staff_actor is None:
            checked.problems.append(Problem("SIGN_IN", "请先登录并实名，再提交申请", ""))
        if staff_actor is None and channel not in OWN_CHANNELS:
            checked.problems.append(Problem("CHANNEL", "这种渠道的申请由工作人员登记", "channel"))
        if checked.problems or checked.agency is None:
            raise Refused(_with_form_problems(checked, event, at))
        _ours(checked.agency, staff_actor, staff_units)
        data = dict(checked.data)
        if origin is not None:
            data.setdefault("first_filed_on", str(origin.facts.get("first_filed_on") or origin.opened_on.isoformat()))
        mandate = standing_in.for_account(account, answers.get("mandate"), CODE)
        actor = _filer(account, data, staff_actor, mandate.number if mandate is not None else "")
        on = at.date()
        opened = procedures.open_matter(
            CODE, event, actor, data, handling_unit=checked.agency.unit_id, organ=checked.agency.bureau_id,
            parties=checked.parties, on=on, at=at, request_key=request_key,
        )  # fmt: skip
        matter = opened.matter
        _settle_in(matter, checked, data, origin, at)
        _attach(matter, files, draft, actor, on, staff_actor is not None)
        if draft is not None:
            draft.delete()
        return Outcome(Matter.objects.get(pk=matter.pk), opened.effects)


def notify(
    answers: Mapping[str, Any], *, request_key: str | None, actor: Actor, organ_unit: int | None = None,
    staff_units: Collection[int] | None = None, at: datetime | None = None,
) -> Outcome:  # fmt: skip
    """通知辩护: enter an organ's notice, by the counter or by the organ's own account (`organ_unit`). Raises Refused."""
    at = at or wall.now()
    answers = {**answers, **({"case_organ": str(organ_unit)} if organ_unit is not None else {})}
    with transaction.atomic():
        known = _known(request_key)
        if known is not None:
            return Outcome(known, None, repeated=True)
        checked = check(None, answers, channel="REFER", event=NOTIFIED, staff=True, at=at)
        if checked.problems or checked.agency is None:
            raise Refused(_with_form_problems(checked, NOTIFIED, at))
        if organ_unit is None:
            _ours(checked.agency, actor, staff_units)
        opened = procedures.open_matter(
            CODE, NOTIFIED, actor, checked.data, handling_unit=checked.agency.unit_id, organ=checked.agency.bureau_id,
            parties=checked.parties, at=at, request_key=request_key,
        )  # fmt: skip
        _settle_in(opened.matter, checked, checked.data, None, at)
        return Outcome(Matter.objects.get(pk=opened.matter.pk), opened.effects)


def _ours(agency: AidAgency, staff_actor: Any, staff_units: Collection[int] | None) -> None:
    if staff_actor is not None and staff_units is not None and agency.unit_id not in staff_units:
        text = f"这件申请由{agency.unit.name}办理，本窗口不能登记。请转交该机构，最初提出申请的日期保留不变"
        raise Refused([Problem("OTHER_OFFICE", text, "case_organ", "法律援助法 第38条")])


def _settle_in(matter: Matter, checked: Checked, data: Mapping[str, Any], origin: Matter | None, at: datetime) -> None:
    """What follows from a filing beside the event: who stands on which side, links, and an owner at once."""
    record_sides(matter, checked.persons, checked.parties, data)
    line = parties_line([p.name for p in checked.parties if p.role in ("applicant", "recipient")], matter.facts)
    if line and line != matter.parties_line:
        Matter.objects.filter(pk=matter.pk).update(parties_line=line)
    count = sum(p.role in ("applicant", "recipient") for p in checked.parties)
    if count > 1:
        AidCase.objects.filter(pk=matter.pk).update(recipients=count)
    links = [(d.matter, "duplicate") for d in checked.duplicates] + (
        [(origin, "referral")] if origin is not None else []
    )
    for other, kind in links:
        MatterLink.objects.get_or_create(matter=matter, other=other, kind=kind, defaults={"on": at.date()})
    ensure_owner(matter.pk, at)


def parties_line(names: Sequence[str], facts: Mapping[str, Any]) -> str:
    """What lists show of the people: names, of minors and abused people the family name alone (L-C 9)."""
    if not names:
        return ""
    if facts.get("restricted"):
        return f"{names[0][:1]}某" + (f"等{len(names)}人" if len(names) > 1 else "")
    return ("、".join(names[:2]) + (f"等{len(names)}人" if len(names) > 2 else ""))[:200]


def _known(request_key: str | None) -> Matter | None:
    if not request_key:
        return None
    found = MatterEvent.objects.select_related("matter").filter(request_key=request_key).first()
    return found.matter if found else None


def _with_form_problems(checked: Checked, event: str, at: datetime) -> list[Problem]:
    """The form's own problems beside ours, so that a person mends everything at once."""
    _, problems = coerce(_declared(at.date()).events[event].form, checked.data)
    taken = {p.field.split(".")[0] for p in checked.problems}
    return [*checked.problems, *(p for p in problems if p.field not in taken)]


def _filer(account: Account | None, data: Mapping[str, Any], staff_actor: Any, mandate: str = "") -> Actor:
    if staff_actor is not None:
        roles = frozenset(getattr(staff_actor, "roles", ())) & STAFF_ROLES or frozenset({"counter_clerk"})
        return Actor(staff_actor.ref, roles, staff_actor.label)
    assert account is not None
    role = ROLE_OF.get(str(data.get("applied_by") or "SELF"), "applicant")
    # the history outlives the person's data: it says in which part somebody filed, the party row says who
    label = f"{LABELS[role]}（{mandate}）" if mandate and role != "applicant" else LABELS[role]
    return Actor(f"account:{account.uid}", frozenset({role}), label)


def _attach(matter: Matter, files: Iterable[Any], draft: Draft | None, actor: Actor, on: date, staff: bool) -> None:
    """Files already uploaded, by draft or by number, become material of the matter; only one's own can."""
    wanted = [f.pk if isinstance(f, Attachment) else int(f) for f in files]
    mine = (
        Q(pk__in=wanted) & (Q(draft__isnull=True, submitted_by=actor.ref) | Q(draft=draft)) if wanted else Q(pk__in=[])
    )
    if draft is not None:
        mine |= Q(draft=draft)
    role = next(iter(sorted(actor.roles)), "applicant")
    Attachment.objects.filter(mine, matter__isnull=True, withdrawn_at__isnull=True).update(
        matter=matter, event_seq=1, submitted_role=role, submitted_by=actor.ref, submitted_on=on, scanned=staff
    )
