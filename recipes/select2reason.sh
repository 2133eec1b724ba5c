#!/usr/bin/env bash
# Select2Reason (Yang et al. 2025, arXiv:2505.17266): the tenth of a set of solved problems
# that is difficult, as a judge says, and long: a quarter of the rank is that of the
# difficulty, three quarters that of the length of the solution.
# usage: select2reason.sh [TRACES [OUT]]   of what is verified; problems stand in
# PROMPT=problem, solutions in OUTPUT=solution. MODEL names a small instruct model that
# judges. Without it a tiny one is trained in a minute: half of the records, in which
# LEVEL=level is known, teach it to answer 1 for a level of at least HARD=4, and it judges
# the other half. What is chosen is then held against that level, and against chance.
set -euo pipefail
here=$(dirname "$0")
traces=${1:-$here/../tests/data/math_levels.jsonl.zst} out=${2:-.select2reason}
prompt=${PROMPT:-problem} output=${OUTPUT:-solution} level=${LEVEL:-level} hard=${HARD:-4}
ask=difficulty model=${MODEL:-} python=${PYTHON:-python3} seed=${SEED:-1}
mkdir -p "$out"

if [ -z "$model" ]; then
    ask=$out/difficult.toml model=$out/model
    cat > "$ask" <<'TOML'
labels = ["1", "0"]
chat = false
user = "{prompt}\n\nDifficult (1 or 0):"
TOML
    sel pick random -q -k 50% --seed "$seed" "$traces" -o "$out/known.jsonl"
    sel pick rows -q --not --from "$out/known.jsonl" --on id "$traces" -o "$out/traces.jsonl"
    traces=$out/traces.jsonl
    for answer in 1 0; do
        sel pick where "$([ $answer = 1 ] || echo not) ($level >= $hard)" -q \
            "$out/known.jsonl" | sed "s/}\$/,\"answer\":\"$answer\"}/"
    done > "$out/graded.jsonl"
    sel score judge -q --prompt "$prompt" --ask "$ask" --requests "$out/asked.jsonl" \
        "$out/graded.jsonl" -o "$out/unanswered.jsonl"
    "$python" "$here/judge.py" train "$out/asked.jsonl" "$out/graded.jsonl" answer \
        "$model" "$seed"
fi

sel score judge --prompt "$prompt" --ask "$ask" --model "$model" -q "$traces" |
    sel score length --text "$output" --as trace -q -o "$out/scored.jsonl"
share=${KEEP:-10%}
for choice in select2reason:judge:0.25,trace:0.75 difficult:judge:1 longest:trace:1; do
    sel pick fuse --rank "${choice#*:}" -k "$share" -q "$out/scored.jsonl" \
        -o "$out/${choice%%:*}.jsonl"
done
sel pick random -k "$share" --seed "$seed" -q "$out/scored.jsonl" -o "$out/random.jsonl"

for choice in select2reason difficult longest random; do
    kept=$(wc -l < "$out/$choice.jsonl") told=
    if [ -z "${MODEL:-}" ]; then
        sel pick where "$level >= $hard" -q "$out/$choice.jsonl" -o "$out/hard.jsonl"
        told=", $(wc -l < "$out/hard.jsonl") of them of level $hard and above"
    fi
    echo "$choice: $kept records$told"
done
