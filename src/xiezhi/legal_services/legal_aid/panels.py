"""Parts of a matter's page: whom to ask and why not others, at the desk; who my lawyer is, at the portal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.selectors import MatterState

from . import offers, payments, sheet
from .appointing import wants_provider
from .assignment import propose
from .codes import OFFER_REFUSALS
from .models import AidCase, AidHearing, AidProvider, Offer, OfferAnswer, QualityReview, SubsidyItem
from .policies import Provides
from .subsidy import STAGE_TITLES, TAX_NOTE

__all__ = ["desk", "left_words", "portal"]

SHOWN = 12
"""Candidates shown open; the others wait folded."""


def left_words(until: datetime, now: datetime) -> str:
    """还剩5小时20分."""
    left = until - now
    if left <= timedelta(0):
        return _("已经到期")
    minutes = int(left.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("还剩%(d)s天") % {"d": hours // 24}
    return _("还剩%(h)s小时%(m)s分") % {"h": hours, "m": rest} if hours else _("还剩%(m)s分钟") % {"m": rest}


def _lapsed(matter: Matter) -> bool:
    last = Offer.objects.filter(matter=matter).select_related("answer").order_by("-number").first()
    answer = getattr(last, "answer", None) if last is not None else None
    return answer is not None and answer.kind == OfferAnswer.LAPSED and not matter.facts.get("offer_open")


def desk(request: HttpRequest, matter: Matter, state: MatterState, subject: Subject) -> Mapping[str, Any] | None:
    """The agency's panel: asking, the provider, dates, the subsidy and the review of the file."""
    roles = policies.roles_in(subject, matter)
    if not roles & {"case_officer", "office_head", "counter_clerk", "organ_head", "organ_officer"}:
        return None
    acts = bool(roles & {"case_officer", "office_head"})
    now = wall.now()
    wanted = wants_provider(matter)
    if wanted and acts and _lapsed(matter):
        offers.carry_on(matter.pk, now)
    waiting = offers.open_offer(matter.pk) if wanted else None
    proposal = propose(matter) if wanted and waiting is None and acts else None
    asked = list(
        Offer.objects.filter(matter=matter).select_related("provider__person", "provider__firm__organization", "answer").order_by("-number")[:60]
    )  # fmt: skip
    case = (
        AidCase.objects.filter(pk=matter.pk).select_related("provider__person", "provider__firm__organization").first()
    )
    item = SubsidyItem.objects.filter(matter=matter).select_related("listed").order_by("-made_at").first()
    reviews = list(QualityReview.objects.filter(matter=matter, total__isnull=False).order_by("place"))
    return {
        "acts": acts, "wants": wanted, "waiting": waiting, "left": left_words(waiting.until, now) if waiting else "",
        "candidates": proposal.candidates[:SHOWN] if proposal else [], "more": proposal.candidates[SHOWN:] if proposal else [],
        "excluded": proposal.left if proposal else [], "none": proposal is not None and not proposal.candidates,
        "asked": [(o, getattr(o, "answer", None), OFFER_REFUSALS.get(o.answer.reason, "") if hasattr(o, "answer") else "") for o in asked],
        "case": case, "refusals": OFFER_REFUSALS, "hearings": list(AidHearing.objects.filter(matter=matter, cancelled=False)),
        "subsidy": item, "calculable": acts and _calculable(matter, case, item), "result": _result(matter, case, item) if acts else None,
        "stages": STAGE_TITLES, "tax": TAX_NOTE, "reviews": [(r, sheet.grade(int(r.total or 0))) for r in reviews],
    }  # fmt: skip


def _calculable(matter: Matter, case: AidCase | None, item: SubsidyItem | None) -> bool:
    if (
        case is None
        or case.provider is None
        or case.provider.kind == AidProvider.AGENCY_STAFF
        or case.paid_on is not None
    ):
        return False
    if item is not None and item.listed_id is not None:
        return False
    return (matter.state == "CLOSED" and bool(matter.facts.get("file_accepted"))) or matter.state in (
        "TERMINATED",
        "UPHELD",
    )


def _result(matter: Matter, case: AidCase | None, item: SubsidyItem | None) -> Any:
    return payments.calculate_matter(matter) if _calculable(matter, case, item) else None


def portal(request: HttpRequest, matter: Matter, state: MatterState, subject: Subject) -> Mapping[str, Any] | None:
    """The recipient's panel: my lawyer, how to reach them, the next date, and what I can do when I am not content."""
    if Provides().test(subject, matter):
        return {"own": True}
    case = (
        AidCase.objects.filter(pk=matter.pk).select_related("provider__person", "provider__firm__organization").first()
    )
    if case is None:
        return None
    provider = case.provider
    upcoming = AidHearing.objects.filter(matter=matter, cancelled=False, at__gte=wall.now()).order_by("at").first()
    open_events = {
        code for code in ("change_requested", "complaint_received", "objected", "termination_requested")
        if matter.state in {s.code for s in state.procedure.events[code].sources}
    }  # fmt: skip
    return {
        "provider": provider, "name": provider.person.name if provider else "", "phone": provider.person.phone if provider else "",
        "firm": provider.firm.organization.name if provider and provider.firm else "", "case": case, "hearing": upcoming,
        "kind": provider.get_kind_display() if provider else "", "waiting": wants_provider(matter), "events": open_events,
        "own": False,
    }  # fmt: skip
