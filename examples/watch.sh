#!/bin/sh
# A cron job: hold tonight's dump against rules and against the last dump that kept
# them. Only a dump that keeps them becomes the next baseline.
# usage: watch.sh RULES DUMP OUTDIR
set -eu
rules=$1 dump=$2 out=$3
mkdir -p "$out"
exec 9> "$out/.lock"
flock -n 9 || { echo "watch: another run is at work" >&2; exit 75; }

set -- "$rules" "$dump"
[ ! -f "$out/last.json" ] || set -- "$@" --baseline "$out/last.json"
sel eval check "$@" --save "$out/next.json" -q \
    --format "text,junit=$out/check.xml,markdown=$out/check.md"
mv "$out/next.json" "$out/last.json"
