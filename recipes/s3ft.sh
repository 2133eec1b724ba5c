#!/usr/bin/env bash
# S3FT (Gupta et al. 2025, arXiv:2502.08130): train on a model's own answers where they are
# right, and on gold elsewhere. How far are such targets from what the model says anyway,
# and how many are wrong, beside as many own answers by chance, own answers whatever they
# say, and gold alone?
# usage: s3ft.sh [RECORDS [OUT]]   RECORDS have prompt, gold, own, own_ok and id; without
# them it is the data of the tests: answers of gemma-2-2b-it to 660 questions of GSM8K.
# own_ok is whether an answer is right, which the judge is not told. In each of SEEDS=5
# rounds the targets are those of TRAIN=50% of the records, and how far they are, in bits
# per byte, says a model of n-grams of the model's answers to all others. There are no
# paraphrases: they need the model. That a model which is trained on such targets keeps
# more of what it could before is not measured here.
set -euo pipefail
source "$(dirname "$0")/common.sh"
records=${1:-$data/gsm8k_answers.jsonl.zst} train=${TRAIN:-50%}
begin "${2:-.s3ft}" "$records" "$train" "$seeds"

need "$records" gold own own_ok id

far=(score ngramlm --unit bytes --order 6)
for seed in $(seq "$seeds"); do
    part=$out/$seed
    mkdir -p "$part"
    step "$part/train.jsonl" pick random -k "$train" --seed "$seed" "$records"
    step "$part/rest.jsonl" pick rows --not --from "$part/train.jsonl" --on id "$records"
    step "$part/targets.jsonl" pick target --judge number "$part/train.jsonl"
    [[ -e $part/said.npz ]] || rm -f "$part/own.jsonl"
    step "$part/own.jsonl" "${far[@]}" --target "$part/rest.jsonl" --save "$part/said.npz" \
        --text own --as far_own "$part/targets.jsonl"
    step "$part/far.jsonl" "${far[@]}" --load "$part/said.npz" --text gold --as far_gold \
        "$part/own.jsonl"
    "$python" "$here/s3ft.py" "$part/far.jsonl" "$seed" >> "$out/figures"
done
compare --lower --measure "bits per byte to the model's own answers, and share of wrong targets"
