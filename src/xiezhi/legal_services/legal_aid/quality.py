"""质量评查: peers look at closed files drawn at random (法律援助法 第57条).

Two lawyers of other firms score each file by the declared sheet; the file's own provider and firm never take part. The
provider may answer. Remarks and answers are sealed. The mean of two sheets is the matter's score; when they lie far
apart, the office is told to look itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.sealing import seal, unseal

from . import telling
from .models import AidCase, AidProvider, AidSide, QualityReview
from .providers import stopped_providers
from .sheet import VERSION, draw, problems_of, total_of

__all__ = [
    "APART",
    "closed_files",
    "draw_reviews",
    "final_score",
    "redraw_reviewer",
    "remarks_of",
    "reply",
    "reply_of",
    "score",
]

_PLATFORM = Actor("platform", frozenset({"case_officer"}), "同行评查")
APART = 20
"""Points between two sheets from which the office looks itself."""
DAYS = 30


def closed_files(agency_id: int, since: date, until: date) -> QuerySet[AidCase]:
    """Files closed in [since, until) that nobody has reviewed."""
    return AidCase.objects.filter(
        matter__handling_unit_id=agency_id, closed_on__gte=since, closed_on__lt=until, provider__isnull=False
    ).annotate(n=Count("matter__aid_reviews")).filter(n=0)  # fmt: skip


def _reviewers(case: AidCase, today: date) -> list[AidProvider]:
    """Lawyers who may score this file: of another firm family, not bound to it, not stopped."""
    keys = list(AidSide.objects.filter(matter_id=case.pk).values_list("key", flat=True))
    firms = {case.firm_family} | {
        s.firm.family for s in AidSide.objects.filter(matter_id=case.pk, firm__isnull=False).select_related("firm") if s.firm
    }  # fmt: skip
    firms.discard(None)
    rows = (
        AidProvider.objects.filter(agency__prov_id=case.matter.prov_id, kind=AidProvider.LAWYER, status=AidProvider.ACTIVE,
                                   firm__isnull=False)
        .exclude(pk=case.provider_id or 0).exclude(pk__in=stopped_providers(today)).exclude(ties__key__in=keys)
        .exclude(offers__matter_id=case.pk).select_related("firm", "person")
    )  # fmt: skip
    return [r for r in rows if r.firm is not None and r.firm.family not in firms]


def _two(case: AidCase, waiting: Counter[int], seed: str, today: date, but: Sequence[int] = ()) -> list[AidProvider]:
    """Reviewers in order of the draw: fewest open reviews first, two of different firms."""
    pool = [p for p in _reviewers(case, today) if p.pk not in but]
    pool.sort(key=lambda p: (waiting[p.pk], sha256(f"{seed}:{case.pk}:{p.pk}".encode()).digest()))
    found: list[AidProvider] = []
    for one in pool:
        assert one.firm is not None
        if all(one.firm.family != f.firm.family for f in found if f.firm is not None):
            found.append(one)
        if len(found) == 2:
            break
    return found


@transaction.atomic
def draw_reviews(
    agency_id: int, since: date, until: date, number: int, seed: str, *, at: datetime | None = None
) -> list[QualityReview]:
    """Draw files and reviewers. The same seed draws the same files, so the draw can be proved. Raises Refused."""
    at = at or wall.now()
    files = closed_files(agency_id, since, until).select_related("matter")
    ids = draw(list(files.order_by("pk").values_list("pk", flat=True)), number, seed)
    if not ids:
        raise Refused([Problem("NOTHING", "这段时间没有可以抽取的已结案件", "since")])
    waiting: Counter[int] = Counter(
        QualityReview.objects.filter(state=QualityReview.ASKED).values_list("reviewer_id", flat=True)
    )
    made = []
    # In an order of their own: who reviews a file depends on who was given one before, and the draw can be proved.
    for case in AidCase.objects.filter(pk__in=ids).select_related("matter").order_by("pk"):
        pair = _two(case, waiting, seed, at.date())
        if len(pair) < 2:
            text = f"{case.matter.number}找不到两名其他律师事务所的评查人，请先在名册中补充"
            raise Refused([Problem("NO_REVIEWERS", text, "number")])
        for place, one in enumerate(pair, 1):
            waiting[one.pk] += 1
            made.append(QualityReview(
                matter_id=case.pk, reviewer=one, place=place, sheet=VERSION, asked_at=at, due_on=at.date() + timedelta(days=DAYS),
                draw=seed[:64],
            ))  # fmt: skip
            telling.tell_provider(
                one, "法律援助案件质量评查", f"您被抽取为一件已结案件的评查人，请在{DAYS}日内完成评分。", at
            )
    return QualityReview.objects.bulk_create(made)


@transaction.atomic
def redraw_reviewer(review: QualityReview, *, at: datetime | None = None) -> QualityReview:
    """Another reviewer in the place of one who cannot (tie, illness). Raises Refused where the sheet is filled."""
    at = at or wall.now()
    review = QualityReview.objects.select_for_update().get(pk=review.pk)
    if review.state != QualityReview.ASKED:
        raise Refused([Problem("DONE", "评分已经完成，不能更换评查人", "")])
    case = AidCase.objects.select_related("matter").get(pk=review.matter_id)
    others = list(QualityReview.objects.filter(matter_id=case.pk).select_related("reviewer__firm").order_by("pk"))
    other = next((r for r in others if r.pk != review.pk), None)
    waiting: Counter[int] = Counter(
        QualityReview.objects.filter(state=QualityReview.ASKED).values_list("reviewer_id", flat=True)
    )
    but = [r.reviewer_id for r in others]
    family = other.reviewer.firm.family if other and other.reviewer.firm else None
    pool = [p for p in _reviewers(case, at.date()) if p.pk not in but and p.firm and p.firm.family != family]
    if not pool:
        raise Refused([Problem("NO_REVIEWERS", "名册中没有可以替换的评查人", "")])
    review.reviewer = min(pool, key=lambda p: (waiting[p.pk], p.pk))
    review.asked_at, review.due_on = at, at.date() + timedelta(days=DAYS)
    review.save(update_fields=["reviewer", "asked_at", "due_on"])
    telling.tell_provider(
        review.reviewer, "法律援助案件质量评查", f"您被抽取为一件已结案件的评查人，请在{DAYS}日内完成评分。", at
    )
    return review


@transaction.atomic
def score(review_id: int, reviewer: AidProvider, scores: Mapping[str, object], remarks: str, *, at: datetime | None = None) -> QualityReview:  # fmt: skip
    """A reviewer's sheet, once. The second sheet settles the matter's score. Raises Refused with every wrong line."""
    at = at or wall.now()
    review = QualityReview.objects.select_for_update().get(pk=review_id)
    if review.reviewer_id != reviewer.pk:
        raise Refused([Problem("NOT_ALLOWED", "这份评分表不是给您的", "")])
    if review.state != QualityReview.ASKED:
        raise Refused([Problem("DONE", "这份评分表已经提交", "")])
    wrong = [Problem("INVALID", text, code) for code, text in problems_of(scores)]
    if not remarks.strip():
        wrong.append(Problem("REQUIRED", "请写评语：做得好的和需要改进的", "remarks"))
    if wrong:
        raise Refused(wrong)
    review.scores = {code: int(str(v)) for code, v in scores.items() if str(v).isdecimal()}
    review.total, review.state, review.scored_at = total_of(scores), QualityReview.DONE, at
    review.remarks = seal({"text": remarks.strip()[:4000]}, context="aid.review")
    review.save()
    _settle(review.matter_id, at)
    return review


def final_score(totals: Sequence[int]) -> int:
    """The matter's score: the mean of its sheets, half a point up."""
    return (sum(totals) * 2 + len(totals)) // (2 * len(totals))


