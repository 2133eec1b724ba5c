"""Takes rows out of an index, by their numbers.

The other rows keep their numbers, and no number is given twice: rows added later are
numbered as if none had gone. The index is filled again from the vectors it holds: ivf
keeps the lists that it has learnt, hnsw links its graph anew, which takes as long as
building it.

Source: Johnson et al. 2019, Billion-scale similarity search with GPUs,
arXiv:1702.08734.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sel.maths.neighbours import faiss_index

NEEDS = ("faiss",)


def remove(index: Any, rows: npt.NDArray[np.int64]) -> Any:
    """The index without these rows; what it does not hold does no harm.

    Args:
        index: of FAISS; it is changed.
        rows: their numbers.
    """
    held = faiss_index.Stored(index)
    stay = ~np.isin(held.rows, rows)
    if not stay.all():
        numbers, vectors = held.rows[stay], held[:][stay]
        index.reset()
        index.construct_rev_map()
        index.add_with_ids(vectors, numbers)
    return index
