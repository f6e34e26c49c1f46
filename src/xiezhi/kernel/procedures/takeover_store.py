"""Bringing proved records into the tables: in bulk, each matter whole or not at all, the same record only once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import storage, templates, verify
from xiezhi.kernel.documents.models import Document, StoredFile
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import hooks, store
from xiezhi.kernel.procedures import takeover_quarantine as quarantine
from xiezhi.kernel.procedures.core import Recorded
from xiezhi.kernel.procedures.forms import Bad, parse_date
from xiezhi.kernel.procedures.models import (
    LEVELS,
    Deadline,
    EventPayload,
    Matter,
    MatterEvent,
    MatterOfficer,
    Party,
    SerialUse,
)
from xiezhi.kernel.procedures.takeover import Misfit, Prepared, Record, adapter, digest, prepare
from xiezhi.kernel.procedures.takeover_files import read_folder, report_csv, report_page
from xiezhi.kernel.procedures.takeover_models import TakeoverMisfit, TakeoverRecord, TakeoverRun
from xiezhi.kernel.sealing import seal
from xiezhi.kernel.units.models import Unit

__all__ = ["Names", "Report", "conflicts", "numbers_in_use", "take", "take_over"]

CHUNK = 500
_UNIT_COLUMNS = ("organ", "handling_unit", "respondent")


@dataclass
class Report:
    """What a run did; `misfits` are (source key, misfit)."""

    source: str
    dry: bool
    read: int = 0
    taken: int = 0
    unchanged: int = 0
    changed: list[str] = field(default_factory=list)
    misfits: list[tuple[str, Misfit]] = field(default_factory=list)
    run: TakeoverRun | None = None

    @property
    def misfit_records(self) -> int:
        return len({key for key, _ in self.misfits})

    def counts(self) -> list[tuple[str, int]]:
        return [
            ("读入", self.read), ("可以接收" if self.dry else "接收", self.taken), ("以前已接收", self.unchanged),
            ("来源有变化", len(self.changed)), ("不符", self.misfit_records),
        ]  # fmt: skip

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write report.csv and report.html into the folder."""
        table, page = folder / "report.csv", folder / "report.html"
        report_csv(table, self.misfits, self.changed)
        report_page(
            page, f"接收{'检查' if self.dry else ''}报告：{self.source}", self.counts(), self.misfits, self.changed
        )
        return table, page


