#!/bin/sh
# DSIR (Xie et al. 2023, arXiv:2302.03169): choose from a pool what resembles a target,
# and measure the gain over random.
# usage: dsir.sh [DATA [OUT]]   DATA holds wiki.jsonl.zst and pool.jsonl.zst
set -eu
data=${1:-tests/data} out=${2:-.demo} k=${K:-200}
mkdir -p "$out"

sel score dsir --target "$data/wiki.jsonl.zst" --save "$out/dsir.npz" \
    "$data/pool.jsonl.zst" -o "$out/scored.jsonl.zst"
sel pick sample -k "$k" --by dsir --seed 1 "$out/scored.jsonl.zst" -o "$out/chosen.jsonl"
sel pick random -k "$k" --seed 1 "$data/pool.jsonl.zst" -o "$out/random.jsonl"
sel eval match --target "$data/wiki.jsonl.zst" --pool "$data/pool.jsonl.zst" -q \
    "$out/chosen.jsonl" "$out/random.jsonl"

for choice in chosen random; do
    sel pick where 'domain == "wikipedia"' "$out/$choice.jsonl" -q -o "$out/wiki.jsonl"
    echo "$choice: $(wc -l < "$out/wiki.jsonl") of $k are Wikipedia articles"
done
