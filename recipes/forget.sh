#!/usr/bin/env bash
# Selective synaptic dampening (SSD, Foster et al. 2024, arXiv:2308.07707): whether rows
# that were to be removed are still in a model. Each list of rows is looked at in a small
# classifier that was trained with them, in the same one dampened, and in one trained
# without them; beside the list, as many random rows in each of SEEDS=5 rounds.
# usage: forget.sh [POOL LABEL REMOVED [OUT]]   REMOVED holds rows of POOL, by _row or by
# ON=FIELD, and LABEL is the field of their classes. Without arguments it is the data of
# the tests, where WRONG=80 records of other domains are labelled c4, as is found later.
# TEST=20% of the pool is held out. A line for each model says how many of the rows get
# their label; then by how many nats more it knows the removed rows than random ones.
set -euo pipefail
source "$(dirname "$0")/common.sh"
pool=${1:-$data/pool.jsonl.zst} label=${2:-domain} removed=${3:-} wrong=${WRONG:-80}
test=${TEST:-20%} models=${MODELS:-3}
begin "${4:-.forget}" "$pool" "$label" "$removed" "${ON:-}" "$wrong" "$test" "$models" "$seeds"

sel embed static "$pool" -q --records -o "$out/pool.npy" > "$out/all.jsonl"
sel pick random -k "$test" --seed 0 -q "$out/all.jsonl" -o "$out/test.jsonl"
sel pick rows --not --from "$out/test.jsonl" -q "$out/all.jsonl" -o "$out/pool.jsonl"
if [ -n "$removed" ]; then
    sel pick rows --from "$removed" ${ON:+--on "$ON"} -q "$out/pool.jsonl" \
        -o "$out/removed.jsonl"
else
    sel pick where 'domain != "c4"' -q "$out/pool.jsonl" |
        sel pick random -k "$wrong" --seed 1 -q |
        sed -E 's/"domain":"[^"]*"/"domain":"c4"/' > "$out/removed.jsonl"
    sel pick rows --not --from "$out/removed.jsonl" -q "$out/pool.jsonl" -o "$out/right.jsonl"
    cat "$out/right.jsonl" "$out/removed.jsonl" > "$out/pool.jsonl"
fi

lists=("$out/removed.jsonl")
size=$(wc -l < "$out/removed.jsonl")
sel pick rows --not --from "$out/removed.jsonl" -q "$out/pool.jsonl" -o "$out/kept.jsonl"
for seed in $(seq "$seeds"); do
    sel pick random -k "$size" --seed "$seed" -q "$out/kept.jsonl" \
        -o "$out/random_$seed.jsonl"
    lists+=("$out/random_$seed.jsonl")
done
[[ -e $out/forget.jsonl ]] || {
    sel eval forget --vectors "$out/pool.npy" --labels "$label" --pool "$out/pool.jsonl" \
        --test "$out/pool.npy" --test-records "$out/test.jsonl" -q --models "$models" \
        "${lists[@]}" > "$out/forget.part"
    mv "$out/forget.part" "$out/forget.jsonl"
}
"$python" "$here/forget.py" "$out/forget.jsonl" "$out/figures"
compare --measure "nats by which a model knows rows better than one trained without them; higher: they are still there"
