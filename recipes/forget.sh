#!/usr/bin/env bash
# Selective synaptic dampening (SSD, Foster et al. 2024, arXiv:2308.07707): whether rows
# that were to be removed are still in a model. Each list of rows is looked at in a small
# classifier that was trained with them, in the same one dampened, and in one trained
# without them; beside the list, as many random rows for each of SEEDS="1 2 3".
# usage: forget.sh [POOL LABEL REMOVED [OUT]]   REMOVED holds rows of POOL, by _row or by
# ON=FIELD, and LABEL is the field of their classes. Without arguments it is the data of
# the tests, where WRONG=80 records of other domains are labelled c4, as is found later.
# TEST=20% of the pool is held out. A line for each model says how many of the rows get
# their label, and by how many nats it knows them better than one trained without them;
# then by how much better it knows the removed rows than random ones, with the 95% interval.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
pool=${1:-$here/../tests/data/pool.jsonl.zst} label=${2:-domain} removed=${3:-}
out=${4:-.forget} seeds=${SEEDS:-1 2 3}
mkdir -p "$out"

sel embed static "$pool" -q --records -o "$out/pool.npy" > "$out/all.jsonl"
sel pick random -k "${TEST:-20%}" --seed 0 -q "$out/all.jsonl" -o "$out/test.jsonl"
sel pick rows --not --from "$out/test.jsonl" -q "$out/all.jsonl" -o "$out/pool.jsonl"
if [ -n "$removed" ]; then
    sel pick rows --from "$removed" ${ON:+--on "$ON"} -q "$out/pool.jsonl" \
        -o "$out/removed.jsonl"
else
    sel pick where 'domain != "c4"' -q "$out/pool.jsonl" |
        sel pick random -k "${WRONG:-80}" --seed 1 -q |
        sed -E 's/"domain":"[^"]*"/"domain":"c4"/' > "$out/removed.jsonl"
    sel pick rows --not --from "$out/removed.jsonl" -q "$out/pool.jsonl" -o "$out/right.jsonl"
    cat "$out/right.jsonl" "$out/removed.jsonl" > "$out/pool.jsonl"
fi

lists=("$out/removed.jsonl")
size=$(wc -l < "$out/removed.jsonl")
sel pick rows --not --from "$out/removed.jsonl" -q "$out/pool.jsonl" -o "$out/kept.jsonl"
for seed in $seeds; do
    sel pick random -k "$size" --seed "$seed" -q "$out/kept.jsonl" \
        -o "$out/random_$seed.jsonl"
    lists+=("$out/random_$seed.jsonl")
done
sel eval forget --vectors "$out/pool.npy" --labels "$label" --pool "$out/pool.jsonl" \
    --test "$out/pool.npy" --test-records "$out/test.jsonl" -q --models "${MODELS:-3}" \
    "${lists[@]}" > "$out/forget.jsonl"
"${PYTHON:-python3}" "$here/forget.py" "$out/forget.jsonl"
