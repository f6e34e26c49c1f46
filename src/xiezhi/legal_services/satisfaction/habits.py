"""What usually happens next in a call-back, for made-up histories. The shares are invented."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.walks import Move

__all__ = ["habits"]


def habits(view: View, rng: random.Random, today: date) -> Sequence[Move]:
    """Moves with weights; delays are working days."""
    state = view.state.code if view.state else ""
    match state:
        case "":
            return [Move("opened", data={"level": rng.choice(("1", "2", "2")), "rated_on": today.isoformat()})]
        case "OPENED":
            missed = len(view.by_event.get("call_missed", ()))
            moves = [
                Move("called", 6.0, (0, 4)),
                Move("call_missed", 3.0, (0, 2)),
                Move("rating_changed", 0.2, (0, 2), {"level": "3"}),
            ]
            return [*moves, Move("call_given_up", 4.0, (0, 1))] if missed >= 2 else moves
        case "VERIFYING":
            return [Move("well_founded", 6.0, (1, 5)), Move("not_founded", 4.0, (1, 5))]
        case "RECTIFYING":
            return [Move("rectified", 6.0, (3, 18)), Move("extended", 0.6, (1, 8), {"days": rng.randint(2, 10)})]
        case "TELLING":
            if view.facts.get("reached") is False:
                return [Move("closed", 3.0, (0, 3)), Move("told", 1.0, (0, 3), {"how": "ONLINE"})]
            moves = [Move("told", 9.0, (0, 3))]
            return [*moves, Move("rectify_returned", 0.8, (0, 2))] if view.facts.get("founded") else moves
        case "TOLD":
            return [
                Move("rerated", 5.0, (0, 9), {"level": rng.choice(("3", "4", "4", "5", "2"))}),
                Move("", 3.0, (9, 14)),
            ]
        case "CLOSED":
            return []
    return []
