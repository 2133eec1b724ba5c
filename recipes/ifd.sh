#!/usr/bin/env bash
# IFD (Li et al. 2024, arXiv:2308.12032): the instructions that help a model least, and
# what a model learns from them beside as many at random.
# usage: ifd.sh [RECORDS [OUT]]   RECORDS have instruction, input, output and id; without
# them it is the data of the tests. A tiny model is trained from nothing on BASE=600 of
# them, scores all others but HELD=200, and goes on from there with the K=150 of the
# highest IFD up to 1, and with five random choices. TRAIN=300 and TUNE=40 are steps,
# SEEDS=5 pairs. PYTHON has sel's extra models.
set -euo pipefail
source "$(dirname "$0")/common.sh"
records=${1:-$data/instruct.jsonl.zst} k=${K:-150} held=${HELD:-200} base=${BASE:-600}
train=${TRAIN:-300} tune=${TUNE:-40}
begin "${2:-.ifd}" "$records" "$k" "$held" "$base" "$train" "$tune" "$seeds"

need "$records" instruction output id

# What is held out, and what the model is to know before, is in nobody's choice.
step "$out/held.jsonl" pick random -k "$held" --seed 1 "$records"
step "$out/rest.jsonl" pick rows --not --from "$out/held.jsonl" --on id "$records"
step "$out/base.jsonl" pick random -k "$base" --seed 2 "$out/rest.jsonl"
step "$out/pool.jsonl" pick rows --not --from "$out/base.jsonl" --on id "$out/rest.jsonl"

if [[ ! -e $out/model ]]; then
    "$python" "$here/tiny.py" train "$out/model.part" "$out/base.jsonl" "$train"
    mv "$out/model.part" "$out/model"
fi
step "$out/scored.jsonl" score ifd --model "$out/model" --words plain --parts "$out/pool.jsonl"
[[ -e $out/ifd.jsonl ]] ||
    sel pick where 'ifd != null and ifd <= 1' -q "$out/scored.jsonl" |
    sel pick top -k "$k" --by ifd -q -o "$out/ifd.jsonl"
choices=()
for seed in $(seq "$seeds"); do
    step "$out/random.$seed.jsonl" pick random -k "$k" --seed "$seed" "$out/pool.jsonl"
    choices+=("ifd:$seed:$out/ifd.jsonl" "random:$seed:$out/random.$seed.jsonl")
done
losses task=instruct "$out/model" "$out/held.jsonl" "$tune" "${choices[@]}"
compare --lower --measure "loss of held-out answers, nats a token"
