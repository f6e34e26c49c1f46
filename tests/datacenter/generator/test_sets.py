"""Benchmark sets: the same bytes for a seed, the rates that were asked for, a truth that agrees with the records."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from xiezhi.commands.data.generate import generate as command
from xiezhi.datacenter.link import generator
from xiezhi.datacenter.link.generator import bases, identity, names, sets
from xiezhi.datacenter.link.generator.rates import Rates

RECORDS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set")
    generator.generate(folder, records=RECORDS, seed=3)
    return folder


@pytest.fixture(scope="module")
def db(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        f"CREATE TABLE r AS SELECT * FROM read_parquet('{folder}/records/*.parquet') JOIN '{folder}/truth.parquet' USING (record_id)"
    )
    return connection


def one(db: duckdb.DuckDBPyConnection, statement: str) -> float:
    row = db.execute(statement).fetchone()
    assert row is not None
    return float(row[0])


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        generator.generate(tmp_path / name, records=3_000, seed=seed)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert hashes(tmp_path / "a")["truth.parquet"] != hashes(tmp_path / "c")["truth.parquet"]


def test_chunks_give_the_number_asked_for_and_no_number_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "CHUNK", 2_500)
    generator.generate(tmp_path, records=9_001, seed=2, rates=Rates().scaled(0))
    db = duckdb.connect()
    db.execute(
        f"CREATE TABLE r AS SELECT * FROM read_parquet('{tmp_path}/records/*.parquet') JOIN '{tmp_path}/truth.parquet' USING (record_id)"
    )
    assert one(db, "SELECT count(DISTINCT record_id) FROM r") == 9_001
    # without errors a number is one person's, and a person has one number
    assert (
        one(
            db,
            "SELECT max(n) FROM (SELECT count(DISTINCT person_id) n FROM r WHERE id_type = '居民身份证' GROUP BY id_no)",
        )
        == 1
    )
    assert (
        one(
            db,
            "SELECT max(n) FROM (SELECT count(DISTINCT id_no) n FROM r WHERE id_type = '居民身份证' GROUP BY person_id)",
        )
        == 1
    )


def test_shape(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    assert one(db, "SELECT count(*) FROM r") == RECORDS
    assert one(db, "SELECT count(DISTINCT base) FROM r") == len(bases.BASES)
    assert one(db, "SELECT count(*) FROM r WHERE record_id IS NULL OR base IS NULL") == 0
    described = db.execute(f"DESCRIBE SELECT * FROM read_parquet('{folder}/records/lawyer.parquet')").fetchall()
    assert tuple(row[0] for row in described) == sets.COLUMNS
    assert {row[1] for row in described} == {"VARCHAR"}
    sizes = dict(
        db.execute("SELECT n, count(*) FROM (SELECT count(*) n FROM r GROUP BY person_id) GROUP BY n").fetchall()
    )
    assert set(sizes) == {1, 2, 3, 4, 5, 6}
    assert sizes[1] > sizes[2] > sizes[3] > sizes[6] > 0


OTHERS = tuple(f"id.other_{kind}" for kind in identity.OTHERS)
NAMES = tuple(f"name.{kind}" for kind in (*names.VARIANTS, "dot", "nodot", "short"))


@pytest.mark.parametrize(
    ("kinds", "rate"),
    [
        (("id.missing",), 0.08), (("id.mistyped",), 0.015), (("id.transposed",), 0.007), (("id.old15",), 0.02), (("id.ocr",), 0.01),
        (OTHERS, 0.002), (NAMES, 0.02),
    ],
)  # fmt: skip
def test_rates_are_met(db: duckdb.DuckDBPyConnection, kinds: tuple[str, ...], rate: float) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    share = one(db, f"SELECT avg(CAST(list_has_any(errors, [{listed}]) AS INTEGER)) FROM r")
    tolerance = 4 * (rate / RECORDS) ** 0.5
    assert share == pytest.approx(rate, abs=tolerance)


def test_phones_move(db: duckdb.DuckDBPyConnection) -> None:
    assert one(
        db, "SELECT avg(CAST(list_contains(errors, 'phone.moved') AS INTEGER)) FROM r WHERE phone IS NOT NULL"
    ) == pytest.approx(0.3, abs=0.01)


def test_manifest_counts_what_the_truth_holds(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    found = dict(db.execute("SELECT e, count(*) FROM (SELECT unnest(errors) e FROM r) GROUP BY e").fetchall())
    assert {k: v for k, v in manifest["errors"].items() if v} == found
    assert sum(manifest["bases"].values()) == RECORDS
    assert manifest["rates"]["id_missing"] == 0.08


def test_numbers_agree_with_the_truth(db: duckdb.DuckDBPyConnection) -> None:
    """A plain reading of every clean number equals id_key; a mistyped one differs from the number of the person."""
    rows = db.execute("SELECT id_no, id_key, errors, sex, birth_date FROM r WHERE id_type = '居民身份证'").fetchall()
    checked = 0
    for number, key, errors, sex, _ in rows:
        if any(e.startswith("id.") for e in errors):
            continue
        assert number == key
        assert number.startswith("99")
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        assert "10X98765432"[sum(int(a) * w for a, w in zip(number, weights, strict=False)) % 11] == number[17]
        if "sex.wrong" not in errors:
            assert (int(number[16]) % 2 == 1) == (sex[0] in "1男")
        checked += 1
    assert checked > RECORDS * 0.8
    assert one(db, "SELECT count(*) FROM r WHERE (id_no IS NULL) <> list_contains(errors, 'id.missing')") == 0
    assert (
        one(
            db,
            "SELECT count(*) FROM r WHERE id_key IS NOT NULL AND list_has_any(errors, ['id.missing', 'id.mistyped', 'id.transposed'])",
        )
        == 0
    )
    # somebody else's number is a number that belongs to another person's clean record
    strangers = "SELECT count(*) FROM r a WHERE len(list_filter(errors, lambda e: starts_with(e, 'id.other'))) > 0"
    assert one(db, strangers) > 50
    same = (
        strangers
        + " AND id_key IN (SELECT id_key FROM r b WHERE b.person_id = a.person_id AND len(list_filter(b.errors, lambda e: starts_with(e, 'id.'))) = 0)"
    )
    assert one(db, same) == 0


def test_old_numbers_have_fifteen_digits(db: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            db,
            "SELECT count(*) FROM r WHERE list_contains(errors, 'id.old15') AND NOT list_contains(errors, 'id.format') AND NOT regexp_full_match(id_no, '[0-9]{15}')",
        )
        == 0
    )
    assert (
        one(
            db,
            "SELECT count(*) FROM r WHERE list_contains(errors, 'id.old15') AND CAST(id_key[7:10] AS INTEGER) > 1999",
        )
        == 0
    )


def test_structure_that_makes_it_hard(db: duckdb.DuckDBPyConnection) -> None:
    assert one(db, "SELECT max(n) FROM (SELECT count(DISTINCT person_id) n FROM r GROUP BY name)") > 15
    namesakes = one(
        db,
        "SELECT count(*) FROM (SELECT name, employer FROM r WHERE employer IS NOT NULL GROUP BY 1, 2 HAVING count(DISTINCT person_id) > 1)",
    )
    assert namesakes > 8
    # of one day of birth, one division and one surname: mostly twins
    twins = "SELECT count(*) FROM (SELECT id_key[1:14], name[1] FROM r WHERE length(id_key) = 18 GROUP BY 1, 2 HAVING count(DISTINCT id_key) > 1)"
    assert one(db, twins) > 50
    couples = "SELECT count(*) FROM (SELECT phone FROM r WHERE phone IS NOT NULL GROUP BY phone HAVING count(DISTINCT person_id) > 1 AND count(DISTINCT name[1]) > 1)"
    assert one(db, couples) > 100


def test_ocr_letters_point_back() -> None:
    letters = [letter for signs in identity.OCR.values() for letter in signs]
    assert not {letter for letter in letters if letter.isdigit()}
    assert len({(letter, digit) for digit, signs in identity.OCR.items() for letter in signs}) == len(set(letters))


def test_columns_left_out_and_single_bases(tmp_path: Path) -> None:
    generator.generate(tmp_path, records=4_000, seed=1, single_base=1.0, without=("phone", "employer"))
    db = duckdb.connect()
    db.execute(
        f"CREATE TABLE r AS SELECT * FROM read_parquet('{tmp_path}/records/*.parquet') JOIN '{tmp_path}/truth.parquet' USING (record_id)"
    )
    assert one(db, "SELECT count(phone) + count(employer) FROM r") == 0
    assert one(db, "SELECT max(n) FROM (SELECT count(DISTINCT base) n FROM r GROUP BY person_id)") == 1


def test_wrong_arguments(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No rate"):
        Rates().changed(id_lost=0.1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Rates().changed(id_missing=2)
    with pytest.raises(ValueError, match="records"):
        generator.generate(tmp_path, records=0)
    with pytest.raises(ValueError, match="left out"):
        generator.generate(tmp_path, records=10, without=("base",))


def test_command(tmp_path: Path) -> None:
    runner = CliRunner()
    made = runner.invoke(
        command, ["--records", "2000", "--rates", "2", "--rate", "id_missing=0.5", "--output", str(tmp_path)]
    )
    assert made.exit_code == 0, made.output
    assert json.loads((tmp_path / "manifest.json").read_text())["rates"]["id_missing"] == 0.5
    file = tmp_path / "clusters.parquet"
    duckdb.sql(f"COPY (SELECT record_id, person_id AS cluster_id FROM '{tmp_path}/truth.parquet') TO '{file}'")
    scored = runner.invoke(command, ["--score", str(file), "--truth", str(tmp_path / "truth.parquet"), "--json"])
    assert scored.exit_code == 0, scored.output
    assert json.loads(scored.output)["all"]["f1"] == 1.0
    assert runner.invoke(command, ["--score", str(file)]).exit_code == 2
    assert runner.invoke(command, ["--rate", "none=1", "--output", str(tmp_path)]).exit_code == 1
