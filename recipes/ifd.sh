#!/usr/bin/env bash
# IFD (Li et al. 2024, arXiv:2308.12032): the instructions that help a model least, and
# what a model learns from them beside as many at random.
# usage: ifd.sh [RECORDS [OUT]]   RECORDS have instruction, input, output and id; without
# them it is the data of the tests. A tiny model is trained from nothing on BASE=600 of
# them, scores all others but HELD=200, and goes on from there with the K=150 of the
# highest IFD up to 1, and with five random choices. TRAIN=300 and TUNE=40 are steps,
# SEEDS=5 pairs. PYTHON has sel's extra models.
set -euo pipefail
records=${1:-$(dirname "$0")/../tests/data/instruct.jsonl.zst} out=${2:-.ifd}
here=$(dirname "$0") python=${PYTHON:-python3} k=${K:-150} seeds=${SEEDS:-5}
mkdir -p "$out"

# What is held out, and what the model is to know before, is in nobody's choice.
sel pick random -k "${HELD:-200}" --seed 1 -q "$records" -o "$out/held.jsonl"
sel pick rows --not --from "$out/held.jsonl" --on id -q "$records" -o "$out/rest.jsonl"
sel pick random -k "${BASE:-600}" --seed 2 -q "$out/rest.jsonl" -o "$out/base.jsonl"
sel pick rows --not --from "$out/base.jsonl" --on id -q "$out/rest.jsonl" -o "$out/pool.jsonl"

"$python" "$here/tiny.py" train "$out/model" "$out/base.jsonl" "${TRAIN:-300}"
sel score ifd --model "$out/model" --words plain --parts -q "$out/pool.jsonl" \
    -o "$out/scored.jsonl"
sel pick where 'ifd != null and ifd <= 1' -q "$out/scored.jsonl" |
    sel pick top -k "$k" --by ifd -q -o "$out/chosen.jsonl"
random=()
for seed in $(seq "$seeds"); do
    sel pick random -k "$k" --seed "$seed" -q "$out/pool.jsonl" -o "$out/random.$seed.jsonl"
    random+=("$out/random.$seed.jsonl")
done

"$python" "$here/tiny.py" compare "$out/model" "$out/held.jsonl" "${TUNE:-40}" \
    "$out/chosen.jsonl" -- "${random[@]}"
