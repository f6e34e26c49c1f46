"""Rules about forms, facts and documents."""

from __future__ import annotations

import dis
import importlib
import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from xiezhi.kernel.procedures.check_terms import fields_of
from xiezhi.kernel.procedures.checks import Context, Found, rule
from xiezhi.kernel.procedures.core import ON
from xiezhi.kernel.procedures.declare import Event, Field, Kind, Procedure
from xiezhi.kernel.procedures.forms import Bad, coerce

if TYPE_CHECKING:
    from xiezhi.kernel.documents.templates import DocumentTemplate

OPEN_CHOICES = (Kind.CHOICE, Kind.CHOICES)


@rule("FIELD_DUPLICATE", "一张表单中字段名不重复")
def _duplicate(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        paths = [path for path, _ in fields_of(event)]
        for path in sorted({p for p in paths if paths.count(p) > 1}):
            yield f"{event.code}.{path}", "字段名重复"


@rule("FIELD_NAME", "字段名是英文标识符")
def _name(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for path, field in fields_of(event):
            if not (field.name.isidentifier() and field.name.isascii() and field.name.islower()):
                yield f"{event.code}.{path}", f"字段名“{field.name}”不是小写英文标识符"


@rule("FIELD_LABEL", "每个字段都有名称")
def _label(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for path, field in fields_of(event):
            if not field.label.strip():
                yield f"{event.code}.{path}", "字段没有名称"


@rule("FIELD_CHOICES", "选择字段有不重复的选项")
def _choices(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for path, field in fields_of(event):
            codes = [code for code, _ in field.choices]
            if field.kind in OPEN_CHOICES and not codes:
                yield f"{event.code}.{path}", f"选择字段“{field.label}”没有选项"
            elif len(codes) != len(set(codes)):
                yield f"{event.code}.{path}", f"选择字段“{field.label}”的选项代码重复"


@rule("FIELD_RECORD", "成组字段写明组内的字段")
def _record(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for path, field in fields_of(event):
            if field.kind is Kind.RECORDS and not field.fields:
                yield f"{event.code}.{path}", f"“{field.label}”没有写明组内的字段"


@rule("PERSONAL_FACT", "个人信息不成为办件事实")
def _personal_fact(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for path, field in fields_of(event):
            if field.personal and field.fact_name:
                yield f"{event.code}.{path}", f"“{field.label}”是个人信息，不能记为事实{field.fact_name}"


@rule("SAMPLE_INVALID", "示例值能填进字段")
def _sample(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for field in event.form:
            if field.sample is None or _broken(field):
                continue
            try:
                _, problems = coerce((field,), {field.name: _dated(field.sample, context.today)})
            except (Bad, TypeError, ValueError) as error:
                yield f"{event.code}.{field.name}", f"示例值填不进去：{error}"
                continue
            for problem in problems:
                yield f"{event.code}.{field.name}", f"示例值填不进去：{problem.message}"


def _dated(sample: Any, today: date) -> Any:
    """The sample with its relative days (@-20: twenty days before the event) as days."""
    if isinstance(sample, str):
        return today.isoformat() if re.fullmatch(r"@[+-]?\d*", sample) else sample
    if isinstance(sample, Mapping):
        return {k: _dated(v, today) for k, v in sample.items()}
    if isinstance(sample, list | tuple):
        return [_dated(v, today) for v in sample]
    return sample


def _broken(field: Field) -> bool:
    """Another rule already speaks of this field."""
    return field.kind in OPEN_CHOICES and not field.choices


@rule("SETS_VALUE", "事件写入的事实可以存为 JSON")
def _sets(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        if callable(event.sets):
            continue
        for fact, value in event.sets.items():
            try:
                if value is not ON:
                    json.dumps(value)
            except (TypeError, ValueError):
                yield event.code, f"事实{fact}的值{value!r}不能存为 JSON"


# Facts are read by functions; their compiled code names them, so that a misspelled fact is found before it is missed.


def _code_of(function: Callable[..., Any]) -> Iterator[tuple[CodeType, dict[str, Any]]]:
    """Code objects of a function, of those inside it and of the project's functions it calls, with their globals."""
    todo: list[Any] = [function]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if not isinstance(one, FunctionType) or id(one) in seen or not one.__module__.startswith(("xiezhi.", "tests.")):
            continue
        if one.__module__.startswith("xiezhi.kernel."):
            continue
        seen.add(id(one))
        codes = [one.__code__]
        while codes:
            code = codes.pop()
            yield code, one.__globals__
            codes += [c for c in code.co_consts if isinstance(c, CodeType)]
            todo += [one.__globals__.get(name) for name in code.co_names]
        todo += [cell.cell_contents for cell in one.__closure__ or () if _filled(cell)]


def _filled(cell: Any) -> bool:
    try:
        return bool(cell.cell_contents) or True
    except ValueError:
        return False


def reads(function: Callable[..., Any]) -> set[str]:
    """Names of facts a function reads as `facts["x"]` or `facts.get("x")`, as far as its code tells."""
    out = set()
    for code, _ in _code_of(function):
        steps = [i for i in dis.get_instructions(code) if i.opname not in ("CACHE", "PRECALL", "PUSH_NULL", "NOP")]
        for number, step in enumerate(steps):
            if step.argval != "facts" or not step.opname.startswith("LOAD_"):
                continue
            rest = steps[number + 1 : number + 3]
            if len(rest) < 2:
                continue
            got = rest[0].opname.startswith("LOAD_") and rest[0].argval == "get" and rest[1].opname == "LOAD_CONST"
            taken = rest[0].opname == "LOAD_CONST" and rest[1].opname == "BINARY_SUBSCR"
            value = rest[1].argval if got else rest[0].argval if taken else None
            if isinstance(value, str):
                out.add(value)
    return out


def _strings(function: Callable[..., Any]) -> set[str]:
    """Every string a function holds: the names it may write are among them."""
    out: set[str] = set()

    def take(value: Any) -> None:
        if isinstance(value, str):
            out.add(value)
        elif isinstance(value, tuple | frozenset):
            for part in value:
                take(part)

    for code, scope in _code_of(function):
        for const in code.co_consts:
            take(const)
        for name in code.co_names:
            held = scope.get(name)
            if isinstance(held, dict):
                for key, value in held.items():
                    take(key)
                    take(value)
            else:
                take(held)
    return out


def written(procedure: type[Procedure]) -> set[str]:
    """Facts that some event of the procedure can set."""
    out: set[str] = set()
    for event in procedure.events.values():
        out |= {f.fact_name for f in event.form if f.fact_name}
        out |= _strings(event.sets) if callable(event.sets) else set(event.sets)
    return out


def _functions(procedure: type[Procedure]) -> Iterator[tuple[str, Callable[..., Any]]]:
    for event in procedure.events.values():
        for function in (event.sets, event.produces, *(r.test for r in event.requires)):
            if callable(function):
                yield event.code, function
    for term in procedure.terms.values():
        for part in (term.length, term.since, term.applies, term.spells):
            if callable(part):
                yield term.id, part
    if procedure.step_of is not None:
        yield "step_of", procedure.step_of


@rule("FACT_NEVER_SET", "读取的事实都有事件写入")
def _facts(procedure: type[Procedure], context: Context) -> Found:
    known = written(procedure)
    for where, function in _functions(procedure):
        for fact in sorted(reads(function) - known):
            yield where, f"读取事实{fact}，但没有事件写入它"
    for fact in procedure.duplicate_key:
        if fact.split(".")[0] not in known:
            yield "duplicate_key", f"依事实{fact}查重，但没有事件写入它"


def load_documents(procedure: type[Procedure]) -> None:
    """Import the `documents` module beside the procedure, so that its templates are known without Django too."""
    package = procedure.__module__.rpartition(".")[0]
    if package.startswith("xiezhi.") and importlib.util.find_spec(f"{package}.documents") is not None:
        importlib.import_module(f"{package}.documents")


def documents_of(event: Event) -> tuple[str, ...]:
    """Titles of the documents an event makes; of a function, those known titles its code names."""
    if not callable(event.produces):
        return tuple(event.produces)
    return tuple(sorted(t for t in _strings(event.produces) if template_of(t) is not None))


def template_of(title: str) -> DocumentTemplate | None:
    """The template of this title, short name or code, or None."""
    from xiezhi.kernel.documents import templates

    for find in (templates.by_title, templates.get):
        try:
            return find(title)
        except KeyError:
            continue
    return None


@rule("DOCUMENT_UNKNOWN", "产生的文书都有版式")
def _unknown(procedure: type[Procedure], context: Context) -> Found:
    for event in procedure.events.values():
        for title in () if callable(event.produces) else event.produces:
            if template_of(title) is None:
                yield event.code, f"没有名为《{title}》的文书"


def _templates(procedure: type[Procedure]) -> dict[str, DocumentTemplate]:
    out = {}
    for event in procedure.events.values():
        for title in documents_of(event):
            found = template_of(title)
            if found is not None:
                out[title] = found
    return out


@rule("DOCUMENT_SAMPLE", "文书的示例数据齐全")
def _document_sample(procedure: type[Procedure], context: Context) -> Found:
    from xiezhi.kernel.documents.layout import compose
    from xiezhi.kernel.documents.templates import TemplateError

    for title, template in _templates(procedure).items():
        try:
            compose(template, template.sample)
        except (TemplateError, KeyError, ValueError, TypeError) as error:
            yield title, f"示例数据写不成文书：{error}"


@rule("DOCUMENT_RENDER", "文书能够生成")
def _document_render(procedure: type[Procedure], context: Context) -> Found:
    if not context.render:
        return
    from django.conf import settings

    from xiezhi.kernel.documents.layout import compose
    from xiezhi.kernel.documents.render import RenderError, render
    from xiezhi.kernel.documents.templates import TemplateError

    for title, template in _templates(procedure).items():
        try:
            data = compose(template, template.sample)
        except (TemplateError, KeyError, ValueError, TypeError):
            continue  # DOCUMENT_SAMPLE speaks of it
        try:
            render(template.typst, data, fonts_dir=settings.DOCUMENT_FONTS)
        except RenderError as error:
            yield title, f"生成失败：{error}"
