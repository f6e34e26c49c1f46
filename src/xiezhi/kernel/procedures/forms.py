"""Typed values for event forms, without Django: one declaration serves screens, API, scenarios and take-over.

`coerce` turns raw input into JSON-native values (dates as ISO text) and names what is wrong in words a clerk understands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from xiezhi.kernel.procedures.declare import Field, Kind

TRUE = {"true", "1", "yes", "on", "是"}
FALSE = {"false", "0", "no", "off", "否", ""}


@dataclass(frozen=True)
class Problem:
    """问题: why something was refused; `code` is stable, `message` says what to do, `field` names the input."""

    code: str
    message: str
    field: str = ""
    basis: str = ""


class Bad(ValueError):
    """A value that does not fit its field; the text is for the person who typed it."""


def parse_date(value: Any) -> date:
    """A day from date, ISO text, 2026年3月5日 or 2026/3/5. Raises Bad."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = (
        str(value).strip().replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    )
    parts = text.split("T")[0].split(" ")[0].split("-")
    try:
        if len(parts) != 3 or len(parts[0]) != 4:
            raise ValueError
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        raise Bad("请填写真实存在的日期，例如2026年3月5日") from None


def _choice(field: Field, value: Any) -> str:
    text = str(value).strip()
    for code, label in field.choices:
        if text in (code, label):
            return code
    for code, _ in field.choices:
        if text.upper() == code:
            return code
    options = "、".join(label for _, label in field.choices)
    raise Bad(f"“{text}”不在可选项内，请从下列选项中选择：{options}")


def _one(field: Field, value: Any) -> Any:
    match field.kind:
        case Kind.TEXT | Kind.LONGTEXT | Kind.HTML | Kind.STAFF | Kind.UNIT:
            text = str(value).strip() if field.kind is not Kind.HTML else str(value)
            if "\x00" in text:
                raise Bad("含有不能保存的字符，请删去后重填")
            if len(text) > field.max_length:
                raise Bad(f"最多{field.max_length}字，现有{len(text)}字，请缩短")
            return text
        case Kind.DATE:
            return parse_date(value).isoformat()
        case Kind.DATETIME:
            try:
                return datetime.fromisoformat(str(value)).isoformat()
            except ValueError:
                raise Bad("请填写日期和时间，例如2026-03-05 09:30") from None
        case Kind.BOOL:
            if isinstance(value, bool):
                return value
            text = str(value).strip().lower()
            if text in TRUE:
                return True
            if text in FALSE:
                return False
            raise Bad("请选择是或否")
        case Kind.INT:
            try:
                number = int(str(value).strip())
            except ValueError:
                raise Bad("请填写整数") from None
            if abs(number) > 10**12:
                raise Bad("数字过大，请核对")
            return number
        case Kind.MONEY:
            try:
                amount = Decimal(str(value).strip().replace(",", "").replace("，", ""))
            except InvalidOperation:
                raise Bad("请填写金额，单位为元，例如3000或3000.50") from None
            if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
                raise Bad("金额过大，请核对")
            return str(amount.quantize(Decimal("0.01")).normalize().quantize(Decimal("0.01")))
        case Kind.CHOICE:
            return _choice(field, value)
        case Kind.CHOICES | Kind.STAFFS | Kind.FILES:
            items = (
                value
                if isinstance(value, (list, tuple))
                else [v for v in str(value).replace("，", ",").split(",") if v.strip()]
            )
            if field.kind is Kind.CHOICES:
                return [_choice(field, v) for v in items]
            return [str(v).strip() for v in items]
        case Kind.RECORD:
            if not isinstance(value, Mapping):
                raise Bad("格式不对，应为一组字段")
            return _record(field, value) if field.fields else {str(k): v for k, v in value.items()}
        case Kind.RECORDS:
            if not isinstance(value, (list, tuple)) or not all(isinstance(v, Mapping) for v in value):
                raise Bad("格式不对，应为若干组字段")
            return [_record(field, v) for v in value]
    raise Bad("无法识别的字段类型")


def _record(field: Field, value: Mapping[str, Any]) -> dict[str, Any]:
    out, problems = coerce(field.fields, value)
    if problems:
        first = problems[0]
        raise Bad(f"{first.message}")
    return out


