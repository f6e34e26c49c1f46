"""建立索引: from the rows of the library to the index. Commands and the worker write; web processes only read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import tantivy

from xiezhi.kernel.law import index as facts
from xiezhi.kernel.law import models, numerals, structure
from xiezhi.kernel.law.search import store, text
from xiezhi.kernel.law.search.shapes import IndexState

__all__ = ["rebuild", "refresh", "state"]

Progress = Callable[[str, int, int], None]
"""`progress(stage, done, total)`; versions are counted."""
STAGE = "全文索引"

HEAP = 192_000_000
"""Bytes that a writer may hold in memory before it writes a segment."""
BATCH = 20
MOST_REFRESHED = 0.25
"""From this share of all versions on, building anew is quicker than replacing."""


def number(day: date | None, otherwise: int) -> int:
    """A day as the index holds it: 20260701."""
    return day.year * 10000 + day.month * 100 + day.day if day else otherwise


def _signature(version: models.Version) -> str:
    act = version.act
    parts = (
        version.text_hash, version.since, version.ended, version.articles,
        act.name, act.full, act.kind, act.region, act.aliases, version.history,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _versions(ids: Iterable[int] | None = None) -> list[models.Version]:
    rows = models.Version.objects.select_related("act").defer("text", "notes")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return list(rows.order_by("act_id", "since", "pk"))


def _provisions(versions: Sequence[models.Version]) -> Iterator[tantivy.Document]:
    by_id = {version.pk: version for version in versions}
    titles = {version.act_id: _grams(_names(version.act)) for version in versions}
    rows = models.Provision.objects.filter(version__in=list(by_id)).order_by("version_id", "seq")
    wanted = ("pk", "version_id", "path", "title", "text", "effective", "number", "inserted")
    for pk, version_id, path, title, body, effective, article, inserted in rows.values_list(*wanted):
        version = by_id[version_id]
        since = max(filter(None, (version.since, effective)), default=None)
        folded = text.fold(body)
        heads = text.fold(" ".join([*(heading_text(*heading) for heading in path), title]))
        made = tantivy.Document()
        made.add_text("doc", "p")
        made.add_text("act", version.act.name)
        made.add_text("kind", version.act.kind)
        made.add_text("region", version.act.region)
        if article:
            made.add_text("place", f"{article}-{inserted}")
        made.add_unsigned("provision", pk)
        made.add_unsigned("version", version_id)
        made.add_unsigned("since", number(since, 0))
        made.add_unsigned("ended", number(version.ended, store.OPEN))
        made.add_text("words", " ".join(text.words(folded)))
        made.add_text("grams", " ".join(text.grams(folded)))
        made.add_text("heads", " ".join(text.grams(heads)))
        made.add_text("title", titles[version.act_id])
        yield made


_LEVELS = {structure.PART: "编", structure.SUBPART: "分编", structure.CHAPTER: "章", structure.SECTION: "节"}


def heading_text(kind: str, number: int, inserted: int, title: str) -> str:
    """第五章 行政处罚的决定, from a heading as provisions keep it."""
    if not 0 < number < 10000 or kind not in _LEVELS:
        return title
    tail = f"之{numerals.write(inserted)}" if inserted else ""
    return f"第{numerals.write(number)}{_LEVELS[kind]}{tail} {title}".strip()


def _names(act: models.Act | facts.Act) -> list[str]:
    name = act.name if isinstance(act, models.Act) else act.title
    return list(dict.fromkeys([name, act.full, *act.aliases]))


def _grams(names: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(gram for name in names for gram in text.grams(text.fold(name))))


def _act(name: str, pk: int, kind: str, region: str, names: Sequence[str], history: Iterable[str]) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("doc", "a")
    made.add_text("act", name)
    made.add_text("kind", kind)
    made.add_text("region", region)
    keys = list(dict.fromkeys(text.despace(text.fold(n)) for n in names))
    for key in keys:
        made.add_text("key", key)
    for one in dict.fromkeys(n for line in history for n in text.document_numbers(line)):
        made.add_text("docno", one)
    made.add_text("title", _grams(names))
    made.add_text("card", json.dumps({"act": pk, "name": name, "keys": keys}, ensure_ascii=False))
    return made


def _acts(versions: Iterable[models.Version]) -> Iterator[tantivy.Document]:
    """One document for each act of the versions, with the numbers of all of them."""
    held: dict[int, tuple[models.Act, list[str]]] = {}
    for version in versions:
        held.setdefault(version.act_id, (version.act, []))[1].extend(str(line) for line in version.history)
    for act, history in held.values():
        yield _act(act.name, act.pk, act.kind, act.region, _names(act), history)


def _known(held: set[str]) -> Iterator[tantivy.Document]:
    """Acts of which only title and dates are known."""
    seen = set(held)
    for act in facts.acts().values():
        if act.title not in seen:
            seen.add(act.title)
            yield _act(act.title, 0, act.kind, "", _names(act), ())


def rebuild(progress: Progress | None = None) -> IndexState:
    """Build the index anew from the whole library and make it the one in use. Until then the former one answers; an
    interrupted build leaves no trace but a folder that the next writer removes. Raises store.NoIndex."""
    with store.writing() as home:
        store.sweep(home)
        _rebuild(home, progress)
        store.sweep(home)
    return state()


def _rebuild(home: Path, progress: Progress | None) -> None:
    path = store.fresh(home)
    try:
        writer = tantivy.Index(store.schema(), path=str(path)).writer(HEAP, 1)
        versions = _versions()
        for document in _acts(versions):
            writer.add_document(document)
        for document in _known({version.act.name for version in versions}):
            writer.add_document(document)
        for at in range(0, len(versions), BATCH):
            for document in _provisions(versions[at : at + BATCH]):
                writer.add_document(document)
            if progress is not None:
                progress(STAGE, min(at + BATCH, len(versions)), len(versions))
        writer.commit()
        writer.wait_merging_threads()
        store.switch(path, {version.pk: _signature(version) for version in versions})
    except BaseException:
        if (now := store.current()) is None or now.path != path:
            shutil.rmtree(path, ignore_errors=True)
        raise


def refresh(version_ids: Iterable[int] | None = None, progress: Progress | None = None) -> IndexState:
    """Bring the index up to date with the library. Everything that differs is found by itself, so it may be called after
    any change and after a killed writer; `version_ids` are written in any case. Builds the index where there is none.
    Where this installation keeps no index nothing happens."""
    try:
        with store.writing() as home:
            store.sweep(home)
            now = store.current()
            versions = {version.pk: version for version in _versions()}
            if now is None:
                _rebuild(home, progress)
            else:
                had = store.manifest(now.path)
                wanted = {pk: _signature(version) for pk, version in versions.items()}
                dirty = {pk for pk in versions if had.get(pk) != wanted[pk]} | (set(version_ids or ()) & set(versions))
                gone = set(had) - set(versions)
                if len(dirty) + len(gone) > max(200, MOST_REFRESHED * len(versions)):
                    _rebuild(home, progress)
                elif dirty or gone:
                    _replace(now.path, versions, dirty, gone, progress)
                    store.switch(now.path, wanted)
            store.sweep(home)
    except store.NoIndex:
        return IndexState(False)
    return state()


def _replace(
    path: Path, versions: dict[int, models.Version], dirty: set[int], gone: set[int], progress: Progress | None
) -> None:
    """One commit that takes out what is old and brings in what is new."""
    writer = tantivy.Index.open(str(path)).writer(HEAP, 1)
    for pk in dirty | gone:  # not by term: that takes every whole number for a signed one and finds nothing
        writer.delete_documents_by_query(tantivy.Query.term_query(store.schema(), "version", pk, "basic"))
    # Acts are few and small: writing all of them again is right whatever was renamed or removed.
    writer.delete_documents_by_term("doc", "a")
    for document in _acts(versions.values()):
        writer.add_document(document)
    for document in _known({version.act.name for version in versions.values()}):
        writer.add_document(document)
    order = sorted(dirty)
    for at in range(0, len(order), BATCH):
        for document in _provisions([versions[pk] for pk in order[at : at + BATCH]]):
            writer.add_document(document)
        if progress is not None:
            progress(STAGE, min(at + BATCH, len(order)), len(order))
    writer.commit()
    writer.wait_merging_threads()


def state(check: bool = False) -> IndexState:
    """What the index in use holds; with `check` also how far it is behind the library (reads the library's versions)."""
    reader = store.reader()
    if reader is None:
        return IndexState(False, behind=models.Version.objects.count() if check else None)
    term = tantivy.Query.term_query
    counts = [reader.count(term(reader.schema, "doc", kind, "basic")) for kind in "pa"]
    had = store.manifest(reader.at.path)
    behind = None
    if check:
        wanted = {version.pk: _signature(version) for version in _versions()}
        behind = len({pk for pk in had.keys() | wanted.keys() if had.get(pk) != wanted.get(pk)})
    size = sum(path.stat().st_size for path in reader.at.path.iterdir() if path.is_file())
    return IndexState(
        True,
        generation=reader.at.generation,
        provisions=counts[0],
        acts=counts[1],
        versions=len(had),
        size=size,
        behind=behind,
    )
