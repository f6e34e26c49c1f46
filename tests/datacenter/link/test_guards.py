"""What must prove nothing: fillers, numbers many give, files without numbers; and SQL that stands in for Python."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.link import bulk, clusters, engine, generator, identity, names, normalize, prepare

OPTIONS = engine.Options(threads=1, memory="2GB")


def changed(folder: Path, **columns: str) -> Path:
    """The set once more with columns put otherwise."""
    target = folder / "changed"
    target.mkdir(exist_ok=True)
    put = ", ".join(f"CAST({value} AS VARCHAR) AS {column}" for column, value in columns.items())
    duckdb.sql(
        f"COPY (SELECT * REPLACE ({put}) FROM read_parquet('{folder}/records/*.parquet')) TO '{target}/all.parquet'"
    )
    return target


def test_numbers_are_checked_in_sql_as_in_python() -> None:
    first = ["11010119900228" + tail for tail in ("001", "123")] + ["110101190002290" + "01"] + ["11010120000229001"]
    texts = [start + identity.check_digit(start) for start in first]
    texts += [texts[0][:-1] + "Y", texts[0][:10] + "3" + texts[0][11:], "0" + texts[0][1:], "", "无", texts[0] + " "]
    for year in ("1879", "1880", "1904", "2096", "2099", "2100"):
        for day in ("0229", "0231", "0431", "1231", "1301", "0100"):
            start = f"110101{year}{day}001"
            texts.append(start + identity.check_digit(start))
    with duckdb.connect() as con:
        con.execute("CREATE MACRO regexp_like(a, b) AS regexp_matches(a, b)")
        con.register("given", pa.table({"place": list(range(len(texts))), "id_no": texts}))
        found = con.execute(f"SELECT clean FROM ({prepare.told_clean('given')}) c ORDER BY place").fetchall()
    assert [bool(value) for (value,) in found] == [identity.valid(text) for text in texts]


def test_a_place_read_once_gives_what_the_whole_address_gives(tmp_path: Path) -> None:
    generator.generate(tmp_path, records=3_000, seed=5, rates=generator.Rates().scaled(3))
    for text in pq.read_table(tmp_path / "records", columns=["address"])["address"].unique().to_pylist():
        assert normalize.address(text) == normalize._any_address(text)


NAME_PIECES = st.lists(
    st.sampled_from(
        [
            "张",
            "單",
            "单",
            "于",
            "于",
            "仇",
            "葛",
            "昇",
            "伟",
            "麗",
            "欧阳",
            "諸葛",
            "尉迟",
            "·",
            "先生",
            "律师",
            "测试",
            "A",
            "龙",
            "无名氏",
            "㛃",
            " ",
        ]
    ),
    max_size=4,
).map("".join)
ADDRESS_PIECES = st.lists(
    st.sampled_from(
        [
            "云岭省",
            "安平市",
            "东城区",
            "小社区",
            "中山路",
            "桥镇",
            "老街村",
            "12",
            "３",
            "号",
            "-",
            "502室",
            "B座",
            "十二",
            "花园",
            "1",
            "无",
            " ",
        ]
    ),
    max_size=7,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.none(), NAME_PIECES), max_size=12),
    st.lists(st.one_of(st.none(), ADDRESS_PIECES), max_size=12),
)
def test_columns_in_bulk_as_value_by_value(named: list[str | None], placed: list[str | None]) -> None:
    found = bulk.described_names(pa.array(named, pa.string()))
    assert [tuple(row.values()) for row in found.to_pylist()] == [tuple(names.describe(value)) for value in named]
    columns = bulk.described_addresses(pa.array(placed, pa.string()))
    assert list(zip(*(column.to_pylist() for column in columns), strict=True)) == [
        normalize.address(value) for value in placed
    ]


def test_generated_columns_in_bulk_as_value_by_value(tmp_path: Path) -> None:
    generator.generate(tmp_path, records=4_000, seed=7, rates=generator.Rates().scaled(3))
    given_ = pq.read_table(tmp_path / "records", columns=["name", "address"])
    named, placed = (given_[column].combine_chunks() for column in ("name", "address"))
    found = bulk.described_names(named)
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        tuple(names.describe(value)) for value in named.to_pylist()
    ]
    columns = bulk.described_addresses(placed)
    assert list(zip(*(column.to_pylist() for column in columns), strict=True)) == [
        normalize.address(value) for value in placed.to_pylist()
    ]


def test_without_numbers_links_stay_right(tmp_path: Path) -> None:
    generator.generate(tmp_path, records=8_000, seed=6, without=("id_no", "id_type"))
    result = engine.run(tmp_path / "records", tmp_path / "out", options=OPTIONS)
    found = generator.score(result.clusters, tmp_path / "truth.parquet")
    assert found.all.precision >= 0.97 and found.all.f1 >= 0.9 and found.automatic.precision >= 0.998


def test_fillers_and_a_clerks_number_prove_nothing(tmp_path: Path) -> None:
    generator.generate(tmp_path, records=8_000, seed=7)
    start = "99010119800101123"
    clerk = start + identity.check_digit(start)
    folder = changed(
        tmp_path,
        id_no=f"CASE WHEN hash(record_id) % 33 = 0 THEN '{clerk}' ELSE coalesce(id_no, '123456789012345678') END",
        phone="coalesce(phone, '13912345678')",
        birth_date="coalesce(birth_date, '1990-01-01')",
        employer="coalesce(employer, '无业')",
    )
    result = engine.run(folder, tmp_path / "out", options=OPTIONS)
    found = generator.score(result.clusters, tmp_path / "truth.parquet")
    assert found.all.f1 >= 0.98 and found.all.precision >= 0.99 and found.automatic.precision >= 0.999


def test_two_sure_pairs_joined_by_a_doubtful_link_have_one_core() -> None:
    edges = pa.table({"lid": [1, 3, 1], "ent": [2, 4, 3], "anchor": [0, 0, 0], "chance": [0.999999, 0.99999, 0.996], "weight": [20.0, 16.0, 8.0]})  # fmt: skip
    none = pa.table({"lid": pa.array([], pa.int64()), "ent": pa.array([], pa.int64())})
    joined, _ = clusters.join(edges, none, 0.5, 0.999)
    assert joined["leader"].to_pylist() == [1, 1, 1, 1] and joined["core"].to_pylist() == [1, 1, 0, 0]


def test_a_day_with_its_hour_and_a_phone_with_its_country_are_read() -> None:
    assert normalize.day("1990-01-02 00:00:00") == normalize.day("1990/1/2T08:30") == "19900102"
    assert normalize.phone("0086 13912345678") == "13912345678" and normalize.phone("008608711234567") == "08711234567"
