"""What models know of rows that were to be removed, beside as many random ones.

usage: python forget.py ROWS

ROWS are those of `sel eval forget` for a list called removed.jsonl, and others called
random_SEED.jsonl. A line for each model and list, the random ones together; then by how
much better each model knows the removed rows than random ones, with the 95% interval by
Student's t over the random lists.
"""

import json
import math
import re
import sys
from statistics import mean, stdev

from paired import STUDENT

MODELS = ("trained", "dampened", "retrained")


def main(path: str) -> None:
    """Print the lines."""
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    with open(path, encoding="utf-8") as file:
        for row in map(json.loads, file):
            kind = re.sub(r".*/|(_\d+)?\.jsonl$", "", row["selection"])
            found.setdefault((kind, row["model"]), []).append(row)
    for kind in dict.fromkeys(kind for kind, _ in found):
        for model in MODELS:
            rows = found[kind, model]
            own, others = (
                mean(row[f"accuracy_{name}"] for row in rows)
                for name in ("forgotten", "retained")
            )
            line = f"{kind}, {model}: {own:.2f} of its rows, {others:.2f} of the others"
            if model != "retrained":
                line += f", {mean(row['memory'] for row in rows):+.2f} nats"
                verdicts = sorted({str(row["verdict"]) for row in rows})
                line += f": {', '.join(verdicts)}"
            sys.stdout.write(f"{line}\n")
    for model in MODELS[:-1]:
        (removed,) = found["removed", model]
        apart = [removed["memory"] - row["memory"] for row in found["random", model]]
        line = f"removed over random, {model}: {mean(apart):+.2f} nats"
        if len(apart) > 1:
            size = len(apart)
            reach = STUDENT[min(size, 10) - 2] * stdev(apart) / math.sqrt(size)
            line += f" ({mean(apart) - reach:+.2f} to {mean(apart) + reach:+.2f})"
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1])
