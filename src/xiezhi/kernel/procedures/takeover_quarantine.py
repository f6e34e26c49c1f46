"""接收待处理: records of an old system that did not fit, with the row, the reason, corrections, and one more try."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.takeover import Misfit, Record, adapter, digest, prepare
from xiezhi.kernel.procedures.takeover_models import TakeoverMisfit, TakeoverRecord, TakeoverRun
from xiezhi.kernel.sealing import seal, unseal

__all__ = ["correct", "corrections", "keep", "misfits", "raw_of", "retry"]


def corrections(source: str) -> dict[str, dict[str, str]]:
    """What was corrected for the records of a source, by their key."""
    found: dict[str, dict[str, str]] = {}
    rows = TakeoverMisfit.objects.filter(source=source, resolved_at__isnull=True).exclude(correction={})
    for key, fix in rows.order_by("id").values_list("source_key", "correction"):
        found.setdefault(key, {}).update(fix)
    return found


def keep(run: TakeoverRun, record: Record, found: Iterable[Misfit]) -> None:
    """Put a record aside with every reason; corrections made before stay with it."""
    earlier = TakeoverMisfit.objects.filter(source=run.source, source_key=record.key, resolved_at__isnull=True)
    kept: dict[str, Any] = {}
    for fix in earlier.order_by("id").values_list("correction", flat=True):
        kept.update(fix)
    earlier.update(resolved_at=run.started_at)
    raw = {"matter": record.matter, "events": record.events, "parties": record.parties, "documents": record.documents}
    TakeoverMisfit.objects.bulk_create([
        TakeoverMisfit(
            source=run.source, source_key=record.key, file=m.file, row=m.row, field=m.field[:60], code=m.code, reason=m.reason[:400],
            advice=m.advice[:300], raw=seal(raw, context="takeover"), correction=kept, run=run,
        )
        for m in found
    ])  # fmt: skip


def misfits(source: str = "") -> Any:
    """Rows that still wait for somebody, newest run first."""
    rows = TakeoverMisfit.objects.filter(resolved_at__isnull=True).select_related("run").order_by("-run_id", "id")
    return rows.filter(source=source) if source else rows


def raw_of(misfit: TakeoverMisfit) -> dict[str, Any]:
    """The record as it was read; empty for rows that belong to no matter."""
    found: dict[str, Any] = unseal(misfit.raw, context="takeover") if misfit.raw else {}
    return found


def correct(misfit: TakeoverMisfit, values: Mapping[str, str], by: str) -> TakeoverMisfit:
    """更正: columns of the matter's row that the next run uses instead of the old ones. Raises ValueError on unknown names."""
    known = set(raw_of(misfit).get("matter", {}))
    strange = [k for k in values if k.startswith("@") or (known and k not in known and not re.fullmatch(r"[a-z_]+", k))]
    if strange:
        raise ValueError(f"没有这些列：{'、'.join(strange)}")
    misfit.correction = {**misfit.correction, **{k: str(v) for k, v in values.items()}}
    misfit.corrected_by = by[:64]
    misfit.save(update_fields=["correction", "corrected_by"])
    return misfit


def _record(misfit: TakeoverMisfit) -> Record:
    raw = raw_of(misfit)

    def rows(name: str) -> list[tuple[int, dict[str, str]]]:
        return [(int(n), dict(row)) for n, row in raw.get(name, ())]

    matter = {k: v for k, v in raw["matter"].items() if not k.startswith("@")}
    return Record(misfit.source_key, misfit.row, matter, rows("events"), rows("parties"), rows("documents"))


def retry(misfit: TakeoverMisfit) -> list[Misfit]:
    """再接收一次: prove the one record again with its corrections, and take it in when it fits.

    Returns what still does not fit; nothing when it was taken in. Raises ValueError where it cannot be tried from here:
    the row belongs to no matter, or its documents' files lie with the old system.
    """
    from xiezhi.kernel.procedures import takeover_store as takeover

    if not misfit.raw or not misfit.source_key:
        raise ValueError("这一行不属于任何一件办件，请改正来源文件后重新接收")
    record = _record(misfit)
    if any(d.get("file") for _row, d in record.documents):
        raise ValueError("这件的文书附有文件，请改正后在服务器上重新运行接收命令")
    if TakeoverRecord.objects.filter(source=misfit.source, source_key=misfit.source_key).exists():
        raise ValueError("这件已经接收")
    now, names, plain = wall.now(), takeover.Names(), digest(record)
    record.matter = {**record.matter, **corrections(misfit.source).get(record.key, {})}
    bad = names.resolve(record)
    run = TakeoverRun.objects.create(source=misfit.source, started_at=now, read=1)
    if not bad:
        code = record.matter.get("procedure", "").strip().upper()
        rules = store.overrides(code, int(record.matter["@handling_unit"])) if adapter(code) is not None else None
        found = prepare(record, store.calendar(), now, source=misfit.source, overrides=rules)
        bad = found if isinstance(found, list) else takeover.conflicts(found, takeover.numbers_in_use([record]))
        if not bad and not isinstance(found, list):
            found.digest = plain
            report = takeover.Report(misfit.source, False, run=run)
            takeover.take(report, [found], names, Path(), now)
            bad = [m for _key, m in report.misfits]  # kept aside already: somebody took the number meanwhile
        else:
            keep(run, record, bad)
    else:
        keep(run, record, bad)
    run.taken, run.misfits, run.ended_at = int(not bad), int(bool(bad)), wall.now()
    run.save()
    return list(bad)
