"""法规检索: `search` finds articles by citation, acts by title or number, provisions by their words.

Commands and the worker keep the index (`rebuild`, `refresh`); web processes only read it. See docs/law/search.md.
"""

from __future__ import annotations

from xiezhi.kernel.law.search.build import rebuild, refresh, state
from xiezhi.kernel.law.search.service import MOST_PAGES, SORTS, search
from xiezhi.kernel.law.search.shapes import Act, Exact, Facet, Found, IndexState, Piece, Results
from xiezhi.kernel.law.search.store import Busy, NoIndex

__all__ = [
    "MOST_PAGES",
    "SORTS",
    "Act",
    "Busy",
    "Exact",
    "Facet",
    "Found",
    "IndexState",
    "NoIndex",
    "Piece",
    "Results",
    "rebuild",
    "refresh",
    "search",
    "state",
]
