"""Forms from declared fields: one declaration, one look, every kind; works without JavaScript.

`parse` reads what a browser posted into the raw mapping that `kernel.procedures.forms.coerce` types and judges;
`build_form` lays fields out again with what was typed and what is wrong beside it. Nothing typed is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from django.http import QueryDict

from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Bad, Problem, is_empty, parse_date

__all__ = ["BoundField", "BuiltForm", "again", "build_form", "missing", "parse", "row_action"]

Choices = Sequence[tuple[str, str]]
RADIOS = 6
"""Choices up to this number stand open as radio buttons; more go into a select."""

_WIDGETS = {
    Kind.TEXT: "text", Kind.LONGTEXT: "textarea", Kind.HTML: "html", Kind.DATE: "date", Kind.DATETIME: "datetime",
    Kind.BOOL: "bool", Kind.INT: "number", Kind.MONEY: "money", Kind.CHOICES: "checkboxes", Kind.FILES: "files",
    Kind.RECORD: "record", Kind.RECORDS: "records",
}  # fmt: skip


@dataclass
class BoundField:
    """One field as a page shows it: `name` is the input's name, `id` its anchor, `error` what to correct."""

    field: Field
    name: str
    value: Any = None
    error: str = ""
    choices: Choices = ()
    widget: str = "text"
    rows: list[list[BoundField]] = made(default_factory=list)
    files: Sequence[Mapping[str, Any]] = ()
    parts: Mapping[str, str] = made(default_factory=dict)
    query: str = ""
    searchable: bool = False

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")

    @property
    def anchor(self) -> str:
        """Where the error summary leads: the first control of the field."""
        match self.widget:
            case "date":
                return f"{self.id}-y"
            case "radios" | "checkboxes" | "bool":
                return f"{self.id}-0"
            case "record":
                return self.rows[0][0].anchor if self.rows and self.rows[0] else self.id
            case "records":
                return self.rows[0][0].anchor if self.rows and self.rows[0] else f"{self.id}-add"
            case "unit":
                return f"{self.id}-q"
        return self.id

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def hint(self) -> str:
        return self.field.help

    @property
    def basis(self) -> str:
        return self.field.basis

    @property
    def required(self) -> bool:
        return self.field.required or self.field.required_on_screen

    @property
    def ticked(self) -> bool:
        """Whether a BOOL is one tick box: it says what an untouched one means; all others ask 是 or 否."""
        return self.widget == "bool" and self.field.default is not None

    @property
    def grouped(self) -> bool:
        """Whether the label is a legend over several controls."""
        return self.widget in ("date", "radios", "checkboxes", "record", "records", "unit") or (
            self.widget == "bool" and not self.ticked
        )

    @property
    def describedby(self) -> str:
        ids = []
        if self.hint or self.basis:
            ids.append(f"{self.id}-hint")
        if self.error:
            ids.append(f"{self.id}-error")
        return " ".join(ids)

    @property
    def selected(self) -> set[str]:
        """Chosen codes, as text."""
        value = self.value
        if value is None or value == "":
            return set()
        if isinstance(value, bool):
            return {"true" if value else "false"}
        if isinstance(value, (list, tuple)):
            return {str(v) for v in value}
        return {str(value)}

    @property
    def shown(self) -> str:
        """The value as text in one box."""
        if isinstance(self.value, (list, tuple)):
            return "、".join(str(v) for v in self.value)
        return "" if self.value is None else str(self.value)


