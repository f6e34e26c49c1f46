"""The clue on its matter's page: the rule, both roles on one time line, where they come from, what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from xiezhi.datacenter import roles as data
from xiezhi.datacenter.clues import selectors, sides
from xiezhi.datacenter.clues.declare import rules
from xiezhi.datacenter.clues.models import Clue
from xiezhi.datacenter.persons import drawing, revealing
from xiezhi.datacenter.persons import selectors as persons
from xiezhi.datacenter.persons.kinds import RESTRICTED
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import masking

__all__ = ["OBJECT", "desk"]

OBJECT = "clues.clue"


def desk(request: HttpRequest, matter: Any, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """Both sides of the clue. The name is masked, restricted sides are left out, until shown with a purpose."""
    clue = selectors.of_matter(matter)
    if clue is None:
        return None
    key = str(clue.public_id)
    checker = subject.has(data.CHECKER.code)
    clear = checker and revealing.revealed(request, OBJECT, key)
    if clue.restricted and not clear:
        return {"clue": clue, "hidden": True, "revealed": False, "may_reveal": checker, "purposes": revealing.choices()}
    found = sides.opened(clue)
    known = rules.get(clue.rule) if clue.rule in rules else None
    name = found["person"].get("name", "")
    return {
        "clue": clue, "rule": known, "hidden": False, "revealed": clear, "name": name if clear else masking.name(name, strict=True),
        "number": found["person"].get("id_no", ""), "uid": str(clue.person.uid), "may_reveal": checker, "purposes": revealing.choices(),
        "sides": [_shown(found[s], clear) for s in ("left", "right")], "line": _line(clue, found), "exemption": clue.exemptions.last(),
        "may_open": subject.has(data.CHECKER.code, data.LINKER.code),
    }  # fmt: skip


def _shown(side: Mapping[str, Any], clear: bool) -> dict[str, Any]:
    records = [
        {"id": r, "title": persons.table_title(r) if not r.startswith("lookup:") else "外部核验"}
        for r in side["records"]
    ]
    return {
        **side,
        "records": records,
        "period": sides.period(side["since"], side["until"]),
        "restricted": side["kind"] in RESTRICTED,
    }


def _line(clue: Clue, found: Mapping[str, Any]) -> drawing.Line:
    periods = [
        (found[s]["title"], found[s]["holder_name"] or found[s]["license_no"], found[s]["since"], found[s]["until"], found[s]["kind"] in RESTRICTED)
        for s in ("left", "right")
    ]  # fmt: skip
    return drawing.line(periods, clock.today(), (clue.since, clue.until))
