"""How much of a pool lies near a selection, and how varied it is.

For each selection: the radius, which is the distance of the pool's row that is farthest
from all chosen ones (low is good); the mean over the pool of the highest cosine with a
chosen row, and its sum, the facility-location value (high is good); how many cells of
k-means on the pool hold a chosen row; the Vendi score, the effective number of
different rows; and how far chosen rows are from their nearest chosen neighbour, where
0 is a duplicate. Distance is 1 - cosine. Beside each number stands what random
selections of the same size reach, and the range that 95% of such selections fall into.
With --codebook, how many of its codes a selection uses, and how evenly: the entropy in
bits and the perplexity, beside those of the pool. Cost: --sample rows of the pool are
compared with every chosen row.

Source: Sener and Savarese 2018, arXiv:1708.00489, for the radius; Wei et al. 2015,
Submodularity in Data Subset Selection and Active Learning, ICML, for facility location;
Friedman and Dieng 2023, The Vendi Score, arXiv:2210.02410.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.eval import _diversity
from sel.maths.matrices.vectors import unit, usable
from sel.maths.neighbours import kmeans
from sel.maths.neighbours.codebook import Codebook, usage
from sel.maths.random import baseline
from sel.types import Noise, Vectors

if TYPE_CHECKING:
    from sel.types import Indices


def measure(
    vectors: Vectors,
    chosen: Sequence[Indices],
    randoms: Sequence[Sequence[Indices]],
    rng: Noise,
    *,
    sample: int = 10_000,
    cells: int = 100,
) -> list[dict[str, Any]]:
    """For each selection its measures, with what random selections reach.

    Args:
        vectors: (n, d), the pool.
        chosen: usable rows of each selection.
        randoms: for each selection, random ones of the same size.
        rng: draws the sample.
        sample: rows of the pool to look at; with fewer than all the radius comes out
            lower.
        cells: number of k-means cells to divide the pool into.
    """
    check.at_least("--sample", sample, 1)
    check.at_least("--cells", cells, 1)
    measured = _Measured(vectors, sample, cells, rng)
    lines = []
    for rows, others in zip(chosen, randoms, strict=True):
        said = measured.of(rows)
        luck = [measured.of(other) for other in others]
        for name in list(said):
            said |= baseline.random_range(name, [each[name] for each in luck])
        more = {"records": len(rows), "sample": measured.size, "cells": measured.cells}
        lines.append({**more, **said})
    return lines


def codes(
    vectors: Vectors,
    chosen_rows: Sequence[Indices],
    pool_rows: Indices,
    random_rows: Sequence[Sequence[Indices]],
    codebook: Codebook,
) -> list[dict[str, float]]:
    """For each selection how many codes it uses and how evenly, beside pool and chance.

    Args:
        vectors: (n, d), the pool.
        chosen_rows: usable rows of each selection.
        pool_rows: all usable rows.
        random_rows: for each selection, random ones of the same size.
        codebook: of such vectors.
    """
    codes = np.empty((len(vectors), len(codebook.stages)), np.int32)
    parts = codebook.parts(vectors, pool_rows)
    codes[pool_rows] = np.concatenate([part for part, _ in parts])
    whole = _usage(codes[pool_rows], codebook)
    lines = []
    for rows, others in zip(chosen_rows, random_rows, strict=True):
        luck = [_usage(codes[other], codebook) for other in others]
        said: dict[str, float] = {}
        for name, value in _usage(codes[rows], codebook).items():
            said |= {name: value, f"{name}_pool": whole[name]}
            said |= baseline.random_range(name, [each[name] for each in luck])
        lines.append(said)
    return lines


def _usage(codes: Indices, codebook: Codebook) -> dict[str, float]:
    """How rows use the codes of each stage."""
    found: dict[str, float] = {}
    for stage, column in enumerate(codes.T):
        prefix = f"stage{stage + 1}_" if stage else ""
        said = usage(np.bincount(column, minlength=codebook.stages.shape[1]))
        found |= {f"{prefix}{name}": value for name, value in said.items()}
    return found


class _Measured:
    """A pool that selections are measured by."""

    def __init__(self, vectors: Vectors, sample: int, cells: int, rng: Noise) -> None:
        self._vectors = vectors
        numbers = rng.uniform(np.arange(len(vectors), dtype=np.uint64))
        rows = np.sort(np.argsort(numbers)[:sample])
        asked = np.asarray(vectors[rows], np.float32)
        self._asked = unit(asked[usable(asked)])
        if not len(self._asked):
            msg = "no row of the sample can be used. Try: a larger --sample"
            raise DataError(msg)
        self._whole = len(vectors) * len(self._asked) / len(rows)
        self._centres = kmeans.centres(self._asked, cells, rng)
        self.size, self.cells = len(self._asked), len(self._centres)

    def of(self, rows: Indices) -> dict[str, float]:
        """All measures of one selection."""
        chosen = unit(self._vectors[rows])
        near = _diversity.nearest(self._asked, chosen)
        held = np.unique(kmeans.nearest_centre(chosen, self._centres))
        apart = self._apart(chosen)
        return {
            "radius": float(1 - near.min()),
            "similarity": float(near.mean()),
            "facility_location": float(near.mean() * self._whole),
            "cells_covered": float(len(held)),
            "vendi": _diversity.vendi(chosen),
            "nearest_mean": float(apart.mean()) if len(apart) else 0.0,
            "nearest_min": float(apart.min()) if len(apart) else 0.0,
        }

    def _apart(self, chosen: Vectors) -> Any:
        """The distance of chosen rows to the nearest other; of a part, if many."""
        if len(chosen) < 2:
            return np.empty(0)
        step = -(-len(chosen) // max(self.size, 1))
        own = np.arange(0, len(chosen), step)
        return 1 - _diversity.nearest(chosen[own], chosen, own)
