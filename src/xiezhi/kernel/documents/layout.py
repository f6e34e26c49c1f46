"""From declared fields and edited text to the data a layout takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .qr import qr_svg
from .sanitize import clean_text, to_blocks
from .templates import DocumentTemplate, TemplateError

SEAL_DIAMETER_MM = 42


def zh_date(value: date | datetime | str) -> str:
    """2026年3月5日: Arabic figures without leading zeros. A string must be an ISO date or moment."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{value.year}年{value.month}月{value.day}日"


def zh_moment(value: datetime | str) -> str:
    """2026年3月5日9时30分."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{zh_date(value)}{value.hour}时{value.minute:02d}分"


def zh_ordinal(n: int) -> str:
    """1 to 99 in Chinese figures, for headings and claims: 一、十二、二十三."""
    digits = "零一二三四五六七八九"
    if not 0 < n < 100:
        raise ValueError(n)
    tens, ones = divmod(n, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def doc_number(prefix: str, year: int, serial: int) -> str:
    """临政复受字〔2026〕12号: hexagonal brackets, no leading zeros in the serial."""
    return f"{prefix}〔{year}〕{serial}号"


def normalize_number(value: str) -> str:
    """A typed document number with the brackets official documents use."""
    return re.sub(r"[\[(（【［](\d{4})[\])）】］]", r"〔\1〕", value)


def seal_data(unit_name: str, code: str = "") -> dict[str, Any]:
    """Data of the seal's drawing. ``code``, the number at the foot of the ring (digits, capitals), may be empty."""
    name = clean_text(unit_name).strip()
    if not 2 <= len(name) <= 40:
        raise ValueError("印章上的单位名称应当为2至40字")
    if code and not re.fullmatch(r"[0-9A-Z]{4,18}", code):
        raise ValueError("印章编码应当为4至18位数字或者大写字母")
    return {"name": name, "code": code, "diameter_mm": SEAL_DIAMETER_MM}


def _shown(kind: str, value: Any) -> Any:
    """A field's value as the layout shows it."""
    if value is None:
        return None
    if kind == "date":
        return zh_date(value)
    if kind == "datetime":
        return zh_moment(value)
    if kind == "bool":
        return "是" if value else "否"
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Sequence):
        return [_shown("text", v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): _shown("text", v) for k, v in value.items()}
    return str(value) if kind in ("int", "money") else value


def compose(
    template: DocumentTemplate,
    data: Mapping[str, Any],
    *,
    body_html: str | None = None,
    verify_code: str = "",
    verify_url: str = "",
) -> dict[str, Any]:
    """Everything ``render`` needs, from the declared fields and the edited body (the default body when None).

    Checks the required fields first (``MissingFields``). The result is JSON-like and can be frozen and stored.
    """
    template.check(data)
    data = template.typed(data)
    if not data.get("issued_on"):
        raise TemplateError(f"《{template.title}》缺少成文日期")
    out: dict[str, Any] = {}
    for field in template.fields:
        if field.name in data:
            out[field.name] = _shown(field.type, data[field.name])
    for name in ("organ", "doc_no", "addressee"):
        if data.get(name):
            out[name] = clean_text(str(data[name]))
    if out.get("doc_no"):
        out["doc_no"] = normalize_number(out["doc_no"])
    issued = data["issued_on"]
    out["issued_on"] = issued if isinstance(issued, str) else issued.isoformat()
    out["issued_on_text"] = zh_date(issued)
    if data.get("attachments"):
        out["attachments"] = [clean_text(str(a)) for a in data["attachments"]]
    out["title"] = clean_text(str(data.get("title") or template.title))
    try:
        out["body"] = to_blocks(template.draft(data) if body_html is None else body_html)
        if verify_code:
            out |= {"verify_code": verify_code, "verify_url": verify_url, "qr_svg": qr_svg(verify_url)}
    except ValueError as error:
        raise TemplateError(f"《{template.title}》无法生成：{error}") from error
    return out
