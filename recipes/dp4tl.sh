#!/usr/bin/env bash
# Dataset pruning for transfer (DP4TL, Zhang et al. 2023, arXiv:2310.08782): keep the
# classes of a pool that a target maps to, and say how much nearer to the target that is
# than as many classes drawn by chance, SEEDS=5 times.
# usage: dp4tl.sh [POOL [TARGET [OUT]]]   by default the data of the tests
# FIELD is a field of classes; without it the classes are CELLS=40 cells of k-means.
# KEEP=25% of the classes are kept.
set -euo pipefail
source "$(dirname "$0")/common.sh"
pool=${1:-$data/pool.jsonl.zst} target=${2:-$data/wiki.jsonl.zst}
keep=${KEEP:-25%} cells=${CELLS:-40} per=${FIELD:-cells}
begin "${3:-.dp4tl}" "$pool" "$target" "$keep" "$cells" "$per" "$seeds"

step "$out/records.jsonl" pick where true "$pool"
step "$out/pool.npy" embed static "$out/records.jsonl"
step "$out/target.npy" embed static "$target"
step "$out/pool.jsonl" score cells --vectors "$out/pool.npy" --cells "$cells" \
    --as "${FIELD:+unused_}cells" "$out/records.jsonl"

keep() { # TABLE NAME: the records of the best classes of a table
    step "$out/$2.jsonl" pick classes --from "$out/$1.jsonl" --per "$per" --keep "$keep" \
        "$out/pool.jsonl"
    chosen+=("$2=$out/$2.jsonl")
}

chosen=()
for mapping in feature label; do
    step "$out/$mapping.classes.jsonl" eval classes --per "$per" --mapping "$mapping" \
        --vectors "$out/pool.npy" --target-vectors "$out/target.npy" "$out/pool.jsonl"
    keep "$mapping.classes" "dp4tl-$mapping"
done
for seed in $(seq "$seeds"); do
    # The same classes in a random order are ranked anew.
    sel pick random --fraction 1 --seed "$seed" --order score -q "$out/feature.classes.jsonl" |
        awk '{sub(/"rank":[0-9]+/, "\"rank\":" NR); print}' > "$out/drawn.$seed.jsonl"
    keep "drawn.$seed" "random_$seed"
done
step "$out/compare.jsonl" eval compare --pool "$out/pool.jsonl" --target "$target" "${chosen[@]}"
found=$(sed -nE 's/^\{"selection":"([^"_]+)_?([0-9]*)".*"kl_reduction":([-0-9.e]+),.*/method=\1 seed=\2 value=\3/p' \
    "$out/compare.jsonl")
while read -r line; do figure "task=wikipedia $line"; done <<< "${found// seed= / }"
compare --measure "how much nearer to the target than the pool is, as a KL divergence in nats"
