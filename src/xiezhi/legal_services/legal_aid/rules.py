"""条件 of application, review and decision; each refusal says what to do and on which article.

Codes that end in `_MISSING` name a field that becomes necessary in that case; all others are refusals in substance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import Rule

from . import codes
from .citations import A, joined
from .rules_hardship import hardship, limitation_days_left, status_proven

ANSWER_NAMES = ("claim", "groups", "no_stable_income", "statuses", "no_limit_ground", "status_proof")


def known(view: View, ask: Ask, name: str, default: Any = None) -> Any:
    """The value in the form, else the fact, else the default."""
    if ask.data.get(name) is not None:
        return ask.data[name]
    found = view.facts.get(name)
    return default if found is None else found


def zh(day: date | None) -> str:
    """A day in Chinese."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "（日期未定）"


def moment_of(value: Any) -> datetime | None:
    """A moment from a DATETIME field; without zone it is local time."""
    if not value:
        return None
    found = datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def need(name: str, label: str, when: Callable[[View, Ask], bool], basis: str, code: str = "") -> Rule:
    """A field that must be filled in a certain case; code `<NAME>_MISSING`."""

    def test(view: View, ask: Ask) -> str | None:
        value = ask.data.get(name)
        if when(view, ask) and (value is None or value == "" or value == []):
            return f"请填写{label}"
        return None

    return Rule(code or f"{name.upper()}_MISSING", test, basis, name)


def answers(view: View, ask: Ask) -> dict[str, Any]:
    """The answers about hardship as they stand with this form."""
    found = {name: known(view, ask, name) for name in ANSWER_NAMES}
    return {**found, "route": known(view, ask, "route")}


def hardship_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    """Both exemptions, computed anew from what is known."""
    found = hardship(answers(view, ask)).facts()
    groups = set(known(view, ask, "groups") or ())
    abused = found["not_required_basis"] == "ABUSED"
    facts: dict[str, Any] = {
        "hardship_not_required": found["hardship_not_required"], "not_required_basis": found["not_required_basis"],
        "hardship_check_waived": found["hardship_check_waived"], "waiver_basis": found["waiver_basis"],
        # rows of minors and of abused people are listed only for a named purpose
        "restricted": bool("MINOR" in groups or abused),
    }  # fmt: skip
    if abused:
        facts["hide_address"] = True
    return facts


# application


def _received_order(view: View, ask: Ask) -> str | None:
    received = ask.date("received_on")
    return "收到日不能晚于登记日，请核对" if received and received > ask.at.astimezone(SHANGHAI).date() else None


def _first_filed_order(view: View, ask: Ask) -> str | None:
    first = ask.date("first_filed_on")
    return (
        "最初提出申请之日不能晚于本次收到之日，请核对"
        if first and first > (ask.date("received_on") or ask.on)
        else None
    )


def _minor_represented(view: View, ask: Ask) -> str | None:
    if "agent" in ask.actor.roles and "applicant" not in ask.actor.roles and ask.data.get("applied_by") == "SELF":
        return "由他人代为申请的，请选择与申请人的关系"
    return None


def _kin_in_custody(view: View, ask: Ask) -> str | None:
    """近亲属 may apply for people in custody, for a minor against a guardian, and in criminal matters."""
    if ask.data.get("applied_by") != "KIN":
        return None
    allowed = (
        known(view, ask, "in_custody")
        or ask.event == "asked_in_custody"
        or ask.data.get("claim") in ("SUSPECT", "VICTIM", "RETRIAL")
    )
    if allowed or "MINOR" in (ask.data.get("groups") or ()) or ask.data.get("claim") in ("CAPACITY", "ABUSE"):
        return None
    return (
        "近亲属只能为在押人员、刑事案件当事人或者受法定代理人侵害的人代为申请，请改由本人、法定代理人或者受委托人提出"
    )


FILING = (
    Rule("RECEIVED_ORDER", _received_order, A(43, 1), "received_on"),
    Rule("FIRST_FILED_ORDER", _first_filed_order, A(38), "first_filed_on"),
    Rule("APPLIED_BY", _minor_represented, A(40), "applied_by"),
    Rule("KIN_NOT_ENTITLED", _kin_in_custody, joined(A(24), A(40)), "applied_by"),
)


def _applied_order(view: View, ask: Ask) -> str | None:
    at = moment_of(ask.data.get("applied_at"))
    return "提出申请的时刻不能晚于现在，请核对" if at and at > ask.at else None


def _passed_order(view: View, ask: Ask) -> str | None:
    at = moment_of(ask.data.get("passed_at"))
    if at is None:
        return None
    if at > ask.at:
        return "转交的时刻不能晚于现在，请核对"
    rec = view.last("asked_in_custody")
    applied = moment_of(rec.data.get("applied_at")) or rec.at if rec else None
    return "转交的时刻早于提出申请的时刻，请核对" if applied and at < applied else None


