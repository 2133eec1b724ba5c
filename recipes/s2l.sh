#!/usr/bin/env bash
# S2L (Yang et al. 2024, arXiv:2403.07384): records of every kind of learning curve, from a
# dump to a choice. A small model is trained on all records, its losses on each are kept at
# CHECKPOINTS, and as many records come from each kind of curve.
# usage: s2l.sh [RECORDS [TEST [OUT]]]   without RECORDS it is the math of the tests, with
# TEST held out of the same three sources, as much of each.
# MODEL names the small model; without it a tiny one with random weights is made, in which
# case RECORDS have `question` and `answer`. LOSSES=FILE.npy brings losses and trains none.
# K=10% are chosen in CELLS=50, for each of SEEDS="1 2 3 4 5": by the curves, by their
# shape alone, by k-means on vectors, and by chance; and the longest. It is said what bits
# a model that is trained on each choice needs for a byte of TEST, and how much fewer than
# on the random choice of the same seed, with the 95% interval over seeds. It reads the
# first BYTES=140000 of each choice, or all with BYTES=; LEARNER=transformer is another.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../tests/data
records=${1:-$data/math.jsonl.zst} test=${2:-$data/math_test.jsonl.zst} out=${3:-.s2l}
k=${K:-10%} cells=${CELLS:-50} seeds=${SEEDS:-1 2 3 4 5} python=${PYTHON:-python3}
bytes=${BYTES-140000}
mkdir -p "$out"

sel pick random -k 100% -q "$records" -o "$out/pool.jsonl"
losses=${LOSSES:-$out/losses.npy}
if [ -z "${LOSSES:-}" ]; then
    model=${MODEL:-$out/tiny} rate=${RATE:-2e-5}
    if [ -z "${MODEL:-}" ]; then
        rate=${RATE:-2e-3}
        "$python" "$here/tiny_model.py" "$out/pool.jsonl" "$model" 64 2 1024
    fi
    sel embed trajectory --model "$model" --epochs "${EPOCHS:-3}" \
        --checkpoints "${CHECKPOINTS:-6}" --learning-rate "$rate" --step-tokens 4096 \
        --device cpu "$out/pool.jsonl" -o "$losses" --resume
fi

sel embed static -q "$out/pool.jsonl" -o "$out/vectors.npy"
sel score length --unit characters -q "$out/pool.jsonl" -o "$out/scored.jsonl"
sel pick top -k "$k" --by length -q "$out/scored.jsonl" -o "$out/longest.jsonl"
choices=()
for seed in $seeds; do
    clusters=(sel diversify clusters -k "$k" --cells "$cells" --seed "$seed" -q)
    "${clusters[@]}" --trajectories "$losses" "$out/pool.jsonl" -o "$out/s2l_$seed.jsonl"
    "${clusters[@]}" --trajectories "$losses" --shape center "$out/pool.jsonl" \
        -o "$out/shape_$seed.jsonl"
    "${clusters[@]}" --vectors "$out/vectors.npy" "$out/pool.jsonl" \
        -o "$out/kmeans_$seed.jsonl"
    sel diversify random -k "$k" --seed "$seed" -q "$out/pool.jsonl" \
        -o "$out/random_$seed.jsonl"
    for kind in random s2l shape kmeans; do choices+=("$out/${kind}_$seed.jsonl"); done
done
sel eval utility --target "$test" --learner "${LEARNER:-ngram}" \
    ${bytes:+--bytes "$bytes"} -q "${choices[@]}" "$out/longest.jsonl" > "$out/utility.jsonl"
"$python" "$here/paired.py" "$out/utility.jsonl" bits_per_byte random
