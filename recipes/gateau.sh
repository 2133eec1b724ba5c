#!/usr/bin/env bash
# GATEAU (Si et al. 2025, arXiv:2410.15633): answers that need the whole long text, and what
# a model learns from them beside as many at random.
# usage: gateau.sh [RECORDS [OUT]]   RECORDS have text, question, answer and id; without
# them it is the data of the tests. A tiny model is trained from nothing on a third of the
# questions. Each of SEEDS=5 pools has COUNT=60 others, of which half have the passage
# that answers them, far from the question. The K=20 of the highest GATEAU are compared
# with as many at random: how many need their text, and the loss of HELD=100 answers after
# TUNE=20 steps. TRAIN=900 is the steps before. PYTHON has sel's extra models.
set -euo pipefail
records=${1:-$(dirname "$0")/../tests/data/longqa.jsonl.zst} out=${2:-.gateau}
here=$(dirname "$0") python=${PYTHON:-python3} k=${K:-20} seeds=${SEEDS:-5}
mkdir -p "$out"

sel pick where true -q "$records" -o "$out/all.jsonl"
"$python" "$here/gateau.py" make "$out/all.jsonl" "$out" "$seeds" "${COUNT:-60}" \
    "${HELD:-100}"
"$python" "$here/tiny.py" train "$out/model" "$out/base.jsonl" "${TRAIN:-900}" 384

chosen=() random=()
for seed in $(seq "$seeds"); do
    pool=$out/pool.$seed.jsonl
    # The short window holds the question and the last of three passages.
    sel score gateau --model "$out/model" --short-window 160 --norm rank -q "$pool" |
        sel pick top -k "$k" --by gateau -q -o "$out/chosen.$seed.jsonl"
    sel pick random -k "$k" --seed "$seed" -q "$pool" -o "$out/random.$seed.jsonl"
    chosen+=("$out/chosen.$seed.jsonl") random+=("$out/random.$seed.jsonl")
done

"$python" "$here/gateau.py" share "${chosen[@]}" -- "${random[@]}"
"$python" "$here/tiny.py" compare "$out/model" "$out/held.jsonl" "${TUNE:-20}" \
    "${chosen[@]}" -- "${random[@]}"
