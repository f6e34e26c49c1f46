"""The fictional province's ratings: questions after the steps that ended something, answers, and call-backs in all states.

The rating service began in summer; matters that ended before were not asked about. The newest steps are taken first up
to a limit, so that the work does not grow with the province.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import registry, selectors, services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import filled
from xiezhi.kernel.procedures.models import MatterEvent, Parameter, Party
from xiezhi.kernel.sealing import seal
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

from . import codes, params, tokens
from .habits import habits
from .invite import askable
from .models import Invitation, Rating
from .procedure import Callback
from .services import open_callback

__all__ = ["ACCOUNTS", "generate"]

ACCOUNTS = (
    ("回访人员", "callback", "12348热线中心：给差评打回访电话、核实认定、告知结果"),
    ("回访机构负责人", "callback-head", "12348热线中心：指定回访人员、延长整改期限、看逾期"),
)
BEGAN = date(2026, 7, 1)
MOST = 6000
BAD_MOST = 140
_LEVELS = ((5, 58), (4, 25), (3, 10), (2, 5), (1, 2))
_WORDS = {
    5: ("材料交一次就够了，谢谢。", "电话里讲得很清楚。", "没想到这么快就有结果。", ""),
    4: ("总的来说不错。", "网上看进度很方便。", "", ""),
    3: ("等得有点久，不过最后办成了。", "网页字太小。", ""),
    2: ("打了几次电话都没有人接。", "每次问到的说法不一样。", "通知来得太晚。"),
    1: ("态度很不耐烦。", "一直让我补材料，没有一次说全。", "说好的时间没有办完，也没有人解释。"),
}  # fmt: skip
STORY_AT = datetime(2026, 10, 20, 20, 15, tzinfo=SHANGHAI)
"""When 周禾生 said of the served decision that it came too late; the call-back on it waits for the second rating."""
_STORY: tuple[tuple[str, tuple[int, int, int, int], dict[str, Any]], ...] = (
    ("call_missed", (10, 21, 10, 12), {"why": "NO_ANSWER"}),
    ("called", (10, 22, 9, 40), {"how": "PHONE", "said": "EXPLAINS", "words": "说寄出的通知晚到了四天，打电话问没有人接。"}),
    ("well_founded", (10, 28, 15, 5), {"causes": ["DELAY", "EXPLANATION"], "finding": "查明通知晚寄两日，来电没有回拨。",
                                       "measure": "送达当日电话告知当事人；值班电话无人接听时转接，当日回拨。"}),
    ("rectified", (11, 12, 16, 30), {"what": "已设值班电话转接和未接提醒，送达当日电话告知列入办案清单。"}),
    ("told", (11, 16, 10, 20), {"how": "PHONE", "answer": "告知整改情况，向您致歉。"}),
)  # fmt: skip
_CENTER = "云岭省12348公共法律服务热线中心"


@dataclass(frozen=True)
class _Caller:
    staff_id: int
    actor: Actor


def generate(world: Any, scale: float, progress: Callable[[str, int, int], None]) -> None:
    """Make the center, the questions, the answers and the call-backs. The clock stands at the province's moment."""
    rng = Random(f"{world.seed}:satisfaction")
    progress("评价", 0, 3)
    with transaction.atomic():
        callers, head = _center(rng, world.province.places[0].justice)
        bad = _ratings(rng, world.now)
    progress("评价", 1, 3)
    for number, one in enumerate(bad):
        with transaction.atomic():
            _call_back(rng, one, callers, head, world.calendar, world.now, number)
    progress("评价", 3, 3)


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _center(rng: Random, bureau: Unit) -> tuple[list[_Caller], Actor]:
    """The body that calls back for the whole province, and who works there."""
    since = date(2024, 3, 1)
    center = units.create_unit(
        name=_CENTER, short_name="12348中心", level="PROV", kind="INSTITUTION", parent=bureau, handles=["HCPHF"], demo=True, valid_from=since, uid=_uuid(rng),
        place=units.Place(division=bureau.division, phone="12348"),
    )  # fmt: skip
    Parameter.objects.create(
        procedure=params.CODE, name="callback_unit", unit=None, valid_from=BEGAN, value=center.pk, reason="全省差评统一由热线中心回访",
        set_by="demo",
    )  # fmt: skip
    params.forget()
    password = Account.objects.get(username="shenzhiyuan").password
    officer = people.define_post("callback-officer", "差评回访", ("case_officer",))
    leader = people.define_post("callback-head", "回访机构负责人", ("office_head",), level="HEAD")
    found: list[_Caller] = []
    head: Actor | None = None
    for name, username, post in (
        ("方静姝", "callback", officer),
        ("贺闻舟", "y-callback-2", officer),
        ("梁承平", "callback-head", leader),
    ):
        member: Staff = people.create_staff(name, demo=True, uid=_uuid(rng), work_phone="12348")
        people.appoint(member, center, post, valid_from=since)
        account = Account.objects.create(
            uid=_uuid(rng), username=username, password=password, kind=AccountKind.STAFF, staff=member, demo=True,
            created_at=clock.now(), password_changed_at=clock.now(),
        )  # fmt: skip
        actor = Actor(f"account:{account.uid}", frozenset(r for r in post.roles), f"{name}（{center.name}）")
        if post is leader:
            head = actor
        else:
            found.append(_Caller(member.pk, actor))
    assert head is not None
    return found, head


