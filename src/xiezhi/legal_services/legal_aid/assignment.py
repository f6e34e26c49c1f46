"""Whom to ask: providers of the county with load, ties and history, ranked for one matter (legal-services.md 3, 16)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import crypto
from xiezhi.kernel.procedures.models import Matter

from .codes import LITIGATION
from .conflicts import Candidate, Need
from .models import AidCase, AidProvider, AidSide, Offer, OfferAnswer, ProviderPenalty, ProviderTie
from .ranking import Proposal, rank

__all__ = ["blind_name", "blind_organization", "blind_person", "candidates", "need_of", "propose", "round_of"]

LIMIT = 2000
"""Providers of one county that are compared; more than any county has."""


def blind_person(uid: Any) -> str:
    """Key of a person known by a person record."""
    return crypto.blind("legal_aid.side", f"person:{uid}").hex()


def blind_organization(pk: int | str) -> str:
    """Key of an organization known by its record."""
    return crypto.blind("legal_aid.side", f"organization:{pk}").hex()


def blind_name(name: str) -> str:
    """Key of somebody known by name alone: enough to ask about a conflict, never to tell two people are one."""
    return crypto.blind("legal_aid.side", f"name:{''.join(name.split())}").hex()


def round_of(matter_id: int) -> list[tuple[Offer, OfferAnswer | None]]:
    """Offers since the last acceptance (or since the beginning), oldest first: this round of asking."""
    rows = list(Offer.objects.filter(matter_id=matter_id).select_related("answer").order_by("number"))
    found: list[tuple[Offer, OfferAnswer | None]] = []
    for row in rows:
        answer = getattr(row, "answer", None)
        if answer is not None and answer.kind == OfferAnswer.ACCEPTED:
            found = []
        else:
            found.append((row, answer))
    return found


def need_of(matter: Matter, today: date | None = None) -> Need:
    """What the matter asks of its provider; five small statements."""
    case = AidCase.objects.get(pk=matter.pk)
    today = today or wall.today()
    sides = list(AidSide.objects.filter(matter_id=matter.pk).select_related("firm"))
    recipients = frozenset(s.key for s in sides if s.side != AidSide.OPPONENT)
    opponents = frozenset(s.key for s in sides if s.side == AidSide.OPPONENT)
    against = {s.firm.family for s in sides if s.side == AidSide.OPPONENT and s.firm is not None}
    against |= _families_for(opponents, matter.pk)
    asked = {o.provider_id: a.kind for o, a in round_of(matter.pk) if a is not None}
    replaced = set(
        OfferAnswer.objects.filter(offer__matter_id=matter.pk, kind=OfferAnswer.ACCEPTED)
        .values_list("offer__provider_id", flat=True)
    )  # fmt: skip
    facts = matter.facts
    return Need(
        matter.pk, today, matter.county_id, case.matter_type, litigation=case.kind in LITIGATION,
        lawyer_only=case.kind == "CRIMINAL", life_or_death=case.life_or_death, recipients=recipients, opponents=opponents,
        firms_against=frozenset(against), case_organ=case.case_organ_id,
        wished="".join(str(facts.get("wish_provider") or "").split()), language=str(facts.get("wish_language") or "").strip(),
        sex={"F": "2", "M": "1"}.get(str(facts.get("wish_sex") or ""), ""), asked=asked, replaced=frozenset(replaced),
    )  # fmt: skip


def _families_for(keys: Iterable[str], but: int) -> set[int]:
    """Firms that act in an open matter for somebody who is an opponent here."""
    wanted = list(keys)
    if not wanted:
        return set()
    rows = AidCase.objects.filter(
        matter__aid_sides__key__in=wanted, matter__aid_sides__side=AidSide.RECIPIENT, firm_family__isnull=False,
        matter__open=True,
    ).exclude(pk=but)  # fmt: skip
    return {family for family in rows.values_list("firm_family", flat=True) if family is not None}


def _penalties(ids: Sequence[int]) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = ProviderPenalty.objects.filter(
        provider_id__in=ids, kind__in=(ProviderPenalty.STOP, ProviderPenalty.REVOKE)
    ).values_list("provider_id", "valid_from", "valid_to")
    for provider, since, until in rows:
        found[provider].append((since, until))
    return found


def _ties(ids: Sequence[int], keys: Iterable[str]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    wanted = list(keys)
    rows = ProviderTie.objects.filter(provider_id__in=ids, key__in=wanted) if wanted else ()
    for tie in rows:
        # the strongest tie wins: kin keeps a provider out on either side
        if found[tie.provider_id].get(tie.key) != ProviderTie.KIN:
            found[tie.provider_id][tie.key] = tie.kind
    return found


def _clients(ids: Sequence[int], keys: Iterable[str], but: int) -> dict[int, set[str]]:
    """Which of these keys a provider has acted for in any aid matter, closed ones included."""
    found: dict[int, set[str]] = defaultdict(set)
    wanted = list(keys)
    if wanted:
        rows = (
            OfferAnswer.objects.filter(kind=OfferAnswer.ACCEPTED, offer__provider_id__in=ids, offer__matter__aid_sides__key__in=wanted,
                                       offer__matter__aid_sides__side=AidSide.RECIPIENT)
            .exclude(offer__matter_id=but).values_list("offer__provider_id", "offer__matter__aid_sides__key")
        )  # fmt: skip
        for provider, key in rows:
            found[provider].add(key)
        own = AidCase.objects.filter(
            provider_id__in=ids, matter__aid_sides__key__in=wanted, matter__aid_sides__side=AidSide.RECIPIENT
        ).exclude(pk=but).values_list("provider_id", "matter__aid_sides__key")  # fmt: skip
        for provider, key in own:
            found[provider].add(key)
    return found


def _loads(ids: Sequence[int], today: date) -> tuple[Counter[int], Counter[int], dict[int, datetime]]:
    """Running matters, matters of a year, and the last time somebody was asked."""
    cases = (
        AidCase.objects.filter(provider_id__in=ids).values("provider_id")
        .annotate(n=Count("pk", filter=Q(ended_on__isnull=True, matter__open=True)),
                  y=Count("pk", filter=Q(appointed_on__gt=today - timedelta(days=365))))
    )  # fmt: skip
    load: Counter[int] = Counter()
    year: Counter[int] = Counter()
    for row in cases:
        load[row["provider_id"]], year[row["provider_id"]] = row["n"], row["y"]
    # an open offer already takes a place
    waiting = (
        Offer.objects.filter(provider_id__in=ids, answer__isnull=True).values("provider_id").annotate(n=Count("pk"))
    )
    for open_row in waiting:
        load[open_row["provider_id"]] += open_row["n"]
    last = dict(
        Offer.objects.filter(provider_id__in=ids).values("provider_id").annotate(last=Max("at")).values_list("provider_id", "last")
    )  # fmt: skip
    return load, year, last


def candidates(need: Need, agency: int | None) -> list[Candidate]:
    """Every provider who serves the county or is registered with the agency, fit or not; eight statements for any number."""
    where = Q(counties__contains=[need.county]) if need.county is not None else Q()
    if agency is not None:
        where |= Q(agency_id=agency)
    rows = list(
        AidProvider.objects.filter(where).exclude(status=AidProvider.LEFT).select_related("person", "firm__organization")
        .order_by("id")[:LIMIT]
    )  # fmt: skip
    ids = [r.pk for r in rows]
    keys = need.recipients | need.opponents
    stops, ties = _penalties(ids), _ties(ids, keys)
    clients, (load, year, last) = _clients(ids, need.opponents, need.matter_id), _loads(ids, need.today)
    return [
        Candidate(
            r.pk, r.person.name, r.kind, r.firm.family if r.firm else None, r.firm.organization.name if r.firm else "", r.practice_since,
            frozenset(r.specialisms), frozenset(r.languages), r.person.sex, frozenset(r.counties), r.capacity, load[r.pk],
            year[r.pk], last.get(r.pk), r.status, tuple(stops.get(r.pk, ())), ties.get(r.pk, {}),
            frozenset(clients.get(r.pk, ())), blind_person(r.person.uid), r.former_organ_id, r.former_left_on,
        )
        for r in rows
    ]  # fmt: skip


def propose(matter: Matter, today: date | None = None) -> Proposal:
    """Ordered candidates with what speaks for them, and everybody else with the reasons why not."""
    need = need_of(matter, today)
    return rank(candidates(need, matter.handling_unit_id), need)


def still_free(provider_id: int, matter: Matter) -> list[str]:
    """Reasons that arose since a provider was asked, for the moment of acceptance; texts in Chinese."""
    from dataclasses import replace

    from .conflicts import left_out

    need = replace(need_of(matter), asked={})
    one = next((c for c in candidates(need, matter.handling_unit_id) if c.id == provider_id), None)
    if one is None:
        return ["已退出法律援助"]
    one = replace(one, load=max(0, one.load - 1))  # the offer being answered counts itself
    return [r.text for r in left_out(one, need)]
