"""The articles that document templates stand on, told to the law library (`law.citing`)."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.kernel.documents import templates
from xiezhi.kernel.law.citing import Cited

__all__ = ["cited"]

PRACTICE = "实务"


def cited() -> Iterator[Cited]:
    """One entry a template: its own article and those that ask for its contents."""
    for template in templates.all():
        bases = dict.fromkeys([template.basis, *(f.basis for f in template.fields)])
        joined = "；".join(b for b in bases if b and b != PRACTICE)
        if joined:
            yield Cited(
                "文书模板",
                f"{template.code}/{template.version}",
                f"《{template.title}》（第{template.version}版）",
                joined,
                "文书",
            )
