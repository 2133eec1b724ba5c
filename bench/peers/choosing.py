"""Choices on vectors as peers make them: one process, one choice, row numbers out.

usage: choosing.py JOB WHO VECTORS.npy K [GRAPH.npz]

The loops of vote-k and k-center are written anew from their published rules, in the
way that their authors' code works.
"""

import sys

import numpy as np


def unit(path):
    """Rows of length 1."""
    rows = np.load(path).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def facility_sel(path, k):
    from sel.diversify import facility

    return facility.diversify(np.load(path, mmap_mode="r"), k=k).rows


def facility_apricot(path, k):
    from apricot import FacilityLocationSelection

    rows = unit(path)
    similar = np.maximum(rows @ rows.T, 0)
    chooser = FacilityLocationSelection(k, "precomputed", optimizer="lazy")
    return chooser.fit(similar).ranking


def facility_submodlib(path, k):
    from submodlib.functions.facilityLocation import FacilityLocationFunction

    rows = unit(path)
    similar = np.maximum(rows @ rows.T, 0)
    goal = FacilityLocationFunction(
        n=len(rows), mode="dense", sijs=similar, separate_rep=False
    )
    found = goal.maximize(budget=k, optimizer="LazyGreedy", show_progress=False)
    return [row for row, _ in found]


def graph_of(path):
    """Starts, names and weights of a symmetric graph."""
    found = np.load(path)
    return found["starts"], found["names"], found["weights"]


def sparse_sel(_, k, graph):
    from sel.maths.greedy.facility import GraphCoverage
    from sel.maths.neighbours.graphs import WeightedGraph

    cover = GraphCoverage(WeightedGraph(*graph_of(graph)))
    chosen = []
    for _ in range(k):
        chosen.append(int(cover.gains.argmax()))
        cover.take(chosen[-1])
    return chosen


def sparse_apricot(_, k, graph):
    from apricot import FacilityLocationSelection
    from scipy.sparse import csr_matrix

    starts, names, weights = graph_of(graph)
    n = len(starts) - 1
    similar = csr_matrix((weights / 2.0**30, names, starts), shape=(n, n))
    chooser = FacilityLocationSelection(k, "precomputed", optimizer="lazy")
    return chooser.fit(similar).ranking


def votek_sel(path, k):
    from sel.diversify import votek

    rows = np.load(path, mmap_mode="r")
    return votek.diversify(rows, k=k, neighbours="150").rows


def votek_loop(path, k):
    """Row by row and vote by vote, with dictionaries and lists."""
    from sklearn.metrics.pairwise import cosine_similarity

    rows = np.load(path).astype(np.float32)
    rows -= rows.mean(axis=0)
    voters = {}
    for i in range(len(rows)):
        cosines = cosine_similarity(rows, rows[i : i + 1])[:, 0]
        for j in np.argsort(cosines).tolist()[-151:-1]:
            if j != i:
                voters.setdefault(j, []).append(i)
    votes = sorted(voters.items(), key=lambda one: len(one[1]), reverse=True)
    chosen, served = [], dict.fromkeys(range(len(rows)), 0)
    while len(chosen) < k:
        worth = {j: _worth(j, mine, chosen, served) for j, mine in votes}
        best = max(worth.items(), key=lambda one: one[1])[0]
        chosen.append(best)
        for i in voters[best]:
            served[i] += 1
    return chosen


def _worth(j, mine, chosen, served):
    if j in chosen:
        return -100
    worth = 0
    for i in mine:
        if i not in chosen:
            worth += 10 ** (-served[i])
    return worth


def voted_sel(path, k):
    """Vote-k on a graph that is there: its choice alone."""
    from sel.diversify import votek

    return votek.diversify(None, graph=np.load(path), k=k).rows


def kmeans_sel(path, k):
    from sel.maths.neighbours import kmeans

    return [kmeans.cells(unit(path), k, unit=True).near.sum() / 2]


def kmeans_faiss(path, k):
    """The same rounds on the same sample, and the nearest centre of each row."""
    import faiss

    rows = unit(path)
    more = {"min_points_per_centroid": 1, "max_points_per_centroid": 256}
    more |= {"niter": 20, "spherical": True, "seed": 1234}
    learner = faiss.Kmeans(rows.shape[1], k, **more)
    learner.train(rows)
    return [len(rows) - learner.index.search(rows, 1)[0].sum()]


def kmeans_sklearn(path, k):
    """Lloyd's rounds on all rows, from as many drawn rows."""
    from sklearn.cluster import KMeans

    rows = unit(path)
    found = KMeans(k, init="random", n_init=1, max_iter=20, random_state=1).fit(rows)
    centres = found.cluster_centers_
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    return [
        sum(
            (1 - (rows[i : i + 4096] @ centres.T).max(axis=1)).sum()
            for i in range(0, len(rows), 4096)
        )
    ]


def kcenter_sel(path, k):
    from sel.diversify import kcenter

    return kcenter.diversify(np.load(path, mmap_mode="r"), k=k).rows


def kcenter_loop(path, k):
    """All distances to each new centre, by scikit-learn."""
    from sklearn.metrics import pairwise_distances

    rows = unit(path)
    chosen = [int((rows @ rows.mean(axis=0)).argmax())]
    near = pairwise_distances(rows, rows[chosen]).min(axis=1)
    while len(chosen) < k:
        chosen.append(int(near.argmax()))
        near = np.minimum(near, pairwise_distances(rows, rows[chosen[-1:]])[:, 0])
    return chosen


def main():
    """Choose, and write the rows."""
    job, who, path, k, *graph = sys.argv[1:]
    choose = globals()[f"{job}_{who}"]
    chosen = choose(path, int(k), *graph)
    print("\n".join(f"{number:.10g}" for number in chosen))


if __name__ == "__main__":
    main()
