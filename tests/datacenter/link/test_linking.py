"""Linking from files to clusters: how well, what is never joined, what goes wrong and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xiezhi.datacenter.link import clusters, engine, explain, generator, identity, incremental, outputs, prepare
from xiezhi.datacenter.link.prepare import COLUMNS

OPTIONS = engine.Options(threads=1, memory="2GB")


def number(first: str) -> str:
    return first + identity.check_digit(first)


TWIN_A, TWIN_B = number("99010119900305011"), number("99010119900305013")
MALE, WIFE, OTHER = number("99010119850612031"), number("99010119860722042"), number("99020319771108055")


def rows(*given: dict[str, str | None]) -> pa.Table:
    return pa.table({
        column: pa.array([({"record_id": f"r{place:03}", "base": "lawyer"} | row).get(column) for place, row in enumerate(given)], pa.string())
        for column in COLUMNS
    })  # fmt: skip


def link(folder: Path, table: pa.Table) -> dict[str, str]:
    (folder / "in").mkdir(exist_ok=True)
    pq.write_table(table, folder / "in" / "all.parquet")
    result = engine.run(folder / "in", folder / "out", options=OPTIONS)
    return {row["record_id"]: row["cluster_id"] for row in pq.read_table(result.clusters).to_pylist()}


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, engine.Result]:
    folder = tmp_path_factory.mktemp("set")
    generator.generate(folder, records=12_000, seed=4)
    return folder, engine.run(
        folder / "records", folder / "out", options=engine.Options(threads=1, memory="2GB", state=True)
    )


def test_a_benchmark_set_is_linked_well(benchmark: tuple[Path, engine.Result]) -> None:
    folder, result = benchmark
    found = generator.score(result.clusters, folder / "truth.parquet").all
    assert found.precision >= 0.99 and found.f1 >= 0.985
    report = json.loads((result.folder / "report.json").read_text(encoding="utf-8"))
    assert report["counts"]["records"] == 12_000 and report["counts"]["clusters"] == result.counts["clusters"]
    assert "人员关联报告" in (result.folder / "report.md").read_text(encoding="utf-8")
    table = pq.read_table(result.clusters).to_pylist()
    assert len({row["record_id"] for row in table}) == 12_000
    told = [row for row in table if row["rule"] == "probability"]
    assert told
    for row in told[:50]:
        steps = explain.waterfall(row)
        assert abs(steps[-1].total - row["weight"]) < 0.2 and row["partner_record_id"] != row["record_id"]
        assert explain.sentence(row)
    gray = pq.read_table(result.review).to_pylist()
    assert gray and all(row["evidence"] and row["outcome"] for row in gray)


def test_new_records_join_what_a_run_holds(benchmark: tuple[Path, engine.Result], tmp_path: Path) -> None:
    folder, result = benchmark
    some = pq.read_table(sorted((folder / "records").glob("*.parquet"))[0]).slice(0, 60)
    before = {row["record_id"]: row["cluster_id"] for row in pq.read_table(result.clusters).to_pylist()}
    sizes: dict[str, int] = {}
    for cluster in before.values():
        sizes[cluster] = sizes.get(cluster, 0) + 1
    renamed = some.set_column(0, "record_id", pa.array([f"new-{value}" for value in some["record_id"].to_pylist()]))
    found = incremental.match(renamed, result.folder / "state", threads=1)
    assert [match.record_id for match in found] != [] and len(found) == 60
    right = sum(match.cluster_id == before[match.record_id[4:]] for match in found)
    assert right >= 57
    alone = incremental.match(
        rows({"record_id": "x1", "name": "独孤无双", "id_no": OTHER}), result.folder / "state", threads=1
    )
    assert (alone[0].rule, alone[0].cluster_id) == ("alone", "x1")
    assert incremental.match(rows(), result.folder / "state") == []
    with pytest.raises(prepare.InputError, match="no state"):
        incremental.match(some, tmp_path)


def test_twins_and_couples_stay_two_and_variants_join(tmp_path: Path) -> None:
    home = {"address": "云岭省安平市东城区中山路12号3单元502室", "phone": "13812345678", "division": "990101"}
    got = link(tmp_path, rows(
        {"name": "赵晓东", "id_no": TWIN_A, "birth_date": "1990-03-05", "sex": "男", **home},
        {"name": "赵晓冬", "id_no": TWIN_B, "birth_date": "1990-03-05", "sex": "男", **home},
        {"name": "趙曉東", "id_no": TWIN_A.lower(), "birth_date": "19900305", "sex": "1", **home},
        {"name": "赵晓东", "id_no": TWIN_A[:5] + TWIN_A[6] + TWIN_A[5] + TWIN_A[7:], "birth_date": "1990/3/5", "sex": "男", **home},
        {"name": "孙建国", "id_no": MALE, "sex": "男", **home},
        {"name": "李秀英", "id_no": WIFE, "sex": "女", **home},
        {"name": "李秀英", "id_no": MALE, "birth_date": "1986-07-22", "sex": "女", **home},
        {"name": "孙建国", "id_no": MALE[:6] + MALE[8:17], "sex": "男", **home},
    ))  # fmt: skip
    assert got["r000"] == got["r002"] == got["r003"] != got["r001"]
    assert got["r004"] == got["r007"]
    assert got["r005"] != got["r004"] and got["r006"] != got["r004"], "another's number does not make her her husband"
    assert got["r006"] == got["r005"], "she joins herself on everything else"


def test_two_valid_numbers_never_join(tmp_path: Path) -> None:
    same = {
        "name": "司徒望舒",
        "birth_date": "1985-06-12",
        "phone": "13900001234",
        "address": "柳河镇青石村3组",
        "license_no": "L00012345",
    }
    got = link(tmp_path, rows({**same, "id_no": MALE}, {**same, "id_no": number(MALE[:14] + "123")}, {**same}))
    assert got["r000"] != got["r001"]
    assert len(set(got.values())) <= 3


def test_a_number_many_share_joins_nobody(tmp_path: Path) -> None:
    people = [{"name": name, "id_no": OTHER, "birth_date": f"19{60 + place}-0{1 + place % 9}-11", "phone": f"1380000{place:04}"}
              for place, name in enumerate(["王大力", "李小花", "张海洋", "刘文静", "陈国栋", "杨思远", "周慧敏", "吴天明"])]  # fmt: skip
    got = link(tmp_path, rows(*people))
    assert len(set(got.values())) == len(people)


def test_links_are_joined_surest_first_and_refuse_contradictions() -> None:
    edges = pa.table({
        "lid": pa.array([5, 5, 6, 7]), "ent": pa.array([1, 2, 5, 6]), "anchor": pa.array([1, 1, 0, 0]),
        "chance": pa.array([0.9, 0.8, 0.95, 0.97]), "weight": pa.array([4.0, 3.0, 5.0, 6.0]),
    })  # fmt: skip
    none = pa.table({"lid": pa.array([], pa.int64()), "ent": pa.array([], pa.int64())})
    joined, outcome = clusters.join(edges, none, 0.5)
    leaders = dict(zip(joined["ent"].to_pylist(), joined["leader"].to_pylist(), strict=True))
    assert leaders[5] == leaders[6] == leaders[7] == leaders[1] and leaders.get(2, 2) == 2
    states = dict(
        zip(
            zip(outcome["lid"].to_pylist(), outcome["ent"].to_pylist(), strict=True),
            outcome["state"].to_pylist(),
            strict=True,
        )
    )
    assert states[5, 2] == 3
    turned, _ = clusters.join(edges.take([3, 1, 0, 2]), none, 0.5)
    assert turned.equals(joined)
    against = pa.table({"lid": pa.array([6]), "ent": pa.array([1])})
    parted, outcome = clusters.join(edges, against, 0.5)
    leaders = dict(zip(parted["ent"].to_pylist(), parted["leader"].to_pylist(), strict=True))
    assert leaders.get(1, 1) != leaders[6] == leaders[7]


def test_hostile_and_empty_values_pass(tmp_path: Path) -> None:
    odd = "'; DROP TABLE raw; --"
    got = link(tmp_path, rows(
        {"record_id": odd, "name": odd, "id_no": odd, "address": "x'y\"z", "phone": "\x00", "employer": "%_*"},
        {"record_id": "空", "base": "", "name": "", "id_no": "", "birth_date": "", "phone": "无", "address": "不详", "division": "0000"},
        {"record_id": "\n", "name": "\u202e张三", "id_no": "０" * 18},
    ))  # fmt: skip
    assert set(got) == {odd, "空", "\n"} and len(set(got.values())) == 3


def test_absent_columns_and_mixed_files_pass(tmp_path: Path) -> None:
    (tmp_path / "in" / "more").mkdir(parents=True)
    pq.write_table(pa.table({"record_id": ["a", "b"], "base": ["x", "x"]}), tmp_path / "in" / "one.parquet")
    pq.write_table(
        pa.table({"base": ["y"], "record_id": ["c"], "name": ["张三"], "extra": [1]}),
        tmp_path / "in" / "more" / "two.parquet",
    )
    result = engine.run(tmp_path / "in", tmp_path / "out", options=OPTIONS)
    assert result.counts["records"] == result.counts["clusters"] == 3


def test_a_repeated_record_id_is_taken_once_and_told(tmp_path: Path) -> None:
    got = link(
        tmp_path, rows({"record_id": "a", "name": "张三"}, {"record_id": "a", "name": "李四"}, {"record_id": "b"})
    )
    assert set(got) == {"a", "b"}
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["counts"]["repeated"] == 1


@pytest.mark.parametrize("wrong", ["nothing", "empty", "text", "column", "null", "rowless"])
def test_what_cannot_be_linked_says_why_and_leaves_what_was(tmp_path: Path, wrong: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    out.mkdir()
    (out / "clusters.parquet").write_text("as it was")
    if wrong != "nothing":
        folder.mkdir()
    if wrong == "text":
        (folder / "a.parquet").write_text("not Parquet")
    if wrong == "column":
        pq.write_table(pa.table({"record_id": ["a"], "name": ["张三"]}), folder / "a.parquet")
    if wrong == "null":
        pq.write_table(pa.table({"record_id": pa.array(["a", None]), "base": ["x", "x"]}), folder / "a.parquet")
    if wrong == "rowless":
        pq.write_table(rows(), folder / "a.parquet")
    said = {
        "nothing": "no such folder",
        "empty": "no Parquet",
        "text": "not a Parquet",
        "column": "base",
        "null": "no record_id",
        "rowless": "no rows",
    }
    with pytest.raises(prepare.InputError, match=said[wrong]):
        engine.run(folder, out, options=OPTIONS)
    assert (out / "clusters.parquet").read_text() == "as it was" and [path.name for path in out.iterdir()] == [
        "clusters.parquet"
    ]


def test_files_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / ".partial-dead").mkdir()
    with outputs.whole(tmp_path) as part:
        (part / "clusters.parquet").write_text("one")
    assert [path.name for path in tmp_path.iterdir()] == ["clusters.parquet"]
    with pytest.raises(RuntimeError), outputs.whole(tmp_path) as part:
        (part / "clusters.parquet").write_text("two")
        raise RuntimeError
    assert (tmp_path / "clusters.parquet").read_text() == "one" and len(list(tmp_path.iterdir())) == 1


def test_the_command_tells_what_it_found_and_what_is_wrong(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from xiezhi.commands.data.link import link as command

    (tmp_path / "in").mkdir()
    pq.write_table(
        rows({"name": "张三", "id_no": MALE}, {"name": "张三", "id_no": MALE}), tmp_path / "in" / "a.parquet"
    )
    done = CliRunner().invoke(
        command, ["--input", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--threads", "1"]
    )
    assert done.exit_code == 0 and "2 records, 1 persons" in done.output
    failed = CliRunner().invoke(command, ["--input", str(tmp_path / "none"), "--output", str(tmp_path / "out")])
    assert failed.exit_code == 1 and "no such folder" in failed.output
