"""What reconsideration does, for the faces and the API. Nothing but events changes a matter.

Applications: `check_application`, `file_application`, `propose_organ`. Parties and handling: `add_party`,
`elect_representatives`, `change_agent`, `assign_many`, `hand_over_all`, `recuse`, `merge`, `join_for_trial`, `elevate`.
Evidence and file: `upload_evidence`, `restrict`, `file_for_reading`, `record_reading_of_file`. Documents:
`draft_document`, `serve_document`, `confirm_delivery`, `complete_notice`, `unserved`. Archive: `archive_matter`,
`export_matter`, `verify_package`, `catalog_rows`, `due_for_destruction`, `propose_destruction`, `destroy_matter`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import services as documents
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.core import Actor, Recorded
from xiezhi.kernel.procedures.models import Matter

from .archive import (
    archive_matter,
    catalog_rows,
    destroy_matter,
    due_for_destruction,
    export_matter,
    propose_destruction,
    verify_package,
)
from .case_data import document_data
from .competence import Option, Proposal
from .delivery import complete_notice, confirm_delivery, serve_document, unserved
from .evidence import Reading, file_for_reading, keep_file, record_reading_of_file, restrict, upload_evidence
from .filing import Checked, Duplicate, check_application, duplicates, file_application, propose_organ
from .hooks import needs_signature
from .parties import (
    Bulk,
    add_party,
    assign_many,
    change_agent,
    elect_representatives,
    elevate,
    hand_over_all,
    join_for_trial,
    merge,
    recuse,
)

__all__ = [
    "Bulk", "Checked", "Duplicate", "Option", "Proposal", "Reading", "add_party", "archive_matter", "assign_many",
    "catalog_rows", "change_agent", "check_application", "complete_notice", "confirm_delivery", "destroy_matter", "draft_document", "due_for_destruction",
    "duplicates", "elect_representatives", "elevate", "export_matter", "file_application", "file_for_reading",
    "hand_over_all", "join_for_trial", "keep_file", "merge", "needs_signature", "propose_destruction", "propose_organ",
    "record_reading_of_file", "recuse", "restrict", "serve_document", "unserved", "upload_evidence", "verify_package",
]  # fmt: skip


def draft_document(matter: Matter, title: str, actor: Actor, form: Mapping[str, Any] | None = None) -> Document:
    """拟稿 with what is known already. `form` holds answers of the coming event, so that ground and result are in the text."""
    declared = registry.get(matter.procedure, matter.version)
    view = store.view(declared, store.history(matter.pk), matter)
    view.calendar = store.calendar()
    event = next((e.code for e in declared.events.values() if not callable(e.produces) and title in e.produces), "decided")
    now = wall.now()
    rec = Recorded(view.seq + 1, event, now.date(), now, next(iter(actor.roles), ""), actor.ref, dict(form or {}), actor.label)
    data = document_data(matter, view, rec, form or {}, title)
    return documents.draft(matter, title, actor, data={**data, "issued_on": now.date().isoformat()})
