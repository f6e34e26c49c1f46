"""The rules that ship. Each file holds those of one subject; `load` registers all of them."""

from __future__ import annotations

from xiezhi.datacenter.clues.declare import ClueRule, rules

__all__ = ["load"]


def load() -> tuple[ClueRule, ...]:
    """Register every rule of this folder. Safe to repeat."""
    from . import lawyers, notaries, others, posts, relatives, status

    found = (*lawyers.RULES, *notaries.RULES, *others.RULES, *posts.RULES, *status.RULES, *relatives.RULES)
    return tuple(rules.register(rule) for rule in found)
