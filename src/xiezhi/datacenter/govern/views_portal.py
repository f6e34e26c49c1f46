"""The applicant's own copy: their rows, whole, for their own eyes (个人信息保护法 第45条)."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xiezhi.kernel.access.guards import LOGGED_IN, guard
from xiezhi.kernel.access.permissions import NotFoundForYou, require
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.models import Matter

from . import rights
from .rights_procedure import CODE


def _own(request: HttpRequest, public_id: Any) -> Matter:
    subject = of_request(request)
    try:
        matter = selectors.by_public_id(public_id)
    except (Matter.DoesNotExist, ValidationError):
        raise NotFoundForYou from None
    require(subject, policies.MATTER_OWN, matter)
    if matter.procedure != CODE or matter.facts.get("kind") != "COPY" or matter.facts.get("decided") != "GRANTED":
        raise NotFoundForYou
    return matter


@guard(LOGGED_IN)
@never_cache
@require_safe
def copy(request: HttpRequest, public_id: Any) -> HttpResponse:
    """What the data center holds about the applicant."""
    matter = _own(request, public_id)
    return render(request, "govern/copy.html", {"matter": matter, "tables": rights.copy_of(matter)})


@guard(LOGGED_IN)
@never_cache
@require_safe
def copy_file(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The same as JSON, to take away."""
    matter = _own(request, public_id)
    held = [{**t, "rows": [dict(row) for row in t["rows"]]} for t in rights.copy_of(matter)]
    answer = HttpResponse(json.dumps(held, ensure_ascii=False, indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{matter.number}.json"'
    return answer