class Names:
    """Units and staff by whatever the old system calls them; everything is read once."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.by_id: dict[int, Unit] = {}
        for unit in Unit.objects.order_by("-status", "id"):
            self.by_id[unit.pk] = unit
            for name in (unit.name, unit.short_name, unit.usc or "", str(unit.uid), str(unit.pk)):
                if name:
                    self.units[name] = unit
        self.staff: dict[tuple[str, int], int] = {}
        self.named: dict[str, set[int]] = {}
        for name, unit_id, pk in Staff.objects.values_list("name", "appointments__unit_id", "pk"):
            self.staff[(name, unit_id or 0)] = pk
            self.named.setdefault(name, set()).add(pk)

    def resolve(self, record: Record) -> list[Misfit]:
        out = []
        row = record.matter
        for column in _UNIT_COLUMNS:
            text = row.get(column, "").strip()
            found = self.units.get(text) if text else None
            if found is not None:
                row[f"@{column}"] = str(found.pk)
            elif text or column == "handling_unit":
                if column == "respondent":
                    continue
                reason = f"没有名为“{text}”的机构" if text else "没有填写承办机构"
                out.append(
                    Misfit(
                        "matters",
                        record.row,
                        column,
                        "UNKNOWN_UNIT",
                        reason,
                        "填写平台中的机构全称、统一社会信用代码或者标识",
                    )
                )
        office = int(row.get("@handling_unit") or 0)
        ids = [self._officer(n.strip(), office) for n in re.split(r"[、,，;；]", row.get("officers", "")) if n.strip()]
        row["@officers"] = ",".join(str(i) for i in ids if i)
        return out

    def _officer(self, name: str, office: int) -> int | None:
        """Staff of the office by name; elsewhere only where nobody else has the name."""
        same = self.named.get(name, set())
        return self.staff.get((name, office)) or (next(iter(same)) if len(same) == 1 else None)


def take_over(
    folder: Path,
    *,
    source: str,
    dry: bool = False,
    now: datetime | None = None,
    actor: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Take every record of the folder that fits; `dry` only proves. Running twice changes nothing.

    Raises FilesError when the folder cannot be read.
    """
    now = now or wall.now()
    records, strays = read_folder(folder)
    report = Report(source, dry, read=len(records))
    report.misfits += [("", m) for m in strays]
    known = dict(TakeoverRecord.objects.filter(source=source).values_list("source_key", "digest"))
    fixes, names = quarantine.corrections(source), Names()
    if not dry:
        report.run = TakeoverRun.objects.create(source=source, started_at=now)
    numbers = numbers_in_use(records)
    calendar, overrides = store.calendar(), {}
    ready: list[Prepared] = []
    for done, record in enumerate(records, 1):
        plain = digest(record)
        if record.key in known:
            if known[record.key] == plain:
                report.unchanged += 1
            else:
                report.changed.append(record.key)
            continue
        record.matter = {**record.matter, **fixes.get(record.key, {})}
        bad = names.resolve(record)
        if not bad:
            unit = int(record.matter["@handling_unit"])
            code = record.matter.get("procedure", "").strip().upper()
            if (code, unit) not in overrides and adapter(code) is not None:
                overrides[(code, unit)] = store.overrides(code, unit)
            found = prepare(record, calendar, now, source=source, overrides=overrides.get((code, unit)))
            bad = found if isinstance(found, list) else conflicts(found, numbers)
            if not bad and not isinstance(found, list):
                found.digest = plain
                ready.append(found)
        report.misfits += [(record.key, m) for m in bad]
        if bad and report.run is not None:
            quarantine.keep(report.run, record, bad)
        if len(ready) >= CHUNK:
            take(report, ready, names, folder, now)
            ready = []
        if progress and done % 200 == 0:
            progress(done, len(records))
    take(report, ready, names, folder, now)
    if report.run is not None:
        _finish(report, strays)
    return report


def numbers_in_use(records: Sequence[Record]) -> dict[str, set[str]]:
    cases = [r.matter.get("case_no", "") for r in records if r.matter.get("case_no")]
    docs = [d.get("number", "") for r in records for _, d in r.documents if d.get("number")]
    intakes = [r.matter.get("intake_no", "") for r in records if r.matter.get("intake_no")]
    return {
        "case_no": {n for n in Matter.objects.filter(case_no__in=cases).values_list("case_no", flat=True) if n},
        "intake_no": set(Matter.objects.filter(intake_no__in=intakes).values_list("intake_no", flat=True)),
        "number": {n for n in Document.objects.filter(number__in=docs).values_list("number", flat=True) if n},
    }


def conflicts(found: Prepared, numbers: Mapping[str, set[str]]) -> list[Misfit]:
    """Numbers that are taken, documents without a template, dates that are none."""
    record, out = found.record, []
    for column in ("case_no", "intake_no"):
        value = record.matter.get(column, "")
        if value and value in numbers[column]:
            out.append(
                Misfit(
                    "matters",
                    record.row,
                    column,
                    "NUMBER_TAKEN",
                    f"“{value}”已被另一件使用",
                    "核对编号；同一件不要重复导入",
                )
            )
    for row, doc in record.documents:
        number = doc.get("number", "")
        if number and number in numbers["number"]:
            out.append(Misfit("documents", row, "number", "NUMBER_TAKEN", f"文号“{number}”已被使用", "核对文号"))
        try:
            templates.by_title(doc.get("title", ""))
        except KeyError:
            out.append(
                Misfit(
                    "documents",
                    row,
                    "title",
                    "UNKNOWN_DOCUMENT",
                    f"没有名为“{doc.get('title', '')}”的文书",
                    "改为平台中的文书名称",
                )
            )
        try:
            parse_date(doc.get("issued_on", ""))
        except Bad as bad:
            out.append(Misfit("documents", row, "issued_on", "DATE", str(bad), "填写成文日期"))
    roles = {r.code: r.code for r in found.procedure.roles} | {r.title: r.code for r in found.procedure.roles}
    for row, party in record.parties:
        if party.get("role", "") not in roles:
            out.append(
                Misfit(
                    "parties",
                    row,
                    "role",
                    "UNKNOWN_ROLE",
                    f"没有“{party.get('role', '')}”这种参加人",
                    "填写申请人、被申请人、第三人、委托代理人等",
                )
            )
        elif not party.get("name"):
            out.append(Misfit("parties", row, "name", "REQUIRED", "没有姓名或者名称", "填写姓名或者名称"))
        else:
            party["@role"] = roles[party["role"]]
    if not out:
        for column in ("case_no", "intake_no"):
            if record.matter.get(column):
                numbers[column].add(record.matter[column])
        numbers["number"].update(d["number"] for _, d in record.documents if d.get("number"))
    return out


