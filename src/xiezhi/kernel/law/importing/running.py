"""One import from beginning to end.

Texts are stored in batches, each a transaction that leaves the library consistent: a kill at any moment loses at most the
batch under way, and the next run finishes the work, what follows an import included. One run at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.law import structure
from xiezhi.kernel.law.importing import clauses, follow, periods, plan, sources, store
from xiezhi.kernel.law.importing.follow import Progress
from xiezhi.kernel.law.importing.sources import Raw, Refused
from xiezhi.kernel.law.models import Import, ImportNote, Version
from xiezhi.kernel.law.structure import Finding

__all__ = ["Busy", "locked", "run", "run_raws"]

BATCH = 150
_LOCK = 0x6C61775F696D70  # law_imp


class Busy(RuntimeError):
    """Another import is running."""


def _silent(stage: str, done: int, total: int) -> None:
    return None


@contextmanager
def locked() -> Iterator[None]:
    """Hold the lock of imports. The server frees it when the process dies. Raises Busy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise Busy("另一次导入正在进行")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def run(place: str, progress: Progress = _silent, *, again: bool = False, fetch: bool = True) -> Import:
    """Import what lies at a path or the address of a git repository. `again` divides texts anew that did not change, after
    the parser learned something. Raises BadSource, Busy."""
    source = sources.at(str(place), fetch=fetch)
    with locked():
        return _run(source, source.name, progress, again)


def run_raws(raws: Iterable[Raw | Refused], name: str, progress: Progress = _silent, *, again: bool = False) -> Import:
    """Import texts that the caller read. Raises Busy."""
    with locked():
        return _run(raws, name, progress, again)


def _run(source: Iterable[Raw | Refused], name: str, progress: Progress, again: bool) -> Import:
    begun = clock.now()
    unfinished = list(Import.objects.filter(finished_at=None).order_by("pk"))
    raws, refused = _read(source, progress)
    run = Import.objects.create(source=name[:400], started_at=begun)
    live = _open_ended()
    refusals = [r for r in refused if not r.passed]
    run.refused = len(refusals)
    run.read = len(raws) + len(refusals)
    told = [(r.key, Finding(r.code, "来源" if r.passed else "未导入", r.detail)) for r in refused]
    ImportNote.objects.bulk_create([n for key, f in told for n in store.notes(run, key, [f])], batch_size=500)
    run.save(update_fields=["refused", "read"])
    came = _store(run, raws, progress, again)
    with transaction.atomic():
        if came.versions or unfinished:
            progress("计算效力期间", 0, 1)
            ends = periods.Ends.read()
            periods.settle(None, ends)
            if periods.from_amendments():
                periods.settle(None, ends)
            progress("计算效力期间", 1, 1)
    repealed = sorted(live - _open_ended())
    came = _with_interrupted(came, unfinished, repealed)
    if came.versions or unfinished:
        follow.call(came, progress)
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at"])
    for other in unfinished:
        store_note = Finding("interrupted", "全部", f"这次导入中途停止，由第{run.pk}次导入补完")
        ImportNote.objects.bulk_create(store.notes(other, other.source, [store_note]))
        Import.objects.filter(pk=other.pk).update(finished_at=run.finished_at)
    return run


def _read(source: Iterable[Raw | Refused], progress: Progress) -> tuple[list[Raw], list[Refused]]:
    raws: list[Raw] = []
    refused: list[Refused] = []
    progress("读取来源", 0, 0)
    for number, one in enumerate(source, 1):
        if isinstance(one, Refused):
            refused.append(one)
        else:
            raws.append(one)
        if number % 200 == 0:
            progress("读取来源", number, 0)
    progress("读取来源", len(raws) + len(refused), len(raws) + len(refused))
    return raws, refused


