"""Profiles and contamination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import Check, Goal, Job, few, script, sel

from jobs.neighbours import made

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan


SIGNALS = "gopher-quality,gopher-repetition,c4,fineweb"


def heuristics(plan: Plan) -> Job:
    """The numbers of quality filters."""
    words = f"score heuristics --set {SIGNALS} --jobs 1 --thin -q"
    ours = sel("spacy-like", words, "slice.jsonl")
    plain = sel(
        "spaces", words.replace("--jobs", "--words spaces --jobs"), "slice.jsonl"
    )
    trove = script(
        "datatrove",
        "datatrove_filters.py slice.jsonl",
        "slice.jsonl",
        package="datatrove",
    )
    dolma = script(
        "dolma", "dolma_taggers.py slice.jsonl", "slice.jsonl", package="dolma"
    )
    return Job(
        "heuristics",
        "score heuristics: Gopher, C4 and FineWeb, from records to numbers",
        "One pass of sel gives all numbers of datatrove and of dolma. datatrove's four"
        " filters of FineWeb say yes or no, each of the whole text; dolma's taggers"
        " gopher_v1, gopher_v2, c4_v1 and c4_v2 give their scores. The words are of"
        " spaCy for datatrove, and what stands between white space for dolma.",
        [ours, plain, few(trove, 1), few(dolma, 1)],
        [
            Goal("datatrove / sel, spacy-like", trove.name, ours.name, least=20),
            Goal("dolma / sel, spaces", dolma.name, plain.name, least=8),
        ],
        [
            Check("as many records", "count", peer.name, ours.name)
            for peer in (trove, dolma)
        ],
        rounds=plan.rounds(3),
    )


def leak(plan: Plan) -> Job:
    """Evaluation sets in training records."""
    words = "eval leak --against target.jsonl --jobs 1 -q"
    ours = sel("sel eval leak", words, "pool.jsonl")
    both = sel("on two processes", words.replace("1 -q", "2 -q"), "pool.jsonl", times=4)
    bare = script(
        "leak_reference.py", "leak_reference.py target.jsonl pool.jsonl", "pool.jsonl"
    )
    return Job(
        "leak",
        "eval leak: 13 words in a row in common",
        "leak_reference.py is the published rule in plain Python, with sets of tuples.",
        [ours, both, bare],
        [Goal("leak_reference.py / sel eval leak", bare.name, ours.name, least=1)],
        [Check("as many items", "leaked", bare.name, ours.name)],
        rounds=plan.rounds(3),
    )


def profile(plan: Plan) -> Job:
    """A data set looked at once."""
    ours = sel("sel eval profile", "eval profile --jobs 1 -q", "pool.jsonl")
    peer = script(
        "pandas", "pandas_profile.py pool.jsonl", "pool.jsonl", package="pandas"
    )
    query = script(
        "duckdb", "duckdb_profile.py pool.jsonl", "pool.jsonl", package="duckdb"
    )
    return Job(
        "profile",
        "eval profile: a data set looked at once",
        "pandas and duckdb count records, characters, words and distinct texts, and"
        " hold all texts; sel also estimates near-duplicates and looks for personal"
        " data and odd characters, in bounded memory. All that it counts more may cost"
        " a quarter more.",
        [ours, peer, query],
        [
            Goal("duckdb / sel eval profile", query.name, ours.name, least=0.8),
            Goal("pandas / sel eval profile", peer.name, ours.name),
            Goal("peak of sel eval profile", ours.name, by="peak", most=300),
        ],
        [
            Check("the same counts, but for words", "profile", peer.name, ours.name),
            Check("the same counts, but for words", "profile", query.name, ours.name),
        ],
        rounds=plan.rounds(3),
    )


def vendi(plan: Plan) -> Job:
    """The effective number of different rows."""
    ours = script("sel.eval._diversity", "vendi.py sel vectors.npy", "vectors.npy")
    peer = script(
        "vendi-score",
        "vendi.py vendi-score vectors.npy",
        "vectors.npy",
        package="vendi-score",
    )
    return Job(
        "vendi",
        "eval coverage: the Vendi score",
        "Both take it from the matrix of columns, the package by its score_dual.",
        [ours, peer],
        [Goal("vendi-score / sel", peer.name, ours.name, least=1)],
        [Check("the same score", "close", peer.name, ours.name)],
        rounds=plan.rounds(3),
        before=made(plan),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {
    "heuristics": heuristics,
    "leak": leak,
    "profile": profile,
    "vendi": vendi,
}
