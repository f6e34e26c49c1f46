"""Finds every Chinese text a reader may meet: gettext calls, translate tags, and the plain texts of declarations.

A declared text is its own message. An f-string becomes a message with named places, `最多{max_length}字`, so that the same
sentence can be recognized and said in another language after its values were put in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from django.utils.translation.template import templatize

from xiezhi.kernel.documents.templates import DocumentTemplate
from xiezhi.kernel.procedures.declare import Field, Procedure
from xiezhi.ui.language import acts

CHINESE = re.compile("[\u3400-\u9fff]")
_CALLS = {
    "_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2, "pgettext": 2,
    "pgettext_lazy": 2,
}  # fmt: skip
_STRING = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_IN_TEMPLATE = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*({_STRING})(?:\s*,\s*({_STRING}))?")
_WORKING = {
    "compile", "fullmatch", "match", "search", "sub", "findall", "finditer", "replace", "removesuffix", "removeprefix", "startswith",
    "endswith", "strip", "rstrip", "lstrip", "split", "partition", "rpartition", "strftime", "index", "find", "count", "maketrans",
}  # fmt: skip
_COMPUTED = re.compile(r"[\s年月日时分周星期至第条款项号之一二三四五六七八九十百、，；：（）()〔〕\[\]%YmdHM:0-9-]*")
_PLACE = r"第[0-9一二三四五六七八九十百]+[条款项](?:之[一二三四五六七八九十])?"
_LETTERS = {"法", "之", "民", "刑", "行"}
"""Characters that stand in numbers of matters and documents."""
_CITED = re.compile(
    rf"(?:[；、和及至]?(?:《?(?:\{{\w+\}}|[\u4e00-\u9fff（）、]+?)》?)? ?(?:{_PLACE})+(?:至{_PLACE})?)+"
)
_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
_TRANSLATED = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}|\{%\s*trans(?:late)?\b.*?%\}", re.DOTALL
)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

NOT_SHOWN = (
    "commands/*", "config/*", "api/*", "demo/*", "*/demo.py", "*/migrations/*", "*/apps.py",  # tools, programs, invented people
    "*/scenario*.py", "*/demo_*.py", "*/courses.py", "*/habits.py", "*/walks.py",  # proofs of declarations, for developers
    "*/document_*.py", "*/documents.py", "*/case_*.py", "*/archive.py", "*/docx.py", "*/layout.py", "*/documents/render.py",
    "*/documents/templates.py", "*/documents/ca.py", "*/numbering.py", "*/qr.py",  # documents are Chinese: that text alone has legal effect
    "*/takeover*", "*/take_over*", "*/masking.py", "*/numerals.py", "*/ids.py", "*/bpmn.py", "*/docs.py",
    "*/answers/anonymous.py", "*/answers/cards.py", "*/answers/checks.py", "*/answers/danger_words.py", "*/answers/guardrails.py",
    "*/answers/matching.py", "*/answers/rephrase.py", "*/answers/sources.py",  # words to look for; what a model is told
    "*/interviews/checks.py", "*/interviews/conditions.py", "*/interviews/formulas.py", "*/interviews/loading.py",
    "*/interviews/rows.py",  # what a lawyer who edits an interview reads
    "ui/language/*",
    "kernel/law/search/queries.py",
    "kernel/law/search/build.py", "kernel/law/recognize/*", "kernel/law/succession.py", "kernel/law/retrieval/corpus.py",
    "kernel/law/retrieval/grams.py", "kernel/law/retrieval/spoken.py", "kernel/law/akn.py", "kernel/law/identifiers.py",
    "portal/law_text.py",  # words to read law by
    "kernel/law/parsing/*", "kernel/law/importing/*",  # what was found odd in a source is kept as it was found
    "*/criminal/matching.py", "*/criminal/loading.py", "*/criminal/declare.py", "*/criminal/checks.py", "*/criminal/danger.py",
    "kernel/law/search/text.py",  # forms that words and numbers are compared in
    "datacenter/standards/*",  # a data standard is Chinese: its names, definitions and reasons are what suppliers are bound by
    "datacenter/overview/demo/*",  # invented registers
    "datacenter/exchange/sandbox.py",  # invented people that a sandbox key finds
    "datacenter/lake/functions.py",  # samples that engines are compared by
    "datacenter/link/generator/*",  # invented people: material of names and places
    "datacenter/link/names.py", "datacenter/link/identity.py", "datacenter/link/normalize.py",  # readings of surnames, words to clean by
    "datacenter/link/blocks.py", "datacenter/link/engine.py", "datacenter/link/model.py", "datacenter/link/outputs.py",
    "datacenter/link/profiles/*",  # stages, rules and the report of `xiezhi data link`; what pages show is in comparisons and explain
)  # fmt: skip
"""Modules whose Chinese never reaches a page of portal or desk, or must stay Chinese there."""


@dataclass(frozen=True)
class Message:
    """One text: `kind` is call (gettext), tag (template), text (declared), or pattern (with values)."""

    text: str
    kind: str
    path: str
    line: int
    plural: str = ""

    @property
    def braces(self) -> bool:
        return self.kind == "pattern"


def shown(path: Path, root: Path) -> bool:
    """Whether the plain texts of this module may reach a page. Texts in gettext calls always do."""
    return not any(fnmatch(str(path.relative_to(root)), pattern) for pattern in NOT_SHOWN)


def messages(root: Path) -> list[Message]:
    """Every message below `root` (the folder of the package), in order of path and line."""
    out: list[Message] = []
    for path in sorted(root.rglob("*.py")):
        if "/migrations/" not in str(path) and "/demo/" not in str(path) and "/ui/language/" not in str(path):
            out += python(path.read_text(encoding="utf-8"), str(path.relative_to(root)), plain=shown(path, root))
    for path in sorted(root.rglob("templates/**/*.html")):
        out += template(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    return out


def python(source: str, path: str, *, plain: bool = True) -> list[Message]:
    """Messages of one Python module; without `plain` only those in gettext calls."""
    tree = ast.parse(source)
    passed: set[int] = set(_docstrings(tree)) | set(_inner(tree))
    out: list[Message] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            out += _call(node, path, passed)
    if plain:
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                passed |= {id(v) for v in node.values}
                for text in between_tags(pattern_of(node)):
                    kind = "pattern" if re.search(r"\{\w+\}", text) else "text"
                    out.append(Message(text, kind, path, node.lineno))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in passed:
                continue
            out += [Message(text, "text", path, node.lineno) for text in between_tags(node.value)]
    return sorted(out, key=lambda m: m.line)


def _docstrings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        for inner in getattr(node, "body", ()) if isinstance(getattr(node, "body", ()), list) else ():
            # the text under a constant explains it to developers, as a docstring does
            if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant):
                yield id(inner.value)
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield id(node.annotation)


def _inner(tree: ast.AST) -> Iterator[int]:
    """Texts that are worked with and never shown: samples, patterns, what a text is compared with or cleaned of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in _WORKING:
                yield from (id(n) for a in node.args for n in ast.walk(a))
            yield from (id(n) for k in node.keywords if k.arg in ("sample", "prepares") for n in ast.walk(k.value))
        elif isinstance(node, ast.Compare):
            yield from (id(n) for side in (node.left, *node.comparators) for n in ast.walk(side))


