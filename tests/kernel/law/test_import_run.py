"""An import from beginning to end: what becomes a version, when it is law, what is told, what a crash leaves."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Freeze
from xiezhi import pg
from xiezhi.kernel.law import importing, library
from xiezhi.kernel.law.importing import follow, running
from xiezhi.kernel.law.importing.sources import Raw, Refused
from xiezhi.kernel.law.models import Act, Import, ImportNote, Provision, Version

STATUTES = Path(__file__).parents[3].parent / "shared/data/statutes/statutes.jsonl.gz"
TODAY = date(2026, 11, 23)
SOAK = os.environ.get("XIEZHI_SOAK") == "1"


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[follow.Came]:
    """Nothing follows an import here but this list."""
    out: list[follow.Came] = []
    monkeypatch.setattr(follow, "AFTER", {"test": (0, lambda came, progress: out.append(came))})
    return out


def raw(
    name: str = "云岭省测试条例",
    promulgated: str | None = "2019-05-01",
    *articles: str,
    key: str = "",
    **more: Any,
) -> Raw:
    articles = articles or ("为了测试，制定本条例。", "测试应当认真。", "本条例自公布之日起施行。")
    body = "\n\n".join(f"第{'一二三四五六七八九十'[n]}条 {text}" for n, text in enumerate(articles))
    day = date.fromisoformat(promulgated) if promulgated else None
    facts: dict[str, Any] = {"effective": day, "effective_source": "header", "category": "地方性法规/云岭省"} | more
    return Raw(
        source="测", key=f"测:{key or f'{name}({promulgated}).md'}", title=name, text=f"# {name}\n\n{body}\n",
        promulgated=day, **facts,
    )  # fmt: skip


def load(*raws: Raw | Refused) -> Import:
    return importing.run_raws(raws, "测")


def codes(run: Import) -> set[str]:
    return set(ImportNote.objects.filter(of=run).values_list("code", flat=True))


def counts(run: Import) -> tuple[int, int, int, int, int]:
    return run.read, run.added, run.changed, run.same, run.refused


@pytest.mark.django_db
def test_twice_changes_nothing(calls: list[follow.Came]) -> None:
    texts = [raw(), raw(promulgated="2025-05-01"), Refused("测:x", "format", "不支持")]
    assert counts(load(*texts)) == (3, 2, 0, 0, 1)
    before = list(Version.objects.order_by("pk").values()), list(Provision.objects.order_by("pk").values())
    assert counts(load(*texts)) == (3, 0, 0, 2, 1)
    assert before == (list(Version.objects.order_by("pk").values()), list(Provision.objects.order_by("pk").values()))
    assert len(calls) == 1 and len(calls[0].added) == 2


@pytest.mark.django_db
def test_a_changed_text_keeps_the_former_one_in_the_report() -> None:
    load(raw())
    run = load(raw("云岭省测试条例", "2019-05-01", "为了测试，制定本条例。", "测试应当仔细。"))
    assert counts(run) == (1, 0, 1, 0, 0)
    version = Version.objects.get()
    assert [p.text for p in library.provisions(version)] == ["为了测试，制定本条例。", "测试应当仔细。"]
    note = ImportNote.objects.get(of=run, code="text_changed")
    assert "测试应当认真。" in note.detail and note.version == version


@pytest.mark.django_db
def test_a_day_the_source_corrects() -> None:
    load(raw())
    run = load(raw(effective=date(2019, 6, 1)))
    assert counts(run) == (1, 0, 1, 0, 0) and codes(run) == {"facts_changed"}
    assert Version.objects.get().since == date(2019, 6, 1)


@pytest.mark.django_db
def test_the_same_version_twice_the_better_text_is_taken() -> None:
    short = raw("云岭省测试条例", "2019-05-01", "甲。", "乙。", key="短")
    long = raw("云岭省测试条例", "2019-05-01", "甲。", "乙。", "丙。", key="长", effective=None, effective_source="")
    run = load(short, long)
    assert counts(run)[:2] == (2, 1) and "double" in codes(run)
    version = Version.objects.get()
    assert version.source_key == "测:长" and version.effective == date(2019, 5, 1)
    assert counts(load(short, long)) == (2, 0, 0, 1, 0)
    # From another source later: a lesser text does not replace, a better one does and leaves the former in the report.
    assert counts(load(replace(short, key="别处:短"))) == (1, 0, 0, 1, 0)
    better = raw("云岭省测试条例", "2019-05-01", "甲。", "乙。", "丙。", "丁。", key="更长")
    assert "text_changed" in codes(load(better))
    assert Version.objects.get().articles == 4


@pytest.mark.django_db
def test_periods_and_labels(freeze: Freeze) -> None:
    freeze("2026-11-23 09:00")
    load(
        raw(promulgated="2015-05-01"),
        raw(promulgated="2019-03-01"),
        raw(promulgated="2019-09-01", effective=date(2020, 1, 1)),
        raw(promulgated="2026-09-01", effective=date(2027, 1, 1)),
        raw("云岭省无日办法", None, effective=date(2011, 1, 1)),
        raw("云岭省全无办法", None, effective=None, effective_source=""),
    )
    act = library.find_act("云岭省测试条例")
    assert act is not None
    found = {v.label: (v.since, v.ended) for v in library.versions(act)}
    assert found == {
        "2015": (date(2015, 5, 1), date(2019, 3, 1)),
        "2019-03-01": (date(2019, 3, 1), date(2020, 1, 1)),
        "2019-09-01": (date(2020, 1, 1), date(2027, 1, 1)),
        "2026": (date(2027, 1, 1), None),
    }
    live = library.version_on(act, TODAY)
    assert live is not None and live.label == "2019-09-01"
    assert not Version.objects.get(label="2026").in_force(TODAY)
    assert Version.objects.get(act__name="云岭省无日办法").label == "2011"
    assert Version.objects.get(act__name="云岭省全无办法").label == "未注明"


@pytest.mark.django_db
def test_a_year_shared_later_gets_days() -> None:
    load(raw(promulgated="2019-03-01"))
    assert Version.objects.get().label == "2019"
    load(raw(promulgated="2019-09-01"))
    assert set(Version.objects.values_list("label", flat=True)) == {"2019-03-01", "2019-09-01"}
    act = Act.objects.get()
    assert library.version(act, "2019") is None  # no longer says which one
    assert library.version(act, "2019-03-01") is not None


@pytest.mark.django_db
@pytest.mark.parametrize("order", [1, -1])
def test_a_repeal_clause_ends_another_act(order: int, calls: list[follow.Came]) -> None:
    old = raw("云岭省旧条例", "2010-01-01", repealed=date(2020, 6, 1))
    new = raw(
        "云岭省新条例",
        "2021-01-01",
        "甲。",
        "本条例自2021年3月1日起施行。《云岭省旧条例》同时废止。",
        effective=date(2021, 3, 1),
    )
    for text in (old, new)[::order]:
        load(text)
    ended = Version.objects.get(act__name="云岭省旧条例")
    assert (ended.ended, ended.ended_why, ended.ended_by) == (date(2021, 3, 1), "repealed", "云岭省新条例 第2条")
    if order == 1:
        assert calls[-1].repealed == [] or calls[-1].repealed == [ended.pk]
    told = library.quote("云岭省旧条例 第1条", TODAY)
    assert told.state == "not_in_force" and not told.text and "2021年3月1日废止" in told.message


@pytest.mark.django_db
def test_newer_versions_are_told(calls: list[follow.Came]) -> None:
    load(raw(promulgated="2015-05-01"))
    load(raw(promulgated="2020-05-01"))
    old, new = Version.objects.order_by("promulgated")
    assert calls[1].added == [new.pk] and calls[1].newer == [(old.pk, new.pk)]


@pytest.mark.django_db
def test_the_books_of_the_code_are_one_act() -> None:
    books = [
        raw(
            "中华人民共和国民法典 总则", None, "甲。", key="民法典/总则.md", history=("2020年5月28日通过",), declared=1
        ),
        raw(
            "中华人民共和国民法典 附则", None, "乙。", key="民法典/附则.md", history=("2020年5月28日通过",), declared=1
        ),
    ]
    books[1] = replace(books[1], text=books[1].text.replace("第一条", "第二条"))
    run = load(*books[::-1])
    version = Version.objects.get()
    assert (version.act.name, version.label, version.articles) == ("民法典", "2020", 2)
    assert [p.path[0][3] for p in library.provisions(version)] == ["总则", "附则"]
    assert ImportNote.objects.filter(of=run, code="book_missing").count() == 6


@pytest.mark.django_db
def test_a_title_without_text_is_no_law() -> None:
    run = load(replace(raw(), text="# 云岭省测试条例\n\n2019年5月1日云岭省人民代表大会常务委员会公布\n"))
    assert counts(run) == (1, 0, 0, 0, 1) and not Version.objects.exists()
    assert ImportNote.objects.get(of=run, code="no_text").where == "未导入"


@pytest.mark.django_db
def test_declared_and_found_counts() -> None:
    run = load(raw(declared=5))
    assert "来源记载5条，读出3条" in ImportNote.objects.get(of=run, code="article_count").detail


@pytest.mark.django_db
def test_a_run_that_stops_is_completed_by_the_next(monkeypatch: pytest.MonkeyPatch, calls: list[follow.Came]) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    texts = [raw(f"云岭省第{n}条例") for n in range(6)]
    write = running.store.write

    def stops(run: Any, batch: Any, known: Any, now: Any) -> Any:
        if batch[0][0].name == "云岭省第4条例":
            raise RuntimeError("power cut")
        return write(run, batch, known, now)

    monkeypatch.setattr(running.store, "write", stops)
    with pytest.raises(RuntimeError):
        load(*texts)
    assert Version.objects.count() == 4 and not Version.objects.filter(label__startswith="~").exists()
    assert calls == []
    monkeypatch.setattr(running.store, "write", write)
    assert counts(load(*texts)) == (6, 2, 0, 4, 0)
    assert len(calls[0].added) == 6
    assert not Import.objects.filter(finished_at=None).exists()
    assert ImportNote.objects.filter(code="interrupted").count() == 1


@pytest.mark.django_db
def test_what_follows_and_fails_is_done_again(monkeypatch: pytest.MonkeyPatch, calls: list[follow.Came]) -> None:
    def fails(came: follow.Came, progress: follow.Progress) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(follow, "AFTER", {"x": (0, fails)})
        with pytest.raises(OSError, match="disk full"):
            load(raw())
    load(raw())
    assert len(calls) == 1 and len(calls[0].added) == 1


@pytest.mark.django_db
def test_two_runs_never_overlap(settings: Any, tmp_path: Path) -> None:
    from django.db import connection

    from xiezhi.kernel.law import tasks

    (tmp_path / "云岭省测试条例(2019-05-01).md").write_text(raw().text)
    settings.LAW_SOURCES = [str(tmp_path / "nowhere"), str(tmp_path)]
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [running._LOCK])
        with pytest.raises(importing.Busy):
            load(raw())
        assert tasks.import_all() == []
        other.execute("SELECT pg_advisory_unlock(%s)", [running._LOCK])
    assert len(tasks.import_all()) == 1  # the source that is not there does not keep the other one out
    assert Version.objects.count() == 1
    settings.LAW_SOURCES = []
    assert tasks.import_all() == []


KILLED = """
import sys
from xiezhi.commands.base import ready
import django
django.setup()
from xiezhi.kernel.law import importing
from xiezhi.kernel.law.importing import follow, running
running.BATCH = 5
follow.AFTER.clear()
importing.run(sys.argv[1])
"""


@pytest.mark.soak
def test_killed_in_the_middle(committed_db: pg.Urls, tmp_path: Path) -> None:
    texts = tmp_path / "a.jsonl.gz"
    many = 400 if SOAK else 60
    with gzip.open(texts, "wt", encoding="utf-8") as handle:
        for n in range(many):
            one = raw(f"云岭省第{n}条例", "2019-05-01", *["测试。" * 50] * 9)
            row = {"title": one.title, "text": one.text, "id": str(n), "promulgated": "2019-05-01", "category": "其他"}
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    environment = {
        **os.environ, "DATABASE_URL": committed_db.app, "DATABASE_OWNER_URL": committed_db.owner,
        "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings",
    }  # fmt: skip
    for killed in range(5 if SOAK else 1):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(texts)], env=environment)
        before = Version.objects.count()
        for _ in range(600):
            if Version.objects.count() > before or process.poll() is not None:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert Version.objects.filter(provisions=None).count() == 0, killed
        assert not Version.objects.filter(label__startswith="~").exists()
    importing.run(str(texts))
    assert Version.objects.count() == many and Provision.objects.count() == 9 * many
    assert not Import.objects.filter(finished_at=None).exists()


# Real statutes


@pytest.fixture(scope="module")
def statutes() -> Iterator[list[bytes]]:
    if not STATUTES.exists():
        pytest.skip("no statutes beside the checkout (../shared/data/statutes)")
    with gzip.open(STATUTES) as handle:
        yield handle.readlines()


WANTED = (
    "合同法", "物权法", "侵权责任法", "婚姻法", "长江保护法", "农民专业合作社法", "行政复议法", "仲裁法", "商标法", "法规规章备案条例",
    "法规规章备案审查条例", "刑法修正案（十二）", "宪法",
)  # fmt: skip


@pytest.mark.django_db
def test_known_defects_of_real_statutes(statutes: list[bytes], freeze: Freeze) -> None:
    from xiezhi.kernel.law.importing.records import read_record

    freeze("2026-11-23 09:00")
    raws = [
        read_record(line, "x") for line in statutes if b'"\xe6\xb0\x91\xe6\xb3\x95\xe5\x85\xb8' in line[:400] or True
    ]
    wanted = {"中华人民共和国" + name for name in (*WANTED, "刑法")} | set(WANTED)
    some = [r for r in raws if isinstance(r, Raw) and (r.title in wanted or r.category == "法律/民法典")]
    assert len(some) >= 20
    run = importing.run_raws(some, "样本")
    code = library.find_act("民法典")
    assert code is not None
    version = library.version_on(code, TODAY)
    assert version is not None and version.articles == 1260 and version.since == date(2021, 1, 1)
    numbers = Provision.objects.filter(version=version, kind="article").order_by("seq").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 1261))
    for name in ("合同法", "物权法", "侵权责任法", "婚姻法"):
        ended = Version.objects.get(act__name=name)
        assert (ended.ended, ended.ended_by) == (date(2021, 1, 1), "民法典 第1260条"), name
    criminal = {v.label: (v.since, v.ended) for v in Version.objects.filter(act__name="刑法")}
    assert criminal == {"2020": (date(2021, 3, 1), date(2024, 3, 1)), "2023": (date(2024, 3, 1), None)}
    assert Version.objects.get(act__name="长江保护法").articles == 96
    assert Version.objects.get(act__name="宪法").articles == 143
    assert Version.objects.get(act__name="农民专业合作社法").articles == 74
    brand = library.find_act("商标法")
    assert brand is not None
    assert [v.in_force(TODAY) for v in library.versions(brand)] == [False, True]  # the newest from 2027 on
    assert library.quote("民法典第一千二百六十一条", TODAY).state == "no_such_place"
    assert library.quote("民法典第三条", TODAY).state == "text"
    assert library.quote("合同法第一条", TODAY).state == "not_in_force"
    assert library.quote("合同法第一条", date(2020, 5, 1)).state == "text"
    assert library.quote("刑法第一百三十三条之一第一款第（二）项", TODAY).state == "text"
    assert {"double", "joined", "date_from_history", "earlier_start"} <= codes(run)


@pytest.mark.soak
@pytest.mark.django_db
def test_every_statute_is_accounted_for(statutes: list[bytes], tmp_path: Path) -> None:
    """All of them in under three minutes; in a short run every 25th."""
    some = statutes if SOAK else statutes[::25]
    texts = tmp_path / "some.jsonl"
    texts.write_bytes(b"".join(some))
    begun = time.perf_counter()
    run = importing.run(str(texts))
    assert time.perf_counter() - begun < 180
    assert run.read == len(some) and run.refused == 0
    # every record is a version, a book of the code, or another text of a version that is told
    told = ImportNote.objects.filter(of=run, code="double").count()
    books = sum("法律/民法典" in line.decode()[:600] for line in some)
    assert run.added + told + max(0, books - 1) == run.read
    assert not Version.objects.filter(provisions=None).exists()
    again = importing.run(str(texts))
    assert (again.added, again.changed, again.same) == (0, 0, run.added)
