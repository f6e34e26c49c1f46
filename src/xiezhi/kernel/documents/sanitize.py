"""Editor HTML: the small subset a document's body may use, its conversion to layout blocks, and word-level comparison.

Subset: p, h2, h3, ol, ul, li, table (thead, tbody, tr, th, td with colspan and rowspan), strong, u, br;
``class`` may be right, center or flush on p. Everything else is dropped, with the contents of scripts and styles.
"""

from __future__ import annotations

import difflib
import html
import re
from html.parser import HTMLParser
from typing import Any

import nh3

TAGS = {"p", "h2", "h3", "ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "u", "br"}
_ALIASES = {"b": "strong", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "div": "p", "blockquote": "p"}
MAX_HTML = 2_000_000
MAX_SPAN = 20
# Controls (but for tab and newline), direction overrides and lone surrogates change what is seen or break XML.
_BAD_CHARS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def clean_text(value: str) -> str:
    """Text without control characters and direction overrides."""
    return _BAD_CHARS.sub("", value)


def sanitize(source: str) -> str:
    """Editor HTML cut down to the subset. Raises ``ValueError`` when longer than ``MAX_HTML`` characters."""
    if len(source) > MAX_HTML:
        raise ValueError("正文过长")
    source = clean_text(source)
    for old, new in _ALIASES.items():
        source = re.sub(rf"<(/?){old}(?=[\s>/])", rf"<\1{new}", source, flags=re.IGNORECASE)
    return nh3.clean(
        source,
        tags=TAGS,
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math", "title", "noscript"},
        attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}},
        allowed_classes={"p": {"right", "center", "flush"}},
        strip_comments=True,
        link_rel=None,
    )


def escape(value: object) -> str:
    """A value as text inside editor HTML."""
    return html.escape(clean_text(str(value)), quote=True)


