#!/bin/sh
# A cron job: score tonight's dump with a state that was fitted once, and keep the best
# tenth. Bad lines are set aside, a summary is kept as JSON, and two runs never overlap.
# usage: nightly.sh STATE DUMP OUTDIR
set -eu
state=$1 dump=$2 out=$3
mkdir -p "$out"
exec 9> "$out/.lock"
flock -n 9 || { echo "nightly: another run is at work" >&2; exit 75; }

sel score dsir --load "$state" -q "$dump" -o "$out/scored.jsonl.zst" --resume \
    --on-error "quarantine=$out/bad.jsonl" --max-errors 1% --summary "$out/score.json"
sel pick top --fraction 0.1 --by dsir -q "$out/scored.jsonl.zst" \
    -o "$out/keep.jsonl.zst" --summary "$out/pick.json" --fail-if-empty
rm -f "$out/scored.jsonl.zst"
