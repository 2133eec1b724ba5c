"""Nearest rows and highest cosines as a few lines of numpy, or of FAISS.

usage: exact.py search VECTORS QUERIES K > lines
       exact.py graph VECTORS K OUTPUT [faiss]
       exact.py likeness VECTORS TARGETS OUTPUT
"""

import json
import sys

import numpy as np

BLOCK = 1_024


def nearest(vectors: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    """Rows, shape (q, k), nearest first."""
    found = []
    for at in range(0, len(queries), BLOCK):
        cosines = queries[at : at + BLOCK] @ vectors.T
        some = np.argpartition(-cosines, k, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(cosines, some, 1), axis=1)
        found.append(np.take_along_axis(some, order, 1))
    return np.concatenate(found)


def by_faiss(vectors: np.ndarray, k: int) -> np.ndarray:
    import faiss

    return faiss.knn(vectors, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)[1]


def likeness(vectors: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The highest cosine of each row, some rows at a time."""
    targets = targets / np.linalg.norm(targets, axis=1, keepdims=True)
    found = []
    for at in range(0, len(vectors), 4 * BLOCK):
        part = vectors[at : at + 4 * BLOCK].astype(np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
        found.append((part @ targets.T).max(axis=1))
    return np.concatenate(found)


def main() -> None:
    """Search, and write."""
    does, first, second, third, *more = sys.argv[1:]
    if does == "search":
        found = nearest(np.load(first), np.load(second), int(third))
        lines = (json.dumps({"rows": rows}) + "\n" for rows in found.tolist())
        sys.stdout.writelines(lines)
    elif does == "graph":
        vectors, k = np.load(first), int(second) + 1
        rows = by_faiss(vectors, k) if more else nearest(vectors, vectors, k)
        np.save(third, rows.astype(np.int32))
    else:
        np.save(third, likeness(np.load(first, mmap_mode="r"), np.load(second)))


if __name__ == "__main__":
    main()
