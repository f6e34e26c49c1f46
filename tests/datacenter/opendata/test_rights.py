"""A person's correction or deletion in what was opened: old files go, the successor differs by that row alone, nothing remains."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.datacenter.sharing.push_world import TABLE, put, row
from xiezhi.datacenter.govern import holding
from xiezhi.datacenter.opendata import release, rights
from xiezhi.datacenter.opendata.declare import Kind, OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release
from xiezhi.datacenter.runs.services import Stopped
from xiezhi.datacenter.standards.copies import HOLDERS, Change

pytestmark = pytest.mark.django_db
State = Release.State

REGISTER = OpenSet(
    "here", "本区律师", "", TABLE, Kind.REGISTER, "名录", columns=("license_no", "name", "status"), order=("license_no",),
    where="division = '990101' AND status = '01'",
)  # fmt: skip
SAMPLE = OpenSet(
    "sample", "律师样本", "", TABLE, Kind.SAMPLE, "名录", columns=("practice_kind", "division", "first_date"),
    quasi=("practice_kind", "division"), order=("division", "first_date"),
)  # fmt: skip
ROWS = [row(n) for n in range(1, 22)]
"""Seven in each of three divisions."""


class Killed(BaseException):
    pass


@pytest.fixture
def place(lake: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    settings.OPEN_DATA_ROOT = str(tmp_path / "open")
    monkeypatch.setattr(open_sets, "_held", dict(open_sets._held))
    for one in (REGISTER, SAMPLE):
        open_sets.register(one)
    put(ROWS, "one")
    yield tmp_path / "open"


def publish(*codes: str) -> None:
    for code in codes:
        release.prepare(code)
        release.publish(Release.objects.filter(set_code=code).order_by("-version")[0], None)


def opened(code: str) -> list[dict[str, Any]]:
    one = release.current(code)
    assert one is not None
    return list(json.loads((release.folder(one) / "data.json").read_text()))


def ask(n: int, **values: str) -> Change:
    """A decision on row n, carried out in the standard table as the walk does before it comes here."""
    mine = ROWS[n - 1]
    put([{**mine, **values}] if values else [], f"right-{n}", deletes=() if values else [mine["row_id"]])
    return Change(TABLE, (mine["row_id"],), values, "r1")


def everything(place: Path) -> bytes:
    """All that lies on the disk in plain formats."""
    return b"".join(p.read_bytes() for p in place.rglob("data.[cj]s*"))


LONG = pytest.mark.soak(only=True)
CASES = [
    ((), 1, {}), (("here", "lawyers"), 3, {}), (("lawyers", "sample"), 1, {"mobile": "13900009999"}),
    (("lawyers", "here"), 3, {"name": "王改正"}), (("here",), 3, {"status": "03"}),
    *(pytest.param(*case, marks=LONG) for case in (
        (("here",), 2, {}), (("here", "lawyers", "sample"), 3, {}), (("sample",), 1, {}), (("lawyers", "here"), 4, {"name": "王改正"}),
        (("lawyers", "here"), 3, {"status": "03"}), (("sample",), 1, {"division": "990201"}),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "n", "values"), CASES)
def test_the_row_is_gone_or_right_in_every_set_that_had_it(
    place: Path, codes: tuple[str, ...], n: int, values: dict[str, str]
) -> None:
    publish(*codes)
    before = {c: opened(c) for c in codes}
    change = ask(n, **values)
    touched = rights.apply(change)
    assert rights.remains(change) == 0 and (rights.apply(change), rights.remains(change)) == (0, 0)
    row_, concerned = ROWS[n - 1], 0
    for code in codes:
        declared = open_sets.get(code)
        held = code != "here" or row_["division"] == "990101"
        shown = not values or set(values) & set(declared.columns) or (code == "here" and "status" in values)
        one = release.current(code)
        assert one is not None
        if not (held and shown):
            assert one.version == 1 and opened(code) == before[code]
            continue
        concerned += 1
        assert (one.version, Release.objects.get(set_code=code, version=1).state) == (2, State.WITHDRAWN)
        assert not (place / code / "1").exists() and not (place / ".rows" / code / "1.parquet").exists()
        after = opened(code)
        if code == "sample":
            assert len(after) == (len(before[code]) - 1 if not values else len(before[code]))
            continue
        others = [r for r in before[code] if r["license_no"] != row_["license_no"]]
        assert [r for r in after if r["license_no"] != row_["license_no"]] == others
        mine = [r for r in after if r["license_no"] == row_["license_no"]]
        leaves = not values or (code == "here" and values.get("status", "01") != "01")
        assert (not mine) if leaves else mine == [{**next(r for r in before[code] if r not in others), **values}]
    assert touched == concerned


def test_a_group_that_falls_below_k_goes_with_the_row(place: Path) -> None:
    publish("sample")
    for n in (1, 4, 7):  # seven of a division: six, five, four
        change = ask(n)
        rights.apply(change)
        assert rights.remains(change) == 0
    kept = opened("sample")
    assert len(kept) == 14 and {r["division"] for r in kept} == {"990101", "990201"}
    live = release.current("sample")
    assert live is not None and live.report["k"] >= 5 and live.version == 4


def test_old_versions_and_waiting_ones_go_too_and_the_public_is_told(place: Path, client: Client) -> None:
    publish("lawyers", "lawyers")
    release.prepare("lawyers")
    change = ask(5)
    assert rights.apply(change) == 3
    states = dict(Release.objects.filter(set_code="lawyers").values_list("version", "state"))
    assert states == {1: State.WITHDRAWN, 2: State.WITHDRAWN, 3: State.WITHDRAWN, 4: State.RELEASED}
    assert ROWS[4]["license_no"].encode() not in everything(place)
    gone = client.get("/data/lawyers/files/2/data.csv")
    assert gone.status_code == 410 and "现在的第4版" in gone.content.decode()
    assert client.get("/data/lawyers/files/3/data.csv").status_code == 404, "it was never public"
    assert client.get("/data/lawyers/files/4/data.csv").status_code == 200
    assert client.get(f"/data/lawyers/rows?license_no={ROWS[4]['license_no']}").json()["rows"] == []
    turtle = client.get("/data/catalog.ttl").content.decode()
    assert "files/4/data.csv" in turtle and "files/2/" not in turtle
    release.prepare("lawyers")
    assert rights.remains(change) == 0


def test_what_fails_disclosure_control_is_not_published_and_the_old_version_goes_nevertheless(
    place: Path, client: Client
) -> None:
    publish("lawyers")
    change = ask(5, firm_name="云岭所 13800001234")
    rights.apply(change)
    assert rights.remains(change) == 0 and release.current("lawyers") is None
    assert client.get("/data/lawyers/files/1/data.csv").status_code == 410
    assert Release.objects.get(version=2).state == State.REFUSED


@pytest.mark.parametrize("at", ["files", *(pytest.param(a, marks=LONG) for a in ("made", "written", "withdrawn"))])
def test_killed_between_steps_the_walk_ends_where_it_should(
    place: Path, monkeypatch: pytest.MonkeyPatch, client: Client, at: str
) -> None:
    publish("lawyers", "here")
    change = ask(6, name="王改正")
    change_two = ask(3)

    def die(*args: Any, **more: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        match at:
            case "made":  # files written, the books do not know them
                patch.setattr(release, "_profile", die)
            case "written":
                patch.setattr(release, "publish", die)
            case "withdrawn":
                patch.setattr(rights.shutil, "rmtree", die)
            case _:
                whole = shutil.rmtree

                def half(path: Path, ignore_errors: bool = False) -> None:
                    if Path(path).name == "1":
                        (Path(path) / "data.parquet").unlink()
                        raise Killed
                    whole(path, ignore_errors=ignore_errors)

                patch.setattr(rights.shutil, "rmtree", half)
        with pytest.raises(Killed):
            rights.apply(change)
    assert rights.remains(change) > 0
    assert client.get("/data/lawyers/").status_code == 200, "old or new, but never nothing"
    for one in (change_two, change):  # another request meanwhile
        rights.apply(one)
    rights.apply(change_two)
    assert rights.remains(change) == rights.remains(change_two) == 0
    text = everything(place)
    assert "王改正".encode() in text and ROWS[2]["license_no"].encode() not in text
    assert len(opened("lawyers")) == 20 and len(opened("here")) == 6
    on_disk = {(c, p.name) for c in ("lawyers", "here") for p in (place / c).iterdir()}
    assert on_disk <= {(r.set_code, str(r.version)) for r in Release.objects.exclude(state=State.WITHDRAWN)}


def test_a_version_under_way_is_waited_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.datacenter.runs import services as runs
    from xiezhi.datacenter.runs.models import Kind as RunKind

    publish("lawyers")
    change = ask(5)
    with runs.start(RunKind.OPEN, "lawyers"), monkeypatch.context() as patch:
        patch.setattr(runs, "_lock", lambda *key: False)  # another process holds it
        with pytest.raises(Stopped, match="正在生成"):
            rights.apply(change)
    assert rights.apply(change) == 1 and rights.remains(change) == 0


def test_a_version_whose_rows_were_never_traced_may_not_stay(place: Path) -> None:
    publish("lawyers")
    shutil.rmtree(place / ".rows")
    change = ask(5)
    assert rights.remains(change) == 1
    rights.apply(change)
    assert rights.remains(change) == 0 and release.current("lawyers") is None and not (place / "lawyers" / "1").exists()


def test_rows_that_may_only_be_kept_are_not_opened_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.datacenter.govern import overrides

    publish("lawyers")
    change = Change(TABLE, (ROWS[1]["row_id"],), {}, "r2")  # the base keeps the row
    rights.apply(change)
    monkeypatch.setattr(overrides, "restricted", lambda table: frozenset({ROWS[1]["row_id"]}))
    publish("lawyers")
    assert rights.remains(change) == 0 and len(opened("lawyers")) == 20


def test_it_is_among_the_holders_after_the_base(place: Path) -> None:
    assert HOLDERS["opendata"] is rights.HOLDER and rights.HOLDER.order > holding.STANDARD.order
