"""Articles as vectors of bytes, and the models that make vectors of questions. Pure.

Two kinds of model: the encoder learned from the articles (`GramModel`), and an embedding model of the operator's own
(`OnnxModel`: `model.onnx` with `tokenizer.json` beside it).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from xiezhi.kernel.law.retrieval import grams, pairs
from xiezhi.kernel.law.retrieval.encoder import Encoder, Side
from xiezhi.kernel.law.retrieval.engine import Layout, Question

__all__ = ["Bytes", "GramModel", "Model", "OnnxModel", "Vectors"]

Floats = NDArray[np.float32]
ADDED = 0.25
"""Weight of the words of acts beside a question's own."""
_BLOCK = 4096


@dataclass(frozen=True)
class Bytes:
    """Rows of numbers as bytes, each row with its own scale."""

    data: NDArray[np.int8]
    scale: Floats

    @classmethod
    def of(cls, rows: Floats) -> Bytes:
        scale = np.maximum(np.abs(rows).max(axis=1, initial=0), 1e-9) / 127
        return cls(np.round(rows / scale[:, None]).astype(np.int8), scale.astype(np.float32))

    def rows(self, at: NDArray[np.int64]) -> Floats:
        return self.data[at].astype(np.float32) * self.scale[at][:, None]

    def times(self, vector: Floats) -> Floats:
        """Products of all rows with a vector, block by block so that little is turned into floats at a time."""
        out = np.empty(len(self.data), dtype=np.float32)
        for low in range(0, len(self.data), _BLOCK):
            out[low : low + _BLOCK] = self.data[low : low + _BLOCK].astype(np.float32) @ vector
        return out * self.scale


class Model(Protocol):
    """Makes vectors of length one."""

    def question(self, question: Question) -> Floats: ...

    def articles(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Floats: ...


@dataclass(frozen=True)
class GramModel:
    """The learned encoder with its vectors as bytes."""

    vocabulary: NDArray[np.uint32]
    vectors: Bytes
    asking: Side
    telling: Side

    @classmethod
    def of(cls, encoder: Encoder) -> GramModel:
        return cls(encoder.vocabulary, Bytes.of(encoder.vectors), encoder.question, encoder.article)

    def _finish(self, hidden: Floats, side: Side) -> Floats:
        out = hidden + hidden @ side.layer
        length: Floats = np.linalg.norm(out, axis=-1, keepdims=True)
        return (out / np.maximum(length, 1e-9)).astype(np.float32)

    def question(self, question: Question) -> Floats:
        known = np.concatenate([question.own.grams, question.more])
        weight = np.concatenate([np.log1p(question.own.counts), np.full(len(question.more), ADDED * np.log(2))])
        at, there = grams.lookup(self.vocabulary, known)
        at, weight = at[there], weight[there].astype(np.float32)
        return self._finish((weight * self.asking.weights[at]) @ self.vectors.rows(at), self.asking)

    @functools.cached_property
    def _units(self) -> Floats:
        """What brings each gram's bytes to length one."""
        out = np.empty(len(self.vectors.data), dtype=np.float32)
        for low in range(0, len(out), _BLOCK):
            out[low : low + _BLOCK] = np.linalg.norm(self.vectors.data[low : low + _BLOCK].astype(np.float32), axis=1)
        return np.asarray(1 / np.maximum(out, 1e-9), dtype=np.float32)

    def closer(self, question: Question, layout: Layout) -> tuple[Floats, Floats]:
        """Of each candidate the cosine of its best sentence, and the mean over the question's grams, weighed by what they
        weigh in a question, of the cosine of the nearest gram in the text."""
        n = layout.size
        nothing = np.zeros(n, dtype=np.float32)
        sentence, found = grams.grams(layout.text, _starts(layout.sentence, layout.count))
        # Sorted by gram and sentence in one number: so each distinct gram is looked up once, and counting is a step.
        keys = np.sort((found.astype(np.uint64) << np.uint64(32)) | sentence.astype(np.uint64))
        if not len(keys):
            return nothing, nothing
        opens = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        counts = np.diff(opens, append=len(keys))
        keys = keys[opens]
        found, sentence = (keys >> np.uint64(32)).astype(np.uint32), (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        opens = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]]))
        sizes = np.diff(opens, append=len(found))
        at, there = grams.lookup(self.vocabulary, found[opens])
        kept = np.repeat(there, sizes)
        sentence, counts, used, sizes = sentence[kept], counts[kept], at[there], sizes[there]
        if not len(used):
            return nothing, nothing
        place = np.repeat(np.arange(len(used)), sizes)
        rows = self.vectors.data[used].astype(np.float32)
        factor = np.repeat(self.vectors.scale[used] * self.telling.weights[used], sizes)
        pointers = np.concatenate([[0], np.cumsum(sizes)])
        held = sparse.csc_matrix(
            (np.log1p(counts).astype(np.float32) * factor, sentence, pointers), shape=(layout.count, len(used))
        )
        hidden = np.asarray(held @ rows, dtype=np.float32)
        likeness = self._finish(hidden, self.telling) @ self.question(question)
        best = np.zeros(n, dtype=np.float32)
        np.maximum.at(best, layout.sentence_owner, likeness)
        asked, known = grams.lookup(self.vocabulary, question.own.grams)
        asked = asked[known & (question.own.grams >= 65536)]
        if not len(asked):
            return best, nothing
        wanted = self.vectors.rows(asked)
        wanted /= np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-9)
        near = (rows @ wanted.T) * self._units[used][:, None]
        owner = layout.sentence_owner[sentence].astype(np.uint16)
        order = np.argsort(owner, kind="stable")
        owner, place = owner[order], place[order]
        first = np.flatnonzero(np.diff(owner, prepend=np.uint16(65535)) != 0)
        whose = owner[first]
        nearest = np.zeros((n, len(asked)), dtype=np.float32)
        nearest[whose] = np.maximum.reduceat(near[place], first, axis=0)
        weight = self.asking.weights[asked]
        return best, nearest @ (weight / weight.sum())

    def articles(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Floats:
        whole = self.vectors.data.astype(np.float32) * self.vectors.scale[:, None] * self.telling.weights[:, None]
        out = np.zeros((len(texts), whole.shape[1]), dtype=np.float32)
        for low in range(0, len(texts), _BLOCK):
            rows = pairs.logs(pairs.matrix(texts[low : low + _BLOCK], self.vocabulary))
            out[low : low + _BLOCK] = self._finish(np.asarray(rows @ whole, dtype=np.float32), self.telling)
            if progress:
                progress(min(low + _BLOCK, len(texts)), len(texts))
        return out

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "vocabulary": self.vocabulary, "vectors": self.vectors.data, "scale": self.vectors.scale,
            "asking_weights": self.asking.weights, "asking_layer": self.asking.layer,
            "telling_weights": self.telling.weights, "telling_layer": self.telling.layer,
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, a: dict[str, NDArray[Any]]) -> GramModel:
        return cls(
            a["vocabulary"], Bytes(a["vectors"], a["scale"]),
            Side(a["asking_weights"], a["asking_layer"]), Side(a["telling_weights"], a["telling_layer"]),
        )  # fmt: skip


