"""MinHash signatures, and near-duplicates end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import Check, Goal, Job, script, sel

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
    return Job(
        "near",
        "Near-duplicates at Jaccard 0.8, end to end in one process",
        "From records to the records that are kept. minhash_lsh.py puts sketches of"
        " datasketch into its index and does not check candidates; sel does.",
        [ours, lsh],
        [Goal("datasketch LSH / sel diversify minhash", lsh.name, ours.name, least=2)],
        rounds=plan.rounds(3),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {"signatures": signatures, "near": near}
