#!/usr/bin/env bash
# Select2Reason (Yang et al. 2025, arXiv:2505.17266): the tenth of a set of solved problems
# that is difficult, as a judge says, and long: a quarter of the rank is that of the
# difficulty, three quarters that of the length of the solution.
# usage: select2reason.sh [TRACES [OUT]]   of what is verified; problems stand in
# PROMPT=problem, solutions in OUTPUT=solution. MODEL names a small instruct model that
# judges. Without it a tiny one is trained in a minute: half of the records, in which
# LEVEL=level is known, teach it to answer 1 for a level of at least HARD=4, and it judges
# the other half, in each of SEEDS=5 rounds. What is chosen is then held against that
# level, and against chance.
set -euo pipefail
source "$(dirname "$0")/common.sh"
traces=${1:-$data/math_levels.jsonl.zst} prompt=${PROMPT:-problem} output=${OUTPUT:-solution}
level=${LEVEL:-level} hard=${HARD:-4} share=${KEEP:-10%} model=${MODEL:-}
begin "${2:-.select2reason}" "$traces" "$prompt" "$output" "$level" "$hard" "$share" \
    "$model" "${EPOCHS:-}"
ask=difficulty
if [[ -z $model ]]; then
    ask=$out/difficult.toml
    cat > "$ask" <<'TOML'
labels = ["1", "0"]
chat = false
user = "{prompt}\n\nDifficult (1 or 0):"
TOML
fi

taught() { # a judge, of the records whose level is known
    judge=$part/model
    step "$part/known.jsonl" pick random -k 50% --seed "$seed" "$traces"
    step "$part/traces.jsonl" pick rows --not --from "$part/known.jsonl" --on id "$traces"
    judged=$part/traces.jsonl
    [[ ! -e $judge ]] || return 0
    for answer in 1 0; do
        sel pick where "$([[ $answer == 1 ]] || echo not) ($level >= $hard)" -q \
            "$part/known.jsonl" | sed "s/}\$/,\"answer\":\"$answer\"}/"
    done > "$part/graded.jsonl"
    sel score judge -q --prompt "$prompt" --ask "$ask" --requests "$part/asked.jsonl" \
        "$part/graded.jsonl" -o "$part/unanswered.jsonl"
    "$python" "$here/judge.py" "$part/asked.jsonl" "$part/graded.jsonl" answer \
        "$judge.part" "$seed"
    mv "$judge.part" "$judge"
}

for seed in $(seq "$seeds"); do
    part=$out/$seed judge=$model judged=$traces
    mkdir -p "$part"
    [[ $model ]] || taught
    [[ -e $part/scored.jsonl ]] ||
        sel score judge --prompt "$prompt" --ask "$ask" --model "$judge" -q "$judged" |
        sel score length --text "$output" --as trace -q -o "$part/scored.jsonl"
    for choice in select2reason:judge:0.25,trace:0.75 difficult:judge:1 longest:trace:1; do
        step "$part/${choice%%:*}.jsonl" pick fuse --rank "${choice#*:}" -k "$share" \
            "$part/scored.jsonl"
    done
    step "$part/random.jsonl" pick random -k "$share" --seed "$seed" "$part/scored.jsonl"
    for choice in select2reason difficult longest random; do
        if [[ $model ]]; then
            echo "$choice: $(wc -l < "$part/$choice.jsonl") records"
        else
            share "$part/$choice.jsonl" "$level >= $hard" task=math_levels \
                "method=$choice" "seed=$seed"
        fi
    done
done
[[ $model ]] || compare --measure "share of problems of level $hard and above in the choice"
