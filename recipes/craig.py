"""The gradients of a small classifier, and what it learns from choices by them.

usage: craig.py gradients FOLDER LABEL SEED WARM
       craig.py judge FOLDER LABEL SEED WARM
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

STEPS, RATE, DECAY = 400, 2.0, 1e-4


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Data:
    """Rows, and their labels as numbers, with a quarter held out by the seed."""

    def __init__(self, folder: Path, label: str, seed: int, warm: float) -> None:
        records = read(folder / "all.jsonl")
        self.rows = np.array([one["_row"] for one in records])
        names = sorted({str(one[label]) for one in records})
        self.labels = np.array([names.index(str(one[label])) for one in records])
        x = np.load(folder / "vectors.npy").astype(np.float64)[self.rows]
        self.x = np.hstack([x, np.ones((len(x), 1))])
        order = np.random.default_rng(seed).permutation(len(x))
        self.held, self.train = np.split(order, [len(x) // 4])
        self.train.sort()
        start = self.train[:: max(int(1 / warm), 1)]
        self.classes = len(names)
        zero = np.zeros((self.x.shape[1], self.classes))
        self.weights = self.learnt(zero, start, np.ones(len(start)))

    def surplus(self, weights: Any, rows: Any) -> Any:
        """The probabilities of classes, less 1 for the right one, (n, classes)."""
        scores = self.x[rows] @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        odds[np.arange(len(rows)), self.labels[rows]] -= 1
        return odds

    def learnt(self, weights: Any, rows: Any, counts: Any) -> Any:
        """The weights after STEPS steps of gradient descent."""
        share = (counts / counts.sum())[:, None]
        for _ in range(STEPS):
            slope = self.x[rows].T @ (share * self.surplus(weights, rows))
            weights = weights - RATE * (slope + DECAY * weights)
        return weights

    def loss(self, rows: Any, counts: Any) -> float:
        """The loss on what was held out, in nats."""
        odds = self.surplus(self.learnt(self.weights, rows, counts), self.held)
        right = odds[np.arange(len(odds)), self.labels[self.held]] + 1
        return float(-np.log(right).mean())


def gradients(folder: Path, label: str, seed: str, warm: str) -> None:
    """Write the gradient of each record of the training part, and the records."""
    data = Data(folder, label, int(seed), float(warm))
    surplus = data.surplus(data.weights, data.train)
    rows = (data.x[data.train][:, :, None] * surplus[:, None, :]).reshape(
        len(surplus), -1
    )
    np.save(folder / "gradients.npy", rows.astype(np.float32))
    with open(folder / "train.jsonl", "w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"_row": place, "at": int(at)}) + "\n"
            for place, at in enumerate(data.train)
        )


def judge(folder: Path, label: str, seed: str, warm: str) -> None:
    """Print the figures: the loss after each choice."""
    data = Data(folder, label, int(seed), float(warm))
    craig, chance = (read(folder / f"{n}.{seed}.jsonl") for n in ("craig", "random"))
    chosen, drawn = (np.array([r["at"] for r in some]) for some in (craig, chance))
    counts = np.array([one["_weight"] for one in craig])
    choices = {
        "random": (drawn, np.ones(len(drawn))),
        "craig": (chosen, counts),
        "craig-unweighted": (chosen, np.ones(len(chosen))),
        "all": (data.train, np.ones(len(data.train))),
    }
    for name, choice in choices.items():
        loss = data.loss(*choice)
        line = f"task={label} method={name} seed={seed} value={loss}"
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    {"gradients": gradients, "judge": judge}[sys.argv[1]](
        Path(sys.argv[2]), *sys.argv[3:]
    )