def take(report: Report, ready: Sequence[Prepared], names: Names, folder: Path, now: datetime) -> None:
    if not ready:
        return
    if report.run is None:
        report.taken += len(ready)
        return
    try:
        with transaction.atomic():
            _insert(report.run, ready, names, folder, now)
        report.taken += len(ready)
        return
    except IntegrityError:
        pass  # one of them clashes with the database: find it by taking them one by one
    for one in ready:
        try:
            with transaction.atomic():
                _insert(report.run, [one], names, folder, now)
            report.taken += 1
        except IntegrityError as error:
            reason = f"与平台已有数据冲突：{str(error).splitlines()[0]}"[:400]
            misfit = Misfit("matters", one.record.row, "", "CONFLICT", reason, "核对编号是否重复")
            report.misfits.append((one.record.key, misfit))
            quarantine.keep(report.run, one.record, [misfit])


def _insert(run: TakeoverRun, ready: Sequence[Prepared], names: Names, folder: Path, now: datetime) -> None:
    pairs = [(p, _matter(p, run.source, names)) for p in ready]
    for prepared, matter in pairs:
        _columns(prepared, matter)
    Matter.objects.bulk_create([m for _, m in pairs], batch_size=500)
    rows = [row for p, m in pairs for row in _events(p, m)]
    MatterEvent.objects.bulk_create(rows, batch_size=2000)
    by_key = {(r.matter_id, r.seq): r for r in rows}
    EventPayload.objects.bulk_create([
        EventPayload(event=by_key[(m.pk, seq)], sealed=seal(said, context="event")) for p, m in pairs for seq, said in p.payloads.items()
    ])  # fmt: skip
    _parties(pairs, names)
    Deadline.objects.bulk_create([
        Deadline(**dict(zip(store.COLUMNS, row, strict=True))) for p, m in pairs for row in store.deadline_rows(m.pk, p.clocks, not m.open)
    ], batch_size=2000)  # fmt: skip
    _officers(pairs)
    documents = _documents(pairs, folder, now)
    TakeoverRecord.objects.bulk_create([
        TakeoverRecord(source=run.source, source_key=p.record.key, matter=m, digest=p.digest, run=run) for p, m in pairs
    ])  # fmt: skip
    for code in {m.procedure for _, m in pairs}:
        found = adapter(code)
        assert found is not None
        details = list(found.details([(p, m) for p, m in pairs if m.procedure == code]))
        if details:
            type(details[0])._default_manager.bulk_create(details, batch_size=1000)
    _serials(pairs)
    ledger.append_many([_commit(m, r) for p, m in pairs for r in p.history] + [_doc_commit(d) for d in documents])
    TakeoverMisfit.objects.filter(
        source=run.source, source_key__in=[p.record.key for p, _ in pairs], resolved_at__isnull=True
    ).update(resolved_at=now)


def _matter(p: Prepared, source: str, names: Names) -> Matter:
    row = p.record.matter
    unit = names.by_id[int(row["@handling_unit"])]
    organ = row.get("@organ")
    people = [party["name"] for _, party in p.record.parties if party.get("@role") == "applicant"]
    line = "、".join(people[:2]) + (f"等{len(people)}人" if len(people) > 2 else "")
    first = p.history[0]
    return Matter(
        procedure=p.procedure.code, version=p.procedure.version, state=p.view.state.code if p.view.state else "",
        intake_no=row.get("intake_no") or f"{source}-{p.record.key}"[:32], case_no=row.get("case_no") or None,
        handling_unit=unit, organ_id=int(organ) if organ else None, opened_on=first.on, state_since=first.on,
        parties_line=line[:200], imported_from=source, **{f"{level}_id": getattr(unit, f"{level}_id") for level in LEVELS},
    )  # fmt: skip


