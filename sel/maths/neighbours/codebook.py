"""Codes of vectors: the nearest of some centres, or a sum of them, stage after stage.

Source: Gray 1984, Vector Quantization, IEEE ASSP Magazine 1; for stages, Chen, Guan and
Wang 2010, Approximate Nearest Neighbor Search by Residual Vector Quantization, Sensors
10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sel.maths.matrices.products import product
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours import kmeans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Indices, Scores, Vectors

BLOCK = 1 << 12  # rows that are coded at once


@dataclass(frozen=True)
class Codebook:
    """The centres of each stage."""

    stages: Vectors
    """Shape (stages, codes, d)."""

    def coded(self, rows: Vectors) -> tuple[Indices, Scores]:
        """The codes of rows, and how far their sum is from them after each stage.

        Args:
            rows: (n, d), usable; they are scaled to length 1.

        Returns:
            Codes and squared distances, each shape (n, stages).
        """
        codes = np.empty((len(rows), len(self.stages)), np.int32)
        apart = np.empty(codes.shape)
        for at in range(0, len(rows), BLOCK):
            here = slice(at, at + BLOCK)
            left = unit(np.asarray(rows[here], np.float32))
            for stage, centres in enumerate(self.stages):
                lengths = np.einsum("ij,ij->i", centres, centres) / 2
                codes[here, stage] = (product(left, centres) - lengths).argmax(axis=1)
                left = left - centres[codes[here, stage]]
                apart[here, stage] = np.einsum("ij,ij->i", left, left)
        return codes, apart

    def parts(
        self, vectors: Vectors, rows: Indices
    ) -> Iterator[tuple[Indices, Scores]]:
        """The same of some rows of a matrix, block by block."""
        for at in range(0, len(rows), BLOCK):
            yield self.coded(vectors[rows[at : at + BLOCK]])


def learnt(rows: Vectors, codes: int, stages: int) -> Codebook:
    """A codebook by k-means on rows, and then on what each stage leaves of them.

    Args:
        rows: (n, d), usable; they are scaled to length 1.
        codes: of each stage; fewer if there are fewer rows.
        stages: how many.
    """
    left, found = unit(np.asarray(rows, np.float32)), []
    for _ in range(stages):
        cells = kmeans.cells(left, codes)
        found.append(cells.centres)
        left = left - cells.centres[cells.labels]
    return Codebook(np.stack(found).astype(np.float32))


def usage(counts: Indices) -> dict[str, float]:
    """How many codes are used, and how evenly.

    The entropy is in bits; the perplexity, 2 to the entropy, is the number of codes
    that would be as even if all were used as much.

    Args:
        counts: (codes,), the rows of each.
    """
    there = counts[counts > 0] / max(int(counts.sum()), 1)
    entropy = float(-(there * np.log2(there)).sum()) + 0.0
    found = {"codes_used": float(len(there)), "code_entropy": entropy}
    return {**found, "code_perplexity": 2.0**entropy}
