"""Every document of legal aid, registered with the kernel on import. The wording is our own.

Importing this module needs no database: `document_data`, the hook that fills the papers, loads its part when it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xiezhi.kernel.documents import templates

from . import document_intake, document_service

if TYPE_CHECKING:
    from xiezhi.kernel.procedures.core import Recorded, View
    from xiezhi.kernel.procedures.models import Matter

__all__ = ["TEMPLATES", "document_data"]

TEMPLATES = (*document_intake.TEMPLATES, *document_service.TEMPLATES)

templates.register_all(TEMPLATES)


def document_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Hook: the data of one document, see `document_data.document_data`."""
    from . import document_data as filler

    return filler.document_data(matter, view, rec, payload, title)
