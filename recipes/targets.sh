#!/usr/bin/env bash
# From a pool to a target: every method that chooses from any pool for any target, or from
# any pool, beside random, and how each moves as the pool grows tenfold.
# usage: targets.sh [OUT]
# For each of SEEDS=5 and TASKS="wikipedia aqua": one half of the target's records is to
# choose with, and the other is what a model of n-grams that is trained on the choice is
# tried on, which no method has seen: bits for a byte. The pool is that of the tests, and
# a tenth of it that is drawn by the seed. Every method ranks the pool once, and the
# model reads the first bytes of its ranking: 0.5, 2 and 10% of those of the pool, and 1%
# of the whole, which is as much as 10% of the tenth. CPU seconds are those of a method
# and of the vectors or losses that it reads, for one ranking. MODELS=1 adds the methods
# that read a language model, which is a tiny one, trained here on 600 records of the pool;
# METHODS="random|dsir" takes those alone, and TENTHS=1 the smaller pool alone.
set -euo pipefail
source "$(dirname "$0")/common.sh"
tasks=${TASKS:-wikipedia aqua} models=${MODELS:-} tenths=${TENTHS:-10 1}
wanted=${METHODS:-[a-z-]+}
begin "${1:-.targets}" "$tasks" "$models" "$tenths" "$wanted"
export pool target seed model vectors hidden losses file
export first="-q -k 40% --order score"

# A line for each method: its name, and what writes the records of $pool, the best first.
all() {
    cat <<'END'
random sel pick random --seed "$seed" $first "$pool"
dsir sel score dsir -q --target "$target" "$pool" | sel pick sample --by dsir --seed "$seed" $first
ngramlm sel score ngramlm -q --target "$target" "$pool" | sel pick top --lowest --by ngramlm $first
moore-lewis sel score ngramlm -q --target "$target" --against "$pool" "$pool" | sel pick top --lowest --by ngramlm $first
classifier sel score classifier -q --pos "$target" --neg "$pool" "$pool" | sel pick top --by classifier $first
rds sel score rds -q --vectors "$vectors" --target-vectors "$target.npy" "$pool" | sel pick turns --by rds $first
rds-max sel score rds -q --reduce max --vectors "$vectors" --target-vectors "$target.npy" "$pool" | sel pick top --by rds $first
tsds sel score tsds -q --vectors "$vectors" --target-vectors "$target.npy" "$pool" | sel pick sample --weights proportional --by tsds --seed "$seed" $first
facility sel diversify facility --vectors "$vectors" $first "$pool"
kcenter sel diversify kcenter --vectors "$vectors" $first "$pool"
votek sel diversify votek --vectors "$vectors" $first "$pool"
herding sel diversify herding --vectors "$vectors" $first "$pool"
length sel score length -q "$pool" | sel pick top --by length $first
END
    [[ -z $models ]] || cat <<'END'
rds-hidden sel score rds -q --vectors "$hidden" --target-vectors "$target.hidden.npy" "$pool" | sel pick turns --by rds $first
perplexity-high sel pick top --by perplexity $first "$losses"
perplexity-low sel pick top --by perplexity --lowest $first "$losses"
END
    [[ -z $models || $task == wikipedia ]] || cat <<'END'
ifd sel score ifd -q --words plain --prompt question --response answer --model "$model" "$pool" | sel pick where 'ifd != null and ifd <= 1' -q | sel pick top --by ifd $first
END
}

methods() { # those that are wanted
    all | grep -E "^($wanted) "
}

spent() { # COST COMMAND: run it, and write its CPU seconds
    local TIMEFORMAT='%U %S'
    { time bash -euo pipefail -c "$2" 2>&3; } 3>&2 2> "$1.part"
    awk '{print $1 + $2}' "$1.part" > "$1"
    rm "$1.part"
}

made() { # FILE COMMAND: what writes it as $file, unless it is there
    [[ -e $1 && -e $1.cost ]] || file=$1 spent "$1.cost" "$2"
}