def _columns(p: Prepared, matter: Matter) -> None:
    hook = hooks.of(matter.procedure)
    ends = [(on, state.closed) for _, on, state in p.view.transitions]
    while len(ends) > 1 and ends[-1][1] and ends[-2][1]:
        ends.pop()  # a file that was archived was closed before: the first day counts
    if ends and ends[-1][1]:
        matter.closed_on = ends[-1][0]
    for name, value in store.columns_of(matter, p.view, p.clocks, hook).items():
        setattr(matter, name, value)
    versions = p.procedure.law_versions(p.history[-1].on)
    matter.law_version, matter.regulation_version = versions.get("law", ""), versions.get("regulation", "")
    matter.updated_at = wall.now()
    officers = [int(o) for o in p.view.facts.get("officers") or () if str(o).isdigit()]
    matter.handler_id = officers[0] if officers else None


def _events(p: Prepared, matter: Matter) -> Iterator[MatterEvent]:
    shift = {seq: s.code for seq, _, s in p.view.transitions}
    state = ""
    for rec in p.history:
        to = shift.get(rec.seq, state)
        versions = p.procedure.law_versions(rec.on)
        yield MatterEvent(
            matter=matter, seq=rec.seq, event=rec.event, on=rec.on, at=rec.at, from_state=state, to_state=to, role=rec.role,
            actor=rec.actor, actor_label=rec.label, data=dict(rec.data), law_version=versions.get("law", ""),
            regulation_version=versions.get("regulation", ""),
        )  # fmt: skip
        state = to


_OPEN_COLUMNS = ("kind", "role", "name", "@role", "source_key", "acts_for", "e_service", "valid_from", "valid_to")


def _parties(pairs: Sequence[tuple[Prepared, Matter]], names: Names) -> None:
    first: list[tuple[Party, str, dict[str, Party]]] = []
    later: list[tuple[Party, str, dict[str, Party]]] = []
    for p, matter in pairs:
        on = p.history[0].on
        mine: dict[str, Party] = {}
        for _, raw in p.record.parties:
            unit = (
                names.units.get(raw["name"]) if raw["@role"] in ("respondent", "norm_issuer", "penalty_organ") else None
            )
            sealed = {k: v for k, v in raw.items() if k not in _OPEN_COLUMNS and v}
            party = Party(
                matter=matter, role=raw["@role"], kind=raw.get("kind") or "CITIZEN", name=raw["name"][:120], unit=unit,
                sealed=seal(sealed, context="party") if sealed else None, valid_from=on,
                e_service=raw.get("e_service", "").strip() in ("是", "1", "true", "Y", "y"),
            )  # fmt: skip
            mine.setdefault(party.name, party)
            (later if raw.get("acts_for") else first).append((party, raw.get("acts_for", ""), mine))
        roles = {raw["@role"] for _, raw in p.record.parties}
        found = adapter(matter.procedure)
        assert found is not None
        for extra in found.parties(p.record.matter):
            if extra["role"] not in roles:
                first.append((Party(matter=matter, valid_from=on, **extra), "", mine))
    Party.objects.bulk_create([party for party, _, _ in first], batch_size=2000)
    for party, whom, mine in later:
        party.acts_for = mine.get(whom) if mine.get(whom) is not party else None
    Party.objects.bulk_create([party for party, _, _ in later], batch_size=2000)


def _officers(pairs: Sequence[tuple[Prepared, Matter]]) -> None:
    rows = []
    for p, matter in pairs:
        officers = [int(o) for o in p.view.facts.get("officers") or () if str(o).isdigit()]
        rows += [
            MatterOfficer(matter=matter, staff_id=pk, lead=n == 0, valid_from=matter.opened_on)
            for n, pk in enumerate(officers)
        ]
    MatterOfficer.objects.bulk_create(rows, batch_size=2000)


