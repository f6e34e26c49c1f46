"""Records with Latin names go to the profile for them, through the same call and with the same files."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xiezhi.datacenter.link import engine
from xiezhi.datacenter.link.generator import score
from xiezhi.datacenter.link.profiles import febrl, latin

GIVEN = [
    "ava",
    "mia",
    "ella",
    "isla",
    "grace",
    "ruby",
    "lily",
    "chloe",
    "emily",
    "lucy",
    "jack",
    "noah",
    "liam",
    "oscar",
    "henry",
    "leo",
    "felix",
    "hugo",
    "louis",
    "edgar",
]
FAMILY = [
    "brown",
    "clarke",
    "webb",
    "nolan",
    "reid",
    "mason",
    "doyle",
    "hardy",
    "frost",
    "lamb",
    "potter",
    "quinn",
    "sharp",
    "stone",
    "vance",
    "wilde",
    "york",
    "ashby",
    "bell",
    "crane",
]
STREETS = ["wattle", "banksia", "river", "hill", "church", "station", "mill", "garden", "forest", "lake"]


def made(folder: Path, persons: int) -> tuple[Path, Path]:
    """Persons with two records each, of which the second has one wrong field."""
    dice = random.Random(5)
    rows: list[dict[str, str | None]] = []
    truth = []
    for person in range(persons):
        own: dict[str, str | None] = {
            "name": f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}", "id_no": str(dice.randint(10**6, 10**7 - 1)),
            "birth_date": f"{dice.randint(1930, 2004)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}", "division": str(dice.randint(2000, 2200)),
            "address": f"{dice.randint(1, 200)} {dice.choice(STREETS)} street",
        }  # fmt: skip
        other = dict(own)
        name = str(own["name"])
        change = dice.choice(["name", "id_no", "birth_date", "swap", "none"])
        if change == "name":
            other["name"] = name[:-2] + name[-1]
        elif change == "swap":
            other["name"] = " ".join(reversed(name.split()))
        elif change != "none":
            other[change] = None
        for copy, row in enumerate((own, other)):
            rows.append({"record_id": f"r{person}-{copy}", "base": "a", **row})
            truth.append(person)
    (folder / "in").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "in" / "all.parquet")
    listed = pa.array([[] for _ in rows], pa.list_(pa.string()))
    ids = [row["record_id"] for row in rows]
    keys = pa.array([row["id_no"] for row in rows], pa.string())
    pq.write_table(
        pa.table({"record_id": ids, "person_id": truth, "id_key": keys, "errors": listed}), folder / "truth.parquet"
    )
    return folder / "in", folder / "truth.parquet"


def test_latin_names_are_linked_by_their_profile(tmp_path: Path) -> None:
    source, truth = made(tmp_path, 600)
    result = engine.run(source, tmp_path / "out")
    found = score(result.clusters, truth)
    assert found.all.f1 > 0.99
    assert found.automatic is not None
    assert found.automatic.precision > 0.999
    assert result.counts["records"] == 1200
    assert {"record_id", "cluster_id", "rule", "zone", "evidence"} <= set(pq.read_schema(result.clusters).names)
    assert result.review.exists()


@pytest.mark.parametrize(
    ("names", "suits"), [(["Ava Brown", "O'Neil, J."], True), (["张伟", "Ava"], False), ([None, ""], False)]
)
def test_who_goes_there(tmp_path: Path, names: list[str | None], suits: bool) -> None:
    pq.write_table(
        pa.table({"record_id": ["1", "2"], "base": ["a", "a"], "name": pa.array(names, pa.string())}),
        tmp_path / "x.parquet",
    )
    assert latin.suits([str(tmp_path / "x.parquet")]) is suits


def pairs(*rows: tuple[str, str, float]) -> pa.Table:
    return pa.table(
        {
            "record_id": [r[0] for r in rows],
            "partner_record_id": [r[1] for r in rows],
            "probability": [r[2] for r in rows],
        }
    )


def groups(table: pa.Table) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in table.to_pylist():
        found.setdefault(row["cluster_id"], set()).add(row["record_id"])
    return {frozenset(members) for members in found.values()}


def test_one_partner_each_between_two_sets() -> None:
    found = pairs(("a", "x", 0.99), ("a", "y", 0.98), ("b", "y", 0.9))
    assert groups(febrl.clusters("abxy", found, single=True)) == {frozenset("ax"), frozenset("by")}


def test_one_weak_link_does_not_join_large_groups() -> None:
    strong = [("a", "b", 1.0), ("b", "c", 1.0), ("x", "y", 1.0), ("y", "z", 1.0)]
    assert groups(febrl.clusters("abcxyz", pairs(*strong, ("c", "x", 0.6)), single=False)) == {
        frozenset("abc"),
        frozenset("xyz"),
    }
    assert len(groups(febrl.clusters("abcxyz", pairs(*strong, ("c", "x", 0.6), ("a", "z", 0.6)), single=False))) == 1


def test_wrong_tables() -> None:
    with pytest.raises(ValueError, match="One table or two"):
        febrl.link([])
    with pytest.raises(ValueError, match="Columns are missing"):
        febrl.link([pa.table({"record_id": ["1"]})])
