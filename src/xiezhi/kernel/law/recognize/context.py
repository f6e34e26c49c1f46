"""What the title of a text says about the citations in it."""

from __future__ import annotations

import re

from xiezhi.kernel.law.recognize.names import Names, key

__all__ = ["amended", "amends_many"]


_INNER = re.compile(r"《([^《》]{2,80})》")


def amended(act: str, names: Names, article: tuple[int, int]) -> str:
    """The act that a text without articles of its own speaks of: 关于修改《…》的决定, 刑法修正案. Where the title names
    none, the text itself; empty for texts that have articles."""
    if match := re.match(r"(.{2,20}?)修正案", act):
        return names.get(match[1]) or match[1]
    if article != (0, 0):
        return ""
    inner = {key(m) for m in _INNER.findall(act)}
    name = inner.pop() if len(inner) == 1 else act
    return names.get(name) or name


def amends_many(act: str) -> bool:
    """Whether the title is of a text that changes many acts: 关于修改《…》等二十七件…的决定, 关于修改部分…的决定."""
    outside = re.sub(r"《.*》", "《》", act)
    return bool(re.search(r"(?:修改|修正|废止).*(?:》等.{0,8}[件部个项]|部分|一批|若干)", outside))
