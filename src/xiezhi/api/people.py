"""人员: searching persons for a named purpose, and staff for forms."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from xiezhi.api.common import PERSON_READ, Text, caller, pick, record, require
from xiezhi.api.problems import ERRORS
from xiezhi.api.schemas import PersonOut, StaffOut
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.reading import Object
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import masking, selectors
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.kernel.units.models import Unit

router = Router(tags=["人员"])
SEARCHERS = ("case_officer", "office_head", "counter_clerk")


@router.get("/persons", response={200: list[PersonOut], **ERRORS}, operation_id="search_persons")
@guard(PERSON_READ)
def search_persons(
    request: HttpRequest,
    text: Text = Query("", max_length=60, description="Name or pinyin by its beginning, two characters at least"),
    id_no: Text = Query("", max_length=40, description="A whole identity number instead of a name"),
    id_type: str = Query("RESIDENT", pattern="^[A-Z_]{2,20}$"),
    size: int = Query(20, ge=1, le=50),
) -> list[dict[str, Any]]:
    """查找人员. For staff who take in or handle applications; masked, and recorded with the purpose (X-Purpose)."""
    who = caller(request)
    require(who.has(*SEARCHERS), "只有窗口人员和行政复议人员可以查找人员")
    found: list[Person] = []
    if id_no.strip():
        try:
            one = selectors.find_person(id_type, id_no.strip())
        except (InvalidNumber, ValueError):
            one = None
        found = [one] if one is not None else []
    elif len(text.strip()) >= 2:
        found = list(selectors.search_persons(text, limit=size))
    record(request, who, "LIST", Object("people.person", "search"), found, ("name", "id_no", "phone"))
    return [
        {
            "uid": p.uid, "name": masking.name(p.name), "id_type": p.id_type,
            "id_no": masking.document_no(p.id_type, p.id_no or ""), "phone": masking.phone(p.phone or ""),
        }
        for p in found
    ]  # fmt: skip


@router.get("/units/{unit}/staff", response={200: list[StaffOut], **ERRORS}, operation_id="list_staff")
@guard(PERSON_READ)
def list_staff(request: HttpRequest, unit: int = Path(..., ge=1, le=2**62)) -> list[dict[str, Any]]:
    """工作人员. Who works in a unit today, for staff within reach: to name officers in a form."""
    who = caller(request)
    place = pick(Unit.objects, pk=unit)
    require(
        who.reaches(place, "case_officer", "office_head", "organ_head", "leader", "counter_clerk", "unit_manager"),
        "只能查看管辖范围内单位的工作人员",
    )
    return [{"id": s.pk, "name": s.name} for s in selectors.staff_in(place, wall.today())]
