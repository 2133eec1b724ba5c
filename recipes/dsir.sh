#!/usr/bin/env bash
# DSIR (Xie et al. 2023, arXiv:2302.03169): choose from a pool what resembles a target,
# and measure the gain over random.
# usage: dsir.sh [DATA [OUT]]   DATA holds wiki.jsonl.zst and pool.jsonl.zst, by default
# those of the tests; of K=200 records it is said how many are Wikipedia articles
set -euo pipefail
source "$(dirname "$0")/common.sh"
data=${1:-$data} k=${K:-200}
begin "${2:-.dsir}" "$data" "$k"

step "$out/scored.jsonl.zst" score dsir --target "$data/wiki.jsonl.zst" \
    --save "$out/dsir.npz" "$data/pool.jsonl.zst"
for seed in $(seq "$seeds"); do
    chosen=$out/chosen.$seed.jsonl random=$out/random.$seed.jsonl
    step "$chosen" pick sample -k "$k" --by dsir --seed "$seed" "$out/scored.jsonl.zst"
    step "$random" pick random -k "$k" --seed "$seed" "$data/pool.jsonl.zst"
    share "$chosen" 'domain == "wikipedia"' task=wikipedia method=dsir "seed=$seed"
    share "$random" 'domain == "wikipedia"' task=wikipedia method=random "seed=$seed"
done
sel eval match --target "$data/wiki.jsonl.zst" --pool "$data/pool.jsonl.zst" -q \
    "$out/chosen.1.jsonl" "$out/random.1.jsonl"
compare --measure "share of Wikipedia articles in the choice"

for choice in chosen random; do
    sel pick where 'domain == "wikipedia"' "$out/$choice.1.jsonl" -q -o "$out/wiki.jsonl"
    echo "$choice: $(wc -l < "$out/wiki.jsonl") of $k are Wikipedia articles"
done