def _settle(matter_id: int, at: datetime) -> None:
    totals = list(
        QualityReview.objects.filter(matter_id=matter_id, total__isnull=False).values_list("total", flat=True)
    )
    if len(totals) < 2:
        return
    points = final_score([int(t) for t in totals if t is not None])
    procedures.fire_event(matter_id, "quality_reviewed", _PLATFORM, {"quality": points, "method": "FILE"}, at=at)
    case = AidCase.objects.select_related("matter__handling_unit", "provider__person").get(pk=matter_id)
    if abs(int(totals[0] or 0) - int(totals[1] or 0)) >= APART:
        telling.tell_heads(
            case.matter,
            "质量评查分差较大",
            f"{case.matter.number}的两份评分相差{APART}分以上，请复核。",
            at,
            template="aid.review_apart",
        )
    if case.provider is not None:
        telling.tell_provider(
            case.provider, "法律援助案件质量评查结果", "您承办的一件案件完成了质量评查，可以查看评语并作出说明。", at
        )


@transaction.atomic
def reply(review_id: int, provider: AidProvider, text: str, *, at: datetime | None = None) -> QualityReview:
    """The provider's own view of a sheet about their file, once. Raises Refused."""
    review = QualityReview.objects.select_for_update(of=("self",)).select_related("matter__legal_aid").get(pk=review_id)
    if review.matter.legal_aid.provider_id != provider.pk:
        raise Refused([Problem("NOT_ALLOWED", "这件案件不是您承办的", "")])
    if review.state != QualityReview.DONE:
        raise Refused([Problem("WRONG_STATE", "评分还没有完成，或者您已经作过说明", "")])
    if not text.strip():
        raise Refused([Problem("REQUIRED", "请填写说明", "text")])
    review.reply = seal({"text": text.strip()[:4000]}, context="aid.review")
    review.state, review.replied_at = QualityReview.ANSWERED, at or wall.now()
    review.save(update_fields=["reply", "state", "replied_at"])
    return review


def remarks_of(review: QualityReview) -> str:
    """The reviewer's remarks in clear."""
    return str(unseal(review.remarks, context="aid.review")["text"]) if review.remarks else ""


def reply_of(review: QualityReview) -> str:
    """The provider's answer in clear."""
    return str(unseal(review.reply, context="aid.review")["text"]) if review.reply else ""


def reviews_for(provider: AidProvider) -> QuerySet[QualityReview]:
    """Sheets to fill in, the nearest limit first, then those filled in."""
    return (
        QualityReview.objects.filter(reviewer=provider).select_related("matter__legal_aid").order_by("-state", "due_on")
    )


def about(provider: AidProvider) -> QuerySet[QualityReview]:
    """Finished sheets about the provider's own files. Who scored is not told."""
    return QualityReview.objects.filter(Q(matter__legal_aid__provider=provider), total__isnull=False).select_related("matter").order_by("-scored_at")  # fmt: skip
