"""What models know of rows that were to be removed, beside as many random ones.

usage: python forget.py ROWS FIGURES

ROWS are those of `sel eval forget` for a list called removed.jsonl, and others called
random_SEED.jsonl. Printed is a line for each model and list, the random ones together;
FIGURES gets a line for each, with how much better the model knows its rows than one
trained without them, in nats.
"""

import json
import re
import sys
from statistics import mean

MODELS = ("trained", "dampened", "retrained")


def main(path: str, figures: str) -> None:
    """Print the lines, and write the figures."""
    found: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
    with open(path, encoding="utf-8") as file:
        for row in map(json.loads, file):
            kind, _, seed = re.sub(r".*/|\.jsonl$", "", row["selection"]).partition("_")
            found.setdefault((kind, row["model"]), {})[seed] = row
    with open(figures, "a", encoding="utf-8") as file:
        for kind in dict.fromkeys(kind for kind, _ in found):
            for model in MODELS:
                rows = found[kind, model]
                own, others = (
                    mean(row[f"accuracy_{name}"] for row in rows.values())
                    for name in ("forgotten", "retained")
                )
                line = f"{kind}, {model}: {own:.2f} of its rows, {others:.2f} of others"
                sys.stdout.write(f"{line}\n")
                for seed, row in rows.items():
                    if "memory" in row:
                        about = f"model={model} method={kind} value={row['memory']}"
                        file.write(f"{about} seed={seed}\n" if seed else f"{about}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
