"""Classifiers of quality, beside fastText."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import tools
from plan import PEERS, SEL, Check, Goal, Job, script, sel, shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan

PACKAGE = "fasttext-numpy2-wheel"
MODEL = "fasttext.bin"
EXAMPLES = (
    "score classifier --pos target.jsonl --neg slice.jsonl --jobs 1 --save"
    " classifier.npz -q"
)


def training(plan: Plan) -> Job:
    """From examples to a model."""
    ours = sel("sel score classifier", f"{EXAMPLES} tiny.jsonl")
    words = f"fasttext_classifier.py train target.jsonl slice.jsonl {MODEL}"
    peer = script("fasttext", words, package=PACKAGE)
    return Job(
        "classifier-train",
        "score classifier: training",
        "The target against the pool's head, words and pairs of words, at most five"
        " epochs, one thread. fastText learns vectors of 100 numbers, with the settings"
        " of DCLM, and is given the lines ready to be split at spaces; sel cuts marks"
        " from words, and measures on a tenth that it holds out.",
        [ours, peer],
        [
            Goal("fasttext / sel score classifier", peer.name, ours.name, least=1),
            Goal("peak of sel score classifier", ours.name, by="peak"),
        ],
        rounds=plan.rounds(3),
        warm=False,
    )


def scoring(plan: Plan) -> Job:
    """From a model to scores."""
    plain = "score classifier --jobs 1 -q --load"
    made = f"{SEL} {EXAMPLES} tiny.jsonl -o /dev/null"
    script_ = f"{PEERS}/fasttext_classifier.py"
    theirs_made = f"{tools.PYTHON} {script_} train target.jsonl slice.jsonl {MODEL}"
    ours = sel("sel, its own model", f"{plain} classifier.npz", "pool.jsonl")
    theirs = sel("sel, fastText's", f"{plain} {MODEL} --prepare dclm", "pool.jsonl")
    words = f"fasttext_classifier.py predict {MODEL} pool.jsonl"
    peer = script("fasttext", words, "pool.jsonl", package=PACKAGE)
    theirs = replace(theirs, missing=theirs.missing or peer.missing)
    return Job(
        "classifier-score",
        "score classifier: scoring",
        "Every record is parsed, scored and written. The same model of fastText, with"
        " vectors of 100 numbers, is run by its own C++ through its Python package, and"
        " read by sel. classifier-train makes the models.",
        [ours, theirs, peer],
        [
            Goal("fasttext / sel, its own model", peer.name, ours.name, least=1),
            Goal("fasttext / sel, fastText's", peer.name, theirs.name),
        ],
        [Check("the same scores to 1e-5", "scores", peer.name, theirs.name)],
        rounds=plan.rounds(3),
        before=shell("the models", f"{made}; {theirs_made}", "", "sh"),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {
    "classifier-train": training,
    "classifier-score": scoring,
}
