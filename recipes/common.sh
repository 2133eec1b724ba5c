# shellcheck shell=bash
# What all recipes share; they read it with `source`.
#   SEEDS=5 rounds; PYTHON is a Python that has sel; JSON=FILE writes the figures there.
# A recipe that is started again in the same folder passes over what is there.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 (recipes read it)
data=$here/../tests/data seeds=${SEEDS:-5}
python=${PYTHON:-python3}

begin() { # OUT SETTING...: the folder, which is only of use to the same settings
    out=$1
    mkdir -p "$out"
    local all
    all=$(sel --version; cat "$0"; printf '%s\n' "${@:2}")
    [[ -e $out/settings ]] || echo "$all" > "$out/settings"
    [[ $(cat "$out/settings") == "$all" ]] || {
        echo "$(basename "$0"): $out was made with other settings. Try: another folder" >&2
        exit 2
    }
    : > "$out/figures"
}

step() { # MADE ARGUMENTS: a command that writes a file, unless it is there
    [[ -e $1 ]] || sel "${@:2}" -q -o "$1"
}

need() { # FILE FIELD...: records have the fields, or it is said which they lack
    local field lacking
    for field in "${@:2}"; do
        lacking=$(sel pick where "not has($field)" --limit 1 -q "$1")
        [[ -z $lacking ]] || {
            echo "$(basename "$0"): $1: a record has no field '$field'" >&2
            exit 3
        }
    done
}

figure() { # NAME=VALUE...: a figure: task, method, seed, value and whatever else it is of
    echo "$*" >> "$out/figures"
}

share() { # FILE CONDITION NAME=VALUE...: the figure is the share of a file that is so
    local kept
    kept=$(sel pick where "$2" -q "$1" | wc -l)
    figure "${@:3}" "value=$(awk "BEGIN {print $kept / $(wc -l < "$1")}")"
}

bits() { # FILE NAME=VALUE...: figures of `eval utility` for METHOD.jsonl or METHOD_SEED.jsonl
    local method seed value found
    found='s/.*"selection":"([^"]*\/)?([^"_]+)(_([0-9]+))?\.jsonl".*"bits_per_byte":([0-9.]+).*/\2 \4 \5/p'
    while read -r method seed value; do
        [[ $value ]] || value=$seed seed=
        figure "${@:2}" "method=$method" ${seed:+"seed=$seed"} "value=$value"
    done < <(sed -nE "$found" "$1")
}

losses() { # NAME=VALUE MODEL HELD-OUT STEPS METHOD:SEED:FILE...: figures of `tiny.py`
    if [[ ! -e $out/losses ]]; then
        "$python" "$here/tiny.py" compare "${@:2}" > "$out/losses.part"
        mv "$out/losses.part" "$out/losses"
    fi
    sed "s/^/$1 /" "$out/losses" >> "$out/figures"
}

compare() { # OPTION...: each method beside random, seed by seed
    "$python" "$here/paired.py" "$(basename "$0" .sh)" "$out/figures" \
        ${JSON:+--json "$JSON"} "$@"
}
