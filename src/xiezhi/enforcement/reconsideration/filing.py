"""提出申请: from what a person answers to a matter that is received, or to words that say what to change first.

Online, at the counter, by post, orally and through the penalty organ are one service: the same answers, the same
checks, the same event. Arrival in the system is the receipt of an online application (行政复议法实施条例 第28条), so the
receipt follows in the same transaction; no paper is ever asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

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
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Draft, Matter, MatterLink
from xiezhi.kernel.procedures.services import Outcome, PartyInput
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit, UnitStatus

from . import codes, competence
from .citations import L, R
from .hooks import CODE
from .models import ReconsiderationCase
from .repeats import Duplicate, applicant_key, duplicates, told

__all__ = ["Checked", "Duplicate", "check_application", "duplicates", "file_application", "propose_organ"]

CITIZENS = ("CITIZEN", "SOLE_TRADER", "FARM_HOUSEHOLD", "")
ID_TYPES = {"ID": IdType.RESIDENT, "PASSPORT": IdType.PASSPORT, "PERMIT": IdType.HM_PERMIT}
SEXES = {"F": "2", "M": "1"}
ACTING = {"applicant": "申请人", "agent": "委托代理人", "guardian": "法定代理人", "representative": "代表人"}
STAFF_ROLES = frozenset({"case_officer", "office_head", "counter_clerk"})
EXTRA = ("acting_as", "representatives", "guardians", "respondents")
"""Answers beyond the form of the event: they become parties."""


@dataclass
class Checked:
    """Answers that passed, and everything that follows from them."""

    data: dict[str, Any]
    parties: list[PartyInput]
    organ: Unit | None
    office: Unit | None
    respondent: Unit | None
    problems: list[Problem]
    duplicates: list[Duplicate] = field(default_factory=list)
    applicant_key: str = ""


def propose_organ(
    respondent: Unit, answers: Mapping[str, Any] | None = None, on: date | None = None
) -> competence.Proposal:
    """Who is competent for acts of this respondent, with reasons and articles (行政复议法 第24条至第28条).

    `answers` and `on` are accepted for callers that hold them; competence follows the respondent alone since 2024.
    """
    return competence.propose(respondent)


def _unit(value: Any) -> Unit | None:
    """A unit by id, uid, or exact name."""
    text = str(value or "").strip()
    if not text:
        return None
    if text.isdecimal():
        return Unit.objects.filter(pk=int(text)).first()
    found = None
    if re.fullmatch(r"[0-9a-fA-F-]{32,36}", text):
        try:
            found = Unit.objects.filter(uid=UUID(text)).first()
        except ValueError:
            found = None
    return found or Unit.objects.filter(name=text, status=UnitStatus.ACTIVE).order_by("id").first()


def _people_list(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, Mapping):
        return [dict(value)]
    return [dict(v) for v in value if isinstance(v, Mapping)] if isinstance(value, (list, tuple)) else []


def _count(value: Any) -> int:
    """A number somebody typed; what is none counts as not given (the form says what is wrong with it)."""
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class _Reader:
    """Turns answers into parties, collecting every problem on the way."""

    def __init__(self, account: Account | None, answers: Mapping[str, Any], online: bool) -> None:
        self.account, self.answers, self.online = account, answers, online
        self.mandate = standing_in.for_account(account, answers.get("mandate"), CODE)
        self.problems: list[Problem] = []
        self.parties: list[PartyInput] = []
        self.keys: list[str] = []

    def bad(self, code: str, message: str, name: str, basis: str = "") -> None:
        self.problems.append(Problem(code, message, name, basis))

    def applicants(self, rows: list[dict[str, Any]], acting: str) -> list[dict[str, Any]]:
        for i, row in enumerate(rows):
            where = f"applicants.{i}"
            name = str(row.get("name") or "").strip()
            kind = str(row.get("kind") or "CITIZEN")
            row["kind"] = kind
            if not name:
                self.bad("REQUIRED", "请填写申请人的姓名或者名称", f"{where}.name", R(27))
                continue
            if not str(row.get("contact") or "").strip():
                self.bad("REQUIRED", f"请填写{name}的联系方式，便于通知您办理进展", f"{where}.contact", R(27))
            if not str(row.get("service_address") or "").strip():
                self.bad("REQUIRED", f"请填写{name}的送达地址", f"{where}.service_address", R(27))
            own = acting == "applicant" and i == 0 and self.account is not None
            person, organization = self._who(row, where, own=own)
            self.parties.append(PartyInput(
                "applicant", name, kind, person_id=person.pk if person else None,
                organization_id=organization, account_id=self.account.pk if own and self.account else None,
                sealed={k: v for k, v in row.items() if k not in ("name", "kind") and v not in (None, "")},
                e_service=bool(row.get("e_service_consent") or self.answers.get("e_service_consent")),
            ))  # fmt: skip
            self.keys.append(applicant_key(person, organization, name))
        return rows

    def _who(self, row: Mapping[str, Any], where: str, *, own: bool) -> tuple[Person | None, int | None]:
        name, kind = str(row["name"]).strip(), str(row.get("kind") or "CITIZEN")
        if own and self.account and self.account.person and self.account.person.name == name:
            return self.account.person, None
        if self.mandate is not None and where == "applicants.0" and self.mandate.principal.name == name:
            return self.mandate.principal, None
        number = str(row.get("id_no") or "").strip()
        try:
            if kind in CITIZENS and number:
                id_type = ID_TYPES.get(str(row.get("id_type") or "ID"), IdType.OTHER)
                person, _ = people.register_person(
                    name=name, id_type=id_type, id_no=number, sex=SEXES.get(str(row.get("sex") or ""), ""),
                    demo=people.fictional_allowed(),
                )  # fmt: skip
                return person, None
            code = str(row.get("uscc") or (number if row.get("id_type") == "USCC" else "")).strip()
            if kind not in CITIZENS and code:
                organization, _ = people.register_organization(
                    name=name, usc=code, legal_rep=str(row.get("legal_rep") or ""), demo=people.fictional_allowed()
                )
                return None, organization.pk
        except (people.PeopleError, ids.InvalidNumber) as error:
            spot = "uscc" if kind not in CITIZENS else "id_no"
            self.bad("IDENTITY", str(error), f"{where}.{spot}", R(27))
        return None, None

    def agents(self, rows: list[dict[str, Any]], acting: str) -> None:
        if len(rows) > 2:
            self.bad("AGENTS_MAX_2", f"一至二名代理人，现填了{len(rows)}名，请删去多余的", "agents", L(17, 1))
        for i, row in enumerate(rows):
            name = str(row.get("name") or "").strip()
            if not name:
                self.bad("REQUIRED", "请填写代理人的姓名", f"agents.{i}.name", L(17, 1))
                continue
            own = acting == "agent" and i == 0 and self.account is not None
            self._helper("agent", row, name, own)

    def helpers(self, role: str, rows: list[dict[str, Any]], acting: str) -> None:
        for i, row in enumerate(rows):
            name = str(row.get("name") or "").strip()
            if not name:
                self.bad("REQUIRED", f"请填写{ACTING[role]}的姓名", f"{role}s.{i}.name", R(17, 1))
                continue
            self._helper(role, row, name, acting == role and i == 0 and self.account is not None)

    def _helper(self, role: str, row: Mapping[str, Any], name: str, own: bool) -> None:
        person = self.account.person if own and self.account else None
        self.parties.append(PartyInput(
            role, name, str(row.get("kind") or "OTHER"), person_id=person.pk if person else None,
            account_id=self.account.pk if own and self.account else None, acts_for=0 if self.parties else None,
            detail={k: row[k] for k in ("kind", "powers", "period", "employer") if row.get(k)}
            | ({"mandate": self.mandate.number} if own and self.mandate is not None else {}),
            sealed={k: row[k] for k in ("id_no", "contact", "service_address") if row.get(k)},
        ))  # fmt: skip


def _procedure(on: date) -> type[Procedure]:
    return registry.get(CODE, on=on)


def check_application(
    account: Account | None,
    answers: Mapping[str, Any],
    *,
    channel: str,
    at: datetime | None = None,
    staff: bool = False,
) -> Checked:
    """Everything that can be told before sending: missing answers, the competent organ, duplicates, two acts in one.

    Nothing is stored except that persons and organizations named with a valid number are known afterwards, which is
    undone with the transaction of a refused filing.
    """
    at = at or wall.now()
    online = channel == "ONLINE"
    acting = str(answers.get("acting_as") or "applicant")
    declared = _procedure(at.date())
    form = {f.name for f in declared.events["filed"].form}
    data = {k: v for k, v in answers.items() if k in form}
    data["filing_method"] = channel
    reader = _Reader(account, answers, online)
    rows = reader.applicants(_people_list(answers.get("applicants")), acting)
    if not rows:
        reader.bad("REQUIRED", "请填写申请人", "applicants", R(27))
    agents = _people_list(answers.get("agents"))
    reader.agents(agents, acting)
    representatives = _people_list(answers.get("representatives"))
    reader.helpers("representative", representatives, acting)
    reader.helpers("guardian", _people_list(answers.get("guardians")), acting)
    _representation(reader, declared, rows, representatives, answers, at.date())
    allowed = {f.name for f in declared.events["filed"].form if f.name == "applicants" for f in f.fields}
    data["applicants"] = [{k: v for k, v in row.items() if k in allowed and v not in (None, "")} for row in rows]
    agent_fields = {f.name for f in declared.events["filed"].form if f.name == "agents" for f in f.fields}
    data["agents"] = [{k: v for k, v in row.items() if k in agent_fields and v not in (None, "")} for row in agents]
    data["applicant_count"] = _count(answers.get("applicant_count")) or max(len(rows), 1)
    if representatives:
        data["representative_count"] = len(representatives)
    if rows and not data.get("applicant_kind"):
        data["applicant_kind"] = rows[0]["kind"]
    _channel(reader, data, channel, staff, at)
    respondent = _respondent(reader, data)
    organ, office = _competent(reader, data, respondent)
    checked = Checked(data, reader.parties, organ, office, respondent, reader.problems)
    _one_act(reader, data, staff)
    checked.applicant_key = next((k for k in reader.keys if k), "")
    act = data.get("act") if isinstance(data.get("act"), Mapping) else {}
    assert act is not None
    checked.duplicates = duplicates(
        checked.applicant_key, str(respondent.pk if respondent else data.get("respondent_name") or ""), act,
        str(data.get("matter_code") or "15"),
    )  # fmt: skip
    if not staff:
        reader.problems += told(checked.duplicates, account, checked.data.get("prior_application"))
    return checked


def _representation(
    reader: _Reader,
    declared: type[Procedure],
    rows: Sequence[Any],
    chosen: Sequence[Any],
    answers: Mapping[str, Any],
    on: date,
) -> None:
    """代表人: how many applicants need representatives, and how many of them (R 17; dated parameter)."""
    threshold, low, high = declared.parameters["representatives"].at(on)
    count = _count(answers.get("applicant_count")) or len(rows)
    number = len(chosen) or _count(answers.get("representative_count"))
    if count > threshold and not low <= number <= high:
        reader.bad(
            "REPRESENTATIVES",
            f"申请人共{count}人，超过{threshold}人，请推选{low}至{high}名代表人并上传签名的推选书", "representatives", R(17, 1),
        )  # fmt: skip


def _channel(reader: _Reader, data: dict[str, Any], channel: str, staff: bool, at: datetime) -> None:
    if channel not in codes.FILING_METHODS:
        reader.bad("CHANNEL", f"没有“{channel}”这种申请方式", "filing_method", L(22))
    elif channel in ("POST", "IN_PERSON", "ORAL", "OTHER") and not staff:
        reader.bad("CHANNEL", "书面和口头申请由窗口工作人员登记", "filing_method", L(22))
    if channel == "POST" and not data.get("postmarked_on"):
        reader.bad("REQUIRED", "请填写邮戳日：邮寄的申请以邮戳日判断是否逾期", "postmarked_on")
    if channel == "ONLINE":
        data.pop("postmarked_on", None)
        data.pop("received_on", None)
    elif staff and channel != "VIA_PENALTY_ORGAN":
        data.setdefault("received_on", at.date().isoformat())


def _respondent(reader: _Reader, data: dict[str, Any]) -> Unit | None:
    unit = _unit(data.get("respondent_unit")) or _unit(data.get("respondent_name"))
    name = str(data.get("respondent_name") or "").strip()
    if unit is None:
        data.pop("respondent_unit", None)
        if not name:
            reader.bad("REQUIRED", "请选择被申请人（作出行政行为的机关）", "respondent_name", L(19))
        else:
            reader.bad(
                "UNKNOWN_RESPONDENT",
                f"没有找到名为“{name}”的机关，请从列表中选择作出行政行为的机关",
                "respondent_name",
                L(19),
            )
        return None
    data["respondent_unit"], data["respondent_name"] = str(unit.pk), unit.name
    reader.parties.append(PartyInput("respondent", unit.name, "AUTHORITY", unit_id=unit.pk))
    if data.get("filing_method") == "VIA_PENALTY_ORGAN":
        reader.parties.append(PartyInput("penalty_organ", unit.name, "AUTHORITY", unit_id=unit.pk))
    return unit


def _competent(reader: _Reader, data: dict[str, Any], respondent: Unit | None) -> tuple[Unit | None, Unit | None]:
    """The organ and its office; a wrong choice is told before sending, with the name of the right organ."""
    if respondent is None:
        return None, None
    proposal = propose_organ(respondent)
    if proposal.respondent.pk != respondent.pk:
        reader.bad("WRONG_RESPONDENT", f"{proposal.note}，请改选", "respondent_name", R(29))
    if not proposal.options:
        reader.bad("NO_ORGAN", "没有找到有管辖权的行政复议机关，请到司法行政机关窗口咨询", "respondent_name", L(24, 1))
        return None, None
    chosen = _unit(data.get("organ"))
    found = proposal.options[0]
    if chosen is not None:
        match = [o for o in proposal.options if o.organ.pk == chosen.pk]
        if match:
            found = match[0]
        else:
            names = "或者".join(o.organ.name for o in proposal.options)
            reader.bad(
                "NOT_COMPETENT", f"{chosen.name}不是有管辖权的行政复议机关，应当向{names}申请", "organ", found.basis
            )
    data["organ"] = str(found.organ.pk)
    data.setdefault("respondent_kind", proposal.kind)
    return found.organ, found.office


def _one_act(reader: _Reader, data: Mapping[str, Any], staff: bool) -> None:
    """One act, one application (L 22 ¶4): the counter records it and splits, the public is told how."""
    count = _count(data.get("act_count")) or 1
    if count > 1 and not staff:
        reader.bad(
            "TWO_ACTS", f"您要对{count}个行政行为申请行政复议，请一个行政行为提交一份申请；提交完这一份，可以照此再提交下一份",
            "act_count", L(22, 4),
        )  # fmt: skip


def _attach(
    matter: Matter, files: Iterable[Any], draft: Draft | None, role: str, ref: str, on: date, staff: bool
) -> None:
    """Files already uploaded, by draft or by number, become material of the matter; only one's own can."""
    wanted = [f.pk if isinstance(f, Attachment) else int(f) for f in files]
    rows = Attachment.objects.filter(matter__isnull=True, withdrawn_at__isnull=True)
    mine = Q(pk__in=wanted) & (Q(draft__isnull=True, submitted_by=ref) | Q(draft=draft)) if wanted else Q(pk__in=[])
    if draft is not None:
        mine |= Q(draft=draft)
    rows.filter(mine).update(
        matter=matter, event_seq=1, submitted_role=role, submitted_by=ref, submitted_on=on, scanned=staff
    )


