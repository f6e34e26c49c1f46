"""Open data from the lake to the public: releases, files, pages, questions, withdrawal."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xiezhi.datacenter.opendata import query, release, sets
from xiezhi.datacenter.opendata.declare import Kind, OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release, Use, Wish
from xiezhi.datacenter.standards.declare import tables
from xiezhi.kernel.datasets.registry import Level

pytestmark = pytest.mark.django_db


def source(code: str, rows: list[dict[str, Any]]) -> str:
    """Rows as text for FROM, with every column of the table."""
    names = [c.name for c in tables.get(code).all_columns]
    values = ", ".join(
        "(" + ", ".join("NULL" if r.get(n) is None else "'" + str(r[n]).replace("'", "''") + "'" for n in names) + ")"
        for r in rows
    )
    return f"(SELECT * FROM (VALUES {values}) t({', '.join(chr(34) + n + chr(34) for n in names)}))"


def firms(n: int = 30, **changed: Any) -> list[dict[str, Any]]:
    return [
        {"usc": f"3199000{i:011d}", "name": f"云岭第{i}律师事务所", "org_kind": "01", "license_no": f"2{i:05d}", "head": "李某", "address": "云岭市人民路1号",
         "phone": "0999-1234567", "status": "01", "division": "990100", "row_id": str(i), **changed} for i in range(n)
    ]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    settings.OPEN_DATA_ROOT = str(tmp_path)
    return tmp_path


def publish(code: str, rows: list[dict[str, Any]], table: str) -> Release:
    release.prepare(code, source=source(table, rows))
    made = Release.objects.filter(set_code=code).order_by("-version")[0]
    release.publish(made, None)
    made.refresh_from_db()
    return made


def test_every_declared_set_opens_only_what_may_be_opened() -> None:
    for one in sets.SETS:
        assert not list(one.problems())
    bad = OpenSet("bad", "坏", "坏", "std_lawyer", Kind.REGISTER, "名录", columns=("license_no", "id_no"))
    assert any("id_no" in p for p in bad.problems())
    for one in open_sets.all():
        for name in one.columns:
            assert tables.get(one.table).level_of(name) is Level.OPEN


def test_a_register_is_released_in_three_formats_that_say_the_same(place: Path) -> None:
    rows = firms(25)
    rows[3]["name"] = '=HYPERLINK("http://x")'
    made = publish("lawfirms", rows, "std_lawfirm")
    assert (made.state, made.rows) == (Release.State.RELEASED, 25)
    folder = release.folder(made)
    text = (folder / "data.csv").read_text("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    names = {r["usc"]: r["name"] for r in table}
    assert names[rows[3]["usc"]].startswith("'=")
    as_json = json.loads((folder / "data.json").read_text())
    assert [r["usc"] for r in as_json] == [r["usc"] for r in table] == sorted(r["usc"] for r in rows)
    assert {r["name"] for r in as_json} == {r["name"] for r in rows}
    assert "row_id" not in as_json[0]


def test_personal_numbers_in_a_text_stop_the_release(place: Path) -> None:
    release.prepare("lawfirms", source=source("std_lawfirm", firms(5, address="联系13800001234")))
    made = Release.objects.get()
    assert made.state == Release.State.REFUSED
    assert not made.files
    assert "address" in made.report["problems"][0]
    with pytest.raises(release.Refused):
        release.publish(made, None)
    release.prepare("lawfirms", source=source("std_lawfirm", firms(5, phone="13800001234")))
    assert Release.objects.order_by("-version")[0].state == Release.State.CHECKED


def test_statistics_hide_small_counts_and_say_so(place: Path) -> None:
    rows = [{"applied": f"202{y}-03-01", "kind": k, "division": d, "recovered": 100 + n}
            for y, k, d, count in ((5, "02", "990100", 9), (5, "02", "990200", 2), (5, "01", "990100", 8), (5, "01", "990200", 7), (6, "02", "990100", 12)) for n in range(count)]  # fmt: skip
    made = publish("aid-cases", rows, "std_aid_case")
    found = query.rows(made, {"year": "2025", "kind": "02"}, limit=100).rows
    cells = {(r["kind"], r["city"]): (r["n"], r["suppressed"]) for r in found}
    assert cells["02", "9902"] == (None, True)
    assert cells["02", "9901"] == (None, True), "it would follow from the total"
    assert cells["02", "合计"] == (11, False)
    assert made.report["primary"] >= 1
    assert all(r["recovered"] is None for r in query.rows(made, limit=1000).rows if r["suppressed"])


def test_pages_filters_and_bad_questions(place: Path, client: Client) -> None:
    publish("lawfirms", firms(60), "std_lawfirm")
    first = client.get("/data/lawfirms/rows?limit=25&count=1").json()
    assert (len(first["rows"]), first["total"]) == (25, 60)
    second = client.get(first["next"].removeprefix("http://testserver")).json()
    assert second["rows"][0]["usc"] > first["rows"][-1]["usc"]
    third = client.get(second["next"].removeprefix("http://testserver")).json()
    assert third["after"] is None and "next" not in third
    assert client.get("/data/lawfirms/rows?name__contains=第17律&columns=name").json()["rows"] == [
        {"name": "云岭第17律师事务所"}
    ]
    assert client.get("/data/lawfirms/rows?head__in=李某,王某&count=1").json()["total"] == 60
    for bad in ("limit=0", "limit=x", "nothing=1", "name__regex=.", "columns=id_no", "after=-1", "partners=many"):
        answer = client.get(f"/data/lawfirms/rows?{bad}")
        assert answer.status_code == 400, bad
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert client.get("/data/lawfirms/rows?name=' OR 1=1 --").json()["rows"] == []
    assert client.get("/data/lawyers/rows").status_code == 404
    assert Use.objects.get(set_code="lawfirms", what="query").n == 6


def test_large_files_are_compressed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "PLAIN_ROWS", 10)
    made = publish("lawfirms", firms(12), "std_lawfirm")
    names = {f["name"] for f in made.files}
    assert names == {"data.parquet", "data.csv.gz", "data.jsonl.gz"}
    lines = gzip.decompress((release.folder(made) / "data.jsonl.gz").read_bytes()).decode().splitlines()
    assert len(lines) == 12 and json.loads(lines[0])["usc"]


def test_a_new_version_replaces_and_a_withdrawn_one_is_gone_with_its_reason(place: Path, client: Client) -> None:
    first = publish("lawfirms", firms(10), "std_lawfirm")
    second = publish("lawfirms", firms(11), "std_lawfirm")
    first.refresh_from_db()
    assert first.state == Release.State.REPLACED
    assert client.get("/data/lawfirms/files/1/data.csv").status_code == 200
    assert b"".join(client.get("/data/lawfirms/files/2/data.csv")).count(b"\n") == 12
    with pytest.raises(release.Refused):
        release.withdraw(second, None, " ")
    release.withdraw(second, None, "来源数据有误")
    gone = client.get("/data/lawfirms/files/2/data.csv")
    assert gone.status_code == 410 and "来源数据有误" in gone.content.decode()
    assert client.get("/data/lawfirms/").status_code == 404
    assert client.get("/data/lawfirms/files/1/..%2F..%2Fx").status_code == 404


def test_pages_for_people(place: Path, client: Client) -> None:
    assert "还没有发布" in client.get("/data/").content.decode()
    publish("lawfirms", firms(30), "std_lawfirm")
    home = client.get("/data/").content.decode()
    assert "律师事务所名录" in home
    assert "律师事务所名录" not in client.get("/data/?q=调解").content.decode()
    page = client.get("/data/lawfirms/").content.decode()
    assert "云岭第0律师事务所" in page and "SHA-256" in page
    found = client.get("/data/lawfirms/search/?name=第7律").content.decode()
    assert "云岭第7律师事务所" in found and "查到1条" in found
    assert "没有查到" in client.get("/data/lawfirms/search/?name=没有这家").content.decode()
    assert client.get("/data/standards/std_lawfirm/").status_code == 200
    assert "身份证件号码" in client.get("/data/help/").content.decode()
    short = client.post("/data/wish/", {"text": "要"})
    assert short.status_code == 422 and "5到500" in short.content.decode()
    client.post("/data/wish/", {"text": "请开放公证处的收费标准"})
    assert Wish.objects.count() == 1


def test_making_a_release_again_after_a_death_in_the_middle(place: Path) -> None:
    left = place / "lawfirms" / "1"
    left.mkdir(parents=True)
    (left / "data.parquet").write_bytes(b"half")
    made = publish("lawfirms", firms(8), "std_lawfirm")
    assert made.version == 1
    assert len(query.rows(made).rows) == 8
