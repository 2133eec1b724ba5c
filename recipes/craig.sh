#!/usr/bin/env bash
# CRAIG (Mirzasoleiman et al. 2020, arXiv:1906.01827): a weighted choice whose gradients
# add up to those of all records, beside the same choice without weights, and random.
# usage: craig.sh [RECORDS [LABEL [OUT]]]   LABEL=domain is the field that a classifier
# learns to tell; without RECORDS it is the data of the tests. For each of SEEDS="1 2 3 4 5"
# a quarter of the records is held out. The classifier, softmax on static vectors, is warmed
# up on WARM=0.05 of the rest; K=5% are chosen by the gradients that the rest then gives it,
# and it goes on with the choice alone. Printed are its loss and accuracy on what was held
# out, and the gain in loss over random with its paired interval of 95%.
set -euo pipefail
here=$(dirname "$0")
records=${1:-$here/../tests/data/pool.jsonl.zst} label=${2:-domain} out=${3:-.craig}
python=${PYTHON:-python3} seeds=${SEEDS:-1 2 3 4 5}
mkdir -p "$out"

sel score random --thin --carry "$label" -q "$records" -o "$out/all.jsonl" # with _row
sel embed static -q "$records" -o "$out/vectors.npy"
for seed in $seeds; do
    "$python" "$here/craig.py" gradients "$out" "$label" "$seed" "${WARM:-0.05}"
    sel diversify craig -k "${K:-5%}" --vectors "$out/gradients.npy" -q \
        "$out/train.jsonl" -o "$out/craig.$seed.jsonl"
    sel diversify random -k "${K:-5%}" --seed "$seed" -q "$out/train.jsonl" \
        -o "$out/random.$seed.jsonl"
done
# shellcheck disable=SC2086
"$python" "$here/craig.py" judge "$out" "$label" "${WARM:-0.05}" $seeds