CUSTODY_RULES = (
    Rule("APPLIED_AT_ORDER", _applied_order, A(39), "applied_at"),
    *(r for r in FILING if r.code == "KIN_NOT_ENTITLED"),
)
PASSED = (Rule("PASSED_AT_ORDER", _passed_order, A(39), "passed_at"), FILING[0])


# notice of an organ


def _may_court_only(view: View, ask: Ask) -> str | None:
    if ask.data.get("notice_kind") == "MAY" and ask.data.get("organ_kind") != "COURT":
        return "“可以通知”的情形只由人民法院通知，其他机关请按应当通知的情形办理或者告知当事人申请"
    return None


def _treatment_court_only(view: View, ask: Ask) -> str | None:
    if ask.data.get("notice_kind") == "TREATMENT" and ask.data.get("organ_kind") != "COURT":
        return "强制医疗案件由人民法院通知"
    return None


def _notice_order(view: View, ask: Ask) -> str | None:
    found, sent, came = ask.date("found_on"), ask.date("noticed_on"), ask.date("received_on") or ask.on
    if (found and sent and sent < found) or (sent and came < sent) or (found and came < found):
        return "发现、发出通知、收到通知的日期先后颠倒，请核对"
    return None


NOTICE_RULES = (
    need("notice_ground", "应当通知的情形", lambda v, a: a.data.get("notice_kind") == "MUST", A(25, 1)),
    Rule("MAY_COURT_ONLY", _may_court_only, A(25, 2), "organ_kind"),
    Rule("TREATMENT_COURT_ONLY", _treatment_court_only, A(28), "organ_kind"),
    Rule("NOTICE_DATES", _notice_order, A(36), "noticed_on"),
    FILING[0],
)


# supplement


def _once(view: View, ask: Ask) -> str | None:
    return "需要补充的材料应当一次性告知，已经告知过；请依现有材料决定" if view.has("supplement_noticed") else None


def _due_later(view: View, ask: Ask) -> str | None:
    due = ask.date("due_on")
    return "补充材料的截止日应当晚于告知之日" if due and due <= ask.on else None


def _no_certificate(view: View, ask: Ask) -> str | None:
    wanted = str(ask.data.get("detail") or "")
    if "困难证明" in wanted or "贫困证明" in wanted or "收入证明" in wanted:
        return "不能要求开具经济困难证明；请通过信息共享查询，或者由申请人作个人诚信承诺"
    return None


def _no_statement(view: View, ask: Ask) -> str | None:
    if "STATEMENT" not in (ask.data.get("defects") or ()):
        return None
    if view.facts.get("hardship_not_required"):
        return "本事项不受经济困难条件限制，不能要求说明经济状况"
    if view.facts.get("hardship_check_waived"):
        return "申请人免予核查经济困难状况，只能要求证明身份，不能要求说明经济状况"
    return None


SUPPLEMENT = (
    Rule("SUPPLEMENT_ONCE", _once, A(43, 2)),
    Rule("DUE_BEFORE_NOTICE", _due_later, A(43, 2), "due_on"),
    Rule("POVERTY_CERTIFICATE", _no_certificate, A(41, 2), "detail"),
    Rule("NO_MEANS_ASKED", _no_statement, joined(A(32), A(42)), "defects"),
)


# check of hardship


def _check_needed(view: View, ask: Ask) -> str | None:
    if not ask.data.get("method"):
        return None
    if hardship(answers(view, ask)).not_required:
        return "本事项不受经济困难条件限制，不核查经济状况"
    if hardship(answers(view, ask)).check_waived and known(view, ask, "status_proof") != "FAILED":
        return "申请人免予核查经济困难状况，只核对身份；身份不能证明的，先把身份材料记为不能证明"
    return None


def _promise_given(view: View, ask: Ask) -> str | None:
    if ask.data.get("method") == "PROMISE" and not known(view, ask, "promise"):
        return "申请人还没有作个人诚信承诺，请先由申请人签署，或者改用信息共享查询"
    return None


CHECKING = (
    Rule("CHECK_NOT_NEEDED", _check_needed, joined(A(32), A(42)), "method"),
    Rule("NO_PROMISE", _promise_given, A(41, 2), "method"),
    need("result", "核查结果", lambda v, a: bool(a.data.get("method")), A(41, 2)),
)


# decision


def _in_scope(view: View, ask: Ask) -> str | None:
    if known(view, ask, "claim") == "OUTSIDE" or known(view, ask, "in_scope") is False:
        return "申请事项不属于法律援助范围，请决定不予援助，或者更正申请事项"
    return None


