#!/usr/bin/env bash
# Coverage-based demonstrations (Gupta et al. 2023, arXiv:2305.14907): for each question
# K=8 worked examples that together cover it, beside the nearest and random ones.
# usage: coverage.sh [POOL [QUERIES [OUT]]]   POOL and QUERIES have question and answer, a
# query the right one too; without them it is the data of the tests. What is compared
# was not looked at to choose: how many of the right answer's pairs of words stand in the
# answers of the examples. Whether a language model then answers better is not asked.
set -euo pipefail
data=$(dirname "$0")/../tests/data
pool=${1:-$data/math.jsonl.zst} queries=${2:-$data/math_test.jsonl.zst}
out=${3:-.coverage} k=${K:-8}
mkdir -p "$out"

sel pick where true -q "$queries" -o "$out/queries.jsonl"
sel pick where true -q "$pool" -o "$out/pool.jsonl"
for measure in bm25 recall vectors; do
    sel pick coverage --text question --query-records "$out/queries.jsonl" -k "$k" \
        --measure "$measure" "$out/pool.jsonl" -o "$out/$measure.jsonl"
done
for name in queries pool; do
    sel embed static --text question -q "$out/$name.jsonl" -o "$out/$name.npy"
done
sel pick demonstrations --vectors "$out/pool.npy" --queries "$out/queries.npy" -k "$k" \
    -q "$out/pool.jsonl" -o "$out/nearest.jsonl"
"${PYTHON:-python3}" "$(dirname "$0")/coverage.py" "$out" "$k"
