"""Nearest neighbours by cosine, with an index of FAISS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel import extras
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours.knn import blocks, exact, top_k

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.types import Indices, Vectors


HELD = 1 << 22  # rows and cosines that are held at once where ties are many


def library() -> Any:
    """FAISS, or advice."""
    return extras.library("faiss")


def search(index: Any, queries: Vectors, k: int) -> tuple[Indices, Vectors]:
    """What an index of FAISS finds: rows and cosines, each shape (q, k).

    Ties go to the lower row, also where they reach beyond the k-th; -1 and NaN fill up.
    """
    asked = unit(queries)
    wide = k + 1
    near, cosines, tied = _found(index, asked, k, wide)
    while len(tied) and wide < index.ntotal:
        wide = min(4 * wide, index.ntotal)
        step = max(1, HELD // wide)
        still = []
        for part in np.split(tied, range(step, len(tied), step)):
            near[part], cosines[part], open_ = _found(index, asked[part], k, wide)
            still.append(part[open_])
        tied = np.concatenate(still)
    cosines[near < 0] = np.nan
    return near, cosines


def _found(
    index: Any, asked: Vectors, k: int, wide: int
) -> tuple[Indices, Vectors, npt.NDArray[np.intp]]:
    """The k best of so many, and the lines whose tie may go on beyond them."""
    cosines, rows = index.search(asked, wide)
    last = np.flatnonzero((cosines[:, k - 1] == cosines[:, -1]) & (rows[:, -1] >= 0))
    cosines[rows < 0] = -np.inf
    return *top_k(rows, cosines, k), last


def fill(index: Any, rows: Indices, vectors: Vectors) -> None:
    """Put rows into an index of FAISS; those that cannot be used are left out."""
    for places, part in blocks(vectors):
        index.add_with_ids(part, rows[places])


class Stored:
    """The vectors that an index of FAISS holds, by slices, and their rows."""

    def __init__(self, index: Any) -> None:
        faiss = library()
        self._core = faiss.downcast_index(index.index)
        self.rows: Indices = faiss.vector_to_array(index.id_map)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, places: slice) -> Vectors:
        start, stop, _ = places.indices(len(self))
        vectors: Vectors = self._core.reconstruct_n(start, stop - start)
        return vectors


def truth(index: Any, queries: Vectors, k: int) -> Indices:
    """What an index of FAISS would find if it compared every row, shape (q, k)."""
    stored = Stored(index)
    places, _ = exact(stored, queries, k)
    return np.where(places < 0, -1, np.append(stored.rows, -1)[places])
