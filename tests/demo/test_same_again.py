"""The same seed and scale give the same rows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from xiezhi import pg
from xiezhi.demo import services
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.people.models import Appointment, Person
from xiezhi.kernel.procedures import rebuild
from xiezhi.kernel.procedures.models import Deadline, Matter, MatterEvent, Party
from xiezhi.kernel.units.models import Unit


def _rows() -> dict[str, list[Any]]:
    return {
        "units": list(
            Unit.objects.order_by("id").values_list("id", "uid", "name", "usc", "prov_id", "city_id", "county_id")
        ),
        "persons": [(p.pk, p.uid, p.name, p.id_no, p.phone, p.address) for p in Person.objects.order_by("id")],
        "accounts": list(Account.objects.order_by("id").values_list("id", "uid", "username", "kind")),
        "appointments": list(Appointment.objects.order_by("id").values_list("staff_id", "unit_id", "post__code")),
        "matters": list(
            Matter.objects.order_by("id").values_list(
                "id", "public_id", "intake_no", "case_no", "state", "facts", "due_legal", "handler_id", "subject"
            )
        ),
        "events": list(MatterEvent.objects.order_by("id").values_list("id", "event", "at", "actor", "data")),
        "parties": list(Party.objects.order_by("id").values_list("id", "matter_id", "role", "name", "account_id")),
        "deadlines": sorted(Deadline.objects.values_list("matter_id", "term", "number", "legal", "status"), key=str),
        "documents": list(
            Document.objects.order_by("id").values_list("id", "number", "title", "verify_code", "frozen")
        ),
    }


def _shared() -> list[Any]:
    """The matters of data sharing, which larger provinces have: made on top of this one, read, and undone."""
    from xiezhi.datacenter.sharing import demo

    court = Unit.objects.filter(level="PROV", kind="COURT").first()
    labor, market = (Unit.objects.filter(level="PROV", name__contains=n).first() for n in ("人力资源", "市场监督管理"))
    assert court and labor and market
    place = SimpleNamespace(departments={"labor": labor, "market": market})
    world = SimpleNamespace(seed=services.SEED, province=SimpleNamespace(places=[place]))
    with clock.frozen(services.NOW), transaction.atomic():
        before = set(Matter.objects.values_list("pk", flat=True))
        demo.generate(world, demo.LEAST, lambda *said: None)
        made = Matter.objects.exclude(pk__in=before).order_by("id")
        rows: list[Any] = list(made.values_list("public_id", "procedure", "state", "facts", "intake_no", "due_legal"))
        rows += list(
            MatterEvent.objects.filter(matter__in=made).order_by("id").values_list("event", "at", "actor", "data")
        )
        rows += list(Document.objects.filter(matter__in=made).order_by("id").values_list("title", "verify_code"))
        fields = ("matter__public_id", "term", "number", "legal", "status")
        index = sorted(Deadline.objects.filter(matter__in=made).values_list(*fields), key=str)
        # One of them is late: an index made anew says the same of it.
        rebuild.rebuild(workers=1)
        assert sorted(Deadline.objects.filter(matter__in=made).values_list(*fields), key=str) == index
        assert any(legal and legal < services.NOW.date() for *_, legal, _ in index)
        transaction.set_rollback(True)
    return [*rows, *index]


def test_same_seed_same_rows(committed_db: pg.Urls, province: str, worker_id: str) -> None:
    from tests.conftest import _pointed_at

    first = _rows()  # the province of this folder, made by one process
    shared = _shared()
    with _pointed_at(f"committed_{worker_id}"):
        services.generate(0.001, workers=2)
        second = _rows()
        again = _shared()
        with pytest.raises(RuntimeError, match="空数据库"):
            services.generate(0.001)
    for name, rows in first.items():
        other = second[name]
        assert len(rows) == len(other), name
        wrong = next(((a, b) for a, b in zip(rows, other, strict=True) if a != b), None)
        assert wrong is None, (name, [(x, y) for x, y in zip(*wrong, strict=True) if x != y])
    wrong = next(((a, b) for a, b in zip(shared, again, strict=True) if a != b), None)
    assert wrong is None, wrong
