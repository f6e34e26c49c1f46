"""转办: what another body needs to know, and which unit of the county it is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.notices.services import tell
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Effects, View
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.units.models import Unit, UnitStatus

from .models import WageWorker
from .rules import money_of

__all__ = ["BODIES", "aid_answers", "bodies_of", "body_of", "invite_named"]

# how the bodies of a county are called: event → (role, words in the unit's name)
BODIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "aid_referred": ("legal_aid_body", ("法律援助",)),
    "mediation_referred": ("mediation_body", ("劳动人事争议调解", "劳动争议调解", "调解委员会", "调解中心")),
    "inspection_referred": ("labor_inspection", ("劳动保障监察", "劳动监察", "人力资源和社会保障", "人力资源社会保障")),
    "arbitration_filed": ("arbitration_body", ("劳动人事争议仲裁", "劳动仲裁")),
    "payment_order_filed": ("court", ("人民法院",)),
}


def bodies_of(matter: Matter, event: str) -> list[Unit]:
    """Units in the matter's territory that may take the referral, the county's own first."""
    role, words = BODIES.get(event, ("", ()))
    if not role:
        return []
    named = Q()
    for word in words:
        named |= Q(name__contains=word)
    place = Q(county_id=matter.county_id) if matter.county_id else Q()
    if matter.city_id:
        place |= Q(city_id=matter.city_id, county_id__isnull=True)
    rows = Unit.objects.filter(named, place, status=UnitStatus.ACTIVE).order_by("sort", "id")
    return sorted(
        rows[:12], key=lambda u: (u.county_id is None, next((i for i, w in enumerate(words) if w in u.name), 9), u.pk)
    )


def body_of(matter: Matter, event: str) -> Unit | None:
    """The first of them."""
    return next(iter(bodies_of(matter, event)), None)


def invite_named(matter: Matter, effects: Effects) -> None:
    """The body named in a referral becomes a party with its unit, and its staff are told: they see the matter and enter
    their result themselves. A body that is not on the platform gets the letter alone."""
    rec = effects.event
    if rec.event not in BODIES or rec.event == "aid_referred":
        return
    unit = next((u for u in bodies_of(matter, rec.event) if u.name == rec.data.get("unit_name")), None)
    if unit is None:
        return
    role = BODIES[rec.event][0]
    if not Party.objects.filter(matter=matter, role=role, unit=unit, valid_to__isnull=True).exists():
        store.add_parties(matter, [PartyInput(role, unit.name, "AUTHORITY", unit_id=unit.pk)], rec.on)
        matter.__dict__.pop("_xz_parties", None)
    staff = people.who_holds(unit, rec.on, role="respondent_handler")
    accounts = Account.objects.filter(staff__in=staff, kind=AccountKind.STAFF, is_active=True).values_list(
        "pk", flat=True
    )
    title = f"{effects.view.procedure.title}：{effects.view.procedure.events[rec.event].title}"
    for account_id in accounts:
        tell(
            account_id,
            title,
            f"{matter.number}：{matter.subject}。请在办件页面登记结果。",
            rec.at,
            matter=matter,
            template="wages.referral",
        )


def aid_answers(matter: Matter, view: View) -> dict[str, Any] | None:
    """The application for legal aid as the platform already knows it: nothing is asked again, means are never asked.

    None where the county has no legal aid agency on the platform.
    """
    unit = body_of(matter, "aid_referred")
    if unit is None:
        return None
    crew = list(
        WageWorker.objects.filter(matter=matter, state__in=[WageWorker.CONFIRMED, WageWorker.DISPUTED]).order_by(
            "-filer", "no"
        )
    )
    if not crew:
        return None
    facts = view.facts
    first, rest = crew[0], crew[1:]
    employer = "包工头" if facts.get("employer_person") else str(facts.get("employer_name") or "")
    answers: dict[str, Any] = {
        "agency": str(unit.pk), "applied_by": "SELF", "applicant": _person(first), "kind": "LABOR" if facts.get("relation") != "SERVICE" else "CIVIL",
        "matter_type": "LABOR", "claim": "PAY", "groups": ["MIGRANT_WORKER"], "status_proof": "SHARED",
        "facts_reasons": f"{facts.get('project_name') or ''}{employer}拖欠{facts.get('worker_count')}人工资共{money_of(facts, 'owed')}元（欠薪求助{matter.number}）。",
        "claim_amount": str(money_of(facts, "owed")), "other_party": [{"name": employer}] if employer else [],
        "co_recipients": [_person(w) for w in rest],
    }  # fmt: skip
    limit = next((d for d in matter.deadlines.all() if d.term in ("QX-ARB-LIMIT", "QX-SUIT-LIMIT") and d.legal), None)
    if limit is not None and limit.legal is not None:
        answers["limitation_on"] = limit.legal.isoformat()
    return answers


def _person(worker: WageWorker) -> dict[str, str]:
    found = {"name": worker.name, "mobile": worker.mobile or "", "id_no": worker.id_no or ""}
    if found["id_no"]:
        found["id_type"] = "ID"
    return {k: str(v) for k, v in found.items() if v}
