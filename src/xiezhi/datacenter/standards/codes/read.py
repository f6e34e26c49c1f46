"""Code sets from one line of text: `code name < parent | code name`."""

from __future__ import annotations

from xiezhi.datacenter.standards.declare import CodeItem, CodeSet

__all__ = ["code_set"]


def code_set(code: str, title: str, standard: str, version: str, text: str) -> CodeSet:
    """`text` empty: the codes live in a table of their own."""
    items = []
    for part in text.split("|"):
        if not part.strip():
            continue
        body, _, parent = part.partition("<")
        key, _, name = body.strip().partition(" ")
        items.append(CodeItem(key, name.strip(), parent.strip()))
    return CodeSet(code, title, standard, version, tuple(items))
