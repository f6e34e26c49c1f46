"""征询与答复: one provider is asked at a time, until somebody accepts or nobody is left (法律援助法 第36条、第43条、第55条).

Asking never takes a matter from its officer: whoever answers what, the agency's officer stays its owner, and when
nobody is left the head is told. Every step is an event of the matter; `follow` writes the chain of offers in the same
transaction, and the chain lets no second open offer in, so two clerks at once, a kill between steps or a late answer
change nothing that was done.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F, OuterRef, Subquery

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter

from . import telling
from .appointing import TO_APPOINT, appoint, asked_data, wants_provider
from .assignment import propose, round_of, still_free
from .codes import OFFER_REFUSALS
from .follow import left_out_of
from .models import AidProvider, Offer, OfferAnswer
from .refs import ref_of

__all__ = ["SYSTEM", "answer", "ask", "ask_first", "carry_on", "carry_on_all", "open_offer", "withdraw"]

log = logging.getLogger(__name__)

SYSTEM = Actor("platform", frozenset({"case_officer"}), "系统自动征询")


def open_offer(matter_id: int) -> Offer | None:
    """The offer that waits for an answer, whether its time is up or not."""
    return (
        Offer.objects.filter(matter_id=matter_id, answer__isnull=True)
        .select_related("provider__person", "provider__firm__organization").first()
    )  # fmt: skip


def _refuse(code: str, text: str, basis: str = "", field: str = "") -> Refused:
    return Refused([Problem(code, text, field, basis)])


def ask(matter_id: int, provider_id: int, actor: Actor, *, at: datetime | None = None) -> Offer:
    """Offer the matter to one provider. Raises Refused: not to be appointed now, somebody is being asked, or left out."""
    at = at or wall.now()
    procedures.settle_matter(matter_id, at)
    with transaction.atomic():
        matter = store.lock(matter_id)
        _may_ask(matter)
        waiting = open_offer(matter_id)
        if waiting is not None:
            raise _refuse("ASKING", f"正在征询{waiting.provider.person.name}，答复或者逾期以后才能征询他人")
        proposal = propose(matter, at.date())
        if all(r.one.id != provider_id for r in proposal.candidates):
            reasons = next((why for one, why in proposal.left if one.id == provider_id), ())
            text = "；".join(r.text for r in reasons) or "不在本区域的法律援助人员名册中"
            raise _refuse("LEFT_OUT", f"不能指派：{text}", next((r.basis for r in reasons if r.basis), ""), "provider")
        return _offer(matter, provider_id, actor, at, proposal.codes())


def ask_first(matter_id: int, actor: Actor = SYSTEM, *, at: datetime | None = None) -> Offer | None:
    """Ask the first of the list; tells the head and returns None when nobody is left. Raises Refused."""
    at = at or wall.now()
    procedures.settle_matter(matter_id, at)
    with transaction.atomic():
        matter = store.lock(matter_id)
        _may_ask(matter)
        if open_offer(matter_id) is not None:
            raise _refuse("ASKING", "正在征询他人，答复或者逾期以后才能再征询")
        return _next(matter, actor, at)


def _may_ask(matter: Matter) -> None:
    if not wants_provider(matter):
        raise _refuse("NOT_NOW", "这件办件现在不需要指派法律援助人员", "法律援助法 第43条")


def _offer(matter: Matter, provider_id: int, actor: Actor, at: datetime, left: dict[str, list[str]]) -> Offer:
    provider = AidProvider.objects.select_related("person", "firm__organization").get(pk=provider_id)
    number = Offer.objects.filter(matter=matter).count() + 1
    with left_out_of(left):
        procedures.fire_event(
            matter.pk, "offered", actor, {**asked_data(provider, at.date()), "offer_no": str(number)}, at=at
        )  # fmt: skip
    made = open_offer(matter.pk)
    assert made is not None and made.provider_id == provider_id
    until = made.until.astimezone(wall.SHANGHAI)
    telling.tell_provider(
        provider, "法律援助案件征询",
        f"法律援助机构拟指派您承办一件案件，请在{until.month}月{until.day}日{until:%H:%M}前答复是否接受。逾期未答复的，将征询他人。",
        at, matter,
    )  # fmt: skip
    return made


def answer(offer_id: int, accepted: bool, by: str, *, reason: str = "", at: datetime | None = None) -> OfferAnswer:
    """A provider's answer. Acceptance appoints at once; a refusal asks the next. The same answer twice acts once.

    `by` is the reference of the account that answers. Raises Refused: answered otherwise already, too late, a reason is
    missing, or something came between.
    """
    at = at or wall.now()
    found = Offer.objects.select_related("provider__person", "provider__firm__organization").get(pk=offer_id)
    procedures.settle_matter(found.matter_id, at)  # an offer whose time is up lapses first
    with transaction.atomic():
        matter = store.lock(found.matter_id)
        known = OfferAnswer.objects.filter(offer=found).first()
        if known is not None:
            if known.kind == (OfferAnswer.ACCEPTED if accepted else OfferAnswer.REFUSED) and known.by == by:
                return known
            if known.kind == OfferAnswer.LAPSED:
                carry_on(matter.pk, at)
                late = _refuse("LAPSED", "答复期限已过，这件案件已经另行征询")
            else:
                late = _refuse("ANSWERED", f"这次征询已经结束：{known.get_kind_display()}")
        else:
            late = None
            _say(matter, found, accepted, by, reason, at)
    if late is not None:
        raise late
    return OfferAnswer.objects.get(offer=found)


def _say(matter: Matter, offer: Offer, accepted: bool, by: str, reason: str, at: datetime) -> None:
    provider = offer.provider
    actor = Actor(by, frozenset({"provider"}), provider.person.name[:120])
    data = {"provider_ref": ref_of(provider.pk)}
    if not wants_provider(matter):
        raise _refuse("NOT_NOW", "这件办件已经不需要指派，请联系法律援助机构")
    if not accepted:
        if reason not in OFFER_REFUSALS:
            raise _refuse("REASON", "请选择不接受的理由", "法律援助法 第46条", "reason")
        procedures.fire_event(matter.pk, "offer_refused", actor, {**data, "reason_code": reason}, at=at)
        _next(store.lock(matter.pk), _asker(offer), at)
        return
    if reasons := still_free(offer.provider_id, matter):
        raise _refuse("LEFT_OUT", f"现在不能接受：{'；'.join(reasons)}。请选择不接受", "律师法 第39条")
    procedures.fire_event(matter.pk, "offer_accepted", actor, data, at=at)
    appoint(matter, provider, _asker(offer), at)


def _asker(offer: Offer) -> Actor:
    return Actor(offer.by, frozenset({"case_officer", "office_head"}), offer.by_label)


def withdraw(matter_id: int, actor: Actor, *, at: datetime | None = None) -> bool:
    """Take an open offer back, e.g. because the provider was penalized. False without one. Raises Refused."""
    at = at or wall.now()
    procedures.settle_matter(matter_id, at)
    with transaction.atomic():
        store.lock(matter_id)
        waiting = open_offer(matter_id)
        if waiting is None:
            return False
        office = Actor(actor.ref, actor.roles | {"case_officer"}, actor.label)
        procedures.fire_event(
            matter_id, "offer_withdrawn", office, {"provider_ref": ref_of(waiting.provider_id)}, at=at
        )
        telling.tell_provider(waiting.provider, "法律援助案件征询已撤回", "此前征询您的案件已撤回，无需答复。", at)
        return True


def _next(matter: Matter, actor: Actor, at: datetime) -> Offer | None:
    proposal = propose(matter, at.date())
    if proposal.first is None:
        _alarm(matter, at)
        return None
    return _offer(matter, proposal.first.one.id, actor, at, proposal.codes())


def _alarm(matter: Matter, at: datetime) -> None:
    """Tell the head once for each round of asking that nobody is left; the matter stays with its officer."""
    asked = round_of(matter.pk)
    told = Notice.objects.filter(matter=matter, template=telling.NONE_LEFT)
    if (told.filter(created_at__gte=asked[-1][0].at) if asked else told).exists():
        return
    telling.tell_heads(
        matter, "没有可以指派的法律援助人员",
        f"{matter.number}本次已征询{len(asked)}人，均未接受，其他人员不能指派，现由承办人员负责。请协调其他地区的人员或者本机构人员承办。",
        at, template=telling.NONE_LEFT,
    )  # fmt: skip


def carry_on(matter_id: int, at: datetime | None = None) -> Offer | None:
    """Let an offer lapse whose time is up and ask the next, where asking had begun; before anybody looks at the matter.

    Returns the new offer; None where there is nothing to do or nobody is left (the head knows).
    """
    at = at or wall.now()
    procedures.settle_matter(matter_id, at)
    with transaction.atomic():
        matter = store.lock(matter_id)
        asked = round_of(matter_id)
        last, said = asked[-1] if asked else (None, None)
        if not wants_provider(matter) or last is None or said is None:
            return None
        if said.kind == OfferAnswer.WITHDRAWN and said.by != "platform":
            return None  # somebody took it back on purpose and chooses anew
        return _next(matter, _asker(last), at)


def carry_on_all(at: datetime | None = None, *, limit: int = 500) -> int:
    """The worker's share: matters whose last offer lapsed. Returns how many new offers were made.

    One that fails is told in the log and keeps no other waiting.
    """
    at = at or wall.now()
    here = Offer.objects.filter(matter__open=True, matter__procedure="FLYZ", matter__state__in=sorted(TO_APPOINT))
    late = here.filter(answer__isnull=True, until__lte=at).order_by("until").values_list("matter_id", flat=True)
    last = Offer.objects.filter(matter=OuterRef("matter")).order_by("-number").values("number")[:1]
    stopped = (
        here.annotate(last=Subquery(last)).filter(number=F("last"), answer__kind=OfferAnswer.LAPSED)
        .exclude(matter__notices__template=telling.NONE_LEFT, matter__notices__created_at__gte=F("at"))
        .order_by("answer__at").values_list("matter_id", flat=True)
    )  # fmt: skip
    rows = list(dict.fromkeys([*late[:limit], *stopped[:limit]]))
    done = 0
    for matter_id in rows:
        try:
            done += carry_on(matter_id, at) is not None
        except DatabaseError:
            raise
        except Exception:
            log.exception("offer of matter %s could not be carried on", matter_id)
    return done
