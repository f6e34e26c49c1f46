"""汉字数字: article numbers as acts write them (第一百二十条之一) and as people cite them (第120条之一)."""

from __future__ import annotations

import unicodedata

_DIGITS = {char: value for value, chars in enumerate(("零〇○", "一", "二两", *"三四五六七八九")) for char in chars}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_WRITE = "零一二三四五六七八九"


def read(text: str) -> int:
    """The number written as 一百零八, 108 or １０８. Raises ValueError."""
    text = unicodedata.normalize("NFKC", text.strip())
    if text.isascii() and text.isdigit():
        return int(text)
    total, digit = 0, 0
    if not text:
        raise ValueError("no number")
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            raise ValueError(f"not a number: {text}")
    return total + digit


def write(number: int) -> str:
    """1 to 9999 in Chinese: 12 → 十二, 108 → 一百零八."""
    if not 0 < number < 10000:
        raise ValueError(f"out of range: {number}")
    out, gap, rest = "", False, number
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = divmod(rest, size)
        if digit:
            out += ("零" if gap and out else "") + _WRITE[digit] + name
            gap = False
        else:
            gap = True
    return out[1:] if out.startswith("一十") else out