@dataclass
class BuiltForm:
    """A form to render: fields in order, and the summary of what to correct."""

    fields: list[BoundField]
    problems: list[Problem]
    multipart: bool

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(anchor, message) of every problem; those of no field have an empty anchor."""
        by_name = {f.field.name: f for f in self.fields}
        out: list[tuple[str, str]] = []
        for problem in self.problems:
            bound = by_name.get(problem.field)
            text = problem.message + (f"（{problem.basis}）" if problem.basis and bound is None else "")
            out.append((bound.anchor if bound else "", text))
        return out

    def __iter__(self) -> Any:
        return iter(self.fields)

    def __getitem__(self, name: str) -> BoundField:
        for bound in self.fields:
            if bound.field.name == name:
                return bound
        raise KeyError(name)


def _date_parts(value: Any) -> dict[str, str]:
    """Year, month and day boxes from a date, ISO text, 2026年3月5日, or what was typed wrong."""
    if isinstance(value, Mapping):
        return {k: str(value.get(k, "")) for k in ("y", "m", "d")}
    if is_empty(value):
        return {"y": "", "m": "", "d": ""}
    try:
        day = parse_date(value)
    except Bad:
        text = str(value).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
        y, _, rest = text.partition("-")
        m, _, d = rest.partition("-")
        return {"y": y, "m": m, "d": d}
    return {"y": str(day.year), "m": str(day.month), "d": str(day.day)}


def _widget(declared: Field, choices: Choices) -> str:
    if declared.kind is Kind.CHOICE or (declared.kind in (Kind.STAFF, Kind.UNIT) and choices):
        return "radios" if len(choices) <= RADIOS and declared.kind is Kind.CHOICE else "select"
    if declared.kind is Kind.STAFFS:
        return "checkboxes" if choices else "text"
    if declared.kind is Kind.UNIT:
        return "unit"
    if declared.kind is Kind.RECORD and not declared.fields:
        return "textarea"
    return _WIDGETS.get(declared.kind, "text")


def _bind(
    declared: Field,
    name: str,
    value: Any,
    errors: Mapping[str, str],
    options: Mapping[str, Choices],
    files: Mapping[str, Mapping[str, Any]],
    queries: Mapping[str, str],
) -> BoundField:
    choices: Choices = declared.choices or options.get(name) or options.get(declared.name) or ()
    if declared.kind in (Kind.STAFF, Kind.STAFFS) and not choices:
        choices = options.get("STAFF", ())
    if declared.kind is Kind.UNIT and not choices:
        choices = options.get("UNIT", ())
    bound = BoundField(
        declared, name, value, errors.get(name, errors.get(declared.name, "") if "." not in name else "")
    )
    bound.widget, bound.choices = _widget(declared, choices), choices
    match bound.widget:
        case "date":
            bound.parts = _date_parts(value)
        case "record":
            given = value if isinstance(value, Mapping) else {}
            bound.rows = [
                [
                    _bind(f, f"{name}.{f.name}", given.get(f.name), errors, options, files, queries)
                    for f in declared.fields
                ]
            ]
        case "records":
            rows = [v for v in value if isinstance(v, Mapping)] if isinstance(value, (list, tuple)) else []
            if not rows and declared.required:
                rows = [{}]
            bound.rows = [
                [
                    _bind(f, f"{name}.{n}.{f.name}", row.get(f.name), errors, options, files, queries)
                    for f in declared.fields
                ]
                for n, row in enumerate(rows)
            ]
        case "files":
            kept = value if isinstance(value, (list, tuple)) else ([value] if value else [])
            bound.files = [files[str(v)] for v in kept if str(v) in files]
        case "unit":
            bound.query = queries.get(name, "")
            bound.searchable = True
            bound.choices = _units(bound.query, value)
    return bound


def _units(query: str, value: Any) -> Choices:
    """Units that match a search, and the one chosen before."""
    from xiezhi.kernel.units import selectors

    found = [(str(u.pk), u.name) for u in selectors.search(query, limit=12)] if query.strip() else []
    if value and str(value) not in {code for code, _ in found} and str(value).isdecimal():
        try:
            found.insert(0, (str(value), selectors.get(int(value)).name))
        except LookupError:
            return found
        except Exception as error:  # a unit that was named once and is not here any more
            if type(error).__name__ != "DoesNotExist":
                raise
    return found


def build_form(
    fields: Iterable[Field],
    data: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    *,
    options: Mapping[str, Choices] | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
    queries: Mapping[str, str] | None = None,
) -> BuiltForm:
    """Lay out declared fields with the values in `data` and the problems beside them.

    `options` gives choices by field name, or by "STAFF" and "UNIT" for all such fields; `files` describes uploads kept
    earlier by their id (name, size); `queries` are texts typed into unit searches.
    """
    declared = list(fields)
    errors: dict[str, str] = {}
    for problem in problems:
        if problem.field:
            errors.setdefault(problem.field, problem.message)
    data = data or {}
    bound = [
        _bind(f, f.name, data.get(f.name, f.default), errors, options or {}, files or {}, queries or {})
        for f in declared
    ]
    return BuiltForm(bound, list(problems), any(_has_files(f) for f in declared))


def _has_files(declared: Field) -> bool:
    return declared.kind is Kind.FILES or any(_has_files(f) for f in declared.fields)


def parse(fields: Iterable[Field], post: QueryDict, prefix: str = "") -> dict[str, Any]:
    """Raw values of the fields from a posted form. Untouched fields are left out; nothing is judged here."""
    out: dict[str, Any] = {}
    for declared in fields:
        value = _parse_one(declared, post, prefix + declared.name)
        if not is_empty(value):
            out[declared.name] = value
    return out


def missing(fields: Iterable[Field], data: Mapping[str, Any]) -> list[Problem]:
    """What a person must still answer before the form is sent: fields required on screen that stand empty."""
    out = []
    for f in fields:
        if f.required_on_screen and not f.required and is_empty(data.get(f.name)):
            written = f.kind in (Kind.TEXT, Kind.LONGTEXT, Kind.HTML, Kind.DATE, Kind.INT, Kind.MONEY)
            message = f"请填写{f.label}" if written else f"请选择{f.label}"
            out.append(Problem("REQUIRED", message, f.name, f.basis))
    return out


def _parse_one(declared: Field, post: QueryDict, name: str) -> Any:
    match declared.kind:
        case Kind.DATE:
            boxes = [post.get(f"{name}.{part}", "").strip() for part in "ymd"]
            if sum(map(bool, boxes)) == 1 and boxes[0]:
                return boxes[0]  # the whole day typed into the first box
            if any(boxes):
                return "-".join(boxes)
            return post.get(name, "").strip()
        case Kind.DATETIME:
            text = post.get(name, "").strip()
            day, hour = post.get(f"{name}.day", "").strip(), post.get(f"{name}.time", "").strip()
            return f"{day}T{hour or '00:00'}" if day else text
        case Kind.CHOICES | Kind.STAFFS:
            values = [v for v in post.getlist(name) if v.strip()]
            return values if len(values) != 1 or declared.choices else values[0]
        case Kind.FILES:
            dropped = set(post.getlist(f"{name}.drop"))
            return [v for v in post.getlist(name) if isinstance(v, str) and v.isdecimal() and v not in dropped]
        case Kind.RECORD if declared.fields:
            return parse(declared.fields, post, f"{name}.")
        case Kind.RECORDS:
            return _parse_rows(declared, post, name)
        case Kind.BOOL:
            return post.get(name) or declared.default
        case Kind.HTML:
            return post.get(name, "")
    return post.get(name, "").strip()


def _row_numbers(post: QueryDict, name: str) -> list[int]:
    start = f"{name}."
    numbers = {key[len(start) :].split(".", 1)[0] for key in post if key.startswith(start)}
    return sorted(int(n) for n in numbers if n.isdecimal() and int(n) < 200)


def _parse_rows(declared: Field, post: QueryDict, name: str) -> list[dict[str, Any]]:
    action, target = row_action(post)
    rows: list[dict[str, Any]] = []
    for n in _row_numbers(post, name):
        if action == "remove" and target == f"{name}.{n}":
            continue
        row = parse(declared.fields, post, f"{name}.{n}.")
        if row or action:
            rows.append(row)
    if action == "add" and target == name:
        rows.append({})
    return rows


def again(fields: Iterable[Field], post: QueryDict, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything that was posted, to be posted once more by a page that asks to confirm. Uploads are kept by now and go
    by their numbers in `raw`: those that came with this very request are not in `post`."""
    kept = {f.name: raw.get(f.name) or [] for f in fields if f.kind is Kind.FILES}
    skip = {"csrfmiddlewaretoken", "_confirmed", "_back", "_later", *kept, *(f"{name}.drop" for name in kept)}
    out = [(k, str(v)) for k in post for v in post.getlist(k) if k not in skip]
    return out + [(name, str(v)) for name, ids in kept.items() for v in ids]


def row_action(post: QueryDict) -> tuple[str, str]:
    """("add", field) or ("remove", field.n) when a row button was pressed, ("find", field) for a unit search.

    The view then shows the form again with the new rows and sends nothing.
    """
    for action in ("add", "remove", "find"):
        target = post.get(f"_{action}", "")
        if target:
            return action, target
    return "", ""


def queries(post: QueryDict) -> dict[str, str]:
    """Texts typed into unit searches, by field name."""
    return {key[:-2]: str(post.get(key, "")) for key in post if key.endswith(".q")}
