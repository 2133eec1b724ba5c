#!/bin/bash
# LESS (Xia et al. 2024, arXiv:2402.04333): records whose gradients help a task.
# usage: less.sh [OUT]
# The pool is a mix of three sources of mathematics, and each is a task with 20 examples
# that are not in the pool. For each of five seeds (SEEDS) a tiny model that knows nothing
# gets adapters, is warmed up on a part of the pool, and chooses a tenth of it for each
# task. Printed is the share of the task's own source in the choice, less that in as many
# records by chance: the mean over the seeds, with a paired interval of 95%. That a choice
# from the right source teaches more is not measured here.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-.less} pool=${POOL:-600} python=${PYTHON:-python3} seeds=${SEEDS:-0 1 2 3 4}
mkdir -p "$out"

zstd -dcq "$here/tests/data/math.jsonl.zst" > "$out/math.jsonl"
head -n "$pool" "$out/math.jsonl" > "$out/pool.jsonl"
zstd -dcq "$here/tests/data/math_test.jsonl.zst" > "$out/test.jsonl"
"$python" "$here/recipes/tiny_model.py" "$out/math.jsonl" "$out/model"
tasks="gsm8k math aqua"
for task in $tasks; do
    sel pick where "source == '$task'" "$out/test.jsonl" -q | head -n 20
done > "$out/tasks.jsonl"

size=$((pool / 10))
for seed in $seeds; do
    run=$out/$seed
    mkdir -p "$run"
    gradient="sel embed gradient --model $out/model --adapters $run/lora --device cpu
        --project 2048 --projection count-sketch --max-length 256 --seed $seed -q"
    [ -e "$run/pool.npy" ] || $gradient --warmup 20% --lora 8 --epochs 2 --step-records 8 \
        --learning-rate 1e-3 "$out/pool.jsonl" -o "$run/pool.npy"
    $gradient --target-task "$out/tasks.jsonl" -o "$run/tasks.npy"
    sel score less --vectors "$run/pool.npy" --target-vectors "$run/tasks.npy" \
        --subtasks 3 --reduce each "$out/pool.jsonl" -q > "$run/scored.jsonl"
    sel diversify random -k "$size" --seed "$seed" "$out/pool.jsonl" -q \
        > "$run/random.jsonl"
done

PYTHONPATH=$here/recipes "$python" - "$out" "$size" "$seeds" $tasks <<'END'
import json, sys
from statistics import fmean, stdev

from paired import STUDENT

out, size, seeds, tasks = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(), sys.argv[4:]


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


for place, task in enumerate(tasks):
    gains, shares = [], []
    for seed in seeds:
        scored = [r for r in read(f"{out}/{seed}/scored.jsonl") if r["less"]]
        scored.sort(key=lambda r: -r["less"][place])
        chosen = [r["source"] == task for r in scored[:size]]
        chance = [r["source"] == task for r in read(f"{out}/{seed}/random.jsonl")]
        shares.append((sum(chosen) / len(chosen), sum(chance) / len(chance)))
        gains.append(shares[-1][0] - shares[-1][1])
    mean = fmean(gains)
    half = STUDENT[len(seeds) - 2] * stdev(gains) / len(seeds) ** 0.5
    less, random = map(fmean, zip(*shares))
    said = "better than chance" if mean > half else "no gain that can be told from chance"
    print(f"{task}: less {less:.3f}, random {random:.3f}, "
          f"gain {mean:+.3f} +- {half:.3f}: {said}")
END
