"""Builds and searches an index with a library as its own pages show it, one thread.

usage: ann.py LIBRARY build VECTORS INDEX [EFFORT]
       ann.py LIBRARY search INDEX QUERIES K EFFORT > lines

LIBRARY is faiss-flat, faiss-ivf, hnswlib or usearch; EFFORT is how far it looks: lists,
or nodes that are kept in mind. Lines are {"rows":[...]}, one for each query.
"""

import json
import sys

import numpy as np

LINKS = 24


def load(path: str) -> np.ndarray:
    return np.load(path, mmap_mode="r")


def faiss_build(kind: str, vectors: np.ndarray, path: str) -> None:
    import faiss

    n, d = vectors.shape
    lists = int(4 * n**0.5)
    index = faiss.IndexFlatIP(d)
    if kind == "ivf":
        product = faiss.METRIC_INNER_PRODUCT
        index = faiss.IndexIVFFlat(index, d, lists, product)
        index.train(vectors)
    index.add(vectors)
    faiss.write_index(index, path)


def faiss_search(path: str, queries: np.ndarray, k: int, effort: int) -> np.ndarray:
    import faiss

    index = faiss.read_index(path)
    if hasattr(index, "nprobe"):
        index.nprobe = effort
    return index.search(queries, k)[1]


def hnswlib_build(vectors: np.ndarray, path: str) -> None:
    import hnswlib

    index = hnswlib.Index("ip", vectors.shape[1])
    index.init_index(len(vectors), M=LINKS, ef_construction=40)
    index.add_items(vectors, num_threads=1)
    index.save_index(path)


def hnswlib_search(path: str, queries: np.ndarray, k: int, effort: int) -> np.ndarray:
    import hnswlib

    index = hnswlib.Index("ip", queries.shape[1])
    index.load_index(path)
    index.set_ef(effort)
    return index.knn_query(queries, k, num_threads=1)[0]


def usearch_build(vectors: np.ndarray, path: str) -> None:
    from usearch.index import Index

    index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", connectivity=LINKS)
    index.add(np.arange(len(vectors)), vectors, threads=1)
    index.save(path)


def usearch_search(path: str, queries: np.ndarray, k: int, effort: int) -> np.ndarray:
    from usearch.index import Index

    index = Index(
        ndim=queries.shape[1], metric="ip", dtype="f32", expansion_search=effort
    )
    index.load(path)
    return index.search(queries, k, threads=1).keys


def main() -> None:
    """Build, or search and write lines."""
    library, does, *rest = sys.argv[1:]
    name, _, kind = library.partition("-")
    if does == "build":
        vectors, path = np.ascontiguousarray(load(rest[0])), rest[1]
        if name == "faiss":
            faiss_build(kind, vectors, path)
        else:
            {"hnswlib": hnswlib_build, "usearch": usearch_build}[name](vectors, path)
        return
    search = {
        "faiss": faiss_search,
        "hnswlib": hnswlib_search,
        "usearch": usearch_search,
    }[name]
    path, queries, k, effort = rest
    found = search(path, np.ascontiguousarray(load(queries)), int(k), int(effort))
    sys.stdout.writelines(json.dumps({"rows": rows}) + "\n" for rows in found.tolist())


if __name__ == "__main__":
    main()
