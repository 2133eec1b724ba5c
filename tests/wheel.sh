#!/usr/bin/env bash
# Tries a wheel where nothing else is: every help and manual page, the functions, the demo.
# usage: wheel.sh WHEEL [PYTHON]
set -euo pipefail
wheel=$(realpath "$1") python=${2:-python3}
constraints=$(realpath "$(dirname "$0")/../constraints.txt")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv --without-pip there
"$python" -m pip --disable-pip-version-check --python there/bin/python install -q -c "$constraints" "$wheel"
export PATH=$place/there/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1

packages=$(find there/lib -name '*.dist-info' -maxdepth 4 | wc -l)
size=$(($(du -sb there/lib | cut -f1) / 1000000))
echo "$(sel --version): $packages packages, $size MB"
[ "$packages" -le 16 ] && [ "$size" -lt 130 ]

for command in embed score index pick diversify eval; do
    sel "$command" --help > help.txt
    sel man "$command" > man.txt
    methods=$(python -c "import sel; print(*(m.name for m in sel.methods('$command')))")
    for method in $methods; do
        sel "$command" "$method" --help | grep -q '^Usage: sel'
        sel man "$command" "$method" > man.txt
    done
    echo "sel $command: $methods"
done
for shell in bash zsh fish; do
    sel completion "$shell" | grep -q sel
done

sel demo data
cd data
sel score dsir --target wiki.jsonl -q pool.jsonl.zst |
    sel pick sample -k 150 --by dsir --seed 1 -q > chosen.jsonl
sel eval match --target wiki.jsonl --pool pool.jsonl.zst -q chosen.jsonl > match.json
echo "chosen: $(grep -c '"domain":"wikipedia"' chosen.jsonl) of 150 are Wikipedia articles"
