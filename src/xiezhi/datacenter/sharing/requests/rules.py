"""办理条件 of a request. Each returns a sentence that says what to do, or None."""

from __future__ import annotations

from collections.abc import Callable

from xiezhi.kernel.procedures.clocks import Status
from xiezhi.kernel.procedures.core import Ask, View, as_date
from xiezhi.kernel.procedures.declare import Rule

from ..citations import PRACTICE, R
from ..codes import BY_PROVIDER
from . import states as S

__all__ = [
    "ANSWER", "BREACH", "CHANGE", "DECIDE", "END", "EXTEND", "FILING", "GOVERNMENT", "REFUSE", "RENEW", "STOP", "SUPPLEMENT",
    "SUPPLY", "SUSPEND", "TO_AUTHORITY", "WIDER",
]  # fmt: skip

MOST = 10
"""Working days by which a reply may be put off at most (政务数据共享条例 第21条第1款)."""


def _head(view: View, ask: Ask) -> str | None:
    if ask.data.get("head_agreed"):
        return None
    return "共享申请要先经本部门共享工作机构负责人同意，请取得同意后再提出"


def _period(view: View, ask: Ask) -> str | None:
    begin, end = ask.date("valid_from"), ask.date("valid_to")
    if begin is not None and end is not None and end <= begin:
        return "使用时限的止日要晚于起日，请改日期"
    return None


def _some_fields(view: View, ask: Ask) -> str | None:
    names = [n for n in str(ask.data.get("fields") or "").replace("，", ",").split(",") if n.strip()]
    return None if names else "至少选一个数据项"


def _received(view: View, ask: Ask) -> str | None:
    on = ask.date("received_on")
    return "收到之日不能晚于今天，请改日期" if on is not None and on > ask.at.date() else None


def _theirs(view: View, ask: Ask) -> str | None:
    """What the provider does is entered by the user's office only where the provider works outside this platform."""
    if view.facts.get("outside") or not ask.actor.roles or ask.actor.roles - {"requester", "requester_head"}:
        return None
    return "提供部门在本平台办理，由提供部门作出，需求部门不能代为登记"


def _extend(view: View, ask: Ask) -> str | None:
    days = int(ask.data.get("extension_days") or 0)
    if not 1 <= days <= MOST:
        return f"延长的期限为1至{MOST}个工作日，请改天数"
    total = sum(int(r.data.get("extension_days") or 0) for r in view.by_event.get("extended", ())) + days
    if total > MOST:
        return f"延长累计不得超过{MOST}个工作日"
    return None


def _extend_type(view: View, ask: Ask) -> str | None:
    if view.facts.get("share_type") == "UNCONDITIONAL" and not view.param("extend_unconditional", ask.on):
        return "无条件共享的数据应当在一个工作日内答复，不能延长"
    return None


def _extend_in_time(view: View, ask: Ask) -> str | None:
    for term in ("SG-REPLY-1", "SG-REPLY-10"):
        clock = view.clock(term, ask.at) if view.calendar is not None else None
        if clock is not None and clock.status is Status.LAPSED:
            return "答复期限已过，不能再延长，请立即答复"
    return None


def _extend_consent(view: View, ask: Ask) -> str | None:
    if "data_authority" in ask.actor.roles or ask.data.get("consent_no"):
        return None
    return "延长答复要经同级政务数据主管部门同意，请填写同意文号"


def _all_at_once(view: View, ask: Ask) -> str | None:
    if view.has("supplement_asked"):
        return "需要补充的材料应当一次告知，已经告知过的不能再提新的要求，请直接答复"
    return None


def _not_for_incomplete(view: View, ask: Ask) -> str | None:
    if view.state is S.SUPPLEMENT and not view.has("supplemented"):
        return "材料不全不能直接拒绝，请等需求部门补充；不补充的由其撤回"
    return None


