"""Rows of a matrix: their length, and which of them can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sel.types import Mask, Vectors


def unit(rows: Vectors) -> Vectors:
    """Rows of length 1, shape (n, d), float32.

    Rows of zeros stay as they are; those that are not finite have NaN in them.
    """
    rows = np.asarray(rows, np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    lengths[lengths == 0] = 1
    scaled: Vectors = np.empty_like(rows)
    with np.errstate(invalid="ignore"):
        np.divide(rows, lengths[:, None], out=scaled, casting="same_kind")
    return scaled


def usable(rows: Vectors) -> Mask:
    """Which rows are finite and not all zeros, shape (n,)."""
    largest = np.abs(np.asarray(rows, np.float32)).max(axis=1, initial=0)
    good: Mask = np.isfinite(largest) & (largest > 0)
    return good


class Some:
    """Some rows of a matrix that may be mapped, copied only when they are asked for.

    Args:
        rows: (n, d).
        places: which of them count, shape (m,).
    """

    def __init__(self, rows: Any, places: Any) -> None:
        self._rows, self._places = rows, places
        self.shape = (len(places), rows.shape[1])

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, here: Any) -> Any:
        return self._rows[self._places[here]]
