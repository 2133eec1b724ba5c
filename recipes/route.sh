#!/usr/bin/env bash
# Routing as in PET-Select (Wang et al. 2024, arXiv:2409.16416): for each question the
# cheapest model that will answer it, learnt from the vectors of other questions; beside it
# a toss between two models that costs as much, without a look at the question.
# usage: route.sh [QUERIES [RUNS [OUT]]]   QUERIES have id, prompt and gold; RUNS have id,
# the option in NAME=model, whether it worked in SUCCESS=correct, and what it cost in
# COST='billions*characters', the work of a model that writes so much. Without them it is
# the data of the tests: seven models and 660 questions of GSM8K. What is learnt, in each
# of SEEDS=5 divisions into folds, is the paper's network (route), with the length of the
# gold answer as difficulty (route-hard), and ridge regression (route-ridge).
set -euo pipefail
source "$(dirname "$0")/common.sh"
queries=${1:-$data/gsm8k_answers.jsonl.zst} runs=${2:-$data/gsm8k_runs.jsonl.zst}
table=(--runs "$runs" --name "${NAME:-model}" --success "${SUCCESS:-correct}"
    --cost "${COST:-billions*characters}")
begin "${3:-.route}" "$queries" "${table[@]}" "$seeds"
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

step "$out/queries.npy" embed static --text prompt "$queries"
step "$out/queries.jsonl" score length --unit characters --text gold --as hardness "$queries"
for seed in $(seq "$seeds"); do
    for method in route route-hard route-ridge; do
        how=()
        [[ $method != route-hard ]] || how=(--hard hardness)
        [[ $method != route-ridge ]] || how=(--learner ridge)
        part=$out/$method.$seed
        [[ -e $part.json ]] || rm -f "$part.jsonl"
        step "$part.jsonl" pick route --vectors "$out/queries.npy" "${table[@]}" --thin \
            --seed "$seed" --summary "$part.json" "${how[@]}" "$out/queries.jsonl"
        "$python" "$here/route.py" "$part.json" "$method" "$seed" >> "$out/figures"
    done
done
compare --measure "share of questions answered, beside a toss at the same mean cost"