def _documents(pairs: Sequence[tuple[Prepared, Matter]], folder: Path, now: datetime) -> list[Document]:
    rows = []
    for p, matter in pairs:
        for _, raw in p.record.documents:
            template = templates.by_title(raw["title"])
            on = parse_date(raw["issued_on"])
            file = _file(folder, raw.get("file", ""))
            seq = next((r.seq for r in reversed(p.history) if r.on <= on), 1)
            rows.append(Document(
                matter=matter, event_seq=seq, template=template.code, template_version=template.version, title=raw["title"],
                number=raw.get("number") or None, state=Document.ISSUED, issued_on=on, verify_code=verify.new_code(),
                frozen={"imported": True, "data": {"issued_on": on.isoformat(), "doc_no": raw.get("number", "")}},
                render_state=Document.DONE if file else Document.NONE, file=file, unit_id=matter.organ_id or matter.handling_unit_id,
                updated_at=now,
            ))  # fmt: skip
    return Document.objects.bulk_create(rows, batch_size=1000)


def _file(folder: Path, name: str) -> StoredFile | None:
    """A scanned document beside the tables. A name that leaves the folder, or no such file: the row stays without one."""
    if not name:
        return None
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return None
    with path.open("rb") as stream:
        sha256 = storage.put(stream).rsplit("/", 1)[1]
    kind = "application/pdf" if path.suffix.lower() == ".pdf" else "application/octet-stream"
    return StoredFile.objects.get_or_create(sha256=sha256, defaults={"size": path.stat().st_size, "media_type": kind})[
        0
    ]


def _serials(pairs: Sequence[tuple[Prepared, Matter]]) -> None:
    """Old numbers are taken: counters move past them and every one is logged, so that none is given again."""
    top: dict[tuple[str, int], int] = {}
    uses = []
    for _, matter in pairs:
        found = adapter(matter.procedure)
        if not matter.case_no or found is None:
            continue
        series = found.series(matter.organ_id or matter.handling_unit_id, matter.case_no)
        if series is None:
            continue
        name, year, serial = series
        top[(name, year)] = max(serial, top.get((name, year), 0))
        uses.append(SerialUse(series=name, year=year, serial=serial, number=matter.case_no, status="USED",
                              object_type="matter", object_id=str(matter.pk)))  # fmt: skip
    SerialUse.objects.bulk_create(uses, ignore_conflicts=True, batch_size=2000)
    order = sorted(top)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procedures_serial (series, year, last)
            SELECT * FROM unnest(%s::text[], %s::int[], %s::int[]) ORDER BY 1, 2
            ON CONFLICT (series, year) DO UPDATE SET last = GREATEST(procedures_serial.last, EXCLUDED.last)
            """,
            [[s for s, _ in order], [y for _, y in order], [top[k] for k in order]],
        )


def _commit(matter: Matter, r: Recorded) -> ledger.Commit:
    body = {"matter": str(matter.public_id), "seq": r.seq, "event": r.event, "on": r.on.isoformat(), "at": r.at.isoformat(),
            "role": r.role, "actor": r.actor, "data": r.data}  # fmt: skip
    return ledger.Commit("event", body, "event", f"{matter.pk}/{r.seq}")


def _doc_commit(doc: Document) -> ledger.Commit:
    from xiezhi.kernel.documents.services import commitment

    return commitment(doc)


def _finish(report: Report, strays: Sequence[Misfit]) -> None:
    run = report.run
    assert run is not None
    TakeoverMisfit.objects.filter(source=run.source, source_key="", resolved_at__isnull=True).update(
        resolved_at=run.started_at
    )
    TakeoverMisfit.objects.bulk_create([
        TakeoverMisfit(source=run.source, source_key="", file=m.file, row=m.row, field=m.field, code=m.code, reason=m.reason,
                       advice=m.advice, run=run) for m in strays
    ])  # fmt: skip
    run.read, run.taken, run.unchanged = report.read, report.taken, report.unchanged
    run.changed, run.misfits, run.ended_at = len(report.changed), report.misfit_records, wall.now()
    run.save()
