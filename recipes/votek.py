"""What labels of chosen records are worth: accuracy on the records outside of the pool.

Each label votes for its class with the weight exp(cosine / 0.07). A line for each
method, number of labels and seed: per cent that are right.

usage: votek.py FOLDER VECTORS LABEL SEEDS K...
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
    """Print the figures."""
    name, vectors, label, seeds, *budgets = sys.argv[1:]
    folder = Path(name)
    units = np.load(vectors).astype(np.float32)
    units /= np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-12)
    with open(folder / "all.jsonl") as file:
        names = [str(json.loads(line)[label]) for line in file]
    _, labels = np.unique(names, return_inverse=True)
    for seed in range(1, int(seeds) + 1):
        pool = rows(folder / f"pool.{seed}.jsonl")
        outside = np.setdiff1d(np.arange(len(units)), pool)
        for k in budgets:
            for method in METHODS:
                chosen = rows(folder / f"{method}.{k}.{seed}.jsonl")
                right = accuracy(units, labels, chosen, outside)
                sys.stdout.write(
                    f"task={label} pool={len(pool)} size={k} method={method}"
                    f" seed={seed} value={right}\n"
                )


if __name__ == "__main__":
    main()
