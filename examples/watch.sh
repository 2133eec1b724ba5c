#!/usr/bin/env bash
# A cron job: hold tonight's dump against rules and against the last dump that kept
# them. Only a dump that keeps them becomes the next baseline.
# usage: watch.sh RULES DUMP OUTDIR
set -euo pipefail
rules=$1 dump=$2 out=$3
mkdir -p "$out"
exec 9> "$out/.lock"
flock -n 9 || { echo "watch: another run is at work" >&2; exit 75; }

baseline=()
[[ ! -f $out/last.json ]] || baseline=(--baseline "$out/last.json")
sel eval check "$rules" "$dump" "${baseline[@]}" --save "$out/next.json" -q \
    --format "text,junit=$out/check.xml,markdown=$out/check.md"
mv "$out/next.json" "$out/last.json"
