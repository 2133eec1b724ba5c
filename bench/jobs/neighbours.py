"""Vectors, indexes, their searches, graphs, and likeness to targets."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from plan import HERE, Check, Command, Goal, Job, few, script, sel

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan

EFFORT = {"faiss-ivf": 40, "hnswlib": 84, "usearch": 54}
"""With these each finds about 95% of the true neighbours, as sel does by itself."""
PACKAGES = {"faiss": "faiss-cpu"}
KINDS = {"flat": ("faiss-flat",), "ivf": ("faiss-ivf",), "hnsw": ("hnswlib", "usearch")}


def made(plan: Plan) -> Command:
    rows = (6_000, 1_000) if plan.quick else (50_000, 10_000)
    words = " ".join(map(str, rows))
    argv = (sys.executable, str(HERE / "vectors.py"), *words.split())
    return Command("the vectors", argv, f"python vectors.py {words}")


def _peer(library: str, words: str, reads: str, what: str) -> Command:
    name = library.partition("-")[0]
    package = PACKAGES.get(name, name)
    line = f"ann.py {library} {words}"
    return script(f"{library}, {what}", line, reads, package=package)


def _build(kind: str) -> Command:
    words = f"index build --vectors vectors.npy --kind {kind} -o {kind}.faiss -q"
    return replace(sel(f"sel, {kind}, build", words), reads="vectors.npy")


def static(plan: Plan) -> Job:
    """From texts to a matrix, without a model."""
    reads = "slice.jsonl"
    ours = sel("sel embed static", "embed static --jobs 1 -q", reads)
    words = "means.py {} slice.jsonl"
    peers = [
        script(package, words.format(package), reads, package=package)
        for package in ("model2vec", "tokenizers")
    ]
    leasts = (2, 1.5)
    return Job(
        "static",
        "embed static: means of token vectors",
        "The pool's head, whole texts. model2vec is given the vectors that ship with"
        " sel, and tokenizers the vocabulary; tokenizers only cuts the texts. They"
        " hold all texts. sel also checks the records, and its words are cut at every"
        " sign that is no letter or digit, where theirs are cut at punctuation.",
        [ours, *peers],
        [
            *[
                Goal(
                    f"{peer.name} / sel embed static", peer.name, ours.name, least=least
                )
                for peer, least in zip(peers, leasts, strict=True)
            ],
            Goal("peak of sel embed static", ours.name, by="peak", most=150),
        ],
        [Check("the same rows, but for a few", "rows", peers[0].name, ours.name)],
        rounds=plan.rounds(3),
    )


def index(plan: Plan) -> Job:
    """From a matrix to an index in a file, and to ten neighbours of each query."""
    exact = "exact.py search vectors.npy queries.npy 10"
    numpy = few(script("numpy", exact, "queries.npy"), 1)
    builds, searches, checks = [], [numpy], []
    goals = [Goal("numpy / sel, flat", numpy.name, "sel, flat", least=1)]
    for kind, libraries in KINDS.items():
        words = f"index search {kind}.faiss --queries queries.npy -k 10 -q"
        ours = replace(sel(f"sel, {kind}", words), reads="queries.npy")
        builds.append(_build(kind))
        searches.append(ours)
        for library in libraries:
            words = f"build vectors.npy {library}.index"
            builds.append(_peer(library, words, "vectors.npy", "build"))
            asked = f"search {library}.index queries.npy 10 {EFFORT.get(library, 0)}"
            peer = _peer(library, asked, "queries.npy", "search")
            searches.append(peer)
            pair = builds[-1].name, f"sel, {kind}, build"
            goals.append(Goal(f"build: {library} / sel, {kind}", *pair))
            pair = peer.name, ours.name
            goals.append(Goal(f"search: {library} / sel, {kind}", *pair, least=0.9))
        checks += [
            _recall(command, kind) for command in searches[-len(libraries) - 1 :]
        ]
    return Job(
        "index",
        "Building and searching an index",
        "Static vectors of passages of the pool, 256 columns; ten neighbours a query."
        " Building, sel also normalises, holds rows back and measures recall with them"
        " until it is 0.95; the peers look as far as it takes them to find as much."
        " Searches are whole processes that read the index and write lines; sel writes"
        " the cosines as well. Recall is against numpy's exact answer. One thread.",
        [*builds, *searches],
        goals,
        checks,
        rounds=plan.rounds(5),
        before=made(plan),
    )


def _recall(command: Command, kind: str) -> Check:
    least = "0.999" if kind == "flat" else "0.94"
    return Check(f"recall {least}", "recall", "numpy", command.name, (least,))


def graph(plan: Plan) -> Job:
    """The neighbours of every row."""
    words = "index graph --vectors graph.npy -k 50 -o sel.graph.npy -q"
    ours = replace(sel("sel", words), reads="graph.npy")
    line = "exact.py graph graph.npy 50 peer.graph.npy"
    plain = few(script("numpy", line, "graph.npy"))
    faiss = script("faiss.knn", f"{line} faiss", "graph.npy", package="faiss-cpu")
    return Job(
        "graph",
        "The 50 nearest rows of every row",
        "20,000 rows of 256 columns, exact. sel leaves each row itself out, by number,"
        " and settles ties by number; the peers do not.",
        [ours, faiss, plain],
        [
            Goal("faiss.knn / sel", faiss.name, ours.name, least=0.8),
            Goal("numpy / sel", plain.name, ours.name, least=1),
        ],
        rounds=plan.rounds(3),
        before=made(plan),
    )


def likeness(plan: Plan) -> Job:
    """A large matrix against 500 targets."""
    rows = 100_000 if plan.quick else 1_000_000
    argv = (sys.executable, str(HERE / "vectors.py"), "--noise", str(rows))
    matrix = Command("the matrix", argv, f"python vectors.py --noise {rows}")
    words = "score rds --vectors noise.npy --target-vectors targets.npy --reduce max"
    ours = sel("sel score rds", f"{words} --jobs 1 -q", "noise.jsonl")
    line = "exact.py likeness noise.npy targets.npy likeness.npy"
    plain = script("numpy, in blocks", line, "noise.jsonl")
    return Job(
        "likeness",
        f"Likeness of {rows:,} rows to 500 targets",
        "384 columns of float16, thin records. numpy reads no records and writes an"
        " array; its peak counts all of the matrix that was mapped.",
        [ours, plain],
        [
            Goal("sel score rds", ours.name, by="peak", most=300),
            Goal("numpy / sel", plain.name, ours.name),
        ],
        rounds=plan.rounds(3),
        warm=False,
        before=matrix,
    )


JOBS: dict[str, Callable[[Plan], Job]] = {
    "static": static,
    "index": index,
    "graph": graph,
    "likeness": likeness,
}
