#!/usr/bin/env bash
# LESS (Xia et al. 2024, arXiv:2402.04333): records whose gradients help a task.
# usage: less.sh [OUT]
# The pool is a mix of three sources of mathematics, POOL=600 records, and each is a task
# with 20 examples that are not in the pool. In each of SEEDS=5 rounds a tiny model that
# knows nothing gets adapters, is warmed up on a part of the pool, and chooses a tenth of
# it for each task. The figure is the share of the task's own source in the choice. That a
# choice from the right source teaches more is not measured here.
set -euo pipefail
source "$(dirname "$0")/common.sh"
pool=${POOL:-600}
begin "${1:-.less}" "$pool"

step "$out/math.jsonl" pick where true "$data/math.jsonl.zst"
step "$out/pool.jsonl" pick where true --limit "$pool" "$out/math.jsonl"
[[ -e $out/model ]] || "$python" "$here/tiny_model.py" "$out/math.jsonl" "$out/model"
tasks=(gsm8k math aqua)
for task in "${tasks[@]}"; do
    sel pick where "source == '$task'" --limit 20 -q "$data/math_test.jsonl.zst"
done > "$out/tasks.jsonl"

size=$((pool / 10))
for seed in $(seq 0 $((seeds - 1))); do
    run=$out/$seed
    mkdir -p "$run"
    gradient=(embed gradient --model "$out/model" --adapters "$run/lora" --device cpu
        --project 2048 --projection count-sketch --max-length 256 --seed "$seed")
    step "$run/pool.npy" "${gradient[@]}" --warmup 20% --lora 8 --epochs 2 --step-records 8 \
        --learning-rate 1e-3 "$out/pool.jsonl"
    step "$run/tasks.npy" "${gradient[@]}" --target-task "$out/tasks.jsonl"
    step "$run/scored.jsonl" score less --vectors "$run/pool.npy" --target-vectors \
        "$run/tasks.npy" --subtasks 3 --reduce each "$out/pool.jsonl"
    step "$run/random.jsonl" diversify random -k "$size" --seed "$seed" "$out/pool.jsonl"
    for place in "${!tasks[@]}"; do
        task=${tasks[place]}
        step "$run/$task.jsonl" pick top -k "$size" --by "less.$place" "$run/scored.jsonl"
        share "$run/$task.jsonl" "source == '$task'" "task=$task" method=less "seed=$seed"
        share "$run/random.jsonl" "source == '$task'" "task=$task" method=random "seed=$seed"
    done
done
compare --measure "share of the task's own source in the choice"
