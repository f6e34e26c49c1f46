"""Texts as matrices of code points, so that single characters of a million names change in one operation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Codes", "Ints", "Texts", "codes", "concatenated", "digits", "joined", "lengths", "texts"]

Codes = NDArray[np.uint32]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]


def codes(values: Sequence[str] | Texts, width: int) -> Codes:
    """One row for a text, padded with 0."""
    array = np.asarray(values, dtype=f"<U{width}")
    return array.view(np.uint32).reshape(len(array), width).copy()


def texts(matrix: Codes) -> Texts:
    """The texts of the rows; zeros at the end fall away."""
    matrix = np.ascontiguousarray(matrix, dtype=np.uint32)
    return matrix.view(f"<U{matrix.shape[1]}").reshape(len(matrix))


def lengths(matrix: Codes) -> Ints:
    return np.asarray(np.count_nonzero(matrix, axis=1), dtype=np.int64)


def digits(values: Ints, width: int) -> Codes:
    """Decimal digits with leading zeros."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return ((values[:, None] // powers) % 10 + 48).astype(np.uint32)


def joined(*parts: Codes) -> Codes:
    """Rows one behind the other without gaps: zeros move to the end of the row."""
    wide = np.concatenate(parts, axis=1)
    order = np.argsort(wide == 0, axis=1, kind="stable")
    return np.take_along_axis(wide, order, axis=1)


def concatenated(*parts: str | Texts) -> Texts:
    """Texts one behind the other, element by element."""
    out: Texts | str = parts[0]
    for part in parts[1:]:
        out = np.strings.add(out, part)
    return np.asarray(out)
