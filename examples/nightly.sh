#!/usr/bin/env bash
# A job for cron or systemd: choose from tonight's dump what is worth adding to what was
# chosen on the nights before. See docs/nightly.md.
# usage: nightly.sh NIGHTS DUMP...
#   NIGHTS  a folder; each night adds one, which holds its output and its state
#   DUMP    files, which are read several times
# The environment says the rest:
#   TARGET     examples of what is wanted; only the first night reads them
#   FIRST      records that the first night chooses; they set the bar for the others
#   TOTAL      records that all nights may choose together; not less than FIRST
#   MAX_DRIFT  stop, with status 1, where the records have drifted further than this
#   ID, TEXT   fields of a record: its name [id], its text [text]
#   GROUP      field by which the report counts; all records must have it
#   SEED       of the random numbers [0]
set -euo pipefail
TARGET=${TARGET-} FIRST=${FIRST:-1000} TOTAL=${TOTAL-} MAX_DRIFT=${MAX_DRIFT-}
ID=${ID:-id} TEXT=${TEXT:-text} GROUP=${GROUP-} SEED=${SEED:-0}

fail() { # STATUS MESSAGE
    echo "nightly: $2" >&2
    exit "$1"
}
step() { # MADE ARGUMENTS: a command, unless what it makes last is there
    [[ -e $1 ]] || sel "${@:2}" -q
}
told() { # NAME FILE: a number of a summary or of a line of JSON
    sed -nE "s/^(.*[{,]| *)\"$1\": ?([-+.0-9eE]+).*/\2/p" "$2" | tail -n 1
}
groups() { # FILE REPORT: how many records of each group
    : > "$2"
    [[ -z $GROUP ]] || sel pick random --fraction 1 --per "$GROUP" -q --report "$2" \
        --on-error skip --max-errors 100% "$1" -o /dev/null # GROUP may be new tonight
}

