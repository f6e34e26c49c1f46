"""Document templates: what a document is called, what it must hold, and the wording it starts from.

A function declares its documents beside its procedure and registers them here; the kernel knows none of them.
A template is dated by ``version``: a document drafted on version 1 renders on version 1 for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

FieldType = Literal["text", "long", "date", "datetime", "int", "money", "bool", "list", "pairs", "table"]
Layout = Literal["letter", "record", "form"]
Data = Mapping[str, Any]


class TemplateError(Exception):
    """The template or the data given to it is wrong; the message is meant for the officer."""


class MissingFields(TemplateError):
    """Required contents are absent. ``missing`` lists the declared fields, so that a form can point at them."""

    def __init__(self, title: str, missing: list[Field]) -> None:
        self.missing = missing
        super().__init__(f"《{title}》缺少必填内容：{'、'.join(f.label for f in missing)}")


@dataclass(frozen=True, slots=True)
class Field:
    """One content the document must or may hold. ``basis`` names the article that asks for it, or 实务."""

    name: str
    label: str
    type: FieldType = "text"
    required: bool = True
    basis: str = "实务"
    when: Callable[[Data], bool] | None = None

    def needed(self, data: Data) -> bool:
        """Whether this field must be filled for these data."""
        return self.when(data) if self.when is not None else self.required


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """A typst file. ``root`` bounds what the file may import or read; ``path`` is the file below it."""

    root: Path
    path: str

    @property
    def file(self) -> Path:
        return self.root / self.path


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """A kind of document.

    ``kind_letter`` goes into the document number (受 in 临政复受字); empty when the document has no number.
    ``default_body`` returns the first draft as editor HTML (see ``sanitize``) from the data.
    ``short`` is the name a procedure's ``produces`` uses for it (受理通知书 for 行政复议受理通知书).
    ``sealed`` documents are signed with the unit's certificate and carry its seal.
    """

    code: str
    title: str
    version: int
    kind_letter: str
    fields: tuple[Field, ...]
    default_body: Callable[[Data], str]
    typst: TemplateRef
    sample: Data
    layout: Layout = "letter"
    sealed: bool = True
    basis: str = ""
    numbered: bool = True
    short: str = ""

    def check(self, data: Data) -> None:
        """Raise ``MissingFields`` when required contents are absent, ``TemplateError`` when one has the wrong type."""
        missing = [f for f in self.fields if f.needed(data) and _absent(data.get(f.name))]
        if missing:
            raise MissingFields(self.title, missing)
        for f in self.fields:
            value = data.get(f.name)
            if not _absent(value) and not isinstance(value, _PYTHON[f.type]):
                raise TemplateError(f"《{self.title}》的“{f.label}”类型不符：需要{_TYPE_ZH[f.type]}")

    def typed(self, data: Data) -> dict[str, Any]:
        """The data with ISO strings of date and time fields turned into dates and moments."""
        out = dict(data)
        for f in self.fields:
            value = out.get(f.name)
            if isinstance(value, str) and value and f.type in ("date", "datetime"):
                try:
                    out[f.name] = date.fromisoformat(value[:10]) if f.type == "date" else datetime.fromisoformat(value)
                except ValueError as error:
                    raise TemplateError(f"《{self.title}》的“{f.label}”不是有效的{_TYPE_ZH[f.type]}") from error
        return out

    def draft(self, data: Data) -> str:
        """The first draft of the body as editor HTML. Raises ``MissingFields`` or ``TemplateError``."""
        self.check(data)
        return self.default_body(self.typed(data))


_PYTHON: dict[str, tuple[type, ...]] = {
    "text": (str,), "long": (str,), "date": (date, str), "datetime": (datetime, str), "int": (int,),
    "money": (str, int), "bool": (bool,), "list": (list, tuple), "pairs": (list, tuple), "table": (list, tuple),
}  # fmt: skip
_TYPE_ZH = {
    "text": "文字", "long": "文字", "date": "日期", "datetime": "时间", "int": "整数", "money": "金额",
    "bool": "是或者否", "list": "列表", "pairs": "列表", "table": "表格",
}  # fmt: skip


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, str | list | tuple | dict) and len(value) == 0)


_registry: dict[tuple[str, int], DocumentTemplate] = {}


def register(template: DocumentTemplate) -> DocumentTemplate:
    """Add a template. The same code and version twice is an error unless it is the same object (module reload)."""
    key = (template.code, template.version)
    known = _registry.get(key)
    if known is not None and known is not template and known.title != template.title:
        raise ValueError(f"template {key} is already registered as {known.title}")
    names = [f.name for f in template.fields]
    if len(names) != len(set(names)):
        raise ValueError(f"template {key} declares a field twice")
    _registry[key] = template
    return template


def get(code: str, version: int | None = None) -> DocumentTemplate:
    """The template of this code; the newest version when none is named. Raises ``KeyError``."""
    if version is not None:
        return _registry[(code, version)]
    versions = [t for (c, _), t in _registry.items() if c == code]
    if not versions:
        raise KeyError(code)
    return max(versions, key=lambda t: t.version)


def all() -> list[DocumentTemplate]:
    """Every registered template, every version, in order of registration."""
    return list(_registry.values())


def by_title(title: str) -> DocumentTemplate:
    """The newest template with this Chinese title or short name. Raises ``KeyError``."""
    found = [t for t in _registry.values() if title in (t.title, t.short)]
    if not found:
        raise KeyError(title)
    return max(found, key=lambda t: t.version)


def register_all(templates: Iterable[DocumentTemplate]) -> None:
    """Register many."""
    for template in templates:
        register(template)
