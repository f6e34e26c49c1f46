"""期限 of a request for data. Every limit of the regulation is in working days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from xiezhi.kernel.calendar.counting import Spell
from xiezhi.kernel.procedures.core import View, as_date
from xiezhi.kernel.procedures.declare import CD, WD, YR, ExtendRule, Side, Since, Started, Term, TermKind

from ..citations import PLAIN, R
from . import states as S

__all__ = ["Terms", "received_on"]

RUNS, HELD, RESTARTS = "RUNS", "HELD", "RESTARTS"


def received_on(view: View) -> Started | None:
    """收到申请之日: the day the provider had the request; by the other reading the day it was complete."""
    filed = view.first("filed")
    if filed is None:
        return None
    on = filed.date("received_on") or filed.on
    if view.param("supplement_clock", filed.on) == RESTARTS and (later := view.last("supplemented")) is not None:
        return Started(later.on, "收到补充材料", R(21, 2), filed.seq)
    return Started(on, "收到共享申请", R(21, 1), filed.seq)


def _waiting(view: View) -> Sequence[Spell]:
    """补充材料的期间 by the reading that it does not count; the regulation itself excludes nothing."""
    if not view.events or view.param("supplement_clock", view.events[0].on) != HELD:
        return ()
    out = []
    for asked in view.by_event.get("supplement_asked", ()):
        back = next((r for r in view.by_event.get("supplemented", ()) if r.seq > asked.seq), None)
        out.append(Spell(asked.on, back.on if back else None, "等待补充材料", R(21, 2)))
    return out


def _unconditional(view: View) -> bool:
    return view.facts.get("share_type") == "UNCONDITIONAL"


def _conditional(view: View) -> bool:
    return not _unconditional(view)


def _consented(view: View) -> Started | None:
    """同意共享的答复之日; a dispute decided for sharing counts like the reply it replaces."""
    found = [r for name in ("approved", "decided_share") for r in view.by_event.get(name, ())]
    if not found:
        return None
    last = max(found, key=lambda r: r.seq)
    return Started(last.on, "作出同意共享的答复", R(22, 1), last.seq)


def _span(event: str, name: str, least: int = 1) -> Callable[[View], int | None]:
    def length(view: View) -> int | None:
        rec = view.last(event)
        until = rec.date(name) if rec is not None else None
        return max(least, (until - rec.on).days) if rec is not None and until is not None else None

    return length


def _shared_since(view: View) -> Started | None:
    """The agreed time of use runs from the supply to the last day agreed, a renewal with it."""
    rec = view.last("supplied")
    return Started(rec.on, "开始共享", R(20, 2), rec.seq) if rec else None


def _use_days(view: View) -> int | None:
    rec, until = view.last("supplied"), as_date(view.facts.get("valid_to"))
    if rec is None or until is None:
        return None
    return max(1, (until - rec.on).days)


def _kept_since(view: View) -> Started | None:
    """使用记录保存期 from the last thing recorded: a record of use or the disposal."""
    found = [r for name in ("use_recorded", "disposed") for r in view.by_event.get(name, ())]
    if not found:
        return None
    last = max(found, key=lambda r: r.seq)
    return Started(last.on, "最后一次使用记录", R(29, 2), last.seq)


def _renew_start(view: View) -> Started | None:
    until = as_date(view.facts.get("valid_to"))
    rec = view.last("supplied")
    if rec is None or until is None:
        return None
    return Started(until - timedelta(days=1), "使用时限届满", R(20, 2), rec.seq)


class Terms:
    """Clocks of a request."""

    REPLY_1 = Term(
        "SG-REPLY-1", "答复（无条件共享）", 1, WD, received_on, R(21, 1), PLAIN, applies=_unconditional, spells=_waiting,
        extends=(ExtendRule("extended", "extension_days", R(21, 1), WD),), runs_in=(S.REQUESTED, S.SUPPLEMENT, S.DISPUTED),
        todo="答复", on_lapse="未按时答复，列入通报，主管部门可以责令改正（第39条第4项）",
    )  # fmt: skip
    REPLY_10 = Term(
        "SG-REPLY-10", "答复（有条件共享）", 10, WD, received_on, R(21, 1), PLAIN, applies=_conditional, spells=_waiting,
        extends=(ExtendRule("extended", "extension_days", R(21, 1), WD),), runs_in=(S.REQUESTED, S.SUPPLEMENT, S.DISPUTED),
        todo="答复", on_lapse="未按时答复，列入通报，主管部门可以责令改正（第39条第4项）",
    )  # fmt: skip
    SUPPLY = Term(
        "SG-SUPPLY", "提供数据", 20, WD, _consented, R(22, 1), PLAIN, runs_in=(S.APPROVED, S.DISPUTED), todo="提供数据",
        on_lapse="未按时共享数据，列入通报，主管部门可以责令改正（第39条第4项）",
    )  # fmt: skip
    FIX = Term(
        "SG-FIX", "限期整改", _span("suspended", "correct_by"), CD, (Since("suspended"),), R(27, 2), PLAIN,
        side=Side.AUTHORITY, runs_in=(S.SUSPENDED,), roll=False, todo="整改",
        on_lapse="期满没有整改或者整改不到位的，可以终止共享",
    )  # fmt: skip
    VALID = Term(
        "SG-VALID", "使用时限", _use_days, CD, _shared_since, R(20, 2), PLAIN, side=Side.AUTHORITY,
        runs_in=(S.ACTIVE, S.SUSPENDED), roll=False, todo="续期或者处置", on_lapse="使用时限届满，授权失效，转入处置",
    )  # fmt: skip
    RENEW = Term(
        "SG-RENEW", "续期提醒", 30, CD, _renew_start, R(20, 2), PLAIN, side=Side.AUTHORITY, kind=TermKind.BACKWARD,
        runs_in=(S.ACTIVE,), alarm=False, todo="决定是否续期", on_lapse="没有续期的，期满授权失效",
    )  # fmt: skip
    DISPOSE = Term(
        "SG-DISPOSE", "处置共享数据", _span("disposal_asked", "dispose_by"), CD, (Since("disposal_asked"),), R(27, 1), PLAIN,
        side=Side.AUTHORITY, runs_in=(S.DISPOSAL,), roll=False, todo="处置并反馈",
        on_lapse="未按要求处置，主管部门可以责令改正（第40条第4项）",
    )  # fmt: skip
    RECORDS = Term(
        "SG-RECORDS", "使用记录保存期", 3, YR, _kept_since, R(29, 2), PLAIN, side=Side.AUTHORITY, kind=TermKind.WAIT,
        roll=False, alarm=False, todo="保存使用记录", on_lapse="期满前不得销毁使用记录",
    )  # fmt: skip
