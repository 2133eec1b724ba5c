#!/bin/sh
# Tonight's dump against those before it: what is new, changed and gone, by id, and what
# is worth adding: texts that are neither equal nor near to any that came before.
# usage: dumps.sh STATE DUMP OUT   STATE is a folder that is kept from night to night
set -eu
state=$1 dump=$2 out=$3 seen='' index=''
mkdir -p "$state" "$out"
[ -e "$state/seen.npz" ] && seen="--load $state/seen.npz"
[ -e "$state/index.npz" ] && index="--load $state/index.npz"
last=$state/last.jsonl
[ -e "$last" ] || : > "$last"

# shellcheck disable=SC2086 # an option and its value
sel diversify exact $seen --save "$state/seen.next" --report "$out/same.jsonl" -q \
    "$dump" -o "$out/fresh.jsonl"
# shellcheck disable=SC2086
sel diversify against $index --save "$state/index.next" --report "$out/near.jsonl" -q \
    "$out/fresh.jsonl" -o "$out/add.jsonl"
sel pick rows --from "$last" --on id -q "$out/fresh.jsonl" \
    -o "$out/changed.jsonl"
sel pick rows --from "$last" --on id --not -q "$dump" -o "$out/new.jsonl"
sel pick rows --from "$dump" --on id --not -q "$last" -o "$out/gone.jsonl"

# Only now does the night count: a run that failed before this can be repeated.
sel pick where true -q "$dump" -o "$last"
mv "$state/seen.next" "$state/seen.npz"
mv "$state/index.next" "$state/index.npz"
for kind in new changed gone same near add; do
    echo "$kind: $(wc -l < "$out/$kind.jsonl")"
done
