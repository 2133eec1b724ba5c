"""What labels of chosen records are worth: accuracy on the records outside of the pool.

Each label votes for its class with the weight exp(cosine / 0.07). Numbers are per cent:
mean and standard deviation over pools, and the difference to random with the 95%
interval of paired differences.

usage: votek.py FOLDER LABEL SEEDS K...
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

METHODS = [
    "random",
    "votek",
    "votek-150",
    "votek-raw",
    "facility",
    "medoids",
    "kcenter",
]
HEAT = 0.07
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 10: 2.26, 20: 2.09}  # for 95%


def rows(path: Path) -> npt.NDArray[np.int64]:
    """The row numbers of a stream."""
    with open(path) as file:
        return np.array([json.loads(line)["_row"] for line in file], np.int64)


def accuracy(units: Any, labels: Any, chosen: Any, asked: Any) -> float:
    """Per cent of the rows asked whose label the chosen ones give."""
    classes = np.eye(labels.max() + 1)[labels[chosen]]
    right = 0.0
    for start in range(0, len(asked), 2048):
        part = asked[start : start + 2048]
        weights = np.exp((units[part] @ units[chosen].T - 1) / HEAT)
        right += ((weights @ classes).argmax(axis=1) == labels[part]).sum()
    return 100 * right / len(asked)


def main() -> None:
    """Print the table."""
    folder, label, seeds, *budgets = sys.argv[1:]
    seeds = range(1, int(seeds) + 1)
    folder = Path(folder)
    units = np.load(folder / "vectors.npy").astype(np.float32)
    units /= np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-12)
    with open(folder / "all.jsonl") as file:
        names = [str(json.loads(line)[label]) for line in file]
    _, labels = np.unique(names, return_inverse=True)
    outside = {
        seed: np.setdiff1d(np.arange(len(units)), rows(folder / f"pool.{seed}.jsonl"))
        for seed in seeds
    }
    head = "".join(f"{k + ' labels':>24}" for k in budgets)
    sys.stdout.write(f"{'method':11}{head}\n")
    known = {}
    for method in METHODS:
        line = f"{method:11}"
        for k in budgets:
            found = known[method, k] = np.array(
                [
                    accuracy(
                        units,
                        labels,
                        rows(folder / f"{method}.{k}.{seed}.jsonl"),
                        outside[seed],
                    )
                    for seed in seeds
                ]
            )
            more = found - known["random", k]
            wide = STUDENT.get(len(more), 1.96) * more.std(ddof=1) / len(more) ** 0.5
            told = "" if method == "random" else f" {more.mean():+.1f} ±{wide:.1f}"
            line += f"{f'{found.mean():.1f} ({found.std(ddof=1):.1f}){told}':>24}"
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
