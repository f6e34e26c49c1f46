"""Assignment, handover, recusal and correction: what every procedure shares, tried on reconsideration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from xiezhi.enforcement.reconsideration.procedure import Reconsideration as P
from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.core import Actor, Ask, Effects, Recorded, Refused, fire, replay, settle
from xiezhi.kernel.procedures.declare import SAME, DeclarationError, Event, Procedure, State
from xiezhi.kernel.procedures.forms import filled

CALENDAR = calendar_from_chinesecalendar()


def do(history: list[Recorded], name: str, on: date, data: Mapping[str, Any] | None = None, role: str = "") -> Effects:
    event = P.events[name]
    actor = Actor("someone", frozenset({role or event.by[0].code}))
    ask = Ask(
        name, on, datetime(on.year, on.month, on.day, 12, tzinfo=SHANGHAI), actor, filled(event.form, data or {}, on)
    )
    effects = fire(P, history, ask, CALENDAR.provisional(), provisional_lapses=True)
    history += effects.recorded
    return effects


def begun() -> list[Recorded]:
    history: list[Recorded] = []
    do(history, "filed", date(2026, 9, 14), {"facts_and_reasons": "秘密的理由"})
    do(history, "receipt", date(2026, 9, 14))
    return history


def test_officers_follow_assignment_handover_and_recusal() -> None:
    history = begun()
    do(history, "assigned", date(2026, 9, 14), {"officers": ["a", "b"]})
    do(history, "handed_over", date(2026, 9, 15), {"from_officer": "a", "to_officer": "c"})
    view = do(history, "recused", date(2026, 9, 15), {"who": "b"}).view
    assert view.facts["officers"] == ["c"]
    assert view.facts["officer_count"] == 1
    with pytest.raises(Refused) as no:
        do(history, "handed_over", date(2026, 9, 15), {"from_officer": "c", "to_officer": "c"})
    assert no.value.codes == ("SAME_OFFICER",)


def test_a_recusal_names_its_ground_and_how_it_was_asked() -> None:
    fields = {f.name: f for f in P.events["recused"].form}
    assert fields["ground"].required_on_screen and dict(fields["ground"].choices)["INTEREST"]
    assert dict(fields["asked_by"].choices) == {
        "PARTY": "当事人申请回避",
        "SELF": "本人自行回避",
        "ORGAN": "机关决定回避",
    }
    history = begun()
    do(history, "assigned", date(2026, 9, 14), {"officers": ["a", "b"]})
    with pytest.raises(Refused):
        do(history, "recused", date(2026, 9, 15), {"who": "b", "ground": "LIKES_NOT"})
    do(history, "recused", date(2026, 9, 15), {"who": "b", "asked_by": "SELF", "ground": "CONTACT"})
    assert history[-1].data["ground"] == "CONTACT"


def test_a_correction_keeps_personal_values_out_of_the_history() -> None:
    history = begun()
    effects = do(history, "corrected", date(2026, 9, 15), {
        "seq": 1, "replace": {"facts_and_reasons": "另一理由", "claims": ["变更"]}, "reason": "录入有误"})  # fmt: skip
    assert effects.payload == {"replace": {"facts_and_reasons": "另一理由"}}
    assert "理由" not in str([r.data.get("replace") for r in history])
    assert effects.view.facts["claims"] == ["CHANGE"]


@pytest.mark.parametrize(
    ("data", "code"),
    [({"seq": 99, "void": True}, "NO_SUCH_ENTRY"), ({"seq": 1, "void": True}, "CORRECTION_BREAKS_HISTORY"),
     ({"seq": 1}, "NOTHING_CORRECTED"), ({"seq": 1, "replace": {"colour": "red"}}, "UNKNOWN_FIELD")],
)  # fmt: skip
def test_corrections_that_make_no_sense(data: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as no:
        do(begun(), "corrected", date(2026, 9, 15), {**data, "reason": "x"})
    assert code in no.value.codes


def test_a_wrong_lapse_is_voided_after_its_cause_is_mended() -> None:
    history = begun()
    view = replay(P, history)
    history += settle(view, CALENDAR, datetime(2026, 9, 21, 1, tzinfo=SHANGHAI))
    assert view.state is P.ACCEPTED
    do(history, "corrected", date(2026, 9, 21), {"seq": 2, "new_on": date(2026, 9, 16), "reason": "收到日录错"})
    back = do(history, "corrected", date(2026, 9, 21), {"seq": 3, "void": True, "reason": "期限尚未届满"}).view
    assert back.state is P.ADMISSION_REVIEW
    assert settle(back, CALENDAR, datetime(2026, 9, 21, 13, tzinfo=SHANGHAI)) == []


def test_a_correction_can_be_corrected() -> None:
    history = begun()
    do(history, "corrected", date(2026, 9, 15), {"seq": 2, "void": True, "reason": "登记错"})
    assert replay(P, history).state is P.RECEIVED
    view = do(history, "corrected", date(2026, 9, 15), {"seq": 3, "void": True, "reason": "没有错"}).view
    assert view.state is P.ADMISSION_REVIEW
    assert view.seq == 4


def test_registry_finds_and_refuses() -> None:
    assert registry.get("XZFY") is P
    assert registry.get("XZFY", on=date(2026, 1, 1)) is P
    with pytest.raises(LookupError, match="XZFY"):
        registry.get("XZFZ")

    class Other(Procedure):
        code, title, in_force_from = "XZFY", "另一个", date(2025, 1, 1)
        ONE = State("一", initial=True)
        begin = Event("开始", ((), ONE), by=(), basis="")
        again = Event("再", ((ONE,), SAME), by=(), basis="")

    with pytest.raises(DeclarationError):
        registry.register(Other)
