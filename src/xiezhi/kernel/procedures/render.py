"""A procedure as a page for people: what it is, its drawing, states, events, terms, parameters, each with its article.

The page is computed from the declaration alone, so that it can never say something else. A copy lies in
`docs/procedures/`; `stale` names the copies that no longer match.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xiezhi.kernel.procedures import diagram
from xiezhi.kernel.procedures.check_forms import documents_of, load_documents
from xiezhi.kernel.procedures.checks import house
from xiezhi.kernel.procedures.declare import (
    CLOCK,
    PREVIOUS,
    Event,
    Field,
    Kind,
    Meets,
    Procedure,
    Since,
    SinceLapse,
    State,
    Term,
    TermKind,
)
from xiezhi.kernel.procedures.pages import (
    Block,
    Cell,
    Cite,
    CiteUrl,
    Code,
    Drawing,
    Facts,
    Fold,
    Heading,
    Items,
    Link,
    Para,
    Table,
    Text,
    joined,
    no_link,
    words,
)
from xiezhi.kernel.procedures.pages import html as write_html
from xiezhi.kernel.procedures.pages import markdown as write_markdown

GLOSSARY = "../glossary.md"
KINDS = {
    Kind.TEXT: "文字", Kind.LONGTEXT: "长文", Kind.HTML: "排版文字", Kind.DATE: "日期", Kind.DATETIME: "日期时间",
    Kind.BOOL: "是否", Kind.INT: "整数", Kind.MONEY: "金额（元）", Kind.CHOICE: "单选", Kind.CHOICES: "多选",
    Kind.FILES: "文件", Kind.STAFF: "工作人员", Kind.STAFFS: "工作人员（多人）", Kind.UNIT: "单位", Kind.RECORD: "一组",
    Kind.RECORDS: "多组",
}  # fmt: skip
TERM_KINDS = {TermKind.DEADLINE: "须在期限内办理", TermKind.WAIT: "届满后方可办理", TermKind.BACKWARD: "由后向前推算"}
PARAMETER_KINDS = {"law": "法律规定", "reading": "对条文的理解", "practice": "实务做法", "promise": "服务承诺"}


def _said(function: Any, otherwise: str) -> str:
    """What a rule written as a function says of itself: its attribute `says`, or a first line in Chinese."""
    said = getattr(function, "says", "") or (inspect.getdoc(function) or "").split("\n")[0].strip()
    chinese = any("一" <= c <= "鿿" for c in said) and not re.search(r"[a-z]{2,} [a-z]{2,}", said)
    return said if chinese else otherwise


def _event(procedure: type[Procedure], code: str) -> Cell:
    event = procedure.events.get(code)
    return (Link(event.title, f"#event-{code}"),) if event else (Code(code),)


def _term(procedure: type[Procedure], code: str) -> Cell:
    term = procedure.terms.get(code)
    return (Link(term.title, f"#term-{code.lower()}"), Text(" "), Code(code)) if term else (Code(code),)


def _state(state: State) -> Cell:
    return (Link(state.title, f"#state-{state.code.lower()}"),)


def _target(event: Event) -> Cell:
    if isinstance(event.target, State):
        return _state(event.target)
    return words("回到中止前的状态" if event.target is PREVIOUS else "状态不变")


def _basis(text: str) -> Cell:
    return (Cite(text),) if text else ()


def _facts(procedure: type[Procedure]) -> Facts:
    until = procedure.in_force_to.isoformat() if procedure.in_force_to else "现行"
    pairs: list[tuple[str, Cell]] = [
        ("代码", (Code(procedure.code),)),
        ("版本", words(f"第{procedure.version}版，自{procedure.in_force_from.isoformat()}起，{until}")),
        ("来源", words(procedure.source)),
        ("所属应用", (Code(procedure.app),)),
    ]
    if procedure.title_en:
        pairs.insert(1, ("英文名", words(procedure.title_en)))
    counts = (
        f"{len(procedure.states)}个状态，{len(procedure.events)}个事件，{len(procedure.terms)}个期限，"
        f"{len(procedure.roles)}个角色"
    )
    return Facts([*pairs, ("规模", words(counts))])


def _states(procedure: type[Procedure]) -> Iterable[Block]:
    rows: list[list[Cell]] = []
    for state in procedure.states.values():
        kind = "开始" if state.initial else "结束" if state.closed else ""
        public = state.public or state.title
        rows.append([words(state.title), (Code(state.code),), words(kind), words(public)])
    yield Heading(2, "状态", "states")
    yield Table("状态", ("状态", "标识", "性质", "对外说法"), rows)


def _by_state(procedure: type[Procedure]) -> Iterable[Block]:
    own = [(c, e) for c, e in procedure.events.items() if not house(procedure, c)]
    yield Heading(2, "各状态可办的事件", "by-state")
    begin = [(c, e) for c, e in own if not e.sources]
    groups: list[tuple[str, str, list[tuple[str, Event]]]] = [("尚未提出", "", begin)] if begin else []
    groups += [
        (s.title, f"state-{s.code.lower()}", [(c, e) for c, e in own if s in e.sources])
        for s in procedure.states.values()
    ]
    for title, anchor, events in groups:
        if not events:
            yield Fold(Heading(3, title, anchor), [Para(words("没有本状态独有的事件。"))])
            continue
        rows: list[list[Cell]] = [
            [
                _event(procedure, code),
                words("、".join(r.title for r in event.by)),
                _target(event),
                _basis(event.basis),
                words("、".join(f"《{t}》" for t in documents_of(event))),
            ]
            for code, event in events
        ]
        table = Table(f"{title}：可办的事件", ("事件", "由谁办理", "去向", "依据", "文书"), rows)
        yield Fold(Heading(3, title, anchor), [table])
    shared = [c for c in procedure.events if house(procedure, c)]
    if shared:
        yield Heading(3, "随时可办的内部事项", "state-any")
        yield Items([_event(procedure, c) for c in shared])


def _form_rows(fields: tuple[Field, ...], prefix: str = "") -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for field in fields:
        marks = [m for m, on in (("必填", field.required), ("个人信息", field.personal)) if on]
        note = [field.help] if field.help else []
        if field.choices:
            note.append("选项：" + "、".join(label for _, label in field.choices))
        rows.append(
            [
                words(prefix + field.label), (Code(field.name),), words(KINDS[field.kind]), words("、".join(marks)),
                joined([_basis(field.basis), words("；".join(note)) if note else ()], "；"),
            ]
        )  # fmt: skip
        rows += _form_rows(field.fields, prefix + "　")
    return rows


def _event_block(procedure: type[Procedure], code: str, event: Event) -> Fold:
    sources = joined([_state(s) for s in event.sources]) if event.sources else words("尚未提出")
    if house(procedure, code):
        sources = words("任何未办结的状态")
    pairs: list[tuple[str, Cell]] = [
        ("标识", (Code(code),)),
        ("由谁办理", joined([(Text(r.title + " "), Code(r.code)) for r in event.by])),
        ("从", sources),
        ("到", _target(event)),
        ("依据", _basis(event.basis) or words("内部管理")),
    ]
    if event.when:
        pairs.append(("自动发生", joined([_term(procedure, event.when), words("届满之时")], "")))
    if event.meets:
        terms = [_term(procedure, m.term if isinstance(m, Meets) else m) for m in event.meets]
        pairs.append(("完成期限", joined(terms)))
    documents = documents_of(event)
    if documents:
        pairs.append(("产生文书", words("、".join(f"《{t}》" for t in documents))))
    if event.notifies:
        pairs.append(("通知", words("、".join(r.title for r in event.notifies))))
    if event.plain:
        pairs.append(("告知的话", words(event.plain)))
    if event.requires:
        pairs.append(("办理条件", joined([(Code(r.code), Text(" "), *_basis(r.basis)) for r in event.requires], "；")))
    if event.backdated:
        pairs.append(("日期", words("可以填写今天以前的实际发生日")))
    if not event.repeatable:
        pairs.append(("次数", words("只办一次")))
    parts: list[Facts | Table | Para] = [Facts(pairs)]
    if event.form:
        head = ("字段", "标识", "类型", "要求", "依据和说明")
        parts.append(Table(f"{event.title}：表单", head, _form_rows(event.form)))
    return Fold(Heading(3, event.title, f"event-{code}"), parts)


def _length(term: Term) -> str:
    if callable(term.length):
        return _said(term.length, f"依情形（{term.unit.label}）")
    return term.unit.amount(term.length)


def _starts(procedure: type[Procedure], term: Term) -> Cell:
    if callable(term.since):
        return words(_said(term.since, "依情形"))
    parts: list[Cell] = []
    for start in term.since:
        if isinstance(start, SinceLapse):
            parts.append(joined([_term(procedure, start.term), words(start.label or "届满")], ""))
            continue
        parts.append(joined([_event(procedure, start.event), _day(procedure, start)], ""))
    return joined(parts, "；")


def _day(procedure: type[Procedure], start: Since) -> Cell:
    event = procedure.events.get(start.event)
    name = next((f.label for f in event.form if f.name == start.field), start.field) if event else start.field
    text = "，".join(t for t in (start.label, f"以“{name}”为准" if start.field else "") if t)
    return words(f"（{text}）" if text else "")


def _stops(procedure: type[Procedure], term: Term) -> Cell:
    if callable(term.spells):
        return words(_said(term.spells, "依情形不计入"))
    return joined(
        [joined([words(f"{spell.reason}（"), _basis(spell.basis), words("）")], "") for spell in term.spells], "；"
    )


def _longer(procedure: type[Procedure], term: Term) -> Cell:
    return joined(
        [
            joined([_event(procedure, e.event), words("（"), _basis(e.basis), words("）")], "")
            for e in term.extends
        ],
        "；",
    )  # fmt: skip


def _missed(procedure: type[Procedure], term: Term) -> Cell:
    lapses = {code: e for code, e in procedure.events.items() if e.when == term.id}
    parts: list[Cell] = [_event(procedure, code) for code in lapses]
    if term.on_lapse and term.on_lapse not in [e.title for e in lapses.values()]:
        parts.append(words(term.on_lapse))
    if not parts:
        parts.append(words("预警" if term.alarm and term.kind is TermKind.DEADLINE else "—"))
    return joined(parts, "；")


def _terms(procedure: type[Procedure], glossary: str) -> Iterable[Block]:
    yield Heading(2, "期限", "terms")
    if glossary:
        yield Para((Text("期限怎样计算，见"), Link("术语表", f"{glossary}#期限"), Text("。")))
    rows: list[list[Cell]] = [
        [
            (Link(t.title, f"#term-{t.id.lower()}"), Text(" "), Code(t.id)), words(_length(t)), _starts(procedure, t),
            _stops(procedure, t), _longer(procedure, t), _missed(procedure, t), _basis(t.basis),
        ]
        for t in procedure.terms.values()
    ]  # fmt: skip
    yield Table("期限", ("期限", "长度", "起算", "不计入", "延长", "届满的后果", "依据"), rows)
    for term in procedure.terms.values():
        pairs: list[tuple[str, Cell]] = [
            ("标识", (Code(term.id),)), ("性质", words(TERM_KINDS[term.kind])), ("单位", words(term.unit.label)),
        ]  # fmt: skip
        if term.counting_basis:
            pairs.append(("计算依据", _basis(term.counting_basis)))
        met = [c for c, e in procedure.events.items() for m in e.meets if term.id == getattr(m, "term", m)]
        pairs.append(("由何事件完成", joined([_event(procedure, c) for c in dict.fromkeys(met)]) or words("—")))
        if term.runs_in:
            pairs.append(("进行的状态", joined([_state(s) for s in term.runs_in])))
        if term.promise:
            pairs.append(("承诺时限", words(term.unit.amount(term.promise))))
        yield Fold(Heading(3, term.title, f"term-{term.id.lower()}"), [Facts(pairs)])


def _parameters(procedure: type[Procedure]) -> Iterable[Block]:
    if not procedure.parameters:
        return
    yield Heading(2, "参数", "parameters")
    rows: list[list[Cell]] = [
        [
            words(p.title), (Code(name),), words(PARAMETER_KINDS.get(p.kind, p.kind)),
            words("；".join(f"自{day.isoformat()}：{_value(value)}" for day, value in p.values)), _basis(p.basis),
        ]
        for name, p in procedure.parameters.items()
    ]  # fmt: skip
    yield Table("参数", ("参数", "标识", "性质", "取值", "依据"), rows)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "未设定"
    if isinstance(value, list | tuple | set | frozenset):
        parts = [_value(v) for v in value]
        return "、".join(sorted(parts) if isinstance(value, set | frozenset) else parts)
    if isinstance(value, dict):
        return "、".join(f"{k}={_value(v)}" for k, v in value.items())
    return str(value)


def _roles(procedure: type[Procedure]) -> Iterable[Block]:
    sides = {"OFFICE": "办理机关", "PARTY": "当事人", "AUTHORITY": "其他机关", "SYSTEM": "系统"}
    yield Heading(2, "角色", "roles")
    rows: list[list[Cell]] = [
        [words(r.title), (Code(r.code),), words(sides[r.side.value])] for r in (*procedure.roles, CLOCK)
    ]
    yield Table("角色", ("角色", "标识", "所属"), rows)


def blocks(procedure: type[Procedure], glossary: str = "") -> list[Block]:
    """The whole page as blocks. `glossary` is the address of the glossary page, empty for none."""
    load_documents(procedure)
    drawing = diagram.svg(procedure, diagram.NARROW, standalone=False) + diagram.svg(procedure, standalone=False)
    out: list[Block] = [
        Heading(1, f"{procedure.title}（{procedure.code}）"),
        _facts(procedure),
        Heading(2, "流程图", "diagram"),
        Drawing(drawing, f"{file_name(procedure)}.svg", f"{procedure.title}流程图"),
        Items([words(sentence) for sentence in diagram.sentences(procedure)]),
        *_states(procedure),
        *_roles(procedure),
        *_by_state(procedure),
        Heading(2, "事件", "events"),
    ]
    for code, event in procedure.events.items():
        out.append(_event_block(procedure, code, event))
    return [*out, *_terms(procedure, glossary), *_parameters(procedure)]


def html(procedure: type[Procedure], *, cite_url: CiteUrl = no_link, glossary: str = "", top: int = 1) -> str:
    """HTML fragment for the site; the page links `procedures/diagram.css`. `cite_url` gives the page of an article."""
    return write_html(blocks(procedure, glossary), cite_url=cite_url, top=top)


def markdown(procedure: type[Procedure]) -> str:
    """The copy for `docs/procedures/`."""
    note = "<!-- 本页由程序声明生成，请勿手改；改动声明之后运行 xiezhi docs。 -->\n\n"
    return note + write_markdown(blocks(procedure, GLOSSARY))


def file_name(procedure: type[Procedure]) -> str:
    """XZFY, or XZFY-v2 for later versions."""
    return procedure.code if procedure.version == 1 else f"{procedure.code}-v{procedure.version}"


def files(procedures: Iterable[type[Procedure]] | None = None) -> dict[str, str]:
    """Path in the repository -> text, for every generated page and drawing."""
    if procedures is None:
        from xiezhi.kernel.procedures import registry

        procedures = registry.load_all()
    out: dict[str, str] = {}
    for one in procedures:
        name = f"docs/procedures/{file_name(one)}"
        out[f"{name}.md"] = markdown(one)
        out[f"{name}.svg"] = diagram.svg(one)
    return out


def stale(root: Path, procedures: Iterable[type[Procedure]] | None = None) -> list[str]:
    """Generated files below `root` that are missing or differ from the declarations, and pages of no procedure."""
    wanted = files(procedures)
    out = [
        name
        for name, text in wanted.items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    ]
    folder = root / "docs/procedures"
    held = {
        f"docs/procedures/{p.name}"
        for p in folder.glob("*")
        if p.suffix in (".md", ".svg") and not p.stem.endswith("-reference")  # that one is made by `scenarios`
    }
    return sorted([*out, *(held - set(wanted))])
