"""Puts the newest published checkpoint on the chain every few minutes: idempotent, and up to date after any outage.

A checkpoint covers all before it, so nothing has to be made up for: after an outage the next one is enough. What the chain
holds is compared with the log each time; a difference is a fork, and nothing is sent.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from xiezhi.kernel.ledger import publisher
from xiezhi.kernel.ledger.anchor.chain import Anchored, Chain, ChainError
from xiezhi.kernel.ledger.reader import root_at

__all__ = ["Round", "compare", "once", "run"]

LOG = logging.getLogger("xiezhi.ledger.anchor")


@dataclass(frozen=True)
class Round:
    """What one round did: the size the chain holds now, and the transaction; empty where nothing was new."""

    size: int
    transaction: str = ""


def compare(chain: Chain, origin: str) -> Anchored:
    """What the chain holds, after a comparison with the log. Raises publisher.Behind or Forked, or ChainError."""
    held = chain.latest(origin)
    found = publisher.latest()
    size = found[0].size if found else 0
    if held.size > size:
        raise publisher.Behind(
            f"the chain holds {held.size} entries of {origin}, this database has published {size}: see docs/howto/recover-the-ledger.md"
        )
    if held.size and root_at(held.size) != held.root:
        raise publisher.Forked(f"at {held.size} entries the chain holds another root of {origin} than this database")
    return held


def once(chain: Chain, origin: str) -> Round:
    """One round. Running it twice, in two places, or after a crash in between anchors nothing twice: the contract takes a
    larger size alone. Raises as `compare`."""
    held = compare(chain, origin)
    found = publisher.latest()
    if found is None or found[0].size == held.size:
        return Round(held.size)
    try:
        number = chain.anchor(origin, found[0].size, found[0].root)
    except ChainError:
        now = compare(chain, origin)
        if now.size >= found[0].size:  # somebody else was first, or an answer was lost
            return Round(now.size)
        raise
    return Round(found[0].size, number)


def run(stop: threading.Event, chain: Chain, origin: str, *, every: float) -> None:
    """A round every `every` seconds until `stop`. A chain that is away is tried again; raises publisher.Refused on a fork."""
    lost = False
    while not stop.is_set():
        try:
            once(chain, origin)
            if lost:
                LOG.warning("the chain answers again")
            lost = False
        except ChainError as error:
            if not lost:
                LOG.error("nothing is anchored for now: %s", error)
            lost = True
        stop.wait(every)
