"""Documents at the desk: who may do what with a draft now, its structured fields, its data, a preview of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.desk.gate import At
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import layout, policies, produce, services, templates
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.render import render
from xiezhi.kernel.procedures import hooks, store
from xiezhi.kernel.procedures.declare import Field, Kind

__all__ = ["begin", "data_of", "form_fields", "from_form", "may", "preview_pdf", "to_form"]

_KINDS = {"text": Kind.TEXT, "long": Kind.LONGTEXT, "date": Kind.DATE, "datetime": Kind.DATETIME, "int": Kind.INT,
          "money": Kind.MONEY, "bool": Kind.BOOL, "list": Kind.LONGTEXT}  # fmt: skip


def may(doc: Document, at: At) -> policies.May:
    """What who stands before the matter may do with its document now."""
    return policies.may(doc, at.matter.procedure, at.actor)


def form_fields(template: templates.DocumentTemplate) -> tuple[Field, ...]:
    """The structured contents of a template as form fields; tables and pairs are kept in the text."""
    out = []
    for f in template.fields:
        kind = _KINDS.get(f.type)
        if kind is None:
            continue
        basis = "" if f.basis == "实务" else f.basis
        help_text = "一行写一项" if f.type == "list" else ""
        out.append(Field(f.name, f.label, kind, required=f.required and f.when is None, basis=basis, help=help_text))
    return tuple(out)


def to_form(template: templates.DocumentTemplate, values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored contents as what a form shows."""
    types = {f.name: f.type for f in template.fields}
    return {
        k: "\n".join(str(x) for x in v) if types.get(k) == "list" and isinstance(v, (list, tuple)) else v
        for k, v in values.items()
    }


def from_form(template: templates.DocumentTemplate, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What a form posted as contents of the template."""
    types = {f.name: f.type for f in template.fields}
    out: dict[str, Any] = {}
    for name, value in typed.items():
        kind = types.get(name)
        if kind == "list":
            out[name] = [line.strip() for line in str(value).splitlines() if line.strip()]
        elif kind == "bool":
            out[name] = str(value) in ("true", "on", "1")
        elif kind == "int":
            out[name] = int(value) if str(value).lstrip("-").isdecimal() else value
        else:
            out[name] = value
    return out


def data_of(at: At, title: str) -> dict[str, Any]:
    """What the matter already knows for a document of this title."""
    state = at.state
    if not state.history:
        return {}
    rec = state.history[-1]
    payload = store.payloads(at.matter.pk).get(rec.seq, {})
    found = hooks.of(at.matter.procedure).document_data(at.matter, state.view, rec, payload, title)
    return {**found, "case_no": at.matter.case_no or at.matter.intake_no}


def begin(at: At, title: str) -> Document:
    """拟稿: a new draft with the wording the function of the matter can fill in already. Raises Refused, TemplateError."""
    own = hooks.of(at.matter.procedure).draft
    found: Document
    if own is not None:
        found = own(at.matter, title, at.actor)
    else:
        found = services.draft(at.matter, title, at.actor, data=data_of(at, title))
    return found


def preview_pdf(doc: Document, data: Mapping[str, Any]) -> bytes:
    """The draft set as it will look, without number and seal. Raises RenderError or TemplateError."""
    template = templates.get(doc.template, doc.template_version)
    full = {**data, **doc.fields, "doc_no": doc.number or "（用印时编号）", "issued_on": wall.today().isoformat()}
    composed = layout.compose(template, full, body_html=doc.body)
    return render(template.typst, composed, fonts_dir=produce.fonts()).content
