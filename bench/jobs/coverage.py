"""Choosing on vectors, against apricot, submodlib, and loops as they are published."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plan import PEERS, Check, Command, Goal, Job, few, script

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan

APRICOT, SUBMODLIB, SKLEARN = "apricot-select", "submodlib-py", "scikit-learn"
ABOUT = (
    " Vectors of 384 columns in 500 clusters, made from a seed. Each process loads"
    " them, makes one choice and writes row numbers; what it imports counts as well."
)


def vectors(rows: int, *graph: str) -> Command:
    """What makes the vectors, and with a name also their graph."""
    argv = (
        sys.executable,
        str(PEERS / "vectors.py"),
        str(rows),
        "clustered.npy",
        *graph,
    )
    return Command("the vectors", argv, f"python peers/vectors.py {rows}")


def choosing(name: str, words: str, package: str = "") -> Command:
    """One choice by one of those that are compared."""
    return script(name, f"choosing.py {words}", package=package)


def facility(plan: Plan) -> Job:
    """Facility location with all similarities."""
    n = 2_000 if plan.quick else 10_000
    ours = choosing("sel", "facility sel clustered.npy 100")
    apricot = choosing("apricot", "facility apricot clustered.npy 100", APRICOT)
    theirs = choosing("submodlib", "facility submodlib clustered.npy 100", SUBMODLIB)
    return Job(
        "facility",
        f"Facility location, 100 of {n:,} rows",
        "Peers get the matrix of cosines, made by numpy, and use their lazy greedy."
        + ABOUT,
        [ours, apricot, theirs],
        [
            Goal("apricot / sel", apricot.name, ours.name, least=10),
            Goal("submodlib / sel", theirs.name, ours.name, least=10),
        ],
        [
            Check("the same rows", "lines", ours.name, peer.name)
            for peer in (apricot, theirs)
        ],
        rounds=plan.rounds(3),
        before=vectors(n),
    )


def graph(plan: Plan) -> Job:
    """Facility location on a graph that is given."""
    n, k = (2_000, 100) if plan.quick else (50_000, 1_000)
    ours = choosing("sel", f"sparse sel clustered.npy {k} graph.npz")
    apricot = choosing(
        "apricot", f"sparse apricot clustered.npy {k} graph.npz", APRICOT
    )
    return Job(
        "facility-graph",
        f"Facility location on a graph, {k:,} of {n:,} rows",
        "64 neighbours of each row, made symmetric; both load the same graph." + ABOUT,
        [ours, apricot],
        [Goal("apricot / sel", apricot.name, ours.name, least=5)],
        [Check("the same rows", "lines", ours.name, apricot.name)],
        rounds=plan.rounds(3),
        before=vectors(n, "graph.npz"),
    )


def votek(plan: Plan) -> Job:
    """Vote-k, the graph included."""
    n = 500 if plan.quick else 10_000
    ours = choosing("sel", "votek sel clustered.npy 100")
    loop = choosing("loop", "votek loop clustered.npy 100", SKLEARN)
    return Job(
        "votek",
        f"Vote-k, 100 of {n:,} rows",
        "The loop is written anew in the way of the authors' code: cosines row by row"
        " by scikit-learn, votes in dictionaries, all scores added up for each choice."
        + ABOUT,
        [ours, few(loop, 1)],
        [Goal("loop / sel", loop.name, ours.name, least=100)],
        [Check("as many rows", "count", ours.name, loop.name)],
        rounds=plan.rounds(3),
        warm=plan.quick,
        before=vectors(n),
    )


def voted(plan: Plan) -> Job:
    """Vote-k on a graph that is given."""
    n = 5_000 if plan.quick else 50_000
    argv = (sys.executable, str(PEERS / "vectors.py"), str(n), "drawn.npy", "--random")
    ours = choosing("sel", "voted sel drawn.npy 100")
    return Job(
        "votek-graph",
        f"Vote-k on a graph, 100 of {n:,} rows",
        "150 drawn neighbours of each row; the process loads them and chooses.",
        [ours],
        [Goal("seconds of the whole process", ours.name, by="wall", most=1)],
        rounds=plan.rounds(5),
        before=Command("the graph", argv, f"python peers/vectors.py {n} --random"),
    )


def kmeans(plan: Plan) -> Job:
    """Cells of k-means."""
    n, k = (5_000, 50) if plan.quick else (100_000, 500)
    ours = choosing("sel", f"kmeans sel clustered.npy {k}")
    faiss = choosing("faiss", f"kmeans faiss clustered.npy {k}", "faiss-cpu")
    sklearn = choosing("scikit-learn", f"kmeans sklearn clustered.npy {k}", SKLEARN)
    return Job(
        "kmeans",
        f"k-means, {k} cells of {n:,} rows",
        "20 rounds; sel and faiss on at most 256 rows for each cell, scikit-learn on"
        " all rows. The answer is the sum of 1 - cosine to the centre." + ABOUT,
        [ours, faiss, few(sklearn, 1)],
        [
            Goal("faiss / sel", faiss.name, ours.name, least=1),
            Goal("scikit-learn / sel", sklearn.name, ours.name),
        ],
        [Check("a sum no more than 0.5% above", "least", faiss.name, ours.name)],
        rounds=plan.rounds(3),
        before=vectors(n),
    )


def kcenter(plan: Plan) -> Job:
    """Greedy k-center."""
    n = 5_000 if plan.quick else 100_000
    ours = choosing("sel", "kcenter sel clustered.npy 100")
    loop = choosing("pairwise_distances", "kcenter loop clustered.npy 100", SKLEARN)
    return Job(
        "kcenter",
        f"k-center, 100 of {n:,} rows",
        "The loop calls pairwise_distances of scikit-learn for each new centre."
        + ABOUT,
        [ours, loop],
        [Goal("pairwise_distances / sel", loop.name, ours.name, least=8)],
        [Check("the same rows", "lines", ours.name, loop.name)],
        rounds=plan.rounds(3),
        before=vectors(n),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {
    "facility": facility,
    "facility-graph": graph,
    "votek": votek,
    "votek-graph": voted,
    "kcenter": kcenter,
    "kmeans": kmeans,
}
