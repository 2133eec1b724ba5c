"""The k-means cell of each vector, and how near it is to the centre.

Numbers of cells mean nothing by themselves: they are groups, for quotas (`pick --per
cells`), for classes (`eval classes`) and profiles. `cells_similarity` is the cosine
with the centre: low is at the border. Centres are learnt from 256 rows for each cell,
or 32,768 in all where that is more; --save keeps them, and --load gives a later dump
the same cells. Cost: each record is compared with every centre.

Source: Lloyd 1982, Least Squares Quantization in PCM, IEEE Transactions on Information
Theory 28; as classes for data selection in Sorscher et al. 2022, arXiv:2206.14486.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError
from sel.maths.matrices.vectors import unit, usable
from sel.maths.neighbours import kmeans
from sel.types import Vectors

NEEDS = ("faiss",)


@dataclass(frozen=True)
class Centres:
    """What is learnt."""

    centres: npt.NDArray[np.float32]  # (cells, d), of length 1

    def sound(self) -> bool:
        """Whether a fit can have left this."""
        rows = self.centres
        lengths = np.einsum("ij,ij->i", rows, rows)
        return rows.size > 0 and bool((np.abs(lengths - 1) < 1e-3).all())


def fit(vectors: Vectors, *, cells: int = 100) -> Centres:
    """Centres of k-means by cosine.

    Args:
        vectors: (n, d).
        cells: number of cells; fewer if there are fewer rows.
    """
    check.at_least("--cells", cells, 1)
    step = max(len(vectors) // kmeans.learnt_from(len(vectors), cells), 1)
    rows = np.asarray(vectors[::step], np.float32)
    rows = unit(rows[usable(rows)])
    if not len(rows):
        msg = "no vector can be used"
        raise DataError(msg)
    return Centres(kmeans.cells(rows, cells, unit=True).centres)


def score(vectors: Vectors, state: Centres) -> dict[str, Any]:
    """The nearest centre of each row, None where there is none, and its cosine.

    Args:
        vectors: (n, d).
        state: what was learnt.
    """
    if vectors.shape[1] != state.centres.shape[1]:
        msg = (
            f"the centres have {state.centres.shape[1]} columns. Try: the same vectors"
        )
        raise DataError(msg)
    good = usable(vectors)
    rows = unit(vectors[good])
    cells = kmeans.nearest_centre(rows, state.centres)
    numbers: list[int | None] = [None] * len(vectors)
    cosines = np.full(len(vectors), np.nan, np.float32)
    cosines[good] = np.einsum("ij,ij->i", rows, state.centres[cells])
    for i, cell in zip(np.flatnonzero(good).tolist(), cells.tolist(), strict=True):
        numbers[i] = cell
    return {"": numbers, "similarity": cosines}
