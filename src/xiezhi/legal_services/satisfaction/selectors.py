"""What ratings can tell: to the person who rated, to the unit, to the public. Nobody is named to anybody else.

A list is shown only where it holds at least the smallest cell, in an order that has nothing to do with time, with the
month as the only date; so a handler cannot tell which of the matters it belongs to.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext as _

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.models import RollupCount
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.declare import Procedure
from xiezhi.kernel.units.models import Unit, UnitKind
from xiezhi.ui.figures import add_months

from . import codes, figures, params, policies, services
from .models import CallbackRow, Invitation, Rating

__all__ = [
    "Officer", "Public", "Said", "Step", "callback_rows", "find_own", "invitations_of", "mine", "officers", "public", "public_of",
    "public_units", "rectifying", "said", "step_title", "waiting",
]  # fmt: skip


def step_title(procedure: str, event: str) -> str:
    """行政复议·送达, as people read it; codes where a declaration is gone."""
    try:
        declared: type[Procedure] = registry.get(procedure)
    except LookupError:
        return procedure
    known = declared.events.get(event)
    return f"{declared.title}·{known.title}" if known else declared.title


# the person who rates


@dataclass(frozen=True)
class Step:
    """One question put to me, with my answer where I gave one."""

    invitation: Invitation
    title: str
    rating: Rating | None
    open: bool
    changeable: bool
    again: bool = False

    @property
    def words(self) -> str:
        return services.words_of(self.rating) if self.rating else ""

    @property
    def level(self) -> str:
        return codes.LEVELS[self.rating.level] if self.rating else ""


def _steps(rows: QuerySet[Invitation]) -> list[Step]:
    out = []
    for i in rows.select_related("rating", "unit", "matter", "callback__matter"):
        rating, row = getattr(i, "rating", None), getattr(i, "callback", None)
        again = row is not None and row.matter.state == "TOLD"
        title = step_title(i.procedure, i.event)
        out.append(Step(i, title, rating, services.open_now(i), services.may_change(i), again))
    return out


def mine(subject: Subject, limit: int = 100) -> list[Step]:
    """Everything I was asked about, the newest first; what was replaced by a later question is left out."""
    rows = policies.RATING_OWN.filter(subject, Invitation.objects.all())
    return _steps(rows.exclude(state=Invitation.REPLACED).order_by("-id")[:limit])


def invitations_of(subject: Subject, matter_id: int) -> list[Step]:
    """What I was asked about one matter."""
    rows = policies.RATING_OWN.filter(subject, Invitation.objects.filter(matter_id=matter_id))
    return _steps(rows.exclude(state=Invitation.REPLACED).order_by("-id")[:10])


def find_own(subject: Subject, public_id: UUID) -> Invitation | None:
    """A question put to me, or None."""
    rows = policies.RATING_OWN.filter(subject, Invitation.objects.filter(public_id=public_id))
    return rows.select_related("matter", "unit", "rating").first()


def waiting(matter_id: int) -> list[Invitation]:
    """The latest question to each party that is not too old, for the counter: answered or not, the counter shall not know."""
    rows = Invitation.objects.filter(matter_id=matter_id, valid_until__gte=wall.today()).exclude(
        state=Invitation.REPLACED
    )
    latest = {i.party_id: i for i in rows.select_related("party").order_by("id")}
    return list(latest.values())


# the unit


@dataclass(frozen=True)
class Said:
    """One rating as the unit sees it."""

    month: date
    step: str
    level: str
    bad: bool
    reasons: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Cell:
    """A list behind a number: how many there are, and the ratings where they are enough to be shown."""

    total: int
    least: int
    rows: Sequence[Said]
    reasons: Sequence[tuple[str, int]]

    @property
    def shown(self) -> bool:
        return self.total >= self.least


def said(
    unit: Unit,
    since: date,
    until: date,
    *,
    levels: Sequence[int] = (),
    procedure: str = "",
    event: str = "",
    limit: int = 200,
) -> Cell:
    """Ratings of a cell. Below the smallest cell only their number is told."""
    rows = Rating.objects.filter(
        figures.under(unit, "invitation__unit"), rated_at__date__gte=since, rated_at__date__lt=until
    )
    if levels:
        rows = rows.filter(level__in=levels)
    if procedure:
        rows = rows.filter(invitation__procedure=procedure)
    if event:
        rows = rows.filter(invitation__event=event)
    least, total = figures.minimum(), rows.count()
    if total < least:
        return Cell(total, least, (), ())
    tally: Counter[str] = Counter()
    for ticked, level in rows.values_list("reasons", "level")[:20000]:
        tally.update(codes.REASONS[level].get(r, r) for r in ticked)
    found = list(rows.select_related("invitation").order_by("-rated_at")[:limit])
    found.sort(key=lambda r: hashlib.sha256(str(r.invitation.public_id).encode()).digest())
    out = [
        Said(
            r.rated_at.astimezone(wall.SHANGHAI).date().replace(day=1), step_title(r.invitation.procedure, r.invitation.event),
            codes.LEVELS[r.level], codes.is_bad(r.level), tuple(codes.REASONS[r.level].get(c, c) for c in r.reasons), services.words_of(r),
        )
        for r in found
    ]  # fmt: skip
    # A reason that few gave would single them out.
    return Cell(total, least, out, [(words, n) for words, n in tally.most_common() if n >= least])


@dataclass(frozen=True)
class Officer:
    """One officer's ratings, for the head of the unit only and from a number on."""

    staff: Staff
    total: int
    average: float
    bad: float


