"""A whole page in English: every Chinese text between its tags and in its labels is said by `say`.

Templates are written in Chinese and translated by gettext; what reaches a page through variables (titles of states,
questions of a form, reasons of a refusal) is declared once, in Chinese, for screens, documents and programs alike. It is
translated here, on the way out, so that no template of a function needs to know. What people typed (values of inputs, text
areas, elements marked lang="zh-…") is left alone; words that stay Chinese are marked lang="zh-Hans", so that a screen
reader speaks them right.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from xiezhi.ui.language.say import CHINESE, CLOSE, OPEN, marked

_PIECE = re.compile(r"<!--.*?-->|<![^>]*>|</?[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z][\w:-]*)")
_LANG = re.compile(r"\slang=\"([^\"]*)\"", re.IGNORECASE)
_SAID = re.compile(
    r"(\s(?:title|aria-label|aria-description|aria-valuetext|placeholder|alt|label|data-th|data-label|data-said)=\")([^\"]*)\""
)
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_CHART = re.compile(r'\sdata-from="([\w-]+)"')
_LEFT = {"script", "style", "textarea", "code"}
_NO_MARKS = {"title", "option", "text", "tspan", "desc"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def said(page: str) -> str:
    """The page, or a part of one, in English."""
    if not _WIDE.search(page):
        return page
    charts = set(_CHART.findall(page))  # their data stand in scripts of these names; no other script is touched
    out: list[str] = []
    at, skip, depth, last, head = 0, "", 0, "", -1
    for found in _PIECE.finditer(page):
        if found.start() > at:
            text = page[at : found.start()]
            if not skip:
                text = _text(text, last, out, head)
            elif skip == "script" and any(f'id="{name}"' in out[head] for name in charts):
                text = _data(text)
            out.append(text)
        at = found.end()
        tag = found[0]
        name_found = _NAME.match(tag)
        if name_found is None:
            out.append(tag)
            continue
        name = name_found[1].lower()
        closing = tag[1] == "/"
        if skip:
            if name == skip:
                depth += -1 if closing else 1
                if not depth:
                    skip = ""
            out.append(tag)
            continue
        last = "" if closing else name
        if not closing:
            language = _LANG.search(tag)
            foreign = language is not None and language[1].lower().startswith("zh") and name != "html"
            head = len(out)
            if (foreign or name in _LEFT) and name not in _VOID and not tag.endswith("/>"):
                skip, depth = name, 1
            if not foreign and _WIDE.search(tag):
                tag = _SAID.sub(_label, tag)
        out.append(tag)
    rest = page[at:]
    out.append(rest if skip else _text(rest, last, out, head))
    return "".join(out)


def _label(found: re.Match[str]) -> str:
    if not _WIDE.search(found[2]):
        return found[0]
    text = marked(html.unescape(found[2])).replace(OPEN, "").replace(CLOSE, "")
    return f'{found[1]}{html.escape(text)}"'


def _data(raw: str) -> str:
    """Data of a chart: its texts said, its form kept."""
    if not _WIDE.search(raw) and "\\u" not in raw:
        return raw
    text = json.dumps(_said_in(json.loads(raw)), ensure_ascii=False)
    return text.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")


def _said_in(value: Any) -> Any:
    if isinstance(value, str):
        return marked(value).replace(OPEN, "").replace(CLOSE, "")
    if isinstance(value, list):
        return [_said_in(one) for one in value]
    if isinstance(value, dict):
        return {key: _said_in(one) for key, one in value.items()}
    return value


def _text(raw: str, name: str, out: list[str], head: int) -> str:
    """One text between two tags. `head` is where the tag before it stands in `out`, to mark it as a whole."""
    if not _WIDE.search(raw):
        return raw
    text = html.escape(marked(html.unescape(raw)), quote=False)
    if OPEN not in text:
        return text
    if name in _NO_MARKS:
        bare = text.replace(OPEN, "").replace(CLOSE, "")
        if name != "title" and head == len(out) - 1 and not _LANG.search(out[head]):
            out[head] = out[head][:-1] + ' lang="zh-Hans">'
        return bare
    return text.replace(OPEN, '<span lang="zh-Hans">').replace(CLOSE, "</span>")


def chinese_left(page: str) -> list[str]:
    """Chinese that a page in English says outside elements marked as Chinese: what a test looks for."""
    left: list[str] = []
    stack: list[str] = []
    at = 0
    for found in _PIECE.finditer(page):
        text = page[at : found.start()]
        if not stack and CHINESE.search(text):
            left.append(html.unescape(text).strip())
        at = found.end()
        named = _NAME.match(found[0])
        if named is None:
            continue
        name = named[1].lower()
        if found[0][1] == "/":
            if stack and name == stack[-1]:
                stack.pop()
            continue
        if stack:
            if name == stack[-1]:
                stack.append(name)
            continue
        language = _LANG.search(found[0])
        foreign = language is not None and language[1].lower().startswith("zh") and name != "html"
        if (foreign or name in _LEFT or name == "title") and name not in _VOID:
            stack.append(name)
    return left
