#!/bin/sh
# RDS+ (Ivison et al. 2025, arXiv:2503.01807) recovers a task: from a pool of several
# sources choose what resembles a few records of one of them, and say how much of the
# choice is of that source; against n-grams and random.
# usage: rds.sh DATA [OUT [MODEL]]   DATA holds the pool, *.jsonl.zst; MODEL is a causal
# language model (name or folder), without it the vectors are those of sel embed static
# SOURCE names the source that is sought, FIELD the field that names it
set -eu
data=$1 out=${2:-.rds} model=${3:-} source=${SOURCE:-flan_cot} field=${FIELD:-source}
k=${K:-500} targets=${TARGETS:-50}
mkdir -p "$out"

# The targets are taken out of the pool.
sel pick where "$field == \"$source\"" "$data"/*.jsonl.zst -q |
    sel pick random -k "$targets" --seed 1 -q -o "$out/targets.jsonl"
sel pick rows --from "$out/targets.jsonl" --on id --not "$data"/*.jsonl.zst \
    -o "$out/pool.jsonl.zst"

choose() { # NAME METHOD [OPTION]...: embed both, score, and let the targets take turns
    name=$1
    shift
    sel embed "$@" "$out/targets.jsonl" -q -o "$out/$name.targets.npy"
    sel embed "$@" "$out/pool.jsonl.zst" -o "$out/$name.npy"
    sel score rds --vectors "$out/$name.npy" --target-vectors "$out/$name.targets.npy" \
        --thin "$out/pool.jsonl.zst" -q |
        sel pick turns -k "$k" --by rds -q -o "$out/$name.rows.jsonl"
    sel pick rows --from "$out/$name.rows.jsonl" "$out/pool.jsonl.zst" -q \
        -o "$out/$name.jsonl"
}

choose static static
choose ngrams ngrams
if [ "$model" ]; then choose hidden hidden --model "$model"; fi
sel pick random -k "$k" --seed 1 "$out/pool.jsonl.zst" -q -o "$out/random.jsonl"

for name in static ${model:+hidden} ngrams random; do
    sel pick where "$field == \"$source\"" "$out/$name.jsonl" -q -o "$out/found.jsonl"
    echo "$name: $(wc -l < "$out/found.jsonl") of $k are $source"
done
