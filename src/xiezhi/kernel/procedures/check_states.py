"""Rules about the graph of states and events, roles, and the identity of a procedure."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.kernel.procedures.checks import Context, Found, rule
from xiezhi.kernel.procedures.declare import CLOCK, PREVIOUS, SAME, Event, Procedure, Side, State, TermKind


def targets(procedure: type[Procedure], event: Event) -> tuple[State, ...]:
    """States an event can lead to. PREVIOUS leads back to every state from which its sources are entered."""
    target = event.target
    if isinstance(target, State):
        return (target,)
    if target is PREVIOUS:
        back: dict[str, State] = {}
        for other in procedure.events.values():
            if other.target in event.sources:
                back |= {s.code: s for s in other.sources if s not in event.sources}
        return tuple(back.values())
    return event.sources


def edges(procedure: type[Procedure]) -> Iterator[tuple[State, State]]:
    """(from, to) for every event that moves a matter."""
    for event in procedure.events.values():
        for target in targets(procedure, event):
            for source in event.sources:
                if source is not target:
                    yield source, target


def beginnings(procedure: type[Procedure]) -> list[Event]:
    """Events that begin a matter."""
    return [e for e in procedure.events.values() if not e.sources and isinstance(e.target, State)]


def _used(procedure: type[Procedure]) -> set[str]:
    """States that some event enters or leaves; events that leave the state as it is do not count."""
    out = set()
    for event in procedure.events.values():
        if event.target is SAME:
            continue
        out |= {s.code for s in event.sources}
        if isinstance(event.target, State):
            out.add(event.target.code)
    return out


def _reached(procedure: type[Procedure]) -> set[str]:
    reached = {e.target.code for e in beginnings(procedure) if isinstance(e.target, State)}
    links = list(edges(procedure))
    while True:
        more = {b.code for a, b in links if a.code in reached} - reached
        if not more:
            return reached
        reached |= more


@rule("PROCEDURE_INCOMPLETE", "程序写明代码、名称、来源、所属应用和施行日")
def _incomplete(procedure: type[Procedure], context: Context) -> Found:
    missing = [n for n in ("code", "title", "source", "app") if not str(getattr(procedure, n, "")).strip()]
    if not hasattr(procedure, "in_force_from"):
        missing.append("in_force_from")
    if missing:
        yield "", f"缺少{'、'.join(missing)}"


@rule("VERSION_DATES", "版本的施行期间先后不颠倒")
def _dates(procedure: type[Procedure], context: Context) -> Found:
    if procedure.in_force_to is not None and procedure.in_force_to < procedure.in_force_from:
        yield "", f"终止日{procedure.in_force_to}早于施行日{procedure.in_force_from}"


@rule("INITIAL_STATE", "有初始状态，每个初始状态恰有一个开始办件的事件通向它，开始办件的事件只通向初始状态")
def _initial(procedure: type[Procedure], context: Context) -> Found:
    initial = [s for s in procedure.states.values() if s.initial]
    if not initial:
        yield "", "没有初始状态（initial=True）"
    for state in initial:
        paths = [e.code for e in beginnings(procedure) if e.target is state]
        if len(paths) != 1:
            yield state.code, f"通向初始状态的开始事件应恰有一个，现有{len(paths)}个：{'、'.join(paths) or '无'}"
    for event in beginnings(procedure):
        if initial and event.target not in initial:
            yield event.code, "开始办件，却不通向初始状态"


@rule("BEGINS_NOTHING", "没有来源状态的事件开始一件办件，或者声明为立案之前可办")
def _begins_nothing(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if not event.sources and not isinstance(event.target, State) and not event.before_filing:
            yield event.code, "没有来源状态，也不通向任何状态，永远不能办理"


@rule("STATE_UNUSED", "每个状态都有事件用到")
def _unused(procedure: type[Procedure], context: Context) -> Found:
    used = _used(procedure)
    for state in procedure.states.values():
        if state.code not in used:
            yield state.code, f"没有事件从“{state.title}”出发或者通向它"


@rule("STATE_UNREACHABLE", "每个状态都能从开始到达")
def _unreachable(procedure: type[Procedure], context: Context) -> Found:
    for code in sorted(_used(procedure) - _reached(procedure)):
        if code in procedure.states and not procedure.states[code].initial:
            yield code, f"从开始办件起，没有办法到达“{procedure.states[code].title}”"


@rule("NO_END", "至少有一个结束状态")
def _no_end(procedure: type[Procedure], context: Context) -> Found:
    if not any(s.closed for s in procedure.states.values()):
        yield "", "没有结束状态（closed=True）"


@rule("NO_WAY_OUT", "每个状态都能走到结束")
def _no_way_out(procedure: type[Procedure], context: Context) -> Found:
    good = {s.code for s in procedure.states.values() if s.closed}
    if not good:
        return
    links = list(edges(procedure))
    while True:
        more = {a.code for a, b in links if b.code in good} - good
        if not more:
            break
        good |= more
    for code in sorted((_used(procedure) & _reached(procedure)) - good):
        if code in procedure.states:
            yield code, f"从“{procedure.states[code].title}”走不到任何结束状态"


@rule("STATE_FOREIGN", "事件和期限只用本程序的状态")
def _foreign(procedure: type[Procedure], context: Context) -> Found:
    own = {id(s) for s in procedure.states.values()}
    for event in procedure.events.values():
        for state in (*event.sources, event.target):
            if isinstance(state, State) and id(state) not in own:
                yield event.code, f"用到了不属于本程序的状态“{state.title}”"
    for term in procedure.terms.values():
        for state in term.runs_in:
            if id(state) not in own:
                yield term.id, f"用到了不属于本程序的状态“{state.title}”"


@rule("NO_TITLE", "状态、事件、期限、角色都有名称")
def _no_title(procedure: type[Procedure], context: Context) -> Found:
    for state in procedure.states.values():
        if not state.title.strip():
            yield state.code, "状态没有名称"
    for event in procedure.events.values():
        if not event.title.strip():
            yield event.code, "事件没有名称"
    for term in procedure.terms.values():
        if not term.title.strip():
            yield term.id, "期限没有名称"
    for role in procedure.roles:
        if not role.title.strip():
            yield role.code, "角色没有名称"


@rule("STATE_TITLE_DUPLICATE", "状态名称不重复")
def _state_titles(procedure: type[Procedure], context: Context) -> Found:
    seen: dict[str, str] = {}
    for state in procedure.states.values():
        if state.title.strip() and seen.setdefault(state.title, state.code) != state.code:
            yield state.code, f"名称“{state.title}”与{seen[state.title]}相同"


@rule("EVENT_TITLE_DUPLICATE", "事件名称不重复")
def _event_titles(procedure: type[Procedure], context: Context) -> Found:
    seen: dict[str, str] = {}
    for event in procedure.events.values():
        if event.title.strip() and seen.setdefault(event.title, event.code) != event.code:
            yield event.code, f"名称“{event.title}”与{seen[event.title]}相同，办件记录上分不清"


@rule("EVENT_WITHOUT_ROLE", "每个事件都有办理的角色")
def _without_role(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if not event.by:
            yield event.code, f"“{event.title}”没有办理的角色"


@rule("ROLE_UNDECLARED", "用到的角色都在程序中声明")
def _undeclared(procedure: type[Procedure], context: Context) -> Found:
    known = {*procedure.roles, CLOCK}
    for event in procedure.events.values():
        for role in dict.fromkeys((*event.by, *event.notifies)):
            if role not in known:
                yield event.code, f"角色“{role.title}”（{role.code}）没有声明"


@rule("ROLE_UNUSED", "声明的角色都有事可办或者得到通知")
def _roles_unused(procedure: type[Procedure], context: Context) -> Found:
    used = {r for e in procedure.events.values() for r in (*e.by, *e.notifies)}
    for role in procedure.roles:
        if role not in used:
            yield role.code, f"角色“{role.title}”没有可办的事件，也不会收到通知"


@rule("ROLE_DUPLICATE", "角色代码不重复")
def _roles_duplicate(procedure: type[Procedure], context: Context) -> Found:
    codes = [r.code for r in procedure.roles]
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        yield code, "角色代码声明了两次"


@rule("CLOCK_WITHOUT_TERM", "期限届满事件写明所依的期限")
def _clock_without_term(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if CLOCK in event.by and not event.when:
            yield event.code, "由系统办理，却没有写明哪个期限届满（when）"


@rule("CLOCK_TERM_UNKNOWN", "期限届满事件所依的期限存在")
def _clock_unknown(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if event.when and event.when not in procedure.terms:
            yield event.code, f"没有编号为{event.when}的期限"


@rule("CLOCK_NOT_ALONE", "期限届满事件只由系统办理")
def _clock_not_alone(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if event.when and event.by and event.by != (CLOCK,):
            yield event.code, "期限届满自动发生，不能同时由人办理"


@rule("CLOCK_NEVER_LAPSES", "期限届满事件和接续期限所依的是会逾期的期限")
def _clock_never(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        term = procedure.terms.get(event.when)
        if term is not None and term.kind is not TermKind.DEADLINE:
            yield event.code, f"“{term.title}”不是必须办理的期限，不会逾期"


@rule("CLOCK_FORM", "期限届满事件没有必填字段")
def _clock_form(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if event.when and any(f.required for f in event.form):
            yield event.code, "期限届满自动发生，没有人填写必填字段"


@rule("NOTIFY_WITHOUT_PLAIN", "通知当事人的事件有一句群众看得懂的话")
def _notify(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        parties = "、".join(r.title for r in event.notifies if r.side is Side.PARTY)
        if parties and not event.plain.strip():
            yield event.code, f"“{event.title}”要通知{parties}，却没有写明通知的话（plain）"
