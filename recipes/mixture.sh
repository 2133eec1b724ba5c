#!/usr/bin/env bash
# Which mixture of domains is best for a target (RegMix, Liu et al. 2024, arXiv:2407.01492):
# train a small model on each of many mixtures, fit a law to what they need for a byte of
# the target, and hold the mixture that it proposes against the pool as it is.
# usage: mixture.sh [POOL [TARGET [OUT]]]   POOL has a field `domain`, TARGET one called
# `id`; by default those of the tests. RUNS=24 mixtures of BUDGET=200k bytes are tried, in
# each of SEEDS=5 rounds with another half of the target, and KL=0.02 is the price of being
# unlike the pool.
set -euo pipefail
source "$(dirname "$0")/common.sh"
pool=${1:-$data/pool.jsonl.zst} target=${2:-$data/wiki.jsonl.zst}
budget=${BUDGET:-200k} runs=${RUNS:-24} kl=${KL:-0.02}
begin "${3:-.mixture}" "$pool" "$target" "$budget" "$runs" "$kl"

mix() { # FILE [OPTION]...: as many bytes of the pool, by a mixture
    step "$1" pick mix "${@:2}" --per domain --budget "$budget" --cost bytes \
        --seed "$seed" "$out/pool.jsonl"
}

step "$out/pool.jsonl" score length --as bytes "$pool"
for seed in $(seq "$seeds"); do
    part=$out/$seed
    mkdir -p "$part/runs"
    # One half of the target is for the runs, the other for the end.
    step "$part/tune.jsonl" pick random --fraction 0.5 --seed "$seed" "$target"
    step "$part/test.jsonl" pick rows --not --from "$part/tune.jsonl" --on id "$target"

    mix "$part/random.jsonl" --alpha 1 --summary "$part/random.json"
    "$python" - "$part/random.json" > "$part/sizes.json" <<'END'
import json, sys

domains = json.load(open(sys.argv[1]))["domains"]
print(json.dumps({name: one["asked"] for name, one in domains.items()}))
END
    step "$part/proposed.jsonl" eval mixture --propose "$runs" --prior "$part/sizes.json" \
        --seed "$seed"
    tried=()
    while read -r mixture; do
        number=$(sed -E 's/.*"run":([0-9]+).*/\1/' <<< "$mixture")
        echo "$mixture" > "$part/mix.json"
        mix "$part/runs/$number.jsonl" "$part/mix.json" --max-repeats 100
        tried+=("$part/runs/$number.jsonl")
    done < "$part/proposed.jsonl"

    step "$part/losses.jsonl" eval utility --target "$part/tune.jsonl" --ngrams 4 "${tried[@]}"
    paste -d '\0' "$part/proposed.jsonl" "$part/losses.jsonl" | sed 's/}{/,/' > "$part/runs.jsonl"
    step "$part/mix.jsonl" eval mixture --target bits_per_byte --prior "$part/sizes.json" \
        --kl "$kl" --outside bound "$part/runs.jsonl"

    mix "$part/regmix.jsonl" "$part/mix.jsonl" --max-repeats 4
    step "$part/utility.jsonl" eval utility --target "$part/test.jsonl" --ngrams 4 \
        "$part/regmix.jsonl" "$part/random.jsonl"
    bits "$part/utility.jsonl" task=wikipedia "seed=$seed"
done
compare --lower --measure "bits for a byte of the held-out half of the target"
