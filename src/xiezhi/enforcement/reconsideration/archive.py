"""案卷: a matter in one sealed file that anybody can check, and its place in the archive.

The file holds the table of contents, the history as JSON and as a page to read, every document and piece of material,
proofs of service, clocks with their reasons, and each record with its proof that the ledger has it.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.html import escape

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar.counting import add_months
from xiezhi.kernel.documents import archive as package
from xiezhi.kernel.documents import numbering, produce, storage
from xiezhi.kernel.documents.models import Attachment, Delivery, Document, StoredFile
from xiezhi.kernel.ledger import records as ledger_records
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.models import Salt
from xiezhi.kernel.ledger.policy import NONE
from xiezhi.kernel.ledger.publisher import load_policy
from xiezhi.kernel.procedures import retention, selectors, store
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party
from xiezhi.kernel.sealing import unseal

from .models import ArchiveRecord, DestructionRecord, ReconsiderationCase

__all__ = [
    "archive_matter", "catalog_rows", "destroy_matter", "due_for_destruction", "export_matter", "propose_destruction",
    "verify_package",
]  # fmt: skip

ROLES = {
    "applicant": "申请人", "agent": "代理人", "guardian": "法定代理人", "representative": "代表人", "respondent": "被申请人",
    "third_party": "第三人", "case_officer": "行政复议机构", "office_head": "行政复议机构", "platform": "在线平台",
}  # fmt: skip
HEAD = ("名称", "文号或者来源", "日期", "页次", "备注")


def catalog_rows(matter: Matter) -> list[list[str]]:
    """Rows of 案卷目录: name, number or source, date, pages, remark; documents and material in order of time."""
    rows: list[tuple[str, int, list[str]]] = []
    for doc in Document.objects.filter(matter=matter, state__in=[Document.ISSUED, Document.VOID]).order_by("id"):
        day = doc.issued_on.isoformat() if doc.issued_on else ""
        rows.append((day, 0, [doc.title, doc.number or "", day, "", "已作废" if doc.state == Document.VOID else ""]))
    items = (
        Attachment.objects.filter(matter=matter, withdrawn_at__isnull=True).exclude(folder="INTERNAL").order_by("id")
    )
    for item in items:
        day = item.submitted_on.isoformat()
        note = "调解材料" if item.folder == "MEDIATION" else "逾期提交" if item.late else ""
        rows.append((day, 1, [item.name, ROLES.get(item.submitted_role, item.submitted_role), day, "", note]))
    return [row for _, _, row in sorted(rows, key=lambda r: (r[0], r[1]))]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode("utf-8")


def _safe(name: str) -> str:
    """A file name that is safe in every archive tool; keeps Chinese."""
    import unicodedata

    clean = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", unicodedata.normalize("NFC", name)).strip(" .") or "file"
    while len(clean.encode()) > 150:
        clean = clean[:-1]
    return "".join(c for c in clean if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def _history(matter: Matter, state: selectors.MatterState) -> list[dict[str, Any]]:
    payloads = store.payloads_of(matter)
    events = state.procedure.events
    return [
        {
            "seq": r.seq, "event": r.event, "title": events[r.event].title if r.event in events else r.event,
            "on": r.on.isoformat(), "at": r.at.isoformat(), "role": r.role, "actor": r.actor, "label": r.label,
            "data": dict(r.data), "personal": payloads.get(r.seq, {}), "basis": events[r.event].basis if r.event in events else "",
        }
        for r in state.history
    ]  # fmt: skip


def _parties(matter: Matter) -> list[dict[str, Any]]:
    return [
        {
            "id": p.pk, "role": p.role, "kind": p.kind, "name": p.name, "acts_for": p.acts_for_id, "detail": p.detail,
            "personal": unseal(p.sealed, context="party") if p.sealed else {}, "e_service": p.e_service,
            "unit": p.unit.name if p.unit else None, "from": p.valid_from.isoformat(),
            "to": p.valid_to.isoformat() if p.valid_to else None,
        }
        for p in Party.objects.filter(matter=matter).select_related("unit").order_by("id")
    ]  # fmt: skip


def _clocks(state: selectors.MatterState) -> list[dict[str, Any]]:
    return [
        {
            "term": c.term.id, "title": c.term.title, "basis": c.term.basis, "started_on": c.started_on.isoformat(),
            "nominal": c.nominal.isoformat() if c.nominal else None, "legal": c.legal.isoformat() if c.legal else None,
            "status": c.status.value, "met_on": c.met_on.isoformat() if c.met_on else None, "provisional": c.provisional,
            "reasons": [str(getattr(r, "text", r)) for r in c.reasons],
        }
        for c in state.clocks
    ]  # fmt: skip


def _deliveries(matter: Matter) -> list[dict[str, Any]]:
    found = Delivery.objects.filter(document__matter=matter).select_related("document", "party").order_by("id")
    return [
        {
            "document": d.document.title, "number": d.document.number, "party": d.party.name if d.party else "",
            "method": dict(Delivery.METHODS).get(d.method, d.method), "sent_on": d.sent_on.isoformat(),
            "served_on": d.served_on.isoformat() if d.served_on else None, "reason": d.reason, "witnesses": d.witnesses,
        }
        for d in found
    ]  # fmt: skip


def _proofs(matter: Matter) -> list[dict[str, Any]]:
    """What is committed to in the ledger, with salts: SHA-256 over prefix, kind, salt and canonical JSON."""
    rows = {e.seq: e for e in MatterEvent.objects.filter(matter=matter)}
    documents = {str(d.pk): d for d in Document.objects.filter(matter=matter).select_related("file")}
    keys = [f"{matter.pk}/{seq}" for seq in rows]
    out = []
    events = Salt.objects.select_related("entry").filter(object_type="event", object_id__in=keys)
    for salt in events.order_by("entry_id"):
        row = rows[int(salt.object_id.partition("/")[2])]
        record: dict[str, Any] = {
            "matter": str(matter.public_id), "seq": row.seq, "event": row.event, "on": row.on.isoformat(),
            "at": store.recorded(row).at.isoformat(), "role": row.role, "actor": row.actor, "data": row.data,
        }  # fmt: skip
        out.append(_proof(salt, record))
    said = Salt.objects.select_related("entry").filter(
        object_type__in=["document", "file"], object_id__in=list(documents)
    )
    for salt in said.order_by("entry_id"):
        doc = documents[salt.object_id]
        told = list(_document_records(doc, salt.entry.kind))
        # One that opens nothing goes in as well: whoever checks the file is to see that it was changed.
        if told:
            out.append(_proof(salt, next((r for r in told if _opens(salt, r)), told[0])))
    return out


def _document_records(doc: Document, kind: str) -> Iterator[dict[str, Any]]:
    """What the ledger may have been told of a document: its issue or its withdrawal; of its file, the digest."""
    if kind == "file":
        if doc.file is not None:
            yield produce.file_payload(doc, doc.file.sha256)
        return
    yield {
        "document": doc.pk, "template": doc.template, "version": doc.template_version, "number": doc.number,
        "frozen": doc.frozen,
    }  # fmt: skip
    if doc.revoked_on is not None:
        yield {"document": doc.pk, "revoked_on": doc.revoked_on.isoformat()}


def _opens(salt: Salt, record: dict[str, Any]) -> bool:
    return ledger.verify(salt.entry.kind, record, bytes(salt.salt), bytes(salt.entry.commitment))


def _proof(salt: Salt, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry": salt.entry_id, "kind": salt.entry.kind, "commitment": bytes(salt.entry.commitment).hex(),
        "salt": bytes(salt.salt).hex(), "record": record, "at": salt.entry.created_at,
    }  # fmt: skip


def _records(proofs: list[dict[str, Any]]) -> Iterator[package.Entry]:
    """Each record with its proof as one file that `xiezhi-verify record` and the ledger's page check, and the keys to it."""
    for n, one in enumerate(proofs, 1):
        kept = ledger.Kept(
            one["entry"], one["kind"], bytes.fromhex(one["commitment"]), bytes.fromhex(one["salt"]), one["at"]
        )
        yield f"ledger/{n:03d}-{one['kind']}.json", ledger_records.record_file(kept, one["record"])


