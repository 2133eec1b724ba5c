"""Vectors in clusters, made from a seed, and the graph of their neighbours.

usage: vectors.py ROWS VECTORS.npy [GRAPH.npz]
       vectors.py ROWS GRAPH.npy --random    150 drawn neighbours of each row
"""

import sys

import numpy as np

COLUMNS, CLUSTERS, SPREAD, NEIGHBOURS = 384, 500, 0.8, 64
DRAWN = 150


def main():
    """Write the files."""
    rows, path, *graph = sys.argv[1:]
    rng = np.random.default_rng(0)
    if graph == ["--random"]:
        drawn = rng.integers(0, int(rows), (int(rows), DRAWN), dtype=np.int32)
        np.save(path, drawn)
        return
    middle = rng.normal(size=(CLUSTERS, COLUMNS)).astype(np.float32)
    made = middle[rng.integers(0, CLUSTERS, int(rows))]
    made += SPREAD * rng.normal(size=made.shape).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    np.save(path, made)
    if graph:
        from sel.maths.neighbours import graphs

        near, cosines, _ = graphs.knn_graph(made, NEIGHBOURS)
        whole = graphs.symmetric(near, cosines)
        np.savez(
            graph[0], starts=whole.starts, names=whole.names, weights=whole.weights
        )


if __name__ == "__main__":
    main()
