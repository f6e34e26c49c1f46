"""Events of the house as the sharing offices do them: assignment, handing over, notes, correction of an entry."""

from __future__ import annotations

from dataclasses import replace

from xiezhi.kernel.procedures.common import CommonEvents

from .roles import HEAD, OFFICE

__all__ = ["House"]


class House:
    """The common events by the roles of the sharing office instead of those of a case office."""

    assigned = replace(CommonEvents.assigned, by=(HEAD,))
    handed_over = replace(CommonEvents.handed_over, by=(HEAD,))
    noted = replace(CommonEvents.noted, by=OFFICE)
    corrected = replace(CommonEvents.corrected, by=(HEAD,))
