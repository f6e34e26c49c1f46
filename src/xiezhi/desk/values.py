"""Values of forms for people: labels instead of codes, days written out, names of staff and units looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xiezhi.kernel import prepared
from xiezhi.kernel.people import masking
from xiezhi.kernel.procedures.declare import Field, Kind

__all__ = ["Line", "lines_of", "mask", "names_for", "shown", "with_names"]


_MASKED = {
    "id_no": "id_no", "uscc": "", "phone": "phone", "contact": "contact", "domicile": "address", "address": "address",
    "service_address": "address", "e_service_system": "contact", "email": "email", "bank_card": "bank_card",
    "birth_date": "birth_date",
}  # fmt: skip


def mask(kind: str, value: str) -> str:
    """A personal value with its middle hidden, by the name of its field; other values as they are."""
    match _MASKED.get(kind, kind):
        case "id_no":
            return masking.id_no(value)
        case "phone":
            return masking.phone(value)
        case "contact":
            return masking.email(value) if "@" in value else masking.phone(value)
        case "email":
            return masking.email(value)
        case "address":
            return masking.address(value)
        case "bank_card":
            return masking.bank_card(value)
        case "birth_date":
            return f"{value[:4]}-**-**"
    return value


@dataclass(frozen=True)
class Line:
    """One label with its value. `refs` are numbers of staff or units still to be named."""

    label: str
    text: str
    html: bool = False
    staff: tuple[int, ...] = ()
    unit: int = 0
    long: bool = False


def lines_of(
    form: Iterable[Field], data: Mapping[str, Any], *, personal: bool | None = None, clear: bool = False
) -> tuple[Line, ...]:
    """Filled values of a form in its order; with `personal` only those that are (or are not) personal.

    Numbers, addresses and the like are masked unless `clear` (what somebody has just typed is shown as typed).
    """
    out = []
    for field in form:
        if personal is not None and field.personal != personal:
            continue
        value = data.get(field.name)
        if value in (None, "", [], {}) or (value is False and field.default is not None):
            continue
        out.append(_line(field, value, clear))
    return tuple(out)


def _line(field: Field, value: Any, clear: bool) -> Line:
    if field.kind in (Kind.STAFF, Kind.STAFFS):
        ids = value if isinstance(value, (list, tuple)) else [value]
        numbers = tuple(int(v) for v in ids if str(v).isdecimal())
        return Line(field.label, "、".join(str(v) for v in ids if not str(v).isdecimal()), staff=numbers)
    if field.kind is Kind.UNIT:
        text = str(value)
        return Line(field.label, "" if text.isdecimal() else text, unit=int(text) if text.isdecimal() else 0)
    return Line(field.label, shown(field, value, clear=clear), html=field.kind is Kind.HTML,
                long=field.kind in (Kind.LONGTEXT, Kind.HTML, Kind.RECORDS))  # fmt: skip


def shown(field: Field, value: Any, *, clear: bool = False) -> str:
    """One value as text."""
    if not clear and field.name in _MASKED and isinstance(value, str):
        return mask(field.name, value)
    match field.kind:
        case Kind.CHOICE:
            return dict(field.choices).get(str(value), str(value))
        case Kind.CHOICES:
            names = dict(field.choices)
            return "、".join(names.get(str(v), str(v)) for v in value)
        case Kind.BOOL:
            return "是" if value else "否"
        case Kind.DATE:
            text = str(value)
            parts = text[:10].split("-")
            return f"{parts[0]}年{int(parts[1])}月{int(parts[2])}日" if len(parts) == 3 else text
        case Kind.DATETIME:
            return str(value).replace("T", " ")[:16]
        case Kind.MONEY:
            return f"{value}元"
        case Kind.FILES:
            return f"{len(value)}件"
        case Kind.RECORD:
            return "；".join(f"{n.label}：{n.text}" for n in lines_of(field.fields, value, clear=clear)) or _plain(
                value
            )
        case Kind.RECORDS:
            return "\n".join(
                "；".join(f"{n.label}：{n.text}" for n in lines_of(field.fields, v, clear=clear)) for v in value
            )
    return str(value)


def _plain(value: Any) -> str:
    return "；".join(f"{k}：{v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)


def with_names(lines: Iterable[Line], staff: Mapping[int, str], units: Mapping[int, str]) -> tuple[Line, ...]:
    """Lines with the names of staff and units put in."""
    out = []
    for line in lines:
        names = [staff.get(n, f"#{n}") for n in line.staff] + (
            [units.get(line.unit, f"#{line.unit}")] if line.unit else []
        )
        text = "、".join(([line.text] if line.text else []) + names)
        out.append(Line(line.label, text, line.html, long=line.long) if names else line)
    return tuple(out)


def names_for(lines: Iterable[Line]) -> tuple[dict[int, str], dict[int, str]]:
    """Names of every staff member and unit in the lines; at most one statement."""
    lines = list(lines)
    staff = sorted({n for line in lines for n in line.staff})
    units = sorted({line.unit for line in lines if line.unit})
    if not staff and not units:
        return {}, {}
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT true, id, name FROM people_staff WHERE id = ANY(%s::bigint[]) "
            "UNION ALL SELECT false, id, name FROM units_unit WHERE id = ANY(%s::bigint[])",
            [staff, units],
        )
        found = cursor.fetchall()
    return {pk: name for person, pk, name in found if person}, {pk: name for person, pk, name in found if not person}
