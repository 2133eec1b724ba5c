#!/usr/bin/env bash
# A judge, from a few graded records to a choice: a tiny language model is trained in half
# a minute to answer a question, judges a pool, and what it chooses is compared with a
# random choice of the same size: which of them teaches a small model the target better?
# usage: judge.sh [DATA [OUT]]   DATA holds wiki.jsonl.zst and pool.jsonl.zst
# In each of SEEDS=5 rounds YES=80 records of wiki are examples of yes, NO=240 of the pool
# of no; the rest of wiki is the target, and K=100 of POOL=1200 others are chosen. Some of
# what is graded no by chance should be a yes, as in the labels of people. As many bytes,
# BYTES=100000, of each choice are read: what is longer would have an advantage.
set -euo pipefail
source "$(dirname "$0")/common.sh"
data=${1:-$data} k=${K:-100} yes=${YES:-80} no=${NO:-240} pool=${POOL:-1200}
bytes=${BYTES:-100000}
begin "${2:-.judge}" "$data" "$k" "$yes" "$no" "$pool" "$bytes" "${EPOCHS:-}"

ask=$out/worth.toml
cat > "$ask" <<'TOML'
labels = ["yes", "no"]
values = [1, 0]
chat = false
user = "{text}\n\nIs this from an encyclopedia?\nAnswer:"
TOML

for seed in $(seq "$seeds"); do
    part=$out/$seed
    mkdir -p "$part"
    step "$part/yes.jsonl" pick random -k "$yes" --seed "$seed" "$data/wiki.jsonl.zst"
    step "$part/target.jsonl" pick rows --not --from "$part/yes.jsonl" --on id \
        "$data/wiki.jsonl.zst"
    step "$part/no.jsonl" pick random -k "$no" --seed "$seed" "$data/pool.jsonl.zst"
    [[ -e $part/pool.jsonl ]] ||
        sel pick rows -q --not --from "$part/no.jsonl" --on id "$data/pool.jsonl.zst" |
        sel pick random -q -k "$pool" --seed "$seed" -o "$part/pool.jsonl"
    [[ -e $part/graded.jsonl ]] || for answer in yes no; do
        sed "s/}\$/,\"answer\":\"$answer\"}/" "$part/$answer.jsonl"
    done | sel diversify exact -q -o "$part/graded.jsonl"

    # The question as it will be asked, and the model that learns to answer it.
    if [[ ! -e $part/model ]]; then
        sel score judge -q --ask "$ask" --requests "$part/asked.jsonl" \
            "$part/graded.jsonl" -o "$part/unanswered.jsonl"
        "$python" "$here/judge.py" "$part/asked.jsonl" "$part/graded.jsonl" answer \
            "$part/model.part" "$seed"
        mv "$part/model.part" "$part/model"
    fi
    step "$part/judged.jsonl" score judge --ask "$ask" --model "$part/model" \
        --max-length 100 "$part/pool.jsonl"

    step "$part/judge.jsonl" pick top -k "$k" --by judge "$part/judged.jsonl"
    step "$part/random.jsonl" pick random -k "$k" --seed "$seed" "$part/judged.jsonl"
    for choice in judge random; do
        sel pick where 'domain == "wikipedia"' -q "$part/$choice.jsonl" -o "$part/found.jsonl"
        echo "$choice $seed: $(wc -l < "$part/found.jsonl") of $k are Wikipedia articles"
    done
    step "$part/utility.jsonl" eval utility --target "$part/target.jsonl" --bytes "$bytes" \
        "$part/judge.jsonl" "$part/random.jsonl"
    bits "$part/utility.jsonl" task=wikipedia "seed=$seed"
done
compare --lower --measure "bits for a byte of the rest of the target"