def _ending() -> dict[str, list[str]]:
    """Steps that end something, by procedure."""
    out: dict[str, list[str]] = {}
    for procedure in registry.all_procedures():
        if procedure.code != params.CODE:
            out.setdefault(procedure.code, []).extend(e.code for e in procedure.events.values() if e.ends_something)
    return out


def _ratings(rng: Random, now: datetime) -> list[tuple[Invitation, Rating, str]]:
    """Questions and answers as rows; gives the bad ones, oldest first."""
    rows: list[MatterEvent] = []
    for procedure, names in _ending().items():
        found = MatterEvent.objects.filter(matter__procedure=procedure, event__in=names, on__gte=BEGAN, at__lte=now)
        rows += found.select_related("matter").order_by("-at", "-id")[:MOST]
    known = set(Invitation.objects.values_list("matter_id", "event_seq"))  # asked by the event itself
    rows = sorted((r for r in rows if (r.matter_id, r.seq) not in known), key=lambda r: (r.at, r.matter_id, r.seq))[
        -MOST:
    ]
    parties: dict[int, list[Party]] = {}
    for party in Party.objects.filter(matter__in={r.matter_id for r in rows}, valid_to__isnull=True).order_by("id"):
        parties.setdefault(party.matter_id, []).append(party)
    days = int(Callback.parameters["invite_days"].at(now.date()))
    asked: list[Invitation] = []
    answers: list[tuple[Invitation, Rating, str]] = []
    rated: dict[int, datetime] = {}
    open_: dict[int, Invitation] = {}
    bad, fresh = 0, 8
    story = Account.objects.filter(username="zhouhesheng").values_list("pk", flat=True).first()
    for row in rows:
        for one in askable(parties.get(row.matter_id, ()), _asked_roles(row.matter.procedure)):
            before = rated.get(one.party.pk)
            if before is not None and row.at - before < timedelta(days=30):
                continue
            if one.party.pk in open_:
                open_.pop(one.party.pk).state = Invitation.REPLACED
            at = row.at.astimezone(SHANGHAI)
            invitation = Invitation(
                public_id=_uuid(rng), matter=row.matter, event_seq=row.seq, event=row.event, procedure=row.matter.procedure, party=one.party,
                account_id=one.party.account_id, unit_id=row.matter.handling_unit_id, officer_id=row.matter.handler_id, made_at=row.at,
                valid_until=at.date() + timedelta(days=days), token_hash=tokens.digest(secrets.token_urlsafe(18)),
            )  # fmt: skip
            asked.append(invitation)
            open_[one.party.pk] = invitation
            told = row.event == "served" and one.party.account_id == story
            if rng.random() > 0.56 and not told:
                continue
            when = row.at + timedelta(hours=rng.randrange(2, 24 * 9))
            if when >= now:
                continue
            level = rng.choices([k for k, _ in _LEVELS], [w for _, w in _LEVELS])[0]
            if told:
                level, when = 2, STORY_AT
            elif fresh and now - when < timedelta(days=12) and rng.random() < 0.5:
                level, fresh = rng.choice((1, 2, 2)), fresh - 1  # so that every state of a call-back is to be seen
            if codes.is_bad(level):
                bad += 1
                level = level if bad <= BAD_MOST else 3
            words = rng.choice(_WORDS[level]) if rng.random() < 0.6 else ""
            ticked = [code for code, _w in codes.reasons_for(level) if code != "OTHER" and rng.random() < 0.3]
            answers.append((invitation, _rating(invitation, level, ticked, words, when, rng), words))
            invitation.state = Invitation.RATED
            rated[one.party.pk] = when
            open_.pop(one.party.pk, None)
    Invitation.objects.bulk_create(asked, batch_size=1000)
    for invitation, rating, _words in answers:
        rating.invitation_id = invitation.pk
    Rating.objects.bulk_create([r for _i, r, _w in answers], batch_size=1000)
    low = [a for a in answers if codes.is_bad(a[1].level)]
    return sorted(low, key=lambda a: (a[1].rated_at, a[0].matter_id))


