"""BPMN 2.0 of a procedure, with coordinates, for tools that read that notation.

Lanes are the sides (office, parties, other bodies, system). An event done by people is a user task, a lapse a timer with
a service task; the timer sits on the task that would have met the term, where there is one. A state from which several
events leave is a gateway, one with a single way on an intermediate event, one without any an end event. Events that
leave the state as it is stand in an ad-hoc sub-process, because they have no place in the order.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from xiezhi.kernel.calendar.counting import Unit
from xiezhi.kernel.procedures.check_states import targets
from xiezhi.kernel.procedures.declare import PREVIOUS, SAME, Event, Meets, Procedure, Side, State, Term
from xiezhi.kernel.procedures.graph import Graph, graph

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
SIDES = {Side.OFFICE: "办理机关", Side.PARTY: "当事人", Side.AUTHORITY: "其他机关", Side.SYSTEM: "系统"}
SIZES = {
    "userTask": (120, 64), "serviceTask": (120, 64), "exclusiveGateway": (50, 50), "startEvent": (36, 36),
    "endEvent": (36, 36), "intermediateThrowEvent": (36, 36), "intermediateCatchEvent": (36, 36),
    "boundaryEvent": (36, 36),
}  # fmt: skip
COLUMN, ROW, MARGIN, HEAD = 190, 104, 30, 60
AD_HOC_STEP = 150


@dataclass
class _Node:
    id: str
    tag: str
    name: str
    side: Side
    column: int
    doc: str = ""
    row: int = 0
    host: _Node | None = None
    timer: str = ""
    x: float = 0
    y: float = 0
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        return SIZES[self.tag]


@dataclass(frozen=True)
class _Flow:
    id: str
    source: _Node
    target: _Node
    name: str = ""


def _duration(term: Term) -> str:
    """ISO 8601 where it can say it; working days and lengths by rule in words, because ISO has none."""
    if callable(term.length):
        return f"{term.title}（{term.unit.label}，依情形）"
    signs = {Unit.CD: f"P{term.length}D", Unit.MO: f"P{term.length}M", Unit.YR: f"P{term.length}Y",
             Unit.HR: f"PT{term.length}H"}  # fmt: skip
    return signs.get(term.unit, term.unit.amount(term.length))


class _Builder:
    def __init__(self, procedure: type[Procedure]) -> None:
        self.procedure = procedure
        self.g: Graph = graph(procedure)
        self.nodes: list[_Node] = []
        self.flows: list[_Flow] = []
        self.same: list[Event] = []
        self.ranks = self._ranks()
        self.states: dict[str, _Node] = {}
        self.tasks: dict[str, _Node] = {}
        self.forks: dict[tuple[State, ...], _Node] = {}  # gateways back to the former state, by where they leave from

    def _ranks(self) -> dict[str, int]:
        ranks = {code: n for n, code in enumerate(self.g.main)}
        for _ in self.g.asides:
            for code in self.g.asides:
                before = [ranks[m.source] for m in self.g.into(code) if m.source in ranks]
                if code not in ranks and before:
                    ranks[code] = min(before) + 1
        for code in self.g.asides:
            ranks.setdefault(code, 0)
        return ranks

    def node(self, node: _Node) -> _Node:
        self.nodes.append(node)
        return node

    def flow(self, source: _Node, target: _Node, name: str = "") -> None:
        one = _Flow(f"Flow_{len(self.flows) + 1}", source, target, name)
        source.outgoing.append(one.id)
        target.incoming.append(one.id)
        self.flows.append(one)

    def _state(self, code: str) -> _Node:
        state = self.g.states[code]
        ways = [e for m in self.g.out(code) for e in m.events]
        tag = "endEvent" if not ways else "intermediateThrowEvent" if len(ways) == 1 else "exclusiveGateway"
        return self.node(_Node(f"State_{code}", tag, state.title, Side.OFFICE, 2 + 2 * self.ranks[code]))

    def _task(self, event: Event) -> _Node:
        side = event.by[0].side if event.by else Side.SYSTEM
        tag = "serviceTask" if event.when else "userTask"
        sources = [self.ranks[s.code] for s in event.sources if s.code in self.ranks]
        column = 3 + 2 * min(sources) if sources else 1
        doc = "；".join(
            filter(None, (f"依据：{event.basis}" if event.basis else "", "、".join(r.title for r in event.by)))
        )
        return self.node(_Node(f"Event_{event.code}", tag, event.title, side, column, doc))

    def build(self) -> None:
        """Make nodes and flows."""
        for code in (*self.g.main, *self.g.asides):
            self.states[code] = self._state(code)
        for event in self.procedure.events.values():
            if event.target is SAME:
                self.same.append(event)
            else:
                self.tasks[event.code] = self._task(event)
        for event in self.procedure.events.values():
            if event.target is not SAME:
                self._connect(event)

    def _connect(self, event: Event) -> None:
        task = self.tasks[event.code]
        if not event.sources:
            begin = self.node(_Node(f"Start_{event.code}", "startEvent", "开始", task.side, 0))
            self.flow(begin, task)
        elif event.when:
            self._lapse(event, task)
        else:
            for source in event.sources:
                self.flow(self.states[source.code], task)
        goals = [self.states[s.code] for s in targets(self.procedure, event) if s.code in self.states]
        if event.target is PREVIOUS and len(goals) > 1:
            fork = self.forks.get(event.sources)
            if fork is None:
                name = f"Previous_{len(self.forks) + 1}"
                fork = self.node(_Node(name, "exclusiveGateway", "回到原状态", Side.OFFICE, task.column + 1))
                self.forks[event.sources] = fork
                for goal in goals:
                    self.flow(fork, goal)
            self.flow(task, fork)
        else:
            for goal in goals:
                self.flow(task, goal)

    def _lapse(self, event: Event, task: _Node) -> None:
        term = self.procedure.terms[event.when]
        for number, source in enumerate(event.sources, 1):
            suffix = "" if len(event.sources) == 1 else f"_{number}"
            host = self._host(source, term)
            tag = "boundaryEvent" if host else "intermediateCatchEvent"
            column = host.column if host else 3 + 2 * self.ranks[source.code]
            side = host.side if host else Side.SYSTEM
            timer = self.node(
                _Node(f"Timer_{event.code}{suffix}", tag, f"{term.title}届满", side, column, f"依据：{term.basis}",
                      host=host, timer=_duration(term))
            )  # fmt: skip
            if host is None:
                self.flow(self.states[source.code], timer)
                task.column = max(task.column, column + 1)
            self.flow(timer, task)

    def _host(self, source: State, term: Term) -> _Node | None:
        """The task that would have met the term in this state."""
        for event in self.procedure.events.values():
            met = {m.term if isinstance(m, Meets) else m for m in event.meets}
            if term.id in met and source in event.sources and event.code in self.tasks and not event.when:
                return self.tasks[event.code]
        return None

    # coordinates

    def place(self) -> dict[Side, tuple[float, float]]:
        """Give every node its place; returns top and height of each lane."""
        used: dict[tuple[Side, int], int] = {}
        rows: dict[Side, int] = {}
        for node in self.nodes:
            if node.host is not None:
                continue
            node.row = used.get((node.side, node.column), 0)
            used[(node.side, node.column)] = node.row + 1
            rows[node.side] = max(rows.get(node.side, 0), node.row + 1)
        lanes: dict[Side, tuple[float, float]] = {}
        top = float(MARGIN)
        for side in SIDES:
            if side in rows:
                lanes[side] = (top, rows[side] * ROW + 20.0)
                top += lanes[side][1]
        for node in self.nodes:
            if node.host is not None:
                continue
            width, height = node.size
            node.x = MARGIN + HEAD + node.column * COLUMN + (COLUMN - width) / 2
            node.y = lanes[node.side][0] + 10 + node.row * ROW + (ROW - height) / 2
        seen: dict[str, int] = {}
        for node in self.nodes:
            if node.host is not None:
                nth = seen[node.host.id] = seen.get(node.host.id, 0) + 1
                node.x = node.host.x + node.host.size[0] - 18 - 40 * (nth - 1)
                node.y = node.host.y + node.host.size[1] - 18
        return lanes


def _way(flow: _Flow) -> list[tuple[float, float]]:
    """Right angles from the right edge (of a boundary event: its foot) to the left edge."""
    (sw, sh), (_, th) = flow.source.size, flow.target.size
    tx, ty = flow.target.x, flow.target.y + th / 2
    if flow.source.host is not None:
        sx, sy = flow.source.x + sw / 2, flow.source.y + sh
        start = [(sx, sy), (sx, sy + 10)]
        sx, sy = sx, sy + 10
    else:
        sx, sy = flow.source.x + sw, flow.source.y + sh / 2
        start = [(sx, sy)]
    if tx > sx + 20:
        middle = tx - 16
        return [*start, (middle, sy), (middle, ty), (tx, ty)]
    under = max(sy, ty) + ROW / 2 - 6
    return [*start, (sx + 14, sy), (sx + 14, under), (tx - 14, under), (tx - 14, ty), (tx, ty)]


def _e(parent: ET.Element, ns: str, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{ns}}}{tag}", attributes)


def _bounds(shape: ET.Element, x: float, y: float, width: float, height: float) -> None:
    _e(shape, DC, "Bounds", x=f"{x:g}", y=f"{y:g}", width=f"{width:g}", height=f"{height:g}")


def _write_node(process: ET.Element, node: _Node) -> None:
    attributes = {"id": node.id, "name": node.name}
    if node.host is not None:
        attributes["attachedToRef"] = node.host.id
    one = _e(process, MODEL, node.tag, **attributes)
    if node.doc:
        _e(one, MODEL, "documentation").text = node.doc
    for flow in node.incoming:
        _e(one, MODEL, "incoming").text = flow
    for flow in node.outgoing:
        _e(one, MODEL, "outgoing").text = flow
    if node.timer:
        timer = _e(one, MODEL, "timerEventDefinition", id=f"{node.id}_timer")
        _e(timer, MODEL, "timeDuration").text = node.timer


def _ad_hoc(process: ET.Element, plane: ET.Element, events: list[Event], lane_top: float, across: int) -> float:
    """The sub-process of events without a place in the order; returns its height."""
    box = _e(process, MODEL, "adHocSubProcess", id="AdHoc", name="办理期间可以随时办理的事项", ordering="Parallel")
    shape = _e(plane, DI, "BPMNShape", id="AdHoc_di", bpmnElement="AdHoc", isExpanded="true")
    rows = -(-len(events) // across)
    left, top = MARGIN + HEAD + 20, lane_top + 10
    height = rows * 84 + 50
    _bounds(shape, left, top, across * AD_HOC_STEP + 20, height)
    for number, event in enumerate(events):
        tag = "serviceTask" if event.when else "userTask"
        task = _e(box, MODEL, tag, id=f"Event_{event.code}", name=event.title)
        doc = f"在{'、'.join(s.title for s in event.sources)}时；由{'、'.join(r.title for r in event.by)}办理"
        _e(task, MODEL, "documentation").text = f"{doc}；依据：{event.basis}" if event.basis else doc
        inner = _e(plane, DI, "BPMNShape", id=f"Event_{event.code}_di", bpmnElement=f"Event_{event.code}")
        x, y = left + 20 + (number % across) * AD_HOC_STEP, top + 40 + (number // across) * 84
        _bounds(inner, x, y, 120, 64)
    return height + 20


def export(procedure: type[Procedure]) -> str:
    """The procedure as one BPMN 2.0 document, the same text for the same declaration."""
    for prefix, uri in (("bpmn", MODEL), ("bpmndi", DI), ("dc", DC), ("di", DD)):
        ET.register_namespace(prefix, uri)
    builder = _Builder(procedure)
    builder.build()
    lanes = builder.place()
    name = f"{procedure.code}_v{procedure.version}"
    root = ET.Element(
        f"{{{MODEL}}}definitions", {"id": f"Definitions_{name}", "targetNamespace": f"urn:xiezhi:{procedure.code}"}
    )
    group = _e(root, MODEL, "collaboration", id=f"Collaboration_{name}")
    _e(group, MODEL, "participant", id=f"Participant_{name}", name=procedure.title, processRef=f"Process_{name}")
    process = _e(root, MODEL, "process", id=f"Process_{name}", name=procedure.title, isExecutable="false")
    _e(process, MODEL, "documentation").text = f"{procedure.title}；来源：{procedure.source}"
    lane_set = _e(process, MODEL, "laneSet", id=f"Lanes_{name}")
    plane = _e(
        _e(root, DI, "BPMNDiagram", id=f"Diagram_{name}"), DI, "BPMNPlane", id=f"Plane_{name}",
        bpmnElement=f"Collaboration_{name}",
    )  # fmt: skip
    participant = _e(plane, DI, "BPMNShape", id=f"Participant_{name}_di", bpmnElement=f"Participant_{name}",
                     isHorizontal="true")  # fmt: skip
    shapes = {
        side: _e(plane, DI, "BPMNShape", id=f"Lane_{side}_di", bpmnElement=f"Lane_{side}", isHorizontal="true")
        for side in lanes
    }
    for side in lanes:
        lane = _e(lane_set, MODEL, "lane", id=f"Lane_{side}", name=SIDES[side])
        for node in builder.nodes:
            if node.side is side:
                _e(lane, MODEL, "flowNodeRef").text = node.id
    for node in builder.nodes:
        _write_node(process, node)
    extra = 0.0
    right = max((n.x + n.size[0] for n in builder.nodes), default=0.0)
    right = max(right, MARGIN + HEAD + 3 * AD_HOC_STEP + 40.0)
    bottom = max((top + height for top, height in lanes.values()), default=float(MARGIN))
    if builder.same:
        lane = _e(lane_set, MODEL, "lane", id="Lane_ANY", name="随时")
        _e(lane, MODEL, "flowNodeRef").text = "AdHoc"
        shape = _e(plane, DI, "BPMNShape", id="Lane_ANY_di", bpmnElement="Lane_ANY", isHorizontal="true")
        extra = _ad_hoc(process, plane, builder.same, bottom, int((right - MARGIN - HEAD - 40) // AD_HOC_STEP))
    for flow in builder.flows:
        attributes = {"id": flow.id, "sourceRef": flow.source.id, "targetRef": flow.target.id}
        _e(process, MODEL, "sequenceFlow", **attributes, **({"name": flow.name} if flow.name else {}))
    width = right + 40 - MARGIN
    _bounds(participant, MARGIN, MARGIN, width, bottom + extra - MARGIN)
    for side, (top, height) in lanes.items():
        _bounds(shapes[side], MARGIN + 30, top, width - 30, height)
    if builder.same:
        _bounds(shape, MARGIN + 30, bottom, width - 30, extra)
    for node in builder.nodes:
        attributes = {"isMarkerVisible": "true"} if node.tag == "exclusiveGateway" else {}
        one = _e(plane, DI, "BPMNShape", id=f"{node.id}_di", bpmnElement=node.id, **attributes)
        _bounds(one, node.x, node.y, *node.size)
    for flow in builder.flows:
        edge = _e(plane, DI, "BPMNEdge", id=f"{flow.id}_di", bpmnElement=flow.id)
        for x, y in _way(flow):
            _e(edge, DD, "waypoint", x=f"{x:g}", y=f"{y:g}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
