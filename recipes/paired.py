"""Each method beside a baseline of the same seed, and a 95% interval of its gain.

usage: paired.py RECIPE FIGURES --measure WORDS [--baseline NAME] [--lower] [--json F]

FIGURES has lines of NAME=VALUE, parted by blanks: method, seed and value, and whatever
else the value is of, such as task, pool and size. A value without a seed is compared
with every seed of the baseline. The interval is Student's t over seeds, and a gain is
above 0 where a method is better: with --lower, where its value is lower. --json writes
the figures, in the form that all recipes have.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from math import inf, sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any

STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
)
"""97.5% of Student's t with 1, 2, ... degrees of freedom."""
OWN = {"method", "seed", "value", "cpu"}


def interval(gains: Sequence[float]) -> tuple[float, float, float]:
    """The mean, and its 95% interval, which one value alone does not have."""
    count, middle = len(gains), mean(gains)
    if count < 2:
        return middle, -inf, inf
    t = STUDENT[count - 2] if count - 2 < len(STUDENT) else 2.08
    reach = t * stdev(gains) / sqrt(count)
    return middle, middle - reach, middle + reach


def verdict(low: float, high: float) -> str:
    """What an interval says, in words."""
    if low == -inf:
        return "one seed, no interval"
    if low > 0:
        return "a gain"
    return "a loss" if high < 0 else "no difference that can be told"


def rows_of(lines: list[str], baseline: str, sign: int) -> list[dict[str, Any]]:
    """A row for each method and each of what it was tried on."""
    found: dict[tuple[Any, ...], dict[str, dict[str, float]]] = {}
    spent: dict[Any, list[float]] = {}
    for line in lines:
        one = dict(word.split("=", 1) for word in line.split())
        about = tuple((k, v) for k, v in one.items() if k not in OWN)
        of = found.setdefault(about, {}).setdefault(one["method"], {})
        of[one.get("seed", "")] = float(one["value"])
        if "cpu" in one:
            spent.setdefault((about, one["method"]), []).append(float(one["cpu"]))
    rows = []
    for about, methods in found.items():
        base = methods[baseline]
        for method, values in methods.items():
            if method == baseline:
                continue
            pairs = [
                (values[s] if s in values else values[""], base[s])
                for s in base
                if s in values or "" in values
            ]
            gains = [sign * (a - b) for a, b in pairs]
            row: dict[str, Any] = {**dict(about), "method": method}
            row |= {"value": mean(a for a, _ in pairs)}
            row |= {baseline: mean(b for _, b in pairs), "gains": gains}
            if cpu := spent.get((about, method)):
                row["cpu"] = mean(cpu)
            rows.append(row)
    return rows


def told(row: dict[str, Any], baseline: str) -> str:
    """A row in words."""
    gain, low, high = interval(row["gains"])
    about = [f"{k} {v}" for k, v in row.items() if isinstance(v, str) and k != "method"]
    sure = "" if low == -inf else f" ({low:+.4g} to {high:+.4g})"
    return (
        f"{''.join(f'{one}, ' for one in about)}{row['method']}: {row['value']:.4g},"
        f" {baseline} {row[baseline]:.4g}, gain {gain:+.4g}{sure}: {verdict(low, high)}"
    )


def rounded(value: Any) -> Any:
    """Six digits are enough for a page."""
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def main() -> None:
    """Print a line for each row, and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("recipe")
    parser.add_argument("figures", type=Path)
    parser.add_argument("--measure", required=True)
    parser.add_argument("--baseline", default="random")
    parser.add_argument("--lower", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    lines = asked.figures.read_text(encoding="utf-8").splitlines()
    rows = rows_of(lines, asked.baseline, -1 if asked.lower else 1)
    sys.stdout.write(f"{asked.measure}:\n")
    for row in rows:
        sys.stdout.write(f"{told(row, asked.baseline)}\n")
    if asked.json:
        whole = {
            "recipe": asked.recipe,
            "measure": asked.measure,
            "baseline": asked.baseline,
            "better": "lower" if asked.lower else "higher",
            "rows": [{k: rounded(v) for k, v in row.items()} for row in rows],
        }
        asked.json.write_text(json.dumps(whole) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
