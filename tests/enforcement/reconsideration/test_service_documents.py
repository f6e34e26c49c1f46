"""Every document of every event composes from what the event and the matter say, and really renders."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.enforcement.reconsideration.world import World, build
from xiezhi.enforcement.reconsideration import case_data
from xiezhi.enforcement.reconsideration.courses import PREPARES, ROUTES
from xiezhi.enforcement.reconsideration.procedure import Reconsideration
from xiezhi.enforcement.reconsideration.services import file_application
from xiezhi.kernel.documents import layout, produce, templates
from xiezhi.kernel.documents.render import render
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.core import Recorded, View
from xiezhi.kernel.procedures.declare import Event, Kind
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.walks import walk

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 14)


@pytest.fixture
def matter(freeze: Callable[[str], None]) -> Matter:
    freeze("2026-09-14 10:00")
    world: World = build()
    done = file_application(world.citizen, world.answers(), channel="ONLINE", request_key="k1")
    return Matter.objects.get(pk=done.matter.pk)


def sample(event: Event, staff: list[str]) -> dict[str, Any]:
    """The samples of a form, with real staff."""
    out: dict[str, Any] = {}
    for f in event.form:
        if f.kind is Kind.STAFF:
            out[f.name] = staff[0]
        elif f.kind is Kind.STAFFS:
            out[f.name] = staff
        elif f.kind is Kind.DATE:
            out[f.name] = DAY.isoformat()
        elif f.kind is Kind.CHOICE and f.sample is None:
            continue
        elif f.sample is not None and f.kind not in (Kind.RECORD, Kind.RECORDS):
            out[f.name] = f.sample
        elif f.kind is Kind.CHOICE:
            out[f.name] = f.choices[0][0]
    return out


def producing() -> Iterator[Event]:
    for event in Reconsideration.events.values():
        if callable(event.produces) or event.produces:
            yield event


def history_for(event: Event, matter: Matter, staff: list[str]) -> tuple[View, Recorded, dict[str, Any]]:
    """The shortest course to the event, applied without its rules, then the event itself."""
    source = event.sources[0] if event.sources else None
    codes = [*(ROUTES[source.code] if source else ()), *PREPARES.get(event.code, ())]
    if event.code in ("norm_handled", "norm_transferred", "norm_issuer_notified", "transferee_answered"):
        codes = [*codes[:-1], "norm_review_started", "norm_issuer_notified", "norm_issuer_replied"]
    view = View(Reconsideration)
    view.calendar = store.calendar()
    real = {r.event: r for r in store.history(matter.pk)}
    payload: dict[str, Any] = {}
    rec = None
    for i, code in enumerate([*dict.fromkeys(codes), event.code], 1):
        declared = Reconsideration.events[code]
        at = datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=SHANGHAI) + timedelta(minutes=i)
        data = {**sample(declared, staff), **(real[code].data if code in real else {})}
        rec = Recorded(i, code, DAY, at, declared.by[0].code, "test", data, "沈明远")
        view.apply(rec)
        payload = data
    assert rec is not None
    return view, rec, payload


@pytest.mark.parametrize("code", [e.code for e in producing()])
def test_documents_of_each_event_compose(code: str, matter: Matter, django_assert_max_num_queries: Any) -> None:
    event = Reconsideration.events[code]
    staff = [str(pk) for pk in Staff.objects.values_list("pk", flat=True)][:3]
    view, rec, payload = history_for(event, matter, staff)
    produced = event.produces(view, rec.data) if callable(event.produces) else event.produces
    for title in produced:
        template = templates.by_title(title)
        fresh = Matter.objects.select_related("organ", "handling_unit").get(pk=matter.pk)
        case_data.document_data(fresh, view, rec, payload, title)  # warms the units
        fresh = Matter.objects.get(pk=matter.pk)
        with django_assert_max_num_queries(6 if code == "archived" else 4):  # a table of contents reads the file
            data = case_data.document_data(fresh, view, rec, payload, title)
        data |= {"doc_no": "临川府复字〔2026〕1号", "issued_on": rec.on.isoformat()}
        composed = layout.compose(template, data)
        assert composed["title"]
        text = str(composed)
        assert "None" not in text
        if template.code.rsplit(".", 1)[-1] in (
            "acceptance_notice",
            "suspension_notice",
            "termination_decision",
            "decision",
        ):
            assert "陈晓岚" in text


def test_documents_of_random_walks_compose(matter: Matter) -> None:
    """Whatever course a matter takes, every document on its way has all that it must hold."""
    made = 0
    for seed in range(25):
        course = walk(random.Random(seed), Reconsideration, date(2025, 3, 3), date(2026, 9, 1), store.calendar())
        view = View(Reconsideration)
        view.calendar = store.calendar()
        for rec in course.history:
            if rec.event == "corrected":
                break
            view.apply(rec)
            event = Reconsideration.events[rec.event]
            for title in event.produces(view, rec.data) if callable(event.produces) else event.produces:
                data = case_data.document_data(matter, view, rec, {}, title)
                layout.compose(templates.by_title(title), {**data, "doc_no": "临川府复字〔2026〕1号"})
                made += 1
    assert made > 150


def test_a_public_text_names_nobody(matter: Matter) -> None:
    view, rec, payload = history_for(Reconsideration.events["published"], matter, [])
    data = case_data.document_data(matter, view, rec, payload, "公开文本")
    assert "陈晓岚" not in str(data) and data["applicant_public"] == "陈某"


def test_identity_numbers_stand_only_in_the_application(matter: Matter) -> None:
    from tests.enforcement.reconsideration.world import ID

    view, rec, payload = history_for(Reconsideration.events["decided"], matter, [])
    assert ID not in str(case_data.document_data(matter, view, rec, payload, "行政复议决定书"))
    view, rec, payload = history_for(Reconsideration.events["filed"], matter, [])
    assert ID in str(case_data.document_data(matter, view, rec, payload, "申请书"))


def test_a_decision_names_the_court_and_fifteen_days(matter: Matter) -> None:
    view, rec, payload = history_for(Reconsideration.events["decided"], matter, [])
    data = case_data.document_data(matter, view, rec, payload, "行政复议决定书")
    composed = layout.compose(templates.by_title("行政复议决定书"), {**data, "doc_no": "临川府复决字〔2026〕1号"})
    assert "十五日内，向临川县人民法院" in str(composed["body"])


@pytest.mark.parametrize("code", ["receipt", "accepted", "copy_sent", "suspended", "decided", "served", "archived"])
def test_documents_really_render(code: str, matter: Matter) -> None:
    event = Reconsideration.events[code]
    view, rec, payload = history_for(event, matter, [])
    for title in event.produces(view, rec.data) if callable(event.produces) else event.produces:
        template = templates.by_title(title)
        data = case_data.document_data(matter, view, rec, payload, title)
        composed = layout.compose(template, {**data, "doc_no": "临川府复字〔2026〕1号"})
        assert render(template.typst, composed, fonts_dir=produce.fonts()).content.startswith(b"%PDF")