def _table(head: tuple[str, ...], rows: list[list[Any]]) -> str:
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(str(c if c is not None else ''))}</td>" for c in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr>{cells}</table>"


def _page(matter: Matter, catalog: list[list[str]], history: list[dict[str, Any]], parties: list[dict[str, Any]],
          clocks: list[dict[str, Any]]) -> bytes:  # fmt: skip
    """The file as a page: everything a reader needs without any program but a browser."""
    body = [
        f"<h1>{escape(matter.number)} 行政复议案卷</h1><p>{escape(matter.subject)}</p><p>状态：{escape(matter.state_title)}</p>",
        "<h2>案卷目录</h2>", _table(("序号", *HEAD), [[i, *r] for i, r in enumerate(catalog, 1)]),
        "<h2>参加人</h2>", _table(("身份", "姓名或者名称", "自", "至"), [[ROLES.get(p["role"], p["role"]), p["name"], p["from"], p["to"]] for p in parties]),
        "<h2>办理经过</h2>", _table(
            ("序号", "日期", "事项", "办理人", "依据"), [[h["seq"], h["on"], h["title"], h["label"], h["basis"]] for h in history]),
        "<h2>期限</h2>", _table(
            ("期限", "起算日", "到期日", "状态", "说明"),
            [[c["title"], c["started_on"], c["legal"], c["status"], "；".join(c["reasons"])] for c in clocks]),
    ]  # fmt: skip
    style = "body{font-family:serif;margin:2em;line-height:1.6}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em .6em;text-align:left}"
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{escape(matter.number)}</title>'
        f"<style>{style}</style></head><body>{''.join(body)}</body></html>"
    ).encode()