ranking() { # the file of a method, which all seeds share where it is the same
    local home=$part
    [[ $command != *'$target'* && $command != *'$seed'* ]] || home=$place
    echo "$home/$method.jsonl"
}

told() { # FILE WORDS: figures of all methods, with their costs
    local method command read costs value
    while read -r method command; do
        costs=("$(ranking).cost")
        for read in vectors hidden losses; do
            [[ $command != *"\"\$$read\""* ]] || costs+=("${!read}.cost")
        done
        value=$(sed -nE "s|.*/$method.jsonl\".*\"bits_per_byte\":([0-9.]+).*|\1|p" "$1")
        figure "$2 method=$method value=$value cpu=$(awk "{n += \$1} END {print n}" "${costs[@]}")"
    done < <(methods)
}

text() { # FILE OUT: questions with their answers as a text
    sel pick where true -q "$1" | "$python" -c '
import json, sys

for one in map(json.loads, sys.stdin):
    print(json.dumps(one | {"text": "{question}\n{answer}".format(**one)}))
' > "$2.part"
    mv "$2.part" "$2"
}

for task in $tasks; do
    home=$out/$task
    mkdir -p "$home"
    if [[ $task == wikipedia ]]; then
        step "$home/pool.jsonl" pick where true "$data/pool.jsonl.zst"
        step "$home/wanted.jsonl" pick where true "$data/wiki.jsonl.zst"
    else
        [[ -e $home/pool.jsonl ]] || text "$data/math.jsonl.zst" "$home/pool.jsonl"
        [[ -e $home/test.jsonl ]] || text "$data/math_test.jsonl.zst" "$home/test.jsonl"
        step "$home/wanted.jsonl" pick where "source == '$task'" "$home/test.jsonl"
    fi
    model=$home/model
    if [[ $models && ! -e $model ]]; then
        step "$home/known.jsonl" pick random -k 600 --seed 0 "$home/pool.jsonl"
        "$python" "$here/tiny.py" train "$model.part" "$home/known.jsonl" "${TRAIN:-300}"
        mv "$model.part" "$model"
    fi
    for seed in $(seq "$seeds"); do
        target=$home/target_$seed
        step "$target" pick random --fraction 0.5 --seed "$seed" "$home/wanted.jsonl"
        step "$home/test_$seed" pick rows --not --from "$target" --on id "$home/wanted.jsonl"
        step "$target.npy" embed static "$target"
        [[ -z $models ]] || step "$target.hidden.npy" embed hidden --template none --model "$model" "$target"
        for tenth in $tenths; do
            part=$home/$tenth place=$home/$tenth/$seed
            ((tenth == 10)) || part=$place
            mkdir -p "$place"
            pool=$part/pool vectors=$part/vectors.npy hidden=$part/hidden.npy losses=$part/losses.jsonl
            step "$pool" pick random --fraction "$((tenth / 10)).$((tenth % 10))" --seed "$seed" "$home/pool.jsonl"
            made "$vectors" 'sel embed static -q "$pool" -o "$file"'
            [[ -z $models ]] || made "$hidden" 'sel embed hidden --template none --model "$model" -q "$pool" -o "$file"'
            [[ -z $models ]] || made "$losses" 'sel score perplexity --template none --model "$model" -q "$pool" -o "$file"'
            ranked=()
            while read -r method command; do
                file=$(ranking)
                made "$file" "$command > \"\$file.part\" && mv \"\$file.part\" \"\$file\""
                ranked+=("$file")
            done < <(methods)
            total=$(sel score length --thin -q "$pool" | awk -F'[:}]' '{n += $3} END {print n}')
            sizes="0.5 2 10"
            ((tenth == 1)) || sizes="0.5 1 2 10"
            for size in $sizes; do
                step "$place/bits.$size.jsonl" eval utility --target "$home/test_$seed" \
                    --bytes "$(awk "BEGIN {printf \"%d\", $total * $size / 100}")" "${ranked[@]}"
                told "$place/bits.$size.jsonl" "task=$task pool=$(wc -l < "$pool") size=$size% seed=$seed"
            done
        done
    done
done
compare --lower --measure "bits for a byte of the held-out half of the target"