def officers(unit: Unit, since: date, until: date) -> list[Officer]:
    """Officers of the unit with enough ratings; the others are not listed at all."""
    least = figures.minimum("min_officer")
    rows = (
        Rating.objects.filter(invitation__unit=unit, invitation__officer__isnull=False, rated_at__date__gte=since, rated_at__date__lt=until)
        .values("invitation__officer").annotate(n=Count("pk"), mean=Avg("level"), low=Count("pk", filter=Q(level__lte=codes.BAD)))
        .filter(n__gte=least).order_by("-n")
    )  # fmt: skip
    found = list(rows)
    staff = Staff.objects.in_bulk([r["invitation__officer"] for r in found])
    return [Officer(staff[r["invitation__officer"]], r["n"], r["mean"], r["low"] / r["n"]) for r in found]


def rectifying(subject: Subject) -> list[CallbackRow]:
    """What my unit has to put right, without anything of who said it."""
    rows = policies.RATING_RECTIFY.filter(subject, CallbackRow.objects.filter(matter__state="RECTIFYING"))
    return list(rows.select_related("matter", "unit").order_by("rectify_due", "pk")[:200])


def callback_rows(reach: Q, state: str = "") -> QuerySet[CallbackRow]:
    """Call-backs within reach, those due first."""
    rows = CallbackRow.objects.filter(
        matter__in=CallbackRow._meta.get_field("matter").related_model._default_manager.filter(reach).values("pk")
    )
    rows = rows.filter(matter__state=state) if state else rows.filter(matter__open=True)
    return rows.select_related("matter", "unit", "matter__handler").order_by("matter__due_sort", "matter_id")


# the public


@dataclass(frozen=True)
class Public:
    """A unit's satisfaction as the public sees it: share of satisfied ratings over the last twelve months, and their number."""

    unit: Unit
    total: int
    good: float
    average: float


def _twelve() -> tuple[date, date]:
    this = wall.today().replace(day=1)
    return add_months(this, -11), this


def public(unit_ids: Sequence[int], procedure: str = "") -> list[Public]:
    """Units with enough ratings, the most rated first; two queries and one for the units."""
    first, last = _twelve()
    metric = f"level:{procedure}" if procedure else "level"
    found = rollup.figures_of(list(unit_ids), figures.CODE, first, last)
    least, units = figures.minimum("min_public"), Unit.objects.in_bulk(list(unit_ids))
    out = []
    for pk, own in found.items():
        n, share, mean = (
            figures.rated(own, None, metric),
            figures.good(own, None, metric),
            figures.average(own, None, metric),
        )
        if pk in units and n >= least and share is not None and mean is not None:
            out.append(Public(units[pk], n, share, mean))
    return sorted(out, key=lambda p: (-p.total, p.unit.pk))


def public_units(text: str = "", limit: int = 300) -> list[Public]:
    """Every unit the public may compare: those that handle matters themselves."""
    since = wall.today() - timedelta(days=400)
    rows = Invitation.objects.filter(made_at__date__gte=since, rating__isnull=False)
    if text.strip():
        rows = rows.filter(unit__name__contains=text.strip()[:40])
    ids = list(rows.order_by().values_list("unit_id", flat=True).distinct()[:2000])
    return public(ids)[:limit]


def public_of(procedure: str) -> list[Public]:
    """Units with enough ratings of one service, from the counts alone."""
    first, _last = _twelve()
    rows = RollupCount.objects.filter(procedure=figures.CODE, metric=f"level:{procedure}", month__gte=first, n__gt=0)
    handling = Unit.objects.exclude(kind=UnitKind.GOVERNMENT).filter(pk__in=rows.values("unit_id"))
    return public(list(handling.values_list("pk", flat=True)[:2000]), procedure)


def least_public() -> str:
    """The rule for the public page, in words."""
    return _("评价不足%(n)s条的不公布") % {"n": params.value("min_public", wall.today())}
