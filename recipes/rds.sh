#!/usr/bin/env bash
# RDS+ (Ivison et al. 2025, arXiv:2503.01807) recovers a task: from a pool of several
# sources choose what resembles a few records of one of them, and say how much of the
# choice is of that source; against n-grams and random.
# usage: rds.sh [DATA [OUT [MODEL]]]   DATA holds the pool, *.jsonl.zst, or is its file, by
# default that of the tests; MODEL is a causal language model (name or folder), without it
# the vectors are those of sel embed static. SOURCE=stackexchange is the source that is
# sought, FIELD=domain the field that names it; in each of SEEDS=5 rounds TARGETS=10 of its
# records are taken out of the pool, and K=100 others chosen.
set -euo pipefail
source "$(dirname "$0")/common.sh"
from=${1:-$data/pool.jsonl.zst} model=${3:-}
sought=${SOURCE:-stackexchange} field=${FIELD:-domain} k=${K:-100} targets=${TARGETS:-10}
begin "${2:-.rds}" "$from" "$model" "$sought" "$field" "$k" "$targets"
pool=("$from")
[[ ! -d $from ]] || pool=("$from"/*.jsonl.zst)

step "$out/sought.jsonl" pick where "$field == \"$sought\"" "${pool[@]}"
[[ -s $out/sought.jsonl ]] || {
    echo "rds.sh: no record has $field $sought" >&2
    exit 2
}
choose() { # NAME METHOD [OPTION]...: embed both, score, and let the targets take turns
    step "$part/$1.targets.npy" embed "${@:2}" "$part/targets.jsonl"
    step "$part/$1.npy" embed "${@:2}" "$part/pool.jsonl"
    step "$part/$1.scored.jsonl" score rds --vectors "$part/$1.npy" \
        --target-vectors "$part/$1.targets.npy" "$part/pool.jsonl"
    step "$part/$1.jsonl" pick turns -k "$k" --by rds "$part/$1.scored.jsonl"
}

for seed in $(seq "$seeds"); do
    part=$out/$seed
    mkdir -p "$part"
    step "$part/targets.jsonl" pick random -k "$targets" --seed "$seed" "$out/sought.jsonl"
    step "$part/pool.jsonl" pick rows --from "$part/targets.jsonl" --on id --not "${pool[@]}"
    choose rds static
    [[ -z $model ]] || choose rds-hidden hidden --model "$model"
    choose rds-ngrams ngrams
    step "$part/random.jsonl" pick random -k "$k" --seed "$seed" "$part/pool.jsonl"
    for name in rds ${model:+rds-hidden} rds-ngrams random; do
        share "$part/$name.jsonl" "$field == \"$sought\"" "task=$sought" \
            "method=$name" "seed=$seed"
    done
done
compare --measure "share of the source in the choice"
