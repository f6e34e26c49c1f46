"""What somebody said about a matter goes when the matter goes; the eraser works on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable

from tests.legal_services.satisfaction import world
from xiezhi import pg
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.models import RollupCount
from xiezhi.kernel.procedures import retention
from xiezhi.kernel.procedures import services as events
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import EventPayload, Matter, Party
from xiezhi.legal_services.satisfaction import services
from xiezhi.legal_services.satisfaction.models import Invitation, Rating
from xiezhi.legal_services.satisfaction.retention import sweep


def test_what_was_said_goes_with_the_matter(committed_db: pg.Urls, freeze: Callable[[str], None]) -> None:
    freeze(world.NOW)
    made = world.build()
    asked = made.asked()
    services.rate(asked.pk, "1", [], "不满意。", "LINK")
    row = made.callback(asked.matter)
    made.call(row, "called", {"how": "PHONE", "said": "EXPLAINS", "words": "说明。"})
    made.call(row, "not_founded", {"finding": "不属实。"})
    made.call(row, "told", {"how": "PHONE", "answer": "告知。"})
    freeze("2026-10-12 10:00")
    events.lapse_due()
    rollup.refresh()
    assert RollupCount.objects.filter(metric="level", n__gt=0).exists()
    matter = Matter.objects.get(pk=asked.matter_id)
    head = Actor("account:h", frozenset({"office_head", "archivist", "organ_head", "case_officer"}))
    matter = events.fire_event(matter.pk, "archived", head, {}).matter
    freeze("2056-10-20 10:00")
    events.fire_event(matter.pk, "destruction_proposed", head, {})
    approver = Actor("account:o", frozenset({"organ_head"}))
    events.fire_event(matter.pk, "destruction_approved", approver, {})
    assert not Invitation.objects.exists() and not Rating.objects.exists()
    assert not RollupCount.objects.filter(procedure="HCPHF", n__gt=0).exists(), "the counts go with it"
    assert sweep() == 1
    assert Matter.objects.get(pk=row.matter_id).state == "DESTROYED"
    assert not EventPayload.objects.filter(event__matter_id=row.matter_id).exists()
    assert sweep() == 0
    assert retention.ERASED in Party.objects.get(matter_id=row.matter_id).name
