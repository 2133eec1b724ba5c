#!/usr/bin/env bash
# Routing as in PET-Select (Wang et al. 2024, arXiv:2409.16416): for each question the
# cheapest model that will answer it, learnt from the vectors of other questions; beside it
# a model by chance, always the same one, and a toss between two that costs as much.
# usage: route.sh [QUERIES [RUNS [OUT]]]   QUERIES have id and prompt; RUNS have id, the
# option in NAME=model, whether it worked in SUCCESS=correct, and what it cost in
# COST='billions*characters', the work of a model that writes so much. Without them it is
# the data of the tests: seven models and 660 questions of GSM8K. What is learnt, in each
# of SEEDS=5 divisions into folds, is the paper's network (route), with the length of the
# gold answer as difficulty (hard), and ridge regression (ridge).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../tests/data
queries=${1:-$data/gsm8k_answers.jsonl.zst} runs=${2:-$data/gsm8k_runs.jsonl.zst}
out=${3:-.route} seeds=${SEEDS:-5} python=${PYTHON:-python3}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
mkdir -p "$out"

sel embed static --text prompt -q "$queries" -o "$out/queries.npy"
sel score length --unit characters --text gold --as length -q "$queries" \
    -o "$out/queries.jsonl"
for seed in $(seq "$seeds"); do
    for method in route hard ridge; do
        how=()
        [[ $method != hard ]] || how=(--hard length)
        [[ $method != ridge ]] || how=(--learner ridge)
        sel pick route --vectors "$out/queries.npy" --runs "$runs" --name "${NAME:-model}" \
            --success "${SUCCESS:-correct}" --cost "${COST:-billions*characters}" --thin \
            --seed "$seed" ${how[@]+"${how[@]}"} -q --summary "$out/$method.$seed.json" \
            "$out/queries.jsonl" -o "$out/$method.$seed.jsonl"
    done
done

# A line for each method and seed, then the means, and what each passes more than a toss at
# its cost, with the 95% interval over seeds.
PYTHONPATH=$here "$python" - "$out" "$seeds" <<'END'
import json, sys
from math import sqrt
from statistics import fmean, stdev

from paired import STUDENT

out, seeds = sys.argv[1], range(1, int(sys.argv[2]) + 1)
found = {}
for seed in seeds:
    for method in ("route", "hard", "ridge"):
        with open(f"{out}/{method}.{seed}.json", encoding="utf-8") as file:
            said = json.load(file)
        own = said["routed"] | {"gain": said["over chance at its cost"]["pass"]}
        found.setdefault(method, []).append(own)
        if method == "route":
            for name in ("single", "cheapest", "random", "hindsight"):
                found.setdefault(name, []).append(said[name])
with open(f"{out}/figures", "w", encoding="utf-8") as file:
    for method, values in found.items():
        for seed, said in zip(seeds, values):
            for task in ("pass", "cost"):
                file.write(f"task={task} method={method} seed={seed} value={said[task]}\n")
for method, values in found.items():
    line = f"{method}: pass {fmean(v['pass'] for v in values):.3f}"
    line += f", cost {fmean(v['cost'] for v in values):,.0f}"
    if "mrr" in values[0]:
        line += "".join(f", {k} {fmean(v[k] for v in values):.3f}" for k in ("mrr", "ndcg"))
        gains = [v["gain"] for v in values]
        line += f", beside a toss at its cost {fmean(gains):+.3f}"
        if len(gains) > 1:
            reach = STUDENT[min(len(gains) - 2, 8)] * stdev(gains) / sqrt(len(gains))
            line += f" +- {reach:.3f}"
    print(line)
END
