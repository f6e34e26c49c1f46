"""What can be done with ratings: `rate`, `change`, `counter_code`, `by_token`, `by_code`, `report_rectified`, `rerate`.

A bad rating opens its call-back in the same transaction. Raises `NotNow` with words for the person who rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import services
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter, MatterOfficer
from xiezhi.kernel.sealing import seal, unseal
from xiezhi.kernel.units import selectors as units
from xiezhi.kernel.units.models import Unit, UnitKind, UnitPeriod, UnitStatus

from . import codes, params, tokens
from .models import CallbackRow, Invitation, Rating
from .retention import REGISTER

__all__ = [
    "MAX_WORDS", "NotNow", "asks_again", "by_code", "by_token", "callback_unit", "change", "counter_code", "may_change", "open_now", "rate",
    "report_rectified", "rerate", "words_of",
]  # fmt: skip

MAX_WORDS = 2000


class NotNow(ValueError):
    """The rating cannot be taken; the text says why and what to do. `field` names the input."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def by_token(token: str) -> Invitation | None:
    """The invitation of a link, or None."""
    if not 10 <= len(token) <= 64:
        return None
    found = Invitation.objects.select_related("matter", "unit", "rating")
    return found.filter(token_hash=tokens.digest(token)).first()


def by_code(code: str) -> Invitation | None:
    """The invitation of a code shown at the counter, while the code lives."""
    digits = "".join(c for c in code if c.isascii() and c.isdigit())
    if len(digits) != 8:
        return None
    found = Invitation.objects.select_related("matter", "unit", "rating")
    return found.filter(code_hash=tokens.code_digest(digits), code_until__gte=wall.now()).first()


def open_now(invitation: Invitation) -> bool:
    """Whether it can still be answered for the first time."""
    return invitation.state == Invitation.OPEN and invitation.valid_until >= wall.today()


def may_change(invitation: Invitation) -> bool:
    """Whether the answer can still be changed."""
    rating: Rating | None = getattr(invitation, "rating", None)
    if rating is None or invitation.state != Invitation.RATED:
        return False
    day = rating.rated_at.astimezone(wall.SHANGHAI).date()
    return wall.today() <= day + timedelta(days=int(params.value("change_days", day, invitation.unit_id)))


def words_of(rating: Rating) -> str:
    """The words of a rating, unsealed."""
    return str(unseal(rating.words, context="rating")) if rating.words else ""


def _typed(level: object, reasons: Sequence[str], words: str) -> tuple[int, list[str], str]:
    text = str(level)
    if not text.isdecimal() or int(text) not in codes.LEVELS:
        raise NotNow(_("请选择一个评价"), "level")
    number = int(text)
    known = codes.REASONS[number]
    ticked = [r for r in dict.fromkeys(reasons) if r in known]
    words = words.strip()
    if "\x00" in words:
        raise NotNow(_("含有不能保存的字符，请删去后重填"), "words")
    if len(words) > MAX_WORDS:
        raise NotNow(_("最多%(n)s字，现有%(m)s字，请缩短") % {"n": MAX_WORDS, "m": len(words)}, "words")
    return number, ticked, words


def _refuse_staff(subject: Subject | None) -> None:
    if subject is not None and (subject.staff_id is not None or subject.held or subject.admin_role):
        raise NotNow(_("工作人员账号不能评价。请退出登录，由办事的本人评价。"))


@transaction.atomic
def rate(
    invitation_id: int, level: object, reasons: Sequence[str], words: str, channel: str, subject: Subject | None = None
) -> Rating:
    """Take one rating. Raises NotNow: already rated, expired, withdrawn, or nothing chosen."""
    _refuse_staff(subject)
    number, ticked, text = _typed(level, reasons, words)
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.state == Invitation.RATED:
        raise NotNow(_("这一步已经评价过了，一次邀请只能评价一次"))
    if not open_now(invitation):
        raise NotNow(_("这个邀请已经过期或者已由新的邀请代替"))
    rating = Rating.objects.create(
        invitation=invitation, level=number, first_level=number, reasons=ticked, channel=channel, rated_at=wall.now(),
        words=seal(text, context="rating") if text else None,
    )  # fmt: skip
    invitation.state, invitation.dirty, invitation.code_hash, invitation.code_until = Invitation.RATED, True, None, None
    invitation.save(update_fields=["state", "dirty", "code_hash", "code_until"])
    if codes.is_bad(number):
        open_callback(invitation, rating, text)
    return rating


@transaction.atomic
def change(
    invitation_id: int, level: object, reasons: Sequence[str], words: str, subject: Subject | None = None
) -> Rating:
    """Change an answer within the days for it. A call-back that runs goes on all the same: nobody shall be talked into
    a better rating. Raises NotNow."""
    _refuse_staff(subject)
    number, ticked, text = _typed(level, reasons, words)
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if not may_change(invitation):
        raise NotNow(_("修改评价的时间已过"))
    rating = invitation.rating
    was = rating.level
    rating.level, rating.reasons, rating.changed_at = number, ticked, wall.now()
    rating.words = seal(text, context="rating") if text else None
    rating.save(update_fields=["level", "reasons", "words", "changed_at"])
    invitation.dirty = True
    invitation.save(update_fields=["dirty"])
    row = CallbackRow.objects.select_related("matter").filter(invitation=invitation).first()
    if row is not None:
        if number != was and row.matter.open and row.matter.state != "TOLD":
            data = {"level": str(number), **({"words": text} if text else {})}
            services.fire_event(row.matter_id, "rating_changed", REGISTER, data)
    elif codes.is_bad(number):
        open_callback(invitation, rating, text)
    return rating