def _not_shared_basis(view: View, ask: Ask) -> str | None:
    if ask.data.get("ground") == "NOT_SHARED" and not ask.data.get("ground_basis"):
        return "以不予共享为由的，要写明法律、行政法规或者国务院决定的规定"
    if ask.data.get("ground") != "NOT_SHARED" and view.facts.get("share_type") == "UNCONDITIONAL":
        return "无条件共享类数据提供给所有政府部门使用，不能以此为由不同意"
    return None


def _no_conditions(view: View, ask: Ask) -> str | None:
    if ask.data.get("conditions") and view.facts.get("share_type") == "UNCONDITIONAL":
        return "无条件共享类数据不得增设条件，请删去条件"
    return None


def _granted_fields(view: View, ask: Ask) -> str | None:
    """A consent to part of what was asked names the part; nothing that was not asked is granted."""
    granted = _names(ask.data.get("granted_fields"))
    asked = _names(view.facts.get("fields"))
    if granted and (more := granted - asked):
        return f"没有申请这些数据项：{'、'.join(sorted(more))}"
    return None


def _names(value: object) -> set[str]:
    return {n.strip() for n in str(value or "").replace("，", ",").split(",") if n.strip()}


def _correct_by(view: View, ask: Ask) -> str | None:
    by = ask.date("correct_by")
    return "整改的期限要晚于今天" if by is not None and by <= ask.on else None


def _not_mended(view: View, ask: Ask) -> str | None:
    last = view.last("suspended")
    answers = [r for r in view.by_event.get("mended", ()) if last is None or r.seq > last.seq]
    if answers and ask.data.get("why") == "INSUFFICIENT":
        return None
    if ask.data.get("why") == "INSUFFICIENT":
        return "需求部门还没有报告整改，期满以前不能以整改不到位为由终止"
    clock = view.clock("SG-FIX", ask.at) if view.calendar is not None else None
    if clock is not None and clock.status in (Status.LAPSED, Status.MET_LATE):
        return None
    return "责令整改的期限还没有届满，期满不整改或者整改不到位的才可以终止"


def _change_steps(view: View, ask: Ask) -> str | None:
    begun = view.last("change_proposed")
    if begun is None:
        return "请先说明正当理由，提出终止或者变更服务"
    for name, words in (
        ("change_talked", "还没有与需求部门协商"),
        ("change_filed", "还没有报同级政务数据主管部门备案"),
    ):
        rec = view.last(name)
        if rec is None or rec.seq < begun.seq:
            return f"{words}，请先登记"
    return None


def _change_kind(kind: str) -> Callable[[View, Ask], str | None]:
    def test(view: View, ask: Ask) -> str | None:
        rec = view.last("change_proposed")
        if rec is not None and rec.data.get("kind") != kind:
            return "与提出的不一致：提出的是" + ("变更" if kind == "END" else "终止") + "服务"
        return None

    return test


def _later(view: View, ask: Ask) -> str | None:
    until, now = ask.date("valid_to"), as_date(view.facts.get("valid_to"))
    if until is None or (now is not None and until <= now):
        return "续期的止日要晚于现在的止日，请改日期"
    return None


def _consent(view: View, ask: Ask) -> str | None:
    if not view.has("wider_asked"):
        return "需求部门没有提出扩大使用范围、用于其他目的或者提供给第三方"
    return None


def _talks_failed(view: View, ask: Ask) -> str | None:
    begun = view.last("disputed")
    talks = [r for r in view.by_event.get("talks_held", ()) if begun is not None and r.seq > begun.seq]
    if not talks or talks[-1].data.get("result") != "FAILED":
        return "争议应当先协商，协商不成的才申请主管部门协调处理"
    return None


def _asked_authority(view: View, ask: Ask) -> str | None:
    begun, asked = view.last("disputed"), view.last("authority_asked")
    if asked is None or (begun is not None and asked.seq < begun.seq):
        return "还没有申请主管部门协调处理"
    return None


def _not_agreed(view: View, ask: Ask) -> str | None:
    begun, held = view.last("disputed"), view.last("coordinated")
    if held is None or (begun is not None and held.seq < begun.seq) or held.data.get("result") != "FAILED":
        return "主管部门协调处理仍未达成一致意见的，才报本级人民政府决定"
    return None