def _entries(matter: Matter) -> Iterator[package.Entry]:
    state = selectors.matter_state(matter)
    catalog, history, parties, clocks = catalog_rows(matter), _history(matter, state), _parties(matter), _clocks(state)
    yield "index.html", _page(matter, catalog, history, parties, clocks)
    yield "catalog.json", _json([dict(zip(HEAD, row, strict=True)) for row in catalog])
    yield "history.json", _json(history)
    yield "parties.json", _json(parties)
    yield "clocks.json", _json(clocks)
    yield "deliveries.json", _json(_deliveries(matter))
    proofs = _proofs(matter)
    yield "ledger.json", _json(proofs)
    yield from _records(proofs)
    for n, doc in enumerate(
        Document.objects.filter(matter=matter, state__in=[Document.ISSUED, Document.VOID])
        .select_related("file")
        .order_by("id"),
        1,
    ):
        stem = f"documents/{n:03d}-{_safe(doc.title)}"
        if doc.file is not None:
            yield f"{stem}.pdf", storage.open_verified(storage.key_for(doc.file.sha256))
        else:
            yield f"{stem}.json", _json({"number": doc.number, "frozen": doc.frozen})
    for n, item in enumerate(
        Attachment.objects.filter(matter=matter, withdrawn_at__isnull=True).select_related("file").order_by("id"), 1
    ):
        folder = {"FILE": "material", "MEDIATION": "mediation", "INTERNAL": "internal"}[item.folder]
        yield f"{folder}/{n:03d}-{_safe(item.name)}", storage.open_verified(storage.key_for(item.file.sha256))


def export_matter(matter: Matter) -> Iterator[bytes]:
    """The matter as one signed ZIP, in pieces. The unit that decides signs the manifest."""
    unit = matter.organ or matter.handling_unit
    meta = {
        "matter": str(matter.public_id), "number": matter.number, "procedure": matter.procedure, "version": matter.version,
        "state": matter.state, "events": matter.seq, "unit": unit.name, "made_at": wall.now().isoformat(),
    }  # fmt: skip
    credential = produce.credential(unit)
    return package.build_archive(
        _entries(matter), meta, lambda manifest: produce.signer().sign_detached(manifest, credential)
    )


