"""条件 of appointment, service, closing, objection and complaint."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import Rule

from . import codes
from . import states as S
from .citations import A, joined
from .rules import need, zh

LEAST_YEARS = 3
"""Years of practice for a life-or-death case (法律援助法 第26条)."""
FINE_MAX = 3000


# whom to ask and appoint


def _grave(view: View) -> bool:
    return bool(view.facts.get("life_or_death"))


def _conflict(view: View, ask: Ask) -> str | None:
    if ask.data.get("conflict_checked") is False:
        return "还没有作利益冲突审查，请先核对双方当事人和其代理机构"
    found = ask.data.get("conflict_with") or "NONE"
    if found == "NONE":
        return None
    return f"存在利益冲突：{codes.CONFLICTS[str(found)]}，请另行指派"


def _stop(view: View, ask: Ask) -> str | None:
    if ask.data.get("under_stop_penalty"):
        return "该人员正在停止执业处罚期内，不能征询或者指派"
    return None


def _years(view: View, ask: Ask) -> str | None:
    if not _grave(view):
        return None
    years = ask.data.get("practice_years")
    if years is None or int(years) < LEAST_YEARS:
        return "可能判处无期徒刑、死刑的案件和死刑复核案件，应当指派有三年以上相关执业经历的律师"
    return None


def _lawyer(view: View, ask: Ask) -> str | None:
    defending = (
        view.facts.get("route") == "NOTIFY"
        or ask.data.get("capacity") == "DEFENDER"
        or view.facts.get("kind") == "CRIMINAL"
    )
    if defending and ask.data.get("provider_kind") not in (None, "LAWYER"):
        return "刑事辩护应当由律师担任，请指派律师"
    return None


def _not_duty(view: View, ask: Ask) -> str | None:
    capacity = ask.data.get("capacity")
    if capacity == "DUTY_HELP" and (view.facts.get("route") == "NOTIFY" or view.facts.get("kind") == "CRIMINAL"):
        return "值班律师的法律帮助不是辩护，不能以此代替指派辩护人"
    return None


def _same_again(view: View, ask: Ask) -> str | None:
    if view.state is not S.CHANGED:
        return None
    last = view.last("replaced")
    before = last.data.get("former_provider_ref") if last else None
    if before and before == ask.data.get("provider_ref"):
        return "更换后不能再指派原来的承办人员"
    return None


def _another_offer_open(view: View, ask: Ask) -> str | None:
    if view.facts.get("offer_open"):
        return "已有一个征询在等待答复，请等待答复、逾期或者撤回以后再征询"
    return None


def _offer_open(view: View, ask: Ask) -> str | None:
    return None if view.facts.get("offer_open") else "现在没有等待答复的征询"


def _offered_to(view: View, ask: Ask) -> str | None:
    if not view.facts.get("offer_open") or not ask.data.get("provider_ref"):
        return None
    if ask.data["provider_ref"] != view.facts.get("offer_provider_ref"):
        return "现在征询的不是这位人员"
    return None


_NOT_DUTY = Rule("DUTY_IS_NOT_DEFENSE", _not_duty, joined(A(22), A(30)), "capacity")

_CHECKED = need("conflict_checked", "利益冲突审查的结果", lambda v, a: True, A(46, 2))

APPOINTING = (
    _CHECKED,
    Rule("CONFLICT", _conflict, A(46, 2), "conflict_with"),
    Rule("STOP_PENALTY", _stop, A(61, 0, 2), "under_stop_penalty"),
    Rule("THREE_YEARS", _years, A(26), "practice_years"),
    Rule("LAWYER_ONLY", _lawyer, joined(A(25), A(26)), "provider_kind"),
    _NOT_DUTY,
    Rule("SAME_PROVIDER", _same_again, A(55), "provider_ref"),
)
OFFERING = (
    _CHECKED,
    Rule("OFFER_OPEN", _another_offer_open, A(43, 1)),
    *(r for r in APPOINTING if r.code in ("CONFLICT", "STOP_PENALTY", "THREE_YEARS", "SAME_PROVIDER")),
)
ANSWERING = (Rule("NO_OFFER", _offer_open, A(16, 1)), Rule("OTHER_PROVIDER", _offered_to, A(16, 1), "provider_ref"))


# change


def _replaceable(view: View, ask: Ask) -> str | None:
    if ask.data.get("by_request") and not view.has("change_requested"):
        return "没有受援人请求更换的记录，请先记录请求，或者由机构决定更换"
    return None


def _request_open(view: View, ask: Ask) -> str | None:
    asked, said = view.last("change_requested"), view.last("change_declined")
    if asked is None:
        return "没有更换的请求"
    return "这次请求已经答复" if said is not None and said.seq > asked.seq else None


CHANGING = (Rule("NO_CHANGE_REQUEST", _replaceable, A(55), "by_request"),)
DECLINING = (Rule("NO_CHANGE_REQUEST", _request_open, A(55)),)


# service and closing


def _contract(view: View, ask: Ask) -> str | None:
    if ask.data.get("contract_signed") is False and not ask.data.get("no_contract_reason"):
        return "没有签订委托协议的，请写明原因"
    return None


def _hearing_order(view: View, ask: Ask) -> str | None:
    on = ask.date("hearing_on")
    return "开庭日早于今天，请核对" if on and on < ask.on else None


MEETING = (Rule("NO_CONTRACT_REASON", _contract, A(46, 1), "no_contract_reason"),)
HEARING = (Rule("HEARING_PAST", _hearing_order, A(46, 2), "hearing_on"),)


def _ended_order(view: View, ask: Ask) -> str | None:
    ended, began = ask.date("ended_on"), view.date("appointed_on")
    if ended and ended > ask.on:
        return "办理结束之日不能晚于今天"
    if ended and began and ended < began:
        return f"办理结束之日早于指派之日（{zh(began)}），请核对"
    return None


def _duty_outcome(view: View, ask: Ask) -> str | None:
    defense = str(ask.data.get("outcome") or "").startswith("DEFENSE_")
    if defense and view.facts.get("capacity") == "DUTY_HELP":
        return "值班律师的法律帮助不是辩护，不能记录辩护结果"
    if defense and view.facts.get("kind") not in ("CRIMINAL", "CRIMINAL_AGENCY"):
        return "不是刑事案件，不能记录辩护结果"
    return None


ENDING = (
    Rule("ENDED_ORDER", _ended_order, A(50), "ended_on"),
    Rule("NOT_DEFENSE", _duty_outcome, A(30), "outcome"),
    need("outcome", "办理结果", lambda v, a: True, A(50)),
)


def _ended_first(view: View, ask: Ask) -> str | None:
    return None if view.has("ended") else "援助事项还没有办理结束，请先记录结果"


def _judgment_copy(view: View, ask: Ask) -> str | None:
    if view.facts.get("kind") not in codes.LITIGATION:
        return None
    if ask.data.get("result_paper") in (None, "NONE"):
        return "诉讼、仲裁案件应当提交裁判文书、裁决书或者调解书的副本，请选择文书种类并上传"
    if not ask.data.get("result_copy"):
        return "没有附上裁判文书副本，不能结案；请上传判决书、裁定书、裁决书或者调解书"
    return None


def _contract_in_file(view: View, ask: Ask) -> str | None:
    rec = view.last("met")
    if (
        rec is not None
        and rec.data.get("contract_signed") is False
        and view.facts.get("route") != "NOTIFY"
        and not ask.data.get("contract_note")
    ):
        return "案卷中没有委托协议，请说明"
    return None


SUBMITTING = (
    Rule("NOT_ENDED", _ended_first, A(50)),
    Rule("JUDGMENT_COPY", _judgment_copy, A(50), "result_copy"),
    Rule("CONTRACT_NOTE", _contract_in_file, A(50), "contract_note"),
)


def _papers_open(view: View, ask: Ask) -> str | None:
    if view.facts.get("first_aid") and not view.facts.get("papers_confirmed"):
        return "先行提供法律援助的手续还没有补办完毕，请先补办并核对"
    return None


def _once_accepted(view: View, ask: Ask) -> str | None:
    return "结案材料已经审查合格" if view.facts.get("file_accepted") else None


ACCEPTING = (
    Rule("PAPERS_OPEN", _papers_open, A(44, 2)),
    Rule("FILE_ACCEPTED", _once_accepted, A(50)),
)
RETURNING = (Rule("FILE_ACCEPTED", _once_accepted, A(50)),)


def _file_first(view: View, ask: Ask) -> str | None:
    if view.state is S.CLOSED and not view.facts.get("file_accepted"):
        return "结案材料还没有审查合格，不能核定补贴"
    if not view.has("appointed"):
        return "没有指派过法律援助人员，不发放补贴"
    return None


def _no_subsidy_for_staff(view: View, ask: Ask) -> str | None:
    if view.facts.get("provider_kind") == "AGENCY_STAFF":
        return "法律援助机构工作人员承办的，不领取补贴"
    return None


def _not_negative(name: str, label: str) -> Any:
    def test(view: View, ask: Ask) -> str | None:
        value = ask.data.get(name)
        return f"{label}不能小于零" if value is not None and Decimal(str(value)) < 0 else None

    return test


SUBSIDY = (
    Rule("FILE_FIRST", _file_first, A(52, 1)),
    Rule("STAFF_NO_SUBSIDY", _no_subsidy_for_staff, A(52, 1)),
    Rule("SUBSIDY_NEGATIVE", _not_negative("amount", "补贴"), A(52, 2), "amount"),
)


def _calculated_first(view: View, ask: Ask) -> str | None:
    return None if view.has("subsidy_calculated") else "补贴还没有核定"


def _paid_order(view: View, ask: Ask) -> str | None:
    on = ask.date("paid_on")
    return "支付之日不能晚于今天" if on and on > ask.on else None


PAYING = (Rule("NOT_CALCULATED", _calculated_first, A(52, 1)), Rule("PAID_ORDER", _paid_order, A(52, 1), "paid_on"))


def _archivable(view: View, ask: Ask) -> str | None:
    if view.state is S.CLOSED:
        if not view.facts.get("file_accepted"):
            return "结案材料还没有审查合格，不能归档"
        if view.facts.get("provider_kind") != "AGENCY_STAFF" and not ask.data.get("no_subsidy_reason"):
            return "补贴还没有支付，不能归档；不发放补贴的，请写明原因"
    return None


ARCHIVING = (Rule("SUBSIDY_OPEN", _archivable, A(52, 1), "no_subsidy_reason"),)


def _score(view: View, ask: Ask) -> str | None:
    value = ask.data.get("quality")
    return "评分为0至100" if value is not None and not 0 <= int(value) <= 100 else None


def _served_at_all(view: View, ask: Ask) -> str | None:
    return None if view.has("appointed") else "没有指派过法律援助人员，不作质量评估"


QUALITY = (Rule("SCORE_RANGE", _score, A(57), "quality"), Rule("NOTHING_TO_REVIEW", _served_at_all, A(57)))
RATING = (
    Rule("RATING_RANGE", lambda v, a: None if a.data.get("satisfaction") is None or 1 <= int(a.data["satisfaction"]) <= 5
         else "满意度为1至5", A(59), "satisfaction"),
)  # fmt: skip


# termination, objection, complaint, pay-back


def _ground_fits(view: View, ask: Ask) -> str | None:
    ground = ask.data.get("ground")
    if ground == "4":
        if view.facts.get("hardship_not_required"):
            return "本事项不受经济困难条件限制，不能以经济状况变化为由终止"
        if view.facts.get("hardship_check_waived") and not ask.data.get("status_lost"):
            return "受援人免予核查经济困难状况；只有其身份已经丧失的，才能以此为由终止"
    if ground == "7":
        if view.facts.get("notice_kind") in ("MUST", "TREATMENT"):
            return "应当通知辩护的案件不因当事人要求而终止；有正当理由拒绝的，更换律师"
        if not (ask.data.get("asked_on") or view.has("termination_requested")):
            return "没有受援人要求终止的记录，请先记录其要求"
    return None


TERMINATING = (
    Rule("GROUND_UNFIT", _ground_fits, A(48, 1), "ground"),
    need("other_basis", "所依据的法律、法规", lambda v, a: a.data.get("ground") == "8", A(48, 1, 8)),
)


def _objectionable(view: View, ask: Ask) -> str | None:
    for rec in reversed(view.events):
        if rec.event in ("upheld", "regranted", "reinstated"):
            return "对这一决定的异议已经审查，不服维持决定的，可以依法申请行政复议或者起诉"
        if rec.event in ("refused", "terminated"):
            return None
    return "没有不予援助或者终止援助的决定，不能提出异议；对服务不满意的，可以投诉"


def _objection_in_time(view: View, ask: Ask) -> str | None:
    if view.calendar is None:
        return None
    clock = view.clock("LA-OBJECT", ask.at)
    came = ask.date("received_on") or ask.on
    if clock is not None and clock.legal is not None and came > clock.legal:
        return f"异议应当在{zh(clock.legal)}前提出，已经逾期；可以依法申请行政复议或者起诉"
    return None


OBJECTING = (
    Rule("NOT_OBJECTIONABLE", _objectionable, A(49, 1)),
    Rule("OBJECTION_LATE", _objection_in_time, A(49, 1), "received_on"),
)


def _of(event: str, title: str) -> Any:
    def test(view: View, ask: Ask) -> str | None:
        return None if view.facts.get("objected_to") == event else f"异议不是针对{title}的决定提出的"

    return test


REGRANTING = (Rule("NOT_A_REFUSAL", _of("refused", "不予援助"), A(49, 2)),)
REINSTATING = (Rule("NOT_A_TERMINATION", _of("terminated", "终止援助"), A(49, 2)),)


def _complaint_open(view: View, ask: Ask) -> str | None:
    asked, said = view.by_event.get("complaint_received", ()), view.by_event.get("complaint_answered", ())
    return "没有待处理的投诉" if len(asked) <= len(said) else None


COMPLAINT = (Rule("NO_COMPLAINT", _complaint_open, A(56)),)


def _fraud(view: View, ask: Ask) -> str | None:
    if view.facts.get("termination_ground") != "1":
        return "只有因欺骗或者其他不正当手段获得援助而终止的，才责令支付费用"
    return None


def _fine(view: View, ask: Ask) -> str | None:
    fine = ask.data.get("fine")
    if fine is not None and Decimal(str(fine)) > FINE_MAX:
        return "罚款不超过三千元"
    return _not_negative("fine", "罚款")(view, ask)  # type: ignore[no-any-return]


PAYBACK = (
    Rule("NO_FRAUD", _fraud, A(64)),
    Rule("FINE_MAX", _fine, A(64), "fine"),
    Rule("COST_NEGATIVE", _not_negative("cost", "费用"), A(64), "cost"),
)
