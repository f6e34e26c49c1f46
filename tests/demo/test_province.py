"""The province as it stands in the database: lawful, complete, and the same rows as the services would write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Count, Max

from xiezhi.demo import services
from xiezhi.enforcement.reconsideration import hooks as reconsideration
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.models import PendingEntry, Salt
from xiezhi.kernel.people.models import Organization, Person, Staff
from xiezhi.kernel.procedures import rebuild, registry, store
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Ask, fire, replay, settle
from xiezhi.kernel.procedures.models import (
    Deadline,
    EventPayload,
    Matter,
    MatterEvent,
    MatterOfficer,
    Parameter,
    Party,
    Serial,
    SerialUse,
)
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.sealing import unseal
from xiezhi.kernel.units.models import Division, Unit


@pytest.fixture(autouse=True)
def _rolled_back(province: str) -> Iterator[None]:
    """What a test writes is undone: the province is shared."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_counts_of_a_small_scale() -> None:
    assert (
        Matter.objects.filter(procedure="XZFY").count() == 456
    )  # 300,000 a year, half as many before, and the stories
    assert set(Matter.objects.values_list("procedure", flat=True)) == {"XZFY", "FLYZ", "QXWQ", "HCPHF"}
    assert Person.objects.count() >= 200
    assert Unit.objects.count() > 60 and Staff.objects.count() > 200
    assert Matter.objects.filter(open=True).count() > 30
    assert Document.objects.filter(state="ISSUED").count() > 100


def test_nothing_lies_in_a_real_division() -> None:
    assert not Division.objects.exclude(code__startswith="99").exists()
    assert all(str(p.id_no).startswith("99") for p in Person.objects.all())
    assert all(str(o.usc)[2:4] == "99" for o in Organization.objects.exclude(usc=None))
    assert all(str(u.usc)[2:4] == "99" for u in Unit.objects.exclude(usc=None))
    for model in (Person, Organization, Staff, Account, Unit):
        assert not model.objects.filter(demo=False).exists()


def test_demo_accounts_exist_and_open() -> None:
    for account in services.demo_accounts():
        assert Account.objects.get(username=account.username).check_password(account.password), account.username


def test_the_mix_is_realistic() -> None:
    states = set(Matter.objects.values_list("state", flat=True))
    assert {"ARCHIVED", "IN_REVIEW", "ADMISSION_REVIEW", "SUPPLEMENT_PENDING", "SERVED", "APPROVING"} <= states
    channels = Counter(Matter.objects.values_list("channel", flat=True))
    assert 0.5 < channels["ONLINE"] / sum(channels.values()) < 0.72
    outcomes = set(Matter.objects.values_list("outcome", flat=True))
    assert {"UPHELD", "QUASHED", "MEDIATED", "TERMINATED_WITHDRAWN", "NOT_ACCEPTED"} <= outcomes


def test_replay_of_every_history_gives_the_stored_state() -> None:
    for matter in Matter.objects.all():
        declared = registry.get(matter.procedure, matter.version)
        view = replay(declared, store.history(matter.pk), strict=True)
        assert view.state is not None
        assert (view.state.code, view.seq, view.facts) == (matter.state, matter.seq, matter.facts), matter.number


def test_every_step_passes_the_core() -> None:
    """`core.fire` itself takes every step of a sample, with the personal payload that lies beside the history."""
    calendar = store.calendar()
    for matter in Matter.objects.order_by("id")[::6]:
        declared = registry.get(matter.procedure, matter.version)
        payloads = store.payloads(matter.pk)
        history: list[Any] = []
        for rec in store.history(matter.pk):
            if rec.role == "CLOCK":
                assert rec in settle(replay(declared, history), calendar, rec.at)
                history.append(rec)
                continue
            ask = Ask(rec.event, rec.on, rec.at, Actor(rec.actor, frozenset((rec.role,)), rec.label),
                      {**rec.data, **payloads.get(rec.seq, {})})  # fmt: skip
            effects = fire(declared, history, ask, calendar)
            assert effects.recorded == (rec,), matter.number
            history.append(rec)


def test_rebuilding_deadlines_changes_nothing() -> None:
    before = sorted(Deadline.objects.values_list("matter_id", "term", "number", "status", "legal"))
    done = rebuild.rebuild(workers=1)
    assert done.matters > 0 and done.changed == 0
    assert sorted(Deadline.objects.values_list("matter_id", "term", "number", "status", "legal")) == before


def test_the_ledger_commits_to_the_histories() -> None:
    assert MatterEvent.objects.count() <= PendingEntry.objects.count()
    events = MatterEvent.objects.select_related("matter").order_by("id")[:40]
    for rec in events:
        salt = Salt.objects.select_related("entry").get(object_type="event", object_id=f"{rec.matter_id}/{rec.seq}")
        payload = {
            "matter": str(rec.matter.public_id), "seq": rec.seq, "event": rec.event, "on": rec.on.isoformat(),
            "at": store.recorded(rec).at.isoformat(), "role": rec.role, "actor": rec.actor, "data": rec.data,
        }  # fmt: skip
        assert ledger.verify("event", payload, bytes(salt.salt), bytes(salt.entry.commitment))


def test_serials_are_counted_and_logged() -> None:
    for series, year, last, number in SerialUse.objects.values_list("series", "year").annotate(
        last=Max("serial"), number=Count("id")
    ):
        assert last == number == Serial.objects.get(series=series, year=year).last
    assert Matter.objects.exclude(case_no=None).count() == SerialUse.objects.filter(series__startswith="case:").count()


