"""Retrieval: from a question in plain words to the articles that speak to it.

`ask` and `state` are what other code calls; `xiezhi law train` makes the encoder and the index. How it works, what each
step gave and what did not help is in docs/law/questions.md. Everything but `library` and `service` is pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xiezhi.kernel.law.retrieval.service import Hit, State, ask, rebuild, refresh, state, train

__all__ = ["Hit", "State", "ask", "rebuild", "refresh", "state", "train"]


def __getattr__(name: str) -> Any:
    """The service needs Django's settings; the pure parts are imported without them."""
    if name in __all__:
        from xiezhi.kernel.law.retrieval import service

        return getattr(service, name)
    raise AttributeError(name)