def between_tags(text: str) -> list[str]:
    """The text itself, or what stands between the tags of a piece of HTML; nothing where it has no words."""
    found = [text] if "<" not in text else [piece.strip() for piece in re.split(r"<[^<>]*>", text)]
    return [piece for piece in found if piece and not computed(piece)]


def computed(text: str) -> bool:
    """Whether the text has no words of its own: no Chinese, a date, a numeral, or a citation, which `say` knows anyway."""
    rest = re.sub(r"\{\w+\}", "", text)
    if text in _LETTERS:
        return True
    counted = re.fullmatch(r"\{\w+\}(个工作日|[天日件元人份项条页次名字年个])", text)
    if text.startswith(("#", "|", "**", "<svg")) or re.search(r"〔\{|〔$|\(\?:|\[[(（]|\[0-9|\bCAST\(|regexp_", text):
        return True  # markdown, drawings, regular expressions, SQL, forms of document numbers
    return not CHINESE.search(rest) or bool(
        (_COMPUTED.fullmatch(rest) and re.search(r"[{\d%一二三四五六七八九十]|^周$|^至$", text))
        or _CITED.fullmatch(text)
        or counted
    )


def _call(node: ast.Call, path: str, passed: set[int]) -> list[Message]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name not in _CALLS:
        return []
    texts = [a for a in node.args[: _CALLS[name]] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if len(texts) < _CALLS[name]:
        return []
    passed |= {id(t) for t in texts}
    if name.startswith("pgettext"):
        texts = texts[1:]
    values = [str(t.value) for t in texts]
    return [Message(values[0], "call", path, node.lineno, values[1] if len(values) > 1 else "")]


def pattern_of(node: ast.JoinedStr) -> str:
    """The f-string as a message: values become {name}, named after what they come from."""
    out, seen = "", dict[str, int]()
    for value in node.values:
        if isinstance(value, ast.Constant):
            out += str(value.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(value, ast.FormattedValue):
            name = _name(value.value)
            seen[name] = seen.get(name, 0) + 1
            out += "{" + (name if seen[name] == 1 else f"{name}{seen[name]}") + "}"
    return out


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id.lower().strip("_") or "value"
        case ast.Attribute():
            return node.attr.lower().strip("_")
        case ast.Subscript(slice=ast.Constant(value=str() as key)) if key.isidentifier():
            return key.lower()
        case ast.Call(func=ast.Attribute(attr="join")):
            return "items"
        case ast.Call(args=[ast.Constant(value=str() as key), *_]) if key.isidentifier():
            return key.lower()
        case ast.Call(args=[first, *_]):
            return _name(first)
        case ast.Call(func=func):
            return _name(func)
        case ast.BoolOp(values=[first, *_]):
            return _name(first)
    return "value"


def template(source: str, path: str) -> list[Message]:
    """Messages of one template: translate tags, and Chinese texts handed to other tags and filters."""
    out: list[Message] = []
    turned = templatize(source)
    for found in _IN_TEMPLATE.finditer(turned):
        line = turned.count("\n", 0, found.start()) + 1
        first = ast.literal_eval(found[2].lstrip("u"))
        second = ast.literal_eval(found[3].lstrip("u")) if found[3] else ""
        if found[1] == "pgettext":
            first, second = second, ""
        out.append(Message(first.replace("%%", "%") if "%(" not in first else first, "tag", path, line, second))
    known = {m.text for m in out}
    for tag in _TAG.finditer(_TRANSLATED.sub("", _COMMENT.sub("", source))):
        for text in re.findall(_STRING, tag[0]):
            said = ast.literal_eval(text)
            if CHINESE.search(said) and said not in known:
                out.append(Message(said, "text", path, 1))
    return out


def bare(source: str) -> list[str]:
    """Chinese that stands in a template outside every tag: it could be said in no other language."""
    rest = _TAG.sub("", _TRANSLATED.sub("", _COMMENT.sub("", source)))
    rest = acts.citation().sub("", rest)  # a citation is said by rule
    rest = re.sub(r'\s(?:href|value|name|id|action)="[^"]*"', "", rest)
    return [line.strip() for line in rest.splitlines() if CHINESE.search(line)]


def declared() -> list[Message]:
    """Every text of every registered procedure and document template, whatever the source it was written in."""
    from xiezhi.kernel.documents import templates
    from xiezhi.kernel.procedures import registry

    out: list[Message] = []
    for procedure in registry.all_procedures():
        if not procedure.__module__.startswith("xiezhi."):
            continue
        folder = procedure.__module__.removeprefix("xiezhi.").rpartition(".")[0].replace(".", "/")
        for text in procedure_texts(procedure):
            out.append(Message(text, "text", f"{folder}/procedure.py", 1))
    for template in templates.all():
        module = getattr(template.default_body, "__module__", "") or "xiezhi.kernel.documents.templates"
        if not module.startswith("xiezhi."):
            continue
        folder = module.removeprefix("xiezhi.").rpartition(".")[0].replace(".", "/")
        out += [Message(text, "text", f"{folder}/documents.py", 1) for text in template_texts(template)]
    return [m for m in out if m.text and not computed(m.text)]


def template_texts(template: DocumentTemplate) -> Iterator[str]:
    """What lists of document templates say: names, and what a document must hold."""
    yield from (template.title, template.short)
    yield from (field.label for field in template.fields)


def procedure_texts(procedure: type[Procedure]) -> Iterator[str]:
    """What a procedure says to readers: titles, plain sentences, forms, consequences, guide."""
    yield procedure.title
    for role in procedure.roles:
        yield role.title
    for state in procedure.states.values():
        yield from (state.title, state.public)
    for term in procedure.terms.values():
        yield from (term.title, term.on_lapse, term.todo)
        if isinstance(term.since, tuple):
            yield from (since.label for since in term.since)
        if isinstance(term.spells, tuple):
            yield from (spell.reason for spell in term.spells)
    for event in procedure.events.values():
        yield from (event.title, event.plain, event.hint)
        yield from _field_texts(event.form)
    yield from (parameter.title for parameter in procedure.parameters.values())
    yield from _nested(procedure.guide)


def _field_texts(fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        yield from (field.label, field.help)
        yield from (label for _, label in field.choices)
        yield from _field_texts(field.fields)


def _nested(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _nested(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _nested(inner)
