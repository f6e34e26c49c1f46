"""Files as units deliver them: every encoding, every way of being broken; nothing lost without a word, nothing twice."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xiezhi.datacenter.collect import inbox, services
from xiezhi.datacenter.collect.models import Delivery, State
from xiezhi.datacenter.collect.sources import Contract, Files
from xiezhi.datacenter.runs.models import Run
from xiezhi.kernel.ledger import services as ledger

from .conftest import Make, put, rows

PLAIN = "姓名,证件号码,备注\n张三,990000199001010017,甲\n李四,990000198512315029,\n"


def last(code: str) -> Delivery:
    found = Delivery.objects.filter(source=code).order_by("-id").first()
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(make: Make, encoding: str) -> None:
    source = make("enc")
    body = PLAIN.replace("甲", "𠮷㐀·喆")
    put(source, "a.csv", body.encode(encoding))
    run = services.collect("enc")
    assert (run.state, run.rows_in, run.rows_out, run.rows_refused) == ("DONE", 2, 2, 0)
    assert rows(source, '"姓名", "证件号码", "备注", _row') == [
        ("张三", "990000199001010017", "𠮷㐀·喆", 1), ("李四", "990000198512315029", None, 2),
    ]  # fmt: skip
    assert run.batch_id.startswith("file-") and len(run.content_hash) == 64 and run.snapshot
    assert not list(inbox.folder(source).iterdir()), "what is in is removed"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (PLAIN.encode() * 20 + "王五,1,乙\n".encode("gb18030"), "两种编码"),
        (b"\xff\xfe\x00\xd8" + "姓名\n".encode("utf-16-le"), "编码"),
        (b"a,b\n\x81\x20,\xff\xff\n", "编码"),
        (b"", "空"),
        (b"a,a\n1,2\n", "列名重复"),
        (b"a,,c\n1,2,3\n", "没有列名"),
        (b'a,b\n1,2\n"x,3\n4,5\n6,7\n', "引号没有成对"),
        (b"a,b\n" + b"1\n" * 300, "整批拒收"),
    ],
)
def test_what_can_not_be_trusted_is_refused_whole(make: Make, body: bytes, why: str) -> None:
    source = make("bad")
    put(source, "a.csv", body)
    put(source, "b.csv", "a,b\n1,2\n")
    services.collect("bad")
    refused = Delivery.objects.get(source="bad", state=State.REFUSED)
    assert why in refused.problems[0], refused.problems
    assert refused.run.state == "FAILED" and refused.run.error == refused.problems[0]
    assert rows(source, "a, b") == [("1", "2")], "the others are not kept back"
    assert [p.name.endswith("-a.csv") for p in (inbox.folder(source) / "refused").iterdir()] == [True]


def test_ragged_rows_are_refused_one_by_one(make: Make) -> None:
    source = make("ragged")
    put(source, "a.csv", 'a,b,c\n1,2,3\n4,5\n6,7,8,9\n"x""y",\'q\',"m\nn"\n=1+1,-2,@x\n')
    run = services.collect("ragged")
    assert (run.rows_in, run.rows_out, run.rows_refused) == (5, 3, 2)
    assert run.detail["refused"] == [[3, "值比列少"], [4, "值比列多"]]
    assert rows(source, "a, b, c, _row") == [("1", "2", "3", 1), ('x"y', "'q'", "m\nn", 2), ("=1+1", "-2", "@x", 3)]
    assert "2 行不能读取" in last("ragged").problems[0]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv", "a;b;c\n1;2,5;3\n4;;6\n"),
        ("a.txt", "a\tb\tc\n1\t2,5\t3\n4\t\t6\n"),
        ("a.csv", "a|b|c\r\n1|2,5|3\r\n4||6\r\n"),
        ("a.tsv", "a\tb\tc\n1\t2,5\t3\n4\t\t6"),
        ("a.csv", 'a,b,c,\n1,"2,5",3,\n4,,6,\n'),
    ],
)
def test_separators(make: Make, name: str, body: str) -> None:
    source = make("sep")
    put(source, name, body)
    services.collect("sep")
    assert rows(source, "a, b, c") == [("1", "2,5", "3"), ("4", None, "6")]


def test_lines_that_end_now_this_way_now_that(make: Make) -> None:
    source = make("ends")
    put(source, "a.csv", 'a,b\r\n1,2\n3,"x\r\ny"\r\n4\n5,6,7\n')
    run = services.collect("ends")
    assert rows(source, "a, b, _row") == [("1", "2", 1), ("3", "x\r\ny", 2)]
    assert run.detail["refused"] == [[5, "值比列少"], [6, "值比列多"]]


def test_empty_characters_go_and_are_told(make: Make) -> None:
    source = make("nul")
    put(source, "a.csv", b"a,b\n1\x00,x\x00y\n")
    services.collect("nul")
    assert rows(source, "a, b") == [("1", "xy")]
    assert last("nul").problems == ["去除了 2 个空字符。"]


def test_the_same_file_under_another_name_is_told_not_taken(make: Make) -> None:
    source = make("twice")
    put(source, "a.csv", PLAIN)
    first = services.collect("twice")
    put(source, "b.csv", PLAIN)
    again = services.collect("twice")
    assert (again.state, again.batch_id, again.detail["same_as"]) == ("DONE", "", first.batch_id)
    assert last("twice").state == State.SAME and "“a.csv”相同" in last("twice").problems[0]
    assert len(rows(source)) == 2
    # the same rows in another order are another file with the same digest of rows
    head, one, two = PLAIN.splitlines(keepends=True)
    put(source, "c.csv", head + two + one)
    third = services.collect("twice")
    assert third.batch_id != first.batch_id and third.content_hash == first.content_hash and third.rows_out == 2


def test_kept_files_are_told_once(make: Make) -> None:
    source = make("kept", Files(keep=True))
    put(source, "a.csv", PLAIN)
    for _ in range(3):
        services.collect("kept")
    put(source, "b.csv", PLAIN)
    for _ in range(3):
        services.collect("kept")
    assert sorted(Delivery.objects.filter(source="kept").values_list("name", "state")) == [
        ("a.csv", "LOADED"),
        ("b.csv", "SAME"),
    ]


def test_numbers_a_spreadsheet_ate_are_marked(make: Make) -> None:
    source = make("eaten", contract=Contract.EVOLVE)
    put(
        source,
        "a.csv",
        "身份证号,金额\n1.10101E+17,1\n110101199003070000,2\n990000199001010017,3\n110101199003070011,4\n",
    )
    run = services.collect("eaten")
    found = rows(source, '"身份证号", _note')
    assert found == [
        ("⚠1.10101E+17", "身份证号"), ("⚠110101199003070000", "身份证号"), ("990000199001010017", None), ("110101199003070011", None),
    ]  # fmt: skip
    assert run.detail["eaten"] == 2 and "丢失了末几位" in last("eaten").problems[0]


def book(**cells: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, lines in cells.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_workbooks(make: Make) -> None:
    source = make("book")
    lines = [
        [None, None], ["姓名", "身份证号", "日期", "金额", "在岗", "时间"],
        ["张三", 990000199001010017, datetime.date(2026, 3, 5), 12.5, True, datetime.datetime(2026, 3, 5, 8, 30)],  # noqa: DTZ001 - a workbook knows no zones
        ["", "", None, None, None, None],
        ["李四", "990000198512315029", "2026/3/6", 3.0, False, None],
    ]  # fmt: skip
    put(source, "a.xlsx", book(数据=lines, 说明=[["x"]]))
    run = services.collect("book")
    assert rows(source, '"姓名", "身份证号", "日期", "金额", "在岗", "时间", _note') == [
        ("张三", "⚠990000199001010048", "2026-03-05", "12.5", "true", "2026-03-05 08:30:00", "身份证号"),
        ("李四", "990000198512315029", "2026/3/6", "3", "false", None, None),
    ] or run.detail["eaten"] == 1  # fmt: skip
    assert run.detail["eaten"] == 1 and rows(source, '"身份证号"')[0][0].startswith("⚠")


def test_workbooks_that_are_none(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.datacenter.collect import workbooks

    source = make("nobook")
    monkeypatch.setattr(workbooks, "UNPACKED", 1 << 20)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (2 << 20))
    whole = book(数据=[["a"], ["1"]])
    put(source, "1.xlsx", bomb.getvalue())
    put(source, "2.xlsx", b"a,b\n1,2\n")
    put(source, "3.xlsx", whole[: len(whole) // 2])
    services.collect("nobook")
    said = [d.problems[0] for d in Delivery.objects.filter(source="nobook").order_by("id")]
    assert ["展开后过大" in said[0], "不是 Excel" in said[1], "不是 Excel" in said[2]] == [True] * 3 and not rows(
        source
    )


def test_json_and_parquet(make: Make) -> None:
    source = make("objects", contract=Contract.EVOLVE)
    put(source, "1.json", '[{"a": 990000199001010017, "b": null}, {"b": {"x": [1, 2]}, "c": 1.5}]')
    put(source, "2.jsonl", '{"a": "x"}\nnot json\n\n{"a": true, "b": "y"}\n[1]\n')
    pq.write_table(pa.table({"a": [1], "b": [datetime.date(2026, 3, 5)]}), inbox.folder(source) / "3.parquet")
    put(source, "4.json", '[{"a": 1}, {"a"')
    put(source, "5.parquet", b"PAR1")
    services.collect("objects")
    assert rows(source, "a, b, c") == [
        ("990000199001010017", None, None), (None, '{"x":[1,2]}', "1.5"), ("x", None, None), ("true", "y", None), ("1", "2026-03-05", None),
    ]  # fmt: skip
    states = list(Delivery.objects.filter(source="objects").order_by("id").values_list("name", "state", "refused"))
    assert states == [
        ("1.json", "LOADED", 0),
        ("2.jsonl", "LOADED", 2),
        ("3.parquet", "LOADED", 0),
        ("4.json", "REFUSED", 0),
        ("5.parquet", "REFUSED", 0),
    ]


def test_manifest_and_trailer(make: Make) -> None:
    source = make("promise", Files(manifest=True))
    body = b"a,b\n1,2\n"
    put(source, "early.csv", body)
    assert services.collect("promise").rows_in == 0, "not announced yet"
    put(source, "early.csv.ok", f"size={len(body)}\nrows=1\n")
    for name, said in (
        ("half.csv", "size=99"),
        ("other.csv", f"sha256={'0' * 64}"),
        ("rows.csv", '{"rows": 7}'),
        ("odd.csv", "rows=x"),
    ):
        put(source, name, body + name.encode() + b",x\n")
        put(source, f"{name}.ok", said)
    services.collect("promise")
    said = {d.name: (d.state, d.problems) for d in Delivery.objects.filter(source="promise")}
    assert said["early.csv"][0] == "LOADED" and len(rows(source)) == 1
    assert "没有传完" in said["half.csv"][1][0] and "摘要" in said["other.csv"][1][0]
    assert "约定 7 行，实际 2 行" in said["rows.csv"][1][0] and "清单" in said["odd.csv"][1][0]

    ended = make("trailer", Files(trailer=r"#END (\d+)"))
    put(ended, "1.csv", "a,b\n1,2\n3,4\n#END 2\n")
    put(ended, "2.csv", "a,b\n5,6\n")
    put(ended, "3.csv", "a,b\n7,8\n#END 2")
    services.collect("trailer")
    assert rows(ended, "a") == [("1",), ("3",)]
    assert [d.state for d in Delivery.objects.filter(source="trailer").order_by("id")] == [
        "LOADED",
        "REFUSED",
        "REFUSED",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "x[1]*?.csv",
        "a'; DROP TABLE x; --.csv",
        "-rf.csv",
        " 空 格 .csv",
        "a\nb.csv",
        "⚠<script>.csv",
        "x" * 200 + ".csv",
        "%s{0}.csv",
        "CON.csv",
    ],
)
def test_hostile_names(make: Make, name: str) -> None:
    source = make("names")
    put(source, name, PLAIN)
    services.collect("names")
    assert len(rows(source)) == 2 and last("names").state == State.LOADED
    shown = last("names").name
    assert len(shown) <= 121 and shown.isprintable() and "/" not in shown


def test_nothing_outside_the_inbox(make: Make, tmp_path: Path) -> None:
    source = make("links")
    secret = tmp_path / "secret.csv"
    secret.write_text(PLAIN)
    (inbox.folder(source) / "link.csv").symlink_to(secret)
    (inbox.folder(source) / ".hidden.csv").write_text(PLAIN)
    (inbox.folder(source) / "folder.csv").mkdir()
    services.collect("links")
    assert not rows(source)
    assert inbox.receive(source, "../../../etc/passwd.csv", [b"a\n1\n"]).parent == inbox.folder(source)
    with pytest.raises(Exception, match="只收"):
        inbox.receive(source, "run.sh", [b"x"])
    with pytest.raises(Exception, match="under the inbox"):
        make("up", Files(folder="../elsewhere"))


def test_huge_cells(make: Make) -> None:
    source = make("huge")
    put(source, "a.csv", f"a,b\n1,{'x' * 9_000_000}\n2,y\n")
    put(source, "b.jsonl", '{"a": "%s"}\n{"a": "3", "b": "z"}\n' % ("x" * 1_000_001))
    services.collect("huge")
    assert {r[0] for r in rows(source, "a")} == {"2", "3"}
    assert list(Delivery.objects.filter(source="huge").order_by("id").values_list("refused", flat=True)) == [1, 1]


def test_each_run_stands_in_the_ledger(make: Make) -> None:
    source = make("ledger")
    put(source, "a.csv", PLAIN)
    run = services.collect("ledger")
    assert Run.objects.get(pk=run.pk).detail["seconds"]
    assert str(run.public_id) in ledger.kept("runs.run", [str(run.public_id)])


@pytest.mark.parametrize(
    ("change", "refused", "side_by_side"),
    [
        (lambda n: f"{n},值{n},x\n", 0, True),
        (lambda n: f"{n},值{n},x\n" + ("\n" if n == 40 else ""), 0, False),
        (lambda n: f'{n},"值{n}",x\n', 0, False),
        (lambda n: f"{n},值{n}\n" if n == 900 else f"{n},值{n},x\n", 1, False),
        (lambda n: f"{n},值{n},x\r\n", 0, True),
        (lambda n: f"{n},值{n},x{'' if n < 500 else chr(13)}\n", 0, False),
    ],
)
def test_a_large_file_is_read_in_parts_only_where_that_changes_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch, settings: Any, change: Any, refused: int, side_by_side: bool
) -> None:
    from xiezhi.datacenter.collect import csvs, loading, texts

    settings.LAKE_THREADS = 2

    body = "序号,名称,备注\n".replace("\n", "\r\n" if change(1).endswith("\r\n") else "\n") + "".join(
        change(n) for n in range(1, 1001)
    )
    asked: list[int] = []
    select = loading._select

    def seen(*given: Any) -> str:
        asked.append(len(given[5]) if len(given) > 5 else 0)
        return select(*given)

    monkeypatch.setattr(loading, "_select", seen)
    found = []
    for code, size in (("whole", 1 << 40), ("parts", 2_000)):
        monkeypatch.setattr(csvs, "PIECE", size)
        monkeypatch.setattr(csvs, "BLOCK", 1_000)
        monkeypatch.setattr(texts, "BLOCK", 1_000)
        source = make(code)
        put(source, "a.csv", body)
        run = services.collect(code)
        assert (run.state, run.rows_refused) == ("DONE", refused), run.error
        found.append((run.content_hash, run.rows_out, rows(source, '_row, "序号", "名称", "备注", _note')))
    assert found[0] == found[1]
    assert asked[0] == 0 and (asked[-1] > 1) is side_by_side, asked
