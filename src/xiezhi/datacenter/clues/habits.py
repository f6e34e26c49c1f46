"""What usually happens next with a clue, for made-up histories. The shares are invented."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.walks import Move

__all__ = ["habits"]


def habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    """Moves with weights; delays are working days."""
    match view.state.code if view.state else "":
        case "":
            return [Move("found", data={"since": today.isoformat()})]
        case "FOUND":
            return [Move("started", 5.0, (0, 4))]
        case "CHECKING":
            done = view.has("inquired")
            moves = [Move("dismissed", 3.0, (2, 9), {"why": rng.choice(("DATA_ERROR", "NOT_HELD", "OTHER_PERSON"))})]
            return [*moves, Move("confirmed", 3.0, (2, 9))] if done else [*moves, Move("inquired", 6.0, (1, 5))]
        case "INQUIRED":
            return [Move("answered", 4.0, (3, 9))]
        case "DECIDED":
            return [Move("transferred" if view.facts.get("outcome") == "CONFIRMED" else "closed", 5.0, (0, 4))]
    return []
