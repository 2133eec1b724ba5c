"""Cosine with the nearest labelled prototype, its label, and the margin.

High means near to a prototype. `nearest_label` is the label of that prototype, and
`nearest_margin` how much nearer it is than the nearest prototype of any other label:
null where there is one label alone. With --references the field `nearest_over` says by
how much a record is nearer than the farthest reference, the minimum over references of
their own cosine with the nearest prototype: above 0, a record is as near as rows that
are known to belong. One product of matrices.

Source: the threshold: SelectiveCL (Moon et al. 2025, Selective Contrastive Learning
for Weakly Supervised Affordance Grounding, ICCV); the labels: nearest-neighbour rule,
Cover and Hart 1967, Nearest neighbor pattern classification.

Differs: rows where the authors compare pixels; there is no fallback where nothing is
above the threshold.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sel.maths.matrices.products import product
from sel.maths.matrices.vectors import unit, usable
from sel.maths.neighbours import faiss_index, knn
from sel.types import Labels, Vectors


def score(
    vectors: Vectors, targets: Vectors, labels: Labels, floors: Mapping[str, float]
) -> dict[str, Any]:
    """Columns of n values: cosine, label, margin, and one for each floor.

    Args:
        vectors: (n, d).
        targets: (t, d), the prototypes, all with length.
        labels: t labels.
        floors: cosines to compare with, by the name of their column.
    """
    names, codes = knn.encoded(labels)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names)))
    prototypes = unit(targets)[order]
    best = np.full((len(vectors), 2), np.nan, np.float32)
    winners = np.zeros(len(vectors), np.int64)
    step = max(1, faiss_index.HELD // len(targets))
    for at in range(0, len(vectors), step):
        part = slice(at, at + step)
        cosines = product(unit(vectors[part]), prototypes)
        by_label = np.maximum.reduceat(cosines, starts, axis=1)
        winners[part] = by_label.argmax(axis=1)
        if len(names) > 1:
            best[part] = -np.partition(-by_label, 1, axis=1)[:, :2]
        else:
            best[part, 0] = by_label[:, 0]
    good = usable(vectors)
    best[~good] = np.nan
    said = [names[c] if ok else None for c, ok in zip(winners, good, strict=True)]
    margins = best[:, 0] - best[:, 1]
    over = {name: best[:, 0] - np.float32(floor) for name, floor in floors.items()}
    return {"": best[:, 0], "label": said, "margin": margins, **over}
