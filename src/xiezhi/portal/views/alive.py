"""Says that somebody is still at a page, who reads or types without sending anything."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from xiezhi.kernel.access.guards import LOGGED_IN, guard


@guard(LOGGED_IN)
def alive(request: HttpRequest) -> HttpResponse:
    """Nothing to show: the call itself counts as an act of the person."""
    return HttpResponse(status=204)
