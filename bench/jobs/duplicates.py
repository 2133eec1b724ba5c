"""MinHash signatures, and near-duplicates end to end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plan import PEERS, Check, Command, Goal, Job, few, module, script, sel

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan

SKETCH = "minhash_sketch.py"
READS = "slice.jsonl"


def signatures(plan: Plan) -> Job:
    """128 permutations over word 5-grams, from texts to signatures."""
    fast = script("sel, compiled", f"{SKETCH} sel {READS}", READS, package="")
    plain = script("sel, numpy", f"{SKETCH} sel-numpy {READS}", READS)
    rensa = script("rensa", f"{SKETCH} rensa {READS}", READS, package="rensa")
    sketch = script(
        "datasketch", f"{SKETCH} datasketch {READS}", READS, package="datasketch"
    )
    return Job(
        "signatures",
        "MinHash signatures: 128 permutations, word 5-grams",
        "Whole processes, from records to signatures. The peers sketch sets of strings,"
        " which Python makes of the texts; that is part of their cost here. Where numba"
        " is not installed, the compiled form is the numpy form.",
        [fast, plain, rensa, sketch],
        [
            Goal("rensa / sel, compiled", rensa.name, fast.name, least=1),
            Goal("datasketch / sel, numpy", sketch.name, plain.name, least=2),
        ],
        [Check("as many", "count", fast.name, c.name) for c in (plain, rensa, sketch)],
        rounds=plan.rounds(3),
    )


def near(plan: Plan) -> Job:
    """Near-duplicates end to end."""
    ours = sel("sel diversify minhash", "diversify minhash --jobs 1 -q", READS)
    lsh = script(
        "datasketch LSH", f"minhash_lsh.py {READS}", READS, package="datasketch"
    )
    words = (
        "--path json --data_files slice.jsonl --split train --cache_dir td.cache"
        " --output td.out --column text --ngram 5 --num_perm 128 --threshold 0.8"
        " --num_proc 1"
    )
    dedup = module("text-dedup", f"text_dedup.minhash {words}", READS)
    trove = script(
        "datatrove", f"datatrove_minhash.py {READS}", READS, package="datatrove"
    )
    return Job(
        "near",
        "Near-duplicates at Jaccard 0.8, end to end in one process",
        "From records to the records that are kept. minhash_lsh.py puts sketches of"
        " datasketch into its index. The peers do not check candidates; sel does."
        " datatrove runs its four steps with its own settings (14 bands of 8).",
        [ours, few(lsh), few(dedup), few(trove, 1)],
        [
            Goal("datasketch LSH / sel", lsh.name, ours.name, least=2),
            Goal("text-dedup / sel", dedup.name, ours.name, least=10),
            Goal("datatrove / sel", trove.name, ours.name, least=10),
        ],
        rounds=plan.rounds(3),
    )


def many(plan: Plan) -> Job:
    """Many short records, in bounded memory."""
    n = 100_000 if plan.quick else 10_000_000
    argv = (sys.executable, str(PEERS / "copies.py"), str(n), "copies.jsonl")
    words = "diversify minhash --jobs 1 -q"
    ours = few(sel("sel diversify minhash", words, "copies.jsonl"), 1)
    return Job(
        "near-many",
        f"Near-duplicates among {n:,} short records",
        "Thirty drawn words each, one record in twenty a near-copy. 100 MB for each"
        " million are what the command says beforehand.",
        [ours],
        [Goal("peak", ours.name, by="peak", most=100 * n / 1e6 + 200)],
        rounds=1,
        warm=False,
        before=Command("the records", argv, f"python peers/copies.py {n} copies.jsonl"),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {
    "signatures": signatures,
    "near": near,
    "near-many": many,
}
