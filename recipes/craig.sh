#!/usr/bin/env bash
# CRAIG (Mirzasoleiman et al. 2020, arXiv:1906.01827): a weighted choice whose gradients
# add up to those of all records, beside the same choice without weights, and random.
# usage: craig.sh [RECORDS [LABEL [OUT]]]   LABEL=domain is the field that a classifier
# learns to tell; without RECORDS it is the data of the tests. In each of SEEDS=5 rounds a
# quarter of the records is held out. The classifier, softmax on static vectors, is warmed
# up on WARM=0.05 of the rest; K=5% are chosen by the gradients that the rest then gives
# it, and it goes on with the choice alone, or with all.
set -euo pipefail
source "$(dirname "$0")/common.sh"
records=${1:-$data/pool.jsonl.zst} label=${2:-domain} k=${K:-5%} warm=${WARM:-0.05}
begin "${3:-.craig}" "$records" "$label" "$k" "$warm" "$seeds"

step "$out/all.jsonl" score random --thin --carry "$label" "$records" # with _row
step "$out/vectors.npy" embed static "$records"
for seed in $(seq "$seeds"); do
    if [[ ! -e $out/$seed.figures ]]; then
        "$python" "$here/craig.py" gradients "$out" "$label" "$seed" "$warm"
        sel diversify craig -k "$k" --vectors "$out/gradients.npy" -q \
            "$out/train.jsonl" -o "$out/craig.$seed.jsonl"
        sel diversify random -k "$k" --seed "$seed" -q "$out/train.jsonl" \
            -o "$out/random.$seed.jsonl"
        "$python" "$here/craig.py" judge "$out" "$label" "$seed" "$warm" > "$out/part"
        mv "$out/part" "$out/$seed.figures"
    fi
    cat "$out/$seed.figures" >> "$out/figures"
done
compare --lower --measure "loss on what was held out, in nats"
