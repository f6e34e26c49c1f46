"""提出求助: from one page on a telephone to a filed matter with its crew, its payers and, where it must be, its alarm.

The account's real name is used as it stands. Somebody without an account is checked by name and number against the
real-name service; where that service does not answer, the report is taken all the same and the center checks by
telephone: a worker in need is never sent away because a machine is down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from xiezhi.kernel.access import acting
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.adapters import AdapterUnavailable, real_name_check
from xiezhi.kernel.people.models import IdType, Mandate, Person
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Draft, Matter, MatterEvent
from xiezhi.kernel.procedures.services import Outcome, PartyInput
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit

from . import groups
from .case_data import employer_key
from .citations import PRACTICE, W
from .models import WageCase, WageProject, project_key
from .places import center_for
from .workers import PLATFORM, enter

__all__ = ["CODE", "Checked", "check_report", "file_report"]

CODE = "QXWQ"
STAFF_ROLES = frozenset({"case_officer", "office_head", "counter_clerk"})
WHO = ("name", "mobile", "id_no")


@dataclass
class Checked:
    """Answers that passed, and what follows from them."""

    data: dict[str, Any]
    who: dict[str, Any]
    center: Unit | None
    organ: Unit | None
    problems: list[Problem]
    person: Person | None = None
    mandate: Mandate | None = None
    project: WageProject | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    own: str = ""


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(str(value).replace(",", "").replace("，", "").strip() or 0)
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def check_report(
    account: Account | None,
    answers: Mapping[str, Any],
    *,
    channel: str,
    staff: bool = False,
    at: datetime | None = None,
) -> Checked:
    """Everything that can be told before sending; nothing is written."""
    at = at or wall.now()
    form = registry.get(CODE, on=at.date()).events["filed"].form
    names = {f.name for f in form}
    data = {k: v for k, v in answers.items() if k in names and v not in (None, "", [], {})}
    data["channel"] = channel
    out = Checked(data, {}, None, None, [])
    _who(out, account, answers)
    _sum(out, answers)
    _crew(out)
    _ended(out)
    _project(out)
    center, organ = center_for(str(out.data.get("county") or ""))
    out.center, out.organ = center, organ
    if center is None:
        out.problems.append(Problem("COUNTY", "请选择干活的地方在哪个县（市、区）", "county", W(10, 3)))
    _, problems = coerce(form, data)
    taken = {p.field.split(".")[0] for p in out.problems}
    out.problems += [p for p in problems if p.field.split(".")[0] not in taken]
    return out


def _who(out: Checked, account: Account | None, answers: Mapping[str, Any]) -> None:
    """Who is owed: the principal of a mandate or the account's person as they are known, else name, telephone, number."""
    out.mandate = acting.for_account(account, answers.get("mandate"), CODE)
    person = out.mandate.principal if out.mandate is not None else account.person if account is not None else None
    if person is not None:
        out.person = person
        out.who = {
            "name": person.name,
            "mobile": str(answers.get("mobile") or person.phone or ""),
            "id_no": person.id_no or "",
        }
    else:
        out.who = {n: str(answers.get(n) or "").strip() for n in WHO}
        if not out.who["name"]:
            out.problems.append(Problem("REQUIRED", "请填写您的姓名", "name", PRACTICE))
        if not out.who["id_no"]:
            out.problems.append(Problem("REQUIRED", "请填写身份证号", "id_no", PRACTICE))
        else:
            try:
                out.who["id_no"] = people.normalize_id(IdType.RESIDENT, out.who["id_no"])
            except ids.InvalidNumber as error:
                out.problems.append(Problem("IDENTITY", str(error), "id_no", PRACTICE))
    if not out.who["mobile"]:
        out.problems.append(Problem("REQUIRED", "请填写手机号，我们今天给您打电话", "mobile", PRACTICE))
    else:
        try:
            out.who["mobile"] = ids.phone_check(out.who["mobile"])
        except ids.InvalidNumber as error:
            out.problems.append(Problem("MOBILE", str(error), "mobile", PRACTICE))
    out.data["applicant"] = {k: v for k, v in out.who.items() if v and k != "id_no"} | (
        {"id_no": out.who["id_no"]} if out.who.get("id_no") else {}
    )