(($# > 1)) || fail 2 "give a folder and a dump. Try: nightly.sh nights dump.jsonl.zst"
nights=$1 dump=("${@:2}")
for one in "${dump[@]}"; do
    [[ -e $one ]] || fail 4 "$one: no such file"
    [[ -f $one ]] || fail 2 "$one is not a file, and is read several times. Try: a copy"
done
[[ $FIRST =~ ^[1-9][0-9]*$ ]] || fail 2 "FIRST must be a whole number, got '$FIRST'"
[[ $TOTAL =~ ^[0-9]*$ ]] || fail 2 "TOTAL must be a whole number, got '$TOTAL'"
mkdir -p "$nights"
exec 9> "$nights/.lock"
flock -n 9 || fail 75 "another run is at work"

# What was done before, and by whom: a state is of no use to other settings.
last=$(find "$nights" -maxdepth 1 -name '[0-9]*' -type d | sort | tail -n 1)
night=$(printf %06d $((10#$(basename "${last:-0}") + 1)))
settings="$(sel --version), seed $SEED, id $ID, text $TEXT"
sum=$(cat -- "${dump[@]}" | sha256sum | cut -d ' ' -f 1)
old=$last/state spent=0 left=$TOTAL first=1
if [[ -n $last ]]; then
    for one in settings dump spent cut {pairs,seen,index,fit,drift}.npz names.jsonl.zst; do
        [[ -e $old/$one ]] || fail 3 \
            "$old/$one is not there. Try: remove $last, to go on from the night before"
    done
    was=$(cat "$old/settings")
    [[ $was == "$settings" ]] || fail 2 \
        "$last was made by $was, and this is $settings. Try: a new folder"
    if [[ $(cat "$old/dump") == "$sum" ]]; then
        echo "nightly: $last has this dump already"
        exit 0
    fi
    first=0 spent=$(cat "$old/spent")
    [[ -z $TOTAL ]] || left=$((TOTAL > spent ? TOTAL - spent : 0))
elif [[ -z $TARGET ]]; then
    fail 2 "the first night needs examples. Try: TARGET=wiki.jsonl nightly.sh ..."
elif [[ -n $TOTAL ]] && ((FIRST > TOTAL)); then
    fail 2 "FIRST, $FIRST, is more than TOTAL, $TOTAL"
fi

# A night that was interrupted goes on, if it is the same in all.
work=$nights/.night state=$nights/.night/state
all="$settings, $sum, $TARGET, $FIRST, $TOTAL, $MAX_DRIFT, $GROUP"
[[ -e $work/all && $(cat "$work/all") == "$all" ]] || rm -rf "$work"
mkdir -p "$state"
echo "$all" > "$work/all"

# By name and content: what was not in the last dump, and what is no longer there.
[[ $TEXT == *{* ]] && both="{$ID}\n$TEXT" || both="{$ID}\n{$TEXT}"
pairs=(diversify exact --raw --text "$both" --max-errors 1%)
if [[ ! -e $state/pairs.npz || ! -e $state/names.jsonl.zst ]]; then
    rm -f "$state/pairs.npz" "$state/names.jsonl.zst" # both, or none
    sel "${pairs[@]}" --on-error "quarantine=$work/bad.jsonl" -q \
        --save "$state/pairs.npz" --summary "$work/read.json" "${dump[@]}" |
        sel score length --thin --carry "$ID${GROUP:+,$GROUP}" --text "$TEXT" -q \
            -o "$state/names.jsonl.zst"
fi
read=$(told read "$work/read.json") bad=$(told rejected "$work/read.json")
((read > bad)) || fail 3 "the dump has no records"
names=/dev/null last_pairs=() seen=() index=()
if ((! first)); then
    names=$old/names.jsonl.zst last_pairs=(--load "$old/pairs.npz")
    seen=(--load "$old/seen.npz") index=(--load "$old/index.npz")
fi
step "$work/moved.jsonl.zst" "${pairs[@]}" "${last_pairs[@]}" --on-error skip \
    -o "$work/moved.jsonl.zst" "${dump[@]}"
among() { # KIND FROM IN [--not]: the records of IN whose names are in FROM
    step "$work/$1.jsonl.zst" pick rows --from "$2" --on "$ID" "${@:4}" \
        --summary "$work/$1.json" -o "$work/$1.jsonl.zst" "$3"
}
among new "$names" "$work/moved.jsonl.zst" --not
among changed "$names" "$work/moved.jsonl.zst"
among gone "$state/names.jsonl.zst" "$names" --not
among kept "$work/moved.jsonl.zst" "$state/names.jsonl.zst" --not

# What is neither equal nor near to any text of any night before.
step "$state/seen.npz" diversify exact "${seen[@]}" --text "$TEXT" \
    --save "$state/seen.npz" -o "$work/fresh.jsonl.zst" "$work/moved.jsonl.zst"
step "$state/index.npz" diversify against "${index[@]}" --text "$TEXT" \
    --save "$state/index.npz" --summary "$work/unique.json" \
    -o "$work/unique.jsonl.zst" "$work/fresh.jsonl.zst"

# Scored by the fit of the first night, and measured beside it.
scored=$work/scored.jsonl.zst
by=(--by dsir)
if ((first)); then
    step "$state/fit.npz" score dsir --target "$TARGET" --text "$TEXT" \
        --save "$state/fit.npz" -o "$scored" "$work/unique.jsonl.zst"
    step "$state/drift.npz" eval drift "${by[@]}" --text "$TEXT" \
        --save "$state/drift.npz" -o "$work/drift.jsonl" "$scored"
    bar=(-k "$FIRST")
else
    cp "$old/fit.npz" "$old/drift.npz" "$state/"
    step "$scored" score dsir --load "$state/fit.npz" --text "$TEXT" \
        -o "$scored" "$work/unique.jsonl.zst"
    if (($(told kept "$work/unique.json"))); then
        sel eval drift "${by[@]}" --text "$TEXT" --load "$state/drift.npz" -q \
            ${MAX_DRIFT:+--max-drift "$MAX_DRIFT"} -o "$work/drift.jsonl" "$scored" || {
            status=$?
            ((status == 1)) || exit "$status"
            fail 1 "the records have drifted: $(cat "$work/drift.jsonl")"
        }
    else
        echo '{"records":0,"drift":0.0}' > "$work/drift.jsonl"
    fi
    bar=(--cut "$(cat "$old/cut")" ${left:+-k "$left"})
fi

# The same choice as of all dumps at once, until the total is reached.
step "$work/keep.jsonl.zst" pick sample "${bar[@]}" "${by[@]}" --key "$ID" \
    --seed "$SEED" --summary "$work/keep.json" -o "$work/keep.jsonl.zst" "$scored"
if ((first)); then told cut "$work/keep.json" > "$state/cut"; else cp "$old/cut" "$state/"; fi
[[ -s $state/cut ]] || fail 1 "nothing was chosen, and there is no bar for other nights"

# The report, as JSON, as Markdown and as a line.
unique=$(told kept "$work/unique.json")
chosen=$(told kept "$work/keep.json") drift=$(told drift "$work/drift.jsonl")
for kind in new changed gone kept; do
    declare "$kind=$(told kept "$work/$kind.json")"
    groups "$work/$kind.jsonl.zst" "$work/$kind.groups.jsonl"
done
spent=$((spent + chosen)) left=${TOTAL:+$((TOTAL > spent ? TOTAL - spent : 0))}
table() { # FORMAT: the groups, each with its four numbers
    awk -v format="$1" '
        BEGIN { split("new changed gone kept", kinds, " ") }
        { name = number = $0; kind = FILENAME
          sub(/.*"value":/, "", name); sub(/,"pool":.*/, "", name)
          sub(/.*"pool":/, "", number)
          sub(/.*\//, "", kind); sub(/\..*/, "", kind)
          if (!(name in known)) { known[name] = 1; order[++n] = name }
          count[name, kind] = number + 0 }
        END { for (i = 1; i <= n; i++) {
            name = order[i]
            for (j = 1; j <= 4; j++) {
                value = count[name, kinds[j]] + 0
                if (format == "json") cell = sprintf("\"%s\":%d", kinds[j], value)
                else cell = value
                cells = j > 1 ? cells (format == "json" ? "," : " | ") cell : cell }
            if (format == "json") printf "%s%s:{%s}", (i > 1 ? "," : ""), name, cells
            else { gsub(/^"|"$/, "", name); gsub(/\|/, "\\|", name)
                printf "| %s | %s |\n", name, cells } } }' \
        "$work"/{new,changed,gone,kept}.groups.jsonl
}
printf -v about %.3f "$drift"
quoted=${settings//\\/\\\\} quoted=${quoted//\"/\\\"}
line="night $night: $read read, $bad bad, $new new, $changed changed, $gone gone, \
$kept kept; $chosen of $unique chosen, $spent in all${left:+, $left left}; drift $about"
printf '{"night":%d,"made_by":"%s","dump":"%s","read":%d,"bad":%d,"new":%d,' \
    "$((10#$night))" "$quoted" "$sum" "$read" "$bad" "$new" > "$work/report.json"
printf '"changed":%d,"gone":%d,"kept":%d,"unique":%d,"chosen":%d,' \
    "$changed" "$gone" "$kept" "$unique" "$chosen" >> "$work/report.json"
printf '"spent":%d,"left":%s,' "$spent" "${left:-null}" >> "$work/report.json"
printf '"cut":%s,"drift":%s,"groups":{%s}}\n' "$(cat "$state/cut")" \
    "$(cat "$work/drift.jsonl")" "$(table json)" >> "$work/report.json"
{
    printf '# Night %s\n\n%s\n\n' "$night" "$line"
    printf '| group | new | changed | gone | kept |\n| --- | --- | --- | --- | --- |\n'
    printf '| all | %d | %d | %d | %d |\n' "$new" "$changed" "$gone" "$kept"
    table markdown
} > "$work/report.md"
echo "$line" > "$work/line.txt"

# Output and state appear together, in one rename: before it the night did not happen.
echo "$settings" > "$state/settings"
echo "$sum" > "$state/dump"
echo "$spent" > "$state/spent"
rm -f "$work"/{moved,fresh,unique,scored,kept}.jsonl.zst "$work"/*.groups.jsonl \
    "$work"/{read,new,changed,gone,kept,unique,keep}.json "$work/drift.jsonl" \
    "$work/all"
sync -f "$nights"
mv -T "$work" "$nights/$night"
cat "$nights/$night/line.txt"

# Of older nights the output stays, and of the last but one the state.
find "$nights" -maxdepth 2 -path '*/[0-9]*/state' | sort | head -n -2 | xargs -r rm -rf --
