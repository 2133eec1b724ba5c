#!/bin/sh
# Vote-k (Su et al. 2023, arXiv:2209.01975): which records to annotate first, and what
# the labels are worth beside those of other choices, over several pools.
# usage: votek.sh FILE LABEL [OUT]   FILE holds texts, and true labels in field LABEL
# POOL=3000 LABELS="18 100" SEEDS=20 VECTORS=file.npy say how much, and with what vectors.
set -eu
file=$1 label=$2 out=${3:-.votek}
pool=${POOL:-3000} seeds=${SEEDS:-20}
here=$(dirname "$0")
mkdir -p "$out"
rm -f "$out"/*.*.jsonl "$out/vectors.npy"

if [ "${VECTORS:-}" ]; then
    ln -s "$(realpath "$VECTORS")" "$out/vectors.npy"
else
    sel embed static -q "$file" -o "$out/vectors.npy"
fi
sel score random -q --thin --carry "$label" "$file" -o "$out/all.jsonl"  # with _row

for seed in $(seq "$seeds"); do
    sel pick random -q -k "$pool" --seed "$seed" "$out/all.jsonl" -o "$out/pool.$seed.jsonl"
    for k in ${LABELS:-18 100}; do
        while read -r name options; do
            # shellcheck disable=SC2086
            sel diversify ${options:-$name} -q -k "$k" "$out/pool.$seed.jsonl" \
                -o "$out/$name.$k.$seed.jsonl"
        done <<METHODS
random random --seed $seed
votek votek --vectors $out/vectors.npy
votek-150 votek --neighbours 150 --vectors $out/vectors.npy
votek-raw votek --no-center --vectors $out/vectors.npy
facility facility --vectors $out/vectors.npy
medoids medoids --vectors $out/vectors.npy
kcenter kcenter --vectors $out/vectors.npy
METHODS
    done
done
"${PYTHON:-python3}" "$here/votek.py" "$out" "$label" "$seeds" ${LABELS:-18 100}