def file_application(
    account: Account | None,
    answers: Mapping[str, Any],
    files: Iterable[Any] = (),
    *,
    channel: str,
    request_key: str | None,
    staff_actor: Actor | None = None,
    staff_units: Collection[int] | None = None,
    draft: Draft | None = None,
    at: datetime | None = None,
) -> Outcome:
    """File an application and, where the office itself takes it in, record its receipt. One transaction.

    `answers` carry the fields of the event's form (`fields.APPLICATION`) and `acting_as`, `representatives`, `guardians`;
    `files` are uploaded attachments or their ids. `channel` is a code of `FILING_METHODS`; all but ONLINE and
    VIA_PENALTY_ORGAN need `staff_actor`; `staff_units` are the offices for which that clerk may take applications in
    (None: not limited). Raises Refused with every problem and the field each belongs to; then
    nothing is stored. The same `request_key` with the same answers gives the first answer again; with others it is
    refused (REQUEST_KEY_REUSED).
    """
    at = at or wall.now()
    staff = staff_actor is not None
    if staff_actor is not None and not staff_actor.roles & (STAFF_ROLES | {"penalty_organ"}):
        raise Refused([Problem("NOT_ALLOWED", "您现在的身份不能登记行政复议申请", "", L(22))])
    event = "via_penalty_organ" if channel == "VIA_PENALTY_ORGAN" else "filed"
    files = list(files)
    said = _said(account, answers, files, channel, staff_actor)
    with transaction.atomic():
        known = procedures.earlier(request_key, event, said)
        if known is not None:
            return Outcome(known, None, repeated=True)
        checked = check_application(account, answers, channel=channel, at=at, staff=staff)
        acting = str(answers.get("acting_as") or "applicant")
        if account is None and not staff:
            checked.problems.append(Problem("SIGN_IN", "请先登录并实名，再提交申请", ""))
        if checked.problems or checked.office is None:
            raise Refused(_with_form_problems(checked, at))
        if (
            staff
            and staff_units is not None
            and channel != "VIA_PENALTY_ORGAN"
            and checked.office.pk not in staff_units
        ):
            where = checked.organ.name if checked.organ else checked.office.name
            text = f"这件申请由{where}管辖，本窗口不能登记。请告知申请人向{where}提出，或者转交该机关登记"
            raise Refused([Problem("OTHER_OFFICE", text, "respondent_unit", L(30, 2))])
        mandate = standing_in.for_account(account, answers.get("mandate"), CODE)
        actor = _filer(account, acting, staff_actor, mandate.number if mandate is not None else "")
        on = _filed_on(checked.data, channel, at)
        data = {k: v for k, v in checked.data.items() if v not in (None, "", [], {})}
        opened = procedures.open_matter(
            CODE, event, actor, data, handling_unit=checked.office.pk, organ=checked.organ.pk if checked.organ else None,
            parties=checked.parties, on=on, at=at, request_key=request_key, content=said,
        )  # fmt: skip
        matter = opened.matter
        if checked.applicant_key:
            ReconsiderationCase.objects.filter(pk=matter.pk).update(applicant_key=checked.applicant_key)
        _attach(matter, files, draft, acting, actor.ref, on, staff)
        for found in checked.duplicates[:3]:
            MatterLink.objects.get_or_create(
                matter=matter, other=found.matter, kind="duplicate", defaults={"on": at.date()}
            )
        if draft is not None:
            draft.delete()
        if event == "via_penalty_organ":
            return opened
        return _receive(matter, checked.data, channel, staff_actor, at)


