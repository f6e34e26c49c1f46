"""What other parts may do with the person base."""

from __future__ import annotations

from xiezhi.datacenter.persons.refreshing import RECORDS, finish, refresh
from xiezhi.datacenter.persons.review import Contradiction, NotNow, confirm, decide, raise_pair, reject, undo

__all__ = [
    "RECORDS", "Contradiction", "NotNow", "confirm", "decide", "finish", "raise_pair", "refresh", "reject", "undo",
]  # fmt: skip
