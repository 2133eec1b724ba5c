#!/usr/bin/env bash
# BETR (Mizrahi et al. 2025, arXiv:2507.12466): from examples of a benchmark to a filter of
# a whole dump. A sample of the dump is embedded, and the examples choose in turn what is
# nearest to them; a classifier of n-grams learns which were chosen, and scores the dump.
# usage: betr.sh [DUMP [BENCHMARK [OUT]]]   without DUMP it is the data of the tests;
# without BENCHMARK, EXAMPLES=40 of the records whose FIELD is VALUE are taken out of it,
# others in each of SEEDS=5 rounds. SAMPLE=50% is graded: of it GOOD=5% get grade 2, and
# the next 10% grade 1. KEEP=10% of the dump is kept, and it is said how much of it is VALUE.
set -euo pipefail
source "$(dirname "$0")/common.sh"
dump=${1:-$data/pool.jsonl.zst} benchmark=${2:-}
field=${FIELD:-domain} value=${VALUE:-stackexchange} good=${GOOD:-5}
examples=${EXAMPLES:-40} sample=${SAMPLE:-50%} keep=${KEEP:-10%}
begin "${3:-.betr}" "$@" "$field" "$value" "$good" "$examples" "$sample" "$keep"

graded() { # GRADE [OPTION]...: records of the sample with a grade
    sel pick rows "${@:2}" -q "$part/sample.jsonl" | sed "s/}\$/,\"grade\":$1}/"
}
chosen() { # FILE PER CENT: what the examples choose in turn
    step "$1" pick turns -k $((size * $2 / 100)) --by rds "$part/near.jsonl"
}

for seed in $(seq "$seeds"); do
    part=$out/$seed rest=$dump sought=$benchmark
    mkdir -p "$part"
    if [[ -z $benchmark ]]; then
        sought=$part/benchmark.jsonl rest=$part/dump.jsonl
        [[ -e $sought ]] || sel pick where "$field == \"$value\"" -q "$dump" |
            sel pick random -k "$examples" --seed "$seed" -q -o "$sought"
        step "$rest" pick rows --not --from "$sought" --on id "$dump"
    fi

    # Similarity, for a sample alone: only its records are embedded.
    step "$part/sample.jsonl" pick random -k "$sample" --seed "$seed" "$rest"
    step "$part/benchmark.npy" embed static "$sought"
    step "$part/sample.npy" embed static "$part/sample.jsonl"
    step "$part/near.jsonl" score rds --vectors "$part/sample.npy" \
        --target-vectors "$part/benchmark.npy" --thin "$part/sample.jsonl"

    # Grades: 2 for those that are chosen first, 1 for those after them, 0 for the rest.
    size=$(wc -l < "$part/sample.jsonl")
    chosen "$part/first.jsonl" "$good"
    chosen "$part/chosen.jsonl" $((3 * good))
    step "$part/second.jsonl" pick rows --not --from "$part/first.jsonl" "$part/chosen.jsonl"
    if [[ ! -e $part/graded.jsonl ]]; then
        {
            graded 2 --from "$part/first.jsonl"
            graded 1 --from "$part/second.jsonl"
            graded 0 --not --from "$part/chosen.jsonl"
        } > "$part/graded.part"
        mv "$part/graded.part" "$part/graded.jsonl"
    fi

    # The classifier needs no embedding of what it scores.
    step "$part/scored.jsonl" score classifier --train "$part/graded.jsonl" --labels grade \
        --save "$part/betr.npz" "$rest"
    step "$part/betr.jsonl" pick top -k "$keep" --by classifier "$part/scored.jsonl"
    kept=$(wc -l < "$part/betr.jsonl")
    step "$part/random.jsonl" pick random -k "$kept" --seed "$seed" "$rest"
    for choice in betr random; do
        share "$part/$choice.jsonl" "$field == \"$value\"" "task=$value" \
            "method=$choice" "seed=$seed"
    done
done
compare --measure "share of the benchmark's kind in the choice"
