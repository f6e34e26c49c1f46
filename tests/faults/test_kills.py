"""kill -9 of web, worker and database under load; lost connections; a full disk; two hundred at one event."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import psycopg
import pytest
import requests

from tests import factories
from tests.conftest import Serve
from tests.faults import invariants
from tests.faults.conftest import SOAK
from tests.faults.office import Client, Office, finish, load
from xiezhi import pg
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures.models import Matter, MatterEvent

pytestmark = [pytest.mark.slow, pytest.mark.soak]
ROLES = {"case_officer": "office", "office_head": "office", "counter_clerk": "office"}


def answers(threads: list[Client]) -> list:
    return [one for thread in threads for one in thread.done]


def test_kill_nine_of_everything(office: Office) -> None:
    """Nothing acknowledged is lost, nothing is half done; who repeats a request gets the same answer."""
    province = factories.build(tokens=False)
    account, token = factories.token(province, roles=ROLES)
    office.start_web()
    office.start_worker()
    threads, stop = load(office, province, token, clients=4 if SOAK else 3)
    chance = random.Random(20260914)
    rounds = ["web", "database", "worker", "database", "web"] * (12 if SOAK else 1)
    for victim in rounds:
        time.sleep(chance.uniform(1.0, 3.0))
        if victim == "web":
            office.kill_web()
            office.start_web()
        elif victim == "worker":
            office.kill_worker()
            office.start_worker()
        else:
            office.kill_database()
            time.sleep(chance.uniform(0, 0.5))
            office.server.start("faults")
    time.sleep(2)
    finish(threads, stop)
    done = answers(threads)
    assert len(done) > 20, "too little happened to prove anything"
    from django.db import connections

    connections.close_all()
    invariants.acknowledged(done, account)
    assert invariants.every_matter() >= len(done)
    invariants.idle()
    again = threads[0]
    for one in random.Random(1).sample(done, min(20, len(done))):
        same = again.send(one.path, one.body)
        assert same is not None and same["repeated"] is True
        assert same["matter"]["id"] == one.answer["matter"]["id"]
    _rendered()


def _rendered() -> None:
    """What was issued is made into PDFs after all; a kill loses no job for good (the sweep finds it)."""
    from xiezhi.kernel.documents import produce

    for pk in Document.objects.filter(render_state=Document.PENDING).values_list("pk", flat=True)[: 200 if SOAK else 5]:
        assert produce.produce(pk)
    assert not Document.objects.filter(render_state=Document.FAILED).exists()


def test_connections_lost_in_the_middle(office: Office) -> None:
    """Backends ended under running events: 503 that asks for patience, and the repeated request acts once."""
    province = factories.build(tokens=False)
    account, token = factories.token(province, roles=ROLES)
    office.start_web()
    threads, stop = load(office, province, token, clients=3)
    end = time.monotonic() + (120 if SOAK else 8)
    with psycopg.connect(pg.url(office.home, pg.SUPERUSER, "faults"), autocommit=True) as admin:
        while time.monotonic() < end:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND state <> 'idle' AND pid <> %s"
                " AND application_name <> 'pytest' ORDER BY random() LIMIT 1",
                [pg.APP, 0],
            )
            time.sleep(0.2)
    finish(threads, stop)
    seen = Counter(status for t in threads for status in t.statuses)
    assert set(seen) <= {200, 503}, (seen, office.web.log.read_text()[-4000:] if office.web else "")
    assert seen[503], "no connection was lost: the test proves nothing"
    assert all("请稍后再试" in text for t in threads for text in t.said)
    from django.db import connections

    connections.close_all()
    invariants.acknowledged(answers(threads), account)
    invariants.every_matter()


def test_a_full_disk_under_the_database(small_disk: Office) -> None:
    """Refused with words while the disk is full; afterwards the same requests go through, and nothing is half done."""
    office = small_disk
    province = factories.build(tokens=False)
    account, token = factories.token(province, roles=ROLES)
    office.start_web()
    threads, stop = load(office, province, token, clients=2)
    time.sleep(2)
    ballast = office.home / "ballast"
    with ballast.open("wb") as out:
        try:
            while True:
                out.write(b"\0" * (1 << 16))
                out.flush()
        except OSError:
            pass
    end = time.monotonic() + 25
    while time.monotonic() < end and not any(t.said for t in threads):
        time.sleep(0.2)
    time.sleep(1)
    ballast.unlink()
    time.sleep(0.5)
    if not office.server.running():  # without room for its log the server stops itself, as it must
        office.server.start("faults")
    time.sleep(2)
    finish(threads, stop)
    said = {text for t in threads for text in t.said}
    assert said, "the disk never became full"
    assert all("请稍后再试" in text or "存储空间不足" in text for text in said), said
    from django.db import connections

    connections.close_all()
    invariants.acknowledged(answers(threads), account)
    invariants.every_matter()


def test_two_hundred_at_one_event(serve: Serve, freeze) -> None:
    """Exactly one wins; everybody else is told that things changed."""
    freeze(factories.NOW)
    province = factories.build(tokens=False)
    _, token = factories.token(province, roles=ROLES)
    matter = province.file()
    address = serve(now=factories.NOW)
    data = {
        "procedure": "ORDINARY",
        "officers": [province.staff_id("case_officer"), province.staff_id("case_officer_2")],
    }
    found: list[tuple[int, str]] = []
    gate = threading.Barrier(200)

    def attempt(n: int) -> None:
        body = {"data": data, "expected_seq": matter.seq, "request_key": f"attempt-{n:04d}"}
        gate.wait()
        while True:
            try:
                answer = requests.post(
                    f"{address}/api/matters/{matter.public_id}/events/accepted", json=body, timeout=60,
                    headers={"Authorization": f"Bearer {token}"},
                )  # fmt: skip
            except requests.ConnectionError:
                time.sleep(0.2)
                continue
            if answer.status_code != 503:
                found.append((answer.status_code, answer.text))
                return
            time.sleep(0.2)

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(200)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Counter(status for status, _ in found) == {200: 1, 409: 199}, Counter(found).most_common(3)
    assert all("CHANGED_MEANWHILE" in text for status, text in found if status == 409)
    assert MatterEvent.objects.filter(matter=matter, event="accepted").count() == 1
    assert Matter.objects.get(pk=matter.pk).case_no == "临川府复〔2026〕1号"
    invariants.every_matter()
