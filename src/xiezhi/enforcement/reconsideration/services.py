"""What reconsideration does, for the faces and the API. Nothing but events changes a matter.

Applications: `check_application`, `file_application`, `propose_organ`. Parties and handling: `add_party`,
`elect_representatives`, `change_agent`, `assign_many`, `hand_over_all`, `recuse`, `merge`, `join_for_trial`, `elevate`.
Evidence and file: `upload_evidence`, `restrict`, `file_for_reading`, `record_reading_of_file`. Documents:
`draft_document`, `serve_document`, `confirm_delivery`, `complete_notice`, `unserved`. Archive: `archive_matter`,
`export_matter`, `verify_package`, `catalog_rows`, `due_for_destruction`, `propose_destruction`, `destroy_matter`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import services as documents
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.clocks import clocks
from xiezhi.kernel.procedures.core import Actor, Recorded, replay
from xiezhi.kernel.procedures.models import Matter, MatterEvent

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
from .hooks import CODE, case_values, needs_signature
from .models import ReconsiderationCase
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
    "hand_over_all", "join_for_trial", "keep_file", "merge", "needs_signature", "propose_destruction", "propose_organ", "rebuild_cases",
    "record_reading_of_file", "recuse", "restrict", "serve_document", "unserved", "upload_evidence", "verify_package",
]  # fmt: skip


def draft_document(matter: Matter, title: str, actor: Actor, form: Mapping[str, Any] | None = None) -> Document:
    """拟稿 with what is known already. `form` holds answers of the coming event, so that ground and result are in the text."""
    declared = registry.get(matter.procedure, matter.version)
    view = store.view(declared, store.history(matter.pk), matter)
    view.calendar = store.calendar()
    event = next(
        (e.code for e in declared.events.values() if not callable(e.produces) and title in e.produces), "decided"
    )
    now = wall.now()
    rec = Recorded(
        view.seq + 1, event, now.date(), now, next(iter(actor.roles), ""), actor.ref, dict(form or {}), actor.label
    )
    data = document_data(matter, view, rec, form or {}, title)
    return documents.draft(matter, title, actor, data={**data, "issued_on": now.date().isoformat()})


def rebuild_cases(matter_ids: Sequence[int], *, chunk: int = 500) -> int:
    """案件行重建: write the rows for statistics anew from the histories (they are an index). Returns how many."""
    done = 0
    for first in range(0, len(matter_ids), chunk):
        part = list(Matter.objects.filter(pk__in=matter_ids[first : first + chunk], procedure=CODE))
        kept = dict(ReconsiderationCase.objects.filter(matter__in=part).values_list("pk", "applicant_key"))
        histories: dict[int, list[Recorded]] = {m.pk: [] for m in part}
        for row in MatterEvent.objects.filter(matter__in=part).order_by("matter_id", "seq"):
            histories[row.matter_id].append(store.recorded(row))
        rows = []
        for matter in part:
            declared = registry.get(matter.procedure, matter.version)
            view = replay(declared, histories[matter.pk])
            found = clocks(view, store.calendar(), wall.now())
            rows.append(ReconsiderationCase(
                matter_id=matter.pk, organ_id=matter.organ_id, applicant_key=kept.get(matter.pk, ""), **case_values(view, found)
            ))  # fmt: skip
        names = [
            f.attname
            for f in ReconsiderationCase._meta.concrete_fields
            if f.attname not in ("matter_id", "merged_into_id")
        ]
        ReconsiderationCase.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["matter"], update_fields=[n.removesuffix("_id") for n in names]
        )
        done += len(rows)
    return done
