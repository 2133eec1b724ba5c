"""Says what an index holds: rows, columns, kind, what made its vectors.

Source: none.
"""

from typing import Any

from sel.maths.neighbours import faiss_index

NEEDS = ("faiss",)


def info(index: Any) -> dict[str, Any]:
    """What there is to say.

    Args:
        index: of FAISS.
    """
    faiss = faiss_index.library()
    core = faiss.downcast_index(index.index)
    return {"kind": type(core).__name__, "rows": index.ntotal, "columns": index.d}