class _Blocks(HTMLParser):
    """Sanitized HTML to blocks {"t": "p"|"h"|"ol"|"ul"|"table", ...} and runs {"s": text, "b": bold, "u": line}."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[dict[str, Any]] = []
        self._runs: list[dict[str, Any]] | None = None
        self._bold = self._under = 0
        self._list: dict[str, Any] | None = None
        self._lists: list[dict[str, Any]] = []
        self._table: dict[str, Any] | None = None
        self._cell: dict[str, Any] | None = None

    def _close_text(self) -> None:
        """End an open paragraph that no tag closed."""
        if self._runs is not None and self._cell is None:
            self._runs = None

    def _open(self, block: dict[str, Any]) -> None:
        self._runs = block["runs"]
        self.blocks.append(block)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = dict(attrs)
        if tag == "strong":
            self._bold += 1
        elif tag == "u":
            self._under += 1
        elif tag == "br":
            if self._runs is not None:
                self._runs.append({"br": True, "s": ""})
        elif tag in ("th", "td") and self._table is not None:
            if not self._table["rows"]:
                self._table["rows"].append([])
            self._cell = {"runs": [], "th": tag == "th"}
            for name in ("colspan", "rowspan"):
                self._cell[name] = _span(got.get(name))
            self._table["rows"][-1].append(self._cell)
            self._runs = self._cell["runs"]
        elif tag == "tr" and self._table is not None:
            self._table["rows"].append([])
        elif tag == "table" and self._table is None:
            self._table = {"t": "table", "rows": []}
            self.blocks.append(self._table)
            self._runs = None
        elif tag in ("ol", "ul") and self._cell is None:
            start = got.get("start") or ""
            self._list = {"t": tag, "items": [], "start": int(start) if start.isdecimal() and len(start) < 5 else 1}
            self._lists.append(self._list)
            self.blocks.append(self._list)
        elif tag == "li" and self._list is not None and self._cell is None:
            self._runs = []
            self._list["items"].append(self._runs)
        elif tag in ("p", "h2", "h3"):
            self._start_block(tag, got.get("class") or "")

    def _start_block(self, tag: str, css: str) -> None:
        if self._runs is not None and (self._cell is not None or (self._list is not None and tag == "p")):
            # A paragraph inside a cell or an item: a line of its own there.
            if self._runs:
                self._runs.append({"br": True, "s": ""})
            return
        if tag == "p":
            block: dict[str, Any] = {"t": "p", "runs": []}
            names = css.split()
            if "center" in names or "right" in names:
                block["align"] = "center" if "center" in names else "right"
            block["flush"] = "flush" in names
            self._open(block)
        else:
            self._open({"t": "h", "level": int(tag[1]) - 1, "runs": []})

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong":
            self._bold = max(0, self._bold - 1)
        elif tag == "u":
            self._under = max(0, self._under - 1)
        elif tag in ("td", "th"):
            self._cell = None
            self._runs = None
        elif tag == "table":
            self._table = self._cell = None
            self._runs = None
        elif tag in ("ol", "ul") and self._lists and self._cell is None:
            self._lists.pop()
            self._list = self._lists[-1] if self._lists else None
            self._runs = None
        elif tag == "li" or (tag in ("p", "h2", "h3") and self._cell is None and self._list is None):
            self._runs = None

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if self._runs is None:
            if not text.strip() or self._table is not None:
                return
            self._open({"t": "p", "runs": [], "flush": False})
        assert self._runs is not None
        if text.strip() or self._runs:
            self._runs.append({"s": text, "b": self._bold > 0, "u": self._under > 0})


def _span(value: str | None) -> int:
    return max(1, min(MAX_SPAN, int(value))) if value and value.isdecimal() and len(value) < 4 else 1


def to_blocks(source: str) -> list[dict[str, Any]]:
    """Editor HTML, sanitized here, as layout blocks. Text stays text: nothing in it can become markup of the layout."""
    parser = _Blocks()
    parser.feed(sanitize(source))
    parser.close()
    out: list[dict[str, Any]] = []
    for block in parser.blocks:
        if block["t"] == "table":
            _square(block)
            if block["rows"]:
                out.append(block)
        elif block["t"] in ("ol", "ul"):
            block["items"] = [runs for runs in block["items"] if _has_text(runs)]
            if block["items"]:
                out.append(block)
        elif _has_text(block["runs"]):
            out.append(block)
    return out


def _has_text(runs: list[dict[str, Any]]) -> bool:
    return any(r["s"].strip() for r in runs)


def _square(table: dict[str, Any]) -> None:
    """Make every row as wide as the widest and keep spans inside: the layout engine then never refuses a table."""
    rows: list[list[dict[str, Any]]] = [r for r in table["rows"] if r]
    taken: list[set[int]] = [set() for _ in rows]
    width = 0
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while x in taken[y]:
                x += 1
            cell["rowspan"] = min(cell["rowspan"], len(rows) - y)
            while any(x + i in taken[y] for i in range(cell["colspan"])):
                cell["colspan"] -= 1
            for dy in range(cell["rowspan"]):
                if any(x + i in taken[y + dy] for i in range(cell["colspan"])):
                    cell["rowspan"] = dy
                    break
                taken[y + dy].update(x + i for i in range(cell["colspan"]))
            x += cell["colspan"]
            width = max(width, x)
    for y, row in enumerate(rows):
        width = max([width, *(i + 1 for i in taken[y])])
        row.extend({"runs": [], "th": False, "colspan": 1, "rowspan": 1} for i in range(width) if i not in taken[y])
    # A column is as wide as its longest text, within bounds, so that a serial number does not take a third of the page.
    lengths = [2.0] * width
    for row in rows:
        if len(row) == width:
            for i, cell in enumerate(row):
                lengths[i] = max(lengths[i], min(14.0, float(sum(len(r["s"]) for r in cell["runs"]))))
    table["rows"], table["columns"] = rows, [4.0 + n for n in lengths]


def to_text(source: str) -> str:
    """The words of editor HTML, a line for each block: for comparison, search and notices."""
    lines: list[str] = []
    for block in to_blocks(source):
        if block["t"] == "table":
            lines.extend("　".join(_plain(c["runs"]) for c in row) for row in block["rows"])
        elif block["t"] in ("ol", "ul"):
            for i, runs in enumerate(block["items"]):
                lines.append((f"{i + block['start']}." if block["t"] == "ol" else "·") + _plain(runs))
        else:
            lines.append(_plain(block["runs"]))
    return "\n".join(lines)


def _plain(runs: list[dict[str, Any]]) -> str:
    return "".join("\n" if r.get("br") else r["s"] for r in runs).strip()


# A run of Latin letters or digits is one word (a date, an amount); a Han character is a word by itself.
_WORDS = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)
# Beyond this, elements that fill more than a hundredth of the text are no anchors: the work then stays linear.
_AUTOJUNK_FROM = 2000


def _matcher(old: list[str], new: list[str]) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _AUTOJUNK_FROM)


def _merge(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """(mark, text) runs: mark is ' ', '-' or '+'."""
    matcher = _matcher(old, new)
    out: list[tuple[str, str]] = []
    for op, a1, a2, b1, b2 in matcher.get_opcodes():
        if op == "equal":
            out.append((" ", "".join(old[a1:a2])))
        else:
            if a2 > a1:
                out.append(("-", "".join(old[a1:a2])))
            if b2 > b1:
                out.append(("+", "".join(new[b1:b2])))
    return out


def diff_html(old: str, new: str) -> str:
    """What changed from ``old`` to ``new`` (editor HTML), as safe HTML of p, ins and del.

    Paragraphs are aligned first and only the changed ones compared by word, so long documents stay quick.
    """
    a, b = to_text(old).split("\n"), to_text(new).split("\n")
    lines: list[str] = []

    def whole(texts: list[str], tag: str) -> None:
        lines.extend(f"<p><{tag}>{escape(t)}</{tag}></p>" for t in texts if t)

    for op, a1, a2, b1, b2 in _matcher(a, b).get_opcodes():
        if op == "equal":
            lines.extend(f"<p>{escape(t)}</p>" for t in a[a1:a2] if t)
            continue
        paired = min(a2 - a1, b2 - b1)
        for i in range(paired):
            left, right = _WORDS.findall(a[a1 + i]), _WORDS.findall(b[b1 + i])
            parts = (
                escape(t)
                if mark == " "
                else f"<{'del' if mark == '-' else 'ins'}>{escape(t)}</{'del' if mark == '-' else 'ins'}>"
                for mark, t in _merge(left, right)
            )
            lines.append(f"<p>{''.join(parts)}</p>")
        whole(a[a1 + paired : a2], "del")
        whole(b[b1 + paired : b2], "ins")
    return "\n".join(lines)
