#!/bin/sh
# S2L (Yang et al. 2024, arXiv:2403.07384): records of every kind of learning curve.
# usage: s2l.sh RECORDS LOSSES.npy K [OUT]
# LOSSES has a row for each record and a column for each checkpoint of a small model:
# the mean loss of the response's tokens. Keep about twelve checkpoints of its training.
set -eu
records=$1 losses=$2 k=$3 out=${4:-.s2l}
mkdir -p "$out"

sel diversify clusters -k "$k" --cells "${CELLS:-100}" --trajectories "$losses" \
    "$records" -o "$out/chosen.jsonl"
# The same by the shape of the curves, and by chance.
sel diversify clusters -k "$k" --cells "${CELLS:-100}" --trajectories "$losses" \
    --shape center "$records" -o "$out/shapes.jsonl"
sel diversify random -k "$k" "$records" -o "$out/random.jsonl"

for choice in chosen shapes random; do
    echo "$choice: $(wc -l < "$out/$choice.jsonl") records"
done