def _rating(
    invitation: Invitation, level: int, ticked: Sequence[str], words: str, when: datetime, rng: Random
) -> Rating:
    return Rating(
        invitation=invitation, level=level, first_level=level, reasons=list(ticked), rated_at=when,
        channel=rng.choices((Rating.SITE, Rating.LINK, Rating.COUNTER), (5, 4, 1))[0],
        words=seal(words, context="rating") if words else None,
    )  # fmt: skip


_ROLES: dict[str, frozenset[str]] = {}


def _asked_roles(code: str) -> frozenset[str]:
    if code not in _ROLES:
        procedure = registry.get(code)
        beginning = {r for e in procedure.events.values() if not e.sources for r in e.by}
        _ROLES[code] = frozenset(r.code for r in beginning if r.side.value == "PARTY")
    return _ROLES[code]


# call-backs


def _moment(rng: Random, day: date, after: datetime) -> datetime:
    at = datetime.combine(day, time(9), SHANGHAI) + timedelta(minutes=rng.randrange(0, 480))
    return at if at > after else after + timedelta(minutes=rng.randrange(3, 40))


def _call_back(
    rng: Random, one: tuple[Invitation, Rating, str], callers: Sequence[_Caller], head: Actor, calendar: Any, now: datetime, number: int
) -> None:  # fmt: skip
    """Open one call-back at the moment of its rating and let it run as call-backs do, up to the present."""
    invitation, rating, words = one
    caller = callers[number % len(callers)]
    at = rating.rated_at.astimezone(SHANGHAI)
    with clock.frozen(at):
        told = rating.rated_at == STORY_AT
        matter = open_callback(invitation, rating, words, public_id=_uuid(rng))
    at = _moment(rng, calendar.roll(at.date()), at)
    if at >= now:
        return
    with clock.frozen(at):
        services.fire_event(matter.pk, "assigned", head, {"officers": [str(caller.staff_id)]})
    if told:
        _tell_story(matter.pk, caller.actor, head)
        return
    for _step in range(14):
        with clock.frozen(at):
            view = selectors.matter_state(matter, at).view
        moves = [m for m in habits(view, rng, at.date()) if m.event != "rating_changed"]
        if not moves:
            return
        move = rng.choices(moves, [m.weight for m in moves])[0]
        days = rng.randint(*move.days)
        day = calendar.add_working(at.date(), days) if days else calendar.roll(at.date())
        at = _moment(rng, day, at)
        if at >= now:
            break
        with clock.frozen(at):
            if services.settle_matter(matter.pk, at) or not move.event:
                continue
            _fire(matter.pk, move.event, move.data, caller.actor, head, at)
    with clock.frozen(now):
        services.settle_matter(matter.pk, now, refresh=True)


def _tell_story(pk: int, officer: Actor, head: Actor) -> None:
    """A call-back on fixed days, for visitors."""
    for name, (month, day, hour, minute), data in _STORY:
        at = datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)
        with clock.frozen(at):
            _fire(pk, name, data, officer, head, at)


def _fire(pk: int, name: str, data: Any, officer: Actor, head: Actor, at: datetime) -> None:
    event = Callback.events[name]
    by = {r.code for r in event.by}
    actor = Actor("rater", frozenset({"rater"})) if "rater" in by else officer if "case_officer" in by else head
    try:
        services.fire_event(pk, name, actor, filled(event.form, data, at.date()), at=at)
    except Refused:
        return  # the same day twice, or too late: the next step is another
