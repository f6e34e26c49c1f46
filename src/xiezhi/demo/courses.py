"""The mix of courses: admission, supplement, refusal, review, mediation, hearing, decision, service, closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from xiezhi.demo.acts import Act
from xiezhi.demo.histories import Course, Over, Tale

__all__ = ["Fate", "run"]


class Fate:
    """What will become of a matter, drawn once at the beginning so that the course stays coherent."""

    def __init__(self, rng: Random, act: Act, *, late: bool, channel: str) -> None:
        def chance(p: float) -> bool:
            return rng.random() < p

        self.act, self.late, self.channel = act, late, channel
        self.self_fix = chance(0.2)
        self.admission = rng.choices(("accept", "supplement", "refuse", "lapse", "withdraw"), (84, 7, 6.5, 1, 1.5))[0]
        if late:
            self.admission = "refuse"
        self.supplements = chance(0.8)
        self.complex = chance(0.04)
        self.simplified = act.simplified if act.simplified and chance(0.75) else ""
        if not self.simplified and chance(0.12):
            self.simplified = "ALL_AGREE"
        if self.complex:
            self.simplified = ""
        self.no_reply = chance(0.025)
        self.neglected = chance(0.02)
        self.mediation = rng.choices(("none", "tried", "done", "settled"), (72, 8, 14, 6))[0]
        self.pause = chance(0.5)
        self.suspended = chance(0.05)
        self.hearing = self.complex or (not self.simplified and chance(0.08))
        self.committee = self.complex or (not self.simplified and chance(0.03))
        self.extended = not self.simplified and chance(0.06)
        self.withdrawn = chance(0.07)
        self.rejected = chance(0.03)
        self.third_party = chance(0.06)
        self.returned = chance(0.08)
        self.overdue = chance(0.012)
        self.evidence = chance(0.15)
        self.reads_file = chance(0.2)
        self.letter = chance(0.04)
        self.sues = chance(0.03)
        self.decision = self._decision(rng)

    def _decision(self, rng: Random) -> tuple[str, str, dict[str, Any]]:
        if self.act.inaction:
            return rng.choice((
                ("ORDER_PERFORM", "L66", {"perform_days": 30}), ("CLAIM_REJECTED", "L69_DONE", {}), ("CLAIM_REJECTED", "L69_NO_DUTY", {}),
                ("UNLAWFUL", "L65_2_3", {}),
            ))  # fmt: skip
        kinds: list[tuple[str, str, dict[str, Any], int]] = [
            ("UPHELD", "L68", {}, 58), ("QUASHED", "L64_1", {"order_redo": True}, 6), ("QUASHED", "L64_2", {}, 6),
            ("PARTLY_QUASHED", "L64_3", {}, 2), ("CHANGED", "L63_1", {}, 5), ("UNLAWFUL", "L65_1_2", {}, 8),
            ("UNLAWFUL", "L65_2_2", {}, 2),
        ]  # fmt: skip
        kind, ground, extra, _ = rng.choices(kinds, [k[3] for k in kinds])[0]
        return kind, ground, extra


_DISPOSITIVE = {
    "UPHELD": "维持被申请人作出的行政行为。", "QUASHED": "撤销被申请人作出的行政行为。", "PARTLY_QUASHED": "撤销行政行为的第二项，维持其他部分。",
    "CHANGED": "变更处罚内容，减轻处罚。", "UNLAWFUL": "确认被申请人的行政行为违法。", "ORDER_PERFORM": "责令被申请人在三十日内对申请作出处理。",
    "CLAIM_REJECTED": "驳回申请人的复议请求。",
}  # fmt: skip


def run(c: Course, fate: Fate, filing: Mapping[str, Any], filed_at: Any, *, respondent_department: bool) -> Tale:
    """One matter from filing to the present moment."""
    try:
        _file(c, fate, filing, filed_at)
        if c.view.state is not None and c.view.state.code == "CLOSED":
            raise Over
        if _admit(c, fate):
            _review(c, fate)
            _close(c, fate, respondent_department)
    except Over:
        pass
    return c.finish()


def _file(c: Course, fate: Fate, filing: Mapping[str, Any], filed_at: Any) -> None:
    channel = fate.channel
    by = "agent" if c.cast.agent and channel == "ONLINE" else "applicant"
    if channel == "VIA_PENALTY_ORGAN":
        c.do("via_penalty_organ", data=filing, by="applicant", at=filed_at)
        if fate.self_fix:
            day = c.wd(1, 4)
            c.do("self_corrected", day, {"correction": "QUASHED", "told_on": day.isoformat(), "account": "经核查，撤销原处罚决定。"},
                 by="penalty_organ")  # fmt: skip
            raise Over
        c.do("forwarded", c.wd(1, 4), {}, by="penalty_organ")
        c.do("receipt", c.wd(0, 1), {}, by="case_officer")
        return
    if channel == "ONLINE":
        c.do("filed", data=filing, by=by, at=filed_at)
        c.do("receipt", data={}, by="platform", at=filed_at)
        return
    c.do("filed", data=filing, by="clerk", at=filed_at)
    c.do("receipt", data={"received_on": filed_at.date().isoformat()}, by="clerk", at=filed_at)


def _officers(c: Course, fate: Fate) -> list[str]:
    alone = fate.simplified and c.procedure.parameters["officers_simplified"].at(c.day) == 1
    return [str(c.cast.lead.staff_id), *([] if alone else [str(c.cast.second.staff_id)])]


def _assign(c: Course, fate: Fate) -> None:
    c.do("assigned", c.wd(0, 1), {"officers": _officers(c, fate)}, by="office_head")


def _admit(c: Course, fate: Fate) -> bool:
    """Whether the application came to be accepted."""
    if fate.admission == "lapse":
        c.do(
            "assigned",
            c.wd(6, 8),
            {"officers": [str(c.cast.lead.staff_id), str(c.cast.second.staff_id)]},
            by="office_head",
        )
        fate.simplified = ""
        return True
    if fate.admission == "withdraw":
        c.do("withdrawn_before_acceptance", c.wd(1, 3), {"reason": "已经与对方说清楚，不再申请。"}, by="applicant")
        return False
    _assign(c, fate)
    if fate.admission == "supplement" and not _supplement(c, fate):
        return False
    if fate.admission == "refuse":
        _refuse(c, fate)
        return False
    data: dict[str, Any] = {
        "procedure": "SIMPLIFIED" if fate.simplified else "ORDINARY", "officers": _officers(c, fate), "competent": True,
        "respondent_correct": True, "prior_application": "NONE", "court_accepted": False,
    }  # fmt: skip
    if fate.simplified:
        data["simplified_ground"] = fate.simplified
        if fate.simplified == "ALL_AGREE":
            data["all_agree"] = True
    if fate.complex:
        data["complex"] = True
    if fate.act.mandatory:
        data["mandatory_first"] = True
    c.do("accepted", c.wd(1, 3), data, by="case_officer")
    return True


def _supplement(c: Course, fate: Fate) -> bool:
    noticed = c.wd(0, 2)
    c.do("supplement_noticed", noticed, {"defects": c.rng.choice((["IDENTITY"], ["ACT"], ["CLAIM", "FACTS"], ["AUTHORITY"])),
         "detail": "请补充身份证明复印件和行政行为的材料。"}, by="case_officer")  # fmt: skip
    c.do("supplement_notice_received", c.later(0, 2), {}, by="platform")
    if fate.supplements:
        c.do("supplemented", c.wd(1, 8), {"materials": "补充了所要求的材料。"}, by="applicant")
        return True
    c.do("closed", c.wd(16, 24), {"note": "期满未补正，记录在案。"}, by="office_head")
    return False


def _refuse(c: Course, fate: Fate) -> None:
    data = {"reason_code": "LATE", "reason": "申请日距知道行政行为已超过六十日，没有正当理由。"} if fate.late else {
        "reason_code": c.rng.choice(("NO_INTEREST", "OUT_OF_SCOPE", "NO_CLAIM")), "reason": "经审查，申请不符合受理条件。"}  # fmt: skip
    if data["reason_code"] == "OUT_OF_SCOPE":
        data["out_of_scope_code"] = "R36_5"
    c.do("refused", c.wd(1, 3), data, by="office_head")
    c.do("document_served", c.wd(1, 3), _served(c, "NOT_ACCEPTED"), by="case_officer")
    c.do("closed", c.wd(3, 8), {"note": "不予受理，结案。"}, by="case_officer")
    c.do("archived", c.wd(10, 30), {"volume": 1, "pages": c.rng.randint(12, 40)}, by="archivist")


def _served(c: Course, document: str = "") -> dict[str, Any]:
    online = bool(c.view.facts.get("e_service_consent"))
    data: dict[str, Any] = {"method": "ELECTRONIC" if online else c.rng.choice(("DIRECT", "POST"))}
    return {"document": document, **data} if document else data


def _decide_by(c: Course) -> date:
    """Legal last day of the decision."""
    for term in ("RC-DECIDE-ORD", "RC-DECIDE-SIM"):
        clock = c.view.clock(term, c.at)
        if clock is not None and clock.legal is not None:
            return clock.legal
    return c.day + timedelta(days=20)


def _review(c: Course, fate: Fate) -> None:
    """Raises Over at the end of matters that close without a decision."""
    quick = bool(fate.simplified)
    c.do("copy_sent", c.wd(1, 2 if quick else 5), {"note": "随附申请书副本。"}, by="case_officer")
    if fate.neglected and (c.now.date() - c.day).days < 100:
        raise Over  # nobody goes on with it: the clock of the decision runs out
    c.do("copy_received", c.wd(0, 2), {}, by="respondent")
    if fate.mediation == "settled" and quick:
        _settle(c)
    if fate.no_reply:
        c.do(
            "noted",
            c.wd(6, 7) if quick else c.wd(11, 13),
            {"kind": "OTHER", "text": "被申请人期满未答复，已电话催告。"},
            by="case_officer",
        )
    else:
        c.do("replied", c.wd(2, 5) if quick else c.wd(4, 9), {
            "evidence_submitted": True, "staff_agents": 1, "reply": "行政行为认定事实清楚，证据确凿，程序合法，请求维持。",
            "evidence_list": "案卷材料、询问笔录、送达回证等。"}, by="respondent")  # fmt: skip
    _middle(c, fate, quick)
    if fate.mediation in ("done", "settled", "tried"):
        _mediate(c, fate, quick)
    if fate.withdrawn:
        c.do("withdrawn", c.wd(1, 4), {"reason": "争议已经实质化解。"}, by="agent" if c.cast.agent else "applicant")
        c.do("terminated", c.wd(1, 3), {"ground": "1", "reason": "申请人自愿撤回，不损害他人权益。"}, by="office_head")
        _end(c, "TERMINATED")
    if fate.rejected:
        c.do("rejected", c.wd(1, 5), {"reason_code": "L33", "explained": True, "reason": "受理后查明申请人与行政行为没有利害关系。"},
             by="office_head")  # fmt: skip
        _end(c, "REJECTED")
    _decide(c, fate, quick)


def _middle(c: Course, fate: Fate, quick: bool) -> None:
    if fate.reads_file and c.view.has("replied"):
        c.do(
            "file_read",
            c.wd(1, 2),
            {"materials": ["REPLY", "EVIDENCE"], "copied": True},
            by="agent" if c.cast.agent else "applicant",
        )
    if fate.third_party and c.cast.third:
        c.do(
            "third_party_joined",
            c.wd(0, 2),
            {"on_request": "NOTICE", "third_party": f"{c.cast.third}：相邻权利人，与处理结果有利害关系。"},
            by="case_officer",
        )
    if fate.evidence:
        c.do("evidence_added", c.wd(1, 3), {"submitted_by": "APPLICANT", "evidence_kind": "DOC", "purpose": "证明事发时的情况。"},
             by="applicant")  # fmt: skip
    if fate.suspended and not quick:
        c.do("suspended", c.wd(1, 4), {"ground": "8", "reason": "须以另案的结果为依据。"}, by="office_head")
        c.do("resumed", c.later(15, 70), {"reason": "另案已经审结。"}, by="office_head")
    if not quick or c.rng.random() < 0.3:
        c.do("views_heard", c.wd(1, 3) if quick else c.wd(2, 8), {
            "method": c.rng.choice(("PHONE", "PHONE", "IN_PERSON", "INTERNET")), "heard": ["APPLICANT", "RESPONDENT"],
            "record": "申请人坚持复议请求，陈述了事实和理由；被申请人说明了裁量考虑。"}, by="case_officer")  # fmt: skip
    if fate.hearing:
        _hear(c, fate)
    if fate.committee:
        c.do("committee_consulted", c.wd(1, 4), {"reason": "1" if fate.complex else "4", "meeting": "CASE", "opinion": "多数委员建议依法处理。"},
             by="office_head")  # fmt: skip
    if fate.extended:
        c.do(
            "extended",
            c.wd(1, 3),
            {"extension_days": c.rng.choice((15, 30)), "reason": "案情复杂，需要补充调查。"},
            by="office_head",
        )


def _hear(c: Course, fate: Fate) -> None:
    noticed = c.wd(1, 3)
    held = c.calendar.add_working(noticed, c.rng.randint(6, 9))
    c.do("hearing_noticed", noticed, {"hearing_on": held.isoformat(), "place": "行政复议听证室", "topics": "行政行为所依据的事实是否清楚、程序是否合法。"},
         by="case_officer")  # fmt: skip
    staff = [o.staff_id for o in c.cast.office.officers[:4]] + [c.cast.office.heads[0].staff_id]
    clerk = (c.cast.office.clerks or c.cast.office.officers)[-1].staff_id
    named = [str(s) for s in dict.fromkeys(staff) if s != clerk]
    present = c.rng.random() < 0.8
    c.do("hearing_held", held, {
        "chair": named[0], "hearing_officers": named[1:3], "clerk": str(clerk), "respondent_head_present": present,
        **({} if present else {"head_absence_reason": "参加上级会议，委托工作人员参加"}), "applicant_absent": False,
        "record": "各方围绕事实和程序陈述、举证、质证。"}, by="case_officer")  # fmt: skip


def _mediate(c: Course, fate: Fate, quick: bool) -> None:
    if fate.pause and not quick:
        c.do("suspended", c.wd(1, 3), {"ground": "6", "applicant_consents": True, "respondent_consents": True,
             "reason": "双方同意调解。"}, by="office_head")  # fmt: skip
        if fate.mediation == "tried":
            c.do("resumed", c.later(5, 15), {"reason": "调解没有达成一致。"}, by="office_head")
    if fate.mediation == "tried":
        c.do("mediation_refused", c.wd(0, 3), {"reason": "双方对金额不能达成一致。"}, by="case_officer")
        return
    if fate.mediation == "settled":
        _settle(c)
    c.do("mediated", c.wd(2, 8), {"signed_by_all": True, "sealed": True, "act_corrected": c.rng.random() < 0.4,
         "terms": "被申请人调整处理，申请人不再主张其他权利。"}, by="organ_head")  # fmt: skip
    _end(c, "MEDIATED")


def _settle(c: Course) -> None:
    c.do("settled", c.wd(1, 4), {"harms_others": False, "terms": "双方自愿和解，申请人撤回申请。"}, by="case_officer")
    _end(c, "TERMINATED")


def _end(c: Course, document: str) -> None:
    """Service, closing and filing of matters that end without a decision."""
    c.do("document_served", c.wd(1, 3), _served(c, document), by="case_officer")
    c.do("closed", c.wd(2, 8), {"note": "材料齐全，结案。"}, by="case_officer")
    c.do("archived", c.wd(8, 30), {"volume": 1, "pages": c.rng.randint(30, 90)}, by="archivist")
    raise Over


def _decide(c: Course, fate: Fate, quick: bool) -> None:
    kind, ground, extra = fate.decision
    if c.view.facts.get("deemed_no_evidence") and not (
        kind == "CLAIM_REJECTED" and ground in ("L69_NO_DUTY", "L69_DONE")
    ):
        kind, ground, extra = (
            ("QUASHED", "L70", {}) if not fate.act.inaction else ("ORDER_PERFORM", "L70", {"perform_days": 30})
        )
    if c.view.state is not None and c.view.state.code == "IN_REVIEW":
        c.do("drafted", c.wd(1, 4), {"proposed_type": kind, "draft": "拟" + _DISPOSITIVE[kind]}, by="case_officer")
    c.do("submitted", c.wd(0, 3), {"opinion": "同意承办意见，报请审批。"}, by="case_officer")
    if fate.returned:
        c.do("returned", c.wd(0, 2), {"reason": "请补充对证据采信的说理。"}, by="office_head")
        c.do("submitted", c.wd(1, 3), {"opinion": "已按意见修改。"}, by="case_officer")
    last = _decide_by(c)
    earliest = c.calendar.roll(c.day + timedelta(days=1))
    day = c.calendar.roll_back(last - timedelta(days=min(c.rng.randint(0, 12), c.rng.randint(0, 12))))
    if fate.overdue:
        day = c.calendar.roll(last + timedelta(days=c.rng.randint(2, 14)))
    data: dict[str, Any] = {"decision_type": kind, "decision_ground": ground, "approval": "ORGAN_HEAD", **extra,
                            "dispositive": _DISPOSITIVE[kind]}  # fmt: skip
    if fate.committee:
        data["committee_adopted"] = "YES"
    c.do("decided", max(day, earliest), data, by="organ_head")


def _close(c: Course, fate: Fate, respondent_department: bool) -> None:
    c.do("served", c.wd(1, 3), _served(c), by="case_officer")
    if respondent_department:
        c.do("copied", c.wd(1, 5), {"recipient": c.cast.above}, by="case_officer")
    if fate.letter and fate.decision[0] not in ("UPHELD", "CLAIM_REJECTED"):
        c.do("opinion_letter_sent", c.wd(1, 4), {"addressee": str(c.view.facts.get("respondent_name") or ""),
             "problems": "执法中没有听取陈述申辩，请予纠正。"}, by="office_head")  # fmt: skip
    if fate.sues:
        c.do("sued", c.later(3, 12), {"court": "人民法院", "defendant": "JOINT"}, by="applicant")
    if c.view.facts.get("order_redo"):
        c.do("redone", c.later(20, 55), {"same_as_before": False}, by="respondent")
    elif c.view.facts.get("perform_days"):
        c.do("performed", c.later(8, 28), {"report": "已经依法履行。"}, by="respondent")
    if c.view.has("opinion_letter_sent"):
        c.do("opinion_letter_answered", c.later(3, 12), {"report": "已经整改。"}, by="respondent")
    c.do("closed", c.wd(3, 12), {"note": "送达、抄告完毕，结案。"}, by="case_officer")
    c.do("archived", c.wd(10, 40), {"volume": 1, "pages": c.rng.randint(40, 160)}, by="archivist")
