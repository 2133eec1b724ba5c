"""Profiles and contamination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import Check, Goal, Job, script, sel

from jobs.neighbours import made

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan


def leak(plan: Plan) -> Job:
    """Evaluation sets in training records."""
    words = "eval leak --against target.jsonl --jobs 1 -q"
    ours = sel("sel eval leak", words, "pool.jsonl")
    bare = script(
        "leak_reference.py", "leak_reference.py target.jsonl pool.jsonl", "pool.jsonl"
    )
    return Job(
        "leak",
        "eval leak: 13 words in a row in common",
        "leak_reference.py is the published rule in plain Python, with sets of tuples.",
        [ours, bare],
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
    "leak": leak,
    "profile": profile,
    "vendi": vendi,
}