def _government_first(view: View, ask: Ask) -> str | None:
    if ask.data.get("decided_by") != "GOVERNMENT":
        held = view.last("coordinated")
        if held is None or held.data.get("result") != "AGREED":
            return "没有达成一致意见的，由本级人民政府决定"
        return None
    return None if view.has("government_asked") else "还没有报本级人民政府"


def _renewable(view: View, ask: Ask) -> str | None:
    return None if view.has("renewal_asked") else "需求部门没有申请续期"


def _whose(view: View, ask: Ask) -> str | None:
    kind = str(ask.data.get("kind") or "")
    party = ask.data.get("against")
    if (party == "PROVIDER" and kind not in BY_PROVIDER) or (party == "REQUESTER" and kind in BY_PROVIDER):
        return "这一情形不是该部门的违法情形，请核对"
    return None


FILING = (
    Rule("HEAD_AGREED", _head, R(20, 2), "head_agreed"), Rule("PERIOD", _period, R(20, 2), "valid_to"),
    Rule("SOME_FIELDS", _some_fields, R(20, 2), "fields"), Rule("RECEIVED_LATER", _received, PRACTICE, "received_on"),
)  # fmt: skip
_THEIRS = Rule("THEIRS", _theirs, R(20, 3))
SUPPLEMENT = (_THEIRS, Rule("ALL_AT_ONCE", _all_at_once, R(21, 2)))
EXTEND = (
    Rule("EXTEND_MAX_10", _extend, R(21, 1), "extension_days"), Rule("EXTEND_TYPE", _extend_type, R(21, 1)),
    Rule("EXTEND_LATE", _extend_in_time, R(21, 1)), Rule("EXTEND_CONSENT", _extend_consent, R(21, 1), "consent_no"), _THEIRS,
)  # fmt: skip
ANSWER = (
    _THEIRS, Rule("NO_CONDITIONS", _no_conditions, R(15, 1), "conditions"),
    Rule("GRANTED_FIELDS", _granted_fields, R(20, 2), "granted_fields"),
)  # fmt: skip
REFUSE = (
    _THEIRS, Rule("INCOMPLETE_NO_REFUSAL", _not_for_incomplete, R(21, 2)),
    Rule("REFUSAL_BASIS", _not_shared_basis, R(14, 0, 3), "ground_basis"),
)  # fmt: skip
SUPPLY = (_THEIRS,)
SUSPEND = (Rule("CORRECT_BY", _correct_by, R(27, 2), "correct_by"), _THEIRS)
STOP = (Rule("NOT_MENDED", _not_mended, R(27, 2)), _THEIRS)
CHANGE = (_THEIRS, Rule("CHANGE_STEPS", _change_steps, R(27, 3)), Rule("CHANGE_KIND", _change_kind("CHANGE"), R(27, 3)))
END = (_THEIRS, Rule("CHANGE_STEPS", _change_steps, R(27, 3)), Rule("CHANGE_KIND", _change_kind("END"), R(27, 3)))
RENEW = (_THEIRS, Rule("RENEWAL_ASKED", _renewable, R(20, 2)), Rule("RENEW_LATER", _later, R(20, 2), "valid_to"))
WIDER = (_THEIRS, Rule("WIDER_ASKED", _consent, R(25, 1)))
TO_AUTHORITY = (Rule("TALKS_FIRST", _talks_failed, R(28, 2)),)
DECIDE = (
    Rule("ASKED_FIRST", _asked_authority, R(28, 2)),
    Rule("GOVERNMENT_DECIDES", _government_first, R(28, 2), "decided_by"),
)
GOVERNMENT = (Rule("ASKED_FIRST", _asked_authority, R(28, 2)), Rule("NOT_AGREED", _not_agreed, R(28, 2)))
BREACH = (Rule("BREACH_SIDE", _whose, R(39), "kind"),)
