#!/usr/bin/env bash
# Vote-k (Su et al. 2023, arXiv:2209.01975): which records to annotate first, and what
# the labels are worth beside those of other choices, over several pools.
# usage: votek.sh [FILE [LABEL [OUT]]]   FILE holds texts, and true labels in field LABEL;
# by default the documents of the tests and their domain. POOL=1500 LABELS="18 100" SEEDS=5
# VECTORS=file.npy say how much, and with what vectors. A label votes for its class; the
# figure is the accuracy on the records outside of the pool.
set -euo pipefail
source "$(dirname "$0")/common.sh"
file=${1:-$data/pool.jsonl.zst} label=${2:-domain}
pool=${POOL:-1500} vectors=${VECTORS:-} labels=${LABELS:-18 100}
begin "${3:-.votek}" "$file" "$label" "$pool" "$vectors" "$labels"

if [[ -z $vectors ]]; then
    vectors=$out/vectors.npy
    step "$vectors" embed static "$file"
fi
step "$out/all.jsonl" score random --thin --carry "$label" "$file" # with _row

for seed in $(seq "$seeds"); do
    step "$out/pool.$seed.jsonl" pick random -k "$pool" --seed "$seed" "$out/all.jsonl"
    for k in $labels; do
        while read -r name options; do
            # shellcheck disable=SC2086 (options are words)
            step "$out/$name.$k.$seed.jsonl" diversify $options -k "$k" "$out/pool.$seed.jsonl"
        done <<END
random random --seed $seed
votek votek --vectors $vectors
votek-150 votek --neighbours 150 --vectors $vectors
votek-raw votek --no-center --vectors $vectors
facility facility --vectors $vectors
medoids medoids --vectors $vectors
kcenter kcenter --vectors $vectors
END
    done
done
# shellcheck disable=SC2086 (labels are words)
"$python" "$here/votek.py" "$out" "$vectors" "$label" "$seeds" $labels >> "$out/figures"
compare --measure "per cent of other records whose label the chosen ones give"
