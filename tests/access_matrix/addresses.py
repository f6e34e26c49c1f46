"""Every address of the platform with the numbers of real objects in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from xiezhi.kernel.access.guards import Route
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures.models import Draft, Matter, Party

NOTHING_UUID = "00000000-0000-4000-8000-000000000000"
NOTHING_INT = "4611686018427387903"
PARAMETER = re.compile(
    r"<(?:(?P<kind>[a-z_]+):)?(?P<name>[a-z_]+)>|\{(?P<ninja>[a-z_]+)\}|\(\?P<(?P<regex>[a-z_0-9]+)>[^)]*\)(?:\)?)"
)


@dataclass
class Objects:
    """What addresses name: of one matter."""

    matter: Matter
    procedure: str = "XZFY"
    event: str = "noted"

    def value(self, route: Route, kind: str, name: str) -> str:
        """A value for a parameter, so that the address leads to this matter wherever it can."""
        where = route.path
        if kind == "uuid" or name in ("public_id", "uid"):
            return str(self.matter.public_id)
        if name == "event":
            return self.event
        if name == "seq":
            return "1"
        if name in ("document", "doc") or ("document" in where and name == "pk"):
            return self._first(Document)
        if name == "attachment" or ("file" in where and name == "pk"):
            return self._first(Attachment)
        if name == "party" or ("reveal" in where and name == "pk") or ("part" in where and name == "pk"):
            return self._first(Party)
        if name == "delivery_id":
            found = Delivery.objects.filter(document__matter=self.matter).first()
            return str(found.pk) if found else NOTHING_INT
        if name == "notice":
            return self._first(Notice)
        if name == "code" and "draft" in where:
            found_draft = Draft.objects.filter(matter=self.matter).first()
            return found_draft.code if found_draft else "CG-0000-00000000"
        if name == "code" and "verify" in where:
            doc = Document.objects.filter(matter=self.matter, verify_code__isnull=False).first()
            return str(doc.verify_code) if doc else "x"
        if name == "code":
            return self.procedure
        if name in ("unit", "unit_id"):
            return str(self.matter.handling_unit_id)
        if name == "year":
            return "2026"
        return "1" if kind == "int" else "x"

    def _first(self, model: Any) -> str:
        found = model.objects.filter(matter=self.matter).first()
        return str(found.pk) if found else NOTHING_INT


class Nothing(Objects):
    """The same addresses with numbers that belong to nothing."""

    def value(self, route: Route, kind: str, name: str) -> str:
        if kind == "uuid" or name in ("public_id", "uid"):
            return NOTHING_UUID
        real = super().value(route, kind, name)
        return NOTHING_INT if real.isdigit() and name not in ("year", "seq") else real


def names_a_matter(route: Route) -> bool:
    """Whether the address is of one matter, its documents or its material."""
    found = [m.group("name") or m.group("ninja") for m in PARAMETER.finditer(route.path)]
    return "public_id" in found or ("document" in route.path and "pk" in found)


def address(route: Route, objects: Objects) -> str:
    """The address with its parameters filled in."""

    def fill(found: re.Match[str]) -> str:
        name = found.group("name") or found.group("ninja") or found.group("regex") or ""
        return objects.value(route, found.group("kind") or "", name)

    return PARAMETER.sub(fill, route.path).replace("(?:", "").replace(")?", "").replace("^", "").replace("$", "")


def methods(route: Route) -> tuple[str, ...]:
    """How to call it: pages by GET and POST."""
    return route.methods or ("GET", "POST")


def skipped(route: Route) -> bool:
    """The reference-data screens of the package have a test of their own; their addresses hold patterns of its making."""
    return route.path.startswith("/reference/")
