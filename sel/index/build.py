"""Builds an index of the rows of a matrix, to search by cosine.

flat compares with every row and is exact; ivf looks only into the nearest of many
lists, hnsw walks a graph. auto takes flat up to 50,000 rows and ivf beyond. How many
of the true neighbours the index finds is measured with rows that are put in only after
it, and said. Rows of zeros or NaN are left out.

Source: Johnson et al. 2019, Billion-scale similarity search with GPUs,
arXiv:1702.08734;
Malkov and Yashunin 2018, Hierarchical Navigable Small World graphs, arXiv:1603.09320.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError
from sel.maths import neighbours
from sel.types import Vectors

EXACT = 50_000  # rows that are compared one by one
PER_LIST = 64  # rows that each list is learnt from
LINKS = 24  # of a node of the graph


def build(
    vectors: Vectors,
    held: npt.NDArray[np.int64],
    *,
    kind: Literal["auto", "flat", "ivf", "hnsw"] = "auto",
    probes: int = 16,
) -> Any:
    """A FAISS index that names its rows by their number.

    Args:
        vectors: (n, d).
        held: rows that are left out, of which nothing is learnt: to ask for them.
        kind: how the index searches.
        probes: lists that ivf looks into; more find more, and take longer.
    """
    check.at_least("--probes", probes, 1)
    faiss = neighbours.library()
    n, d = vectors.shape
    if kind == "auto":
        kind = "flat" if n <= EXACT else "ivf"
    product = faiss.METRIC_INNER_PRODUCT
    if kind == "flat":
        core = faiss.IndexFlatIP(d)
    elif kind == "hnsw":
        core = faiss.IndexHNSWFlat(d, LINKS, product)
    else:
        lists = max(1, int(4 * n**0.5))
        core = faiss.IndexIVFFlat(faiss.IndexFlatIP(d), d, lists, product)
        core.nprobe = min(probes, lists)
        order = np.random.default_rng(0).permutation(np.delete(np.arange(n), held))
        chosen = np.sort(order[: lists * PER_LIST])
        parts = [part for _, part in neighbours.blocks(vectors[chosen])]
        if not parts or sum(map(len, parts)) < lists:
            msg = "too few rows can be used for ivf. Try: --kind flat"
            raise DataError(msg)
        core.train(np.concatenate(parts))
    index = faiss.IndexIDMap2(core)
    for rows, part in neighbours.blocks(vectors):
        known = ~np.isin(rows, held)
        index.add_with_ids(part[known], rows[known])
    return index
