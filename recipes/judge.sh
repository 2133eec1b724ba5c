#!/usr/bin/env bash
# A judge, from a few graded records to a choice: a tiny language model is trained in half
# a minute to answer a question, judges a pool, and what it chooses is compared with a
# random choice of the same size: which of them teaches a small model the target better?
# usage: judge.sh [DATA [OUT]]   DATA holds wiki.jsonl.zst and pool.jsonl.zst
# In each of SEEDS=5 rounds YES=80 records of wiki are examples of yes, NO=240 of the pool
# of no; the rest of wiki is the target, and K=100 of POOL=1200 others are chosen. Some of
# what is graded no by chance should be a yes, as in the labels of people.
set -euo pipefail
here=$(dirname "$0")
data=${1:-$here/../tests/data} out=${2:-.judge} k=${K:-100}
python=${PYTHON:-python3}
mkdir -p "$out"

cat > "$out/worth.toml" <<'TOML'
labels = ["yes", "no"]
values = [1, 0]
chat = false
user = "{text}\n\nIs this from an encyclopedia?\nAnswer:"
TOML

: > "$out/gains"
for seed in $(seq "${SEEDS:-5}"); do
    sel pick random -q -k "${YES:-80}" --seed "$seed" "$data/wiki.jsonl.zst" -o "$out/yes.jsonl"
    sel pick rows -q --not --from "$out/yes.jsonl" --on id "$data/wiki.jsonl.zst" \
        -o "$out/target.jsonl"
    sel pick random -q -k "${NO:-240}" --seed "$seed" "$data/pool.jsonl.zst" -o "$out/no.jsonl"
    sel pick rows -q --not --from "$out/no.jsonl" --on id "$data/pool.jsonl.zst" |
        sel pick random -q -k "${POOL:-1200}" --seed "$seed" -o "$out/pool.jsonl"
    for answer in yes no; do
        sed "s/}\$/,\"answer\":\"$answer\"}/" "$out/$answer.jsonl"
    done | sel diversify exact -q -o "$out/graded.jsonl"

    # The question as it will be asked, and the model that learns to answer it.
    sel score judge -q --ask "$out/worth.toml" --requests "$out/asked.jsonl" \
        "$out/graded.jsonl" -o "$out/unanswered.jsonl"
    "$python" "$here/judge.py" train "$out/asked.jsonl" "$out/graded.jsonl" answer \
        "$out/model" "$seed"
    sel score judge --ask "$out/worth.toml" --model "$out/model" --max-length 100 \
        "$out/pool.jsonl" -o "$out/judged.jsonl"

    sel pick top -q -k "$k" --by judge "$out/judged.jsonl" -o "$out/judge.jsonl"
    sel pick random -q -k "$k" --seed "$seed" "$out/judged.jsonl" -o "$out/random.jsonl"
    for choice in judge random; do
        sel pick where 'domain == "wikipedia"' -q "$out/$choice.jsonl" -o "$out/found.jsonl"
        echo "$choice $seed: $(wc -l < "$out/found.jsonl") of $k are Wikipedia articles"
    done
    # As many bytes of each: what is longer would have an advantage.
    sel eval utility -q --target "$out/target.jsonl" --bytes "${BYTES:-100000}" \
        "$out/judge.jsonl" "$out/random.jsonl" -o "$out/utility.jsonl"
    sed -n 's/.*"bits_per_byte": *\([0-9.]*\).*/\1/p' "$out/utility.jsonl" |
        paste -sd' ' | awk '{print $2 - $1}' >> "$out/gains"
done
"$python" "$here/judge.py" gain "bits per byte less than random" < "$out/gains"