def test_every_kind_of_issued_document_can_be_made() -> None:
    """The frozen data is complete: one document of each kind becomes a PDF."""
    from xiezhi.kernel.documents import layout, templates

    seen: set[str] = set()
    for doc in Document.objects.filter(state="ISSUED").order_by("-id"):
        if doc.title in seen or doc.frozen is None:
            continue
        seen.add(doc.title)
        template = templates.get(doc.template, doc.template_version)
        layout.compose(template, doc.frozen["data"], body_html=doc.frozen["body"], verify_code=doc.frozen["verify_code"],
                       verify_url="http://localhost/verify/")  # fmt: skip
    assert len(seen) > 15


def test_documents_wait_for_their_turn() -> None:
    pending = Document.objects.filter(render_state="PENDING").count()
    assert 5 < pending < 150, "only a handful is made at the first start"
    states = set(Document.objects.values_list("state", flat=True))
    assert states & {"REVIEW", "APPROVED", "SIGNED"} and "ISSUED" in states


def test_the_database_counts_on_after_the_rows() -> None:
    matter = Matter.objects.order_by("-id").first()
    assert matter is not None
    matter.pk, matter.public_id, matter.intake_no, matter.case_no = None, uuid4(), "X1", None
    matter.save(force_insert=True)
    assert matter.pk > Matter.objects.exclude(pk=matter.pk).aggregate(m=Max("id"))["m"]


_SKIPPED = {"id", "public_id", "intake_no", "case_no", "updated_at"}


def _columns(matter: Matter) -> dict[str, Any]:
    return {f.attname: getattr(matter, f.attname) for f in Matter._meta.concrete_fields if f.attname not in _SKIPPED}


def _again(matter: Matter) -> Matter:
    """The same matter once more, event by event, through the services."""
    payloads = store.payloads(matter.pk)
    parties = list(
        Party.objects.filter(matter=matter).exclude(role__in=("copy_recipient", "addressee_organ")).order_by("id")
    )
    inputs = [
        PartyInput(p.role, p.name, p.kind, p.person_id, p.organization_id, p.unit_id, p.account_id,
                   acts_for=next((i for i, o in enumerate(parties) if o.pk == p.acts_for_id), None), detail=p.detail,
                   sealed=unseal(p.sealed, context="party") if p.sealed else {}, e_service=p.e_service)
        for p in parties
    ]  # fmt: skip
    made: Matter | None = None
    for rec in store.history(matter.pk):
        if made is not None and rec.role == "CLOCK":
            procedures.settle_matter(made.pk, rec.at)
            continue
        actor = Actor(rec.actor, frozenset((rec.role,)), rec.label)
        data = {**rec.data, **payloads.get(rec.seq, {})}
        if made is None:
            made = procedures.open_matter(
                matter.procedure, rec.event, actor, data, handling_unit=matter.handling_unit_id, organ=matter.organ_id,
                parties=inputs, on=rec.on, at=rec.at,
            ).matter  # fmt: skip
        else:
            made = procedures.fire_event(made.pk, rec.event, actor, data, on=rec.on, at=rec.at).matter
    assert made is not None
    made.refresh_from_db()
    return made


def test_bulk_rows_equal_those_of_the_services() -> None:
    Parameter.objects.create(
        procedure="XZFY", name="signed_documents", valid_from="2000-01-01", value=[], reason="test", set_by="test"
    )
    reconsideration.forget_parameters()
    sample: dict[str, Matter] = {}
    for matter in Matter.objects.order_by("id"):
        sample.setdefault(f"{matter.state}/{matter.outcome}/{matter.track}", matter)
    assert len(sample) > 15
    for matter in list(sample.values())[:40]:
        copy = _again(matter)
        rebuild_one(copy)
        assert _columns(copy) == _columns(matter), matter.number
        fields = ("term", "number", "side", "started_on", "nominal", "legal", "status", "provisional", "lapses")
        mine, theirs = (sorted(Deadline.objects.filter(matter=m).values_list(*fields), key=str) for m in (matter, copy))
        assert mine == theirs, matter.number
        row, other = (ReconsiderationCase.objects.filter(pk=m.pk).values().get() for m in (matter, copy))
        assert {k: v for k, v in row.items() if k not in ("matter_id", "applicant_key")} == {
            k: v for k, v in other.items() if k not in ("matter_id", "applicant_key")
        }, matter.number
        shape = ("seq", "event", "on", "at", "from_state", "to_state", "role", "actor", "actor_label", "data", "law_version",
                 "regulation_version")  # fmt: skip
        assert list(MatterEvent.objects.filter(matter=matter).order_by("seq").values_list(*shape)) == list(
            MatterEvent.objects.filter(matter=copy).order_by("seq").values_list(*shape)
        )
        assert set(
            MatterOfficer.objects.filter(matter=matter).values_list("staff_id", "lead", "valid_from", "valid_to")
        ) == set(MatterOfficer.objects.filter(matter=copy).values_list("staff_id", "lead", "valid_from", "valid_to"))
        assert (
            EventPayload.objects.filter(event__matter=matter).count()
            == EventPayload.objects.filter(event__matter=copy).count()
        )
        assert Party.objects.filter(matter=matter).count() == Party.objects.filter(matter=copy).count()


def rebuild_one(matter: Matter) -> None:
    """Index rows of one matter as of the present moment, as the nightly rebuild leaves them."""
    rebuild._chunk(matter.pk, matter.pk + 1, services.NOW)
    matter.refresh_from_db()