def _sum(out: Checked, answers: Mapping[str, Any]) -> None:
    """The sum: given as a whole, or months by pay; of a crew the lines of the list where they say more."""
    if _decimal(out.data.get("owed")) > 0:
        return
    total = _decimal(out.data.get("months")) * _decimal(out.data.get("monthly"))
    if total > 0:
        count = max(1, int(_decimal(out.data.get("worker_count"))) or 1)
        rows = [r for r in out.data.get("workers") or [] if isinstance(r, Mapping)]
        listed = sum((_decimal(r.get("amount")) for r in rows), Decimal(0))
        out.data["owed"] = str((total + listed) if rows else total * count)
        out.own = str(total)
    elif not answers.get("owed"):
        out.problems.append(Problem("REQUIRED", "请填写一共欠多少钱；或者填几个月、每月多少", "owed", W(16)))


def _crew(out: Checked) -> None:
    rows = []
    for i, raw in enumerate(out.data.get("workers") or []):
        row = {
            k: str(v).strip()
            for k, v in dict(raw).items()
            if v not in (None, "") and k in ("name", "mobile", "id_no", "amount", "note")
        }
        if not row:
            continue
        if not row.get("name"):
            out.problems.append(Problem("REQUIRED", f"工友第{i + 1}行没有姓名", "workers", PRACTICE))
            continue
        if row.get("mobile"):
            try:
                row["mobile"] = ids.phone_check(row["mobile"])
            except ids.InvalidNumber as error:
                out.problems.append(Problem("MOBILE", f"{row['name']}的手机号：{error}", "workers", PRACTICE))
        rows.append(row)
    mobiles = [r["mobile"] for r in rows if r.get("mobile")] + [out.who.get("mobile", "")]
    if len(set(mobiles)) != len(mobiles):
        out.problems.append(
            Problem("SAME_MOBILE", "有两个人填了同一个手机号；每个人要用自己的手机确认", "workers", PRACTICE)
        )
    out.rows = rows
    if rows:
        out.data["workers"] = rows
        out.data["worker_count"] = max(len(rows) + 1, int(_decimal(out.data.get("worker_count"))))
        listed = sum((_decimal(r.get("amount")) for r in rows), Decimal(0))
        if _decimal(out.data.get("owed")) < listed:
            out.problems.append(Problem("SUM", f"工友的数额合计{listed:,.2f}元，比总数还多，请核对总数", "owed", W(16)))
    else:
        out.data.pop("workers", None)
        out.data.setdefault("worker_count", 1)


def _ended(out: Checked) -> None:
    if str(out.data.get("employed")).lower() in ("true", "1", "on", "是"):
        out.data.pop("ended_on", None)


def _project(out: Checked) -> None:
    """The known project of this name in this county, and the employer's credit code when it is a good one."""
    text, county = str(out.data.get("project_name") or ""), str(out.data.get("county") or "")
    chosen = str(out.data.get("project") or "")
    if chosen.isdecimal():
        out.project = WageProject.objects.filter(pk=int(chosen)).first()
    if out.project is None and text and county.isdecimal():
        out.project = WageProject.objects.filter(county_id=int(county), key=project_key(text)).first()
    if out.project is not None:
        known = out.project
        out.data["project"], out.data["project_name"] = str(known.pk), known.name
        for name, value in (("contractor_name", known.contractor), ("developer_name", known.developer),
                            ("contractor_usc", known.contractor_usc), ("developer_usc", known.developer_usc)):  # fmt: skip
            if value:
                out.data.setdefault(name, value)
        out.data["industry"] = known.industry
        if not county and known.county_id:
            out.data["county"] = str(known.county_id)
        out.data.setdefault("town", known.town)
    else:
        out.data.pop("project", None)
    for name in ("employer_usc", "contractor_usc", "developer_usc"):
        if out.data.get(name):
            try:
                out.data[name] = ids.usc_check(str(out.data[name]), fictional=people.fictional_allowed()).number
            except ids.InvalidNumber as error:
                out.problems.append(Problem("CREDIT_CODE", str(error), name, PRACTICE))


