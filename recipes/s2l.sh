#!/usr/bin/env bash
# S2L (Yang et al. 2024, arXiv:2403.07384): records of every kind of learning curve, from a
# dump to a choice. A small model is trained on all records, its losses on each are kept at
# CHECKPOINTS, and as many records come from each kind of curve.
# usage: s2l.sh [RECORDS [TEST [OUT]]]   without RECORDS it is the math of the tests, with
# TEST held out of the same three sources, as much of each.
# MODEL names the small model; without it a tiny one with random weights is made, in which
# case RECORDS have `question` and `answer`. LOSSES=FILE.npy brings losses and trains none.
# K=10% are chosen in CELLS=50, in each of SEEDS=5 rounds: by the curves, by their shape
# alone, by k-means on vectors, and by chance; and the longest. It is said what bits a
# model that is trained on each choice needs for a byte of TEST, and how much fewer than
# on the random choice of the same seed, with the 95% interval over seeds. It reads the
# first BYTES=140000 of each choice, or all with BYTES=; LEARNER=transformer is another.
set -euo pipefail
source "$(dirname "$0")/common.sh"
records=${1:-$data/math.jsonl.zst} test=${2:-$data/math_test.jsonl.zst}
k=${K:-10%} cells=${CELLS:-50} bytes=${BYTES-140000} learner=${LEARNER:-ngram}
epochs=${EPOCHS:-3} checkpoints=${CHECKPOINTS:-6}
begin "${3:-.s2l}" "$records" "$test" "$k" "$cells" "$bytes" "$learner" "$epochs" \
    "$checkpoints" "${MODEL:-}" "${LOSSES:-}" "${RATE:-}" "$seeds"

step "$out/pool.jsonl" pick random -k 100% "$records"
[[ -n ${MODEL:-}${LOSSES:-} ]] || need "$out/pool.jsonl" question answer
losses=${LOSSES:-$out/losses.npy}
if [[ -z ${LOSSES:-} && ! -e $losses ]]; then
    model=${MODEL:-$out/tiny} rate=${RATE:-2e-5}
    if [[ -z ${MODEL:-} ]]; then
        rate=${RATE:-2e-3}
        "$python" "$here/tiny_model.py" "$out/pool.jsonl" "$model" 64 2 1024
    fi
    sel embed trajectory --model "$model" --epochs "$epochs" --checkpoints "$checkpoints" \
        --learning-rate "$rate" --step-tokens 4096 --device cpu "$out/pool.jsonl" \
        -o "$losses" --resume
fi

step "$out/vectors.npy" embed static "$out/pool.jsonl"
step "$out/scored.jsonl" score length --unit characters "$out/pool.jsonl"
step "$out/longest.jsonl" pick top -k "$k" --by length "$out/scored.jsonl"
choices=()
for seed in $(seq "$seeds"); do
    clusters() { # KIND OPTION...
        step "$out/$1_$seed.jsonl" diversify clusters -k "$k" --cells "$cells" \
            --seed "$seed" "${@:2}" "$out/pool.jsonl"
    }
    clusters s2l --trajectories "$losses"
    clusters shape --trajectories "$losses" --shape center
    clusters kmeans --vectors "$out/vectors.npy"
    step "$out/random_$seed.jsonl" diversify random -k "$k" --seed "$seed" "$out/pool.jsonl"
    for kind in random s2l shape kmeans; do choices+=("$out/${kind}_$seed.jsonl"); done
done
step "$out/utility.jsonl" eval utility --target "$test" --learner "$learner" \
    ${bytes:+--bytes "$bytes"} "${choices[@]}" "$out/longest.jsonl"
bits "$out/utility.jsonl" task=math
compare --lower --measure "bits for a byte of other records of the same sources"
