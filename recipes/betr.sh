#!/usr/bin/env bash
# BETR (Mizrahi et al. 2025, arXiv:2507.12466): from examples of a benchmark to a filter of
# a whole dump. A sample of the dump is embedded, and the examples choose in turn what is
# nearest to them; a classifier of n-grams learns which were chosen, and scores the dump.
# usage: betr.sh [DUMP [BENCHMARK [OUT]]]   without DUMP it is the data of the tests;
# without BENCHMARK, EXAMPLES=40 of the records whose FIELD is VALUE are taken out of it.
# SAMPLE=50% is graded: of it GOOD=5% get grade 2, and the next 10% grade 1. KEEP=10% of
# the dump is kept, and it is said how much of it is VALUE.
set -euo pipefail
dump=${1:-$(dirname "$0")/../tests/data/pool.jsonl.zst} benchmark=${2:-} out=${3:-.betr}
field=${FIELD:-domain} value=${VALUE:-stackexchange} good=${GOOD:-5}
mkdir -p "$out"

if [ -z "$benchmark" ]; then
    benchmark=$out/benchmark.jsonl
    sel pick where "$field == \"$value\"" -q "$dump" |
        sel pick random -k "${EXAMPLES:-40}" --seed 1 -q -o "$benchmark"
    sel pick rows --not --from "$benchmark" --on id -q "$dump" -o "$out/dump.jsonl"
    dump=$out/dump.jsonl
fi

# Similarity, for a sample alone: only its records are embedded.
sel pick random -k "${SAMPLE:-50%}" --seed 2 -q "$dump" -o "$out/sample.jsonl"
sel embed static -q "$benchmark" -o "$out/benchmark.npy"
sel embed static -q "$out/sample.jsonl" -o "$out/sample.npy"
sel score rds --vectors "$out/sample.npy" --target-vectors "$out/benchmark.npy" --thin \
    -q "$out/sample.jsonl" -o "$out/near.jsonl"

# Grades: 2 for those that are chosen first, 1 for those after them, 0 for the rest.
size=$(wc -l < "$out/sample.jsonl")
sel pick turns -k $((size * good / 100)) --by rds -q "$out/near.jsonl" -o "$out/first.jsonl"
sel pick turns -k $((size * good * 3 / 100)) --by rds -q "$out/near.jsonl" \
    -o "$out/chosen.jsonl"
graded() { # GRADE [OPTION]...: records of the sample with a grade
    grade=$1
    shift
    sel pick rows "$@" -q | sed "s/}\$/,\"grade\":$grade}/"
}
{
    graded 2 --from "$out/first.jsonl" < "$out/sample.jsonl"
    sel pick rows --not --from "$out/first.jsonl" -q "$out/near.jsonl" |
        sel pick rows --from "$out/chosen.jsonl" -q -o "$out/second.jsonl"
    graded 1 --from "$out/second.jsonl" < "$out/sample.jsonl"
    graded 0 --not --from "$out/chosen.jsonl" < "$out/sample.jsonl"
} > "$out/graded.jsonl"

# The classifier needs no embedding of what it scores.
sel score classifier --train "$out/graded.jsonl" --labels grade --save "$out/betr.npz" \
    "$dump" -o "$out/scored.jsonl"
sel pick top -k "${KEEP:-10%}" --by classifier -q "$out/scored.jsonl" -o "$out/betr.jsonl"
kept=$(wc -l < "$out/betr.jsonl")
sel pick random -k "$kept" --seed 3 -q "$dump" -o "$out/random.jsonl"
for choice in betr random; do
    sel pick where "$field == \"$value\"" -q "$out/$choice.jsonl" -o "$out/found.jsonl"
    echo "$choice: $(wc -l < "$out/found.jsonl") of $kept are $value"
done
