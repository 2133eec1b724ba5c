#!/bin/sh
# Which mixture of domains is best for a target (RegMix, Liu et al. 2024, arXiv:2407.01492):
# train a small model on each of many mixtures, fit a law to what they need for a byte of
# the target, and hold the mixture that it proposes against the pool as it is.
# usage: mixture.sh POOL TARGET [OUT]   POOL has a field `domain`, TARGET one called `id`
set -eu
pool=$1 target=$2 out=${3:-.mixture} budget=${BUDGET:-200k} runs=${RUNS:-24} kl=${KL:-0.02}
mkdir -p "$out/runs"

# One half of the target is for the runs, the other for the end.
sel pick random --fraction 0.5 -q "$target" -o "$out/tune.jsonl"
sel pick rows --not --from "$out/tune.jsonl" --on id -q "$target" -o "$out/test.jsonl"

mix() { # NAME [OPTION]...: as many bytes of the pool, by a mixture
    name=$1
    shift
    sel pick mix "$@" --per domain --budget "$budget" --cost bytes -q "$out/pool.jsonl" \
        -o "$out/$name.jsonl"
}

sel score length --as bytes -q "$pool" -o "$out/pool.jsonl"
mix as_is --alpha 1 --summary "$out/as_is.json"
${PYTHON:-python3} - "$out/as_is.json" > "$out/sizes.json" <<'END'
import json, sys

domains = json.load(open(sys.argv[1]))["domains"]
print(json.dumps({name: one["asked"] for name, one in domains.items()}))
END

sel eval mixture --propose "$runs" --prior "$out/sizes.json" -q -o "$out/proposed.jsonl"
tried=
while read -r mixture; do
    printf '%s\n' "$mixture" > "$out/mix.json"
    number=$(echo "$mixture" | sed -E 's/.*"run":([0-9]+).*/\1/')
    mix "runs/$number" "$out/mix.json" --max-repeats 100
    tried="$tried $out/runs/$number.jsonl"
done < "$out/proposed.jsonl"

# shellcheck disable=SC2086 (names have no blanks)
sel eval utility --target "$out/tune.jsonl" --ngrams 4 -q $tried -o "$out/losses.jsonl"
paste -d '\0' "$out/proposed.jsonl" "$out/losses.jsonl" | sed 's/}{/,/' > "$out/runs.jsonl"
sel eval mixture --target bits_per_byte --prior "$out/sizes.json" --kl "$kl" \
    --outside bound "$out/runs.jsonl" -o "$out/mix.jsonl"

mix mixed "$out/mix.jsonl" --max-repeats 4
sel eval utility --target "$out/test.jsonl" --ngrams 4 -q "$out/mixed.jsonl" \
    "$out/as_is.jsonl" |
    sed -nE 's/.*"selection":"[^"]*\/([a-z_]+)\.jsonl".*"bits_per_byte":([0-9.]{5}).*/\1: \2 bits for a byte/p'
