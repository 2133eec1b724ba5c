#!/usr/bin/env bash
# S3FT (Gupta et al. 2025, arXiv:2502.08130): train on a model's own answers where they are
# right, and on gold elsewhere. How far are such targets from what the model says anyway,
# and how many are wrong, beside gold alone, own answers whatever they say, and as many own
# answers by chance?
# usage: s3ft.sh [RECORDS [OUT]]   RECORDS have prompt, gold, own, own_ok and id; without
# them it is the data of the tests: answers of gemma-2-2b-it to 660 questions of GSM8K.
# own_ok is whether an answer is right, which the judge is not told. In each of SEEDS=5
# rounds the targets are those of TRAIN=50% of the records, and how far they are, in bits
# per byte, says a model of n-grams of the model's answers to all others. There are no
# paraphrases: they need the model. That a model which is trained on them keeps more of
# what it could before is not measured here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
records=${1:-$here/../tests/data/gsm8k_answers.jsonl.zst} out=${2:-.s3ft}
seeds=${SEEDS:-5} python=${PYTHON:-python3}
mkdir -p "$out"

for seed in $(seq "$seeds"); do
    sel pick random -k "${TRAIN:-50%}" --seed "$seed" -q "$records" -o "$out/train.jsonl"
    sel pick rows --not --from "$out/train.jsonl" --on id -q "$records" -o "$out/rest.jsonl"
    far=(sel score ngramlm --unit bytes --order 6 -q)
    sel pick target --judge number -q "$out/train.jsonl" -o "$out/targets.jsonl"
    "${far[@]}" --target "$out/rest.jsonl" --save "$out/said.npz" --text own --as far_own \
        "$out/targets.jsonl" -o "$out/far.jsonl"
    "${far[@]}" --load "$out/said.npz" --text gold --as far_gold "$out/far.jsonl" \
        -o "$out/$seed.jsonl"
done

# A line for each kind of targets, measure and seed, then the means and what s3ft has less
# than each, with the 95% interval over seeds.
PYTHONPATH=$here "$python" - "$out" "$seeds" <<'END'
import json, random, sys
from math import log2, sqrt
from statistics import fmean, stdev

from paired import STUDENT

out, seeds = sys.argv[1], range(1, int(sys.argv[2]) + 1)
found = {}
for seed in seeds:
    with open(f"{out}/{seed}.jsonl", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    right = [row["target_source"] == "own" for row in rows]
    chance = [*right]
    random.Random(seed).shuffle(chance)
    kinds = {"s3ft": right, "random": chance, "own": [True] * len(rows)}
    kinds["gold"] = [False] * len(rows)
    for kind, own in kinds.items():
        pairs = list(zip(rows, own))
        wrong = fmean(o and not row["own_ok"] for row, o in pairs)
        far = fmean(log2(row["far_own" if o else "far_gold"]) for row, o in pairs)
        found.setdefault("wrong", {}).setdefault(kind, []).append(wrong)
        found.setdefault("bits", {}).setdefault(kind, []).append(far)
with open(f"{out}/figures", "w", encoding="utf-8") as file:
    for measure, kinds in found.items():
        for kind, values in kinds.items():
            for seed, value in zip(seeds, values):
                file.write(f"task={measure} method={kind} seed={seed} value={value}\n")
for measure, kinds in found.items():
    for kind, values in kinds.items():
        less = [b - a for a, b in zip(kinds["s3ft"], values)]
        line = f"{measure}: {kind} {fmean(values):.3f}"
        if kind != "s3ft" and len(less) > 1:
            reach = STUDENT[min(len(less) - 2, 8)] * stdev(less) / sqrt(len(less))
            line += f", s3ft less by {fmean(less):+.3f} +- {reach:.3f}"
        print(line)
END