def _competent(view: View, ask: Ask) -> str | None:
    if known(view, ask, "competent") is False:
        return "不属于本机构管辖，请转给有管辖权的法律援助机构"
    return None


def _unrepresented(view: View, ask: Ask) -> str | None:
    if known(view, ask, "represented") and not view.facts.get("hardship_not_required"):
        return "当事人已经委托辩护人或者代理人，不能再给予法律援助；已经解除委托的，请先更正"
    return None


def _poor_enough(view: View, ask: Ask) -> str | None:
    found = hardship(answers(view, ask))
    if found.not_required:
        return None
    proof = known(view, ask, "status_proof")
    if found.check_waived and proof != "FAILED":
        if not status_proven({"status_proof": proof}):
            return "申请人属于免予核查的人员，但身份材料还没有核对；请核对身份或者通知补充"
        return None
    result = view.facts.get("hardship_result")
    if result == "EXCEEDS":
        return "核查结果为超过经济困难标准，不能给予援助"
    if result != "MEETS":
        return "还没有核查经济困难状况，请通过信息共享查询或者核对诚信承诺"
    return None


GRANTING = (
    Rule("OUT_OF_SCOPE", _in_scope, A(31)),
    Rule("NOT_COMPETENT", _competent, A(38), "competent"),
    Rule("ALREADY_REPRESENTED", _unrepresented, joined(A(24), A(31))),
    Rule("HARDSHIP_UNSETTLED", _poor_enough, joined(A(41), A(42))),
)


def _may_say_not_poor(view: View, ask: Ask) -> str | None:
    if ask.data.get("reason_code") != "NOT_POOR":
        return None
    found = hardship(answers(view, ask))
    if found.not_required:
        return "本事项不受经济困难条件限制，不能以不符合经济困难标准为由不予援助"
    if found.check_waived and view.facts.get("status_proof") != "FAILED":
        return "申请人免予核查经济困难状况，只有身份不能证明时，才能以此为由不予援助"
    if view.facts.get("hardship_result") != "EXCEEDS":
        return "没有超过经济困难标准的核查结果，不能以此为由不予援助"
    return None


def _really_outside(view: View, ask: Ask) -> str | None:
    if ask.data.get("reason_code") != "OUT_OF_SCOPE":
        return None
    if view.facts.get("claim") not in (None, "OUTSIDE", "BY_LAW") and ask.data.get("in_scope") is not False:
        return f"申请事项为“{codes.CLAIMS[view.facts['claim']]}”，属于法律援助范围，不能以此不予援助"
    return None


def _really_represented(view: View, ask: Ask) -> str | None:
    if ask.data.get("reason_code") == "REPRESENTED" and not known(view, ask, "represented"):
        return "没有记录申请人已经委托辩护人或者代理人，请先核实并记录"
    return None


REFUSING = (
    Rule("NOT_POOR_IMPOSSIBLE", _may_say_not_poor, joined(A(32), A(42)), "reason_code"),
    Rule("WITHIN_SCOPE", _really_outside, A(31), "reason_code"),
    Rule("NOT_REPRESENTED", _really_represented, joined(A(24), A(31)), "reason_code"),
    need("earlier_matter", "以前给予援助的办件", lambda v, a: a.data.get("reason_code") == "DUPLICATE", A(43, 1)),
)


# first aid


def _first_aid_ground(view: View, ask: Ask) -> str | None:
    ground = ask.data.get("ground")
    if ground == "LIMITATION":
        end = ask.date("limitation_on") or view.date("limitation_on")
        if end is None:
            return "请填写时效或者期限届满之日"
        left = limitation_days_left(end, ask.on)
        if left >= 7:
            return f"距{zh(end)}还有{left}日，不少于七日，不能以此先行提供"
        if left < 0:
            return f"时效或者期限已于{zh(end)}届满，不能以此先行提供"
    if ground == "URGENT_MEASURE" and not known(view, ask, "urgent_measure"):
        return "没有记录需要立即申请保全或者先予执行，请先核实"
    return None


def _papers_later(view: View, ask: Ask) -> str | None:
    due = ask.date("papers_due_on")
    return "补办手续的截止日应当晚于决定之日" if due and due <= ask.on else None


FIRST_AID = (
    Rule("NO_FIRST_AID_GROUND", _first_aid_ground, A(44, 1), "ground"),
    Rule("PAPERS_DUE_ORDER", _papers_later, A(44, 2), "papers_due_on"),
    need("ground_detail", "具体情形和依据", lambda v, a: a.data.get("ground") == "OTHER", A(44, 1, 3)),
)
