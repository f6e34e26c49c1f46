"""What follows from an event in the same transaction: the chain of offers, the provider as a party, subsidies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Effects, Recorded, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.procedures.services import PartyInput

from .models import AidHearing, AidProvider, Offer, OfferAnswer, SubsidyItem
from .refs import provider_by_ref
from .subsidy import decimal

__all__ = ["follow", "left_out_of"]

_left: ContextVar[Mapping[str, list[str]] | None] = ContextVar("left_out", default=None)
_ENDS = {
    "offer_accepted": OfferAnswer.ACCEPTED, "offer_refused": OfferAnswer.REFUSED, "offer_withdrawn": OfferAnswer.WITHDRAWN,
    "offer_lapsed": OfferAnswer.LAPSED,
}  # fmt: skip


@contextmanager
def left_out_of(codes: Mapping[str, list[str]]) -> Iterator[None]:
    """Keep with the offer that is made inside why others were not asked."""
    token = _left.set(codes)
    try:
        yield
    finally:
        _left.reset(token)


def follow(matter: Matter, effects: Effects) -> None:
    """Rows that mirror what was recorded. Raises Refused where an event names nobody of the roll; it is undone then."""
    for rec in effects.recorded:
        if rec.event == "offered":
            _offered(matter, effects, rec)
        elif rec.event in _ENDS:
            _answered(matter, rec, _ENDS[rec.event])
        elif rec.event in ("appointed", "terminated", "notice_withdrawn"):
            _closed_offer(matter, rec)
            if rec.event == "appointed":
                _appointed(matter, rec)
        elif rec.event == "replaced":
            _replaced(matter, rec)
        elif rec.event == "hearing_noted":
            _hearing(matter, rec)
        elif rec.event == "subsidy_calculated":
            _subsidy(matter, effects, rec)


def _named(rec: Recorded) -> AidProvider:
    found = provider_by_ref(rec.data.get("provider_ref"))
    if found is None:
        text = "请在本页“法律援助人员”一栏选择人选，或者填写名册中的执业证号"
        raise Refused([Problem("UNKNOWN_PROVIDER", text, "provider_ref", "法律援助法 第43条")])
    return found


def _offered(matter: Matter, effects: Effects, rec: Recorded) -> None:
    provider = _named(rec)
    before = Offer.objects.filter(matter=matter).select_related("answer").order_by("-number").first()
    clock = next((c for c in effects.clocks if c.term.id == "LA-OFFER"), None)
    until = clock.due_at if clock is not None and clock.due_at is not None else rec.at + timedelta(hours=24)
    replacement = OfferAnswer.objects.filter(offer__matter=matter, kind=OfferAnswer.ACCEPTED).exists()
    try:
        with transaction.atomic():
            Offer.objects.create(
                matter=matter, number=before.number + 1 if before else 1, provider=provider,
                after=getattr(before, "answer", None) if before else None, at=rec.at, until=until, by=rec.actor,
                by_label=rec.label[:120], replacement=replacement, left_out=dict(_left.get() or {}),
            )  # fmt: skip
    except IntegrityError as error:
        text = "这件办件刚刚已经征询了他人，请刷新页面查看"
        raise Refused([Problem("ASKING", text, "", "法律援助法 第43条")]) from error


def _waiting(matter: Matter) -> Offer | None:
    return Offer.objects.filter(matter=matter, answer__isnull=True).first()


def _answered(matter: Matter, rec: Recorded, kind: str) -> None:
    waiting = _waiting(matter)
    if waiting is not None:
        reason = str(rec.data.get("reason_code") or "")
        if kind == OfferAnswer.REFUSED and not reason:
            reason = "OTHER"
        OfferAnswer.objects.create(offer=waiting, kind=kind, reason=reason, at=rec.at, by=rec.actor or "platform")


def _closed_offer(matter: Matter, rec: Recorded) -> None:
    """An offer that is open while the matter goes on without it: accepted by the one who is appointed, else taken back."""
    waiting = _waiting(matter)
    if waiting is None:
        return
    same = rec.event == "appointed" and _named(rec).pk == waiting.provider_id
    kind = OfferAnswer.ACCEPTED if same else OfferAnswer.WITHDRAWN
    OfferAnswer.objects.create(offer=waiting, kind=kind, at=rec.at, by=rec.actor or "platform")


def _appointed(matter: Matter, rec: Recorded) -> None:
    """The provider becomes a party with their own account; whoever acted before leaves."""
    provider = _named(rec)
    Party.objects.filter(matter=matter, role="provider", valid_to__isnull=True).update(valid_to=rec.on)
    store.add_parties(matter, [PartyInput(
        "provider", provider.person.name, "LAWYER", person_id=provider.person_id, account_id=provider.account_id,
        detail={"provider": provider.pk, "firm": provider.firm.organization.name if provider.firm else ""},
    )], rec.on)  # fmt: skip
    matter.__dict__.pop("_xz_parties", None)


def _replaced(matter: Matter, rec: Recorded) -> None:
    Party.objects.filter(matter=matter, role="provider", valid_to__isnull=True).update(valid_to=rec.on)


def _hearing(matter: Matter, rec: Recorded) -> None:
    from datetime import datetime, time

    from xiezhi.kernel.calendar.clock import SHANGHAI

    on = rec.date("hearing_on")
    if on is None or AidHearing.objects.filter(matter=matter, at__date=on, cancelled=False).exists():
        return
    AidHearing.objects.create(
        matter=matter, kind=AidHearing.HEARING, at=datetime.combine(on, time(9), SHANGHAI),
        place=str(rec.data.get("court") or "")[:120], by=rec.actor,
    )  # fmt: skip


def _subsidy(matter: Matter, effects: Effects, rec: Recorded) -> None:
    provider = provider_by_ref(effects.view.facts.get("provider_ref"))
    if provider is None:
        return
    clock = next((c for c in effects.clocks if c.term.id == "LA-SUBSIDY"), None)
    lines: list[dict[str, Any]] = _lines.get() or [
        {"title": str(i.get("item") or ""), "quantity": str(i.get("count") or 1), "rate": str(i.get("amount") or ""),
         "amount": str(i.get("amount") or ""), "basis": ""}
        for i in rec.data.get("items") or () if isinstance(i, Mapping)
    ]  # fmt: skip
    values = {
        "amount": decimal(rec.data.get("amount")), "lines": lines, "due_on": clock.legal if clock else None, "made_at": rec.at,
    }  # fmt: skip
    row, created = SubsidyItem.objects.get_or_create(matter=matter, provider=provider, defaults=values)
    if not created:
        if row.listed_id is not None:
            raise Refused([Problem("LISTED", "这件补贴已经列入发放表，不能再核定", "", "法律援助法 第52条")])
        SubsidyItem.objects.filter(pk=row.pk).update(**values)


_lines: ContextVar[list[dict[str, Any]] | None] = ContextVar("subsidy_lines", default=None)


@contextmanager
def lines_of(lines: list[dict[str, Any]]) -> Iterator[None]:
    """Keep with the item that is fixed inside how its amount was calculated."""
    token = _lines.set(lines)
    try:
        yield
    finally:
        _lines.reset(token)