def _said(
    account: Account | None, answers: Mapping[str, Any], files: Iterable[Any], channel: str, staff_actor: Actor | None
) -> dict[str, Any]:
    """Everything a request says, and who says it: only the same from the same hand is a repetition."""
    by = staff_actor.ref if staff_actor is not None else f"account:{account.uid}" if account is not None else ""
    named = sorted(f.pk if isinstance(f, Attachment) else int(f) for f in files)
    return {"answers": dict(answers), "files": named, "channel": channel, "by": by}


def _with_form_problems(checked: Checked, at: datetime) -> list[Problem]:
    """The form's own problems beside ours, so that a person mends everything at once."""
    from xiezhi.kernel.procedures.forms import coerce

    form = _procedure(at.date()).events["filed"].form
    _, problems = coerce(form, {k: v for k, v in checked.data.items() if v not in (None, "")})
    taken = {p.field.split(".")[0] for p in checked.problems}
    return [*checked.problems, *(p for p in problems if p.field not in taken)]


def _filer(account: Account | None, acting: str, staff_actor: Actor | None, mandate: str = "") -> Actor:
    if staff_actor is not None:
        extra = {"case_officer"} if staff_actor.roles & STAFF_ROLES else set()
        return Actor(staff_actor.ref, staff_actor.roles | extra, staff_actor.label)
    assert account is not None
    role = acting if acting in ACTING else "applicant"
    # History outlives the person's data: it says in which role somebody filed, the party row says who.
    return Actor(
        f"account:{account.uid}", frozenset({role}), f"{ACTING[role]}（{mandate}）" if mandate else ACTING[role]
    )


def _filed_on(data: Mapping[str, Any], channel: str, at: datetime) -> date:
    from xiezhi.kernel.procedures.forms import Bad, parse_date

    if channel in ("ONLINE", "VIA_PENALTY_ORGAN"):
        return at.date()
    try:
        return parse_date(data.get("received_on") or at.date())
    except Bad as error:
        raise Refused([Problem("INVALID", f"收到日：{error}", "received_on")]) from None


def _receive(matter: Matter, data: Mapping[str, Any], channel: str, staff_actor: Actor | None, at: datetime) -> Outcome:
    """收到: at once, by the platform online, by the clerk at the counter."""
    actor = Actor("platform", frozenset({"platform"}), "在线平台")
    if staff_actor is not None:
        actor = Actor(staff_actor.ref, staff_actor.roles | {"case_officer"}, staff_actor.label)
    on = _filed_on(data, channel, at)
    said = {} if channel == "ONLINE" else {"received_on": on.isoformat()}
    return procedures.fire_event(matter.pk, "receipt", actor, said, on=on, at=at)
