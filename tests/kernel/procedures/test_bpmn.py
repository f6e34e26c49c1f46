"""The BPMN export parses, obeys the published schema, and draws every element it declares."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.kernel.procedures.small import build
from xiezhi.kernel.procedures import bpmn, registry
from xiezhi.kernel.procedures.declare import SAME, Procedure

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "node_modules/bpmn-moddle/resources/bpmn/xsd/BPMN20.xsd"
NS = {"b": bpmn.MODEL, "d": bpmn.DI, "c": bpmn.DC, "w": bpmn.DD}


@pytest.fixture(params=[build(), *registry.load_all()], ids=lambda p: p.code)
def procedure(request: pytest.FixtureRequest) -> type[Procedure]:
    found: type[Procedure] = request.param
    return found


def parse(procedure: type[Procedure]) -> ET.Element:
    return ET.fromstring(bpmn.export(procedure))


def test_every_event_is_a_task(procedure: type[Procedure]) -> None:
    root = parse(procedure)
    for code, event in procedure.events.items():
        (task,) = root.findall(f".//*[@id='Event_{code}']", NS)
        assert task.get("name") == event.title
        assert task.tag == f"{{{bpmn.MODEL}}}{'serviceTask' if event.when else 'userTask'}"


def test_every_lapse_has_a_timer(procedure: type[Procedure]) -> None:
    root = parse(procedure)
    for code, event in procedure.events.items():
        if event.when and event.target is not SAME:
            timers = [e for e in root.iter() if (e.get("id") or "").startswith(f"Timer_{code}") and e.get("name")]
            assert len(timers) == len(event.sources)
            assert all(e.find("b:timerEventDefinition/b:timeDuration", NS) is not None for e in timers)


def test_references_lead_somewhere(procedure: type[Procedure]) -> None:
    root = parse(procedure)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for one in root.iter():
        for name in ("sourceRef", "targetRef", "attachedToRef", "processRef", "bpmnElement"):
            assert one.get(name) is None or one.get(name) in ids
    for tag in ("flowNodeRef", "incoming", "outgoing"):
        assert all(e.text in ids for e in root.iter(f"{{{bpmn.MODEL}}}{tag}"))


def test_everything_is_drawn(procedure: type[Procedure]) -> None:
    root = parse(procedure)
    drawn = {e.get("bpmnElement") for e in root.iter() if e.get("bpmnElement")}
    process = root.find("b:process", NS)
    assert process is not None
    nodes = [e for e in process if e.get("id") and e.tag != f"{{{bpmn.MODEL}}}laneSet"]
    assert {e.get("id") for e in nodes} <= drawn
    for edge in root.iterfind(".//d:BPMNEdge", NS):
        assert len(edge.findall("w:waypoint", NS)) >= 2


def test_nothing_hangs_loose(procedure: type[Procedure]) -> None:
    root = parse(procedure)
    process = root.find("b:process", NS)
    assert process is not None
    for node in process:
        kind = node.tag.split("}")[1]
        if kind in ("documentation", "laneSet", "sequenceFlow", "adHocSubProcess"):
            continue
        if kind not in ("startEvent", "boundaryEvent"):
            assert node.findall("b:incoming", NS), node.get("id")
        if kind != "endEvent":
            assert node.findall("b:outgoing", NS), node.get("id")


def test_deterministic(procedure: type[Procedure]) -> None:
    assert bpmn.export(procedure) == bpmn.export(procedure)


def test_obeys_the_schema(procedure: type[Procedure]) -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    if not SCHEMA.is_file():
        pytest.skip("the BPMN schema comes with the front-end packages, which are not installed")
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    document = etree.fromstring(bpmn.export(procedure).encode())
    assert schema.validate(document), schema.error_log
