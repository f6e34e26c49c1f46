"""Taking old matters over: lawful histories, kept numbers, computed clocks, nothing dropped, nothing twice."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.enforcement.reconsideration import flow
from tests.enforcement.reconsideration.world import World, build
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.ledger.models import Salt
from xiezhi.kernel.procedures import registry, selectors, store
from xiezhi.kernel.procedures.core import replay
from xiezhi.kernel.procedures.models import Deadline, Matter, MatterEvent, Party, TakeoverMisfit, TakeoverRecord
from xiezhi.kernel.procedures.takeover_files import FilesError
from xiezhi.kernel.procedures.takeover_quarantine import correct, misfits, retry
from xiezhi.kernel.procedures.takeover_store import take_over

pytestmark = pytest.mark.django_db
BASE = {
    "procedure": "XZFY", "organ": "临川县人民政府", "handling_unit": "临川县司法局", "respondent": "临川县市场监督管理局",
    "matter_code": "行政处罚", "act_type": "行政处罚决定书", "act_made_on": "2026-06-01", "act_served_on": "2026-06-02",
    "filing_method": "网上", "claims": "撤销",
}  # fmt: skip
MATTERS: list[dict[str, str]] = [
    {**BASE, "source_key": "A1", "case_no": "临川府复〔2026〕7号", "filed_on": "2026-07-01", "received_on": "2026-07-01",
     "accepted_on": "2026-07-06", "track": "普通", "copy_sent_on": "2026-07-10", "replied_on": "2026-07-20", "views_heard_on": "2026-07-22",
     "result": "撤销", "result_on": "2026-08-20", "served_on": "2026-08-24", "closed_on": "2026-08-28", "state": "已归档",
     "archived_on": "2026-09-01", "officers": "沈明远、贺清"},
    {**BASE, "source_key": "A2", "case_no": "临川府复〔2026〕9号", "filed_on": "2026-07-01", "accepted_on": "2026-07-06",
     "suspended_on": "2026-08-03", "resumed_on": "2026-09-07", "suspension_ground": "须以另案结果为依据", "state": "在办"},
    {**BASE, "source_key": "A3", "filed_on": "2026-09-10", "act_made_on": "2026-08-20", "act_served_on": "2026-08-20",
     "state": "受理审查"},
    {**BASE, "source_key": "B1", "filed_on": "2026-07-01", "state": "神秘状态"},
    {**BASE, "source_key": "B2", "filed_on": "2026-07-01", "state": "在办"},
    {**BASE, "source_key": "B3", "filed_on": "2026-13-01", "state": "受理审查"},
    {**BASE, "source_key": "B4", "filed_on": "2026-07-01", "state": "受理审查", "handling_unit": "不存在的局"},
    {**BASE, "source_key": "E1", "case_no": "临川府复〔2026〕10号", "filed_on": "2026-09-01"},
]  # fmt: skip
EVENTS = [
    {"source_key": "E1", "event": "提出申请", "on": "2026-09-01"},
    {"source_key": "E1", "event": "receipt", "on": "2026-09-01"},
    {
        "source_key": "E1",
        "event": "受理",
        "on": "2026-09-04",
        "data": '{"procedure": "SIMPLIFIED", "simplified_ground": "LE_3000"}',
    },
    {"source_key": "E1", "event": "发送申请书副本", "on": "2026-09-08", "data.respondent_received_on": "2026-09-08"},
    {"source_key": "没有", "event": "receipt", "on": "2026-09-01"},
]
PARTIES = [
    {"source_key": "A1", "role": "申请人", "name": "林晓云", "id_no": "x", "contact": "13900000000"},
    {"source_key": "A1", "role": "委托代理人", "name": "周承", "acts_for": "林晓云"},
    {"source_key": "A2", "role": "applicant", "name": "林晓云"},
]
DOCUMENTS = [
    {
        "source_key": "A1",
        "title": "行政复议决定书",
        "number": "临川府复决字〔2026〕7号",
        "issued_on": "2026-08-20",
        "file": "a1.pdf",
    }
]


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    columns = list(dict.fromkeys(c for row in rows for c in row))
    with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.DictWriter(out, columns)
        table.writeheader()
        table.writerows(rows)


@pytest.fixture
def world(freeze: Callable[[str], None]) -> World:
    freeze("2026-09-14 10:00")
    return build()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "matters", MATTERS)
    write(tmp_path, "events", EVENTS)
    write(tmp_path, "parties", PARTIES)
    write(tmp_path, "documents", DOCUMENTS)
    (tmp_path / "a1.pdf").write_bytes(b"%PDF-1.4 old")
    return tmp_path


def taken(key: str) -> Matter:
    return TakeoverRecord.objects.get(source="old", source_key=key).matter


def test_checking_stores_nothing_and_tells_everything(world: World, folder: Path) -> None:
    report = take_over(folder, source="old", dry=True)
    assert Matter.objects.count() == 0 and TakeoverMisfit.objects.count() == 0
    assert (report.read, report.taken, report.misfit_records) == (8, 4, 5)
    found = {(key, m.field, m.code) for key, m in report.misfits}
    assert found == {
        ("", "source_key", "STRAY_ROW"), ("B1", "state", "UNKNOWN_WORD"), ("B2", "accepted_on", "DATE_MISSING"),
        ("B3", "filed_on", "DATE"), ("B4", "handling_unit", "UNKNOWN_UNIT"),
    }  # fmt: skip
    table, page = report.write(folder)
    assert "神秘状态" in table.read_text(encoding="utf-8-sig") and "处理办法" in page.read_text(encoding="utf-8")
    assert all(m.advice for _, m in report.misfits)


def test_matters_come_with_history_numbers_clocks_and_papers(world: World, folder: Path) -> None:
    take_over(folder, source="old")
    a1 = taken("A1")
    assert (a1.state, a1.case_no, a1.outcome, a1.open) == ("ARCHIVED", "临川府复〔2026〕7号", "QUASHED", False)
    assert a1.parties_line == "林晓云" and a1.imported_from == "old" and a1.closed_on == date(2026, 8, 28)
    assert a1.handler == world.officers[0]
    agent = Party.objects.get(matter=a1, role="agent")
    assert agent.acts_for is not None and agent.acts_for.name == "林晓云"
    assert Party.objects.get(matter=a1, role="respondent").unit == world.market
    doc = Document.objects.get(matter=a1)
    assert doc.number == "临川府复决字〔2026〕7号" and doc.file is not None
    case = ReconsiderationCase.objects.get(pk=a1.pk)
    assert case.closing_type == "QUASHED" and case.concluded_on == date(2026, 8, 20) and case.concluded_in_time is True
    a2 = taken("A2")
    assert (a2.state, a2.due_term, a2.due_nominal) == ("IN_REVIEW", "RC-DECIDE-ORD", date(2026, 10, 9))
    assert Deadline.objects.filter(matter=a2, term="RC-DECIDE-ORD", legal=date(2026, 10, 9)).exists()
    a3 = taken("A3")
    assert (a3.state, a3.due_term, a3.due_legal) == ("ADMISSION_REVIEW", "RC-ADMIT", date(2026, 9, 17))
    e1 = taken("E1")
    assert (e1.state, e1.track, e1.due_term) == ("IN_REVIEW", "SIMPLIFIED", "RC-REPLY-SIM")
    assert Salt.objects.filter(object_type="event").count() == MatterEvent.objects.count()
    for matter in Matter.objects.all():
        view = replay(registry.get("XZFY"), store.history(matter.pk), strict=True)
        assert view.state is not None and view.state.code == matter.state


def test_numbers_go_on_after_the_old_ones(world: World, folder: Path) -> None:
    take_over(folder, source="old")
    answers = world.answers()
    matter = flow.accepted(world, "new", act={**answers["act"], "doc_no": "新号"})
    assert matter.case_no == "临川府复〔2026〕11号"


def test_running_twice_changes_nothing_and_tells_what_changed_at_the_source(world: World, folder: Path) -> None:
    take_over(folder, source="old")
    before = list(MatterEvent.objects.order_by("pk").values_list("pk", "data"))
    again = take_over(folder, source="old")
    assert (again.taken, again.unchanged, again.changed) == (0, 4, [])
    changed = [dict(m) for m in MATTERS]
    changed[0]["result"] = "维持"
    write(folder, "matters", changed)
    third = take_over(folder, source="old")
    assert third.changed == ["A1"] and third.unchanged == 3
    assert list(MatterEvent.objects.order_by("pk").values_list("pk", "data")) == before
    assert taken("A1").outcome == "QUASHED"
    assert misfits("old").values("source_key").distinct().count() == 5


def test_a_misfit_is_corrected_and_comes_in(world: World, folder: Path) -> None:
    take_over(folder, source="old")
    waiting = misfits("old").get(source_key="B2")
    assert waiting.advice and waiting.row == 6
    correct(waiting, {"accepted_on": "2026-07-06"}, "account:1")
    report = take_over(folder, source="old")
    assert report.taken == 1 and taken("B2").state == "IN_REVIEW"
    assert not misfits("old").filter(source_key="B2").exists()


def test_one_record_is_tried_again_by_itself(world: World, folder: Path) -> None:
    take_over(folder, source="old")
    waiting = misfits("old").get(source_key="B2")
    assert [m.field for m in retry(waiting)] == [waiting.field]
    waiting = misfits("old").get(source_key="B2")
    correct(waiting, {"accepted_on": "2026-07-06"}, "account:1")
    assert retry(waiting) == []
    assert taken("B2").state == "IN_REVIEW"
    assert not misfits("old").filter(source_key="B2").exists()
    again = take_over(folder, source="old")
    assert (again.taken, again.unchanged, again.changed) == (0, 5, [])
    stray = misfits("old").filter(source_key="").first()
    assert stray is not None
    with pytest.raises(ValueError, match="不属于"):
        retry(stray)


def test_a_taken_number_is_refused_with_its_row(world: World, folder: Path) -> None:
    rows = [dict(MATTERS[0]), {**MATTERS[1], "case_no": MATTERS[0]["case_no"]}]
    write(folder, "matters", rows)
    (folder / "events.csv").unlink()
    (folder / "parties.csv").unlink()
    report = take_over(folder, source="old")
    assert report.taken == 1 and [m.code for _, m in report.misfits] == ["NUMBER_TAKEN"]


def test_events_in_unlawful_order_are_refused(world: World, folder: Path) -> None:
    write(folder, "matters", [MATTERS[-1]])
    (folder / "parties.csv").unlink()
    (folder / "documents.csv").unlink()
    write(folder, "events", [EVENTS[0], EVENTS[2]])
    report = take_over(folder, source="old", dry=True)
    [(key, misfit)] = report.misfits
    assert key == "E1" and misfit.code == "UNLAWFUL_ORDER" and misfit.row == 3 and "已收到" in misfit.reason


def test_an_empty_folder_is_told(tmp_path: Path, world: World) -> None:
    with pytest.raises(FilesError):
        take_over(tmp_path, source="old")


def test_excel_is_read_like_csv(world: World, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "matters"
    columns = list(MATTERS[2])
    sheet.append(columns)
    sheet.append([date(2026, 9, 10) if c == "filed_on" else MATTERS[2][c] for c in columns])
    book.save(tmp_path / "old.xlsx")
    assert take_over(tmp_path, source="old").taken == 1
    assert taken("A3").opened_on == date(2026, 9, 10)


def test_taken_matters_go_on_like_others(world: World, folder: Path, freeze: Callable[[str], None]) -> None:
    take_over(folder, source="old")
    matter = taken("A3")
    done = flow.fire(matter, "accepted", world.office_head, procedure="ORDINARY", officers=world.staff_ids)
    assert done.case_no == "临川府复〔2026〕11号"
    state = selectors.matter_state(Matter.objects.get(pk=taken("A2").pk))
    assert [c.term.id for c in state.live] == ["RC-DECIDE-ORD"]


def test_a_thousand_matters_come_in_quickly(world: World, tmp_path: Path) -> None:
    rows = [{**MATTERS[0], "source_key": f"N{i}", "case_no": f"临川府复〔2025〕{i}号"} for i in range(1, 1001)]
    write(tmp_path, "matters", rows)
    begun = time.perf_counter()
    report = take_over(tmp_path, source="old")
    took = time.perf_counter() - begun
    assert report.taken == 1000 and not report.misfits
    assert took < 30, f"{took:.1f} s for 1,000 matters"