def _store(run: Import, raws: Sequence[Raw], progress: Progress, again: bool) -> follow.Came:
    known = store.Known.read()
    ends = periods.Ends.read()
    every = plan.groups(plan.joined(raws))
    total = len(every)
    added: list[int] = []
    changed: list[int] = []
    waiting: list[tuple[plan.Text, store.Held | None]] = []
    facts: list[tuple[int, dict[str, object]]] = []
    lesser: list[ImportNote] = []
    progress("解析和入库", 0, total)

    def flush() -> None:
        if not (waiting or facts or lesser):
            return
        with transaction.atomic():
            done = store.write(run, waiting, known, clock.now())
            for pk, values in facts:
                Version.objects.filter(pk=pk).update(**values)
            ImportNote.objects.bulk_create(lesser)
            acts = done.acts | set(Version.objects.filter(pk__in=[pk for pk, _ in facts]).values_list("act", flat=True))
            acts.update(periods.names_to_acts(_ends(ends, waiting, known)))
            periods.settle(sorted(acts), ends)
            run.added += len(done.added)
            run.changed += len(done.changed) + len(facts)
            run.save(update_fields=["added", "changed", "same", "refused"])
        added.extend(done.added)
        changed.extend(done.changed)
        waiting.clear()
        facts.clear()
        lesser.clear()

    for number, (name, promulgated, members) in enumerate(every, 1):
        held = known.find(name, promulgated, [m.key for m in members])
        text, verdict = _decide(name, members, held, again)
        if text is not None and not any(p.text for p in text.document.provisions):
            run.refused += 1
            told = Finding("no_text", "未导入", "只有标题和题注，没有正文")
            lesser += store.notes(run, text.raw.key, [told])
        elif verdict == "write":
            assert text is not None
            waiting.append((text, held))
        else:
            assert held is not None
            run.same += 1
            raw = text.raw if text is not None else members[0]
            values = _facts(held, raw)
            if values:
                facts.append((held.pk, values))
                run.same -= 1
                lesser += store.notes(run, raw.key, [Finding("facts_changed", "日期", _said(values))], held.pk)
            if verdict == "lesser" and text is not None:
                told = Finding(
                    "double",
                    "全文",
                    f"与已入库的文本（{held.source_key}）是同一版本，未取代它；本文本{text.articles}条，已入库的{held.articles}条",
                )
                lesser += store.notes(run, raw.key, [told], held.pk)
        if len(waiting) >= BATCH:
            flush()
            progress("解析和入库", number, total)
    flush()
    run.save(update_fields=["added", "changed", "same", "refused"])
    progress("解析和入库", total, total)
    return follow.Came(added, changed)


def _decide(name: str, members: Sequence[Raw], held: store.Held | None, again: bool) -> tuple[plan.Text | None, str]:
    """(the text if it was divided, what to do with it): write, same, or lesser than the one in the library."""
    if held is not None and len(members) == 1 and not again and held.hash == plan.text_hash(members[0].text):
        return None, "same"
    text = plan.prepare(name, members)
    if held is None:
        return text, "write"
    if held.hash == text.hash:
        return text, "write" if again else "same"
    if held.source_key == text.raw.key:
        return text, "write"
    best = Version.objects.get(pk=held.pk)
    other = plan.prepare(name, [_raw_of(best)])
    return (text, "write") if plan.better(text, other) else (text, "lesser")


def _raw_of(version: Version) -> Raw:
    return Raw(
        source=version.source, key=version.source_key, title=version.act.full, category="", text=version.text,
        promulgated=version.promulgated, effective=version.effective, notes=tuple(version.notes),
    )  # fmt: skip


def _facts(held: store.Held, raw: Raw) -> dict[str, object]:
    """Days that the source now states otherwise; from another source only what is missing."""
    out: dict[str, object] = {}
    own = held.source_key == raw.key
    if raw.effective and raw.effective != held.effective and (own or held.effective is None):
        out["effective"], out["effective_source"] = raw.effective, raw.effective_source[:20]
    if raw.repealed and raw.repealed != held.source_end and (own or held.source_end is None):
        out["source_end"] = raw.repealed
    return out


def _said(values: dict[str, object]) -> str:
    names = {"effective": "施行日期", "source_end": "失效日期"}
    return "；".join(f"{names[k]}改为{v}" for k, v in values.items() if k in names)


def _ends(ends: periods.Ends, waiting: Sequence[tuple[plan.Text, store.Held | None]], known: store.Known) -> list[str]:
    """Note the repeal clauses of the texts just stored; the acts that they end."""
    out: list[str] = []
    for text, _ in waiting:
        held = known.find(text.name, text.raw.promulgated, [text.raw.key])
        assert held is not None
        articles = text.document.articles
        last = max((p.number for p in articles), default=0)
        rows = [(p.number, p.inserted, p.text) for p in articles if clauses.closing(p.number, last)]
        out += ends.put(held.pk, text.name, rows)
    return out


def _open_ended() -> set[int]:
    """Versions that no follower or repeal ends."""
    return set(Version.objects.exclude(ended_why=Version.REPEALED).values_list("pk", flat=True))


def _with_interrupted(came: follow.Came, unfinished: Sequence[Import], repealed: Sequence[int]) -> follow.Came:
    """What came, with the versions of runs that stopped before anything followed them, and the pairs to compare."""
    added = set(came.added)
    changed = set(came.changed)
    if unfinished:
        since = min(one.started_at for one in unfinished)
        added |= set(Version.objects.filter(imported_at__gte=since).values_list("pk", flat=True)) - changed
    newer = Version.objects.filter(following__in=added).order_by("pk")
    pairs = [(v.pk, v.following_id) for v in newer.only("pk", "following") if v.following_id is not None]
    return follow.Came(sorted(added), sorted(changed), pairs, sorted(repealed))


def articles_on(day: date) -> int:
    """Articles in force on a day, for the command's summary."""
    from django.db.models import Q

    from xiezhi.kernel.law.models import Provision

    live = Q(version__since__isnull=True) | Q(version__since__lte=day)
    live &= Q(version__ended__isnull=True) | Q(version__ended__gt=day)
    return Provision.objects.filter(live, kind=structure.ARTICLE).count()
