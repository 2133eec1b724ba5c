#!/bin/sh
# Dataset pruning for transfer (DP4TL, Zhang et al. 2023, arXiv:2310.08782): keep the
# classes of a pool that a target maps to, and say how much nearer to the target that is
# than as many classes drawn by chance, and than as many records.
# usage: dp4tl.sh POOL TARGET [OUT]
# FIELD is a field of classes; without it the classes are CELLS cells of k-means
set -eu
pool=$1 target=$2 out=${3:-.dp4tl} keep=${KEEP:-25%} draws=${DRAWS:-5}
mkdir -p "$out"
sel embed static "$pool" -q --records -o "$out/pool.npy" > "$out/pool.jsonl"
sel embed static "$target" -q -o "$out/target.npy"
if [ -z "${FIELD:-}" ]; then
    sel score cells --vectors "$out/pool.npy" --cells "${CELLS:-40}" "$out/pool.jsonl" -q \
        -o "$out/cells.jsonl"
    mv "$out/cells.jsonl" "$out/pool.jsonl"
fi
per=${FIELD:-cells}

keep() { # TABLE NAME: the records of the best classes of a table
    sel pick classes --from "$out/$1.jsonl" --per "$per" --keep "$keep" -q \
        "$out/pool.jsonl" -o "$out/$2.jsonl"
}

chosen=
for mapping in feature label; do
    sel eval classes --per "$per" --mapping $mapping --vectors "$out/pool.npy" -q \
        --target-vectors "$out/target.npy" "$out/pool.jsonl" > "$out/$mapping.classes.jsonl"
    keep $mapping.classes $mapping
    chosen="$chosen $mapping=$out/$mapping.jsonl"
done
for seed in $(seq "$draws"); do
    # The same classes in a random order are ranked anew.
    sel pick random --fraction 1 --seed "$seed" --order score -q "$out/feature.classes.jsonl" |
        awk '{sub(/"rank":[0-9]+/, "\"rank\":" NR); print}' > "$out/drawn.jsonl"
    keep drawn "drawn$seed"
    chosen="$chosen classes=$out/drawn$seed.jsonl"
done

# shellcheck disable=SC2086 (names have no blanks)
sel eval compare --pool "$out/pool.jsonl" --target "$target" -q $chosen |
    tee "$out/compare.jsonl" |
    sed -nE 's/^\{"selection":"([a-z]+)","files":[0-9]+,"records":([0-9.]+),"kl_reduction":([-0-9.e]+),"kl_reduction_random":([-0-9.e]+),.*/\1: \2 records, KL reduction \3, random records \4/p'