# the call-back


def callback_unit(unit: Unit) -> Unit:
    """Who calls back on a rating of this unit: the unit named in the parameter, else the justice body above it.

    Only where there is nothing above does the unit call itself; the officer who was rated is kept out even then.
    """
    named = params.value("callback_unit", wall.today(), unit.pk)
    if named and (found := Unit.objects.filter(pk=int(named), status=UnitStatus.ACTIVE).first()):
        return found
    above = units.ancestors(unit)
    for one in above:
        if one.kind == UnitKind.JUSTICE and one.status == UnitStatus.ACTIVE:
            return one
    period = UnitPeriod.objects.filter(unit=unit, valid_to__isnull=True).first()
    if period is not None:
        business = period.business_parents.filter(kind=UnitKind.JUSTICE, status=UnitStatus.ACTIVE).first()
        if business is not None:
            return business
    for one in above:
        if one.pk == unit.parent_id:
            continue  # the bureau beside the unit's own government is the unit itself or its neighbor
        beside = Unit.objects.filter(parent=one, kind=UnitKind.JUSTICE, status=UnitStatus.ACTIVE).order_by("id").first()
        if beside is not None:
            return beside
    return unit


def open_callback(invitation: Invitation, rating: Rating, text: str, *, public_id: UUID | None = None) -> Matter:
    """Open the call-back on a bad rating; `text` are its words. Everybody calls `rate`, made-up worlds call this."""
    matter = Matter.objects.get(pk=invitation.matter_id)
    unit = Unit.objects.get(pk=invitation.unit_id)
    officers = {str(s) for s in MatterOfficer.objects.filter(matter=matter).values_list("staff_id", flat=True)}
    officers |= {str(invitation.officer_id)} if invitation.officer_id else set()
    party = invitation.party
    known = unseal(party.sealed, context="party") if party.sealed else {}
    sealed = {"name": party.name, **({"contact": known["contact"]} if known.get("contact") else {})}
    rater = services.PartyInput("rater", _("评价人"), account_id=invitation.account_id, sealed=sealed)
    data = {
        "level": str(rating.level), "rated_procedure": invitation.procedure, "rated_event": invitation.event,
        "rated_unit": str(unit.pk), "rated_officers": sorted(officers), "rated_on": wall.today().isoformat(),
        "reasons": [r for r in rating.reasons if r in codes.REASONS[rating.level]], "words": text, "matter_no": matter.number,
    }  # fmt: skip
    outcome = services.open_matter(
        params.CODE, "opened", REGISTER, data, handling_unit=callback_unit(unit).pk, parties=[rater],
        subject=f"{unit.name}的差评", request_key=f"satisfaction:{invitation.pk}", public_id=public_id,
    )  # fmt: skip
    CallbackRow.objects.create(
        matter=outcome.matter, invitation=invitation, unit=unit, opened_on=outcome.matter.opened_on
    )
    return outcome.matter


@transaction.atomic
def report_rectified(row: CallbackRow, what: str, actor: Actor) -> None:
    """The rated unit says what it has put right. Raises Refused."""
    services.fire_event(
        row.matter_id, "rectified", Actor(actor.ref, frozenset({"rated_unit"}), actor.label), {"what": what}
    )


# the counter


def counter_code(invitation: Invitation) -> str:
    """A code for the counter's screen, good for minutes. It is given whether or not the person has rated already: the
    clerk shall not learn that. Raises NotNow when the question is too old."""
    if invitation.state == Invitation.REPLACED or invitation.valid_until < wall.today():
        raise NotNow(_("邀请已经过期"))
    code = tokens.code()
    minutes = int(params.value("code_minutes", wall.today(), invitation.unit_id))
    until = wall.now() + timedelta(minutes=minutes)
    Invitation.objects.filter(pk=invitation.pk).update(code_hash=tokens.code_digest(code), code_until=until)
    return code


# the second rating


def asks_again(invitation: Invitation) -> CallbackRow | None:
    """The call-back that waits for a second rating of this person."""
    rows = CallbackRow.objects.select_related("matter").filter(invitation=invitation, matter__state="TOLD")
    row = rows.first()
    if row is None or not services.settle_matter(row.matter_id):
        return row
    return rows.first()


@transaction.atomic
def rerate(invitation: Invitation, level: object, words: str, subject: Subject | None = None) -> None:
    """再次评价 by the link, for those without an account. Raises NotNow or Refused."""
    _refuse_staff(subject)
    number, _ticked, text = _typed(level, (), words)
    row = asks_again(invitation)
    if row is None:
        raise NotNow(_("再评价的时间已过"))
    data = {"level": str(number), **({"words": text} if text else {})}
    services.fire_event(row.matter_id, "rerated", Actor("rater", frozenset({"rater"})), data)
