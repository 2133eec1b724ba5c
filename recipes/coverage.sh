#!/usr/bin/env bash
# Coverage-based demonstrations (Gupta et al. 2023, arXiv:2305.14907): for each question
# K=8 worked examples that together cover it, beside the nearest and random ones.
# usage: coverage.sh [POOL [QUERIES [OUT]]]   POOL and QUERIES have question and answer, a
# query the right one too; without them it is the data of the tests. What is compared
# was not looked at to choose: how many of the right answer's pairs of words stand in the
# answers of the examples, over a half of the queries in each of SEEDS=5 rounds. Whether a
# language model then answers better is not asked.
set -euo pipefail
source "$(dirname "$0")/common.sh"
pool=${1:-$data/math.jsonl.zst} queries=${2:-$data/math_test.jsonl.zst} k=${K:-8}
begin "${3:-.coverage}" "$pool" "$queries" "$k" "$seeds"

step "$out/queries.jsonl" pick where true "$queries"
step "$out/pool.jsonl" pick where true "$pool"
need "$out/queries.jsonl" question answer
need "$out/pool.jsonl" question answer
for measure in bm25 recall vectors; do
    step "$out/$measure.jsonl" pick coverage --text question -k "$k" --measure "$measure" \
        --query-records "$out/queries.jsonl" "$out/pool.jsonl"
done
for name in queries pool; do
    step "$out/$name.npy" embed static --text question "$out/$name.jsonl"
done
step "$out/nearest.jsonl" pick demonstrations --vectors "$out/pool.npy" \
    --queries "$out/queries.npy" -k "$k" "$out/pool.jsonl"
"$python" "$here/coverage.py" "$out" "$k" "$seeds" >> "$out/figures"
compare --measure "share of the right answer's pairs of words in the prompt"
