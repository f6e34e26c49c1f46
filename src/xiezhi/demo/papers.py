"""Documents of the generated matters: numbered, frozen and signed as the document service would have left them.

Only open matters and those with recent steps carry documents; the paper of older ones is their history. A document
whose PDF nobody has asked for yet has no rendering; those that visitors open first wait for the worker.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from xiezhi.demo.histories import Firing, Tale
from xiezhi.demo.rows import BLOCK, Batch, MatterRow, party_rows
from xiezhi.kernel.documents import services as documents
from xiezhi.kernel.documents import templates, verify
from xiezhi.kernel.documents.models import Document, DocumentRevision
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.core import Recorded, View
from xiezhi.kernel.procedures.models import Matter, SerialUse

if TYPE_CHECKING:
    from xiezhi.demo.matters import World

__all__ = ["Numbers", "add"]

RECENT = timedelta(days=30)
FRESH = timedelta(days=2)
DECISION = "行政复议决定书"
STEPS = ("DRAFT", "SUBMIT", "APPROVE", "SIGN")


class Numbers:
    """Serials of the series that documents count by themselves, shared by the matters of one organ."""

    def __init__(self, counters: Counter[tuple[str, int]]) -> None:
        self.counters = counters
        self.uses: list[SerialUse] = []

    def take(self, numbering: hooks.Numbering, year: int, matter: Matter, at: Any) -> str:
        """The next number of a series, logged as used."""
        self.counters[(numbering.series, year)] += 1
        serial = self.counters[(numbering.series, year)]
        number = numbering.write(year, serial)
        self.uses.append(SerialUse(series=numbering.series, year=year, serial=serial, number=number, status="USED",
                                   object_type="matter", object_id=str(matter.pk), at=at))  # fmt: skip
        return number


def _code(rng: Random) -> str:
    body = "".join(rng.choice(verify.ALPHABET) for _ in range(verify.LENGTH))
    return next(c for c in (verify.normalize(body + last) for last in verify.ALPHABET) if c)


class _Writer:
    """Writes the documents of one matter while its history passes by."""

    def __init__(
        self, batch: Batch, matter: Matter, row: MatterRow, tale: Tale, world: World, numbers: Numbers, story: bool
    ) -> None:
        self.batch, self.row, self.tale, self.world, self.numbers, self.story = batch, row, tale, world, numbers, story
        self.rng = Random(f"{world.seed}:papers:{row.id}")
        self.matter = Matter(
            id=row.id, public_id=row.public_id, procedure=matter.procedure, version=matter.version, intake_no=row.intake_no,
            organ_id=row.organ_id, handling_unit_id=row.unit_id, parties_line=matter.parties_line, opened_on=matter.opened_on,
        )  # fmt: skip
        units = {u.pk: u for u in world.province.units}
        parties = party_rows(self.matter, row)
        for party in parties:
            if party.unit_id in units:
                party.unit = units[party.unit_id]
        self.payloads: dict[int, dict[str, Any]] = {}
        self.matter.__dict__["_xz_parties"] = parties
        self.matter.__dict__["_xz_payloads"] = self.payloads
        self.hook = hooks.of(matter.procedure)
        self.view = View(tale.view.procedure)
        self.view.calendar = world.calendar
        self.counts: Counter[str] = Counter()
        self.issued: list[Document] = []
        self.made = 0

    def run(self) -> int:
        for firing in self.tale.firings:
            for rec in firing.records:
                self.view.apply(rec)
            if firing.payload:
                self.payloads[firing.records[-1].seq] = firing.payload
            if self.row.case_no and self.view.facts.get("accepted_on"):
                self.matter.case_no = self.row.case_no
            for title in firing.documents:
                self.issue(firing, title)
        if self.view.state is not None and self.view.state.code in ("DRAFTING", "APPROVING"):
            self.draft(self.view.state.code)
        return self.made

    def _new(self, template: templates.DocumentTemplate, title: str) -> Document:
        self.made += 1
        last = self.view.events[-1]
        return Document(
            id=self.row.id * BLOCK + self.made, matter_id=self.row.id, template=template.code, template_version=template.version,
            title=title, unit_id=self.row.organ_id, created_at=last.at, updated_at=last.at, fields={},
        )  # fmt: skip

    def issue(self, firing: Firing, title: str) -> None:
        """One issued document: number, template version, frozen data (as `documents.services.issue_for_event`)."""
        rec = firing.records[-1]
        template = templates.by_title(title)
        doc = self._new(template, title)
        data = self.hook.document_data(self.matter, self.view, rec, firing.payload, title)
        if template.code.endswith(".file_catalog"):
            # the hook lists what the database holds; these documents are on their way there
            data["entries"] = [
                [d.title, d.number or "", d.issued_on.isoformat() if d.issued_on else "", "", ""] for d in self.issued
            ]
        self.counts[title] += 1
        written = self.hook.document_number(self.matter, self.view, title) if template.numbered else None
        if isinstance(written, str):
            doc.number = documents._with_suffix(written, self.counts[title])
        elif written is not None:
            doc.number = self.numbers.take(written, rec.on.year, self.matter, rec.at)
        doc.event_seq, doc.issued_on, doc.state, doc.verify_code = rec.seq, rec.on, Document.ISSUED, _code(self.rng)
        fresh = self.story or self.world.now - rec.at < FRESH
        doc.render_state = Document.PENDING if fresh else Document.NONE
        data = {**data, "doc_no": doc.number or "", "issued_on": rec.on.isoformat()}
        if self.matter.case_no:
            data["case_no"] = self.matter.case_no
        doc.body = documents.first_text(template, data)
        doc.frozen = {"data": data, "body": doc.body, "verify_code": doc.verify_code, "issued_on": rec.on.isoformat()}
        if self.hook.needs_signature(title) and rec.role != "CLOCK":
            self._signed(doc, rec, STEPS)
        self.issued.append(doc)
        self.batch.others.append(doc)
        self.batch.commits.append(documents.commitment(doc))

    def draft(self, state: str) -> None:
        """The decision on its way: a draft, or waiting for review or signature."""
        rec = self.view.events[-1]
        template = templates.by_title(DECISION)
        doc = self._new(template, DECISION)
        data = self.hook.document_data(self.matter, self.view, rec, {}, DECISION)
        doc.body = documents.first_text(template, data)
        steps = STEPS[: 1 if state == "DRAFTING" else self.rng.randint(2, 4)]
        doc.state = (Document.DRAFT, Document.REVIEW, Document.APPROVED, Document.SIGNED)[len(steps) - 1]
        self._signed(doc, rec, steps)
        self.batch.others.append(doc)

    def _signed(self, doc: Document, rec: Recorded, steps: tuple[str, ...]) -> None:
        office = self.world.roster.offices[self.row.organ_id]
        officers = [str(s) for s in self.view.facts.get("officers") or ()]
        lead = next((o for o in office.officers if str(o.staff_id) in officers), office.officers[0])
        by = {"DRAFT": lead, "SUBMIT": lead, "APPROVE": office.heads[0], "SIGN": office.organ_heads[0]}
        doc.drafted_by = lead.ref
        doc.reviewed_by = by["APPROVE"].ref if "APPROVE" in steps else ""
        doc.signed_by = by["SIGN"].ref if "SIGN" in steps else ""
        for n, action in enumerate(steps):
            who = by[action]
            self.batch.others.append(
                DocumentRevision(document_id=doc.pk, revision=1, action=action, body=doc.body, fields={}, by=who.ref,
                                 by_label=who.label, at=rec.at - timedelta(minutes=50 - 10 * n))
            )  # fmt: skip


def add(
    batch: Batch, matter: Matter, row: MatterRow, tale: Tale, world: World, numbers: Numbers, *, story: bool
) -> int:
    """Documents of one matter into the batch; how many. Older closed matters get none."""
    last = tale.firings[-1].records[-1]
    if not (story or matter.open or world.now - last.at < RECENT):
        return 0
    return _Writer(batch, matter, row, tale, world, numbers, story).run()
