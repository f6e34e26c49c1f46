"""Build the outlines of acts from a file of statute texts: `python tools/build_law_outlines.py STATUTES.jsonl[.gz]`.

Only titles of parts, chapters and sections leave the file, each with the number of the article it begins with: facts by
which articles of files without headings are placed. No sentence of an act is written. One line a version: short title,
day of promulgation, headings; `p` part, `q` part of a part, `c` chapter, `s` section.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
OUT = ROOT / "src/xiezhi/kernel/law/retrieval/data/outlines.txt"

from xiezhi.kernel.law import numerals  # noqa: E402 - the path is set above

_LEVELS = {"编": "p", "分编": "q", "章": "c", "节": "s"}
_HEADING = re.compile(
    r"#{2,6}\s*(?:第[一二三四五六七八九十百]+(分编|编|章|节)|[一二三四五六七八九十]+(、))\s*(.{1,60})$"
)
_ARTICLE = re.compile(r"(?:\*\*)?第\s*([一二三四五六七八九十百千零〇]+)\s*条")


def outline(text: str) -> tuple[list[str], int]:
    """Headings of one text, and its first article."""
    rows: list[str] = []
    pending: list[str] = []
    first = 0
    for raw in text.splitlines():
        line = re.sub(r"[\s　]+", " ", raw).strip()
        heading = _HEADING.match(line)
        if heading:
            title = re.sub(r"[\s　;|]", "", heading[3])
            pending.append(_LEVELS.get(heading[1] or "章", "c") + title)
            continue
        article = _ARTICLE.match(line)
        if article:
            number = numerals.read(article[1])
            first = first or number
            rows += [f"{number}{row}" for row in pending]
            pending = []
    return rows, first


def main() -> None:
    path = Path(sys.argv[1])
    lines: dict[tuple[str, str], list[str]] = {}
    code: list[tuple[int, list[str]]] = []
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for record in map(json.loads, file):
            if record["category"].startswith("地方"):
                continue
            rows, first = outline(record["text"])
            if record["category"] == "法律/民法典":
                code.append((first, [f"{first}p{record['short_title']}", *rows]))
            elif rows:
                lines[record["short_title"], record["promulgated"] or ""] = rows
    lines["民法典", "2020-05-28"] = [row for _, rows in sorted(code) for row in rows]
    body = "".join(f"{title}|{day}|{';'.join(rows)}\n" for (title, day), rows in sorted(lines.items()))
    OUT.write_text(body, encoding="utf-8")
    print(f"{len(lines)} outlines, {len(body.encode()):,} bytes")


if __name__ == "__main__":
    main()