def verify_package(source: IO[bytes] | bytes, *, trusted: list[bytes] | None = None) -> list[package.Problem]:
    """What is wrong with an exported file; an empty list means whole, signed, and its records proved by the ledger.

    `trusted` are root certificates (PEM) of another installation; its ledger's keys are not known here then, and of its
    proofs only the way from record to checkpoint is checked (their signatures: `xiezhi-verify`).
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    problems = package.verify_archive(file, trusted if trusted is not None else [produce.authority().root()])
    if any(p.code == "unreadable" for p in problems):
        return problems
    return [*problems, *_wrong_records(file, own=trusted is None)]


def _wrong_records(file: IO[bytes], *, own: bool) -> Iterator[package.Problem]:
    keys = ledger_records.own_keys() if own else None
    policy = load_policy() if own else NONE
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if not re.fullmatch(r"ledger/[0-9]{3,}-[a-z]+\.json", name):
                continue
            try:
                ledger_records.judge(package.read_small(archive, name), keys, policy)
            except (ValueError, OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
                yield package.Problem("not_in_ledger", name, "记录与账本的证明对不上")


def _keep_until(years: int, on: date) -> date | None:
    return add_months(on, 12 * years) if years else None


def archive_matter(
    matter: Matter, actor: Actor, *, volumes: int = 1, pages: int | None = None, request_key: str | None = None
) -> ArchiveRecord:
    """归档: the event, the sealed file in the store, and the record of how long it is kept. Raises Refused."""
    with transaction.atomic():
        known = ArchiveRecord.objects.filter(matter=matter).first()
        if known is not None:
            return known
        pieces = len(catalog_rows(matter))
        done = procedures.fire_event(
            matter.pk, "archived", actor, {"volume": volumes, "pages": pages or pieces}, request_key=request_key
        )
        return keep_archive(done, actor)


def keep_archive(done: procedures.Outcome, actor: Actor) -> ArchiveRecord:
    """The sealed file and the record of how long it is kept, in the transaction of the event. Raises Refused."""
    fresh = done.matter
    assert done.effects is not None
    with transaction.atomic():
        known = ArchiveRecord.objects.filter(matter=fresh).first()
        if known is not None:
            return known
        waiting = Document.objects.filter(
            matter=fresh, state=Document.ISSUED, render_state__in=[Document.PENDING, Document.FAILED]
        )
        first = waiting.exclude(
            event_seq=done.effects.event.seq
        ).first()  # the catalog of the event itself comes right after
        if first is not None:
            raise Refused(
                [Problem("NOT_RENDERED", f"《{first.title}》还没有制作完成，完成后再归档", "", "档案法 第14条")]
            )
        pieces = len(catalog_rows(fresh))
        on = done.effects.event.on
        years = int(done.effects.view.param("retention_years") or 0)
        serial = numbering.take(f"archive:{fresh.handling_unit_id}:{fresh.procedure}", on.year)
        retention = f"D{years}" if years else "Y"
        number = f"{fresh.procedure}·{on.year}-{retention}-{fresh.handling_unit_id}-{serial:05d}"
        file = _store(fresh)
        return ArchiveRecord.objects.create(
            matter=fresh, archive_no=number, retention=retention, archived_on=on, keep_until=_keep_until(years, on), pieces=pieces,
            package=file, package_sha256=file.sha256, made_by=actor.ref, made_at=wall.now(),
        )  # fmt: skip


def _store(matter: Matter) -> StoredFile:
    with tempfile.TemporaryFile() as spool:
        size = 0
        for piece in export_matter(matter):
            size += len(piece)
            spool.write(piece)
        spool.seek(0)
        sha256 = storage.put(spool).rsplit("/", 1)[1]
    file, _ = StoredFile.objects.get_or_create(sha256=sha256, defaults={"size": size, "media_type": "application/zip"})
    return file


def due_for_destruction(today: date | None = None) -> Any:
    """Archived files whose retention is full, oldest first, with their records. Permanent ones never appear."""
    full = Matter.objects.filter(state="ARCHIVED", archive__keep_until__lt=today or wall.today())
    return full.select_related("archive").order_by("archive__keep_until", "id")


def propose_destruction(matters: Iterable[Matter], actor: Actor, reason: str, *, request_key: str | None = None) -> int:
    """提出销毁: one entry a matter; refused as a whole where one is not due. Returns how many."""
    done = 0
    with transaction.atomic():
        for matter in matters:
            key = f"{request_key}:{matter.pk}" if request_key else None
            procedures.fire_event(matter.pk, "destruction_proposed", actor, {"reason": reason}, request_key=key)
            done += 1
    return done


def destroy_matter(
    matter: Matter, actor: Actor, opinion: str = "", *, request_key: str | None = None
) -> DestructionRecord:
    """批准销毁 by a second person, then forget. The history and this record remain. Raises Refused.

    The approval commits first; erasing can be repeated until it is complete, so a failure between the two loses nothing.
    """
    known = DestructionRecord.objects.filter(matter=matter).first()
    if known is not None:
        return known
    archived = ArchiveRecord.objects.filter(matter=matter).select_related("package").first()
    if archived is None or archived.keep_until is None:
        raise Refused([Problem("RETENTION_PERMANENT", "没有归档或者永久保管的案卷不得销毁", "", "档案法 第21条")])
    fresh = Matter.objects.get(pk=matter.pk)
    if fresh.state != "DESTROYED":
        procedures.fire_event(matter.pk, "destruction_approved", actor, {"opinion": opinion}, request_key=request_key)
        fresh = Matter.objects.get(pk=matter.pk)
    proposed = MatterEvent.objects.filter(matter=fresh, event="destruction_proposed").order_by("-seq").first()
    approved = MatterEvent.objects.filter(matter=fresh, event="destruction_approved").order_by("-seq").first()
    package_file, archived.package = archived.package, None
    archived.save(update_fields=["package"])
    counts = retention.erase(fresh)
    ReconsiderationCase.objects.filter(pk=fresh.pk).update(applicant_key="", act_doc_no="", act_key="")
    if package_file is not None and not Document.objects.filter(file=package_file).exists():
        package_file.delete()
        default_storage.delete(storage.key_for(package_file.sha256))
    return DestructionRecord.objects.create(
        matter=fresh, archive_no=archived.archive_no, case_no=fresh.case_no or "", archived_on=archived.archived_on,
        keep_until=archived.keep_until, package_sha256=archived.package_sha256, proposed_by=proposed.actor if proposed else "",
        approved_by=approved.actor if approved else actor.ref, destroyed_at=wall.now(), counts=asdict(counts),
    )  # fmt: skip
