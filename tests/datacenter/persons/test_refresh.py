"""std → subject: what is written, that nothing changes by itself, that it can die anywhere, and that people win."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.datacenter.persons import world
from xiezhi.datacenter.persons import ids, refreshing
from xiezhi.datacenter.persons.models import Decision, LinkHistory, PersonEntity, Plan, ReviewPair
from xiezhi.datacenter.runs.models import State
from xiezhi.kernel.calendar import clock

A, B, C = (world.id_no(date(1980, 1, n), n) for n in (1, 2, 3))


@pytest.fixture
def people(lake: Path, settings: Any, tmp_path: Path) -> list[str]:
    settings.HOME = str(tmp_path)
    lawyers = world.put(
        "std_lawyer", [world.lawyer("1", "柳长青", A, mobile="13900000001"), world.lawyer("2", "苏望舒", B)]
    )
    notaries = world.put("std_notary", [world.notary("1", "柳长青", A)])
    subjects = world.put("std_cc_subject", [world.subject("1", "苏望舒", B), world.subject("2", "白露", C)])
    return [*lawyers, *notaries, *subjects]


def test_first_run_writes_persons_records_and_nothing_of_crime(people: list[str]) -> None:
    linker = world.Linker()
    run = refreshing.refresh(linker=linker)
    assert run.state == State.DONE
    assert (run.rows_in, run.rows_out, run.detail["persons"], run.detail["new"]) == (5, 5, 3, 3)
    liu, su, bai = (world.person_of(people[i]) for i in (0, 1, 4))
    assert world.person_of(people[2]) == liu
    assert world.person_of(people[3]) == su
    rows = {r["person_uid"]: r for r in world.rows_of("subject.sb_person")}
    assert set(rows) == {liu, su}, "a person known from correction alone is not in the subject base"
    assert bai not in rows
    assert rows[su]["restricted_flag"] is True
    assert rows[su]["address"] is None, "an address from correction came into the subject base"
    assert rows[liu]["restricted_flag"] is False
    assert rows[liu]["mobile"] == "13900000001"
    assert "NOTARY" in rows[liu]["roles"]
    assert "CORRECTION" not in rows[su]["roles"]
    practitioners = world.rows_of("subject.sb_practitioner")
    assert {(p["person_uid"], p["role"]) for p in practitioners} == {(liu, "01"), (liu, "02"), (su, "01")}
    records = {r["record_id"]: r for r in world.rows_of(refreshing.RECORDS)}
    assert records[people[3]]["restricted"] is True
    assert A not in str(records)
    assert records[people[0]]["id_key"] == records[people[2]]["id_key"] != records[people[1]]["id_key"]
    assert PersonEntity.objects.count() == 3
    assert LinkHistory.objects.count() == 0


def test_same_data_changes_nothing(people: list[str]) -> None:
    linker = world.Linker()
    refreshing.refresh(linker=linker)
    before = sorted((r["record_id"], r["person_uid"]) for r in world.rows_of(refreshing.RECORDS))
    again = refreshing.refresh(linker=linker)
    full = refreshing.refresh(linker=linker, full=True)
    assert linker.calls == ["FULL", "FULL"]
    assert again.rows_out == full.rows_out == 0
    assert sorted((r["record_id"], r["person_uid"]) for r in world.rows_of(refreshing.RECORDS)) == before
    assert LinkHistory.objects.count() == 0


def test_new_gone_and_changed_records(people: list[str]) -> None:
    linker = world.Linker()
    refreshing.refresh(linker=linker)
    liu, su = world.person_of(people[0]), world.person_of(people[1])
    (new,) = world.put("std_notary", [world.notary("9", "柳长青", A, office_usc="32990000MD00000009")])
    run = refreshing.refresh(linker=linker)
    assert run.detail["way"] == "INCREMENTAL"
    assert world.person_of(new) == liu
    assert PersonEntity.objects.get(uid=liu).records == 3
    from xiezhi.datacenter.lake import tables

    tables.get("std.std_cc_subject").delete_rows([people[3].partition(":")[2], people[4].partition(":")[2]])
    tables.get("std.std_lawyer").delete_rows([people[1].partition(":")[2]])
    refreshing.refresh(linker=linker)
    gone = ids.resolve(su)
    assert gone is not None
    assert gone.state == "GONE"
    assert gone.uids == ()
    assert {r["person_uid"] for r in world.rows_of("subject.sb_person")} == {liu}
    assert set(LinkHistory.objects.values_list("kind", "cause")) == {("GONE", "DATA")}


def test_merge_then_split_keeps_old_ids_resolvable(people: list[str]) -> None:
    linker = world.Linker()
    refreshing.refresh(linker=linker)
    liu, su = world.person_of(people[0]), world.person_of(people[1])
    linker.groups = dict.fromkeys(people[:4], "one")
    refreshing.refresh(linker=linker, full=True)
    joined = world.person_of(people[0])
    assert joined == world.person_of(people[1])
    lost = su if joined == liu else liu
    assert ids.resolve(lost) == ids.Resolution(lost, "MERGED", (joined,))
    linker.groups = {}
    refreshing.refresh(linker=linker, full=True)
    assert (world.person_of(people[0]), world.person_of(people[1])) == (liu, su)
    assert LinkHistory.objects.order_by("id").values_list("kind", flat=True)[0] == "MERGED"
    assert {"REVIVED", "SPLIT"} <= set(LinkHistory.objects.values_list("kind", flat=True))


def _decide(a: str, b: str, state: str) -> ReviewPair:
    a, b = sorted((a, b))
    pair, _made = ReviewPair.objects.update_or_create(
        record_a=a,
        record_b=b,
        defaults={
            "state": state,
            "weight": 1.0,
            "probability": 0.5,
            "model_version": "t",
            "opened_at": clock.now(),
            "applied": False,
        },
    )
    decision = Decision.objects.create(
        pair=pair, verdict=state, reason="X", label="x", at=clock.now(), probability=0.5, model_version="t"
    )
    ReviewPair.objects.filter(pk=pair.pk).update(decision=decision)
    return pair


def test_decisions_win_and_survive_reruns(people: list[str]) -> None:
    linker = world.Linker()
    refreshing.refresh(linker=linker)
    liu = world.person_of(people[0])
    _decide(people[0], people[1], "SAME")
    pair = _decide(people[0], people[2], "DIFFERENT")
    run = refreshing.refresh(linker=linker)
    assert linker.calls == ["FULL"], "decisions take effect without linking anew"
    assert run.detail["left_out"] in (0, 1)
    for full in (False, True, True):
        refreshing.refresh(linker=linker, full=full)
        assert world.person_of(people[0]) == world.person_of(people[1]) != world.person_of(people[2])
    assert ReviewPair.objects.get(pk=pair.pk).applied
    assert set(LinkHistory.objects.values_list("cause", flat=True)) == {"HUMAN"}
    assert liu in {world.person_of(people[0]), world.person_of(people[2])}


def test_gray_zone_opens_updates_and_grows_stale(people: list[str]) -> None:
    linker = world.Linker()
    linker.gray = [(people[0], people[1], 2.0, True), (people[2], people[1], -1.0, False)]
    refreshing.refresh(linker=linker)
    assert ReviewPair.objects.filter(state="OPEN").count() == 2
    linker.gray = [(people[1], people[0], 3.0, True)]
    refreshing.refresh(linker=linker, full=True)
    assert sorted(ReviewPair.objects.values_list("state", "weight")) == [("OPEN", 3.0), ("STALE", -1.0)]


@pytest.mark.parametrize("at", ["persons", "apply"])
def test_dies_and_is_finished_by_the_next(people: list[str], monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    linker = world.Linker()
    linker.gray = [(people[0], people[1], 2.0, False)]

    class Dead(Exception):
        pass

    def die(*_: Any, **__: Any) -> Any:
        raise Dead

    target = {"persons": (refreshing.subject, "write"), "apply": (refreshing, "_apply")}[at]
    with monkeypatch.context() as patch:
        patch.setattr(*target, die)
        with pytest.raises(Dead):
            refreshing.refresh(linker=linker)
    assert Plan.objects.filter(applied_at__isnull=True).count() == 1
    refreshing.refresh(linker=linker)
    assert Plan.objects.filter(applied_at__isnull=True).count() == 0
    records = world.rows_of(refreshing.RECORDS)
    assert len(records) == 5
    assert {str(u) for u in PersonEntity.objects.filter(state="ACTIVE").values_list("uid", flat=True)} == {
        r["person_uid"] for r in records
    }
    assert ReviewPair.objects.count() == 1
    assert linker.calls == ["FULL"], "the plan was finished, not made again"


def test_deletion_on_request_reaches_every_copy(people: list[str]) -> None:
    from xiezhi.datacenter.lake import tables
    from xiezhi.datacenter.persons.holding import HOLDER
    from xiezhi.datacenter.standards.copies import Change

    refreshing.refresh(linker=world.Linker())
    liu = world.person_of(people[0])
    rows = [people[i].partition(":")[2] for i in (0, 2)]
    corrected = Change("std_lawyer", (rows[0],), {"mobile": "13900000009"}, "r1")
    world.put("std_lawyer", [world.lawyer("1", "柳长青", A, mobile="13900000009")])
    assert HOLDER.remains(corrected) == 1
    HOLDER.apply(corrected)
    assert HOLDER.remains(corrected) == 0
    assert {r["mobile"] for r in world.rows_of("subject.sb_person") if r["person_uid"] == liu} == {"13900000009"}
    for code, row in (("std_lawyer", rows[0]), ("std_notary", rows[1])):
        tables.get(f"std.{code}").delete_rows([row])
        gone = Change(code, (row,), {}, "r2")
        HOLDER.apply(gone)
        HOLDER.apply(gone)
        assert HOLDER.remains(gone) == 0
    assert liu not in str(world.rows_of("subject.sb_person"))
    for name in ("subject.sb_person", refreshing.RECORDS):
        assert len(tables.get(name).snapshots()) == 1, "an earlier state still tells"
    assert ids.resolve(liu).state == "GONE"  # type: ignore[union-attr]
