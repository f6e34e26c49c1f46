"""Rules about terms, their references, articles, parameters and what a missed clock brings."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.kernel import law
from xiezhi.kernel.procedures.checks import PRACTICE, Context, Found, house, rule
from xiezhi.kernel.procedures.declare import (
    Event,
    ExtendRule,
    Field,
    Kind,
    Meets,
    Procedure,
    Since,
    SinceLapse,
    SpellRule,
    Term,
    TermKind,
)

DAYS = (Kind.DATE, Kind.DATETIME)
PARAMETER_KINDS = ("law", "reading", "practice", "promise")


def since_of(term: Term) -> tuple[Since | SinceLapse, ...]:
    """Declared starts of a term; empty where a function finds the start."""
    return () if callable(term.since) else term.since


def spells_of(term: Term) -> tuple[SpellRule, ...]:
    """Declared spells of a term; empty where a function finds them."""
    return () if callable(term.spells) else term.spells


def fields_of(event: Event) -> Iterator[tuple[str, Field]]:
    """Every field of a form with its path, those of records too."""

    def walk(fields: tuple[Field, ...], path: str) -> Iterator[tuple[str, Field]]:
        for field in fields:
            here = f"{path}.{field.name}" if path else field.name
            yield here, field
            yield from walk(field.fields, here)

    yield from walk(event.form, "")


def _usable(procedure: type[Procedure], event: str, name: str, kinds: tuple[Kind, ...]) -> str:
    """Why a clock cannot read this field of this event; empty when it can."""
    declared = procedure.events.get(event)
    if declared is None:
        return ""
    field = next((f for f in declared.form if f.name == name), None)
    if field is None:
        return f"事件{event}没有字段{name}"
    if field.kind not in kinds:
        return f"事件{event}的字段{name}类型是{field.kind}，应为{'或'.join(kinds)}"
    if field.personal:
        return f"事件{event}的字段{name}是个人信息，不入办件历史，期限不能依它计算"
    return ""


@rule("TERM_DUPLICATE", "一个程序中期限编号不重复")
def _duplicate(procedure: type[Procedure], context: Context) -> Found:
    for base in procedure.__mro__:
        seen: dict[str, str] = {}
        for name, value in vars(base).items():
            if isinstance(value, Term) and seen.setdefault(value.id, name) != name:
                yield value.id, f"{seen[value.id]}与{name}用了同一个编号"


@rule("TERM_LENGTH", "期限长度为正数")
def _length(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        if isinstance(term.length, int) and term.length <= 0:
            yield term.id, f"长度{term.length}不是正数"
        if term.promise is not None and term.promise <= 0:
            yield term.id, f"承诺时限{term.promise}不是正数"


@rule("TERM_WITHOUT_START", "每个期限都写明起算")
def _without_start(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        if not callable(term.since) and not term.since:
            yield term.id, f"“{term.title}”没有写明自何时起算"


@rule("SINCE_EVENT", "起算所依的事件存在")
def _since_event(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        for start in since_of(term):
            if isinstance(start, Since) and start.event not in procedure.events:
                yield term.id, f"自事件{start.event}起算，但没有这个事件"


@rule("SINCE_FIELD", "起算所依的字段是该事件表单中的日期")
def _since_field(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        for start in since_of(term):
            if isinstance(start, Since) and start.field:
                why = _usable(procedure, start.event, start.field, DAYS)
                if why:
                    yield term.id, why


@rule("SINCE_TERM", "接续起算所依的期限存在并且会逾期")
def _since_term(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        for start in since_of(term):
            if not isinstance(start, SinceLapse):
                continue
            other = procedure.terms.get(start.term)
            if other is None:
                yield term.id, f"自期限{start.term}届满起算，但没有这个期限"
            elif other.kind is not TermKind.DEADLINE:
                yield term.id, f"自“{other.title}”届满起算，但它不会逾期"


@rule("MEETS_TERM", "事件所完成的期限存在")
def _meets_term(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for meet in event.meets:
            term = meet.term if isinstance(meet, Meets) else meet
            if term not in procedure.terms:
                yield event.code, f"完成期限{term}，但没有这个期限"


@rule("MEETS_FIELD", "完成期限所依的字段是该事件表单中的日期")
def _meets_field(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for meet in event.meets:
            if isinstance(meet, Meets) and meet.field:
                why = _usable(procedure, event.code, meet.field, DAYS)
                if why:
                    yield event.code, why


@rule("SPELL_EVENT", "不计入期间的起止事件存在")
def _spell_event(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        for spell in spells_of(term):
            for name in (spell.begin, *spell.end):
                if name not in procedure.events:
                    yield term.id, f"不计入的期间用到事件{name}，但没有这个事件"
            if not spell.end:
                yield term.id, f"自事件{spell.begin}起不计入，却没有写明到何时为止"


@rule("SPELL_FIELD", "不计入期间所依的字段是事件表单中的日期")
def _spell_field(procedure: type[Procedure], context: Context) -> Found:
    for term in procedure.terms.values():
        for spell in spells_of(term):
            pairs = [(spell.begin, spell.begin_field)] if spell.begin_field else []
            pairs += [(end, spell.end_field) for end in spell.end if spell.end_field]
            # an end without the field falls back to its own day, so one ending with the field is enough
            whys = [_usable(procedure, event, name, DAYS) for event, name in pairs[: 1 if spell.begin_field else 0]]
            ends = [_usable(procedure, event, name, DAYS) for event, name in pairs[1 if spell.begin_field else 0 :]]
            if ends and all(ends):
                whys.append(ends[0])
            for why in whys:
                if why:
                    yield term.id, why


@rule("EXTEND_EVENT", "延长所依的事件存在")
def _extend_event(procedure: type[Procedure], context: Context) -> Found:
    for term, extend in _extends(procedure):
        if extend.event not in procedure.events:
            yield term.id, f"由事件{extend.event}延长，但没有这个事件"


@rule("EXTEND_FIELD", "延长的数量是该事件表单中的整数")
def _extend_field(procedure: type[Procedure], context: Context) -> Found:
    for term, extend in _extends(procedure):
        why = _usable(procedure, extend.event, extend.field, (Kind.INT,))
        if why:
            yield term.id, why


def _extends(procedure: type[Procedure]) -> Iterator[tuple[Term, ExtendRule]]:
    for term in procedure.terms.values():
        for extend in term.extends:
            yield term, extend


@rule("RULE_FIELD", "办理条件所指的字段在表单中")
def _rule_field(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        names = {path for path, _ in fields_of(event)} | {"on"}
        for one in event.requires:
            if one.field and one.field not in names:
                yield event.code, f"条件{one.code}指向字段{one.field}，但表单中没有"


@rule("RULE_CODE_DUPLICATE", "一个事件的办理条件代码不重复")
def _rule_codes(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        codes = [r.code for r in event.requires]
        for code in sorted({c for c in codes if codes.count(c) > 1}):
            yield event.code, f"条件代码{code}用了两次，调用接口的人分不清"


@rule("MISSED_IN_SILENCE", "期限错过之后有后果，或者有预警")
def _silence(procedure: type[Procedure], context: Context) -> Found:
    answered = {t for e in procedure.events.values() for t in e.lapses}
    for term in procedure.terms.values():
        answered |= {s.term for s in since_of(term) if isinstance(s, SinceLapse)}
    for term in procedure.terms.values():
        if term.kind is TermKind.DEADLINE and not term.alarm and not term.on_lapse.strip() and term.id not in answered:
            yield term.id, f"“{term.title}”错过之后没有后果（on_lapse、期限届满事件），也没有预警"


def bases(procedure: type[Procedure]) -> Iterator[tuple[str, str, bool]]:
    """(where, basis, must be an article) for every basis that may not be empty, then those given of the others."""
    for term in procedure.terms.values():
        yield term.id, term.basis, True
        if term.counting_basis:
            yield f"{term.id}.counting_basis", term.counting_basis, True
        for spell in spells_of(term):
            yield f"{term.id}.spells", spell.basis, True
        for extend in term.extends:
            yield f"{term.id}.extends", extend.basis, True
    for name, event in procedure.events.items():
        if house(procedure, name):
            continue
        yield event.code, event.basis, False
        for one in event.requires:
            yield f"{event.code}.{one.code}", one.basis, False
        for path, field in fields_of(event):
            if field.basis:
                yield f"{event.code}.{path}", field.basis, False
    for name, dated in procedure.parameters.items():
        if dated.kind in ("law", "reading"):
            yield f"parameters.{name}", dated.basis, True
        elif dated.basis:
            yield f"parameters.{name}", dated.basis, False


@rule("BASIS_MISSING", "期限、事件、条件、不计入和延长，以及依法或者依解释的参数都写明依据")
def _basis_missing(procedure: type[Procedure], context: Context) -> Found:
    for where, basis, _ in bases(procedure):
        if not basis.strip():
            yield where, "没有写明依据"


@rule("BASIS_UNRESOLVED", "写明的依据是有效法规中存在的条文")
def _basis_unresolved(procedure: type[Procedure], context: Context) -> Found:
    for where, basis, article in bases(procedure):
        if not basis.strip() or (basis == PRACTICE and not article):
            continue
        for day in context.days(procedure):
            try:
                found = law.resolve(basis, day)
            except law.CitationError as error:
                yield where, f"依据“{basis}”查不到：{error}"
                continue
            if article and any(not c.article and c.version.articles is not None for c in found):
                yield where, f"依据“{basis}”没有写明第几条"


@rule("PARAMETER_KIND", "参数的性质是法律、解释、实务或者承诺之一")
def _parameter_kind(procedure: type[Procedure], context: Context) -> Found:
    for name, dated in procedure.parameters.items():
        if dated.kind not in PARAMETER_KINDS:
            yield f"parameters.{name}", f"性质{dated.kind}不在{'、'.join(PARAMETER_KINDS)}之内"


@rule("PARAMETER_VALUES", "参数的值按日期先后排列，并且在程序施行之日已有值")
def _parameter_values(procedure: type[Procedure], context: Context) -> Found:
    for name, dated in procedure.parameters.items():
        days = [day for day, _ in dated.values]
        if not days:
            yield f"parameters.{name}", "没有值"
        elif days != sorted(set(days)):
            yield f"parameters.{name}", "各值的日期没有按先后排列，或者重复"
        elif days[0] > procedure.in_force_from:
            yield f"parameters.{name}", f"自{days[0]}起才有值，程序施行之日{procedure.in_force_from}没有值"
