"""Code sets from one line of text: `code name < parent = other writing, other code | code name`."""

from __future__ import annotations

from xiezhi.datacenter.standards.declare import CodeItem, CodeSet

__all__ = ["code_set"]


def code_set(code: str, title: str, standard: str, version: str, text: str) -> CodeSet:
    """`text` empty: the codes live in a table of their own. What follows = is how sources write it otherwise; normalization
    turns that and the name into the code."""
    items = []
    for part in text.split("|"):
        if not part.strip():
            continue
        part, _, others = part.partition("=")
        body, _, parent = part.partition("<")
        key, _, name = body.strip().partition(" ")
        items.append(
            CodeItem(
                key, name.strip(), parent.strip(), maps_to=tuple(o.strip() for o in others.split(",") if o.strip())
            )
        )
    return CodeSet(code, title, standard, version, tuple(items))
