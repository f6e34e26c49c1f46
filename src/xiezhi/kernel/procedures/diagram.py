"""流程图: a procedure as SVG, drawn here without an outside tool, the same bytes for the same declaration.

The usual course runs down the left; every other state stands to the right, below the state it is left from. Solid lines
lead there, dashed lines lead back or on. Words stand at every line, so that nothing hangs on color. Two shapes: narrow
for phones, wide for desks and A4. Looks are classes of `static/procedures/diagram.css`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from importlib import resources

from xiezhi.kernel.procedures.declare import Event, Procedure
from xiezhi.kernel.procedures.graph import Graph, graph

LINE = 18  # height of a line of label text
ARROW = 6
CLOCK_MARK = "（期满）"


@dataclass(frozen=True)
class Shape:
    """Measures of one drawing in user units; a Chinese character of a label is 13 wide."""

    name: str
    width: int
    columns: int
    box: int  # width of a box on the main path
    aside: int  # width of a box beside it
    height: int = 38
    lane: int = 8  # distance between parallel lines

    @property
    def label_chars(self) -> int:
        return (self.aside - 4) // 13

    @property
    def main_chars(self) -> int:
        return (self.box - 26) // 13


NARROW = Shape("narrow", 360, 1, 136, 112, lane=6)
WIDE = Shape("wide", 820, 3, 190, 140)


@dataclass
class _Box:
    code: str
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass
class _Lane:
    """A vertical line with free stretches; lines that share no height share the lane."""

    taken: list[tuple[float, float]] = field(default_factory=list)

    def free(self, top: float, bottom: float) -> bool:
        return all(bottom < a - 4 or top > b + 4 for a, b in self.taken)


def _lane(lanes: list[_Lane], top: float, bottom: float) -> int:
    for number, lane in enumerate(lanes):
        if lane.free(top, bottom):
            lane.taken.append((top, bottom))
            return number
    lanes.append(_Lane([(top, bottom)]))
    return len(lanes) - 1


def _wrap(text: str, chars: int) -> list[str]:
    """Lines of at most `chars`; a closing mark hangs out rather than begin a line."""
    out: list[str] = []
    for char in text:
        if out and (len(out[-1]) < chars or char in "）、，。；：”》"):
            out[-1] += char
        else:
            out.append(char)
    return out or [""]


def _words(events: Iterable[Event], tail: str = "") -> list[tuple[str, bool]]:
    """(label, by the clock) per event; a lapse says so in words, the color only repeats it."""
    return [(f"{e.title}{CLOCK_MARK}{tail}" if e.when else f"{e.title}{tail}", bool(e.when)) for e in events]


def _to(events: Iterable[Event], sign: str, title: str) -> list[tuple[str, bool]]:
    """Labels that name where the events lead, unless the event is called like the state."""
    return [w for e in events for w in _words([e], "" if e.title == title else f"{sign}{title}")]


def _lines(words: Iterable[tuple[str, bool]], chars: int) -> list[tuple[str, bool]]:
    return [(line, clock) for text, clock in words for line in _wrap(text, chars)]


class _Drawing:
    """Places boxes row by row, then draws lines between them."""

    def __init__(self, g: Graph, shape: Shape) -> None:
        self.g, self.shape = g, shape
        self.left: list[_Lane] = []
        self.gutter: list[_Lane] = []
        self.bus: list[_Lane] = []
        self.boxes: dict[str, _Box] = {}
        self.labels: list[tuple[float, float, str, bool]] = []
        self.rails: dict[str, float] = {}  # height at which a line turns toward the box of an aside
        self.exits: dict[str, float] = {}
        self.parts: list[str] = []
        self.height = 0.0

    # where things stand

    def _anchors(self) -> dict[str, list[str]]:
        """Main state -> asides drawn below it: one of the states that lead there, spread so that no row is crowded."""
        rows: dict[str, list[str]] = {code: [] for code in self.g.main}
        places: dict[str, str] = {}
        for code in self.g.asides:
            sources = [m.source for m in self.g.into(code)]
            options = [c for c in self.g.main if c in sources]
            if not options:
                options = [places[s] for s in sources if s in places]
            if not options:
                options = [m.target for m in self.g.out(code) if m.target in rows] or list(self.g.main[:1])
            full = self.shape.columns
            places[code] = min(options, key=lambda c: (len(rows[c]) // full, self.g.main.index(c)))
            rows[places[code]].append(code)
        return rows

    def _other_main(self, code: str) -> list[tuple[str, bool]]:
        """Labels of moves along the main path that are no step to the next state, with where they lead."""
        out: list[tuple[str, bool]] = []
        at = self.g.main.index(code)
        for move in self.g.out(code):
            if move.target in self.g.main and self.g.main.index(move.target) != at + 1:
                sign = "↑" if self.g.main.index(move.target) < at else "↓"
                out += _to(move.events, sign, self.g.states[move.target].title)
        return out

    def _place(self) -> None:
        shape = self.shape
        anchors = self._anchors()
        self.main_x = 12 + self.shape.lane * len(self._skips())
        self.main_right = self.main_x + shape.box
        spans = sum(1 for c in self.g.asides)
        self.aside_x = self.main_right + 18 + self.shape.lane * min(spans, 4 if shape.columns == 1 else 6)
        y = 14.0
        first = self.g.main[0] if self.g.main else ""
        for event in self.g.begin.get(first, ()):
            self.labels.append((self.main_x + 22, y + 8, event.title, False))
            y += LINE
        y += 12
        for number, code in enumerate(self.g.main):
            box = _Box(code, self.main_x, y, shape.box, shape.height)
            self.boxes[code] = box
            after = self.g.main[number + 1] if number + 1 < len(self.g.main) else None
            steps = [w for m in self.g.out(code) if m.target == after and after for w in _words(m.events)]
            at = box.bottom + 16
            for line, clock in _lines([*steps, *self._other_main(code)], shape.main_chars):
                self.labels.append((self.main_x + 26, at, line, clock))
                at += LINE
            y = max(at + 6, self._bands(anchors[code], box.bottom + 8) + 6)
        self.height = y + 8

    def _bands(self, codes: list[str], top: float) -> float:
        """Rows of asides below one main state; returns where they end."""
        shape = self.shape
        step = shape.aside + 18
        for at in range(0, len(codes), shape.columns):
            band = codes[at : at + shape.columns]
            texts = {c: self._entry(c) for c in band}
            most = max(len(t) for t in texts.values())
            turn = (len(band) - 1) * 6  # a line to a farther column turns above those to nearer ones
            box_y = top + 8 + turn + most * LINE + 10
            leave = box_y + shape.height
            for number, code in enumerate(band):
                x = self.aside_x + number * step
                self.boxes[code] = _Box(code, x, box_y, shape.aside, shape.height)
                self.rails[code] = top + 4 + turn - number * 6
                for line_no, (line, clock) in enumerate(texts[code]):
                    self.labels.append((x + 12, top + 18 + turn + line_no * LINE, line, clock))
                below = self._exit(code)
                for line_no, (line, clock) in enumerate(below):
                    self.labels.append((x + 12, box_y + shape.height + 16 + line_no * LINE, line, clock))
                leave = max(leave, box_y + shape.height + 6 + len(below) * LINE)
            for number, code in enumerate(band):
                self.exits[code] = leave + 4 + number * 6
            top = leave + 14 + turn
        return top

    def _entry(self, code: str) -> list[tuple[str, bool]]:
        seen: dict[str, tuple[str, bool]] = {}
        for event in self.g.begin.get(code, ()):
            seen[event.title] = (f"● {event.title}", False)
        for move in self.g.into(code):
            for label, clock in _words(move.events):
                seen.setdefault(label, (label, clock))
        return _lines(seen.values(), self.shape.label_chars)

    def _exit(self, code: str) -> list[tuple[str, bool]]:
        out: list[tuple[str, bool]] = []
        for move in self.g.out(code):
            where = self.g.states[move.target].title if move.target else "原状态"
            out += _to(move.events, "→", where)
        return _lines(out, self.shape.label_chars)

    # lines

    def _path(self, points: list[tuple[float, float]], kind: str) -> None:
        commands = " ".join(f"{'M' if n == 0 else 'L'}{_n(x)} {_n(y)}" for n, (x, y) in enumerate(points))
        self.parts.append(f'<path class="{kind}" d="{commands}"/>')

    def _head(self, x: float, y: float, way: str, kind: str) -> None:
        a = ARROW
        corners = {
            "down": ((x - a * 0.7, y - a), (x + a * 0.7, y - a)),
            "left": ((x + a, y - a * 0.7), (x + a, y + a * 0.7)),
            "right": ((x - a, y - a * 0.7), (x - a, y + a * 0.7)),
        }[way]
        points = " ".join(f"{_n(px)},{_n(py)}" for px, py in ((x, y), *corners))
        self.parts.append(f'<polygon class="{kind}" points="{points}"/>')

    def _dot(self, x: float, y: float) -> None:
        self.parts.append(f'<circle class="pd-dot" cx="{_n(x)}" cy="{_n(y)}" r="2.2"/>')

    def _main_lines(self) -> None:
        for code, after in zip(self.g.main, self.g.main[1:], strict=False):
            a, b = self.boxes[code], self.boxes[after]
            x = a.x + 16
            self._path([(x, a.bottom), (x, b.y)], "pd-line")
            self._head(x, b.y, "down", "pd-head")
        if self.g.main:
            box = self.boxes[self.g.main[0]]
            x = box.x + 16
            self.parts.append(f'<circle class="pd-begin" cx="{_n(x)}" cy="12" r="5"/>')
            self._path([(x, 12), (x, box.y)], "pd-line")
            self._head(x, box.y, "down", "pd-head")

    def _skips(self) -> dict[str, list[str]]:
        """Target -> sources of moves along the main path that are no step to the next state."""
        out: dict[str, list[str]] = {}
        rank = {code: n for n, code in enumerate(self.g.main)}
        for move in self.g.moves:
            if move.source in rank and move.target in rank and rank[move.target] != rank[move.source] + 1:
                out.setdefault(move.target, []).append(move.source)
        return out

    def _skip_lines(self) -> None:
        """One line for each target, which all its sources join."""
        for target, sources in self._skips().items():
            goal = self.boxes[target]
            end = goal.y + goal.height * 0.3
            starts = [self.boxes[s].y + self.shape.height * 0.7 for s in sources]
            x = goal.x - 8 - self.shape.lane * _lane(self.left, min(end, *starts), max(end, *starts))
            for start in starts:
                self._path([(goal.x, start), (x, start)], "pd-return")
            self._path([(x, min(end, *starts)), (x, max(end, *starts))], "pd-return")
            self._path([(x, end), (goal.x, end)], "pd-return")
            self._head(goal.x, end, "right", "pd-head-branch")

    def _branch_lines(self) -> None:
        """From every state that leads to an aside, along one lane, to the top of its box."""
        for code in self.g.asides:
            box, rail = self.boxes[code], self.rails[code]
            sources = [m.source for m in self.g.into(code)]
            taps = [self.boxes[s].y + self.shape.height * 0.72 for s in sources if s in self.g.main]
            x_in = box.x + 6
            if taps:
                number = _lane(self.gutter, min(*taps, rail), max(*taps, rail))
                x = self.main_right + 12 + self.shape.lane * min(number, 7)
                for tap in taps:
                    self._path([(self.main_right, tap), (x, tap)], "pd-branch")
                    if len(taps) > 1:
                        self._dot(x, tap)
                self._path([(x, min(*taps, rail)), (x, max(*taps, rail))], "pd-branch")
                self._path([(x, rail), (x_in, rail), (x_in, box.y)], "pd-branch")
            else:
                self._path([(x_in, rail), (x_in, box.y)], "pd-branch")
            self._head(x_in, box.y, "down", "pd-head-branch")

    def _return_lines(self) -> None:
        """From asides back to the main path, along lanes at the right. Moves between asides are named in words only."""
        edge = max((b.right for b in self.boxes.values()), default=0.0)
        by_target: dict[str, list[str]] = {}
        for code in self.g.asides:
            for move in self.g.out(code):
                if move.target in self.g.main:
                    by_target.setdefault(move.target, []).append(code)
        self.bus_edge = edge
        for target, sources in by_target.items():
            goal = self.boxes[target]
            at = goal.y + goal.height * 0.35
            heights = [self.exits[s] for s in sources]
            x = edge + 8 + self.shape.lane * _lane(self.bus, min(*heights, at), max(*heights, at))
            self.bus_edge = max(self.bus_edge, x)
            for source in sources:
                box = self.boxes[source]
                out_x = box.x + 6
                self._path([(out_x, box.bottom), (out_x, self.exits[source]), (x, self.exits[source])], "pd-return")
            self._path([(x, min(*heights, at)), (x, max(*heights, at))], "pd-return")
            self._path([(x, at), (goal.right, at)], "pd-return")
            self._head(goal.right, at, "left", "pd-head-branch")

    def _boxes(self) -> None:
        for code, box in self.boxes.items():
            state = self.g.states[code]
            kind = "pd-closed" if state.closed else "pd-state" if code in self.g.main else "pd-aside"
            self.parts.append(
                f'<rect class="{kind}" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" '
                f'height="{_n(box.height)}" rx="6"/>'
            )
            lines = _wrap(state.title, int(box.width - 8) // 14)
            top = box.y + box.height / 2 + 5 - (len(lines) - 1) * 8
            for number, line in enumerate(lines):
                self.parts.append(
                    f'<text class="pd-name" x="{_n(box.middle)}" y="{_n(top + number * 16)}">{escape(line)}</text>'
                )

    def draw(self) -> tuple[str, float, float]:
        """(elements, width, height)."""
        self._place()
        self._return_lines()
        self._skip_lines()
        self._branch_lines()
        self._main_lines()
        self._boxes()
        for x, y, text, clock in self.labels:
            kind = "pd-label pd-clock" if clock else "pd-label"
            self.parts.append(f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{escape(text)}</text>')
        return "\n".join(self.parts), max(self.shape.width, self.bus_edge + 8), self.height


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def sentences(procedure: type[Procedure]) -> list[str]:
    """The drawing in words, one sentence for each state that can be left."""
    g = graph(procedure)
    out = [f"通常的过程：{'、'.join(g.states[c].title for c in g.main)}。"]
    for code, events in g.begin.items():
        out.append(f"开始：{'、'.join(e.title for e in events)}，进入“{g.states[code].title}”。")
    for code in (*g.main, *g.asides):
        ways = []
        for move in g.out(code):
            where = f"进入“{g.states[move.target].title}”" if move.target else "回到原状态"
            events_text = "、".join(f"{e.title}{CLOCK_MARK}" if e.when else e.title for e in move.events)
            ways.append(f"{events_text}，{where}")
        if ways:
            out.append(f"在“{g.states[code].title}”：{'；'.join(ways)}。")
    return out


def describe(procedure: type[Procedure]) -> str:
    """The drawing in words, for readers who do not see it."""
    return "".join(sentences(procedure))


def css() -> str:
    """The style sheet of drawings."""
    return resources.files("xiezhi.kernel.procedures").joinpath("static/procedures/diagram.css").read_text("utf-8")


def svg(procedure: type[Procedure], shape: Shape = WIDE, *, standalone: bool = True) -> str:
    """One drawing. `standalone` carries its style sheet (for a file); within a page the page links the style sheet."""
    body, width, height = _Drawing(graph(procedure), shape).draw()
    uid = f"pd-{procedure.code.lower()}-{procedure.version}-{shape.name}"
    size = f'viewBox="0 0 {_n(width)} {_n(height)}"'
    style = ""
    if standalone:
        size += f' width="{_n(width)}" height="{_n(height)}"'
        style = f"<style>\n{css().split('.pd-facts')[0]}.pd {{ display: block; max-width: none; }}\n</style>\n"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pd pd-{shape.name}" {size} role="img" '
        f'aria-labelledby="{uid}-t" aria-describedby="{uid}-d">\n'
        f'<title id="{uid}-t">{escape(procedure.title)}流程图</title>\n'
        f'<desc id="{uid}-d">{escape(describe(procedure))}</desc>\n{style}{body}\n</svg>\n'
    )
