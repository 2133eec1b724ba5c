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
source "$(dirname "$0")/common.sh"
records=${1:-$data/longqa.jsonl.zst} k=${K:-20} count=${COUNT:-60} held=${HELD:-100}
train=${TRAIN:-900} tune=${TUNE:-20}
begin "${2:-.gateau}" "$records" "$k" "$count" "$held" "$train" "$tune" "$seeds"

step "$out/all.jsonl" pick where true "$records"
need "$out/all.jsonl" text question answer id
[[ -e $out/base.jsonl ]] ||
    "$python" "$here/gateau.py" "$out/all.jsonl" "$out" "$seeds" "$count" "$held"
if [[ ! -e $out/model ]]; then
    "$python" "$here/tiny.py" train "$out/model.part" "$out/base.jsonl" "$train" 384
    mv "$out/model.part" "$out/model"
fi

choices=()
for seed in $(seq "$seeds"); do
    pool=$out/pool.$seed.jsonl gateau=$out/gateau.$seed.jsonl random=$out/random.$seed.jsonl
    # The short window holds the question and the last of three passages.
    [[ -e $gateau ]] ||
        sel score gateau --model "$out/model" --short-window 160 --norm rank -q "$pool" |
        sel pick top -k "$k" --by gateau -q -o "$gateau"
    step "$random" pick random -k "$k" --seed "$seed" "$pool"
    for method in gateau random; do
        share "${!method}" "not needs" task=unneeded "method=$method" "seed=$seed"
        choices+=("$method:$seed:${!method}")
    done
done
losses task=answers "$out/model" "$out/held.jsonl" "$tune" "${choices[@]}"
compare --lower --measure "share of the choice that does not need its text, and loss of \
held-out answers, nats a token"
