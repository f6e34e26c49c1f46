"""Questions against the library: which artifacts are in use, whether they are current, and the answer.

Index and encoder lie in `LAW_RETRIEVAL_DIR`. Where there is no index, or a damaged one, a small library is indexed in
memory; where there is no encoder, or a damaged one, words alone decide, and `state` says so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval import engine, learned, lexical, library, making, store, vectors
from xiezhi.kernel.law.retrieval.searcher import Searcher

__all__ = ["Hit", "State", "ask", "rebuild", "refresh", "state", "train"]

log = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]
_CHECK = 30.0
"""Seconds between looks whether the library has changed since the index was made."""
_IN_MEMORY = 20_000
"""Provisions up to which a missing index is made in memory when a question comes."""


@dataclass(frozen=True)
class Hit:
    """One article for a question. `score` 0 to 1: how the ranking shares its confidence among the articles it looked at."""

    act: str
    label: str
    article: int
    inserted: int
    provision_id: int
    score: float


@dataclass(frozen=True)
class State:
    """What answers questions now. `encoder` is none, learned or model; `current` False where the library has changed since
    the index was made; `problem` in words where something is damaged or missing."""

    ready: bool
    encoder: str
    articles: int
    current: bool
    problem: str = ""
    name: str = ""


@dataclass(frozen=True)
class _Loaded:
    key: tuple[str | None, ...]
    searcher: Searcher | None
    provisions: NDArray[np.int64]
    since: NDArray[np.int32]
    ended: NDArray[np.int32]
    fingerprint: str
    encoder: str
    problem: str


_lock = threading.Lock()
_held: _Loaded | None = None
_checked: tuple[float, str] = (0.0, "")


def folder() -> Path | None:
    """Where artifacts lie; None where this installation keeps none."""
    return Path(settings.LAW_RETRIEVAL_DIR) if settings.LAW_RETRIEVAL_DIR else None


def ask(question: str, on: date, limit: int = 10) -> list[Hit]:
    """The articles that speak to a question, best first, of versions in force on the day. Empty where nothing can be
    said: no library, no index of a large one, or a question without words."""
    found = _loaded()
    if found.searcher is None:
        return []
    ranked = found.searcher.ask(question[:2000], limit, library.allowed(found.since, found.ended, on))
    provisions = [int(found.provisions[p]) for p in ranked.places]
    rows = library.rows(provisions)
    return [
        Hit(rows[p].act, rows[p].label, rows[p].article, rows[p].inserted, p, float(score))
        for p, score in zip(provisions, ranked.scores, strict=True)
        if p in rows
    ]


def state() -> State:
    """What answers questions now."""
    found = _loaded()
    current = _fingerprint() == found.fingerprint
    count = len(found.provisions)
    return State(found.searcher is not None, found.encoder, count, current, found.problem, found.key[0] or "")


def _fingerprint() -> str:
    global _checked
    at, mark = _checked
    if not mark or time.monotonic() - at > _CHECK:
        mark = library.fingerprint()
        _checked = (time.monotonic(), mark)
    return mark


def forget() -> None:
    """Let go of what is loaded; the next question loads anew."""
    global _held, _checked
    with _lock:
        _held, _checked = None, (0.0, "")


def _loaded() -> _Loaded:
    global _held
    place = folder()
    key: tuple[str | None, ...] = (None, None)
    if place is not None:
        key = (store.current(place, "index"), store.current(place, "encoder"))
    if key[0] is None:
        key = (None, key[1], _fingerprint())
    held = _held
    if held is not None and held.key == key:
        return held
    with _lock:
        if _held is None or _held.key != key:
            _held = _load(place, key)
        return _held


def _load(place: Path | None, key: tuple[str | None, ...]) -> _Loaded:
    problem = ""
    if place is not None and key[0] is not None:
        try:
            kept = store.load(place, "index")
            if kept is not None:
                return _from_store(place, key, kept)
            problem = "索引是旧版格式，请运行 xiezhi law train"
        except (store.Damaged, KeyError) as error:
            log.error("retrieval index damaged: %s", error)
            problem = "索引已损坏，请运行 xiezhi law train"
    none = np.zeros(0, dtype=np.int64)
    days = np.zeros(0, dtype=np.int32)
    from xiezhi.kernel.law.models import Provision

    if Provision.objects.count() > _IN_MEMORY:
        return _Loaded(key, None, none, days, days, "", "none", problem or "尚未建立索引，请运行 xiezhi law train")
    shelf = library.read()
    if not shelf.articles:
        return _Loaded(key, None, none, days, days, shelf.fingerprint, "none", problem or "法规库为空")
    searcher = Searcher(engine.build(shelf.articles), learned.shipped())
    refs = np.array([a.ref for a in shelf.articles], dtype=np.int64)
    return _Loaded(key, searcher, refs, shelf.since, shelf.ended, shelf.fingerprint, "none", problem)


def _from_store(place: Path, key: tuple[str | None, ...], kept: store.Kept) -> _Loaded:
    a, about = kept.arrays, kept.about
    index = lexical.Index(
        a["index_vocabulary"],
        a["index_starts"],
        a["index_texts"],
        a["index_weights"],
        a["index_idf"],
        len(a["starts"]) - 1,
    )
    machine = engine.Engine(
        index, a["codes"], a["starts"], a["bodies"], a["laws"], a["facts"], a["links"], list(about["laws"]),
        [about["chapter_names"][i] for i in a["chapter_of"]], [(int(n), int(i)) for n, i in a["numbers"]],
    )  # fmt: skip
    used, problem = "none", ""
    if "told" in a:
        try:
            model = _model(place, str(about["model"]))
            if model is not None:
                machine.encoder = vectors.Vectors(model, vectors.Bytes(a["told"], a["told_scale"]))
                used = "model" if settings.LAW_MODEL else "learned"
            else:
                problem = "向量模型与索引不一致，仅按词语检索；请运行 xiezhi law train --index"
        except (store.Damaged, KeyError, OSError, RuntimeError, ValueError, ImportError) as error:
            log.error("retrieval model not usable: %s", error)
            problem = "向量模型已损坏或无法读取，仅按词语检索；请运行 xiezhi law train"
    else:
        problem = "尚未训练，仅按词语检索；请运行 xiezhi law train"
    searcher = Searcher(machine, learned.shipped())
    return _Loaded(key, searcher, a["refs"], a["since"], a["ended"], str(about["fingerprint"]), used, problem)


def _model(place: Path, wanted: str) -> vectors.Model | None:
    """The model whose vectors the index holds; None where another one is in use now."""
    if settings.LAW_MODEL:
        return vectors.OnnxModel(Path(settings.LAW_MODEL)) if wanted == _onnx_name() else None
    if store.current(place, "encoder") != wanted:
        return None
    kept = store.load(place, "encoder")
    return vectors.GramModel.from_arrays(kept.arrays) if kept else None


def _onnx_name() -> str:
    path = Path(settings.LAW_MODEL) / "model.onnx"
    told = path.stat()
    return f"onnx:{path}:{told.st_size}:{told.st_mtime_ns}"


def train(progress: Progress | None = None, steps: int | None = None) -> State:
    """Learn the encoder from the articles of the library that are law today, then index everything with it. Raises
    store.Busy, and ValueError where the library is too small to learn from."""
    place = folder()
    if place is None:
        raise ValueError("LAW_RETRIEVAL_DIR is empty")
    with store.writing(place):
        shelf = library.read()
        from xiezhi.kernel.calendar import clock

        live = library.allowed(shelf.since, shelf.ended, clock.today())
        articles = [a for a, law in zip(shelf.articles, live, strict=True) if law]
        if len(articles) < 1000:
            raise ValueError(f"the library holds {len(articles)} articles in force; 1,000 are the least to learn from")
        from dataclasses import replace

        told = making.SETTINGS if steps is None else replace(making.SETTINGS, steps=steps)
        model = making.gram_model(articles, progress, told)
        store.save(
            place, "encoder", model.arrays(), {"articles": len(articles), "steps": told.steps, "seed": told.seed}
        )
        _index(place, shelf, progress)
    forget()
    return state()


def rebuild(progress: Progress | None = None) -> State:
    """Index the library anew with the encoder there is. Raises store.Busy and ValueError."""
    place = folder()
    if place is None:
        raise ValueError("LAW_RETRIEVAL_DIR is empty")
    with store.writing(place):
        _index(place, library.read(), progress)
    forget()
    return state()


def refresh(progress: Progress | None = None) -> State:
    """Index anew where the library has changed since the index was made; for after an import."""
    place = folder()
    if place is None or store.current(place, "index") is None:
        return state()
    forget()
    return state() if state().current else rebuild(progress)


def _index(place: Path, shelf: library.Shelf, progress: Progress | None) -> None:
    say = progress or (lambda what, done, total: None)
    say("index", 0, 1)
    machine = engine.build(shelf.articles)
    arrays = machine.arrays()
    names, of = np.unique(machine.chapters, return_inverse=True)
    arrays |= {
        "chapter_of": of.astype(np.int32), "numbers": np.array(machine.numbers, dtype=np.int32).reshape(-1, 2),
        "refs": np.array([a.ref for a in shelf.articles], dtype=np.int64), "since": shelf.since, "ended": shelf.ended,
    }  # fmt: skip
    about: dict[str, object] = {
        "laws": machine.law_names, "chapter_names": [str(n) for n in names], "fingerprint": shelf.fingerprint,
    }  # fmt: skip
    say("index", 1, 1)
    wanted = _onnx_name() if settings.LAW_MODEL else store.current(place, "encoder")
    model = None
    if wanted:
        try:
            model = _model(place, wanted)
        except (store.Damaged, KeyError) as error:
            log.error("retrieval encoder damaged: %s", error)
    if model is not None and wanted:
        told = model.articles([a.heard for a in shelf.articles], lambda done, total: say("articles", done, total))
        held = vectors.Bytes.of(told)
        arrays |= {"told": held.data, "told_scale": held.scale}
        about["model"] = wanted
    store.save(place, "index", arrays, about)
