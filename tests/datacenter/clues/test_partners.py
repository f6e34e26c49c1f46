"""The other agencies as another instance of the product: own database, keys and gateway, asked over HTTP and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import _sql, clone
from tests.datacenter.persons import world
from xiezhi import pg
from xiezhi.config.settings_test import RUN
from xiezhi.datacenter.clues import services
from xiezhi.datacenter.clues.models import Clue
from xiezhi.datacenter.exchange import identity
from xiezhi.datacenter.exchange.models import Meter
from xiezhi.datacenter.persons import refreshing
from xiezhi.demo.partners import place
from xiezhi.demo.partners.books import Books
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.units import services as units

NAMES = ["柳长青", "苏望舒", "白露", "何远山", "江映雪", "秦越", "沈若水", "方知行"]
LI, SU, BAI, HE, JIANG, QIN, HIS, HERS = (world.id_no(date(1980, 1, n), n) for n in range(1, 9))
FIRM, HERE, ELSEWHERE = "31990000MD00000001", "990101", "990202"
SINCE = date(2022, 5, 1)


def books() -> Books:
    """柳长青's wife is a judge of the same county, 苏望舒's husband one elsewhere; 江映雪 was an official before she practiced."""
    found = Books()
    for one in (LI, SU):
        found.add("reg_partner", one, since=date(2021, 1, 1), division=HERE, firm_usc=FIRM, firm="云岭明理律师事务所")
    for one, other in ((LI, HIS), (SU, HERS)):
        for a, b in ((one, other), (other, one)):
            found.add("reg_marriage", a, since=date(2010, 1, 1), spouse_id_no=b)
    at = {
        n: SimpleNamespace(division=SimpleNamespace(code=n, name=name))
        for n, name in ((HERE, "禾溪县"), (ELSEWHERE, "青石县"))
    }
    people = {n: SimpleNamespace(id_no=n, place=at[HERE]) for n in (BAI, JIANG, QIN, HIS)} | {
        HERS: SimpleNamespace(id_no=HERS, place=at[ELSEWHERE])
    }
    found.post(people[HIS], "人民法院", SINCE)  # type: ignore[arg-type]
    found.post(people[HERS], "人民法院", SINCE)  # type: ignore[arg-type]
    found.post(people[BAI], "财政局", SINCE)  # type: ignore[arg-type]
    found.post(people[JIANG], "财政局", date(2010, 1, 1), date(2019, 6, 1))  # type: ignore[arg-type]
    found.post(people[QIN], "人民法院", SINCE, kind="05")  # type: ignore[arg-type]
    for n, one in enumerate((LI, SU, BAI, HE, JIANG, QIN)):
        dead = date(2026, 3, 1) if one == HE else None
        found.add(
            "reg_population",
            one,
            name=NAMES[n],
            sex="1",
            life_status="死亡" if dead else "在世",
            death_date=dead,
            organ="禾溪县公安局",
        )
    for one in (LI, BAI):
        found.add("reg_estate", one, since=SINCE, estate_usage="住宅")
    return found


@pytest.fixture
def agencies(
    lake: Path, settings: Any, tmp_path: Path, freeze: Callable[[str], None], worker_id: str
) -> Iterator[place.Running]:
    freeze("2026-09-14 10:00")
    settings.HOME, settings.EXCHANGE_DIR = str(tmp_path), str(tmp_path / "exchange")
    settings.CLUE_LOOKUPS_FILE = str(tmp_path / "lookups.json")
    name = clone(f"partners_{worker_id}")
    where = place.Place(tmp_path / "partners", pg.urls(RUN, name), tmp_path / "lookups.json")
    place.write(where, books().rows)
    running = place.Running(where, clock.now())
    try:
        unit = units.create_unit(
            name="云岭省司法厅",
            level="PROV",
            kind="JUSTICE",
            parent=None,
            valid_from=date(2020, 1, 1),
            document_code="云司",
        )
        services.switch("aid.estate", True, "省法律援助中心要求", of_account(world.official("data_steward", unit=unit)))
        lawyers = world.put(
            "std_lawyer", [world.lawyer(str(n), NAMES[n], one) for n, one in enumerate((LI, SU, HE, JIANG, QIN))]
        )
        world.put("std_notary", [world.notary("9", NAMES[2], BAI)])
        refreshing.refresh(linker=world.Linker())
        aided = world.person_of(lawyers[0])
        world.put(
            "std_aid_case",
            [
                {
                    "src_key": "1",
                    "case_no": "云援〔2026〕1号",
                    "kind": "01",
                    "route": "1",
                    "applied": date(2026, 6, 1),
                    "recipient_uid": aided,
                }
            ],
        )
        yield running
    finally:
        running.stop()
        _sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_rules_that_ask_other_agencies(agencies: place.Running, tmp_path: Path, worker_id: str) -> None:
    none = services.look().detail
    assert len(none["skipped"]) == 14, "nobody was named yet, so nobody was asked"

    assert agencies.wait(60), (tmp_path / "partners" / "partners.log").read_text()
    lookups = agencies.place.lookups
    told = lookups.read_text(encoding="utf-8")
    wrong = json.dumps(identity.own().signer.verifier.pem)
    lookups.write_text(told.replace(json.dumps(json.loads(agencies.place.identity.read_text())["public_key"]), wrong))
    assert len(services.look().detail["skipped"]) == 14, "somebody else's signature is no answer"
    lookups.write_text(told, encoding="utf-8")

    detail = services.look().detail
    assert detail["skipped"] == []
    assert detail["by_rule"] == {
        "spouse.judge": 1, "notary.civil-servant": 1, "license.dead-holder": 1, "lawyer.juror": 1, "aid.estate": 1,
    }  # fmt: skip
    died = Clue.objects.get(rule="license.dead-holder")
    assert (died.since, died.until) == (date(2026, 3, 1), None)
    got = {m.interface: (m.calls, m.refused) for m in Meter.objects.filter(direction="OBTAINED")}
    assert got == {
        "register-posts": (2, 0), "register-jurors": (1, 0), "register-partners": (1, 0), "register-marriage": (1, 0),
        "register-life": (1, 0), "register-estate": (1, 0),
    }, "spouses are asked of those alone who can know"  # fmt: skip

    agencies.stop()
    dead = services.look().detail
    assert (len(dead["skipped"]), dead["new"], dead["ended"]) == (14, 0, 0), "who does not answer ends nothing"
    died.refresh_from_db()
    assert died.ended_on is None

    # The other side told everybody by its own log and under its own keys.
    theirs = f"partners_{worker_id}"
    key = (tmp_path / "partners" / "secrets" / "index-key").read_text().strip().encode()
    whose = hmac.new(key, f"people.identity\0RESIDENT:{HIS}".encode(), hashlib.sha256).digest()
    calls = _sql(
        "SELECT l.interface, l.purpose FROM exchange_calllog l JOIN exchange_callperson p ON (p.batch_id, p.n) = (l.batch_id, l.n) "
        f"WHERE p.person = '\\x{whose.hex()}'", theirs,
    )  # fmt: skip
    assert calls == [("register-posts", "CROSS_CHECK")]
    assert _sql(
        "SELECT count(*), count(*) FILTER (WHERE result = 'OK' AND signature IS NOT NULL) FROM exchange_calllog", theirs
    ) == [(10, 10)]
