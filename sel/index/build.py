"""Builds an index of the rows of a matrix, to search by cosine.

flat compares with every row and is exact; ivf looks only into some of many lists, hnsw
walks a graph. auto takes flat up to 50,000 rows and ivf beyond. The queries of
--queries ask for their neighbours, and ivf looks into more lists, or hnsw walks on,
until it is all but sure that as many of the true ones are found as --recall says.
Without --queries, what asks is halfway between rows that are held back, and put in
afterwards: as hard to answer as queries of another kind than the rows. Rows of zeros or
NaN are left out.

Source: Johnson et al. 2019, Billion-scale similarity search with GPUs,
arXiv:1702.08734;
Malkov and Yashunin 2018, Hierarchical Navigable Small World graphs, arXiv:1603.09320.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError
from sel.maths.matrices.products import alone
from sel.maths.neighbours import faiss_index, knn
from sel.types import Vectors

NEEDS = ("faiss",)

EXACT = 50_000  # rows that are compared one by one
PER_LIST = 64  # rows that each list is learnt from
LINKS = 24  # of a node of the graph
ASKED = 500  # rows that are held back, at most a tenth of all
SURE = 1.645  # standard errors of a mean that is nineteen times out of twenty higher
FARTHEST = 4_096  # nodes that hnsw keeps in mind


def build(
    vectors: Vectors,
    near: int = 10,
    ask: Callable[[Vectors], Vectors] = knn.between,
    *,
    kind: Literal["auto", "flat", "ivf", "hnsw"] = "auto",
    recall: float = 0.95,
) -> tuple[Any, float]:
    """A FAISS index that names its rows by their number, and its recall.

    Args:
        vectors: (n, d).
        near: neighbours by which recall is measured.
        ask: gives the queries that recall is measured with, from rows held back.
        kind: kind of index.
        recall: fraction of the true neighbours that ivf and hnsw should find.
    """
    check.between("--recall", recall, 0, 1)
    faiss = faiss_index.library()
    n, d = vectors.shape
    if kind == "auto":
        kind = "flat" if n <= EXACT else "ivf"
    held = np.sort(np.random.default_rng(0).permutation(n)[: min(ASKED, n // 10)])
    if kind == "flat":
        core = faiss.IndexFlatIP(d)
    elif kind == "hnsw":
        core = faiss.IndexHNSWFlat(d, LINKS, faiss.METRIC_INNER_PRODUCT)
    else:
        core = _lists(vectors, held)
    index = faiss.IndexIDMap2(core)
    for rows, part in knn.blocks(vectors):
        stay = ~np.isin(rows, held)
        index.add_with_ids(part[stay], rows[stay])
    back = np.asarray(vectors[held], np.float32)
    reached = 1.0 if kind == "flat" else _tuned(index, ask(back), near, recall)
    faiss_index.fill(index, held, back)
    return index, reached


def _lists(vectors: Vectors, held: npt.NDArray[np.int64]) -> Any:
    """An index of lists, learnt from some of the rows that are not held back."""
    faiss = faiss_index.library()
    n, d = vectors.shape
    lists = max(1, int(4 * n**0.5))
    core = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(d), d, lists, faiss.METRIC_INNER_PRODUCT
    )
    free = np.random.default_rng(1).permutation(np.delete(np.arange(n), held))
    chosen = np.sort(free[: lists * PER_LIST])
    parts = [part for _, part in knn.blocks(vectors[chosen])]
    if not parts or sum(map(len, parts)) < lists:
        msg = "too few rows can be used for ivf. Try: --kind flat"
        raise DataError(msg)
    with alone(faiss):
        core.train(np.concatenate(parts))
    return core


def _tuned(index: Any, asked: Vectors, near: int, wanted: float) -> float:
    """Let an index look further until it finds enough; what it finds."""
    core = faiss_index.library().downcast_index(index.index)
    truth = faiss_index.truth(index, asked, near)
    lists = getattr(core, "nlist", None)
    effort, most = (4, lists) if lists else (16, FARTHEST)
    while True:
        if lists:
            core.nprobe = min(effort, most)
        else:
            core.hnsw.efSearch = min(effort, most)
        rows, _ = faiss_index.search(index, asked, near)
        shares = knn.recalls(truth, rows)
        doubt = SURE * shares.std() / max(len(shares), 1) ** 0.5 if len(shares) else 0
        if knn.recall(truth, rows) - doubt >= wanted or effort >= most:
            return knn.recall(truth, rows)
        effort = effort * 5 // 4