def file_report(
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
    """File a report of unpaid wages; one transaction with crew, alarm and flag. `answers` carry the fields of the event
    `filed`, `county` (a unit) and, without an account, `name`, `mobile`, `id_no`. The same `request_key` gives the first
    answer again. Raises Refused with every problem and its field; then nothing is stored."""
    at = at or wall.now()
    staff = staff_actor is not None
    channel = "WEB" if channel == "ONLINE" else channel
    with transaction.atomic():
        known = (
            MatterEvent.objects.select_related("matter").filter(request_key=request_key).first()
            if request_key
            else None
        )
        if known is not None:
            return Outcome(known.matter, None, repeated=True)
        checked = check_report(None if staff else account, answers, channel=channel, staff=staff, at=at)
        if not staff and channel not in ("WEB", "WECHAT", "KIOSK"):
            checked.problems.append(Problem("CHANNEL", "这种方式由工作人员登记", "channel", PRACTICE))
        person = checked.person
        if not checked.problems and person is None:
            person = _identify(checked)
        if checked.problems or checked.center is None:
            raise Refused(checked.problems)
        if staff and staff_units is not None and checked.center.pk not in staff_units:
            text = f"这个工地由{checked.center.name}办理，本窗口不能登记；请转交，求助日期保留不变"
            raise Refused([Problem("OTHER_OFFICE", text, "county", W(10, 3))])
        crew = bool(checked.rows)
        own = checked.own
        data = {k: v for k, v in checked.data.items() if k not in ("attachments",) and v not in (None, "", [], {})}
        _make_project(checked, data, at)
        opened = procedures.open_matter(
            CODE, "filed", _filer(account, staff_actor, crew, checked.mandate), data, handling_unit=checked.center.pk,
            organ=checked.organ.pk if checked.organ else None, parties=_parties(account, checked, person, crew, staff),
            on=at.date(), at=at, request_key=request_key,
        )  # fmt: skip
        matter = opened.matter
        mine = own or ("" if crew else data.get("owed"))
        enter(
            matter,
            checked.rows,
            at,
            first=2,
            filer={**checked.who, "person_id": person.pk if person else None, "amount": mine},
        )
        _attach(matter, files, draft, _filer(account, staff_actor, crew).ref, at, staff)
        if draft is not None:
            draft.delete()
        return Outcome(_warn(matter, data, at), opened.effects)


def _identify(checked: Checked) -> Person | None:
    """The person record of a guest, after the real-name service has confirmed name and number."""
    who = checked.who
    try:
        result = real_name_check().check(who["name"], str(IdType.RESIDENT), who["id_no"])
    except AdapterUnavailable:
        return None
    if not result.confirmed:
        checked.problems.append(Problem("IDENTITY", result.reason or "姓名和身份证号对不上，请核对", "id_no", PRACTICE))
        return None
    try:
        person, _ = people.register_person(
            name=who["name"], id_no=who["id_no"], phone=who["mobile"], demo=people.fictional_allowed() and result.demo
        )
    except (people.PeopleError, ids.InvalidNumber) as error:
        checked.problems.append(Problem("IDENTITY", str(error), "id_no", PRACTICE))
        return None
    return person


def _make_project(checked: Checked, data: dict[str, Any], at: datetime) -> None:
    """A site nobody has reported yet becomes a project, so that the next report about it finds it."""
    if checked.project is not None or not data.get("project_name"):
        return
    county = str(data.get("county") or "")
    project, _ = WageProject.objects.get_or_create(
        county_id=int(county) if county.isdecimal() else None, key=project_key(str(data["project_name"]))[:120],
        defaults={
            "name": str(data["project_name"])[:120], "industry": str(data.get("industry") or "OTHER"),
            "contractor": str(data.get("contractor_name") or ""), "developer": str(data.get("developer_name") or ""),
            "contractor_usc": str(data.get("contractor_usc") or ""), "developer_usc": str(data.get("developer_usc") or ""),
            "town": str(data.get("town") or ""), "created_at": at,
        },
    )  # fmt: skip
    checked.project = project
    data["project"] = str(project.pk)


def _filer(account: Account | None, staff_actor: Actor | None, crew: bool, mandate: Mandate | None = None) -> Actor:
    if staff_actor is not None:
        return Actor(staff_actor.ref, staff_actor.roles | {"case_officer"}, staff_actor.label)
    role = "representative" if crew else "applicant"
    # the history says in which part somebody reported; who it was stands in the party row, which can be erased
    return Actor(
        f"account:{account.uid}" if account is not None else "guest",
        frozenset({role}),
        ("工友代表" if crew else "求助人") + (f"（{mandate.number}）" if mandate is not None else ""),
    )


def _parties(
    account: Account | None, checked: Checked, person: Person | None, crew: bool, staff: bool
) -> list[PartyInput]:
    who = checked.who
    sealed = {"contact": who["mobile"]} | ({"id_no": who["id_no"]} if who.get("id_no") else {})
    # who acts by a mandate reaches the matter through it and is no party; what ends with the mandate ends here too
    own = account.pk if account is not None and not staff and checked.mandate is None else None
    pk = person.pk if person else None
    out = [
        PartyInput(
            "applicant", who["name"], "CITIZEN", person_id=pk, account_id=own, sealed=sealed, e_service=own is not None
        )
    ]
    if crew:
        out.append(PartyInput("representative", who["name"], "CITIZEN", person_id=pk, account_id=own))
    return out


def _attach(matter: Matter, files: Iterable[Any], draft: Draft | None, ref: str, at: datetime, staff: bool) -> None:
    """Photos become material of the matter; only those of this very draft or reporter can."""
    wanted = [f.pk if isinstance(f, Attachment) else int(f) for f in files]
    rows = Attachment.objects.filter(matter__isnull=True, withdrawn_at__isnull=True)
    mine = Q(pk__in=wanted) & Q(draft__isnull=True, submitted_by=ref) if wanted and ref != "guest" else Q(pk__in=[])
    if draft is not None:
        mine |= Q(draft=draft)
    rows.filter(mine).update(
        matter=matter,
        draft=None,
        event_seq=1,
        submitted_role="applicant",
        submitted_by=ref,
        submitted_on=at.date(),
        scanned=staff,
    )


def _warn(matter: Matter, data: Mapping[str, Any], at: datetime) -> Matter:
    """The alarm of a group matter and the flag of a repeat employer, before anybody has opened the report."""
    param = registry.get(CODE, on=at.date()).parameters
    on = at.date()
    project = str(data.get("project") or "")
    others: dict[str, Any] = {"people": 0, "sum": Decimal(0)}
    if project.isdecimal():
        found = WageCase.objects.filter(project_id=int(project), matter__open=True).exclude(pk=matter.pk)
        total = found.aggregate(people=Sum("workers"), sum=Sum("owed"))
        others = {"people": total["people"] or 0, "sum": total["sum"] or Decimal(0)}
    grounds = groups.reasons(
        workers=int(data.get("worker_count") or 1), owed=_decimal(data.get("owed")), threat=str(data.get("threat") or ""),
        limit_workers=int(_param(matter, "group_workers", param, on)), limit_owed=Decimal(str(_param(matter, "group_owed", param, on))),
        project_workers=int(others["people"]), project_owed=Decimal(others["sum"]),
    )  # fmt: skip
    if grounds:
        procedures.fire_event(
            matter.pk, "alarmed", PLATFORM, {"grounds": "；".join(said for _, said in grounds)}, at=at
        )
    key = employer_key(data)
    if key:
        since = on.replace(year=on.year - 2) if (on.month, on.day) != (2, 29) else on.replace(year=on.year - 2, day=28)
        earlier = (
            WageCase.objects.filter(employer_key=key, reported_on__gte=since)
            .exclude(pk=matter.pk)
            .aggregate(n=Count("pk"))["n"]
        )
        if earlier + 1 >= int(_param(matter, "repeat_count", param, on)):
            procedures.fire_event(matter.pk, "repeat_flagged", PLATFORM, {"earlier": earlier}, at=at)
    return Matter.objects.get(pk=matter.pk)


def _param(matter: Matter, name: str, declared: Mapping[str, Any], on: Any) -> Any:
    from xiezhi.kernel.procedures import store

    local = store.overrides(CODE, matter.handling_unit_id)
    return (local.get(name) or declared[name]).at(on)