def _starts(sentence: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Where each sentence begins, and the end."""
    return np.searchsorted(sentence, np.arange(count + 1))


class OnnxModel:
    """An embedding model of the operator's: a folder with `model.onnx` and `tokenizer.json`. `retrieval.json` beside them
    may say `pooling` (mean, first, last), `question` and `article` (text put before), `length` (tokens at most)."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        extra = folder / "retrieval.json"
        told = json.loads(extra.read_text(encoding="utf-8")) if extra.exists() else {}
        self.pooling = str(told.get("pooling", "mean"))
        self.before = (str(told.get("question", "")), str(told.get("article", "")))
        self.tokenizer.enable_truncation(int(told.get("length", 512)))
        self.tokenizer.enable_padding()
        self.inputs = {i.name for i in self.session.get_inputs()}

    def _encode(self, texts: Sequence[str]) -> Floats:
        read = self.tokenizer.encode_batch(list(texts))
        ids = np.array([r.ids for r in read], dtype=np.int64)
        mask = np.array([r.attention_mask for r in read], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(self.session.run(None, {k: v for k, v in feed.items() if k in self.inputs})[0])
        if hidden.ndim == 3:
            if self.pooling == "first":
                hidden = hidden[:, 0]
            elif self.pooling == "last":
                hidden = hidden[np.arange(len(hidden)), mask.sum(axis=1) - 1]
            else:
                hidden = (hidden * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)
        length = np.linalg.norm(hidden, axis=1, keepdims=True)
        return np.asarray(hidden / np.maximum(length, 1e-9), dtype=np.float32)

    def question(self, question: Question) -> Floats:
        return np.asarray(self._encode([self.before[0] + question.raw])[0], dtype=np.float32)

    def articles(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Floats:
        out = []
        for low in range(0, len(texts), 32):
            out.append(self._encode([self.before[1] + t for t in texts[low : low + 32]]))
            if progress:
                progress(min(low + 32, len(texts)), len(texts))
        return np.concatenate(out) if out else np.zeros((0, 1), dtype=np.float32)


@dataclass(frozen=True)
class Vectors:
    """What an engine asks for scores: a model and the vectors of the articles."""

    model: Model
    told: Bytes

    def scores(self, question: Question) -> Floats:
        return self.told.times(self.model.question(question))

    def closer(self, question: Question, layout: Layout, scores: Floats) -> tuple[Floats, Floats]:
        """A closer look at candidates: the likeness of each one's best sentence, and how near its words come to those of
        the question. A model of the operator's own has only its scores for both."""
        if isinstance(self.model, GramModel):
            return self.model.closer(question, layout)
        return scores, scores
