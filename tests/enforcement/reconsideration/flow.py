"""Moves for tests: file, accept, and bring a matter to a point through the real services."""

from __future__ import annotations

from typing import Any

from tests.enforcement.reconsideration.world import World
from xiezhi.enforcement.reconsideration import services
from xiezhi.kernel.documents import services as documents
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter


def fresh(matter: Matter) -> Matter:
    return Matter.objects.get(pk=matter.pk)


def filed(world: World, key: str = "k1", **more: Any) -> Matter:
    return services.file_application(world.citizen, world.answers(**more), channel="ONLINE", request_key=key).matter


def fire(matter: Matter, event: str, actor: Actor, **data: Any) -> Matter:
    on = data.pop("on", None)
    return procedures.fire_event(matter.pk, event, actor, data, on=on).matter


def accepted(world: World, key: str = "k1", **more: Any) -> Matter:
    return fire(
        filed(world, key, **more), "accepted", world.office_head, procedure="ORDINARY", officers=world.staff_ids
    )


def in_review(world: World, key: str = "k1", **more: Any) -> Matter:
    matter = accepted(world, key, **more)
    fire(matter, "copy_sent", world.officer)
    return fire(matter, "copy_received", world.respondent)


def rendered(matter: Matter) -> None:
    """As the worker leaves documents: made, without the cost of making."""
    Document.objects.filter(matter=matter).update(render_state=Document.DONE)


def signed(matter: Matter, title: str, world: World, **form: Any) -> Document:
    words = {
        "facts": "查明，处罚所依据的事实不清。",
        "reasoning": "被申请的行政行为主要事实不清。",
        "terms": ["撤销罚款"],
        "problems": "未听取申辩。",
    }
    doc = services.draft_document(fresh(matter), title, world.officer, words | form)
    documents.submit(doc.pk, world.officer)
    documents.approve(doc.pk, world.office_head)
    return documents.sign(doc.pk, world.organ_head)


def decided(world: World, key: str = "k1", kind: str = "QUASHED", ground: str = "L64_1", **more: Any) -> Matter:
    matter = in_review(world, key, **more)
    fire(matter, "replied", world.respondent, reply="事实清楚。", evidence_submitted=True, staff_agents=1)
    fire(matter, "views_heard", world.officer, method="PHONE", heard=["APPLICANT"], record="坚持请求。")
    fire(matter, "drafted", world.officer, proposed_type=kind)
    fire(matter, "submitted", world.officer)
    signed(matter, "行政复议决定书", world, decision_type=kind, decision_ground=ground)
    return fire(
        matter, "decided", world.organ_head, decision_type=kind, decision_ground=ground, approval="ORGAN_HEAD",
        dispositive="撤销该行政处罚决定。",
    )  # fmt: skip
