"""The declaration is sound, speaks the factbook's language, and keeps people's troubles sealed."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures import checks
from xiezhi.kernel.procedures.declare import CLOCK, Kind, Side
from xiezhi.legal_services.legal_aid.documents import TEMPLATES
from xiezhi.legal_services.legal_aid.guide import MUST_ACT
from xiezhi.legal_services.legal_aid.procedure import LegalAid as P

STATES = [
    "RECEIVED", "SUPPLEMENT", "WITHDRAWN", "GRANTED", "REFUSED", "FIRST_AID", "APPOINTED", "WORKING", "CHANGED", "TERMINATED",
    "OBJECTION", "UPHELD", "CORRECTED", "CLOSED", "PAID",
]  # fmt: skip


def test_sound() -> None:
    assert [str(f) for f in checks.check(P, today=date(2026, 11, 22))] == []


def test_the_factbook_s_states_are_there() -> None:
    assert set(STATES) <= set(P.states)
    assert P.code == "FLYZ" and P.in_force_from == date(2022, 1, 1)


def test_every_open_state_has_somebody_who_must_act_and_can() -> None:
    for code, state in P.states.items():
        if state.closed:
            assert code not in MUST_ACT
            continue
        for role in MUST_ACT[code]:
            moves = [
                e
                for e in P.events.values()
                if state in e.sources and role in [r.code for r in e.by] and e.target is not state
            ]
            assert moves, (code, role)


def test_offers_never_move_the_matter() -> None:
    for name in ("offered", "offer_accepted", "offer_refused", "offer_lapsed", "offer_withdrawn"):
        assert P.events[name].target == "SAME"


def test_lengths_the_law_fixes_and_those_it_leaves_open() -> None:
    fixed = {"LA-DECIDE": 7, "LA-APPOINT": 3, "LA-NOTIFY-APPOINT": 3, "LA-NOTIFY-TELL": 3, "LA-ORGAN-NOTICE": 3, "LA-TRANSFER": 24,
             "LA-OBJECTION": 5, "LA-RECON": 60}  # fmt: skip
    assert {k: P.terms[k].length for k in fixed} == fixed
    open_ones = {"meet_days": 5, "closing_days": 30, "subsidy_days": 30, "objection_days": 0, "offer_hours": 24}
    assert {k: P.parameters[k].at(date(2026, 1, 1)) for k in open_ones} == open_ones
    assert all(P.parameters[k].kind == "practice" for k in open_ones)


def test_twins_for_working_days_cover_every_statutory_day_limit_of_the_office() -> None:
    twins = {t.removesuffix("-WD") for t in P.terms if t.endswith("-WD")}
    assert twins == {"LA-DECIDE", "LA-APPOINT", "LA-NOTIFY-APPOINT", "LA-NOTIFY-TELL", "LA-OBJECTION"}
    for name in twins:
        meets = {e.code for e in P.events.values() if name in e.meets}
        assert meets and meets == {e.code for e in P.events.values() if f"{name}-WD" in e.meets}


def test_poverty_health_and_abuse_are_sealed() -> None:
    sealed = {"applicant", "agent", "other_party", "facts_reasons", "household_size", "income_declared", "means_statement",
              "health_detail", "abuse_detail", "safe_contact", "recipient", "case_summary"}  # fmt: skip
    for event in (P.events["applied"], P.events["asked_in_custody"], P.events["defence_notified"]):
        for field in event.form:
            if field.name in sealed:
                assert field.personal and field.fact_name is None, field.name
    free = [
        (e.code, f.name)
        for e in P.events.values()
        for f in e.form
        if f.kind in (Kind.LONGTEXT, Kind.RECORD) and not f.personal
    ]
    assert [x for x in free if x not in {("corrected", "replace"), ("corrected", "reason")}] == []


def test_other_organs_read_nothing_of_poverty_health_or_abuse() -> None:
    for event in (P.events["applied"], P.events["asked_in_custody"]):
        shown = {f.name for f in event.form if not f.confidential and f.kind is not Kind.FILES}
        assert shown <= {"kind", "matter_type", "channel", "received_on", "first_filed_on", "applied_at", "transferor_kind", "transferor_name",
                         "case_organ", "case_organ_name", "case_organ_no", "in_custody", "life_or_death", "represented"}  # fmt: skip
    told = {e.code for e in P.events.values() if "case_organ" in [r.code for r in e.notifies]}
    assert told == {"organ_told", "replaced"}, "documents of these events go to the court"


def test_nobody_is_asked_for_a_certificate_of_poverty() -> None:
    for event in P.events.values():
        for field in event.form:
            assert "困难证明" not in field.label and not any("困难证明" in label for _, label in field.choices)
    assert not any("困难证明" in f.label for t in TEMPLATES for f in t.fields)


def test_lapses_are_the_clock_s_alone() -> None:
    assert {e.code for e in P.clock_events()} == {"deemed_withdrawn", "offer_lapsed"}
    assert all(e.by == (CLOCK,) for e in P.clock_events())


def test_the_agency_never_judges_objections_against_itself() -> None:
    for name in ("upheld", "correction_ordered", "complaint_answered", "payback_ordered"):
        assert {r.code for r in P.events[name].by} == {"organ_officer", "organ_head"}


def test_every_event_a_party_is_told_of_says_so_plainly() -> None:
    for event in P.events.values():
        if any(r.side is Side.PARTY for r in event.notifies):
            assert event.plain.strip(), event.code


def test_documents_of_the_factbook() -> None:
    titles = " ".join(t.title for t in TEMPLATES)
    for wanted in ("申请表", "诚信承诺书", "受理回执", "补充材料通知书", "给予法律援助决定书", "不予法律援助决定书", "终止法律援助决定书", "先行提供",
                   "指派通知书", "公函", "委托协议", "更换", "异议审查决定书", "结案审批表", "回访表", "补贴审批表", "转交函"):  # fmt: skip
        assert wanted in titles, wanted