def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def coerce(
    form: tuple[Field, ...], raw: Mapping[str, Any], *, partial: bool = False
) -> tuple[dict[str, Any], list[Problem]]:
    """Typed values and problems for `raw`. Unknown names are problems too: nothing typed is dropped in silence.

    With `partial`, missing required fields are no problem (drafts).
    """
    known = {f.name: f for f in form}
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in raw:
        if name not in known:
            problems.append(
                Problem("UNKNOWN_FIELD", f"没有名为“{name}”的字段，可用字段：{'、'.join(known) or '无'}", name)
            )
    for field in form:
        value = raw.get(field.name)
        if is_empty(value) or (isinstance(value, str) and not value.strip()):  # blanks are no answer
            if field.required and not partial:
                chosen = field.kind in (Kind.CHOICE, Kind.CHOICES, Kind.UNIT, Kind.STAFF, Kind.STAFFS)
                message = f"请选择{field.label}" if chosen else f"请填写{field.label}"
                problems.append(Problem("REQUIRED", message, field.name, field.basis))
            continue
        try:
            values[field.name] = _one(field, value)
        except Bad as bad:
            problems.append(Problem("INVALID", f"{field.label}：{bad}", field.name, field.basis))
    return values, problems


def split_personal(form: tuple[Field, ...], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data for the history, personal payload): the second part can be erased, the first replays the matter."""
    personal = {f.name for f in form if f.personal}
    data = {k: v for k, v in values.items() if k not in personal}
    payload = {k: v for k, v in values.items() if k in personal}
    return data, payload


def sample_of(field: Field, on: date) -> Any:
    """The field's sample; text `@-15` in it means fifteen days before `on`. None when it has none."""
    return _dated(field.sample, on)


def _dated(value: Any, on: date) -> Any:
    if isinstance(value, str) and value[:1] == "@" and value[1:].lstrip("+-").isdigit():
        return (on + timedelta(days=int(value[1:]))).isoformat()
    if isinstance(value, Mapping):
        return {k: _dated(v, on) for k, v in value.items()}
    if isinstance(value, list):
        return [_dated(v, on) for v in value]
    return value


def filled(form: tuple[Field, ...], raw: Mapping[str, Any], on: date) -> dict[str, Any]:
    """`raw` with the samples of missing required fields; a required day without a sample is `on`."""
    out = dict(raw)
    for field in form:
        if field.required and is_empty(out.get(field.name)):
            value = sample_of(field, on)
            if value is None and field.kind is Kind.DATE:
                value = on.isoformat()
            if value is not None:
                out[field.name] = value
    return out


def json_schema(form: tuple[Field, ...]) -> dict[str, Any]:
    """JSON Schema (2020-12) of a form, for the API description."""
    props = {f.name: _schema(f) for f in form}
    out: dict[str, Any] = {"type": "object", "properties": props, "additionalProperties": False}
    required = [f.name for f in form if f.required]
    if required:
        out["required"] = required
    return out


def _schema(field: Field) -> dict[str, Any]:
    base: dict[str, Any] = {"title": field.label}
    if field.help:
        base["description"] = field.help
    match field.kind:
        case Kind.DATE:
            base |= {"type": "string", "format": "date"}
        case Kind.DATETIME:
            base |= {"type": "string", "format": "date-time"}
        case Kind.BOOL:
            base |= {"type": "boolean"}
        case Kind.INT:
            base |= {"type": "integer"}
        case Kind.CHOICE:
            base |= {"type": "string", "enum": [c for c, _ in field.choices]}
        case Kind.CHOICES:
            base |= {"type": "array", "items": {"type": "string", "enum": [c for c, _ in field.choices]}}
        case Kind.STAFFS | Kind.FILES:
            base |= {"type": "array", "items": {"type": "string"}}
        case Kind.RECORD:
            base |= json_schema(field.fields)
        case Kind.RECORDS:
            base |= {"type": "array", "items": json_schema(field.fields)}
        case _:
            base |= {"type": "string", "maxLength": field.max_length}
    return base
